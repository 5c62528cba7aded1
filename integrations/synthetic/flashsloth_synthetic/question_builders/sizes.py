"""Questions about which is bigger: bars, slices, and things of plainly different sizes."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic.grammar import capital
from flashsloth_synthetic.question_builders.charts import near_pair
from flashsloth_synthetic.question_builders.claims import claim, reworded, shuffled
from flashsloth_synthetic.question_builders.nouns import part_name
from flashsloth_synthetic.question_builders.things import size_of
from flashsloth_synthetic.question_templates import paraphrase, synonym
from flashsloth_synthetic.scene import Chart, Part, Thing
from flashsloth_synthetic.scene_index import Question, View

PLAIN = 1.4  # ratio of sizes that differ plainly, as in `biggest`
MORE = {"bar": ("taller", "shorter"), "slice": ("larger", "smaller")}
MOST = {"bar": ("tallest", "shortest"), "slice": ("largest", "smallest")}


def part_word(rng: Random, view: View) -> str:
    """Return what a question calls a bar or a slice."""
    return synonym(rng, part_name(view))


def _called(rng: Random, view: View, part: Part, bare: bool) -> str:
    return part.colour if bare else f"the {part.colour} {part_word(rng, view)}"


def _unlike_pair(rng: Random, view: View) -> tuple[Thing, Thing] | None:
    """Choose a thing and one that is plainly smaller."""
    named = view.named()
    pairs = [(a, b) for a in named for b in named if a is not b and size_of(a) >= PLAIN * size_of(b)]
    return rng.choice(pairs) if pairs else None


def which_bigger(rng: Random, view: View, last: Question | None) -> Question | None:
    up = rng.random() < 0.6
    if view.chart:
        a, b = near_pair(rng, view.chart.parts)
        part, bare = part_name(view), rng.random() < 0.3
        more = MORE[part][0 if up else 1]
        words = {"one": _called(rng, view, a, bare), "two": _called(rng, view, b, bare)}
        words["more"] = paraphrase(rng, more)
        win, lose = (a, b) if (a.share > b.share) == up else (b, a)
        full = f"The {win.colour} {part} is {more} than the {lose.colour} {part}."
        key = ("compare", *sorted((a.colour, b.colour)))
        return Question("which bigger", key, full, win.colour, words, part=win)
    pair = _unlike_pair(rng, view)
    if pair is None:
        return None
    thing, other = pair if up else pair[::-1]
    more = "bigger" if up else "smaller"
    one, two = shuffled(rng, view.the(thing), view.the(other))
    words = {"one": reworded(rng, one), "two": reworded(rng, two)}
    words["more"] = rng.choice(("bigger", "bigger", "larger")) if up else "smaller"
    full = f"{capital(view.the(thing))} is {more} than {view.the(other)}."
    return Question(
        "which bigger", ("compare", *sorted((one, two))), full, view.the(thing)[4:], words, thing=thing
    )


def compare_things(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether one thing is plainly bigger than another, in the wordings of `compare`."""
    pair = _unlike_pair(rng, view)
    if pair is None:
        return None
    yes, first = rng.random() < 0.5, rng.random() < 0.5
    a, b = pair if first else pair[::-1]
    true, false = ("bigger", "smaller") if first else ("smaller", "bigger")
    asked = true if yes else false
    words = {"one": reworded(rng, view.the(a)), "two": reworded(rng, view.the(b))}
    words["more"] = "larger" if asked == "bigger" and rng.random() < 0.3 else asked
    key = ("compare", *sorted((view.the(a), view.the(b))))
    fact = f"{view.the(a)} is {true} than {view.the(b)}"
    return claim("compare things", key, yes, fact, words, "compare", thing=a)


def taller_of_two(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None or len(view.chart.parts) != 2:
        return None
    a, b = rng.sample(view.chart.parts, 2)
    yes, part = rng.random() < 0.5, part_name(view)
    up, down = MORE[part]
    true, false = (up, down) if a.share > b.share else (down, up)
    words = {
        "one": _called(rng, view, a, rng.random() < 0.3),
        "more": paraphrase(rng, true if yes else false),
    }
    key = ("compare", *sorted((a.colour, b.colour)))
    return claim(
        "taller of two", key, yes, f"the {a.colour} {part} is {true} than the {b.colour} {part}", words
    )


def is_most(rng: Random, view: View, last: Question | None) -> Question | None:
    up, yes = rng.random() < 0.55, rng.random() < 0.5
    if view.chart:
        part = part_name(view)
        most = MOST[part][0 if up else 1]
        ranked = sorted(view.chart.parts, key=lambda each: each.share, reverse=up)
        first = ranked[0]
        other = ranked[1] if rng.random() < 0.6 else rng.choice(ranked[1:])
        one = _called(rng, view, first if yes else other, rng.random() < 0.3)
        words = {"one": one, "most": paraphrase(rng, most)}
        return claim(
            "is most",
            ("tallest", up),
            yes,
            f"the {first.colour} {part} is the {most}",
            words,
            part=first,
        )
    thing = _plainly_most(view, up)
    others = [other for other in view.named() if other is not thing]
    if thing is None or not (yes or others):
        return None
    most = "biggest" if up else "smallest"
    asked = thing if yes else rng.choice(others)
    words = {"one": reworded(rng, view.the(asked)), "most": paraphrase(rng, most)}
    return claim("is most", (most,), yes, f"{view.the(thing)} is the {most}", words, thing=thing)


def most_doubt(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether one bar is the tallest and name another in the same breath, as somebody in doubt."""
    if view.chart is None:
        return None
    up, yes = rng.random() < 0.55, rng.random() < 0.5
    most, first, other = _most_and_another(rng, view, view.chart, up)
    one, two = (first, other) if yes else (other, first)
    bare = rng.random() < 0.3
    words = {
        "one": _called(rng, view, one, bare),
        "two": _called(rng, view, two, bare),
        "most": paraphrase(rng, most),
    }
    fact = f"the {first.colour} {part_name(view)} is the {most}"
    return claim("most doubt", ("tallest", up), yes, fact, words, part=first)


def _most_and_another(rng: Random, view: View, chart: Chart, up: bool) -> tuple[str, Part, Part]:
    """Return the superlative of the largest part (`up`) or the smallest, that part, and another one:
    mostly the next, which is the hardest to tell from it."""
    ranked = sorted(chart.parts, key=lambda each: each.share, reverse=up)
    other = ranked[1] if rng.random() < 0.6 else rng.choice(ranked[1:])
    return MOST[part_name(view)][0 if up else 1], ranked[0], other


def _plainly_most(view: View, up: bool) -> Thing | None:
    """Return the thing with a name that is plainly the biggest or the smallest."""
    ranked = sorted(view.things, key=size_of, reverse=up)
    if len(ranked) < 2 or not view.the(ranked[0]):
        return None
    sizes = sorted((size_of(ranked[0]), size_of(ranked[1])))
    return ranked[0] if sizes[1] >= PLAIN * sizes[0] else None


def most_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether the tallest bar has this colour."""
    if view.chart is None:
        return None
    up, yes = rng.random() < 0.55, rng.random() < 0.5
    most, first, other = _most_and_another(rng, view, view.chart, up)
    words = {
        "most": paraphrase(rng, most),
        "part": part_word(rng, view),
        "colour": (first if yes else other).colour,
    }
    fact = f"the {first.colour} {part_name(view)} is the {most}"
    return claim("most colour", ("tallest", up), yes, fact, words, part=first)


def second_most(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.chart is None or len(view.chart.parts) < 3:
        return None
    ranked = sorted(view.chart.parts, key=lambda part: part.share, reverse=True)
    most = MOST[part_name(view)][0]
    words = {"part": part_word(rng, view), "most": paraphrase(rng, most)}
    full = f"The {ranked[1].colour} {part_name(view)} is the second {most}."
    return Question("second most", ("second",), full, ranked[1].colour, words, part=ranked[1])
