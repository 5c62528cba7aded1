"""What is not there, in the wordings of questions about what is there."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic import question_templates
from flashsloth_synthetic.catalogue import KINDS
from flashsloth_synthetic.grammar import article, number, plural
from flashsloth_synthetic.question_builders.charts import values_of
from flashsloth_synthetic.question_builders.claims import OPPOSITES
from flashsloth_synthetic.question_builders.counts import CLASSES
from flashsloth_synthetic.question_builders.nouns import absent_noun, part_name, shows
from flashsloth_synthetic.question_builders.sizes import MORE, MOST
from flashsloth_synthetic.question_templates import STYLE_OF, paraphrase, synonym
from flashsloth_synthetic.scene import COLOURS, DIRECTIONS, SHAPES
from flashsloth_synthetic.scene_index import GROUPS, Question, View

# The phrasings that ask about a sign, a price, a chart, text, a word, a number, a shape or an arrow.
ABOUT: dict[str, tuple[str, ...]] = {
    "sign": (
        "sign shape", "what sign", "must stop", "may go", "sign and colour", "is colour", "colour either",
        "colour doubt", "colour choice", "tag colour", "sign says", "sign says", "is shape",
    ),
    "price": (
        "costs less", "costs more", "cost", "costs less", "check price", "currency", "price and colour", "product",
    ),
    "chart": (
        "is most", "which bigger", "taller of two", "values shown", "value lack", "same size", "chart content",
        "chart content", "any part", "second most", "part neighbour", "how many colours", "kind and count",
        "count and colours", "value", "highest", "holder", "tallest", "kind", "compare", "edge", "colours in order",
        "share", "more than half", "most colour", "most doubt", "edge colour", "check value", "value more",
        "value less", "all values", "all colour", "count and most", "nth part",
    ),
    "text": (
        "length", "upper case", "lower case", "which case", "nth letter", "has letter", "starts with", "ends with",
        "line count", "text and colour", "first letter", "last letter", "letters", "is colour", "colour either",
        "colour doubt", "text and background", "says", "says either", "text doubt", "read", "read", "is half",
        "letter count", "where", "words",
    ),
    "word": ("word", "spell", "word"),
    "number": ("number more", "number less", "parity", "number", "check number"),
    "shape": ("which shape",),
    "arrow": ("points", "points either", "direction"),
}  # fmt: skip
# Those of one thing, of two, of one bar, of one slice.
THING = (
    "is colour", "is colour", "colour either", "colour doubt", "colour choice", "colour", "where", "is where",
    "where either", "beside which", "colour and place", "no plain colour", "neighbour", "is half", "half either",
)  # fmt: skip
PAIR = (
    "pair colour",
    "both colour",
    "which coloured",
    "relative",
    "relative either",
    "further",
    "between",
    "which bigger",
    "compare",
)
PARTS = ("which bigger", "is most", "compare")
BAR = ("value", "value", "check value", "value more", "part where", "where", "part neighbour")
SLICE = ("share", "more than half", "more than half")
NO_BARE = (
    "count and colours",
    "kind and count",
    "chart content",
    "count and most",
    "text and background",
)


def absent(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask about a sign, price, chart, text, number, shape or arrow that the picture does not have."""
    missing = _missing(view)
    if not missing:
        return None
    what = rng.choice(missing)
    if what == "chart" and rng.random() < 0.12:
        part = rng.choice(("bar", "slice"))
        words = {"nouns": plural(part), "noun": part}
        return Question(
            "absent", ("count", part), f"There are no {part}s.", "0", words, "count", "number"
        )
    phrasing = rng.choice(ABOUT[what])
    if phrasing == "number" and view.lines:  # then it has another answer: "number of word"
        return None
    words = any_words(rng, phrasing)
    match what:
        case "sign":
            words |= {"the": "the sign", "tag": "sign"}
        case "text":
            words["the"] = rng.choice(("the text", "the text", "the writing"))
        case "arrow":
            words["the"] = "the arrow"
    full = f"I see no {what}."
    if phrasing == "text and background":
        full += f" The background is {view.scene.background}."
    return _question("absent", ("absent", what), full, words, phrasing)


def _missing(view: View) -> list[str]:
    """Return what the picture plainly does not have."""
    missing = []
    if view.tag is None:
        missing.append("sign")
    if view.price is None:
        missing.append("price")
    if view.chart is None and view.scene.wider != "curves":
        missing.append("chart")
    if not view.written:
        missing += ["text", "word", "number"]
    elif view.lines and all(line.kind == "word" for line in view.lines):
        missing.append("number")
    if not (view.lines or view.tag or view.chart):
        missing += [] if view.hues else ["shape"]
        missing += [] if "arrow" in view.names else ["arrow"]
    return missing


def _question(
    form: str, key: tuple[object, ...], full: str, words: dict[str, str], phrasing: str
) -> Question:
    style = STYLE_OF.get(phrasing, "")
    bare = "none" if style and phrasing not in NO_BARE else ""
    return Question(form, key, full, bare, words, phrasing, style)


def no_such_thing(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for the colour, place or neighbours of a thing that the picture does not have."""
    if view.chart:
        return _no_such_part(rng, view)
    shape = rng.random() < 0.3 and (view.hues or view.scene.blank)
    noun = rng.choice(SHAPES) if shape else absent_noun(rng, view, countable=True)
    if (
        not noun
        or noun in GROUPS
        or noun.endswith("shape")
        or noun.split()[0] in COLOURS
        or shows(view, noun)
    ):
        return None
    phrasing = rng.choice(THING)
    the, named = f"the {synonym(rng, noun)}", view.named()
    words: dict[str, str] = {"the": the}
    if named and rng.random() < 0.3:
        phrasing = rng.choice(PAIR)
        one, two = rng.sample((the, view.the(rng.choice(named))), 2)
        words |= {"one": one, "two": two}
        if phrasing in ("which bigger", "compare"):
            words["more"] = rng.choice(("bigger", "smaller"))
    words = any_words(rng, phrasing) | words
    return _question("no such thing", ("premise", noun), f"I see no {noun}.", words, phrasing)


def _no_such_part(rng: Random, view: View) -> Question | None:
    """Ask about a bar or slice of a colour that the chart does not have."""
    parts, part = view.chart.parts if view.chart else (), part_name(view)
    hues = [each.colour for each in parts]
    hue = rng.choice([hue for hue in COLOURS if hue not in hues])
    noun = f"{hue} {part}"
    own = BAR if part == "bar" else SLICE
    phrasing = rng.choice((*PARTS, *own, "taller of two") if len(hues) == 2 else (*PARTS, *own))
    if "value" in phrasing and not values_of(view):
        return None
    one, two = f"the {noun}", f"the {rng.choice(hues)} {part}"
    if phrasing not in ("is most", "taller of two"):
        one, two = rng.sample((one, two), 2)
    words = any_words(rng, phrasing) | {"one": one, "two": two, "colour": hue, "the": f"the {noun}"}
    words |= {
        "more": paraphrase(rng, rng.choice(MORE[part])),
        "most": paraphrase(rng, rng.choice(MOST[part])),
    }
    words["beside"] = paraphrase(rng, rng.choice(("left of", "right of")))
    return _question("no such thing", ("premise", noun), f"I see no {noun}.", words, phrasing)


def any_words(rng: Random, phrasing: str) -> dict[str, str]:
    """Return words for every slot of a phrasing, about nothing in particular."""
    hues, ways = rng.sample(COLOURS, 3), rng.sample(DIRECTIONS, 2)
    noun, other = rng.sample(NOUNS, 2)
    where, part = rng.choice(tuple(OPPOSITES)), rng.choice(("bar", "bar", "bar", "slice"))
    numbers = rng.sample(range(2, 7), 2)
    words = {
        "noun": noun, "a": article(noun), "b": article(other), "nouns": plural(noun), "others": plural(other),
        "the": f"the {noun}", "one": f"the {noun}", "two": f"the {other}", "colour": hues[0], "other": hues[1],
        "part": part, "base": rng.choice(("chart", "graph", "diagram")), "where": paraphrase(rng, where),
        "elsewhere": paraphrase(rng, OPPOSITES[where]), "item": "thing", "items": "things", "signs": "signs",
        "tag": "sign", "limit": f"${rng.randint(2, 60)}", "label": rng.choice(("title", "legend", "unit")),
        "most": paraphrase(rng, rng.choice(MOST[part])), "more": paraphrase(rng, rng.choice(MORE[part])),
        "n": number(numbers[0]), "m": number(numbers[1]), "way": ways[0], "nth": rng.choice(("second", "third")),
        "from": rng.choice(("from the left", "from the right")), "letter": rng.choice("ABCDEFGHIKLMNOPRSTUVW"),
        "unit": "letter", "beside": paraphrase(rng, "left of"), "across": paraphrase(rng, "right of"),
        "value": str(rng.randint(2, 99)), "edge": rng.choice(("leftmost", "rightmost")),
        "text": rng.choice(question_templates.WORDS).upper(), "which": "top", "group": rng.choice(GROUPS),
        "kind": "word", "verb": rng.choice(("eat", "drink")), "topic": "tea", "shade": rng.choice(("dark", "light")),
        "order": "from left to right", "every": rng.choice(("both", "all", "all the")),
        "further": paraphrase(rng, rng.choice(("more left of", "more right of"))),
        "half": paraphrase(rng, rng.choice(("left half", "right half"))),
    }  # fmt: skip
    match phrasing:
        case "lacks" | "lacks it":
            words["noun"] = rng.choice((noun, f"{hues[0]} {part}", rng.choice(SHAPES)))
        case "describe that":
            words["the"] = rng.choice(("the sign", "the chart", "the text", "the tag", "the label"))
        case "ends":
            words["elsewhere"] = OPPOSITES[where]
        case "class is":
            words["noun"] = rng.choice(("bug", "animal", "bird", "fruit", "vehicle"))
        case "is in front":
            words["beside"] = rng.choice(("in front of", "behind"))
        case "sides":
            words["the"] = rng.choice(("it", "the shape", "the square"))
        case "colour either" | "colour choice":
            words |= {"one": hues[0], "two": hues[1], "three": hues[2]}
        case "which bigger" | "compare" | "is most" | "most doubt" | "taller of two":
            words |= {"one": f"the {hues[0]} {part}", "two": f"the {hues[1]} {part}"}
        case "has more":
            words |= {"one": hues[0], "two": hues[1]}
        case "line order":
            words |= {"one": "number", "two": "word"}
        case "letters colour":
            words["items"] = "letters"
        case "which ones":
            words["nouns"] = plural(rng.choice(tuple(CLASSES)))
        case "share" | "more than half":
            words["part"] = "slice"
        case "class count":
            words["nouns"] = plural(rng.choice(tuple(CLASSES)))
        case "number more" | "number less" | "value more" | "value less":
            words["limit"] = str(rng.randint(2, 300))
        case "check price":
            words["value"] = words["limit"]
        case "count and colours" | "kind and count" | "count and most":
            words["nouns"] = plural(part)
        case "how many colours" | "colours in order" | "colours" | "all colour":
            words["items"] = plural(part)
        case "count colour" | "all same" | "kinds count":
            words["items"] = "shapes"
        case "points" | "points either" | "direction":
            words |= {"the": "the arrow", "other": ways[1]}
        case "says either" | "text doubt":
            words |= dict(zip(("text", "other"), rng.sample(question_templates.WORDS, 2), strict=True))
        case "half either":
            words |= {"half": "left", "other": "right"}
        case "highest":
            words["most"] = rng.choice(("highest", "lowest"))
        case "is shape":
            words |= {"the": f"the {hues[0]} shape", "a": article(rng.choice(SHAPES))}
    return words


NOUNS = (*(kind.name for kind in KINDS), *SHAPES)
