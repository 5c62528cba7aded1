"""Questions about price tags and signs."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic.grammar import article, number, plural, there_are
from flashsloth_synthetic.question_builders.claims import claim
from flashsloth_synthetic.scene_index import Question, View


def _dollars(rng: Random, limit: int) -> str:
    """Return an amount as people write it: `$5`, `five dollars`, `20 dollars`."""
    if rng.random() < 0.6:
        return f"${limit}"
    return "one dollar" if limit == 1 else f"{number(limit) if rng.random() < 0.7 else limit} dollars"


def cost(rng: Random, view: View, last: Question | None) -> Question | None:
    return (
        Question("cost", ("cost",), f"It costs {view.price.text}.", view.price.text)
        if view.price
        else None
    )


def costs_more(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.price is None:
        return None
    amount = float(view.price.text.strip("$"))
    limit = max(1, round(amount * rng.choice((0.3, 0.5, 0.7, 1.5, 2, 3))))
    if limit == amount:
        return None
    yes = amount > limit
    full = f"{'Yes' if yes else 'No'}, it costs {view.price.text}."
    return Question(
        "costs more", ("costs more",), full, "yes" if yes else "no", {"limit": _dollars(rng, limit)}
    )


def must(rng: Random, view: View, last: Question | None) -> Question | None:
    return (
        Question("must", ("must",), "You must stop.", "stop")
        if view.tag and view.tag.kind == "stop sign"
        else None
    )


def tag_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.tag is None:
        return None
    short = "tag" if view.tag.kind == "price tag" else "sign"
    words = {"tag": rng.choice((view.tag.kind, short))}
    return Question(
        "tag colour", ("tag colour",), f"The {short} is {view.tag.colour}.", view.tag.colour, words
    )


def sign_count(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for the number of signs or tags: one or none."""
    kind = view.tag.kind if view.tag else ""
    tags = (("price tags", "price tag"), ("tags", "tag"), ("labels", "label"))
    if kind == "price tag" or (not kind and rng.random() < 0.3):
        asked, noun = rng.choice(tags if kind else tags[:2])
        n = int(kind == "price tag")
    else:
        noun = rng.choice(("sign", "sign", "stop sign"))
        asked, n = plural(noun), int(bool(kind) and noun in (kind, "sign"))
    words, phrasing = (
        {"signs": asked, "nouns": asked, "noun": noun},
        rng.choice(("sign count", "count")),
    )
    return Question(
        "sign count", ("count", noun), there_are(n, noun), str(n), words, phrasing, "number"
    )


def sign_shape(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.tag is None or view.tag.kind == "price tag":
        return None
    shape = "octagon" if view.tag.kind == "stop sign" else "rectangle"
    words: dict[str, str] = {"tag": rng.choice((view.tag.kind, "sign"))}
    return Question("sign shape", ("sign shape",), f"The sign is {article(shape)}.", shape, words)


def what_sign(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.tag is None or view.tag.kind == "price tag":
        return None
    stop = view.tag.kind == "stop sign"
    full = "It is a stop sign." if stop else f"It is a sign with {view.inscription()[0]}."
    return Question("what sign", ("kind",), full, view.tag.kind)


def must_stop(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether one must stop, or may go, at a stop sign."""
    if view.tag is None or view.tag.kind != "stop sign":
        return None
    yes = rng.random() < 0.5
    return claim("must stop" if yes else "may go", ("must stop",), yes, "you must stop")


def costs_less(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.price is None:
        return None
    amount = float(view.price.text.strip("$"))
    yes = rng.random() < 0.5
    limit = max(1, round(amount * rng.choice((1.4, 2, 3) if yes else (0.3, 0.5, 0.7))))
    if limit == amount or (amount < limit) != yes:
        return None
    return claim(
        "costs less",
        ("costs more",),
        yes,
        f"it costs {view.price.text}",
        {"limit": _dollars(rng, limit)},
    )


def check_price(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether this is the price."""
    if view.price is None:
        return None
    yes, price = rng.random() < 0.5, view.price.text
    asked = price
    if not yes:
        whole, point, cents = price[1:].partition(".")
        asked = f"${max(1, int(whole) + rng.choice((-10, -2, -1, 1, 2, 10)))}{point}{cents}"
        if rng.random() < 0.3 and cents:
            others = [other for other in ("00", "25", "50", "75", "95", "99") if other != cents]
            asked = f"${whole}.{rng.choice(others)}"
    if not yes and asked == price:
        return None
    return claim("check price", ("cost",), yes, f"it costs {price}", {"value": asked})


def currency(rng: Random, view: View, last: Question | None) -> Question | None:
    return (
        Question("currency", ("currency",), "The price is in dollars.", "dollars")
        if view.price
        else None
    )
