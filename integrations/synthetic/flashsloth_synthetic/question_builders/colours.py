"""Questions about colours: claims, choices, and what has a colour."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from flashsloth_synthetic.grammar import capital, listing, number, plural, there_are
from flashsloth_synthetic.question_builders.claims import (
    BESIDES,
    claim,
    hue_word,
    other_colour,
    reworded,
    shuffled,
    with_colour,
)
from flashsloth_synthetic.question_builders.nouns import item_plural, part_name
from flashsloth_synthetic.question_templates import synonym
from flashsloth_synthetic.scene import COLOURS, Thing
from flashsloth_synthetic.scene_index import Question, View, counts_of

COLOURFUL = frozenset({
    "dog", "rabbit", "penguin", "butterfly", "watermelon", "pizza", "hamburger", "cake", "mushroom", "pineapple",
    "plane", "boat", "rocket", "train", "clock", "house", "camera",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Coloured:
    """Something with one colour: what the question and the answer call it."""

    asked: str
    name: str
    colour: str
    key: tuple[object, ...]
    thing: Thing | None = None

    @property
    def besides(self) -> tuple[str, ...]:
        """The colours that it might be said to have."""
        return (self.colour, *BESIDES.get(self.thing.name if self.thing else "", ()))

    @property
    def fact(self) -> str:
        return f"{self.name} is {self.colour}"


def _coloured(rng: Random, view: View) -> _Coloured | None:
    """Choose a thing, the sign, the text or the background."""
    found = [
        _Coloured(
            reworded(rng, f"the {thing.name}"),
            f"the {thing.name}",
            thing.colour,
            ("colour", thing),
            thing,
        )
        for thing in with_colour(view)
    ]
    if len(view.things) == 1 and not view.lines and found and rng.random() < 0.3:
        return _Coloured("it", "it", found[0].colour, found[0].key, found[0].thing)
    if view.tag:
        short = "tag" if view.tag.kind == "price tag" else "sign"
        asked = rng.choice((view.tag.kind, short, short, short if short == "tag" else "board"))
        found += [_Coloured(f"the {asked}", f"the {short}", view.tag.colour, ("tag colour",))] * 2
    if len({line.colour for line in view.lines}) == 1:
        names = ["the text", "the text", "the writing"]
        if len(view.lines) == 1 and view.lines[0].kind != "price" and " " not in view.text:
            names.append(f"the {view.lines[0].kind}")
        found.append(_Coloured(rng.choice(names), "the text", view.lines[0].colour, ("text colour",)))
    if not found or rng.random() < (0.15 if view.things else 0.3):
        hue = view.scene.background
        asked = rng.choice(
            ("the background", "the background", "the backdrop", "the page", "the paper")
        )
        return _Coloured(asked, "the background", hue, ("background",)) if hue else None
    return rng.choice(found)


def is_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    one = _coloured(rng, view)
    if one is None:
        return None
    yes = rng.random() < 0.5
    asked = one.colour if yes else other_colour(rng, view, *one.besides)
    words = {"the": one.asked, "colour": hue_word(rng, asked)}
    return claim("is colour", one.key, yes, one.fact, words, thing=one.thing)


def colour_doubt(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for one colour and name another in the same breath, as somebody in doubt."""
    one = _coloured(rng, view)
    if one is None:
        return None
    yes = rng.random() < 0.5
    wrong = other_colour(rng, view, *one.besides)
    doubt = wrong if yes or rng.random() < 0.3 else one.colour
    asked = one.colour if yes else other_colour(rng, view, *one.besides, doubt)
    words = {"the": one.asked, "colour": hue_word(rng, asked), "other": hue_word(rng, doubt)}
    return claim("colour doubt", one.key, yes, one.fact, words, thing=one.thing)


def colour_either(rng: Random, view: View, last: Question | None) -> Question | None:
    one = _coloured(rng, view)
    if one is None:
        return None
    options = shuffled(
        rng, hue_word(rng, one.colour), hue_word(rng, other_colour(rng, view, *one.besides))
    )
    words = {"the": one.asked, "one": options[0], "two": options[1]}
    return Question(
        "colour either", one.key, f"{capital(one.fact)}.", one.colour, words, thing=one.thing
    )


def colour_choice(rng: Random, view: View, last: Question | None) -> Question | None:
    """Offer three colours."""
    one = _coloured(rng, view)
    if one is None:
        return None
    wrong = other_colour(rng, view, *one.besides)
    also = other_colour(rng, view, *one.besides, wrong)
    options = shuffled(rng, hue_word(rng, one.colour), hue_word(rng, wrong), hue_word(rng, also))
    words = {"the": one.asked, "one": options[0], "two": options[1], "three": options[2]}
    return Question(
        "colour choice", one.key, f"{capital(one.fact)}.", one.colour, words, thing=one.thing
    )


def no_plain_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    several = [
        thing
        for thing in view.things
        if thing.name in COLOURFUL and not thing.colour and view.names[thing.name] == 1
    ]
    if not several:
        return None
    thing = rng.choice(several)
    key = ("colour", thing)
    if len(view.things) == 1 and not view.lines and rng.random() < 0.4:
        full, phrasing = "It has several colours.", "thing colour"
        return Question("no plain colour", key, full, "several", {}, phrasing, "word", thing=thing)
    words = {"the": reworded(rng, f"the {thing.name}")}
    phrasing = rng.choice(("colour", "no plain colour"))
    full = f"The {thing.name} has several colours."
    return Question("no plain colour", key, full, "several", words, phrasing, "word", thing=thing)


def _pair(rng: Random, view: View, alike: bool) -> tuple[Thing, Thing] | None:
    """Choose two things of one colour, or of two."""
    found = with_colour(view)
    pairs = [(a, b) for a in found for b in found if a is not b and (a.colour == b.colour) == alike]
    return rng.choice(pairs) if pairs else None


def pair_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    yes = rng.random() < 0.5
    pair = _pair(rng, view, yes)
    if pair is None:
        return None
    a, b = pair
    fact = (
        f"both are {a.colour}" if yes else f"the {a.name} is {a.colour} and the {b.name} is {b.colour}"
    )
    words = {"one": reworded(rng, f"the {a.name}"), "two": reworded(rng, f"the {b.name}")}
    return claim("pair colour", ("pair colour", *sorted((a.name, b.name))), yes, fact, words)


def both_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether two things have this colour."""
    yes = rng.random() < 0.5
    pair = _pair(rng, view, yes or rng.random() < 0.3)
    if pair is None:
        return None
    a, b = pair
    alike = a.colour == b.colour
    fact = (
        f"both are {a.colour}"
        if alike
        else f"the {a.name} is {a.colour} and the {b.name} is {b.colour}"
    )
    if yes:
        asked = a.colour
    elif alike:
        asked = other_colour(rng, view, a.colour, *BESIDES.get(a.name, ()), *BESIDES.get(b.name, ()))
    else:
        asked = rng.choice((a.colour, b.colour))
    words = {"one": reworded(rng, f"the {a.name}"), "two": reworded(rng, f"the {b.name}")}
    words["colour"] = hue_word(rng, asked)
    return claim("both colour", ("pair colour", *sorted((a.name, b.name))), yes, fact, words)


def which_coloured(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask which of two things has this colour."""
    pair = _pair(rng, view, alike=False)
    if pair is None or pair[0].colour in BESIDES.get(pair[1].name, ()):
        return None
    thing, other = pair
    options = shuffled(rng, f"the {thing.name}", f"the {other.name}")
    words = {"one": reworded(rng, options[0]), "two": reworded(rng, options[1])}
    words["colour"] = hue_word(rng, thing.colour)
    full = f"The {thing.name} is {thing.colour}."
    return Question(
        "which coloured", ("pair colour", thing.name, other.name), full, thing.name, words, thing=thing
    )


def all_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether all shapes, bars or slices have this colour; of two, whether both have it."""
    yes = rng.random() < 0.5
    if view.chart:
        hues, items = [part.colour for part in view.chart.parts], plural(synonym(rng, part_name(view)))
    elif view.item == "shape" and len(view.things) > 1:
        name = next(iter(view.names))
        items = plural(name) if len(view.names) == 1 and rng.random() < 0.6 else item_plural(view)
        hues = list(view.hues)
    else:
        return None
    if yes != (len(hues) == 1) and (yes or rng.random() < 0.7):
        return None
    of = len(view.chart.parts) if view.chart else len(view.things)
    if len(hues) > 1:
        fact, asked = f"they are {listing(hues)}", rng.choice(hues if rng.random() < 0.75 else COLOURS)
    else:
        fact = f"{'both' if of == 2 else 'they'} are {'' if of == 2 else 'all '}{hues[0]}"
        asked = hues[0] if yes else other_colour(rng, view, hues[0])
    every = rng.choice(
        ("both", "both", "both the", "all the")
        if of == 2
        else ("all", "all the", "all the", "all of the")
    )
    words = {"every": every, "items": items, "colour": hue_word(rng, asked)}
    return claim("all colour", ("same colour",), yes, fact, words)


def palette(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for all colours of the picture."""
    ground = f"The background is {view.scene.background}."
    if view.scene.blank or not view.scene.background:
        return None
    facts = []
    if view.chart:
        facts.append(
            f"The {part_name(view)}s are {listing([part.colour for part in view.chart.parts])}."
        )
    elif view.tag:
        facts.append(f"The {'tag' if view.tag.kind == 'price tag' else 'sign'} is {view.tag.colour}.")
    elif len(view.things) == 1 and view.things[0].colour:
        facts.append(f"The {view.things[0].name} is {view.things[0].colour}.")
    elif view.things and view.item == "shape":
        shapes = "shapes are" if len(view.things) > 1 else "shape is"
        facts.append(f"The {shapes} {listing(list(view.hues))}.")
    elif view.things:
        return None
    hues = {line.colour for line in view.lines}
    if len(hues) > 1:
        return None
    facts += [f"The text is {hue}." for hue in hues]
    return Question("palette", ("palette",), " ".join([*facts, ground]))


def _of_colour(view: View, hue: str) -> tuple[str, str, bool]:
    """Return the things of a colour with `the`, their bare list, and whether they are several."""
    counts = counts_of([thing.name for thing in view.things if thing.colour == hue])
    names = [
        f"the {name}" if n == 1 else f"the {number(n)} {plural(name)}" for name, n in counts.items()
    ]
    return listing(names) if names else "", ", ".join(counts), sum(counts.values()) > 1


def _hues(view: View) -> tuple[list[str], list[str]] | None:
    """Return the colours that things have, and those that nothing has; None if a thing has no plain
    one."""
    if not view.things or view.lines or not all(thing.colour for thing in view.things):
        return None
    hues = sorted({thing.colour for thing in view.things} - {view.scene.background})
    near = {hue for thing in view.things for hue in BESIDES.get(thing.name, ())}
    return hues, [hue for hue in COLOURS if hue not in {*hues, view.scene.background, *near}]


def _only(view: View, hue: str) -> Thing | None:
    """Return the thing of a colour, if it is the only one."""
    found = [thing for thing in view.things if thing.colour == hue]
    return found[0] if len(found) == 1 else None


def things_of_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    found = _hues(view)
    if found is None:
        return None
    hues, missing = found
    usable = missing if missing and (not hues or rng.random() < 0.12) else hues
    if not usable:
        return None
    hue = rng.choice(usable)
    the, bare, many = _of_colour(view, hue)
    full = f"{capital(the)} {'are' if many else 'is'} {hue}." if the else f"Nothing is {hue}."
    items = "shapes" if view.item == "shape" and rng.random() < 0.5 else "things"
    words = {"colour": hue_word(rng, hue), "items": items}
    one = _only(view, hue)
    return Question("things of colour", ("things of", hue), full, bare or "nothing", words, thing=one)


def any_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    found = _hues(view)
    if found is None:
        return None
    yes = rng.random() < 0.5
    usable = found[0] if yes else found[1]
    if not usable:
        return None
    hue = rng.choice(usable)
    the, _, many = _of_colour(view, hue)
    fact = f"{the} {'are' if many else 'is'} {hue}" if yes else f"nothing is {hue}"
    words = {"colour": hue_word(rng, hue)}
    return claim("any colour", ("things of", hue), yes, fact, words, thing=_only(view, hue))


def count_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.item != "shape" or not view.things or view.lines:
        return None
    hues = list(view.hues)
    hue = rng.choice(hues if rng.random() < 0.8 else COLOURS)
    if hue not in hues and hue == view.scene.background:
        return None
    n, noun = view.hues.get(hue, 0), f"{hue} shape"
    # Not the plural of their name: "Number of green rings?" is the form `count`, whose answer says
    # rings.
    words = {"colour": hue_word(rng, hue), "items": rng.choice(("shapes", "things"))}
    return Question(
        "count colour", ("count", noun), there_are(n, noun), str(n), words, noun=noun if n else ""
    )


def how_many_colours(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart:
        n, items = len(view.chart.parts), plural(synonym(rng, part_name(view)))
    elif view.item == "shape" and len(view.things) > 1:
        name = next(iter(view.names))
        n, items = len(view.hues), "shapes"
        if len(view.names) == 1 and rng.random() < 0.5:
            items = plural(name)
    else:
        return None
    return Question(
        "how many colours", ("how many colours",), there_are(n, "colour"), str(n), {"items": items}
    )
