"""Questions in everyday words: who, what to eat, which shapes, a claimed text, what is behind, which
bar wins."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from flashsloth_synthetic import question_templates
from flashsloth_synthetic.catalogue import KIND
from flashsloth_synthetic.grammar import article, capital, listing, number, plural, several, there_are
from flashsloth_synthetic.question_builders import charts, things
from flashsloth_synthetic.question_builders.claims import (
    claim,
    hue_word,
    lower,
    other_colour,
    reworded,
    shuffled,
)
from flashsloth_synthetic.question_builders.counts import CLASSES
from flashsloth_synthetic.question_builders.nouns import UNCOUNTED, count_of, item_plural, part_name
from flashsloth_synthetic.question_builders.text import letters, other_text
from flashsloth_synthetic.question_templates import synonym
from flashsloth_synthetic.scene import Thing
from flashsloth_synthetic.scene_index import Question, View

# What people call some things by their use, and things that might pass for it.
USES: dict[str, tuple[str, ...]] = {
    "bug": ("ladybug", "butterfly"),
    "instrument": ("guitar",),
    "musical instrument": ("guitar",),
    "piece of furniture": ("chair",),
    "sweet": ("cake", "ice cream"),
    "dessert": ("cake", "ice cream"),
}
DOUBTFUL: dict[str, tuple[str, ...]] = {
    "bug": ("snail",),
    "sweet": ("strawberry", "apple", "banana", "watermelon", "pineapple"),
    "dessert": ("strawberry", "apple", "banana", "watermelon", "pineapple"),
}


def contains_text(rng: Random, view: View, last: Question | None) -> Question | None:
    """Claim a word or number of a picture with any text, or with none."""
    if not view.lines:
        if view.written or rng.random() < 0.8:
            return None
        words = {"text": _any_text(rng)}
        words["kind"] = "number" if words["text"].isdigit() else "word"
        return claim("contains text", ("exist", "text"), False, "there is no text", words)
    lines = [line for line in view.lines if line.kind != "price"]
    if not lines:
        return None
    yes, line = rng.random() < 0.65, rng.choice(lines)
    asked = line.text
    if not yes:
        asked = _any_text(rng) if rng.random() < 0.35 else other_text(rng, line)
    if len(lines) == 2 and rng.random() < 0.35:
        asked = " ".join([asked if each is line else each.text for each in lines])
        words = {"text": asked, "kind": "text"}
        return claim(
            "contains text", ("says", asked), asked == view.text, f'it says "{view.text}"', words
        )
    present = {part.lower() for other in view.lines for part in (other.text, *other.text.split())}
    if (asked.lower() in present) != yes:
        return None
    words = {"text": asked, "kind": "number" if asked.isdigit() else "word"}
    return claim("contains text", ("says", asked), yes, f'it says "{view.text}"', words)


def _any_text(rng: Random) -> str:
    return (
        str(rng.randint(10, 999))
        if rng.random() < 0.3
        else rng.choice(question_templates.WORDS).upper()
    )


def word_exist(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether there is a word, also of a number and of a picture without text."""
    if not view.lines:
        fact = "there is no text"
        return None if view.written else claim("word exist", ("exist", "word"), False, fact)
    if any(line.kind == "price" for line in view.lines):
        return None
    yes = any(line.kind == "word" for line in view.lines)
    fact = f'it says "{view.text}"' if yes else f"it is the number {view.text}"
    if not yes and len(view.lines) > 1:
        return None
    return claim("word exist", ("exist", "word"), yes, fact)


def text_in_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask what is written in a colour."""
    hues = {line.colour for line in view.lines}
    if len(hues) != 1:
        return None
    hue = hues.pop()
    if rng.random() < 0.2:
        wrong = other_colour(rng, view, hue)
        full = f"Nothing is written in {wrong}. The text is {hue}."
        return Question(
            "text in colour", ("read", wrong), full, "nothing", {"colour": hue_word(rng, wrong)}
        )
    words = {"colour": hue_word(rng, hue)}
    return Question("text in colour", ("read",), f'It says "{view.text}".', view.text, words)


def letters_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    """Claim a colour of the letters or digits."""
    hues, kinds = {line.colour for line in view.lines}, {line.kind for line in view.lines}
    if len(hues) != 1 or len(kinds) != 1:
        return None
    hue, yes = hues.pop(), rng.random() < 0.5
    items = "letters" if kinds == {"word"} else "digits"
    asked = hue if yes else other_colour(rng, view, hue)
    words = {"items": items, "colour": hue_word(rng, asked)}
    return claim("letters colour", ("text colour",), yes, f"the {items} are {hue}", words)


def which_kinds(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for all shapes or things by their number or as "these"."""
    if len(view.things) < 2 or view.lines:
        return None
    words = {
        "items": "things" if rng.random() < 0.15 else item_plural(view),
        "n": number(len(view.things)),
    }
    full = f"{capital(view.summary())}."
    return Question("which kinds", ("content",), full, ", ".join(view.nouns), words)


def _inside(view: View, names: tuple[str, ...]) -> dict[str, int]:
    return {name: n for name, n in view.names.items() if name in names}


def which_use(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask which instrument, bug or sweet it is, in the wordings of `group`."""
    present = [use for use, names in USES.items() if _inside(view, names)]
    if not present and rng.random() < 0.97:
        return None
    use = rng.choice(present or list(USES))
    inside = list(_inside(view, USES[use]).items())
    key, words = ("group", use), {"group": use}
    if len(inside) > 1 or _inside(view, DOUBTFUL.get(use, ())):
        return None
    if not inside:
        return Question("which use", key, f"I see no {use}.", "none", words, "group", "word")
    name, n = inside[0]
    full = f"It is {article(name)}." if n == 1 else f"They are {plural(name)}."
    one = next(thing for thing in view.things if thing.name == name) if n == 1 else None
    return Question("which use", key, full, name, words, "group", "word", thing=one)


def which_ones(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask which animals, plants or foods there are, also where there are several."""
    food = view.groups.get("food")
    classes = {
        group: names
        for group, names in CLASSES.items()
        if _inside(view, names)
        and not (group == "plant" and food)
        and not (group == "fruit" and view.names.keys() & {"carrot", "mushroom"})
        and not (group == "insect" and "snail" in view.names)
    }
    if not classes:
        return None
    group = rng.choice(tuple(classes))
    inside = _inside(view, classes[group])
    full = f"{capital(listing([several(n, name) for name, n in inside.items()]))}."
    return Question(
        "which ones", ("which ones", group), full, ", ".join(inside), {"nouns": plural(group)}
    )


def _foods(view: View) -> list[Thing]:
    return [
        thing for thing in view.things if thing.kind == "object" and KIND[thing.name].group == "food"
    ]


def what_to_eat(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask what one can eat or drink."""
    if view.chart or view.lines:
        return None
    drink = rng.random() < 0.35
    names = ("cup",) if drink else tuple({thing.name for thing in _foods(view)})
    inside = _inside(view, names)
    verb = "drink" if drink else "eat"
    words = {"verb": verb}
    if not inside:
        full = f"There is nothing to {verb}."
        return (
            Question("what to eat", ("to", verb), full, "nothing", words)
            if rng.random() < 0.08
            else None
        )
    full = f"{capital(listing([several(n, name) for name, n in inside.items()]))}."
    return Question("what to eat", ("to", verb), full, ", ".join(inside), words)


def who_at(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask who is at a place, of pictures with animals."""
    found = things.side(rng, view, last) if view.groups.get("animal") else None
    return replace(found, form="who at") if found else None


def who_beside(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask who is next to a thing, of pictures with animals."""
    found = things.neighbour(rng, view, None) if view.groups.get("animal") else None
    return replace(found, form="who beside") if found else None


def colour_behind(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for the background as what is behind or around something."""
    names = [view.the(thing) for thing in view.named()]
    if view.tag:
        names = ["the tag" if view.tag.kind == "price tag" else "the sign"]
    elif view.chart:
        names = ["the chart", f"the {part_name(view)}s"]
    elif view.lines:
        names += ["the text", "the writing"]
    hue = view.scene.background
    if not names or not hue:
        return None
    words = {"the": reworded(rng, rng.choice(names))}
    return Question("colour behind", ("background",), f"The background is {hue}.", hue, words)


def ground_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    """Claim a colour of the background in other words."""
    hue = view.scene.background
    if not hue:
        return None
    yes = rng.random() < 0.5
    words = {"colour": hue_word(rng, hue if yes else other_colour(rng, view, hue))}
    return claim("ground colour", ("background",), yes, f"the background is {hue}", words)


def is_between(rng: Random, view: View, last: Question | None) -> Question | None:
    """Claim that a thing is between two others of a row or column of three."""
    rows = view.rows
    column = len(rows) == 3 and all(len(row) == 1 for row in rows)
    if view.lines or len(view.things) != 3 or not (column or len(rows) == 1):
        return None
    line = [row[0] for row in rows] if column else list(rows[0])
    names = [view.the(thing) for thing in line]
    if not all(names):
        return None
    yes = rng.random() < 0.5
    asked = names[1] if yes else rng.choice((names[0], names[2]))
    one, two = shuffled(rng, *[name for name in names if name != asked])
    first, second = shuffled(rng, names[0], names[2])
    fact = f"{names[1]} is between {first} and {second}"
    words = {"the": reworded(rng, asked), "one": reworded(rng, one), "two": reworded(rng, two)}
    return claim("is between", ("between", *sorted((names[0], names[2]))), yes, fact, words)


def winner(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for the tallest bar or largest slice as the one that wins."""
    return _ranked(view, "winner", "tallest", "largest")


def loser(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for the shortest bar or smallest slice as the one that loses."""
    return _ranked(view, "loser", "shortest", "smallest")


def _ranked(view: View, form: str, of_bars: str, of_slices: str) -> Question | None:
    """Return the question for the first or last part of a chart, with the superlatives that its answer
    uses."""
    if view.chart is None:
        return None
    wins = form == "winner"
    part = (max if wins else min)(view.chart.parts, key=lambda part: part.share)
    most, name = of_bars if view.chart.kind == "bar chart" else of_slices, part_name(view)
    full = f"The {part.colour} {name} is the {most}."
    return Question(form, ("tallest", wins), full, part.colour, {"part": name}, part=part)


def has_more(rng: Random, view: View, last: Question | None) -> Question | None:
    """Claim that one bar or slice has more than another one."""
    if view.chart is None:
        return None
    a, b = charts.near_pair(rng, view.chart.parts)
    if a.share == b.share:
        return None
    big, small = ("taller", "shorter") if view.chart.kind == "bar chart" else ("larger", "smaller")
    yes, name = a.share > b.share, part_name(view)
    fact = f"the {a.colour} {name} is {big if yes else small} than the {b.colour} {name}"
    one, two = (
        (a.colour, b.colour)
        if rng.random() < 0.6
        else (f"the {a.colour} {name}", f"the {b.colour} {name}")
    )
    return claim(
        "has more", ("compare", *sorted((a.colour, b.colour))), yes, fact, {"one": one, "two": two}
    )


def anything_drawn(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether anything is drawn: `empty` the other way round."""
    yes = not view.scene.blank
    return claim("anything drawn", ("empty",), yes, f"the picture is {'not ' if yes else ''}empty")


def check_length(rng: Random, view: View, last: Question | None) -> Question | None:
    """Claim a number of letters or digits."""
    found = letters(rng, view, last)
    if found is None:
        return None
    n, yes = int(found.bare), rng.random() < 0.5
    asked = n if yes else rng.choice([wrong for wrong in (n - 2, n - 1, n + 1, n + 2) if wrong > 1])
    words = {"n": number(asked) if rng.random() < 0.7 else str(asked), "unit": found.words["unit"]}
    return claim("check length", ("letters",), yes, lower(found.full), words)


def line_order(rng: Random, view: View, last: Question | None) -> Question | None:
    """Claim which of a word and a number is above the other one."""
    kinds = [line.kind for line in view.lines]
    if sorted(kinds) != ["number", "word"] or view.tag:
        return None
    one, two = shuffled(rng, *kinds)
    fact = f"the {kinds[0]} is above the {kinds[1]}"
    return claim("line order", ("line order",), one == kinds[0], fact, {"one": one, "two": two})


def picture_too(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether there is more than the text."""
    if not view.lines or view.tag or view.chart:
        return None
    nouns = [several(n, name) for name, n in view.nouns.items()]
    fact = (
        f"there {'is' if len(view.things) == 1 else 'are'} {listing(nouns)}"
        if nouns
        else "there is only text"
    )
    return claim("picture too", ("picture too",), bool(nouns), fact, {"kind": view.lines[0].kind})


def one_or_more(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether there is one of something, or a larger number."""
    nouns = [noun for noun in view.countable() if noun not in UNCOUNTED]
    if not nouns:
        return None
    noun = rng.choice(nouns)
    n = count_of(view, noun)
    if n > 1 or rng.random() < 0.35:
        reworded = synonym(rng, noun)
        words = {
            "noun": reworded,
            "nouns": plural(reworded),
            "m": number(n if n > 1 else rng.choice((2, 2, 3))),
        }
        return Question("one or more", ("count", noun), there_are(n, noun), str(n), words, noun=noun)
    return None
