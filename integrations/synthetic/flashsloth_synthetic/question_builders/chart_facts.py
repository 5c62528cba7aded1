"""Questions about what a chart has: its values, shares, parts and labels."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic.grammar import article, capital, listing
from flashsloth_synthetic.question_builders.charts import bar_places, values_of
from flashsloth_synthetic.question_builders.claims import ORDINALS, claim, hue_word
from flashsloth_synthetic.question_builders.nouns import part_name
from flashsloth_synthetic.question_builders.sizes import part_word
from flashsloth_synthetic.question_templates import paraphrase
from flashsloth_synthetic.scene import COLOURS
from flashsloth_synthetic.scene_index import Question, View


def share(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None or view.chart.kind != "pie chart":
        return None
    near = [part for part in view.chart.parts if abs(part.share - round(part.share, 1)) <= 0.03]
    if not near:
        return None
    part = rng.choice(near)
    tens = round(100 * round(part.share, 1))
    full = f"The {part.colour} slice is about {tens} percent."
    return Question(
        "share", ("share", part.colour), full, str(tens), {"colour": part.colour}, part=part
    )


def more_than_half(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None or view.chart.kind != "pie chart":
        return None
    yes = rng.random() < 0.5
    fit = [part for part in view.chart.parts if (part.share > 0.54 if yes else part.share < 0.46)]
    if not fit:
        return None
    part = rng.choice(fit)
    if rng.random() < 0.6:  # rather one near the half
        part = min(fit, key=lambda each: abs(each.share - 0.5))
    fact = f"the {part.colour} slice is {'more' if yes else 'less'} than half"
    return claim("more than half", ("half", part.colour), yes, fact, {"colour": part.colour}, part=part)


def values_shown(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None or view.scene.fine_print:
        return None
    yes = bool(values_of(view))
    fact = f"the {part_name(view)}s have {'' if yes else 'no '}values"
    return claim("values shown", ("exist", "number"), yes, fact, {"part": part_word(rng, view)})


def value_lack(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None or values_of(view) or view.chart.kind == "pie chart" or view.scene.fine_print:
        return None
    part = rng.choice(view.chart.parts)
    words = {
        "colour": part.colour,
        "value": str(rng.randint(2, 99)),
        "most": paraphrase(rng, "highest"),
    }
    phrasing = rng.choice(("value lack", "value", "value", "highest", "holder", "check value"))
    return Question("value lack", ("value", ""), "I see no values.", "none", words, phrasing, "word")


def check_value(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether a bar has this value."""
    parts = values_of(view)
    if not parts:
        return None
    yes, part = rng.random() < 0.5, rng.choice(parts)
    value = part.value or 0
    others = [other.value for other in parts if other.value != value] + [
        value + 10,
        value + 1,
        value - 1,
    ]
    asked = value if yes else rng.choice([other for other in others if other and other > 0])
    words = {"colour": part.colour, "value": str(asked)}
    return claim(
        "check value",
        ("value", part.colour),
        yes,
        f"the {part.colour} bar is {value}",
        words,
        part=part,
    )


def value_more(rng: Random, view: View, last: Question | None) -> Question | None:
    return _value_limit(rng, view, "value more")


def value_less(rng: Random, view: View, last: Question | None) -> Question | None:
    return _value_limit(rng, view, "value less")


def _value_limit(rng: Random, view: View, form: str) -> Question | None:
    """Ask whether a bar's value is above, or below, a number."""
    parts = values_of(view)
    if not parts:
        return None
    yes, part = rng.random() < 0.5, rng.choice(parts)
    value = part.value or 0
    lower = yes == (form == "value more")
    limits = [round(value * factor) for factor in ((0.4, 0.6, 0.8) if lower else (1.25, 1.5, 2))]
    limits = [limit for limit in limits if limit not in (0, value)]
    if not limits:
        return None
    words = {"colour": part.colour, "limit": str(rng.choice(limits))}
    return claim(
        form, ("value", part.colour), yes, f"the {part.colour} bar is {value}", words, part=part
    )


def all_values(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for the values of all bars, from left to right."""
    values = [str(part.value) for part in values_of(view)]
    if not values:
        return None
    return Question(
        "all values", ("all values",), f"The values are {listing(values)}.", ", ".join(values)
    )


def chart_label(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None or view.scene.fine_print:
        return None
    label = rng.choice(("title", "legend", "axis label", "heading", "unit"))
    return Question("chart label", ("label", label), f"I see no {label}.", "none", {"label": label})


def chart_content(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None:
        return None
    words = {"base": rng.choice(("chart", "chart", "graph", "diagram"))}
    return Question("chart content", ("content",), f"{capital(view.summary())}.", "", words)


def any_part(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None:
        return None
    yes, hues = rng.random() < 0.5, [part.colour for part in view.chart.parts]
    hue = rng.choice(hues if yes else [hue for hue in COLOURS if hue not in hues])
    noun = f"{hue} {part_name(view)}"
    fact = f"there is {article(noun)}" if yes else f"there is no {noun}"
    words = {"colour": hue_word(rng, hue), "part": part_word(rng, view)}
    return claim("any part", ("exist", noun), yes, fact, words)


def same_size(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None:
        return None
    part = part_name(view)
    return claim(
        "same size", ("same size",), False, f"the {part}s are not the same size", {"part": part}
    )


def part_neighbour(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None or view.chart.kind != "bar chart":
        return None
    parts = view.chart.parts
    i, side = rng.randrange(len(parts)), rng.choice(("left of", "right of"))
    j = i - 1 if side == "left of" else i + 1
    inside = 0 <= j < len(parts)
    if not inside and rng.random() < 0.7:
        return None
    near = parts[j] if inside else None
    subject = f"The {near.colour} bar" if near else "Nothing"
    full = f"{subject} is {side} the {parts[i].colour} bar."
    words = {"beside": paraphrase(rng, side), "colour": parts[i].colour}
    bare = near.colour if near else "nothing"
    return Question("part neighbour", ("part neighbour", i, side), full, bare, words, part=near)


def part_where(rng: Random, view: View, last: Question | None) -> Question | None:
    places = bar_places(view)
    if not places:
        return None
    where, part = rng.choice(tuple(places.items()))
    phrasing = rng.choice(("part where", "where"))
    words = {"colour": part.colour, "the": f"the {part.colour} {part_word(rng, view)}"}
    full = f"The {part.colour} bar is {where}."
    return Question("part where", ("edge", where), full, where, words, phrasing, "phrase", part=part)


def nth_part(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for the second bar from the left."""
    if view.chart is None or view.chart.kind != "bar chart":
        return None
    parts, back = view.chart.parts, rng.random() < 0.4
    nth = rng.randrange(min(3, len(parts)))
    part = parts[-1 - nth] if back else parts[nth]
    words = {
        "nth": ORDINALS[nth],
        "from": f"from the {'right' if back else 'left'}",
        "part": part_word(rng, view),
    }
    full = f"The {part.colour} bar is {words['nth']} {words['from']}."
    return Question("nth part", ("nth", nth, back), full, part.colour, words, part=part)


def edge_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether the bar on the left has this colour."""
    places = bar_places(view)
    if not places or view.chart is None:
        return None
    where, part = rng.choice(tuple(places.items()))
    yes, others = rng.random() < 0.5, [other.colour for other in view.chart.parts if other is not part]
    wrong = others if rng.random() < 0.8 else [hue for hue in COLOURS if hue != part.colour]
    words = {"where": paraphrase(rng, where), "part": part_word(rng, view)}
    words["colour"] = part.colour if yes else rng.choice(wrong)
    return claim(
        "edge colour", ("edge", where), yes, f"the {part.colour} bar is {where}", words, part=part
    )


def relative_parts(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether one bar is left of another, in the wordings of `relative`."""
    if view.chart is None or view.chart.kind != "bar chart":
        return None
    i, j = rng.sample(range(len(view.chart.parts)), 2)
    a, b = view.chart.parts[i].colour, view.chart.parts[j].colour
    true, false = ("left of", "right of") if i < j else ("right of", "left of")
    yes = rng.random() < 0.5
    words = {
        "one": f"the {a} bar",
        "two": f"the {b} bar",
        "beside": paraphrase(rng, true if yes else false),
    }
    key = ("relative", *sorted((a, b)))
    return claim("relative parts", key, yes, f"the {a} bar is {true} the {b} bar", words, "relative")
