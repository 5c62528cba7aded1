"""Questions about shapes and objects."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic.catalogue import KIND
from flashsloth_synthetic.grammar import article, capital, listing, plural, there_are
from flashsloth_synthetic.question_builders.nouns import (
    OPPOSITE,
    UNCOUNTED,
    absent_noun,
    count_of,
    counted,
    item_name,
    item_plural,
    neighbour_question,
    only_thing,
    part_name,
    present_noun,
    related_pair,
)
from flashsloth_synthetic.question_templates import paraphrase, synonym
from flashsloth_synthetic.scene import Thing
from flashsloth_synthetic.scene_index import Question, View, noun_of


def exist(rng: Random, view: View, last: Question | None) -> Question | None:
    yes = rng.random() < 0.5
    noun = present_noun(rng, view) if yes else absent_noun(rng, view)
    if not noun:
        return None
    bare, is_there = ("yes", "Yes, there is") if yes else ("no", "No, there is no")
    if noun in UNCOUNTED:
        return Question(
            "exist",
            ("exist", noun),
            f"{is_there} {noun}.",
            bare,
            {"noun": noun, "a": noun},
            "exist some",
        )
    reworded = synonym(rng, noun)
    words = {"a": article(reworded), "nouns": plural(reworded)}
    if noun in ("price", "sign"):
        words["bare"] = words["a"]  # "Price?" asks what it is
    one = only_thing(view, noun) if yes else None
    return Question(
        "exist",
        ("exist", noun),
        f"{is_there} {article(noun) if yes else noun}.",
        bare,
        words,
        thing=one,
        noun=noun,
    )


def count(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart and rng.random() < 0.9:
        noun = part_name(view)
    elif view.things and rng.random() < 0.78:
        nouns = view.countable()
        noun = rng.choice(nouns)
        if rng.random() < 0.6:  # rather what there are several of
            noun = max((noun, rng.choice(nouns)), key=lambda one: count_of(view, one))
    else:
        noun = absent_noun(rng, view, countable=True)
    if not noun or noun in UNCOUNTED or (view.chart and " " in noun):
        return None
    return counted(rng, view, noun)


def total(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.lines or not (view.things or view.scene.blank):
        return None
    if view.scene.blank:
        item = rng.choice(("shape", "object", "thing"))
    else:
        item = (
            view.item
            if rng.random() < 0.7
            else "thing"
            if rng.random() < 0.6 or view.item == "thing"
            else "object"
        )
    n = len(view.things)
    return Question("total", ("total",), there_are(n, item), str(n), {"items": plural(item)})


def _coloured(view: View) -> list[Thing]:
    """Return the things whose bare name is unambiguous and which have a colour."""
    return [thing for thing in view.things if thing.colour and view.names[thing.name] == 1]


def colour(rng: Random, view: View, last: Question | None) -> Question | None:
    things = _coloured(view)
    if not things:
        return None
    thing = rng.choice(things)
    words = {"the": f"the {synonym(rng, thing.name)}"}
    return Question(
        "colour",
        ("colour", thing),
        f"The {thing.name} is {thing.colour}.",
        thing.colour,
        words,
        thing=thing,
    )


def colours(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart:
        hues = [part.colour for part in view.chart.parts]
        part = part_name(view)
        words = {"items": plural(part)}
        phrasing = "colours in order" if part == "bar" else ""
        return Question(
            "colours",
            ("colours", ""),
            f"The {part}s are {listing(hues)}.",
            ", ".join(hues),
            words,
            phrasing,
        )
    if view.item != "shape" or len(view.things) < 2:
        return None
    one = next(iter(view.names))
    item = plural(one) if len(view.names) == 1 and rng.random() < 0.5 else "shapes"
    full = f"The {item} are {listing(list(view.hues))}."
    return Question("colours", ("colours", ""), full, ", ".join(view.hues), {"items": item})


def same_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.item != "shape" or len(view.things) < 2:
        return None
    same = len(view.hues) == 1
    full = f"{'Yes, they are all' if same else 'No, they are'} {listing(list(view.hues))}."
    return Question(
        "same colour",
        ("same colour",),
        full,
        "yes" if same else "no",
        {"items": "shapes", "item": "shape"},
    )


def shape(rng: Random, view: View, last: Question | None) -> Question | None:
    hues = [hue for hue, n in view.hues.items() if n == 1]
    if not hues or len(view.things) < 2:
        return None
    hue = rng.choice(hues)
    thing = next(thing for thing in view.things if thing.kind == "shape" and thing.colour == hue)
    full = f"The {hue} shape is {article(thing.name)}."
    phrasing = "" if view.item == "shape" else "shape of all"
    return Question(
        "shape", ("shape", hue), full, thing.name, {"colour": synonym(rng, hue)}, phrasing, thing=thing
    )


def side(rng: Random, view: View, last: Question | None) -> Question | None:
    places = view.places()
    if not places:
        return None
    where = rng.choice(tuple(places))
    thing = places[where]
    full = f"{capital(article(noun_of(thing)))} is {where}."
    words = {"where": paraphrase(rng, where), "item": item_name(rng, view)}
    return Question("side", ("side", where), full, noun_of(thing), words, thing=thing)


def where(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.lines and view.things:
        tops, bottoms = [t.box[1] for t in view.things], [t.box[3] for t in view.things]
        above = max(line.box[3] for line in view.lines) <= min(tops)
        if not above and min(line.box[1] for line in view.lines) < max(bottoms):
            return None
        where = "at the top" if above else "at the bottom"
        return Question("where", ("where", "text"), f"The text is {where}.", where, {"the": "the text"})
    places = [(where, thing) for where, thing in view.places().items() if view.the(thing)]
    if not places:
        return None
    where, thing = rng.choice(places)
    the = view.the(thing)
    words = {"the": f"the {synonym(rng, the[4:])}"}
    return Question("where", ("where", thing), f"{capital(the)} is {where}.", where, words, thing=thing)


def order(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.lines or len(view.things) < 2:
        return None
    column = all(len(row) == 1 for row in view.rows)
    if len(view.rows) > 1 and not column:
        return None
    nouns = [noun_of(thing) for thing in view.things]
    words = {
        "items": item_plural(view),
        "order": "from top to bottom" if column else "from left to right",
    }
    return Question(
        "order",
        ("order",),
        f"{capital(listing([article(noun) for noun in nouns]))}.",
        ", ".join(nouns),
        words,
    )


def neighbour(rng: Random, view: View, last: Question | None) -> Question | None:
    if len(view.things) < 2:
        return None
    named = view.named()
    thing = last.thing if last and last.thing else rng.choice(named) if named else None
    if thing is None or not view.the(thing):
        return None
    return neighbour_question(rng, view, thing, view.the(thing))


def relative(rng: Random, view: View, last: Question | None) -> Question | None:
    pair = related_pair(rng, view)
    if pair is None:
        return None
    a, b, true, key = pair
    yes = rng.random() < 0.5
    side = true if yes else OPPOSITE[true]
    one, two = view.the(a), view.the(b)
    words = {
        "one": f"the {synonym(rng, one[4:])}",
        "two": f"the {synonym(rng, two[4:])}",
        "beside": paraphrase(rng, side),
    }
    return Question(
        "relative",
        key,
        f"{'Yes' if yes else 'No'}, {one} is {true} {two}.",
        "yes" if yes else "no",
        words,
    )


def more(rng: Random, view: View, last: Question | None) -> Question | None:
    if len(view.names) < 2:
        return None
    one, two = rng.sample(tuple(view.names), 2)
    more = view.names[one] > view.names[two]
    full = f"{'Yes' if more else 'No'}, there are {'' if more else 'not '}more {plural(one)} than {plural(two)}."
    words = {"nouns": plural(one), "others": plural(two)}
    return Question("more", ("more", *sorted((one, two))), full, "yes" if more else "no", words)


def group(rng: Random, view: View, last: Question | None) -> Question | None:
    if not view.groups:
        return None
    group = rng.choice(tuple(view.groups))
    inside = [
        thing for thing in view.things if thing.kind == "object" and KIND[thing.name].group == group
    ]
    if len({thing.name for thing in inside}) > 1:
        return None
    name = inside[0].name
    full = f"It is {article(name)}." if len(inside) == 1 else f"They are {plural(name)}."
    one = inside[0] if len(inside) == 1 else None
    return Question("group", ("group", group), full, name, {"group": group}, thing=one)


def biggest(rng: Random, view: View, last: Question | None) -> Question | None:
    if len(view.things) < 2:
        return None
    ranked = sorted(view.things, key=size_of)
    most = rng.choice(("biggest", "smallest"))
    thing, plain = ranked[-1], size_of(ranked[-1]) >= 1.4 * size_of(ranked[-2])
    if most == "smallest":
        thing, plain = ranked[0], size_of(ranked[1]) >= 1.4 * size_of(ranked[0])
    if not plain or not view.the(thing):
        return None
    words = {"most": paraphrase(rng, most), "item": view.item}
    return Question(
        "biggest", (most,), f"The {noun_of(thing)} is the {most}.", noun_of(thing), words, thing=thing
    )


def size_of(thing: Thing) -> float:
    """Return the longer side of a thing's box."""
    return max(thing.box[2] - thing.box[0], thing.box[3] - thing.box[1])


def direction(rng: Random, view: View, last: Question | None) -> Question | None:
    arrows = [thing for thing in view.named() if thing.direction]
    if not arrows:
        return None
    arrow = rng.choice(arrows)
    the = view.the(arrow)
    return Question(
        "direction",
        ("direction", arrow),
        f"{capital(the)} points {arrow.direction}.",
        arrow.direction,
        {"the": the},
        thing=arrow,
    )
