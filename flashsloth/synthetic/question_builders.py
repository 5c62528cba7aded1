"""Questions with their one true answer: a builder for each form. Knows facts and chance; words nothing."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from flashsloth.synthetic import question_templates
from flashsloth.synthetic.catalogue import KIND, KINDS
from flashsloth.synthetic.grammar import article, capital, listing, number, plural, there_are
from flashsloth.synthetic.question_templates import STYLE_OF, place, said
from flashsloth.synthetic.scene import COLOURS, SHAPES, Line, Part, Thing
from flashsloth.synthetic.scene_index import GROUPS, Ask, View, counts_of, noun_of

UNTOLD = "I cannot tell that from the picture."
UNCOUNTED = ("food", "text")  # nouns without article and plural
OPPOSITE = {"left of": "right of", "right of": "left of", "above": "below", "below": "above"}

# Builders: each makes a question of its form, or None where the scene has none. `last` is the question before.
Builder = Callable[[Random, View, Ask | None], Ask | None]


def _items(view: View) -> str:
    return {"shape": "shapes", "object": "objects", "thing": "things"}[view.item]


def _content(rng: Random, view: View, last: Ask | None) -> Ask | None:
    one = view.things[0] if len(view.things) == 1 and not view.lines else None
    if view.scene.blank:
        full, bare, style = f"The picture is empty. It is all {view.scene.background}.", "nothing", "word"
    else:
        full, bare, style = f"{capital(view.summary())}.", "", ""
        if one:
            bare, style = one.name, "word"
        elif view.things and not view.lines:
            bare, style = ", ".join(view.nouns), "list"
    return Ask("content", ("content",), full, bare, style=style, thing=one)


def _describe(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if view.scene.blank:
        return Ask("describe", ("describe",), f"The picture is empty. It is all {view.scene.background}.")
    one = view.things[0] if len(view.things) == 1 and not view.lines else None
    return Ask("describe", ("describe",), f"The picture shows {view.summary(full=True)}.", thing=one)


def _caption(rng: Random, view: View, last: Ask | None) -> Ask | None:
    blank = f"an empty {view.scene.background} picture"
    return Ask("caption", ("caption",), capital(blank if view.scene.blank else view.summary(full=True)))


def _list(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if view.lines or not (view.things or view.scene.blank):
        return None
    return Ask("list", ("content list",), ", ".join(view.nouns) or "nothing", words={"items": _items(view)})


def _empty(rng: Random, view: View, last: Ask | None) -> Ask | None:
    yes = view.scene.blank
    full = "Yes, the picture is empty." if yes else "No, the picture is not empty."
    return Ask("empty", ("empty",), full, "yes" if yes else "no")


def _background(rng: Random, view: View, last: Ask | None) -> Ask | None:
    hue = view.scene.background
    return Ask("background", ("background",), f"The background is {hue}.", hue)


def _whole_colour(rng: Random, view: View, last: Ask | None) -> Ask | None:
    hue = view.scene.background if view.scene.blank else view.things[0].colour if len(view.things) == 1 else ""
    if view.scene.blank:
        return Ask("whole colour", ("colour",), f"It is {hue}.", hue)
    if not hue or view.lines:
        return None
    thing = view.things[0]
    return Ask("whole colour", ("colour", thing), f"It is {hue}.", hue, phrasing="thing colour", thing=thing)


def _present(rng: Random, view: View) -> str:
    """A noun that the picture shows: a name, a coloured name, a colour, a group, text."""
    nouns = view.countable()
    if view.chart:
        nouns += ["chart", view.chart.kind, *(f"{part.colour} {_part(view)}" for part in view.chart.parts)]
    if view.tag:
        nouns += [view.tag.kind, "sign"] if view.tag.kind != "price tag" else ["price tag"]
    if view.lines:
        nouns += ["text", "price"] if view.price else ["text"]
    return rng.choice(nouns) if nouns else ""


def _absent(rng: Random, view: View, countable: bool = False) -> str:
    """A noun that the picture does not show, more often one like those it shows."""
    roll = rng.random()
    if view.chart and roll < 0.6:
        noun = f"{rng.choice(COLOURS)} {_part(view)}"
        return "" if any(part.colour == noun.split()[0] for part in view.chart.parts) else noun
    if (view.hues or view.scene.blank) and roll < 0.6:
        hue = rng.choice(tuple(view.hues) if view.hues and rng.random() < 0.5 else COLOURS)
        noun = f"{hue} {rng.choice((*SHAPES, 'shape'))}" if rng.random() < 0.65 else rng.choice(SHAPES)
        return "" if noun in view.countable() else noun
    if roll < 0.75:
        noun = rng.choice(KINDS).name
    elif roll < 0.85:
        noun = rng.choice(GROUPS[::2] if countable else GROUPS)
    elif roll < 0.91 and not countable:
        noun = rng.choice(("text", "chart", "sign", "price tag"))
    else:
        noun = rng.choice(question_templates.ABSENT)
    return "" if _shows(view, noun) else noun


def _shows(view: View, noun: str) -> bool:
    """Whether the picture shows this noun, or might be said to."""
    if noun == "text":
        return view.written
    if noun == "chart":
        return view.chart is not None
    if noun in ("sign", "price tag"):
        return view.tag is not None
    return noun in view.names or noun in view.groups or noun in view.text.lower()


def _part(view: View) -> str:
    return "slice" if view.chart and view.chart.kind == "pie chart" else "bar"


def _exist(rng: Random, view: View, last: Ask | None) -> Ask | None:
    yes = rng.random() < 0.5
    noun = _present(rng, view) if yes else _absent(rng, view)
    if not noun:
        return None
    bare, is_there = ("yes", "Yes, there is") if yes else ("no", "No, there is no")
    if noun in UNCOUNTED:
        return Ask("exist", ("exist", noun), f"{is_there} {noun}.", bare, {"noun": noun, "a": noun}, "exist some")
    asked = said(rng, noun)
    words = {"a": article(asked), "nouns": plural(asked)}
    one = _only(view, noun) if yes else None
    return Ask(
        "exist", ("exist", noun), f"{is_there} {article(noun) if yes else noun}.", bare, words, thing=one, noun=noun
    )


def _only(view: View, noun: str) -> Thing | None:
    """The thing that the noun names, where it is the only one."""
    if view.names.get(noun) == 1:
        return next(thing for thing in view.things if thing.name == noun)
    if view.nouns.get(noun) == 1:
        return next(thing for thing in view.things if noun_of(thing) == noun)
    return None


def _count_of(view: View, noun: str) -> int:
    if noun.endswith("shape"):
        return view.hues.get(noun.split()[0], 0)
    if noun in ("bar", "slice"):
        return len(view.chart.parts) if view.chart else 0
    return view.names.get(noun) or view.nouns.get(noun) or view.groups.get(noun, 0)


def _count(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if view.chart and rng.random() < 0.9:
        noun = _part(view)
    elif view.things and rng.random() < 0.78:
        nouns = view.countable()
        noun = rng.choice(nouns)
        if rng.random() < 0.6:  # rather what there are several of
            noun = max((noun, rng.choice(nouns)), key=lambda one: _count_of(view, one))
    else:
        noun = _absent(rng, view, countable=True)
    if not noun or noun in UNCOUNTED or (view.chart and " " in noun):
        return None
    return _counted(rng, view, noun)


def _counted(rng: Random, view: View, noun: str) -> Ask:
    n = _count_of(view, noun)
    asked = said(rng, noun)
    words = {"nouns": plural(asked)}
    one = _only(view, noun) if n == 1 else None
    return Ask("count", ("count", noun), there_are(n, noun), str(n), words, thing=one, noun=noun)


def _total(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if view.lines or not (view.things or view.scene.blank):
        return None
    if view.scene.blank:
        item = rng.choice(("shape", "object", "thing"))
    else:
        item = view.item if rng.random() < 0.7 else "thing" if rng.random() < 0.6 or view.item == "thing" else "object"
    n = len(view.things)
    return Ask("total", ("total",), there_are(n, item), str(n), {"items": plural(item)})


def _coloured(view: View) -> list[Thing]:
    """Things whose colour can be asked by their bare name."""
    return [thing for thing in view.things if thing.colour and view.names[thing.name] == 1]


def _colour(rng: Random, view: View, last: Ask | None) -> Ask | None:
    things = _coloured(view)
    if not things:
        return None
    thing = rng.choice(things)
    words = {"the": f"the {said(rng, thing.name)}"}
    return Ask("colour", ("colour", thing), f"The {thing.name} is {thing.colour}.", thing.colour, words, thing=thing)


def _colours(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if view.chart:
        hues = [part.colour for part in view.chart.parts]
        part = _part(view)
        words = {"items": plural(part)}
        phrasing = "colours in order" if part == "bar" else ""
        return Ask("colours", ("colours", ""), f"The {part}s are {listing(hues)}.", ", ".join(hues), words, phrasing)
    if view.item != "shape" or len(view.things) < 2:
        return None
    one = next(iter(view.names))
    item = plural(one) if len(view.names) == 1 and rng.random() < 0.5 else "shapes"
    full = f"The {item} are {listing(list(view.hues))}."
    return Ask("colours", ("colours", ""), full, ", ".join(view.hues), {"items": item})


def _same_colour(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if view.item != "shape" or len(view.things) < 2 or (len(view.hues) > 1 and rng.random() < 0.4):
        return None
    same = len(view.hues) == 1
    full = f"{'Yes, they are all' if same else 'No, they are'} {listing(list(view.hues))}."
    return Ask("same colour", ("same colour",), full, "yes" if same else "no", {"items": "shapes", "item": "shape"})


def _shape(rng: Random, view: View, last: Ask | None) -> Ask | None:
    hues = [hue for hue, n in view.hues.items() if n == 1]
    if not hues or len(view.things) < 2:
        return None
    hue = rng.choice(hues)
    thing = next(thing for thing in view.things if thing.kind == "shape" and thing.colour == hue)
    full = f"The {hue} shape is {article(thing.name)}."
    phrasing = "" if view.item == "shape" else "shape of all"
    return Ask("shape", ("shape", hue), full, thing.name, {"colour": said(rng, hue)}, phrasing, thing=thing)


def _side(rng: Random, view: View, last: Ask | None) -> Ask | None:
    places = view.places()
    if not places:
        return None
    where = rng.choice(tuple(places))
    thing = places[where]
    full = f"{capital(article(noun_of(thing)))} is {where}."
    words = {"where": place(rng, where), "item": _item(rng, view)}
    return Ask("side", ("side", where), full, noun_of(thing), words, thing=thing)


def _item(rng: Random, view: View) -> str:
    return view.item if rng.random() < 0.7 else "thing"


def _where(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if view.lines and view.things:
        tops, bottoms = [t.box[1] for t in view.things], [t.box[3] for t in view.things]
        above = max(line.box[3] for line in view.lines) <= min(tops)
        if not above and min(line.box[1] for line in view.lines) < max(bottoms):
            return None
        where = "at the top" if above else "at the bottom"
        return Ask("where", ("where", "text"), f"The text is {where}.", where, {"the": "the text"})
    found = [(where, thing) for where, thing in view.places().items() if view.the(thing)]
    if not found:
        return None
    where, thing = rng.choice(found)
    the = view.the(thing)
    words = {"the": f"the {said(rng, the[4:])}"}
    return Ask("where", ("where", thing), f"{capital(the)} is {where}.", where, words, thing=thing)


def _order(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if view.lines or len(view.things) < 2:
        return None
    column = all(len(row) == 1 for row in view.rows)
    if len(view.rows) > 1 and not column:
        return None
    nouns = [noun_of(thing) for thing in view.things]
    words = {"items": _items(view), "order": "from top to bottom" if column else "from left to right"}
    return Ask("order", ("order",), f"{capital(listing([article(noun) for noun in nouns]))}.", ", ".join(nouns), words)


def _neighbour(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if len(view.things) < 2:
        return None
    named = view.named()
    thing = last.thing if last and last.thing else rng.choice(named) if named else None
    if thing is None or not view.the(thing):
        return None
    return _beside(rng, view, thing, view.the(thing))


def _beside(rng: Random, view: View, thing: Thing, the: str) -> Ask | None:
    side = rng.choice(tuple(OPPOSITE))
    near = view.beside(thing, side)
    if near is None or (near == "nothing" and rng.random() < 0.75):
        return None
    noun = near if isinstance(near, str) else noun_of(near)
    full = f"{capital(noun if near == 'nothing' else article(noun))} is {side} {the}."
    asked = the if the == "it" else f"the {said(rng, the[4:])}"
    words = {"beside": place(rng, side), "the": asked, "item": _item(rng, view)}
    return Ask("neighbour", ("neighbour", thing, side), full, noun, words, thing=thing)


def _relative(rng: Random, view: View, last: Ask | None) -> Ask | None:
    named = view.named()
    if len(named) < 2:
        return None
    a, b = rng.sample(named, 2)
    found = view.order(a, b)
    if not found:
        return None
    true = rng.choice(found)
    yes = rng.random() < 0.5
    side = true if yes else OPPOSITE[true]
    one, two = view.the(a), view.the(b)
    key = ("relative", *((a, b) if a.box < b.box else (b, a)), true in ("above", "below"))
    words = {"one": f"the {said(rng, one[4:])}", "two": f"the {said(rng, two[4:])}", "beside": place(rng, side)}
    return Ask("relative", key, f"{'Yes' if yes else 'No'}, {one} is {true} {two}.", "yes" if yes else "no", words)


def _more(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if len(view.names) < 2:
        return None
    one, two = rng.sample(tuple(view.names), 2)
    more = view.names[one] > view.names[two]
    full = f"{'Yes' if more else 'No'}, there are {'' if more else 'not '}more {plural(one)} than {plural(two)}."
    words = {"nouns": plural(one), "others": plural(two)}
    return Ask("more", ("more", *sorted((one, two))), full, "yes" if more else "no", words)


def _group(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if not view.groups:
        return None
    group = rng.choice(tuple(view.groups))
    inside = [thing for thing in view.things if thing.kind == "object" and KIND[thing.name].group == group]
    if len({thing.name for thing in inside}) > 1:
        return None
    name = inside[0].name
    full = f"It is {article(name)}." if len(inside) == 1 else f"They are {plural(name)}."
    one = inside[0] if len(inside) == 1 else None
    return Ask("group", ("group", group), full, name, {"group": group}, thing=one)


def _biggest(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if len(view.things) < 2:
        return None
    ranked = sorted(view.things, key=_size)
    most = rng.choice(("biggest", "smallest"))
    thing, plain = ranked[-1], _size(ranked[-1]) >= 1.4 * _size(ranked[-2])
    if most == "smallest":
        thing, plain = ranked[0], _size(ranked[1]) >= 1.4 * _size(ranked[0])
    if not plain or not view.the(thing):
        return None
    words = {"most": place(rng, most), "item": view.item}
    return Ask("biggest", (most,), f"The {noun_of(thing)} is the {most}.", noun_of(thing), words, thing=thing)


def _size(thing: Thing) -> float:
    return max(thing.box[2] - thing.box[0], thing.box[3] - thing.box[1])


def _direction(rng: Random, view: View, last: Ask | None) -> Ask | None:
    arrows = [thing for thing in view.named() if thing.direction]
    if not arrows:
        return None
    arrow = rng.choice(arrows)
    the = view.the(arrow)
    return Ask(
        "direction",
        ("direction", arrow),
        f"{capital(the)} points {arrow.direction}.",
        arrow.direction,
        {"the": the},
        thing=arrow,
    )


# Text


def _read(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if not view.lines:
        return None
    if rng.random() < 0.15:
        return Ask("read", ("read",), view.text, phrasing="just read")
    phrasing = "read sign" if view.tag and view.tag.kind != "price tag" and rng.random() < 0.5 else ""
    return Ask("read", ("read",), f'It says "{view.text}".', view.text, phrasing=phrasing)


def _single(view: View, *kinds: str) -> Line | None:
    """The only line, where it is of these kinds."""
    return view.lines[0] if len(view.lines) == 1 and view.lines[0].kind in kinds else None


def _number(rng: Random, view: View, last: Ask | None) -> Ask | None:
    line = _single(view, "number")
    return Ask("number", ("read",), f"The number is {line.text}.", line.text) if line else None


def _text_colour(rng: Random, view: View, last: Ask | None) -> Ask | None:
    hues = {line.colour for line in view.lines}
    if len(hues) != 1:
        return None
    hue = hues.pop()
    return Ask("text colour", ("text colour",), f"The text is {hue}.", hue)


def _word_or_number(rng: Random, view: View, last: Ask | None) -> Ask | None:
    line = _single(view, "word", "number")
    if line is None or " " in line.text:
        return None
    return Ask("word or number", ("word or number",), f"It is a {line.kind}.", line.kind)


def _end_letter(rng: Random, view: View, which: str) -> Ask | None:
    line = _single(view, "word", "number")
    if line is None or len(line.text) < 2:
        return None
    letter, unit = line.text[0 if which == "first" else -1], "letter" if line.kind == "word" else "digit"
    form = f"{which} letter"
    return Ask(form, (form,), f'The {which} {unit} is "{letter}".', letter, {"unit": unit})


def _first_letter(rng: Random, view: View, last: Ask | None) -> Ask | None:
    return _end_letter(rng, view, "first")


def _last_letter(rng: Random, view: View, last: Ask | None) -> Ask | None:
    return _end_letter(rng, view, "last")


def _letters(rng: Random, view: View, last: Ask | None) -> Ask | None:
    line = _single(view, "word", "number")
    if line is None or len(line.text) > 7 or " " in line.text:
        return None
    n, unit = len(line.text), "letter" if line.kind == "word" else "digit"
    return Ask("letters", ("letters",), f"It has {number(n)} {unit if n == 1 else unit + 's'}.", str(n), {"unit": unit})


def _says(rng: Random, view: View, last: Ask | None) -> Ask | None:
    line = _single(view, "word", "number")
    if line is None:
        return None
    yes, asked = rng.random() < 0.5, line.text
    while not yes and asked.lower() == line.text.lower():
        asked = _other_text(rng, line)
    return Ask(
        "says", ("says",), f'{"Yes" if yes else "No"}, it says "{line.text}".', "yes" if yes else "no", {"text": asked}
    )


def _other_text(rng: Random, line: Line) -> str:
    """Another word or number of the same case, now and then the same with one character changed."""
    if line.kind == "number" or rng.random() < 0.3:
        at = rng.randrange(len(line.text))
        letters = "0123456789" if line.text[at].isdigit() else "abcdefghijklmnopqrstuvwxyz"
        letter = rng.choice(letters)
        return line.text[:at] + (letter.upper() if line.text[at].isupper() else letter) + line.text[at + 1 :]
    word = rng.choice(question_templates.WORDS)
    return word.upper() if line.text.isupper() else word.lower() if line.text.islower() else word.title()


def _a_line(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if len(view.lines) != 2:
        return None
    i = rng.randrange(2)
    which, text = ("top", "bottom")[i], view.lines[i].text
    return Ask("line", ("line", i), f'The {which} line says "{text}".', text, {"which": place(rng, which)})


def _words(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if not view.lines or any(line.kind != "word" for line in view.lines):
        return None
    n = len(view.text.split())
    return Ask("words", ("words",), there_are(n, "word"), str(n))


# Charts


def _kind(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if view.chart:
        return Ask(
            "kind",
            ("kind",),
            f"It is a {view.chart.kind}.",
            view.chart.kind,
            {"base": rng.choice(("chart", "chart", "graph", "diagram"))},
        )
    if view.tag and view.tag.kind == "stop sign":
        return Ask("kind", ("kind",), "It is a stop sign.", "stop sign", {"base": "sign"})
    return None


def _tallest(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if view.chart is None:
        return None
    high = rng.random() < 0.55
    bars = view.chart.kind == "bar chart"
    most = ("tallest" if high else "shortest") if bars else ("largest" if high else "smallest")
    part = (max if high else min)(view.chart.parts, key=lambda part: part.share)
    words = {"most": place(rng, most), "part": _part(view)}
    return Ask(
        "tallest", ("tallest", high), f"The {part.colour} {_part(view)} is the {most}.", part.colour, words, part=part
    )


def _compare(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if view.chart is None:
        return None
    a, b = rng.sample(view.chart.parts, 2)
    big, small = ("taller", "shorter") if view.chart.kind == "bar chart" else ("larger", "smaller")
    more, true = big if rng.random() < 0.65 else small, big if a.share > b.share else small
    one, two = f"the {a.colour} {_part(view)}", f"the {b.colour} {_part(view)}"
    full = f"{'Yes' if more == true else 'No'}, {one} is {true} than {two}."
    words = (
        {"one": one, "two": two, "more": more}
        if rng.random() < 0.7
        else {"one": a.colour, "two": b.colour, "more": more}
    )
    return Ask("compare", ("compare", *sorted((a.colour, b.colour))), full, "yes" if more == true else "no", words)


def _edge(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if view.chart is None or view.chart.kind != "bar chart":
        return None
    parts = view.chart.parts
    spots = [("on the left", "leftmost", parts[0]), ("on the right", "rightmost", parts[-1])]
    if len(parts) in (3, 5):
        spots.append(("in the middle", "middle", parts[len(parts) // 2]))
    where, edge, part = rng.choice(spots)
    words = {"where": place(rng, where), "edge": edge, "part": "bar"}
    return Ask("edge", ("edge", where), f"The {part.colour} bar is {where}.", part.colour, words, part=part)


def _values(view: View) -> tuple[Part, ...]:
    """The bars, where each has its number printed over it."""
    parts = view.chart.parts if view.chart else ()
    return parts if all(part.value is not None for part in parts) else ()


def _value(rng: Random, view: View, last: Ask | None) -> Ask | None:
    parts = _values(view)
    if not parts:
        return None
    part = rng.choice(parts)
    return Ask(
        "value",
        ("value", part.colour),
        f"The {part.colour} bar is {part.value}.",
        str(part.value),
        {"colour": part.colour},
        part=part,
    )


def _highest(rng: Random, view: View, last: Ask | None) -> Ask | None:
    values = [part.value for part in _values(view) if part.value is not None]
    if not values:
        return None
    most = "highest" if rng.random() < 0.6 else "lowest"
    value = max(values) if most == "highest" else min(values)
    return Ask("highest", (most,), f"The {most} value is {value}.", str(value), {"most": place(rng, most)})


def _holder(rng: Random, view: View, last: Ask | None) -> Ask | None:
    parts = _values(view)
    part = rng.choice(parts) if parts else None
    if part is None or sum(other.value == part.value for other in parts) > 1:
        return None
    key = ("value", part.colour)
    return Ask(
        "holder", key, f"The {part.colour} bar is {part.value}.", part.colour, {"value": str(part.value)}, part=part
    )


# Tags and signs


def _cost(rng: Random, view: View, last: Ask | None) -> Ask | None:
    return Ask("cost", ("cost",), f"It costs {view.price.text}.", view.price.text) if view.price else None


def _costs_more(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if view.price is None:
        return None
    amount = float(view.price.text.strip("$"))
    limit = max(1, round(amount * rng.choice((0.3, 0.5, 0.7, 1.5, 2, 3))))
    if limit == amount:
        return None
    yes = amount > limit
    full = f"{'Yes' if yes else 'No'}, it costs {view.price.text}."
    return Ask("costs more", ("costs more",), full, "yes" if yes else "no", {"limit": f"${limit}"})


def _must(rng: Random, view: View, last: Ask | None) -> Ask | None:
    return Ask("must", ("must",), "You must stop.", "stop") if view.tag and view.tag.kind == "stop sign" else None


def _tag_colour(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if view.tag is None:
        return None
    short = "tag" if view.tag.kind == "price tag" else "sign"
    words = {"tag": rng.choice((view.tag.kind, short))}
    return Ask("tag colour", ("tag colour",), f"The {short} is {view.tag.colour}.", view.tag.colour, words)


# What a picture does not tell


def _lack(rng: Random, view: View, last: Ask | None) -> Ask | None:
    """Text, a price, a chart, an animal or a vehicle asked of a picture that has none."""
    what = rng.choice(("text", "text", "price", "chart", "chart", "animal", "vehicle"))
    words: dict[str, str] = {}
    match what:
        case "text":
            shown, phrasing = view.written, rng.choice(("read", "read", "just read", "text colour"))
        case "price":
            shown, phrasing = view.price is not None, "cost"
        case "chart":
            shown, phrasing, words = view.chart is not None, "chart lack", {"colour": rng.choice(COLOURS)}
        case _:
            shown, phrasing, words = what in view.groups, "group", {"group": what}
    if shown:
        return None
    if phrasing == "just read":
        return Ask("lack", ("lack", what), "none", phrasing=phrasing)
    return Ask("lack", ("lack", what), f"I see no {what}.", "none", words, phrasing, STYLE_OF[phrasing])


def _premise(rng: Random, view: View, last: Ask | None) -> Ask | None:
    shape = rng.random() < 0.3 and (view.hues or view.scene.blank)
    noun = rng.choice(SHAPES) if shape else _absent(rng, view, countable=True)
    if not noun or noun in GROUPS or noun.endswith("shape") or _shows(view, noun):
        return None
    hue = noun.split()[0] in COLOURS  # "What colour is the red bar?"
    words = {"noun": said(rng, noun)}
    return Ask(
        "premise",
        ("premise", noun),
        f"I see no {noun}.",
        "" if hue else "none",
        words,
        "premise where" if hue else "",
        "phrase",
    )


def _unknowable(rng: Random, view: View, last: Ask | None) -> Ask | None:
    return untold(rng)


def untold(rng: Random) -> Ask:
    template = rng.choice(question_templates.UNKNOWABLE)
    return Ask("unknowable", ("unknowable", template), UNTOLD, words={"template": template})


def small_talk(rng: Random) -> Ask:
    i = rng.randrange(len(question_templates.SMALL_TALK))
    questions, answer = question_templates.SMALL_TALK[i]
    return Ask("small talk", ("small talk", i), answer, words={"template": rng.choice(questions)})


# Questions after others


def _sure(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if last is None or not last.full.endswith("."):
        return None
    said_before = last.full.removeprefix("Yes, ").removeprefix("No, ")
    return Ask("sure", ("sure",), f"Yes. {capital(said_before)}")


def _it_colour(rng: Random, view: View, last: Ask | None) -> Ask | None:
    thing = last.thing if last else None
    if thing is None or not thing.colour or (last and thing.colour in last.noun):
        return None
    return Ask("colour", ("colour", thing), f"It is {thing.colour}.", thing.colour, thing=thing)


def _it_colours(rng: Random, view: View, last: Ask | None) -> Ask | None:
    noun = last.noun if last else ""
    if view.chart and noun == _part(view):
        hues, of = [part.colour for part in view.chart.parts], ""
    else:
        hues, of = list(counts_of([thing.colour for thing in view.things if thing.name == noun])), noun
        if view.names.get(noun, 0) < 2 or "" in hues:
            return None
    return Ask("colours", ("colours", of), f"They are {listing(hues)}.", ", ".join(hues))


def _it_parts(rng: Random, view: View, last: Ask | None) -> Ask | None:
    return _counted(rng, view, _part(view)) if view.chart else None


def _it_where(rng: Random, view: View, last: Ask | None) -> Ask | None:
    thing = last.thing if last else None
    where = next((where for where, other in view.places().items() if other is thing), "")
    if last is None or where in last.full:
        return None
    return Ask("where", ("where", thing), f"It is {where}.", where, thing=thing) if where else None


def _it_neighbour(rng: Random, view: View, last: Ask | None) -> Ask | None:
    return _beside(rng, view, last.thing, "it") if last and last.thing and len(view.things) > 1 else None


def _it_count(rng: Random, view: View, last: Ask | None) -> Ask | None:
    if last is None or last.noun not in view.countable():
        return None
    return _counted(rng, view, last.noun)


def _it_value(rng: Random, view: View, last: Ask | None) -> Ask | None:
    part = last.part if last else None
    if part is None or part.value is None:
        return None
    return Ask("value", ("value", part.colour), f"It is {part.value}.", str(part.value), part=part)


BUILDERS: dict[str, Builder] = {
    "content": _content, "describe": _describe, "caption": _caption, "list": _list, "empty": _empty,
    "background": _background, "whole colour": _whole_colour, "exist": _exist, "total": _total, "count": _count,
    "colour": _colour, "colours": _colours, "same colour": _same_colour, "shape": _shape, "side": _side,
    "where": _where, "order": _order, "neighbour": _neighbour, "relative": _relative, "more": _more, "group": _group,
    "biggest": _biggest, "direction": _direction, "read": _read, "number": _number, "text colour": _text_colour,
    "word or number": _word_or_number, "first letter": _first_letter, "last letter": _last_letter,
    "letters": _letters, "says": _says, "line": _a_line, "words": _words, "kind": _kind,
    "tallest": _tallest, "compare": _compare, "edge": _edge, "value": _value, "highest": _highest, "holder": _holder,
    "cost": _cost, "costs more": _costs_more, "must": _must, "tag colour": _tag_colour, "lack": _lack,
    "premise": _premise, "unknowable": _unknowable, "sure": _sure,
    "it colour": _it_colour, "it colours": _it_colours, "it where": _it_where, "it neighbour": _it_neighbour,
    "it count": _it_count, "it text colour": _text_colour, "it letters": _letters,
    "it first letter": _first_letter, "it last letter": _last_letter, "it parts": _it_parts, "it value": _it_value,
}  # fmt: skip
