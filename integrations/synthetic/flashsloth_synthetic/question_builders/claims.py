"""What builders of natural questions share: yes or no with the fact, and the words that a question
uses."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic.question_templates import synonym
from flashsloth_synthetic.scene import COLOURS, Part, Thing
from flashsloth_synthetic.scene_index import Question, View

# Colours that a thing of one plain colour has too, or that it might be said to have: never asked for as
# wrong ones.
BESIDES: dict[str, tuple[str, ...]] = {
    "carrot": ("green",), "strawberry": ("green", "yellow", "white"), "apple": ("green", "brown"),
    "banana": ("green", "brown"), "tree": ("brown",), "flower": ("yellow", "purple", "red", "white"),
    "ladybug": ("black", "white"), "owl": ("yellow", "orange", "white", "black"),
    "fish": ("yellow", "white", "black", "purple"), "hat": ("red", "grey", "white", "purple"),
    "guitar": ("brown", "yellow", "white", "black", "orange"), "book": ("white", "blue", "yellow", "grey", "black"),
    "light bulb": ("grey", "white", "blue", "orange"), "elephant": ("white", "pink", "black", "blue"),
    "frog": ("white", "black", "yellow"), "turtle": ("brown", "yellow", "white", "black"),
    "sun": ("orange", "brown", "black"), "key": ("orange", "brown"), "moon": ("orange", "grey"),
    "car": ("black", "white", "grey", "blue", "yellow"), "chair": ("orange", "yellow"),
    "umbrella": ("blue", "brown", "grey", "black", "yellow"), "shoe": ("white", "grey", "black", "purple"),
    "smiley": ("black", "white", "brown", "orange"), "balloon": ("white", "pink", "brown", "yellow"),
    "cactus": ("pink", "brown", "yellow"),
}  # fmt: skip
OPPOSITES = {
    "on the left": "on the right", "on the right": "on the left", "at the top": "at the bottom",
    "at the bottom": "at the top",
}  # fmt: skip
ORDINALS = ("first", "second", "third", "fourth", "fifth")


def claim(
    form: str,
    key: tuple[object, ...],
    yes: bool,
    fact: str,
    words: dict[str, str] | None = None,
    phrasing: str = "",
    *,
    thing: Thing | None = None,
    part: Part | None = None,
    noun: str = "",
) -> Question:
    """Ask whether a claim is true. `fact`: what is true, the sentence after yes or no."""
    full = f"{'Yes' if yes else 'No'}, {fact}."
    bare = "yes" if yes else "no"
    return Question(form, key, full, bare, words or {}, phrasing, "yes or no", thing, part, noun)


def lower(sentence: str) -> str:
    """Return a sentence as it stands after yes or no."""
    return sentence[0].lower() + sentence[1:].rstrip(".")


def reworded(rng: Random, the: str) -> str:
    """Return "the dog" with a synonym at times."""
    return f"the {synonym(rng, the[4:])}" if the.startswith("the ") else the


def hue_word(rng: Random, hue: str) -> str:
    """Return a colour's name as a question spells it."""
    if hue == "purple":
        return "violet" if rng.random() < 0.08 else hue
    return "gray" if hue == "grey" and rng.random() < 0.4 else hue


def other_colour(rng: Random, view: View, *but: str) -> str:
    """Choose a wrong colour, rather one that the picture has."""
    seen = (
        {thing.colour for thing in view.things}
        | {line.colour for line in view.lines}
        | {view.scene.background}
    )
    if view.chart:
        seen |= {part.colour for part in view.chart.parts}
    if view.tag:
        seen.add(view.tag.colour)
    near = sorted(seen - {"", *but})
    return rng.choice(
        near if near and rng.random() < 0.4 else [hue for hue in COLOURS if hue not in but]
    )


def with_colour(view: View) -> list[Thing]:
    """Return the things whose bare name is unambiguous and which have a colour."""
    return [thing for thing in view.things if thing.colour and view.names[thing.name] == 1]


def shuffled(rng: Random, *options: str) -> list[str]:
    """Return the options of a choice, in any order."""
    return rng.sample(options, len(options))
