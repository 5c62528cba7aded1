"""A scene's counts, rows and places, and a question before it is worded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flashsloth_synthetic.catalogue import KIND
from flashsloth_synthetic.grammar import article, listing, several
from flashsloth_synthetic.scene import CODES, Box, Line, Part, Scene, Thing

GROUPS = ("animal", "food", "vehicle")
CORNERS = {
    (0, 0): "in the top left",
    (0, 1): "in the top right",
    (1, 0): "in the bottom left",
    (1, 1): "in the bottom right",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question before it is worded.

    Args:
        form: its kind, see dialogues.FORMS.
        key: its meaning; a dialogue has each key once.
        full, bare: the answer as a sentence, and as a word or two.
        words: fill the templates, which are those of `phrasing` or else of the form.
        style: how a bare answer is asked for.
        thing, part, noun: what a follow-up question refers to.
    """

    form: str
    key: tuple[object, ...]
    full: str
    bare: str = ""
    words: dict[str, str] = field(default_factory=dict)
    phrasing: str = ""
    style: str = ""
    thing: Thing | None = None
    part: Part | None = None
    noun: str = ""


def noun_of(thing: Thing) -> str:
    """Return `red star`, `dog`."""
    return f"{thing.colour} {thing.name}" if thing.kind == "shape" else thing.name


def counts_of(items: Sequence[str]) -> dict[str, int]:
    """Count items, in order of their first occurrence."""
    counts: dict[str, int] = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    return counts


def _middle(box: Box) -> float:
    return (box[0] + box[2]) / 2


class View:
    """A scene with its counts of names, its rows and places."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.unlike = scene.category == "unlike" and not (
            scene.blank or scene.areas
        )  # nothing to recognise
        self.things, self.lines, self.chart, self.tag = (
            scene.things,
            scene.lines,
            scene.chart,
            scene.tag,
        )
        self.names = counts_of([thing.name for thing in scene.things])
        self.nouns = counts_of([noun_of(thing) for thing in scene.things])
        self.hues = counts_of([thing.colour for thing in scene.things if thing.kind == "shape"])
        groups = [KIND[thing.name].group for thing in scene.things if thing.kind == "object"]
        self.groups = counts_of([group for group in groups if group in GROUPS])
        self.rows: list[list[Thing]] = []
        for thing in scene.things:
            if not self.rows or self.rows[-1][0].row != thing.row:
                self.rows.append([])
            self.rows[-1].append(thing)
        self.price = next((line for line in scene.lines if line.kind == "price"), None)
        self.text = " ".join([line.text for line in scene.lines])
        self._places: dict[str, Thing] | None = None
        shapes = sum(self.hues.values())
        self.item = (
            "shape" if shapes and shapes == len(self.things) else "thing" if shapes else "object"
        )

    @property
    def written(self) -> bool:
        """Whether the picture has anything that passes for text."""
        return (
            bool(self.lines)
            or self.scene.fine_print
            or "clock" in self.names
            or bool(self.chart and self.chart.parts[0].value is not None)
        )

    def the(self, thing: Thing) -> str:
        """Return `the star`, or `the red star` if there are other stars; "" if that is ambiguous
        too."""
        if self.names[thing.name] == 1:
            return f"the {thing.name}"
        return f"the {noun_of(thing)}" if self.nouns[noun_of(thing)] == 1 else ""

    def countable(self) -> list[str]:
        """Return the nouns of its things: names, coloured names, groups, colours."""
        return [*self.names, *self.nouns, *self.groups, *[f"{hue} shape" for hue in self.hues]]

    def named(self) -> list[Thing]:
        """Return the things with an unambiguous name."""
        return [thing for thing in self.things if self.the(thing)]

    def places(self) -> dict[str, Thing]:
        """Return the thing at each unambiguous place: ends and middle of a row or column, corners."""
        if self._places is None:
            self._places = self._find_places()
        return self._places

    def _find_places(self) -> dict[str, Thing]:
        rows, places = self.rows, dict[str, Thing]()
        if len(self.things) < 2:
            return places
        if len(rows) == 1:
            places |= {"on the left": rows[0][0], "on the right": rows[0][-1]}
            if len(rows[0]) % 2:
                places["in the middle"] = rows[0][len(rows[0]) // 2]
        if len(rows) == 1 or self.lines:
            return places
        if all(len(row) == 1 for row in rows) and len(rows) % 2:
            places["in the middle"] = rows[len(rows) // 2][0]
        left = min(_middle(thing.box) for thing in self.things) + 0.12
        right = max(_middle(thing.box) for thing in self.things) - 0.12
        for bottom, row in enumerate((rows[0], rows[-1])):
            if len(row) == 1:
                places[("at the top", "at the bottom")[bottom]] = row[0]
                continue
            if _middle(row[0].box) <= left:
                places[CORNERS[bottom, 0]] = row[0]
            if _middle(row[-1].box) >= right:
                places[CORNERS[bottom, 1]] = row[-1]
        return places

    def neighbour(self, thing: Thing, side: str) -> Thing | str | None:
        """Return the direct neighbour on a side, "nothing", or None if it is ambiguous."""
        if self.scene.front is not None:
            return None
        r = next(i for i, row in enumerate(self.rows) if row[0].row == thing.row)
        row = self.rows[r]
        step = 1 if side in ("right of", "below") else -1
        if side in ("left of", "right of"):
            column = next(i for i, other in enumerate(row) if other is thing) + step
            if 0 <= column < len(row):
                return row[column]
            return "nothing" if len(self.rows) == 1 else None
        if self.lines:
            return None
        if not 0 <= r + step < len(self.rows):
            return "nothing"
        near = [other for other in self.rows[r + step] if _overlap(thing.box, other.box) > 0]
        return near[0] if len(near) == 1 and _overlap(thing.box, near[0].box) >= 0.6 else None

    def relations(self, a: Thing, b: Thing) -> list[str]:
        """Return the unambiguous relations of a to b: "left of", "above"."""
        relations = []
        if a.box[2] <= b.box[0] or b.box[2] <= a.box[0]:
            relations.append("left of" if a.box[0] < b.box[0] else "right of")
        if a.row != b.row and (a.box[3] <= b.box[1] or b.box[3] <= a.box[1]):
            relations.append("above" if a.row < b.row else "below")
        return relations

    def inscription(self, coloured: bool = False) -> list[str]:
        """Return each line with its kind: `the word "SALE"`, `the number 42`."""
        return [_line(line) + (f" in {line.colour}" if coloured else "") for line in self.lines]

    def summary(self, full: bool = False) -> str:
        """Return everything in the picture; `full` adds colours of text, tags and signs, and the
        background."""
        hue = self.scene.background
        ground = f" on {article(hue)} background" if full and hue else ""
        if self.scene.areas:
            if self.scene.wider in CODES:
                return f"a black and white {self.scene.wider}"
            if self.scene.wider != "curves":
                return f"{listing(self.scene.areas)} areas"
            one = article(f"{self.scene.areas[0]} line")
            return f"{listing(self.scene.areas)} lines" if self.scene.areas[1:] else one
        if self.chart:
            part = "bar" if self.chart.kind == "bar chart" else "slice"
            return f"a {self.chart.kind} with {listing([article(p.colour) for p in self.chart.parts])} {part}{ground}"
        if self.tag:
            if self.tag.kind == "stop sign":
                return f"a stop sign{ground}"
            name = article(f"{self.tag.colour} {self.tag.kind}" if full else self.tag.kind)
            says = (
                f" of {self.price.text}"
                if self.price
                else f" with {_line(self.lines[0])}"
                if self.lines
                else ""
            )
            return f"{name}{says}{ground}"
        parts = [several(n, noun) for noun, n in self.nouns.items()] + self.inscription(full)
        parts += ["text that I cannot read"] if self.scene.ink else []
        return f"{listing(parts)}{ground}"


def _line(line: Line) -> str:
    if line.kind == "word":
        return f'the {"words" if " " in line.text else "word"} "{line.text}"'
    return f"the {line.kind} {line.text}"


def _overlap(a: Box, b: Box) -> float:
    """Return the share of the narrower box's width that lies within the other's."""
    return (min(a[2], b[2]) - max(a[0], b[0])) / min(a[2] - a[0], b[2] - b[0])
