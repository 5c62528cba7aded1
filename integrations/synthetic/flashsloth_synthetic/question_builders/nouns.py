"""Choosing nouns, counting them, and naming neighbours: what several builders share."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic import question_templates
from flashsloth_synthetic.catalogue import KINDS
from flashsloth_synthetic.grammar import article, capital, plural, there_are
from flashsloth_synthetic.question_templates import paraphrase, synonym
from flashsloth_synthetic.scene import COLOURS, SHAPES, Thing
from flashsloth_synthetic.scene_index import GROUPS, Question, View, noun_of

UNCOUNTED = ("food", "text")  # nouns without article and plural
OPPOSITE = {"left of": "right of", "right of": "left of", "above": "below", "below": "above"}


def item_plural(view: View) -> str:
    """Return the plural of `view.item`."""
    return {"shape": "shapes", "object": "objects", "thing": "things"}[view.item]


def present_noun(rng: Random, view: View) -> str:
    """Choose a noun that the picture shows: a name, a coloured name, a colour, a group, text."""
    nouns = view.countable()
    if view.chart:
        nouns += [
            "chart",
            view.chart.kind,
            *(f"{part.colour} {part_name(view)}" for part in view.chart.parts),
        ]
    if view.tag:
        nouns += [view.tag.kind, "sign"] if view.tag.kind != "price tag" else ["price tag"]
    if view.lines:
        nouns += ["text", "price"] if view.price else ["text"]
    return rng.choice(nouns) if nouns else ""


def absent_noun(rng: Random, view: View, countable: bool = False) -> str:
    """Choose a noun that the picture does not show, preferably one similar to those it shows."""
    roll = rng.random()
    if view.chart and roll < 0.1 and not countable and not view.scene.fine_print:
        return rng.choice(("legend", "title", "axis label"))
    if view.chart and roll < 0.6:
        noun = f"{rng.choice(COLOURS)} {part_name(view)}"
        return "" if any(part.colour == noun.split()[0] for part in view.chart.parts) else noun
    if (view.hues or view.scene.blank) and roll < 0.6:
        hue = rng.choice(tuple(view.hues) if view.hues and rng.random() < 0.5 else COLOURS)
        noun = f"{hue} {rng.choice((*SHAPES, 'shape'))}" if rng.random() < 0.65 else rng.choice(SHAPES)
        return "" if noun in view.countable() else noun
    if roll < 0.75:
        noun = rng.choice(KINDS).name
    elif roll < 0.85:
        noun = rng.choice(GROUPS[::2] if countable else GROUPS)
    elif roll < 0.91 and not countable:
        noun = rng.choice(("text", "chart", "sign", "price tag"))
    else:
        noun = rng.choice(question_templates.ABSENT)
    return "" if shows(view, noun) else noun


def shows(view: View, noun: str) -> bool:
    """Return whether the picture shows this noun, or something that passes for it."""
    if noun == "text":
        return view.written
    if noun == "chart":
        return view.chart is not None or view.scene.wider == "curves"
    if noun in ("sign", "price tag"):
        return view.tag is not None
    return noun in view.names or noun in view.groups or noun in view.text.lower()


def part_name(view: View) -> str:
    """Return what the parts of the chart are called."""
    return "slice" if view.chart and view.chart.kind == "pie chart" else "bar"


def only_thing(view: View, noun: str) -> Thing | None:
    """Return the thing that a noun names, if it is the only one."""
    if view.names.get(noun) == 1:
        return next(thing for thing in view.things if thing.name == noun)
    if view.nouns.get(noun) == 1:
        return next(thing for thing in view.things if noun_of(thing) == noun)
    return None


def count_of(view: View, noun: str) -> int:
    """Return how many things a noun names."""
    if noun.endswith("shape") and noun not in view.names:
        return view.hues.get(noun.split()[0], 0)
    if noun in ("bar", "slice"):
        return len(view.chart.parts) if view.chart else 0
    return view.names.get(noun) or view.nouns.get(noun) or view.groups.get(noun, 0)


def counted(rng: Random, view: View, noun: str) -> Question:
    """Ask how many things a noun names."""
    n = count_of(view, noun)
    reworded = synonym(rng, noun)
    words = {"nouns": plural(reworded), "noun": reworded}
    one = only_thing(view, noun) if n == 1 else None
    return Question("count", ("count", noun), there_are(n, noun), str(n), words, thing=one, noun=noun)


def neighbour_question(rng: Random, view: View, thing: Thing, the: str) -> Question | None:
    """Ask what is next to a thing. `the`: what the question calls it."""
    side = rng.choice(tuple(OPPOSITE))
    near = view.neighbour(thing, side)
    if near is None or (near == "nothing" and rng.random() < 0.75):
        return None
    noun = near if isinstance(near, str) else noun_of(near)
    full = f"{capital(noun if near == 'nothing' else article(noun))} is {side} {the}."
    reworded = the if the == "it" else f"the {synonym(rng, the[4:])}"
    words = {"beside": paraphrase(rng, side), "the": reworded, "item": item_name(rng, view)}
    return Question("neighbour", ("neighbour", thing, side), full, noun, words, thing=thing)


def item_name(rng: Random, view: View) -> str:
    """Return what a question calls the things."""
    return view.item if rng.random() < 0.7 else "thing"


def related_pair(rng: Random, view: View) -> tuple[Thing, Thing, str, tuple[object, ...]] | None:
    """Choose two things with names, one of which is left of, right of, above or below the other.

    Returns: both, the relation of the first to the second, and the key of a question about it; None if
    there are none.
    """
    named = view.named()
    if len(named) < 2:
        return None
    a, b = rng.sample(named, 2)
    relations = view.relations(a, b)
    if not relations:
        return None
    relation = rng.choice(relations)
    return (
        a,
        b,
        relation,
        ("relative", *((a, b) if a.box < b.box else (b, a)), relation in ("above", "below")),
    )
