"""Every form of question, and how often it comes: by kind of picture, by the form before it, and in
training."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from itertools import accumulate
from random import Random

from flashsloth_synthetic import wording_bank
from flashsloth_synthetic.everyday import KINDS as EVERYDAY_KINDS
from flashsloth_synthetic.everyday import POLYGONS
from flashsloth_synthetic.grammar import article
from flashsloth_synthetic.scene import CODES

# Every form, with what it asks. "and X" asks X again about something else; "it X" asks X about the
# thing of the turn before.
FORMS = {
    "content": "what is in the picture",
    "describe": "the content with colours of text and the background",
    "caption": "the same in one line without a full stop",
    "list": "the kinds of things, comma separated",
    "empty": "whether the picture is empty",
    "background": "its colour",
    "whole colour": "the colour of a blank picture or of the only thing",
    "exist": "whether there is a dog, a red shape, an animal, text, a chart",
    "total": "how many things there are in all",
    "count": "how many dogs, red shapes, animals, bars",
    "colour": "the colour of one thing",
    "colours": "the colours of all shapes, bars or slices, in order",
    "same colour": "whether all shapes have one colour",
    "shape": "which shape is red",
    "side": "what is on the left, at the top, in the middle, in a corner",
    "where": "where one thing or the text is",
    "order": "the things of a row or column, in order",
    "neighbour": "what is left of, right of, above or below one thing",
    "relative": "whether one thing is left of another one",
    "more": "whether there are more of these than of those",
    "group": "which animal, food or vehicle it is",
    "biggest": "which thing is plainly the biggest or the smallest",
    "direction": "where an arrow points",
    "read": "what the text says",
    "number": "which number it is",
    "text colour": "the colour of the text",
    "word or number": "which of them the text is",
    "first letter": "the first letter or digit",
    "last letter": "the last letter or digit",
    "letters": "how many letters or digits the text has",
    "says": "whether the text says this",
    "line": "what one of two lines says",
    "words": "how many words there are",
    "kind": "the kind of chart or sign",
    "tallest": "which bar or slice is the tallest, shortest, largest, smallest",
    "compare": "whether one bar or slice is taller or larger than another one",
    "edge": "which bar is on the left, on the right, in the middle",
    "value": "the number over a bar",
    "highest": "the highest or lowest value",
    "holder": "which bar has this value",
    "cost": "the price",
    "costs more": "whether the price is above a limit",
    "must": "what one must do at a stop sign",
    "tag colour": "the colour of the price tag or sign",
    "lack": "text, a price, a chart or an animal that the picture does not have",
    "premise": "the colour or place of a thing that the picture does not have",
    "unknowable": "what no picture shows",
    "small talk": "greetings, thanks, who are you",
    "sure": "whether the answer before is right",
    "no picture": "any question without a picture",
}  # fmt: skip

# Kinds that are asked in the wordings of others.
FORMS |= {
    "compare things": "whether one thing is plainly bigger than another",
    "either exist": "which of two things there is",
    "class exist": "whether there is a fruit, a bird, an insect or a plant",
    "which of class": "which fruit, bird, insect or plant it is",
    "where alone": "where the only thing or text is",
    "relative parts": "whether one bar is left of another one",
    "number of word": "which number it is, of a word",
    "absent": "a sign, price, chart, text, number, shape or arrow that the picture does not have",
    "which use": "which bug, instrument, furniture or sweet it is",
    "no such thing": "something about a thing or bar that the picture does not have",
}  # fmt: skip
FORMS |= {
    "area at": "the colour of a stripe at a place",
    "area colour": "whether there is a stripe of this colour",
    "blank at": "what is at a place of a blank picture",
}
# Everyday pictures have one form each, for the questions that only they answer.
FORMS |= {
    kind: f"what only this everyday picture answers: {article(kind)}"
    for kind in (*EVERYDAY_KINDS, *POLYGONS.values())
}
# The kinds of assets/kinds.toml are described by their first wording.
FORMS |= {kind: entry["wordings"][0] for kind, entry in wording_bank.KINDS.items()}

# Forms that refer to the question before, besides those that begin with "and" or "it".
REFERRING = ("sure", "what else")

# The weights of the forms, by kind of picture.
_COMMON = {"content": 12, "describe": 6, "caption": 3, "background": 5, "empty": 0.6, "exist": 11}
_THINGS = _COMMON | {
    "list": 3, "whole colour": 2, "total": 6, "count": 14, "colour": 12, "colours": 3, "same colour": 2, "shape": 8,
    "side": 8, "where": 6, "order": 4, "neighbour": 8, "relative": 5, "more": 3, "group": 5, "biggest": 16,
    "direction": 14,
}  # fmt: skip
_TEXT = {
    "read": 24, "number": 12, "text colour": 7, "word or number": 5, "first letter": 6, "last letter": 4, "letters": 5,
    "says": 5, "line": 8, "words": 3, "cost": 5, "costs more": 2,
}  # fmt: skip
_CHART = {
    "kind": 6, "count": 7, "colours": 6, "tallest": 14, "compare": 8, "edge": 7, "value": 18, "highest": 6, "holder": 5,
}  # fmt: skip
_TAG = {
    "read": 10, "cost": 22, "costs more": 6, "tag colour": 8, "text colour": 5, "must": 8, "kind": 4,
    "first letter": 3, "letters": 3, "says": 3,
}  # fmt: skip
_BLANK = {
    "content": 12, "describe": 6, "caption": 4, "list": 2, "background": 8, "whole colour": 10, "empty": 8, "exist": 8,
    "count": 8, "total": 4, "lack": 8, "premise": 5,
}  # fmt: skip
_STRANGE = {"unknowable": 5, "lack": 3, "premise": 2}

# The same for the kinds of questions that people ask in their own words: NATURAL_SHARE of the questions
# that refer to none before.
NATURAL_SHARE = 0.57
_EVERY = {
    "contains text": 2, "word exist": 1.5, "colour behind": 3, "ground colour": 3, "anything drawn": 0.6,
    "is colour": 12, "colour doubt": 5, "colour either": 9, "colour choice": 5, "absent": 9, "main thing": 2.5,
    "medium": 0.4, "anything written": 1.5, "number exist": 2, "no such thing": 5, "palette": 3, "exist and text": 1.5,
    "ground light": 3, "lacks": 5, "coloured": 0.6,
}  # fmt: skip
_MORE_THINGS = _EVERY | {
    "not colour": 3, "one or more": 4, "picture too": 0.5, "class is": 7, "points any": 6, "sides": 2.5,
    "which kinds": 12, "which ones": 8, "which use": 8, "what to eat": 3, "who at": 6, "who beside": 4, "is between": 7,
    "is it": 12, "kind doubt": 5, "place doubt": 3, "either kind": 12, "no plain colour": 5, "pair colour": 5,
    "both colour": 6, "which coloured": 5, "all colour": 7, "is shape": 6, "all are": 6, "kinds count": 2.5,
    "what besides": 4, "anything else": 3, "only one": 3, "which bigger": 9, "compare things": 16, "is most": 6,
    "class count": 4, "class exist": 5, "which of class": 8, "how many": 3, "food exist": 3, "several": 5,
    "check count": 8, "count doubt": 4, "count either": 4, "count more": 5, "count less": 4, "fewer": 4,
    "which more": 3, "both exist": 5, "is where": 8, "where either": 6, "is at": 5, "which at": 4, "where alone": 7,
    "colour at": 6, "two sides": 3, "relative either": 7, "further": 4, "is half": 5, "half either": 4,
    "beside which": 5, "between": 9, "nth thing": 5, "things of colour": 7, "any colour": 6, "count colour": 5,
    "how many colours": 3, "all same": 5, "which shape": 5, "points": 12, "points either": 10, "thing and colour": 3,
    "count and colours": 2, "colour and place": 3, "exist and colour": 3, "exist and count": 3, "sign count": 1,
}  # fmt: skip
_MORE_TEXT = _EVERY | {
    "contains text": 22, "word exist": 5, "text in colour": 7, "letters colour": 8, "check length": 6, "line order": 6,
    "picture too": 3, "describe that": 2, "not colour": 2,
    "says either": 6, "text doubt": 5, "is colour": 9, "colour either": 7, "palette": 4, "word": 12,
    "number of word": 1.5, "spell": 10, "length": 7, "capitals": 1, "nth letter": 10, "has letter": 8,
    "letter count": 5, "where alone": 3, "is where": 3, "starts with": 6, "ends with": 6, "number more": 20,
    "number less": 16, "check number": 16, "parity": 14, "line count": 4, "is half": 2, "half either": 2,
    "text and colour": 4, "text and background": 3, "exist and text": 3, "anything written": 2, "number exist": 4,
    "check price": 8, "costs less": 6, "sign count": 1,
}  # fmt: skip
_MORE_CHART = _EVERY | {
    "winner": 9, "loser": 5, "has more": 9, "describe that": 2, "lacks": 7,
    "is colour": 1, "colour doubt": 0.5, "colour either": 1, "colour choice": 0.5, "is it": 5, "either kind": 6,
    "which bigger": 15, "taller of two": 8, "is most": 8, "most doubt": 5, "kind doubt": 2, "place doubt": 2,
    "most colour": 7, "second most": 7, "share": 1, "more than half": 7, "values shown": 5, "value lack": 5,
    "check value": 10, "value more": 7, "value less": 6, "all values": 4, "chart label": 0.8, "chart content": 6,
    "any part": 7, "all colour": 3, "same size": 0.5, "part neighbour": 7, "part where": 6, "edge colour": 7,
    "nth part": 5, "which at": 4, "relative parts": 4, "several": 1, "how many": 3, "check count": 5, "count doubt": 2,
    "count either": 3, "count more": 4, "count less": 3, "is where": 5, "where either": 5, "two sides": 3,
    "how many colours": 3, "count and colours": 4, "kind and count": 3, "count and most": 3, "sign count": 0.7,
    "absent": 3,
}  # fmt: skip
_MORE_TAG = _EVERY | {
    "contains text": 12, "text in colour": 5, "letters colour": 5, "check length": 2,
    "describe that": 6, "not colour": 3, "sides": 1.5, "is it": 7, "kind doubt": 3, "says either": 4, "text doubt": 3,
    "either kind": 7, "where alone": 1, "is where": 0.6, "sign count": 5,
    "sign shape": 6, "is shape": 5, "what sign": 7, "must stop": 2, "costs less": 10,
    "check price": 8, "currency": 0.4, "word": 6, "spell": 4, "length": 2, "nth letter": 3, "has letter": 3,
    "starts with": 2, "ends with": 2, "text and colour": 4, "text and background": 2, "sign and colour": 5,
    "price and colour": 3, "exist and text": 2, "capitals": 0.4, "line count": 1, "palette": 4, "absent": 3,
}  # fmt: skip
_MORE_BLANK = {
    "ground light": 3, "blank at": 6, "lacks": 5, "coloured": 0.5,
    "contains text": 2, "word exist": 2, "ground colour": 5, "anything drawn": 10,
    "how many": 2, "is colour": 8, "colour doubt": 4, "colour either": 7, "colour choice": 4, "absent": 14,
    "main thing": 6, "is it": 5, "either kind": 5, "only one": 5, "class count": 3, "class exist": 3, "food exist": 2,
    "several": 3, "anything written": 3, "exist and text": 2, "number exist": 2, "no such thing": 5, "sign count": 3,
    "exist and colour": 2, "exist and count": 2, "medium": 0.4,
}  # fmt: skip
_OFTEN_UNLIKE = (
    "is it", "is colour", "colour either", "either kind", "main thing", "anything written", "word", "word exist",
    "number exist", "food exist", "contains text",
)  # fmt: skip
NATURAL: dict[str, Mapping[str, float]] = {
    "things": _MORE_THINGS,
    "things and text": _MORE_THINGS | {"text and background": 2, "line count": 1, "picture too": 12},
    "text": _MORE_TEXT,
    "chart": _MORE_CHART,
    "tag": _MORE_TAG,
    "blank": _MORE_BLANK,
    "unlike": {
        kind: 4.0 if kind in _OFTEN_UNLIKE else 1.0
        for kind in wording_bank.KINDS
        if kind not in ("currency", "same size", "what else", "is photo", "it relative either")
    },
}

# In training, forms that are hard to learn get these factors.
HARD = {
    "contains text": 18, "word exist": 5, "text in colour": 6, "letters colour": 14, "which kinds": 8, "which ones": 7,
    "which use": 20, "what to eat": 15, "who at": 16, "who beside": 18, "colour behind": 6.5, "ground colour": 6.5,
    "is between": 18, "winner": 7, "loser": 6, "has more": 9, "pair colour": 160, "count colour": 7, "list": 4.5,
    "same colour": 2.5, "anything drawn": 5, "check length": 20, "line order": 40, "picture too": 8, "one or more": 3,
    "it relative": 2, "has letter": 30, "letter count": 20, "starts with": 16, "ends with": 9, "number more": 36,
    "number less": 20, "check number": 42, "kinds count": 10, "only one": 2, "second most": 1.5, "value more": 1.5,
    "check price": 1.5, "holder": 2, "more": 2, "group": 2, "which of class": 4, "which shape": 3, "points": 1.3,
    "number of word": 1.5,
    "where": 3.5, "it where": 3, "it neighbour": 1.5, "neighbour": 2, "and neighbour": 2, "relative": 4, "compare": 2.5,
    "says": 6, "value": 1.5, "and value": 3, "it value": 2, "highest": 1.5, "costs more": 3.5, "and colour": 1.5,
    "count": 1.5, "tallest": 1.3, "exist": 1.3, "is colour": 1.8, "colour doubt": 1.3, "is it": 1.3,
    "check count": 1.5, "compare things": 1.3, "is most": 1.3, "is where": 1.3, "relative either": 1.3,
    "is half": 5, "half either": 2.5,
    "check value": 1.3, "all colour": 1.3, "both colour": 1.3, "nth letter": 3.5, "more than half": 1.3,
    "captioned most": 8, "sides": 5, "in front": 3, "is in front": 2, "describe that": 3, "not colour": 6,
    "lacks": 3.5, "text and background": 3, "fine print": 1.5, "text doubt": 3, "length": 3, "beside which": 2.5,
    "costs less": 2.5, "both exist": 2.5, "further": 2.5, "which code": 2.5, "full moon": 2, "corner squares": 1.5,
}  # fmt: skip

# The weights of follow-up questions by the form before; "sure" may follow any form.
_THING_AFTER = {
    "it colour": 4,
    "it where": 2,
    "it neighbour": 2,
    "it relative": 1.5,
    "it relative either": 1.2,
}
_TEXT_AFTER = {"it text colour": 3, "it letters": 2, "it first letter": 2, "it last letter": 2}
AFTER: dict[str, Mapping[str, float]] = {
    "content": _THING_AFTER | {"and background": 1.5, "it parts": 3},
    "describe": _THING_AFTER | {"it parts": 2},
    "background": {"and colour": 3},
    "exist": _THING_AFTER | {"and exist": 4, "it count": 4, "what else": 1.5},
    "count": _THING_AFTER | {"and count": 6, "it colours": 3},
    "colour": _THING_AFTER | {"and colour": 6, "and background": 1.5},
    "whole colour": {"and background": 1.5},
    "shape": _THING_AFTER | {"and shape": 6},
    "side": _THING_AFTER | {"and side": 6, "what else": 1},
    "where": _THING_AFTER | {"what else": 1},
    "neighbour": {"and neighbour": 4},
    "group": _THING_AFTER | {"what else": 1.5},
    "biggest": _THING_AFTER | {"and biggest": 3},
    "direction": _THING_AFTER,
    "read": _TEXT_AFTER,
    "number": _TEXT_AFTER,
    "says": {"it text colour": 2},
    "text colour": {"and background": 2.5},
    "first letter": {"and last letter": 6},
    "last letter": {"and first letter": 6},
    "line": {"and line": 8},
    "kind": {"it parts": 4},
    "tallest": {"and tallest": 4, "it value": 4},
    "edge": {"and edge": 4, "it value": 3},
    "value": {"and value": 6},
    "tag colour": {"and background": 1.5},
    "is colour": {"and background": 1.5, "it where": 2, "what else": 1},
    "colour either": {"and background": 1.5, "it where": 2, "what else": 1},
    "is it": _THING_AFTER,
    "either kind": _THING_AFTER | {"it parts": 3},
    "either exist": _THING_AFTER | {"what else": 2},
    "main thing": _THING_AFTER | {"and background": 1.5, "it parts": 3},
    "is where": _THING_AFTER,
    "where either": _THING_AFTER,
    "colour at": {"it neighbour": 2, "what else": 1},
    "which bigger": _THING_AFTER | {"it value": 4},
    "is most": _THING_AFTER | {"it value": 4},
    "most colour": {"it value": 4},
    "edge colour": {"it value": 4},
    "second most": {"it value": 4},
    "part neighbour": {"it value": 4},
    "between": _THING_AFTER,
    "nth thing": _THING_AFTER,
    "further": _THING_AFTER,
    "points": _THING_AFTER,
    "points either": _THING_AFTER,
    "class exist": _THING_AFTER,
    "class count": _THING_AFTER,
    "several": {"it colour": 3, "it where": 2},
    "which shape": {"it colour": 4},
    "is shape": {"it where": 2},
    "word": _TEXT_AFTER | {"spell": 3},
    "spell": _TEXT_AFTER,
    "length": {"it text colour": 2, "it first letter": 2, "it last letter": 2},
    "number more": _TEXT_AFTER,
    "check number": _TEXT_AFTER,
    "parity": _TEXT_AFTER,
    "chart content": {"it parts": 4},
    "which use": _THING_AFTER,
    "who at": _THING_AFTER,
    "contains text": {"it text colour": 2},
    "check length": {"it text colour": 2, "it first letter": 2},
    "winner": {"it value": 4},
    "loser": {"it value": 4},
    "what sign": {"and background": 1.5},
}


class Table:
    """Forms with their weights."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self.forms = list(weights)
        self.totals = list(accumulate(weights.values()))

    def pick(self, rng: Random) -> str:
        return self.forms[bisect(self.totals, rng.random() * self.totals[-1])]


WEIGHTS: dict[str, Mapping[str, float]] = {
    "things": _THINGS,
    "things and text": _THINGS | _TEXT,
    "text": _COMMON | _TEXT | {"count": 2},
    "chart": _COMMON | _CHART,
    "tag": _COMMON | _TAG,
    "blank": _BLANK,
    "strange": _STRANGE,
    "unlike": {
        form: weight for form, weight in (_THINGS | _TEXT | _CHART | _TAG).items() if form != "empty"
    }
    | {"content": 40, "describe": 20, "caption": 12, "read": 14, "exist": 16},
}

# The forms of `wider_pictures`: of the tables of their kind only those that their facts answer.
_SOME_SHAPES = {
    "content": 10, "describe": 4, "caption": 2, "list": 2, "background": 5, "exist": 12, "total": 5, "count": 8,
    "colour": 10,
}  # fmt: skip
_MORE_SHAPES = {
    "is colour": 8, "colour doubt": 2, "colour either": 5, "colour choice": 3, "colour behind": 0.4, "main thing": 3,
    "ground colour": 0.4, "both exist": 4, "check count": 3, "absent": 4, "no such thing": 4, "any colour": 4,
    "things of colour": 5, "ground light": 1.5, "exist and colour": 2, "palette": 2, "lacks": 4,
}  # fmt: skip
_WITHOUT_PRINT = ("value", "highest", "holder")
WEIGHTS |= {
    "captioned chart": {
        form: weight for form, weight in WEIGHTS["chart"].items() if form not in _WITHOUT_PRINT
    },
    "shelf label": {
        "content": 8, "describe": 3, "caption": 1, "exist": 8, "background": 4, "cost": 30, "costs more": 5,
        "tag colour": 7, "text colour": 5, "kind": 3,
    },
    "posted sign": WEIGHTS["tag"],
    "crescent": _THINGS,
    "unnamed shape": _SOME_SHAPES | {"whole colour": 8, "side": 3, "where": 3},
    "overlapping": _SOME_SHAPES | {"colours": 5, "shape": 6, "same colour": 1},
    "twins": _SOME_SHAPES | {"colours": 5, "same colour": 8, "shape": 3, "where": 2, "direction": 2},
    "blend": {"content": 8, "describe": 3, "exist": 8, "area at": 10},
    "curves": {"content": 8, "describe": 3, "exist": 8, "area count": 8},
    **{kind: {"content": 8, "describe": 3, "exist": 8} for kind in CODES},
    "areas": {"content": 10, "describe": 5, "caption": 3, "exist": 8, "area count": 8, "area at": 10},
    "illegible": {"content": 8, "describe": 4, "background": 8, "exist": 6, "fine print": 24, "ink colour": 10},
}  # fmt: skip
NATURAL |= {
    "captioned chart": _MORE_CHART | {"captioned most": 40, "fine print": 14},
    "shelf label": {
        "costs less": 6, "check price": 6, "is colour": 6, "colour either": 4, "colour doubt": 2, "is it": 6,
        "kind doubt": 2, "either kind": 5, "fine print": 24, "sign count": 2, "price and colour": 3, "absent": 4,
        "no such thing": 3, "main thing": 3, "ground light": 2, "currency": 0.3,
    },
    "crescent": _MORE_THINGS | {"full moon": 60},
    "posted sign": _MORE_TAG | {"on pole": 160, "sides": 4},
    "unnamed shape": _MORE_SHAPES | {
        "which shape": 18, "is shape": 8, "sides": 9, "not colour": 3,
        "is it": 14, "where alone": 4, "is where": 3, "where either": 3,
    },
    "overlapping": _MORE_SHAPES | {
        "in front": 40, "is in front": 20, "which coloured": 4, "is shape": 4, "count colour": 0.5, "how many": 3,
        "how many colours": 3, "count and colours": 2, "exist and count": 2, "all same": 1,
    },
    "twins": _MORE_SHAPES | {
        "pair colour": 0.07, "both colour": 14, "all colour": 8, "count colour": 4, "which coloured": 4,
        "how many colours": 5, "count and colours": 2, "all same": 1, "is shape": 3,
    },
    "blend": {
        "area colours": 16, "ends": 12, "area colour": 10, "area at": 10, "absent": 6, "lacks": 5, "main thing": 4,
        "anything written": 3, "class exist": 2, "coloured": 2,
    },
    "curves": {
        "area colours": 20, "area count": 10, "area colour": 12, "fine print": 10, "lacks": 5, "main thing": 4,
        "both exist": 2, "class exist": 2, "coloured": 2, "no such thing": 3,
    },
    **{kind: {
        "fine print": 20, "which code": 18, "corner squares": 10, "area colours": 8,
        "area colour": 8, "coloured": 12, "main thing": 5, "both exist": 2,
        "class exist": 2, "lacks": 3, "absent": 4,
    } for kind in CODES},
    "areas": {
        "ends": 6, "lacks": 5, "coloured": 2, "area colours": 22,
        "area count": 8, "area colour": 12, "area at": 6, "absent": 6, "no such thing": 5,
        "main thing": 4, "anything written": 3, "both exist": 2, "class exist": 2, "word exist": 0.3,
    },
    "illegible": {
        "fine print": 24, "ink colour": 8, "ground colour": 1, "absent": 6, "no such thing": 4, "ground light": 3,
        "main thing": 3,
    },
}  # fmt: skip

# Of a form's questions with this answer, the share that is kept: so yes and no come equally often.
KEEP: dict[tuple[str, str], float] = {
    ("all are", "no"): 0.5, ("all colour", "no"): 0.25, ("all same", "no"): 0.7, ("and exist", "no"): 0.8,
    ("anything else", "yes"): 0.55, ("anything written", "no"): 0.5, ("both colour", "no"): 0.22,
    ("both exist", "no"): 0.35, ("check count", "no"): 0.58, ("class exist", "no"): 0.2, ("count doubt", "yes"): 0.8,
    ("count less", "yes"): 0.6, ("count more", "no"): 0.27, ("empty", "no"): 0.17, ("exist and count", "yes"): 0.65,
    ("exist and text", "no"): 0.7, ("fewer", "no"): 0.08, ("food exist", "no"): 0.2, ("is at", "yes"): 0.75,
    ("more than half", "no"): 0.55, ("more", "no"): 0.08, ("number exist", "no"): 0.23, ("only one", "no"): 0.45,
    ("pair colour", "no"): 0.05, ("several", "no"): 0.22, ("values shown", "no"): 0.24, ("word exist", "no"): 0.55,
}  # fmt: skip

# The same for training alone, where `HARD` changes how often a form comes for each kind of picture.
KEEP_IN_TRAINING = KEEP | {
    ("anything drawn", "yes"): 0.6,
    ("word exist", "no"): 0.18,
    ("only one", "yes"): 0.5,
}
