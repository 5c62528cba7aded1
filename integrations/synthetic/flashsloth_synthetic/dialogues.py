"""Write dialogues about a picture from its facts.

A form is a kind of question. A form is chosen first, then its builder makes a question with its true answer, and
`question_templates` words it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random

from flashsloth_synthetic import question_templates
from flashsloth_synthetic.catalogue import KINDS
from flashsloth_synthetic.grammar import article, plural
from flashsloth_synthetic.question_builders import BUILDERS
from flashsloth_synthetic.question_builders.nouns import OPPOSITE
from flashsloth_synthetic.question_builders.unanswerable import small_talk, unknowable_question
from flashsloth_synthetic.question_templates import STYLE_OF, paraphrase
from flashsloth_synthetic.scene import COLOURS, SHAPES, Scene
from flashsloth_synthetic.scene_index import GROUPS, Question, View

# Every form, with what it asks. "and X" asks X again about something else; "it X" asks X about the thing of the turn
# before.
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

UNCLEAR = "I cannot make out what is in this picture."
UNSEEN = "I see no picture. Show me one and ask again."
# Probabilities: bare answers, small talk, unanswerable questions, follow-ups, and doubts among those.
STYLED, SMALL, STRANGE, FOLLOW, SURE = 0.28, 0.02, 0.06, 0.75, 0.025


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer."""

    question: str
    answer: str
    form: str


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

# In training, forms that are hard to learn get these factors.
HARD = {
    "where": 4, "it where": 3, "it neighbour": 1.5, "neighbour": 2, "and neighbour": 2, "relative": 3, "compare": 2,
    "says": 3, "value": 2, "and value": 3, "it value": 2, "highest": 2, "costs more": 2.5, "and colour": 1.5,
}  # fmt: skip

# The weights of follow-up questions by the form before; "sure" may follow any form.
_THING_AFTER = {"it colour": 4, "it where": 2, "it neighbour": 2}
_TEXT_AFTER = {"it text colour": 3, "it letters": 2, "it first letter": 2, "it last letter": 2}
AFTER: dict[str, Mapping[str, float]] = {
    "content": _THING_AFTER | {"and background": 1.5, "it parts": 3},
    "describe": _THING_AFTER | {"it parts": 2},
    "background": {"and colour": 3},
    "exist": _THING_AFTER | {"and exist": 4, "it count": 4},
    "count": _THING_AFTER | {"and count": 6, "it colours": 3},
    "colour": _THING_AFTER | {"and colour": 6, "and background": 1.5},
    "whole colour": {"and background": 1.5},
    "shape": _THING_AFTER | {"and shape": 6},
    "side": _THING_AFTER | {"and side": 6},
    "where": _THING_AFTER,
    "neighbour": {"and neighbour": 4},
    "group": _THING_AFTER,
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
}


class _Table:
    """Forms with their weights."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self.forms = list(weights)
        self.totals = list(accumulate(weights.values()))

    def pick(self, rng: Random) -> str:
        return rng.choices(self.forms, cum_weights=self.totals)[0]


_WEIGHTS: dict[str, Mapping[str, float]] = {
    "things": _THINGS,
    "things and text": _THINGS | _TEXT,
    "text": _COMMON | _TEXT | {"count": 2},
    "chart": _COMMON | _CHART,
    "tag": _COMMON | _TAG,
    "blank": _BLANK,
    "strange": _STRANGE,
    "unlike": {form: weight for form, weight in (_THINGS | _TEXT | _CHART | _TAG).items() if form != "empty"}
    | {"content": 40, "describe": 20, "caption": 12, "read": 14, "exist": 16},
}


@dataclass(frozen=True, slots=True)
class _Tables:
    """Tables of first questions by kind of picture, and of follow-ups by form."""

    first: Mapping[str, _Table]
    after: Mapping[str, _Table]


def _tables(more: Mapping[str, float]) -> _Tables:
    def weighed(weights: Mapping[str, float]) -> _Table:
        return _Table({form: weight * more.get(form, 1) for form, weight in weights.items()})

    return _Tables(
        {name: weighed(weights) for name, weights in _WEIGHTS.items()},
        {form: weighed(weights) for form, weights in AFTER.items()},
    )


_EVALUATION, _TRAINING = _tables({}), _tables(HARD)


def _subject(view: View) -> str:
    """Return the name of a picture's table."""
    if view.scene.blank:
        return "blank"
    if view.chart or view.tag:
        return "chart" if view.chart else "tag"
    if view.things:
        return "things and text" if view.lines else "things"
    return "text"


def _any_question(rng: Random, answer: str, bare: str) -> Question:
    """Return any question about a picture, with this answer."""
    form = _EVALUATION.first["unlike"].pick(rng)
    noun, other = rng.choice(KINDS).name, rng.choice((*question_templates.ABSENT, *SHAPES))
    if rng.random() < 0.4:
        noun = f"{rng.choice(COLOURS)} {rng.choice(SHAPES)}"
    one, two = rng.sample(COLOURS, 2)
    sides = ("on the left", "on the right", "at the top", "at the bottom", "in the middle")
    words = {
        "noun": noun, "a": article(noun), "nouns": plural(noun), "the": f"the {noun}", "others": plural(other),
        "one": f"the {noun}", "two": f"the {other}", "beside": paraphrase(rng, rng.choice(tuple(OPPOSITE))),
        "where": paraphrase(rng, rng.choice(sides)), "item": "thing",
        "items": rng.choice(("things", "objects", "shapes")),
        "colour": one, "group": rng.choice(GROUPS), "order": "from left to right", "unit": "letter",
        "text": rng.choice(question_templates.WORDS), "which": rng.choice(("top", "bottom")),
        "base": "chart", "part": "bar",
        "most": "biggest", "edge": "leftmost", "value": str(rng.randint(1, 99)),
        "limit": f"${rng.randint(1, 50)}", "tag": "sign",
    }  # fmt: skip
    if form == "compare":
        words |= {"one": f"the {one} bar", "two": f"the {two} bar", "more": "taller"}
    elif form in ("tallest", "highest"):
        words["most"] = rng.choice(("tallest", "shortest") if form == "tallest" else ("highest", "lowest"))
    elif form == "letters":
        words["unit"] = rng.choice(("letter", "digit"))
    elif form == "direction":
        words["the"] = "the arrow"
    elif form == "colours" or form == "total":
        words["items"] = rng.choice(("shapes", "things"))
    style = rng.choice(("word", "phrase")) if form == "content" else ""
    phrasing = "just read" if form == "read" and rng.random() < 0.2 else form
    if phrasing in ("caption", "list", "just read"):
        return Question(form, (form,), bare, "", words, phrasing)
    return Question(form, (form,), answer, bare, words, phrasing, style)


def _follow_up(rng: Random, tables: _Tables, view: View, last: Question) -> Question | None:
    """Return a question that refers to the one before."""
    if rng.random() < SURE:
        return BUILDERS["sure"](rng, view, last)
    table = tables.after.get(last.form.removeprefix("and ").removeprefix("it "))
    if table is None or view.unlike:
        return None
    form = table.pick(rng)
    base = form.removeprefix("and ")
    question = BUILDERS[base](rng, view, last)
    if question is None:
        return None
    style = question.style or STYLE_OF.get(question.form, "")
    return replace(question, form=form, phrasing=form, style=style)


def _next_question(
    rng: Random, tables: _Tables, view: View, last: Question | None, used: set[tuple[object, ...]]
) -> Question:
    """Return a question that the dialogue does not have yet."""
    roll = rng.random()
    if roll < SMALL:
        question = small_talk(rng)
        if question.key not in used:
            return question
    strange = roll < SMALL + STRANGE
    follow = last if last and not strange and roll < SMALL + STRANGE + FOLLOW else None
    for tried in range(40):
        candidate: Question | None
        if follow and tried < 3:
            candidate = _follow_up(rng, tables, view, follow)
        elif strange:
            candidate = BUILDERS["unknowable" if view.unlike else tables.first["strange"].pick(rng)](rng, view, None)
        elif view.unlike:
            candidate = _any_question(rng, UNCLEAR, "unclear")
        else:
            candidate = BUILDERS[tables.first[_subject(view)].pick(rng)](rng, view, None)
        if candidate and candidate.key not in used:
            return candidate
    while (question := unknowable_question(rng)).key in used:
        pass
    return question


def _wording(rng: Random, question: Question, style: str) -> str:
    template = question.words.get("template", "")
    if question.form == "sure":
        template = rng.choice(question_templates.PHRASES["sure"])
    if not template:
        return question_templates.question(rng, question.phrasing or question.form, question.words, style)
    text = question_templates.expand(rng, template)
    return (question_templates.casual if question.form == "unknowable" else question_templates.hasty)(rng, text)


def _style(question: Question) -> str:
    style = (question.style or STYLE_OF.get(question.form, "")) if question.bare else ""
    return "phrase" if style == "word" and " " in question.bare else style


def dialogue(rng: Random, scene: Scene, for_training: bool = False) -> tuple[Turn, ...]:
    """Return four to six questions about a picture with their answers; the same for the same state of `rng`.

    With `for_training`, the `HARD` forms come more often.
    """
    view, used, turns = View(scene), set[tuple[object, ...]](), list[Turn]()
    tables = _TRAINING if for_training else _EVALUATION
    last: Question | None = None
    terse = False  # whether the answer before was bare: an "and X" question then gets a bare one too
    for _ in range(rng.randint(4, 6)):
        question = _next_question(rng, tables, view, last, used)
        if terse and question.form == "sure":
            question = _next_question(rng, tables, view, None, used)
        used.add(question.key)
        style = _style(question)
        terse = bool(style) and (rng.random() < STYLED or (terse and question.form.startswith("and ")))
        answer = question.bare if terse else question.full
        turns.append(Turn(_wording(rng, question, style if terse else ""), answer, question.form))
        last = None if question.form in ("sure", "small talk", "unknowable") else question
    return tuple(turns)


def without_picture(rng: Random) -> tuple[Turn, ...]:
    """Return one to three questions without a picture."""
    turns, used = list[Turn](), set[tuple[object, ...]]()
    count = rng.randint(1, 3)
    while len(turns) < count:
        roll = rng.random()
        if roll < 0.25:
            question = small_talk(rng)
        elif roll < 0.3:
            question = replace(unknowable_question(rng), full=UNSEEN)
        else:
            question = _any_question(rng, UNSEEN, UNSEEN)
        if question.key in used:
            continue
        used.add(question.key)
        style = _style(question) if rng.random() < STYLED else ""
        form = question.form if question.form == "small talk" else "no picture"
        turns.append(Turn(_wording(rng, question, style), question.full, form))
    return tuple(turns)
