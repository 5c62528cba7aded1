"""Questions about places: claims, choices, sides of each other, halves, orders, and where arrows
point."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic.grammar import article, capital, listing, plural
from flashsloth_synthetic.question_builders.charts import bar_places
from flashsloth_synthetic.question_builders.claims import OPPOSITES, ORDINALS, claim, reworded, shuffled
from flashsloth_synthetic.question_builders.nouns import OPPOSITE, item_name, related_pair
from flashsloth_synthetic.question_templates import paraphrase
from flashsloth_synthetic.scene import DIRECTIONS, Box, Thing
from flashsloth_synthetic.scene_index import CORNERS, Question, View, noun_of

# Where a picture's only thing is, by the thirds of its middle: down, across.
SPOTS: dict[tuple[int | None, int | None], str] = {
    (0, 0): "in the top left", (0, 2): "in the top right", (2, 0): "in the bottom left", (2, 2): "in the bottom right",
    (0, 1): "at the top", (1, 0): "on the left", (1, 1): "in the middle", (1, 2): "on the right",
    (2, 1): "at the bottom",
}  # fmt: skip
HALVES = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}


def _spot(box: Box) -> str:
    """Return where in the picture a box plainly is, "" if that is not plain."""
    across, down = (_third(box[i] + box[i + 2]) for i in (0, 1))
    return SPOTS.get((down, across), "")


def _third(twice: float) -> int | None:
    """Return 0 for the first third of the picture, 1 for its middle, 2 for the last; None close to
    their borders."""
    middle = twice / 2
    if 0.43 <= middle <= 0.57:
        return 1
    return 0 if middle < 0.37 else 2 if middle > 0.63 else None


def _alone(view: View) -> tuple[str, str, Thing | None] | None:
    """Return the name, the place and the thing of a picture's only content."""
    if view.chart or len(view.things) + len(view.lines) != 1:
        return None
    if view.things:
        return f"the {view.things[0].name}", _spot(view.things[0].box), view.things[0]
    if view.tag:
        return ("the tag" if view.tag.kind == "price tag" else "the sign"), _spot(view.tag.box), None
    return "the text", _spot(view.lines[0].box), None


def where_alone(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask where the only thing or text is, in the wordings of `where`."""
    found = _alone(view)
    if found is None or not found[1]:
        return None
    the, where, thing = found
    the = "it" if rng.random() < 0.25 else the
    words = {"the": reworded(rng, the)}
    full = f"{capital(the)} is {where}."
    return Question(
        "where alone", ("where", thing or the), full, where, words, "where", "phrase", thing=thing
    )


def _named_places(view: View) -> list[tuple[str, str, Thing | None]]:
    """Return the name, the place and the thing of everything with both."""
    if view.chart:
        return [(f"the {part.colour} bar", where, None) for where, part in bar_places(view).items()]
    if (alone := _alone(view)) is not None:
        return [alone] if alone[1] else []
    return [
        (view.the(thing), where, thing) for where, thing in view.places().items() if view.the(thing)
    ]


def _wrong_place(rng: Random, view: View, where: str) -> str:
    """Choose a place where the thing plainly is not."""
    if where in OPPOSITES:
        return OPPOSITES[where]
    if where == "in the middle":
        upright = len(view.rows) > 1 or (len(view.things) < 2 and not view.chart and rng.random() < 0.5)
        return rng.choice(
            ("at the top", "at the bottom") if upright else ("on the left", "on the right")
        )
    return rng.choice([corner for corner in CORNERS.values() if corner != where])


def is_where(rng: Random, view: View, last: Question | None) -> Question | None:
    places = _named_places(view)
    if not places:
        return None
    the, where, thing = rng.choice(places)
    yes = rng.random() < 0.5
    asked = where if yes else _wrong_place(rng, view, where)
    words = {"the": reworded(rng, the), "where": paraphrase(rng, asked)}
    return claim("is where", ("where", thing or the), yes, f"{the} is {where}", words, thing=thing)


def place_doubt(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for one place and name another in the same breath, as somebody in doubt."""
    places = [place for place in _named_places(view) if place[1] != "in the middle"]
    if not places:
        return None
    the, where, thing = rng.choice(places)
    yes = rng.random() < 0.5
    asked, doubt = (
        (where, _wrong_place(rng, view, where)) if yes else (_wrong_place(rng, view, where), where)
    )
    words = {
        "where": paraphrase(rng, asked),
        "elsewhere": paraphrase(rng, doubt),
        "the": reworded(rng, the),
    }
    return claim("place doubt", ("where", thing or the), yes, f"{the} is {where}", words, thing=thing)


def where_either(rng: Random, view: View, last: Question | None) -> Question | None:
    places = [place for place in _named_places(view) if place[1] != "in the middle"]
    if not places:
        return None
    the, where, thing = rng.choice(places)
    options = shuffled(rng, where, _wrong_place(rng, view, where))
    words = {"where": paraphrase(rng, options[0]), "elsewhere": paraphrase(rng, options[1])}
    words["the"] = reworded(rng, the)
    return Question(
        "where either",
        ("where", thing or the),
        f"{capital(the)} is {where}.",
        where,
        words,
        thing=thing,
    )


def colour_at(rng: Random, view: View, last: Question | None) -> Question | None:
    places = [(where, thing) for where, thing in view.places().items() if thing.colour]
    if not places:
        return None
    where, thing = rng.choice(places)
    words = {"where": paraphrase(rng, where), "item": item_name(rng, view)}
    full = f"The {thing.name} is {thing.colour}."
    return Question("colour at", ("colour", thing), full, thing.colour, words, thing=thing)


def is_at(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether what is at a place is this."""
    places = view.places()
    if not places:
        return None
    yes = rng.random() < 0.5
    where, thing = rng.choice(tuple(places.items()))
    others = [noun_of(other) for other in view.things if noun_of(other) != noun_of(thing)]
    if not yes and not others:
        return None
    asked = noun_of(thing) if yes else rng.choice(others)
    words = {"a": article(asked), "where": paraphrase(rng, where), "item": item_name(rng, view)}
    return claim(
        "is at", ("side", where), yes, f"{article(noun_of(thing))} is {where}", words, thing=thing
    )


def which_at(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask which of two things, or of two bars, is at a place."""
    if view.chart:
        places: list[tuple[str, str, str]] = [
            (f"the {part.colour} bar", where, part.colour) for where, part in bar_places(view).items()
        ]
        names = [f"the {part.colour} bar" for part in view.chart.parts]
    else:
        found = [(where, thing) for where, thing in view.places().items() if view.the(thing)]
        places = [(view.the(thing), where, view.the(thing)[4:]) for where, thing in found]
        names = [view.the(thing) for thing in view.named()]
    if not places or len(names) < 2:
        return None
    the, where, bare = rng.choice(places)
    options = shuffled(rng, the, rng.choice([name for name in names if name != the]))
    words = {
        "one": reworded(rng, options[0]),
        "two": reworded(rng, options[1]),
        "where": paraphrase(rng, where),
    }
    return Question("which at", ("side", where), f"{capital(the)} is {where}.", bare, words)


def two_sides(rng: Random, view: View, last: Question | None) -> Question | None:
    found = {where: noun_of(thing) for where, thing in view.places().items()}
    if view.chart:
        found = {where: f"{part.colour} bar" for where, part in bar_places(view).items()}
    pairs = [(a, b) for a, b in OPPOSITES.items() if a in found and b in found]
    corners = [where for where in found if where in CORNERS.values()]
    pairs += [(a, b) for a in corners for b in corners if a != b]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    words = {"where": paraphrase(rng, a), "elsewhere": paraphrase(rng, b)}
    if view.chart:
        full = f"The {found[a]} is {a}. The {found[b]} is {b}."
        bare = f"{found[a].split()[0]}, {found[b].split()[0]}"
    else:
        full = f"{capital(article(found[a]))} is {a}. {capital(article(found[b]))} is {b}."
        bare = f"{found[a]}, {found[b]}"
    return Question("two sides", ("sides", a, b), full, bare, words)


def relative_either(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask on which side of another one a thing is: left or right, above or below."""
    pair = related_pair(rng, view)
    if pair is None:
        return None
    a, b, true, key = pair
    one, two = view.the(a), view.the(b)
    options = shuffled(rng, true, OPPOSITE[true])
    words = {"one": reworded(rng, one), "two": reworded(rng, two)}
    words |= {"beside": paraphrase(rng, options[0]), "across": paraphrase(rng, options[1])}
    return Question("relative either", key, f"{capital(one)} is {true} {two}.", true, words, thing=a)


def further(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask which of two things is further left, right, up or down."""
    pair = related_pair(rng, view)
    if pair is None:
        return None
    a, b, true, key = pair
    one, two = view.the(a), view.the(b)
    options = shuffled(rng, one, two)
    words = {
        "one": reworded(rng, options[0]),
        "two": reworded(rng, options[1]),
        "further": paraphrase(rng, f"more {true}"),
    }
    return Question("further", key, f"{capital(one)} is {true} {two}.", one[4:], words, thing=a)


def _half(box: Box, halves: tuple[str, str]) -> str:
    """Return the half that a box plainly lies in, or ""."""
    axis = 0 if halves[0] == "left" else 1
    if box[axis + 2] < 0.5:
        return halves[0]
    return halves[1] if box[axis] > 0.5 else ""


def _in_half(rng: Random, view: View) -> tuple[str, str, Thing | None] | None:
    """Choose something that lies in one half: its name, the half, and the thing."""
    halves = rng.choice((("left", "right"), ("top", "bottom")))
    found: list[tuple[str, str, Thing | None]] = [
        (view.the(thing), _half(thing.box, halves), thing) for thing in view.named()
    ]
    if len(view.lines) == 1 and not view.tag:
        found.append(("the text", _half(view.lines[0].box, halves), None))
    found = [one for one in found if one[1]]
    return rng.choice(found) if found else None


def is_half(rng: Random, view: View, last: Question | None) -> Question | None:
    found = _in_half(rng, view)
    if found is None:
        return None
    the, half, thing = found
    yes = rng.random() < 0.5
    words = {
        "the": reworded(rng, the),
        "half": paraphrase(rng, f"{half if yes else HALVES[half]} half"),
    }
    return claim(
        "is half", ("half", thing or the), yes, f"{the} is in the {half} half", words, thing=thing
    )


def _half_word(rng: Random, half: str) -> str:
    return paraphrase(rng, f"half {'on' if half in ('left', 'right') else 'at'} the {half}")


def half_either(rng: Random, view: View, last: Question | None) -> Question | None:
    found = _in_half(rng, view)
    if found is None:
        return None
    the, half, thing = found
    options = shuffled(rng, half, HALVES[half])
    words = {
        "the": reworded(rng, the),
        "half": _half_word(rng, options[0]),
        "other": _half_word(rng, options[1]),
    }
    full = f"{capital(the)} is in the {half} half."
    return Question("half either", ("half", thing or the), full, half, words, thing=thing)


def _sequence(view: View) -> tuple[list[Thing], bool] | None:
    """Return the things of the only row or column, and whether it is a column."""
    if len(view.things) < 2 or view.lines:
        return None
    if len(view.rows) == 1:
        return view.rows[0], False
    return ([row[0] for row in view.rows], True) if all(len(row) == 1 for row in view.rows) else None


def beside_which(rng: Random, view: View, last: Question | None) -> Question | None:
    line = _sequence(view)
    named = view.named()
    if line is None or not named:
        return None
    thing = rng.choice(named)
    at = next(i for i, other in enumerate(line[0]) if other is thing)
    near = [noun_of(line[0][i]) for i in (at - 1, at + 1) if 0 <= i < len(line[0])]
    names, verb = [article(noun) for noun in near], "are" if len(near) > 1 else "is"
    if len(near) == 2 and near[0] == near[1]:
        names, near = [f"two {plural(near[0])}"], near[:1]
    full = f"{capital(listing(names))} {verb} next to {view.the(thing)}."
    words = {"the": reworded(rng, view.the(thing))}
    return Question("beside which", ("beside", thing), full, ", ".join(near), words, thing=thing)


def between(rng: Random, view: View, last: Question | None) -> Question | None:
    line = _sequence(view)
    if line is None:
        return None
    row = line[0]
    gap = 2 if len(row) > 2 and rng.random() < 0.8 else 1
    if gap == 1 and rng.random() < 0.75:
        return None
    at = rng.randrange(len(row) - gap)
    ends = [view.the(row[at]), view.the(row[at + gap])]
    if not all(ends):
        return None
    one, two = shuffled(rng, *ends)
    thing = row[at + 1] if gap == 2 else None
    noun = noun_of(thing) if thing else "nothing"
    full = f"{capital(article(noun) if thing else noun)} is between {one} and {two}."
    words = {"one": reworded(rng, one), "two": reworded(rng, two)}
    return Question("between", ("between", *sorted((one, two))), full, noun, words, thing=thing)


def nth_thing(rng: Random, view: View, last: Question | None) -> Question | None:
    line = _sequence(view)
    if line is None:
        return None
    row, column = line
    back = rng.random() < 0.4
    ends = ("from the top", "from the bottom") if column else ("from the left", "from the right")
    nth = rng.randrange(min(3, len(row)))
    thing = row[-1 - nth] if back else row[nth]
    words = {"nth": ORDINALS[nth], "from": ends[back], "item": item_name(rng, view)}
    full = f"{capital(article(noun_of(thing)))} is {ORDINALS[nth]} {ends[back]}."
    return Question("nth thing", ("nth", nth, back), full, noun_of(thing), words, thing=thing)


def _arrow(rng: Random, view: View) -> Thing | None:
    arrows = [thing for thing in view.named() if thing.direction]
    return rng.choice(arrows) if arrows else None


def _way(rng: Random, way: str) -> str:
    return f"to the {way}" if way in ("left", "right") and rng.random() < 0.35 else way


def points(rng: Random, view: View, last: Question | None) -> Question | None:
    arrow = _arrow(rng, view)
    if arrow is None:
        return None
    yes, the = rng.random() < 0.5, view.the(arrow)
    way = arrow.direction if yes else rng.choice([way for way in DIRECTIONS if way != arrow.direction])
    words = {"the": the, "way": _way(rng, way)}
    return claim(
        "points", ("direction", arrow), yes, f"{the} points {arrow.direction}", words, thing=arrow
    )


def points_either(rng: Random, view: View, last: Question | None) -> Question | None:
    arrow = _arrow(rng, view)
    if arrow is None:
        return None
    the, true = view.the(arrow), arrow.direction
    options = shuffled(rng, true, rng.choice([way for way in DIRECTIONS if way != true]))
    words = {"the": the, "way": _way(rng, options[0]), "other": _way(rng, options[1])}
    return Question(
        "points either",
        ("direction", arrow),
        f"{capital(the)} points {true}.",
        true,
        words,
        thing=arrow,
    )
