"""Questions about the whole picture."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic.grammar import capital
from flashsloth_synthetic.question_builders.nouns import item_plural
from flashsloth_synthetic.scene_index import Question, View


def content(rng: Random, view: View, last: Question | None) -> Question | None:
    one = view.things[0] if len(view.things) == 1 and not view.lines else None
    if view.scene.blank:
        full, bare, style = (
            f"The picture is empty. It is all {view.scene.background}.",
            "nothing",
            "word",
        )
    else:
        full, bare, style = f"{capital(view.summary())}.", "", ""
        if one:
            bare, style = one.name, "word"
        elif view.things and not view.lines:
            bare, style = ", ".join(view.nouns), "list"
    return Question("content", ("content",), full, bare, style=style, thing=one)


def describe(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.scene.blank:
        return Question(
            "describe", ("describe",), f"The picture is empty. It is all {view.scene.background}."
        )
    one = view.things[0] if len(view.things) == 1 and not view.lines else None
    return Question(
        "describe", ("describe",), f"The picture shows {view.summary(full=True)}.", thing=one
    )


def caption(rng: Random, view: View, last: Question | None) -> Question | None:
    blank = f"an empty {view.scene.background} picture"
    return Question(
        "caption", ("caption",), capital(blank if view.scene.blank else view.summary(full=True))
    )


def list_things(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.lines or not (view.things or view.scene.blank):
        return None
    return Question(
        "list",
        ("content list",),
        ", ".join(view.nouns) or "nothing",
        words={"items": item_plural(view)},
    )


def empty(rng: Random, view: View, last: Question | None) -> Question | None:
    yes = view.scene.blank
    full = "Yes, the picture is empty." if yes else "No, the picture is not empty."
    return Question("empty", ("empty",), full, "yes" if yes else "no")


def background(rng: Random, view: View, last: Question | None) -> Question | None:
    hue = view.scene.background
    return Question("background", ("background",), f"The background is {hue}.", hue) if hue else None


def whole_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    hue = (
        view.scene.background
        if view.scene.blank
        else view.things[0].colour
        if len(view.things) == 1
        else ""
    )
    if view.scene.blank:
        return Question("whole colour", ("colour",), f"It is {hue}.", hue)
    if not hue or view.lines:
        return None
    thing = view.things[0]
    return Question(
        "whole colour", ("colour", thing), f"It is {hue}.", hue, phrasing="thing colour", thing=thing
    )
