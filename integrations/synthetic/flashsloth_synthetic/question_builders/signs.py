"""Questions about price tags and signs."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic.scene_index import Question, View


def cost(rng: Random, view: View, last: Question | None) -> Question | None:
    return Question("cost", ("cost",), f"It costs {view.price.text}.", view.price.text) if view.price else None


def costs_more(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.price is None:
        return None
    amount = float(view.price.text.strip("$"))
    limit = max(1, round(amount * rng.choice((0.3, 0.5, 0.7, 1.5, 2, 3))))
    if limit == amount:
        return None
    yes = amount > limit
    full = f"{'Yes' if yes else 'No'}, it costs {view.price.text}."
    return Question("costs more", ("costs more",), full, "yes" if yes else "no", {"limit": f"${limit}"})


def must(rng: Random, view: View, last: Question | None) -> Question | None:
    return Question("must", ("must",), "You must stop.", "stop") if view.tag and view.tag.kind == "stop sign" else None


def tag_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.tag is None:
        return None
    short = "tag" if view.tag.kind == "price tag" else "sign"
    words = {"tag": rng.choice((view.tag.kind, short))}
    return Question("tag colour", ("tag colour",), f"The {short} is {view.tag.colour}.", view.tag.colour, words)
