"""Questions about what the picture is, what else is in it, and its kind."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from flashsloth_synthetic import question_templates
from flashsloth_synthetic.catalogue import KIND, KINDS
from flashsloth_synthetic.grammar import article, listing, plural, several, there_are
from flashsloth_synthetic.question_builders import picture
from flashsloth_synthetic.question_builders.claims import claim, other_colour, reworded, shuffled
from flashsloth_synthetic.question_builders.nouns import item_plural, shows
from flashsloth_synthetic.question_templates import synonym
from flashsloth_synthetic.scene import COLOURS, SHAPES, Thing
from flashsloth_synthetic.scene_index import GROUPS, Question, View, counts_of, noun_of

NAMES = tuple(kind.name for kind in KINDS)


def _subject(view: View) -> tuple[str, Thing | None]:
    """Return what the whole picture is, "" for several things or text."""
    if view.chart:
        return view.chart.kind, None
    if view.tag:
        return view.tag.kind, None
    if len(view.things) == 1 and not view.lines:
        return view.things[0].name, view.things[0]
    return "", None


def _not_it(rng: Random, view: View, what: str, thing: Thing | None) -> str:
    """Choose what the picture is not, rather something similar."""
    roll = rng.random()
    if view.chart and roll < 0.65:
        return "pie chart" if what == "bar chart" else "bar chart"
    if view.tag and roll < 0.7:
        if what == "stop sign":
            return "price tag"
        return rng.choice(("stop sign", "price tag") if what == "sign" else ("stop sign", "sign"))
    if thing is not None and thing.kind == "shape" and roll < 0.8:
        name = rng.choice([shape for shape in SHAPES if shape != what])
        return name if rng.random() < 0.75 else f"{rng.choice(COLOURS)} {name}"
    if thing is not None and thing.kind == "object" and roll < 0.5:
        near = [name for name in NAMES if KIND[name].group == KIND[what].group and name != what]
        if near:
            return rng.choice(near)
    if roll > 0.93:
        return rng.choice(
            [x for x in ("stop sign", "price tag", "bar chart", "pie chart", "sign") if x not in what]
        )
    if roll > 0.85:
        return rng.choice(question_templates.ABSENT)
    return rng.choice([name for name in NAMES if name not in (what, "smiley")])


def is_it(rng: Random, view: View, last: Question | None) -> Question | None:
    yes = rng.random() < 0.5
    if view.scene.blank:
        a = article(rng.choice((*NAMES, *SHAPES, "bar chart", "stop sign")))
        return None if yes else claim("is it", ("is it",), False, "the picture is empty", {"a": a})
    what, thing = _subject(view)
    if not what:
        return None
    asked, answer = _claimed(rng, view, what, thing) if yes else _denied(rng, view, what, thing)
    words = {"a": article(synonym(rng, asked))}
    return claim("is it", ("is it", asked), yes, f"it is {article(answer)}", words, thing=thing)


def _claimed(rng: Random, view: View, what: str, thing: Thing | None) -> tuple[str, str]:
    """Return what the picture may rightly be called, and what the answer calls it."""
    if thing is not None and thing.kind == "shape" and rng.random() < 0.3:
        return noun_of(thing), noun_of(thing)
    group = KIND[what].group if thing is not None and thing.kind == "object" else ""
    if group in ("animal", "vehicle") and rng.random() < 0.15:
        return group, what
    return ("sign" if what == "stop sign" and rng.random() < 0.2 else what), what


def _denied(rng: Random, view: View, what: str, thing: Thing | None) -> tuple[str, str]:
    """Return what the picture is not, and what the answer calls it."""
    shape = thing is not None and thing.kind == "shape"
    group = KIND[what].group if thing is not None and not shape else ""
    if group in ("animal", "vehicle") and rng.random() < 0.15:
        return rng.choice([other for other in ("animal", "vehicle", "shape") if other != group]), what
    if thing is not None and group not in GROUPS and rng.random() < 0.08:
        return rng.choice(("animal", "vehicle")), what
    if thing is not None and shape and rng.random() < 0.15:
        return f"{other_colour(rng, view, thing.colour)} {what}", noun_of(thing)
    asked = _not_it(rng, view, what, thing)
    coloured = thing is not None and shape and asked.split()[0] in COLOURS
    return asked, noun_of(thing) if thing is not None and coloured else what


def kind_doubt(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for one thing and name another in the same breath, as somebody in doubt."""
    what, thing = _subject(view)
    if not what:
        return None
    yes = rng.random() < 0.5
    wrong = _not_it(rng, view, what, thing)
    doubt = wrong if yes or rng.random() < 0.3 else what
    asked = what if yes else _not_it(rng, view, what, thing)
    if asked == doubt or any(
        name.split()[0] in COLOURS or name == "sign" != what for name in (asked, doubt)
    ):
        return None
    words = {"a": article(synonym(rng, asked)), "b": article(synonym(rng, doubt))}
    return claim("kind doubt", ("is it", asked), yes, f"it is {article(what)}", words, thing=thing)


def either_kind(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.scene.blank:
        one, two = rng.sample((*NAMES, *SHAPES), 2)
        words = {"a": article(one), "b": article(two)}
        return Question(
            "either kind",
            ("content",),
            f"The picture is empty. It is all {view.scene.background}.",
            words=words,
        )
    what, thing = _subject(view)
    if not what:
        return _either_exist(rng, view)
    other = _not_it(rng, view, what, thing)
    if other.split()[0] in COLOURS or (other == "sign" and what == "stop sign"):
        return None
    options = shuffled(rng, article(synonym(rng, what)), article(synonym(rng, other)))
    words = {"a": options[0], "b": options[1]}
    style = "phrase" if " " in what else "word"
    return Question(
        "either kind", ("kind",), f"It is {article(what)}.", what, words, style=style, thing=thing
    )


def _either_exist(rng: Random, view: View) -> Question | None:
    """Ask which of two things there is, of a picture with several: "A dog or a cat?"."""
    things = [thing for thing in view.things if view.names[thing.name] == 1]
    if not things:
        return None
    thing = rng.choice(things)
    other = rng.choice(SHAPES if thing.kind == "shape" else NAMES)
    if other in view.names or shows(view, other):
        return None
    options = shuffled(rng, article(synonym(rng, thing.name)), article(synonym(rng, other)))
    words = {"a": options[0], "b": options[1]}
    full, key = f"There is {article(thing.name)}.", ("exist", thing.name)
    return Question(
        "either exist",
        key,
        full,
        thing.name,
        words,
        "either kind",
        "word",
        thing=thing,
        noun=thing.name,
    )


def is_shape(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether the red shape is a star, or whether the sign is an octagon."""
    yes = rng.random() < 0.5
    if view.tag and view.tag.kind != "price tag":
        shape = "octagon" if view.tag.kind == "stop sign" else "rectangle"
        wrong = rng.choice(
            [
                name
                for name in ("octagon", "rectangle", "circle", "triangle", "diamond")
                if name != shape
            ]
        )
        words = {"the": "the sign", "a": article(shape if yes else wrong)}
        return claim("is shape", ("sign shape",), yes, f"the sign is {article(shape)}", words)
    single = [thing for thing in view.things if thing.kind == "shape" and view.hues[thing.colour] == 1]
    if not single:
        return None
    thing = rng.choice(single)
    wrong = rng.choice(
        [name for name in (*view.names, *SHAPES) if name in SHAPES and name != thing.name]
    )
    the = f"the {thing.colour} shape"
    words = {"the": reworded(rng, the), "a": article(synonym(rng, thing.name if yes else wrong))}
    return claim(
        "is shape", ("shape", thing.colour), yes, f"{the} is {article(thing.name)}", words, thing=thing
    )


def which_shape(rng: Random, view: View, last: Question | None) -> Question | None:
    if len(view.things) != 1 or view.things[0].kind != "shape" or view.lines:
        return None
    thing = view.things[0]
    if thing.name == "shape":  # one without a name
        full = f"I cannot make out the shape. It is {thing.colour}."
        return Question("which shape", ("content",), full, "unclear", thing=thing)
    return Question(
        "which shape", ("content",), f"It is {article(thing.name)}.", thing.name, thing=thing
    )


def all_same(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.item != "shape" or len(view.things) < 2 or view.lines:
        return None
    yes = len(view.names) == 1
    return claim("all same", ("all same",), yes, _what_they_are(view), {"items": "shapes"})


def _what_they_are(view: View) -> str:
    """Return "they are all stars" or "they are a star and circles"."""
    if len(view.names) == 1:
        return f"they are all {plural(next(iter(view.names)))}"
    return f"they are {listing([article(name) if n == 1 else plural(name) for name, n in view.names.items()])}"


def all_are(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether all things are stars, or animals."""
    if len(view.things) < 2 or view.lines:
        return None
    yes = rng.random() < 0.5
    groups = {KIND[thing.name].group if thing.kind == "object" else "shape" for thing in view.things}
    true = list(view.names) if len(view.names) == 1 else []
    if len(groups) == 1 and groups & {"animal", "vehicle", "shape"}:
        true += groups
    if yes:
        if not true:
            return None
        noun = rng.choice(true)
    else:
        noun = rng.choice((*view.names, *view.names, "animal", "vehicle", *SHAPES))
        if noun in true:
            return None
    of = len(view.things)
    every = rng.choice(("both", "both") if of == 2 else ("all", "all of them"))
    words = {"every": every, "nouns": plural(synonym(rng, noun)), "items": item_plural(view)}
    return claim("all are", ("all are", noun), yes, _what_they_are(view), words)


def kinds_count(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask how many kinds of shapes or objects there are."""
    if len(view.things) < 2 or view.lines or view.item == "thing":
        return None
    n = len(view.names)
    full = (
        f"There is one kind of {view.item}."
        if n == 1
        else f"{there_are(n, 'kind')[:-1]} of {view.item}s."
    )
    return Question("kinds count", ("kinds count",), full, str(n), {"items": item_plural(view)})


def main_thing(rng: Random, view: View, last: Question | None) -> Question | None:
    found = picture.content(rng, view, last)
    if found is None:
        return None
    return Question(
        "main thing",
        found.key,
        found.full,
        found.bare,
        {},
        "",
        found.style or "list",
        thing=found.thing,
    )


def _rest(view: View, thing: Thing) -> list[Thing]:
    return [other for other in view.things if other is not thing]


def _also(view: View, rest: Sequence[Thing]) -> str:
    """Return "there is also a dog", "there is nothing else"."""
    nouns = counts_of([noun_of(thing) for thing in rest])
    parts = [several(n, noun) for noun, n in nouns.items()] + view.inscription()
    if not parts:
        return "there is nothing else"
    one = len(parts) == 1 and (len(rest) < 2)
    return f"there {'is' if one else 'are'} also {listing(parts)}"


def what_else(rng: Random, view: View, last: Question | None) -> Question | None:
    thing = last.thing if last else None
    if thing is None or (last and last.full.startswith("No")) or view.chart or view.tag:
        return None
    return _other_things("what else", view, thing, {})


def what_besides(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask what there is besides one thing."""
    named = view.named()
    if not named or view.chart or view.tag:
        return None
    thing = rng.choice(named)
    return _other_things("what besides", view, thing, {"the": reworded(rng, view.the(thing))})


def _other_things(form: str, view: View, thing: Thing, words: dict[str, str]) -> Question:
    rest = _rest(view, thing)
    fact = _also(view, rest)
    bare = "" if view.lines else ", ".join(counts_of([noun_of(other) for other in rest])) or "nothing"
    return Question(
        form, ("what else", thing), f"{fact[0].upper()}{fact[1:]}.", bare, words, style="list"
    )


def anything_else(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether there is anything besides one thing."""
    named = view.named()
    if not named or view.chart or view.tag:
        return None
    thing = rng.choice(named)
    rest = _rest(view, thing)
    words = {"the": reworded(rng, view.the(thing))}
    return claim(
        "anything else", ("what else", thing), bool(rest or view.lines), _also(view, rest), words
    )


def medium(rng: Random, view: View, last: Question | None) -> Question | None:
    if rng.random() < 0.5:
        return claim("is photo", ("medium",), False, "it is a drawing")
    return Question("medium", ("medium",), "It is a drawing.", "drawing")
