"""Questions about the pictures of `wider_pictures`: what is in front, unknown shapes, areas of colour,
print too small to read, poles; and some that people ask of any picture."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic.catalogue import KIND, KINDS
from flashsloth_synthetic.grammar import article, capital, listing, number, plural, there_are
from flashsloth_synthetic.question_builders import chart_facts, charts, colours, things
from flashsloth_synthetic.question_builders.claims import OPPOSITES, claim, hue_word, reworded, shuffled
from flashsloth_synthetic.question_builders.counts import CLASSES
from flashsloth_synthetic.question_builders.nouns import OPPOSITE, UNCOUNTED
from flashsloth_synthetic.question_templates import paraphrase, synonym
from flashsloth_synthetic.scene import CODES, COLOURS, DIRECTIONS, Thing
from flashsloth_synthetic.scene_index import Question, View

SIDES = {"triangle": 3, "square": 4, "diamond": 4}
DARK, LIGHT = ("black",), ("white", "yellow")
# What a thing of a class might be taken for, besides the others of its class.
TAKEN_FOR = {
    "bug": ("bee", "spider", "fly", "ant", "ladybug", "butterfly"),
    "bird": ("eagle", "duck", "penguin", "owl"),
}
# What captions of charts may name.
TOPICS = (
    "tea", "coffee", "rent", "rice", "tennis", "football", "Monday", "Friday", "March", "May", "the north", "Paris",
    "the train", "walking", "cats", "dogs", "shoes", "juice", "bread", "team A", "boys", "girls", "2019", "rain",
    "the bus", "bus", "bike", "car", "the bike", "people by car", "people by bus", "cycling", "trains", "ice cream",
)  # fmt: skip
READING = ("read", "read", "word", "spell", "first letter", "letters", "length", "says either")


def _topic(rng: Random) -> str:
    """Return something that a caption may name: at times what the world draws elsewhere."""
    return rng.choice(TOPICS) if rng.random() < 0.5 else plural(rng.choice(KINDS).name)


def fine_print(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for text that cannot be read."""
    if not view.scene.fine_print:
        return None
    if view.scene.wider in CODES:
        phrasing = "code" if rng.random() < 0.7 else rng.choice(READING[:3])
        return Question("fine print", ("read",), "I cannot read the code.", "", {}, phrasing)
    if view.scene.ink:
        full, phrasing = "I cannot read the text.", rng.choice(READING)
        words = {"unit": "letter", "text": "PARK", "other": "PART"}
        return Question("fine print", ("read",), full, "", words, phrasing)
    if (view.chart or view.scene.wider == "curves") and rng.random() < 0.5:
        return Question(
            "fine print",
            ("fine print",),
            "I cannot read the small text.",
            "",
            {"topic": _topic(rng)},
            "caption value",
        )
    if view.chart and rng.random() < 0.4:
        words = {"label": rng.choice(("axis label", "caption", "labels"))}
        return Question(
            "fine print", ("fine print",), "I cannot read the small text.", "", words, "chart label"
        )
    phrasing = "product" if view.tag and rng.random() < 0.6 else ""
    return Question("fine print", ("fine print",), "I cannot read the small text.", phrasing=phrasing)


def which_code(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether a code is a QR code or a bar code."""
    kind = view.scene.wider
    if kind not in CODES:
        return None
    return Question("which code", ("content",), f"It is a {kind}.", kind)


def corner_squares(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask how many corners of a QR code have a large square."""
    n = view.scene.corners
    if view.scene.wider != "QR code":
        return None
    return Question("corner squares", ("count", "corner"), there_are(n, "square"), str(n))


def full_moon(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether a crescent moon is full, or a crescent."""
    if view.scene.wider != "crescent":
        return None
    yes = rng.random() < 0.5
    phrasing = "crescent moon" if yes else "full moon"
    return claim("full moon", ("is it", "crescent"), yes, "it is a crescent moon", {}, phrasing)


def ink_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for the colour of text that cannot be read."""
    hue = view.scene.ink
    return (
        Question("ink colour", ("text colour",), f"The text is {hue}.", hue, phrasing="text colour")
        if hue
        else None
    )


def on_pole(rng: Random, view: View, last: Question | None) -> Question | None:
    if view.tag is None:
        return None
    yes = view.tag.pole
    return claim("on pole", ("pole",), yes, "the sign stands on a pole" if yes else "there is no pole")


def _layers(view: View) -> tuple[Thing, Thing] | None:
    """Return the thing in front and the one behind."""
    front = view.scene.front
    return (
        None if front is None else (front, next(thing for thing in view.things if thing is not front))
    )


def in_front(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask which of two overlapping shapes is in front, or behind."""
    layers = _layers(view)
    if layers is None:
        return None
    front, behind = layers
    one, two = shuffled(rng, f"the {front.name}", f"the {behind.name}")
    fact, form, thing = f"The {front.name} is in front of the {behind.name}.", "in front", front
    if rng.random() < 0.4:
        fact, form, thing = f"The {behind.name} is behind the {front.name}.", "behind", behind
    return Question(form, ("front",), fact, thing.name, {"one": one, "two": two}, thing=thing)


def is_in_front(rng: Random, view: View, last: Question | None) -> Question | None:
    layers = _layers(view)
    if layers is None:
        return None
    front, behind = layers
    asked_front, yes = rng.random() < 0.5, rng.random() < 0.5
    one, two = (front, behind) if asked_front == yes else (behind, front)
    fact = f"the {front.name} is in front of the {behind.name}"
    if not asked_front:
        fact = f"the {behind.name} is behind the {front.name}"
    words = {
        "one": f"the {one.name}",
        "two": f"the {two.name}",
        "beside": "in front of" if asked_front else "behind",
    }
    return claim("is in front", ("front",), yes, fact, words)


def sides(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask how many sides a shape or sign has."""
    if view.tag and view.tag.kind != "price tag":
        n = 8 if view.tag.kind == "stop sign" else 4
        return Question(
            "sides", ("sides",), f"The sign has {number(n)} sides.", str(n), {"the": "the sign"}
        )
    known = [thing for thing in view.named() if thing.name in (*SIDES, "shape")]
    if not known:
        return None
    thing = rng.choice(known)
    the = "it" if len(view.things) == 1 and rng.random() < 0.6 else view.the(thing)
    if thing.name == "shape":
        return Question(
            "sides", ("sides",), f"I cannot make out how many sides {the} has.", "unclear", {"the": the}
        )
    n = SIDES[thing.name]
    return Question(
        "sides", ("sides",), f"{capital(the)} has {number(n)} sides.", str(n), {"the": the}, thing=thing
    )


def area_colours(rng: Random, view: View, last: Question | None) -> Question | None:
    hues, places = view.scene.areas, dict(view.scene.area_places)
    if not hues:
        return None
    full, phrasing, words = f"It is {listing(hues)}.", "", dict[str, str]()
    if view.scene.wider == "curves":
        full, phrasing = (
            f"The {'lines are' if hues[1:] else 'line is'} {listing(hues)}.",
            "curve colours",
        )
    elif places and rng.random() < 0.4:
        upright = "at the top" in places
        words = {"order": "from top to bottom" if upright else "from left to right"}
        phrasing = "area order"
    return Question("area colours", ("colours",), full, ", ".join(hues), words, phrasing)


def area_count(rng: Random, view: View, last: Question | None) -> Question | None:
    n = len(view.scene.areas)
    if not n:
        return None
    if view.scene.wider == "curves":
        return Question("area count", ("how many",), there_are(n, "line"), str(n), {}, "curve count")
    return Question("area count", ("how many colours",), there_are(n, "colour"), str(n))


def ends(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for the colours of both sides, or of top and bottom."""
    places = [(where, hue) for where, hue in view.scene.area_places if where in OPPOSITES]
    if len(places) != 2:
        return None
    (where, hue), (elsewhere, other) = places
    full = f"{capital(hue)} is {where}. {capital(other)} is {elsewhere}."
    words = {"where": paraphrase(rng, where), "elsewhere": paraphrase(rng, elsewhere)}
    return Question("ends", ("ends",), full, "", words)


def coloured(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether the picture is in colour, or black and white."""
    hues = {*view.scene.areas, *view.hues, view.scene.background, *(line.colour for line in view.lines)}
    hues |= {part.colour for part in view.chart.parts} if view.chart else set()
    hues |= {view.tag.colour} if view.tag else set()
    grey = not hues - {"", "black", "white", "grey"}
    if grey and (view.groups or not hues - {""} or any(t.kind == "object" for t in view.things)):
        return None
    full = "It is black and white." if grey else "It is in colour."
    return Question("coloured", ("coloured",), full, "black and white" if grey else "in colour")


def lacks(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether it is true that something is not there."""
    if view.scene.areas:
        found = area_colour(rng, view, last)
        noun = found.words["colour"] if found else ""
    elif view.chart and rng.random() < 0.7:
        found = chart_facts.any_part(rng, view, last)
        noun = str(found.key[1]) if found else ""
        noun = noun.split()[0] if rng.random() < 0.5 else noun
    else:
        found = things.exist(rng, view, last)
        noun = synonym(rng, str(found.key[1])) if found else ""
    if found is None:
        return None
    is_there, _, fact = found.full.rstrip(".").partition(", ")
    singular = noun in COLOURS or noun in UNCOUNTED
    words = {"noun": noun, "a": noun if singular else article(noun)}
    return claim("lacks", found.key, is_there == "No", fact, words, thing=found.thing)


def not_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether it is true that something does not have a colour."""
    found = colours.is_colour(rng, view, last)
    if found is None:
        return None
    is_it, _, fact = found.full.rstrip(".").partition(", ")
    return claim("not colour", found.key, is_it == "No", fact, found.words, thing=found.thing)


def describe_that(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for a description of the sign, tag, chart or text."""
    line = view.lines[0] if len(view.lines) == 1 else None
    if view.tag and line:
        says = f"the price {line.text}" if line.kind == "price" else f'the text "{line.text}"'
        the = (
            "the sign"
            if view.tag.kind != "price tag"
            else rng.choice(("the tag", "the price tag", "the label"))
        )
        full = f"It is {article(f'{view.tag.colour} {view.tag.kind}')} with {says} in {line.colour}."
    elif view.chart:
        the, full = rng.choice(("the chart", "the graph", "the diagram")), f"It is {view.summary()}."
    elif line and not view.things:
        the, full = rng.choice(("the text", f"the {line.kind}")), f"It is {view.summary(full=True)}."
    else:
        return None
    return Question("describe that", ("describe that",), full, "", {"the": the})


def area_at(rng: Random, view: View, last: Question | None) -> Question | None:
    if not view.scene.area_places:
        return None
    where, hue = rng.choice(view.scene.area_places)
    words = {"where": paraphrase(rng, where), "item": rng.choice(("part", "area", "stripe"))}
    return Question(
        "area at", ("colour at", where), f"{capital(hue)} is {where}.", hue, words, "colour at"
    )


def area_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether there is an area of this colour."""
    hues, yes = view.scene.areas, rng.random() < 0.5
    if not hues:
        return None
    hue = rng.choice(hues if yes else [hue for hue in COLOURS if hue not in hues])
    fact = f"there is {'' if yes else 'no '}{hue}"
    return claim("area colour", ("exist", hue), yes, fact, {"colour": hue_word(rng, hue)}, "any colour")


def captioned_most(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask which season or product has the tallest bar: its colour, as captions are too small."""
    if not (view.chart and view.scene.fine_print):
        return None
    found = charts.tallest(rng, view, last)
    if found is None:
        return None
    phrasing, words = "captioned most", found.words
    if rng.random() < 0.6:
        words = {"topic": _topic(rng)}
        largest = max(view.chart.parts, key=lambda part: part.share)
        phrasing = "captioned top" if found.part is largest else "captioned low"
    return Question(
        "captioned most", found.key, found.full, found.bare, words, phrasing, part=found.part
    )


def ground_light(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether the background is dark or light."""
    hue = view.scene.background
    if hue not in (*DARK, *LIGHT) or (hue not in DARK and rng.random() < 0.8):
        return None
    dark, yes = hue in DARK, rng.random() < 0.5
    shade = rng.choice(("dark",) if dark == yes else ("light", "bright"))
    return claim("ground light", ("background",), yes, f"the background is {hue}", {"shade": shade})


def class_is(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether the only bug, bird or animal is a bee."""
    classes = {name: names for name, names in CLASSES.items() if name not in ("plant", "insect")}
    classes |= {
        "bug": ("ladybug", "butterfly"),
        "food": tuple(k.name for k in KINDS if k.group == "food"),
    }
    inside = {name: [t for t in view.things if t.name in names] for name, names in classes.items()}
    single = [name for name, found in inside.items() if len(found) == 1]
    if not single or (inside["bug"] and "snail" in view.names):
        return None
    name = rng.choice(single)
    thing, yes = inside[name][0], rng.random() < 0.5
    near = [k.name for k in KINDS if k.name in classes[name] or k.group == KIND[thing.name].group]
    wrong = [other for other in (*TAKEN_FOR.get(name, ()), *near) if other != thing.name]
    place = next((where for where, other in view.places().items() if other is thing), "")
    noun = f"{name} {paraphrase(rng, place)}" if place and rng.random() < 0.5 else name
    words = {"noun": noun, "a": article(thing.name if yes else rng.choice(wrong))}
    return claim("class is", ("is it", thing), yes, f"it is {article(thing.name)}", words, thing=thing)


def points_any(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether an arrow points this way, of pictures with one or more."""
    ways = sorted({thing.direction for thing in view.things if thing.direction})
    if not ways:
        return None
    yes = rng.random() < 0.5
    way = rng.choice(ways if yes else [way for way in DIRECTIONS if way not in ways])
    fact = (
        f"the arrow points {ways[0]}"
        if view.names["arrow"] == 1
        else f"they point {' and '.join(ways)}"
    )
    return claim("points any", ("direction", "any"), yes, fact, {"way": way})


def it_relative_either(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask on which of two sides of another thing that of the question before is."""
    thing = last.thing if last else None
    others = [other for other in view.named() if other is not thing]
    if thing is None or not others or not view.the(thing):
        return None
    other = rng.choice(others)
    relations = view.relations(thing, other)
    if not relations:
        return None
    true, the = rng.choice(relations), view.the(other)
    one, two = shuffled(rng, paraphrase(rng, true), paraphrase(rng, OPPOSITE[true]))
    key = ("relative", *sorted((thing, other), key=lambda each: each.box), true in ("above", "below"))
    words = {"the": reworded(rng, the), "beside": one, "across": two}
    return Question("relative either", key, f"It is {true} {the}.", true, words, thing=thing)


def blank_at(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask what is at a place of a blank picture."""
    if not view.scene.blank:
        return None
    where = rng.choice(
        ("on the left", "on the right", "at the top", "at the bottom", "in the middle", "in the middle")
    )
    full = f"The picture is empty. It is all {view.scene.background}."
    return Question(
        "blank at",
        ("content",),
        full,
        "nothing",
        {"where": paraphrase(rng, where), "item": "thing"},
        "side",
    )
