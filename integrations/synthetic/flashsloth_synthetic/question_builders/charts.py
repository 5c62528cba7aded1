"""Questions about charts."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from flashsloth_synthetic.question_builders.nouns import part_name
from flashsloth_synthetic.question_templates import paraphrase
from flashsloth_synthetic.scene import Part
from flashsloth_synthetic.scene_index import Question, View

EDGES = {"on the left": "leftmost", "on the right": "rightmost", "in the middle": "middle"}


def kind(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart:
        return Question(
            "kind",
            ("kind",),
            f"It is a {view.chart.kind}.",
            view.chart.kind,
            {"base": rng.choice(("chart", "chart", "graph", "diagram"))},
        )
    if view.tag and view.tag.kind == "stop sign":
        return Question("kind", ("kind",), "It is a stop sign.", "stop sign", {"base": "sign"})
    return None


def tallest(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None:
        return None
    high = rng.random() < 0.55
    bars = view.chart.kind == "bar chart"
    most = ("tallest" if high else "shortest") if bars else ("largest" if high else "smallest")
    part = (max if high else min)(view.chart.parts, key=lambda part: part.share)
    words = {"most": paraphrase(rng, most), "part": part_name(view)}
    return Question(
        "tallest",
        ("tallest", high),
        f"The {part.colour} {part_name(view)} is the {most}.",
        part.colour,
        words,
        part=part,
    )


def near_pair(rng: Random, parts: tuple[Part, ...]) -> list[Part]:
    """Choose two parts in any order, rather those that are hard to tell apart."""
    if rng.random() < 0.4:
        return rng.sample(parts, 2)
    ranked = sorted(parts, key=lambda part: part.share)
    gaps = [b.share - a.share for a, b in pairwise(ranked)]
    at = gaps.index(min(gaps))
    return rng.sample(ranked[at : at + 2], 2)


def compare(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None:
        return None
    a, b = near_pair(rng, view.chart.parts)
    big, small = ("taller", "shorter") if view.chart.kind == "bar chart" else ("larger", "smaller")
    more, true = big if rng.random() < 0.65 else small, big if a.share > b.share else small
    one, two = f"the {a.colour} {part_name(view)}", f"the {b.colour} {part_name(view)}"
    full = f"{'Yes' if more == true else 'No'}, {one} is {true} than {two}."
    if rng.random() < 0.3:
        one, two = a.colour, b.colour
    words = {"one": one, "two": two, "more": paraphrase(rng, more)}
    return Question(
        "compare",
        ("compare", *sorted((a.colour, b.colour))),
        full,
        "yes" if more == true else "no",
        words,
    )


def bar_places(view: View) -> dict[str, Part]:
    """Return the bar at each place that has a name: both ends, and the middle of three."""
    if view.chart is None or view.chart.kind != "bar chart":
        return {}
    parts = view.chart.parts
    places = {"on the left": parts[0], "on the right": parts[-1]}
    if len(parts) == 3:
        places["in the middle"] = parts[1]
    return places


def edge(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None or view.chart.kind != "bar chart":
        return None
    where, part = rng.choice(tuple(bar_places(view).items()))
    words = {"where": paraphrase(rng, where), "edge": paraphrase(rng, EDGES[where]), "part": "bar"}
    return Question(
        "edge", ("edge", where), f"The {part.colour} bar is {where}.", part.colour, words, part=part
    )


def values_of(view: View) -> tuple[Part, ...]:
    """Return the bars, if each has its value printed above it."""
    parts = view.chart.parts if view.chart else ()
    return parts if all(part.value is not None for part in parts) else ()


def value(rng: Random, view: View, last: Question | None) -> Question | None:
    parts = values_of(view)
    if not parts:
        return None
    part = rng.choice(parts)
    return Question(
        "value",
        ("value", part.colour),
        f"The {part.colour} bar is {part.value}.",
        str(part.value),
        {"colour": part.colour},
        part=part,
    )


def highest(rng: Random, view: View, last: Question | None) -> Question | None:
    values = [part.value for part in values_of(view) if part.value is not None]
    if not values:
        return None
    most = "highest" if rng.random() < 0.6 else "lowest"
    value = max(values) if most == "highest" else min(values)
    return Question(
        "highest", (most,), f"The {most} value is {value}.", str(value), {"most": paraphrase(rng, most)}
    )


def holder(rng: Random, view: View, last: Question | None) -> Question | None:
    parts = values_of(view)
    part = rng.choice(parts) if parts else None
    if part is None or sum(other.value == part.value for other in parts) > 1:
        return None
    key = ("value", part.colour)
    return Question(
        "holder",
        key,
        f"The {part.colour} bar is {part.value}.",
        part.colour,
        {"value": str(part.value)},
        part=part,
    )
