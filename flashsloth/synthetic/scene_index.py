"""What questions need: a scene by its counts, rows and places, and one question before it is worded.

Knows facts; knows no chance and no phrasings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flashsloth.synthetic.catalogue import KIND
from flashsloth.synthetic.grammar import article, listing, several
from flashsloth.synthetic.scene import Box, Line, Part, Scene, Thing

GROUPS = ("animal", "food", "vehicle")
CORNERS = {
    (0, 0): "in the top left",
    (0, 1): "in the top right",
    (1, 0): "in the bottom left",
    (1, 1): "in the bottom right",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One question before it is worded.

    `key` is its meaning; `words` fill the phrasings, which have the form's name or that of `phrasing`; `style` says how
    `bare` may be asked for. `thing`, `part` or `noun`: what a question after it may call "it" or ask more of.
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
    """`red star`, `dog`."""
    return f"{thing.colour} {thing.name}" if thing.kind == "shape" else thing.name


def counts_of(items: Sequence[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    return counts


def _middle(box: Box) -> float:
    return (box[0] + box[2]) / 2


class View:
    """A scene as questions need it: counts of names, rows, places."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.unlike = scene.category == "unlike" and not scene.blank  # nothing to recognise
        self.things, self.lines, self.chart, self.tag = scene.things, scene.lines, scene.chart, scene.tag
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
        self.item = "shape" if shapes and shapes == len(self.things) else "thing" if shapes else "object"

    @property
    def written(self) -> bool:
        """Whether the picture has anything that may pass for text."""
        return bool(self.lines) or "clock" in self.names or bool(self.chart and self.chart.parts[0].value is not None)

    def the(self, thing: Thing) -> str:
        """`the star`, `the red star` where there are other stars, "" where that names several."""
        if self.names[thing.name] == 1:
            return f"the {thing.name}"
        return f"the {noun_of(thing)}" if self.nouns[noun_of(thing)] == 1 else ""

    def countable(self) -> list[str]:
        """The nouns of its things: names, coloured names, colours, groups."""
        return [*self.names, *self.nouns, *self.groups, *[f"{hue} shape" for hue in self.hues]]

    def named(self) -> list[Thing]:
        """The things that have a name of their own."""
        return [thing for thing in self.things if self.the(thing)]

    def places(self) -> dict[str, Thing]:
        """The one thing at each place that is plain: ends and middle of a row or column, corners."""
        if self._places is None:
            self._places = self._find_places()
        return self._places

    def _find_places(self) -> dict[str, Thing]:
        rows, found = self.rows, dict[str, Thing]()
        if len(self.things) < 2:
            return found
        if len(rows) == 1:
            found |= {"on the left": rows[0][0], "on the right": rows[0][-1]}
            if len(rows[0]) % 2:
                found["in the middle"] = rows[0][len(rows[0]) // 2]
        if len(rows) == 1 or self.lines:
            return found
        if all(len(row) == 1 for row in rows) and len(rows) % 2:
            found["in the middle"] = rows[len(rows) // 2][0]
        left = min(_middle(thing.box) for thing in self.things) + 0.12
        right = max(_middle(thing.box) for thing in self.things) - 0.12
        for bottom, row in enumerate((rows[0], rows[-1])):
            if len(row) == 1:
                found[("at the top", "at the bottom")[bottom]] = row[0]
                continue
            if _middle(row[0].box) <= left:
                found[CORNERS[bottom, 0]] = row[0]
            if _middle(row[-1].box) >= right:
                found[CORNERS[bottom, 1]] = row[-1]
        return found

    def beside(self, thing: Thing, side: str) -> Thing | str | None:
        """The direct neighbour on that side, "nothing", or None where it is not plain."""
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

    def order(self, a: Thing, b: Thing) -> list[str]:
        """What a plainly is to b: "left of", "above"."""
        found = []
        if a.box[2] <= b.box[0] or b.box[2] <= a.box[0]:
            found.append("left of" if a.box[0] < b.box[0] else "right of")
        if a.row != b.row and (a.box[3] <= b.box[1] or b.box[3] <= a.box[1]):
            found.append("above" if a.row < b.row else "below")
        return found

    def inscription(self, coloured: bool = False) -> list[str]:
        """Each line with what it is: `the word "SALE"`, `the number 42`."""
        return [_line(line) + (f" in {line.colour}" if coloured else "") for line in self.lines]

    def summary(self, full: bool = False) -> str:
        """All that is there, equal things together; `full` adds colours of text, tags and signs, and the background."""
        ground = f" on {article(self.scene.background)} background" if full else ""
        if self.chart:
            part = "bar" if self.chart.kind == "bar chart" else "slice"
            return f"a {self.chart.kind} with {listing([article(p.colour) for p in self.chart.parts])} {part}{ground}"
        if self.tag:
            if self.tag.kind == "stop sign":
                return f"a stop sign{ground}"
            name = article(f"{self.tag.colour} {self.tag.kind}" if full else self.tag.kind)
            says = f" of {self.price.text}" if self.price else f" with {_line(self.lines[0])}" if self.lines else ""
            return f"{name}{says}{ground}"
        parts = [several(n, noun) for noun, n in self.nouns.items()] + self.inscription(full)
        return f"{listing(parts)}{ground}"


def _line(line: Line) -> str:
    if line.kind == "word":
        return f'the {"words" if " " in line.text else "word"} "{line.text}"'
    return f"the {line.kind} {line.text}"


def _overlap(a: Box, b: Box) -> float:
    """How much of the narrower box lies within the other one's width."""
    return (min(a[2], b[2]) - max(a[0], b[0])) / min(a[2] - a[0], b[2] - b[0])
