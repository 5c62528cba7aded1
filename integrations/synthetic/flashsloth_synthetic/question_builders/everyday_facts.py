"""Questions about everyday pictures: their own facts, and what people ask of any picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from flashsloth_synthetic import question_templates
from flashsloth_synthetic.everyday import KINDS as PICTURES
from flashsloth_synthetic.everyday import POLYGONS
from flashsloth_synthetic.grammar import article, capital, plural
from flashsloth_synthetic.question_builders.claims import claim, hue_word, shuffled
from flashsloth_synthetic.question_builders.missing import ABOUT, NOUNS, THING, any_words
from flashsloth_synthetic.question_builders.nouns import UNCOUNTED
from flashsloth_synthetic.question_templates import STYLE_OF, synonym
from flashsloth_synthetic.scene import COLOURS, Everyday
from flashsloth_synthetic.scene_index import Question

# What is asked of any picture, besides what the world draws and what none shows.
OUTDOORS = (
    "mountain", "lake", "river", "tree", "house", "sun", "moon", "cloud", "star", "boat", "person", "person", "animal",
    "road", "window", "clock", "face", "flag", "receipt", "map", "phone", "bird", "car", "dog", "cat", "flower", "sign",
)  # fmt: skip


def content(rng: Random, found: Everyday) -> Question:
    bare = found.name.partition(" ")[2]
    return Question("content", ("content",), f"{capital(found.name)}.", bare, style="phrase")


def main_thing(rng: Random, found: Everyday) -> Question:
    return Question(
        "main thing", ("main thing",), f"{capital(found.name)}.", found.name.partition(" ")[2]
    )


def describe(rng: Random, found: Everyday) -> Question:
    return Question("describe", ("describe",), f"The picture shows {found.details}.")


def caption(rng: Random, found: Everyday) -> Question:
    return Question("caption", ("caption",), capital(found.details))


def fact(rng: Random, found: Everyday, often: Mapping[str, int] = {}) -> Question:
    """Ask what only this kind of picture answers. A phrasing in `often` counts that many times."""
    one = rng.choice([one for one in found.facts for _ in range(often.get(one.phrasing, 1))])
    words = dict(one.words)
    about = words.get("nouns") or words.get("noun") or words.get("the") or words.get("where") or ""
    key = (one.phrasing, about)
    if one.instead:
        return Question(found.kind, key, one.instead, "", words, one.phrasing)
    style = one.style or STYLE_OF.get(one.phrasing, "") if one.bare else ""
    return Question(found.kind, key, one.full, one.bare, words, one.phrasing, style)


def _absent(rng: Random, found: Everyday) -> str:
    """Choose a noun of something that the picture does not show, nor anything similar."""
    while True:
        noun = rng.choice(rng.choice((OUTDOORS, NOUNS, question_templates.ABSENT)))
        if noun not in (*found.shown, *found.unsure):
            return noun


def exist(rng: Random, found: Everyday) -> Question:
    yes = rng.random() < 0.45
    noun = rng.choice(found.shown) if yes else _absent(rng, found)
    bare, is_there = ("yes", "Yes, there is") if yes else ("no", "No, there is no")
    if noun in UNCOUNTED:
        full = f"{is_there} {noun}."
        return Question("exist", ("exist", noun), full, bare, {"noun": noun, "a": noun}, "exist some")
    reworded = synonym(rng, noun)
    words = {"a": article(reworded), "nouns": plural(reworded)}
    full = f"{is_there} {article(noun) if yes else noun}."
    return Question("exist", ("exist", noun), full, bare, words)


def lacks(rng: Random, found: Everyday) -> Question:
    """Ask whether it is true that something is not there."""
    missing = rng.random() < 0.55
    noun = _absent(rng, found) if missing else rng.choice(found.shown)
    a = noun if noun in UNCOUNTED else article(noun)
    true = f"there is no {noun}" if missing else f"there is {a}"
    return claim("lacks", ("exist", noun), missing, true, {"noun": noun, "a": a})


def any_of_two(rng: Random, found: Everyday) -> Question | None:
    """Ask whether there is one of two things, at most one of which is there."""
    one, two = _absent(rng, found), _absent(rng, found)
    yes = rng.random() < 0.5
    if yes:
        one = rng.choice(found.shown)
    if one == two or {one, two} & {*UNCOUNTED}:
        return None
    a, b = shuffled(rng, one, two)
    true = f"there is {article(one)}" if yes else f"there is no {a} and no {b}"
    words = {"a": article(a), "b": article(b), "nouns": plural(a), "others": plural(b)}
    return claim("any of two", ("exist", a, b), yes, true, words)


def _other_kind(rng: Random, found: Everyday) -> str:
    """Choose what the picture is not."""
    others = (*PICTURES, *POLYGONS.values(), "phone", "stop sign", _absent(rng, found))
    known = (found.kind, *found.shown, *found.unsure)
    return rng.choice([name for name in others if name not in known])


def is_it(rng: Random, found: Everyday) -> Question:
    yes = rng.random() < 0.5
    asked = found.kind if yes else _other_kind(rng, found)
    a = article(asked)
    return claim("is it", ("is it", asked), yes, f"it is {article(found.kind)}", {"a": a})


def either_kind(rng: Random, found: Everyday) -> Question:
    other = _other_kind(rng, found)
    one, two = shuffled(rng, article(found.kind), article(other))
    full = f"It is {article(found.kind)}."
    return Question("either kind", ("content",), full, found.kind, {"a": one, "b": two})


def colour(rng: Random, found: Everyday) -> Question | None:
    """Ask for the colour of a part, plainly, as yes or no, or as one of two."""
    if not found.hues:
        return None
    part, hue = rng.choice(found.hues)
    the, key = f"the {part}", ("colour", part)
    wrong = rng.choice([name for name in COLOURS if name != hue])
    roll = rng.random()
    if roll < 0.4:
        return Question("colour", key, f"{capital(the)} is {hue}.", hue, {"the": the})
    if roll < 0.75:
        yes = rng.random() < 0.5
        words = {"the": the, "colour": hue_word(rng, hue if yes else wrong)}
        return claim("is colour", key, yes, f"{the} is {hue}", words)
    one, two = shuffled(rng, hue, wrong)
    full = f"{capital(the)} is {hue}."
    return Question("colour either", key, full, hue, {"the": the, "one": one, "two": two})


def no_such_thing(rng: Random, found: Everyday) -> Question | None:
    """Ask for the colour or place of something that is not there, or for a chart or sign."""
    if rng.random() < 0.35:
        what = rng.choice(("chart", "sign", "arrow"))
        if what in (*found.unsure, *found.shown):
            return None
        phrasing = rng.choice(ABOUT[what])
        words = any_words(rng, phrasing) | {"tag": "sign"}
        words |= {"sign": {"the": "the sign"}, "arrow": {"the": "the arrow"}}.get(what, {})
        if phrasing == "text and background":
            return None
    else:
        what = _absent(rng, found)
        phrasing = rng.choice(THING)
        words = any_words(rng, phrasing) | {"the": f"the {synonym(rng, what)}"}
    style = STYLE_OF.get(phrasing, "")
    full, bare = f"I see no {what}.", "none" if style else ""
    return Question("no such thing", ("premise", what), full, bare, words, phrasing, style)


# Every builder with its weight.
ASKED: dict[Callable[[Random, Everyday], Question | None], float] = {
    content: 10, main_thing: 2, describe: 5, caption: 2, fact: 58, exist: 15, lacks: 3, is_it: 6, either_kind: 3,
    colour: 7, no_such_thing: 6, any_of_two: 4,
}  # fmt: skip


# In training, facts that are hard to learn come this many times as often (as `forms.HARD`).
HARD = {
    "piece at": 4, "piece colour": 3, "which numerals": 3, "clock roman": 3, "landscape kind": 3, "full moon": 3,
    "crescent moon": 3, "which end": 2, "is end": 2,
}  # fmt: skip


def ask(rng: Random, found: Everyday, for_training: bool = False) -> Question | None:
    """Return a question about an everyday picture, or None if this one does not answer it."""
    asked = rng.choices(list(ASKED), list(ASKED.values()))[0]
    if for_training and asked is fact:
        return fact(rng, found, HARD)
    return asked(rng, found)
