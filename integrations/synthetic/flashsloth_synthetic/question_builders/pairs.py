"""Two questions at once: their answers are those of the two questions."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic.catalogue import KINDS
from flashsloth_synthetic.grammar import article, listing, plural, there_are
from flashsloth_synthetic.question_builders import charts, picture, signs, text
from flashsloth_synthetic.question_builders.claims import reworded, with_colour
from flashsloth_synthetic.question_builders.nouns import part_name, shows
from flashsloth_synthetic.question_templates import synonym
from flashsloth_synthetic.scene import SHAPES
from flashsloth_synthetic.scene_index import Question, View


def _joined(form: str, words: dict[str, str], *found: Question | None) -> Question | None:
    """Return one question with the answers of these, None if one is missing."""
    facts = [question.full for question in found if question is not None]
    return Question(form, (form,), " ".join(facts), "", words) if len(facts) == len(found) else None


def text_and_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    colour = text.text_colour(rng, view, last)
    if colour is None:
        return None
    return Question("text and colour", ("text and colour",), f'It says "{view.text}". {colour.full}')


def text_and_background(rng: Random, view: View, last: Question | None) -> Question | None:
    colour, ground = text.text_colour(rng, view, last), picture.background(rng, view, last)
    return _joined("text and background", {}, colour, ground)


def sign_and_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.tag is None or view.tag.kind == "price tag":
        return None
    words: dict[str, str] = {"tag": rng.choice((view.tag.kind, "sign"))}
    full = f'It says "{view.text}". The sign is {view.tag.colour}.'
    return Question("sign and colour", ("sign and colour",), full, "", words)


def price_and_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.tag is None:
        return None
    return _joined(
        "price and colour", {}, signs.cost(rng, view, last), signs.tag_colour(rng, view, last)
    )


def exist_and_text(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether there is text, and what it says."""
    if not view.lines:
        return (
            None
            if view.written
            else Question("exist and text", ("exist", "text"), "No, there is no text.")
        )
    return Question("exist and text", ("exist", "text"), f'Yes, there is text. It says "{view.text}".')


def thing_and_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    if len(view.things) != 1 or view.lines or not view.things[0].colour:
        return None
    thing = view.things[0]
    full = f"It is {article(thing.name)}. It is {thing.colour}."
    return Question("thing and colour", ("thing and colour",), full, thing=thing)


def count_and_colours(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart:
        part, hues, n = (
            part_name(view),
            [each.colour for each in view.chart.parts],
            len(view.chart.parts),
        )
    elif view.item == "shape" and len(view.things) > 1 and not view.lines:
        part, hues, n = "shape", list(view.hues), len(view.things)
    else:
        return None
    full = f"{there_are(n, part)} The {part}s are {listing(hues)}."
    return Question("count and colours", ("count and colours",), full, "", {"nouns": plural(part)})


def kind_and_count(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None:
        return None
    part = part_name(view)
    words = {"base": rng.choice(("chart", "graph", "diagram")), "nouns": plural(part)}
    full = f"It is a {view.chart.kind}. {there_are(len(view.chart.parts), part)}"
    return Question("kind and count", ("kind and count",), full, "", words)


def count_and_most(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask how many bars there are and which is the tallest."""
    most = charts.tallest(rng, view, last)
    if most is None or view.chart is None:
        return None
    part = part_name(view)
    words = most.words | {"nouns": plural(part)}
    full = f"{there_are(len(view.chart.parts), part)} {most.full}"
    return Question("count and most", ("count and most",), full, "", words)


def colour_and_place(rng: Random, view: View, last: Question | None) -> Question | None:
    found = [(where, thing) for where, thing in view.places().items() if thing in with_colour(view)]
    if not found:
        return None
    where, thing = rng.choice(found)
    words = {"the": reworded(rng, f"the {thing.name}")}
    full = f"The {thing.name} is {thing.colour}. It is {where}."
    return Question("colour and place", ("colour and place", thing), full, "", words, thing=thing)


def exist_and_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    if rng.random() < 0.4:
        noun = rng.choice(SHAPES) if view.hues else rng.choice(KINDS).name
        words = {"a": article(synonym(rng, noun))}
        absent = Question("exist and colour", ("exist", noun), f"No, there is no {noun}.", "", words)
        return None if shows(view, noun) else absent
    found = with_colour(view)
    if not found:
        return None
    thing = rng.choice(found)
    words = {"a": article(synonym(rng, thing.name))}
    full = f"Yes, there is {article(thing.name)}. It is {thing.colour}."
    return Question("exist and colour", ("exist", thing.name), full, "", words, thing=thing)


def exist_and_count(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether there are any of a thing, and how many."""
    if rng.random() < 0.4:
        noun = rng.choice(SHAPES) if view.hues else rng.choice(KINDS).name
        absent = Question(
            "exist and count",
            ("count", noun),
            f"No, there are no {plural(noun)}.",
            "",
            {"nouns": plural(noun)},
        )
        return None if shows(view, noun) else absent
    if not view.names:
        return None
    noun = rng.choice(tuple(view.names))
    fact = there_are(view.names[noun], noun)
    words = {"nouns": plural(synonym(rng, noun))}
    return Question(
        "exist and count", ("count", noun), f"Yes, {fact[0].lower()}{fact[1:]}", "", words, noun=noun
    )
