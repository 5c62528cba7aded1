"""Questions about charts."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic.question_builders.nouns import part_name
from flashsloth_synthetic.question_templates import paraphrase
from flashsloth_synthetic.scene import Part
from flashsloth_synthetic.scene_index import Question, View


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


def compare(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None:
        return None
    a, b = rng.sample(view.chart.parts, 2)
    big, small = ("taller", "shorter") if view.chart.kind == "bar chart" else ("larger", "smaller")
    more, true = big if rng.random() < 0.65 else small, big if a.share > b.share else small
    one, two = f"the {a.colour} {part_name(view)}", f"the {b.colour} {part_name(view)}"
    full = f"{'Yes' if more == true else 'No'}, {one} is {true} than {two}."
    words = (
        {"one": one, "two": two, "more": more}
        if rng.random() < 0.7
        else {"one": a.colour, "two": b.colour, "more": more}
    )
    return Question("compare", ("compare", *sorted((a.colour, b.colour))), full, "yes" if more == true else "no", words)


def edge(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None or view.chart.kind != "bar chart":
        return None
    parts = view.chart.parts
    spots = [("on the left", "leftmost", parts[0]), ("on the right", "rightmost", parts[-1])]
    if len(parts) in (3, 5):
        spots.append(("in the middle", "middle", parts[len(parts) // 2]))
    where, edge, part = rng.choice(spots)
    words = {"where": paraphrase(rng, where), "edge": edge, "part": "bar"}
    return Question("edge", ("edge", where), f"The {part.colour} bar is {where}.", part.colour, words, part=part)


def _values(view: View) -> tuple[Part, ...]:
    """Return the bars, if each has its value printed above it."""
    parts = view.chart.parts if view.chart else ()
    return parts if all(part.value is not None for part in parts) else ()


def value(rng: Random, view: View, last: Question | None) -> Question | None:
    parts = _values(view)
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
    values = [part.value for part in _values(view) if part.value is not None]
    if not values:
        return None
    most = "highest" if rng.random() < 0.6 else "lowest"
    value = max(values) if most == "highest" else min(values)
    return Question("highest", (most,), f"The {most} value is {value}.", str(value), {"most": paraphrase(rng, most)})


def holder(rng: Random, view: View, last: Question | None) -> Question | None:
    parts = _values(view)
    part = rng.choice(parts) if parts else None
    if part is None or sum(other.value == part.value for other in parts) > 1:
        return None
    key = ("value", part.colour)
    return Question(
        "holder", key, f"The {part.colour} bar is {part.value}.", part.colour, {"value": str(part.value)}, part=part
    )
