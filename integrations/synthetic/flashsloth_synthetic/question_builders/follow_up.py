"""Questions that refer to the question before."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic.grammar import capital, listing
from flashsloth_synthetic.question_builders.claims import claim, reworded
from flashsloth_synthetic.question_builders.nouns import (
    OPPOSITE,
    counted,
    neighbour_question,
    part_name,
)
from flashsloth_synthetic.question_templates import paraphrase
from flashsloth_synthetic.scene_index import Question, View, counts_of


def sure(rng: Random, view: View, last: Question | None) -> Question | None:
    if last is None or not last.full.endswith("."):
        return None
    said_before = last.full.removeprefix("Yes, ").removeprefix("No, ")
    return Question("sure", ("sure",), f"Yes. {capital(said_before)}")


def it_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    thing = last.thing if last else None
    if thing is None or not thing.colour or (last and thing.colour in last.noun):
        return None
    return Question("colour", ("colour", thing), f"It is {thing.colour}.", thing.colour, thing=thing)


def it_colours(rng: Random, view: View, last: Question | None) -> Question | None:
    noun = last.noun if last else ""
    if view.chart and noun == part_name(view):
        hues, of = [part.colour for part in view.chart.parts], ""
    else:
        hues, of = list(counts_of([thing.colour for thing in view.things if thing.name == noun])), noun
        if view.names.get(noun, 0) < 2 or "" in hues:
            return None
    return Question("colours", ("colours", of), f"They are {listing(hues)}.", ", ".join(hues))


def it_parts(rng: Random, view: View, last: Question | None) -> Question | None:
    return counted(rng, view, part_name(view)) if view.chart else None


def it_where(rng: Random, view: View, last: Question | None) -> Question | None:
    thing = last.thing if last else None
    where = next((where for where, other in view.places().items() if other is thing), "")
    if last is None or where in last.full:
        return None
    return Question("where", ("where", thing), f"It is {where}.", where, thing=thing) if where else None


def it_neighbour(rng: Random, view: View, last: Question | None) -> Question | None:
    return (
        neighbour_question(rng, view, last.thing, "it")
        if last and last.thing and len(view.things) > 1
        else None
    )


def it_count(rng: Random, view: View, last: Question | None) -> Question | None:
    if last is None or last.noun not in view.countable():
        return None
    return counted(rng, view, last.noun)


def it_value(rng: Random, view: View, last: Question | None) -> Question | None:
    part = last.part if last else None
    if part is None or part.value is None:
        return None
    return Question("value", ("value", part.colour), f"It is {part.value}.", str(part.value), part=part)


def it_relative(rng: Random, view: View, last: Question | None) -> Question | None:
    """Claim where the thing of the question before is from another one."""
    thing = last.thing if last else None
    others = [other for other in view.named() if other is not thing]
    if thing is None or not others:
        return None
    other = rng.choice(others)
    relations = view.relations(thing, other)
    if not relations:
        return None
    true, yes, the = rng.choice(relations), rng.random() < 0.5, view.the(other)
    words = {"two": reworded(rng, the), "beside": paraphrase(rng, true if yes else OPPOSITE[true])}
    key = ("relative", *sorted((thing, other), key=lambda one: one.box), true in ("above", "below"))
    return claim("relative", key, yes, f"it is {true} {the}", words)
