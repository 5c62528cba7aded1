"""Questions about numbers of things beyond how many there are: claims, limits, comparisons, classes."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic.catalogue import KINDS
from flashsloth_synthetic.grammar import article, number, plural, there_are
from flashsloth_synthetic.question_builders.claims import claim, lower
from flashsloth_synthetic.question_builders.nouns import (
    UNCOUNTED,
    absent_noun,
    count_of,
    item_name,
    only_thing,
    part_name,
    shows,
)
from flashsloth_synthetic.question_templates import synonym
from flashsloth_synthetic.scene import Thing
from flashsloth_synthetic.scene_index import Question, View

CLASSES = {
    "fruit": ("apple", "banana", "strawberry", "watermelon", "pineapple"),
    "bird": ("penguin", "owl"),
    "insect": ("butterfly", "ladybug"),
    "plant": ("tree", "flower", "cactus"),
    "animal": tuple(kind.name for kind in KINDS if kind.group == "animal"),
    "vehicle": tuple(kind.name for kind in KINDS if kind.group == "vehicle"),
}


def _number_of(view: View, noun: str) -> int:
    return len(view.things) if noun == "thing" else count_of(view, noun)


def _noun(rng: Random, view: View, many: bool) -> str:
    """Choose a noun to count, "" if there is none; with `many`, rather what there are several of."""
    if view.chart:
        return part_name(view)
    nouns = [noun for noun in view.countable() if noun not in UNCOUNTED]
    if len(view.things) > 1 and not view.lines:
        nouns += ["thing"] * 2
    if not nouns:
        return ""
    if many:
        return max(rng.choices(nouns, k=3), key=lambda noun: _number_of(view, noun))
    return rng.choice(nouns)


def _absent(rng: Random, view: View) -> str:
    """Choose a countable noun that is not there."""
    noun = absent_noun(rng, view, countable=True)
    return "" if noun in UNCOUNTED or (view.chart and " " in noun) else noun


def _in_words(rng: Random, n: int) -> str:
    return number(n) if rng.random() < 0.6 else str(n)


def _fact(n: int, noun: str) -> str:
    return lower(there_are(n, noun))


def how_many(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask how many there are, without a word for what."""
    if view.chart:
        n, item = len(view.chart.parts), part_name(view)
    elif view.lines or not (view.things or view.scene.blank):
        return None
    else:
        n, item = len(view.things), view.item if view.things else "thing"
    noun = part_name(view) if view.chart else ""
    return Question(
        "how many", ("count", noun) if noun else ("total",), there_are(n, item), str(n), noun=noun
    )


def only_one(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.lines or not (view.things or view.scene.blank):
        return None
    n, nouns = len(view.things), [noun for noun in view.countable() if noun not in UNCOUNTED]
    if nouns and rng.random() < 0.4:
        noun = max(rng.choices(nouns, k=2), key=lambda noun: _number_of(view, noun))
        n = _number_of(view, noun)
        return claim("only one", ("count", noun), n == 1, _fact(n, noun), {"item": synonym(rng, noun)})
    item = item_name(rng, view) if n else rng.choice(("shape", "object", "thing"))
    return claim("only one", ("total",), n == 1, _fact(n, item), {"item": item})


def several(rng: Random, view: View, last: Question | None) -> Question | None:
    yes = rng.random() < 0.5
    noun = _absent(rng, view) if not yes and rng.random() < 0.2 else _noun(rng, view, many=yes)
    n = _number_of(view, noun) if noun else 0
    if not noun or noun == "thing" or (n > 1) != yes:
        return None
    one = only_thing(view, noun) if n == 1 else None
    words = {"noun": synonym(rng, noun)}
    return claim("several", ("count", noun), n > 1, _fact(n, noun), words, thing=one, noun=noun)


def check_count(rng: Random, view: View, last: Question | None) -> Question | None:
    yes = rng.random() < 0.5
    noun = (
        _absent(rng, view)
        if not yes and rng.random() < 0.1
        else _noun(rng, view, many=yes or rng.random() < 0.4)
    )
    n = _number_of(view, noun) if noun else 0
    if not noun or (yes and n < 2):
        return None
    asked = n if yes else _wrong_count(rng, n)
    return claim(
        "check count",
        ("count", noun),
        yes,
        _fact(n, noun),
        _counted(rng, noun, asked),
        noun=_named(noun),
    )


def _wrong_count(rng: Random, n: int) -> int:
    return rng.choice([m for m in (n - 2, n - 1, n + 1, n + 1, n + 2, 2, 3) if m >= 2 and m != n])


def _counted(rng: Random, noun: str, asked: int) -> dict[str, str]:
    return {"n": _in_words(rng, asked), "nouns": plural(synonym(rng, noun))}


def _named(noun: str) -> str:
    """Return the noun that a follow-up question may refer to."""
    return "" if noun == "thing" else noun


def count_doubt(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for one number and name another in the same breath, as somebody in doubt."""
    yes = rng.random() < 0.5
    noun = _noun(rng, view, many=True)
    n = _number_of(view, noun) if noun else 0
    if n < 2:
        return None
    wrong = _wrong_count(rng, n)
    doubt = n if not yes and rng.random() < 0.7 else wrong
    asked = n if yes else _wrong_count(rng, n)
    if doubt == asked:
        return None
    words = _counted(rng, noun, asked) | {"m": _in_words(rng, doubt)}
    return claim("count doubt", ("count", noun), yes, _fact(n, noun), words, noun=_named(noun))


def count_either(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask which of two numbers it is."""
    noun = _noun(rng, view, many=True)
    n = _number_of(view, noun) if noun else 0
    if n < 2:
        return None
    options = [n, _wrong_count(rng, n)]
    rng.shuffle(options)
    words = {
        "nouns": plural(synonym(rng, noun)),
        "n": _in_words(rng, options[0]),
        "m": _in_words(rng, options[1]),
    }
    return Question(
        "count either", ("count", noun), there_are(n, noun), str(n), words, noun=_named(noun)
    )


def count_more(rng: Random, view: View, last: Question | None) -> Question | None:
    return _count_limit(rng, view, "count more")


def count_less(rng: Random, view: View, last: Question | None) -> Question | None:
    return _count_limit(rng, view, "count less")


def _count_limit(rng: Random, view: View, form: str) -> Question | None:
    """Ask whether there are more, or fewer, of something than a number."""
    yes = rng.random() < 0.5
    noun = _noun(rng, view, many=True)
    n = _number_of(view, noun) if noun else 0
    if form == "count more":
        limits = range(max(2, n - 3), n) if yes else range(max(2, n), n + 3)
    else:
        limits = range(max(2, n + 1), n + 4) if yes else range(max(2, n - 2), n + 1)
    if not noun or not limits:
        return None
    words = _counted(rng, noun, rng.choice(limits))
    return claim(form, ("count", noun), yes, _fact(n, noun), words, noun=_named(noun))


def _two_names(rng: Random, view: View) -> tuple[str, str] | None:
    if len(view.names) < 2:
        return None
    one, two = rng.sample(tuple(view.names), 2)
    return one, two


def fewer(rng: Random, view: View, last: Question | None) -> Question | None:
    pair = _two_names(rng, view)
    if pair is None:
        return None
    one, two = pair
    yes = view.names[one] < view.names[two]
    fact = f"there are {'' if yes else 'not '}fewer {plural(one)} than {plural(two)}"
    words = {"nouns": plural(one), "others": plural(two)}
    return claim("fewer", ("more", *sorted(pair)), yes, fact, words)


def which_more(rng: Random, view: View, last: Question | None) -> Question | None:
    pair = _two_names(rng, view)
    if pair is None:
        return None
    one, two = pair
    words = {"nouns": plural(one), "others": plural(two)}
    m, n, key = view.names[one], view.names[two], ("more", *sorted(pair))
    if m == n:
        full = f"There are as many {plural(one)} as {plural(two)}."
        return Question("which more", key, full, "neither", words) if rng.random() < 0.4 else None
    most, least = (one, two) if m > n else (two, one)
    full = f"There are more {plural(most)} than {plural(least)}."
    return Question("which more", key, full, plural(most), words)


def both_exist(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether there is one thing and another one."""
    if not view.names or view.lines:
        return None
    yes = rng.random() < 0.5
    one = rng.choice(tuple(view.names))
    two = rng.choice(tuple(view.names)) if yes else _absent(rng, view)
    if not two or one == two or (not yes and shows(view, two)) or " " in two or two in CLASSES:
        return None
    fact = f"there is no {two}"
    if yes:
        fact = f"there is {article(one)} and {article(two)}"
        if max(view.names[one], view.names[two]) > 1:
            return None
    options = [article(synonym(rng, one)), article(synonym(rng, two))]
    rng.shuffle(options)
    return claim(
        "both exist", ("both exist", *sorted((one, two))), yes, fact, {"a": options[0], "b": options[1]}
    )


# Classes that the catalogue has no groups for


def _inside(view: View, group: str) -> list[Thing] | None:
    """Return the things of a class, or None if the picture has something that might be one."""
    if group == "plant" and view.groups.get("food"):
        return None
    if group == "fruit" and view.names.keys() & {"carrot", "mushroom"}:
        return None
    if group == "insect" and "snail" in view.names:
        return None
    return [thing for thing in view.things if thing.name in CLASSES[group]]


def class_count(rng: Random, view: View, last: Question | None) -> Question | None:
    groups = [group for group in CLASSES if any(thing.name in CLASSES[group] for thing in view.things)]
    if view.item == "shape" and rng.random() < 0.7:
        return None
    group = rng.choice(groups if groups and rng.random() < 0.75 else tuple(CLASSES))
    inside = _inside(view, group)
    if inside is None:
        return None
    n, words = len(inside), {"nouns": plural(group), "noun": group}
    phrasing = rng.choice(("class count", "count"))
    one = inside[0] if n == 1 else None
    return Question(
        "class count", ("count", group), there_are(n, group), str(n), words, phrasing, thing=one
    )


def class_exist(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether there is a fruit, a bird, an insect or a plant, in the wordings of `exist`."""
    yes = rng.random() < 0.5
    classes = ("fruit", "bird", "insect", "plant")
    fit = [
        group
        for group in classes
        if (inside := _inside(view, group)) is not None and bool(inside) == yes
    ]
    if not fit or (view.item == "shape" and rng.random() < 0.7):
        return None
    group = rng.choice(fit)
    inside = _inside(view, group) or []
    fact = f"there is {article(group)}" if yes else f"there is no {group}"
    words = {"a": article(group), "nouns": plural(group)}
    one = inside[0] if len(inside) == 1 else None
    return claim("class exist", ("exist", group), yes, fact, words, "exist", thing=one)


def which_of_class(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask which fruit, bird, insect or plant it is, in the wordings of `group`."""
    group = rng.choice(("fruit", "bird", "insect", "plant"))
    inside = _inside(view, group)
    if inside is None or len({thing.name for thing in inside}) > 1:
        return None
    key, words = ("group", group), {"group": group}
    if not inside:
        absent = Question("which of class", key, f"I see no {group}.", "none", words, "group", "word")
        return absent if rng.random() < 0.15 else None
    thing = inside[0]
    full = f"It is {article(thing.name)}." if len(inside) == 1 else f"They are {plural(thing.name)}."
    one = thing if len(inside) == 1 else None
    return Question("which of class", key, full, thing.name, words, "group", "word", thing=one)


def food_exist(rng: Random, view: View, last: Question | None) -> Question | None:
    yes = bool(view.groups.get("food"))
    return claim("food exist", ("exist", "food"), yes, "there is food" if yes else "there is no food")
