"""Write dialogues about a picture from its facts.

A form is a kind of question. A form is chosen first, then its builder makes a question with its true
answer, and `question_templates` words it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from flashsloth_synthetic import question_templates
from flashsloth_synthetic.catalogue import KINDS
from flashsloth_synthetic.forms import (
    AFTER,
    HARD,
    KEEP,
    KEEP_IN_TRAINING,
    NATURAL,
    NATURAL_SHARE,
    WEIGHTS,
    Table,
)
from flashsloth_synthetic.grammar import article, plural
from flashsloth_synthetic.question_builders import BUILDERS
from flashsloth_synthetic.question_builders.everyday_facts import ask
from flashsloth_synthetic.question_builders.missing import any_words
from flashsloth_synthetic.question_builders.nouns import OPPOSITE
from flashsloth_synthetic.question_builders.unanswerable import small_talk, unknowable_question
from flashsloth_synthetic.question_templates import STYLE_OF, Words, has_wordings, paraphrase, synonym
from flashsloth_synthetic.scene import COLOURS, SHAPES, Scene
from flashsloth_synthetic.scene_index import GROUPS, Question, View
from flashsloth_synthetic.typing_noise import noisy

UNCLEAR = "I cannot make out what is in this picture."
# What these forms look for. Of an unclear picture the answer is that it cannot be made out, not that it
# is not there.
LOOKED_FOR = {
    "exist": "{noun}", "exist and colour": "{noun}", "is it": "{noun}", "is at": "{noun}", "kind doubt": "{noun}",
    "several": "{noun}", "food exist": "food", "anything written": "text", "exist and text": "text", "says": "text",
    "contains text": "text", "word exist": "word", "number exist": "number",
}  # fmt: skip
NAMED = ("animal", "vehicle", "sign", "price tag", "stop sign", "bar chart", "pie chart", "chart")
NOT_MADE_OUT = "No, I can make out no "
# What no picture of the world tells, but an everyday one may.
TOLD = re.compile(
    "time|country|weather|cold|warm|rain|sunny|cost|name|city|town|street|day|happen", re.IGNORECASE
)
UNSEEN = "I see no picture. Show me one and ask again."
# Probabilities: bare answers, small talk, unanswerable questions, follow-ups, and doubts among those.
STYLED, SMALL, STRANGE, FOLLOW, SURE = 0.28, 0.02, 0.06, 0.75, 0.025


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer."""

    question: str
    answer: str
    form: str


@dataclass(frozen=True, slots=True)
class _Tables:
    """Tables of first questions by kind of picture, those of natural kinds, and of follow-ups by
    form."""

    first: Mapping[str, Table]
    natural: Mapping[str, Table]
    after: Mapping[str, Table]


def _tables(more: Mapping[str, float]) -> _Tables:
    def weighed(weights: Mapping[str, float]) -> Table:
        return Table({form: weight * more.get(form, 1) for form, weight in weights.items()})

    return _Tables(
        {name: weighed(weights) for name, weights in WEIGHTS.items()},
        {name: weighed(weights) for name, weights in NATURAL.items()},
        {form: weighed(weights) for form, weights in AFTER.items()},
    )


_EVALUATION, _TRAINING = _tables({}), _tables(HARD)


def _subject(view: View) -> str:
    """Return the name of a picture's table."""
    if view.scene.wider in WEIGHTS:
        return view.scene.wider
    if view.scene.blank:
        return "blank"
    if view.chart or view.tag:
        return "chart" if view.chart else "tag"
    if view.things:
        return "things and text" if view.lines else "things"
    return "text"


def _any_question(rng: Random, answer: str, bare: str, words: Words | None) -> Question:
    """Return any question about a picture, with this answer."""
    if words != "old" and rng.random() < NATURAL_SHARE:
        form = _EVALUATION.natural["unlike"].pick(rng)
        style = STYLE_OF.get(form, "")
        return Question(form, (form,), answer, bare if style else "", any_words(rng, form), form, style)
    form = _EVALUATION.first["unlike"].pick(rng)
    noun, other = rng.choice(KINDS).name, rng.choice((*question_templates.ABSENT, *SHAPES))
    if rng.random() < 0.4:
        noun = f"{rng.choice(COLOURS)} {rng.choice(SHAPES)}"
    one, two = rng.sample(COLOURS, 2)
    sides = ("on the left", "on the right", "at the top", "at the bottom", "in the middle")
    slots = {
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
        slots |= {"one": f"the {one} bar", "two": f"the {two} bar", "more": "taller"}
    elif form in ("tallest", "highest"):
        slots["most"] = rng.choice(
            ("tallest", "shortest") if form == "tallest" else ("highest", "lowest")
        )
    elif form == "letters":
        slots["unit"] = rng.choice(("letter", "digit"))
    elif form == "direction":
        slots["the"] = "the arrow"
    elif form == "colours" or form == "total":
        slots["items"] = rng.choice(("shapes", "things"))
    style = rng.choice(("word", "phrase")) if form == "content" else ""
    phrasing = "just read" if form == "read" and rng.random() < 0.2 else form
    if phrasing in ("caption", "list", "just read"):
        return Question(form, (form,), bare, "", slots, phrasing)
    return Question(form, (form,), answer, bare, slots, phrasing, style)


def _unclear(rng: Random, kind: Words | None) -> Question:
    """Return any question about a picture in which nothing can be made out."""
    question = _any_question(rng, UNCLEAR, "unclear", kind)
    if question.form not in LOOKED_FOR:
        return question
    if question.form == "exist" and rng.random() < 0.15:
        question = replace(question, words={"noun": "text", "a": "text"}, phrasing="exist some")
    elif question.form in ("exist", "is it") and rng.random() < 0.7:
        noun = rng.choice((*NAMED, rng.choice(question_templates.ABSENT), rng.choice(KINDS).name))
        other = synonym(rng, noun)
        words = question.words | {
            "noun": noun,
            "a": article(other),
            "the": f"the {other}",
            "nouns": plural(other),
        }
        question = replace(question, words=words)
    full = f"{NOT_MADE_OUT}{LOOKED_FOR[question.form].format_map(question.words)}."
    return replace(question, full=full, bare="no" if question.bare else "")


class _Talk:
    """A dialogue about a picture while it is written.

    Args:
        words: which wordings it has; None: those of training.
        for_training: the `HARD` forms come more often, and questions are typed as people type.
    """

    def __init__(self, rng: Random, view: View, words: Words | None, for_training: bool) -> None:
        self.rng, self.view, self.words, self.for_training = rng, view, words, for_training
        self.tables = _TRAINING if for_training else _EVALUATION
        self.natural_share = 0.0 if words == "old" else NATURAL_SHARE
        self.used = set[tuple[object, ...]]()

    def turns(self) -> tuple[Turn, ...]:
        """Write four to six turns; fewer only where too few questions have wordings of this kind."""
        rng, turns = self.rng, list[Turn]()
        last: Question | None = None
        terse = (
            False  # whether the answer before was bare: an "and X" question then gets a bare one too
        )
        for _ in range(rng.randint(4, 6)):
            question = self.next_question(last)
            if question is not None and terse and question.form == "sure":
                question = self.next_question(None)
            if question is None:
                break
            self.used.add(question.key)
            style = _style(question)
            terse = bool(style) and (
                rng.random() < STYLED or (terse and question.form.startswith("and "))
            )
            asked = _wording(rng, question, style if terse else "", self.words)
            if self.for_training:
                asked = noisy(rng, asked, framed=question.form not in ("sure", "small talk"))
            turns.append(Turn(asked, question.bare if terse else question.full, question.form))
            last = None if question.form in ("sure", "small talk", "unknowable") else question
        return tuple(turns)

    def next_question(self, last: Question | None) -> Question | None:
        """Return a question that the dialogue does not have yet."""
        roll = self.rng.random()
        if roll < SMALL and self.words != "unseen":
            question = small_talk(self.rng)
            if question.key not in self.used:
                return question
        strange = roll < SMALL + STRANGE
        follow = last if last and not strange and roll < SMALL + STRANGE + FOLLOW else None
        natural = self.rng.random() < self.natural_share
        for tried in range(60):
            if follow and tried < 3:
                candidate = self.follow_up(follow)
            elif strange:
                candidate = self.strange()
            else:
                candidate = self.first(natural and tried < 30)
            if candidate and self.accepts(candidate):
                return candidate
        if self.words == "unseen":
            return None
        while (question := unknowable_question(self.rng, self.words)).key in self.used:
            pass
        return question

    def accepts(self, question: Question) -> bool:
        """Return whether a question is new, has wordings, and is not one too many with its answer."""
        if question.key in self.used:
            return False
        if question.form == "unknowable":  # its wording is chosen already, and none of them is held out
            return self.words != "unseen"
        if not has_wordings(question.phrasing or question.form, self.words):
            return False
        keep = KEEP_IN_TRAINING if self.for_training else KEEP
        kept = keep.get((question.form, question.full.partition(",")[0].lower()), 1.0)
        return kept == 1.0 or self.rng.random() < kept

    def first(self, natural: bool) -> Question | None:
        """Return a question that refers to none before."""
        if self.view.unlike:
            return _unclear(self.rng, self.words)
        if self.view.scene.everyday is not None:
            return ask(self.rng, self.view.scene.everyday, self.for_training)
        tables = self.tables.natural if natural else self.tables.first
        return BUILDERS[tables[_subject(self.view)].pick(self.rng)](self.rng, self.view, None)

    def strange(self) -> Question | None:
        """Return a question that the picture does not answer."""
        everyday = self.view.scene.everyday is not None
        form = (
            "unknowable"
            if self.view.unlike or everyday
            else self.tables.first["strange"].pick(self.rng)
        )
        if form == "unknowable":
            question = unknowable_question(self.rng, self.words)
            told = everyday and TOLD.search(question.words["template"])
            return None if told else question
        return BUILDERS[form](self.rng, self.view, None)

    def follow_up(self, last: Question) -> Question | None:
        """Return a question that refers to the one before."""
        if self.rng.random() < SURE:
            return BUILDERS["sure"](self.rng, self.view, last)
        table = self.tables.after.get(last.form.removeprefix("and ").removeprefix("it "))
        if table is None or self.view.unlike or self.view.scene.everyday is not None:
            return None
        form = table.pick(self.rng)
        question = BUILDERS[form.removeprefix("and ")](self.rng, self.view, last)
        if question is None or not form.startswith(("and ", "it ")):
            return question
        style = question.style or STYLE_OF.get(question.form, "")
        return replace(question, form=form, phrasing=form, style=style)


def _wording(rng: Random, question: Question, style: str, words: Words | None) -> str:
    template = question.words.get("template", "")
    if question.form == "sure":
        template = question_templates.wording(rng, "sure", words)
    if not template:
        return question_templates.question(
            rng, question.phrasing or question.form, question.words, style, words
        )
    text = question_templates.expand(rng, template)
    return (question_templates.casual if question.form == "unknowable" else question_templates.hasty)(
        rng, text
    )


def _style(question: Question) -> str:
    style = (question.style or STYLE_OF.get(question.form, "")) if question.bare else ""
    return "phrase" if style == "word" and " " in question.bare else style


def dialogue(
    rng: Random, scene: Scene, for_training: bool = False, words: Words | None = None
) -> tuple[Turn, ...]:
    """Return four to six questions about a picture with their answers; the same for the same state of
    `rng`.

    Args:
        for_training: hard forms come more often, and questions have slips and frames as people's have.
        words: only questions in the old wordings, in those of the bank that training draws, or in those
            that are held out of training (then there may be fewer questions). None: as training draws
            them.
    """
    return _Talk(rng, View(scene), words, for_training).turns()


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
            question = _any_question(rng, UNSEEN, UNSEEN, None)
        if question.key in used:
            continue
        used.add(question.key)
        style = _style(question) if rng.random() < STYLED else ""
        form = question.form if question.form == "small talk" else "no picture"
        asked = noisy(rng, _wording(rng, question, style, None), framed=form != "small talk")
        turns.append(Turn(asked, question.full, form))
    return tuple(turns)
