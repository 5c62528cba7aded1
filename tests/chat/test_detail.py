"""`hd=auto`: an answer from one tile is kept unless it is in doubt; then all tiles are read."""

from __future__ import annotations

import json
import shutil
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import tiny
from damages import changed
from flashsloth.chat import Answer, Chat, FlashSloth, open_model
from flashsloth.chat.answerer import Answerer
from flashsloth.chat.batched_answerer import BatchedAnswerer
from flashsloth.chat.conversation import Question
from flashsloth.checkpoints import adapter
from flashsloth.errors import InvalidConfiguration, OptionError
from flashsloth.generation.answer_record import AnswerRecord, Token
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.decode_loop import DecodeLoop
from flashsloth.generation.detail import WATCHED, Doubt, is_refusal, refusal_patterns
from flashsloth.images.reader import read_image
from paths import IMAGES
from replies import Asked, replies, said

SURE, UNSURE = IMAGES / "all-orange.png", IMAGES / "car-fish-star.png"
WHAT, WHO = "What is this?", "Who wrote this?"
THRESHOLD = 0.9  # between the lowest probabilities of the two pictures' answers to WHAT
ONE, ALL = 16, 80  # visual tokens


def answer(chat: Chat, question: str = WHAT, **options: Any) -> Answer:
    asked = chat.ask(question, **{"detail_threshold": THRESHOLD, **options})
    asked.text()
    return asked


def told(asked: Answer) -> tuple[Any, Any, int]:
    record = asked.record
    return record.detail_reason, record.tiles, record.visual_tokens


def ids(
    model: FlashSloth, picture: Any, question: str = WHAT, *, hd: bool, **options: Any
) -> list[int]:
    return said(model.chat(picture, hd=hd).ask(question, **options))


# ---- ask and chat


@pytest.mark.parametrize(
    ("picture", "question", "reason"),
    [(SURE, WHAT, "sure"), (UNSURE, WHAT, "unsure"), (SURE, WHO, "refusal")],
)
def test_an_answer_in_doubt_is_read_from_all_tiles(
    tiled: FlashSloth, picture: Any, question: str, reason: str
) -> None:
    asked = answer(tiled.chat(picture, hd="auto"), question)
    more = reason != "sure"
    assert told(asked) == (reason, 5 if more else 1, ALL if more else ONE)
    assert asked.token_ids == ids(tiled, picture, question, hd=more)
    assert asked.record.generated == len(asked.token_ids)
    assert asked.warnings == []


@pytest.mark.parametrize("picture", [SURE, UNSURE])
@pytest.mark.parametrize(("threshold", "hd"), [(0, False), (1, True)])
def test_the_ends_of_the_range_are_fixed(
    tiled: FlashSloth, picture: Any, threshold: float, hd: bool
) -> None:
    """At 1 nothing is answered from one tile first, and at 0 a refusal does not count."""
    for question in (WHAT, WHO):
        asked = answer(tiled.chat(picture, hd="auto"), question, detail_threshold=threshold)
        assert told(asked) == ("fixed", 5 if hd else 1, ALL if hd else ONE)
        assert asked.token_ids == ids(tiled, picture, question, hd=hd)


def test_at_1_one_tile_is_never_encoded(tiled: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = []
    encode = tiled.encode_image
    monkeypatch.setattr(tiled, "encode_image", lambda each: shapes.append(each.ndim) or encode(each))
    answer(tiled.chat(SURE, hd="auto"), detail_threshold=1)
    assert shapes == [4]


def test_a_model_that_was_not_trained_with_tiles(nano: FlashSloth) -> None:
    for threshold in (THRESHOLD, 1):
        asked = answer(nano.chat(UNSURE, hd="auto"), detail_threshold=threshold)
        assert told(asked) == ("fixed", 1, ONE)
        assert asked.token_ids == ids(nano, UNSURE, hd=False)


def test_without_a_picture_and_without_auto_nothing_is_told(tiled: FlashSloth) -> None:
    assert told(answer(tiled.chat(hd="auto"))) == (None, None, 0)
    for hd in (False, True):
        assert told(answer(tiled.chat(UNSURE, hd=hd))) == (None, None, ALL if hd else ONE)


def test_no_probability_is_computed_unless_auto_asks(
    tiled: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Doubt, "watch", fail)
    for hd in (False, True):
        answer(tiled.chat(UNSURE, hd=hd))
    answer(tiled.chat(UNSURE, hd="auto"), detail_threshold=0)
    with pytest.raises(AssertionError):
        answer(tiled.chat(UNSURE, hd="auto"))


def test_the_setting_refusal(tiled: FlashSloth) -> None:
    assert told(answer(tiled.chat(SURE, hd="auto"), refusal="all orange"))[0] == "refusal"
    with pytest.raises(OptionError):
        tiled.chat(SURE, hd="auto").ask(WHAT, refusal="(")


@pytest.mark.parametrize("pattern", ["^(([a-z])+.)+[A-Z]([a-z])+$", "(x+x+)+y", "(a|aa)+[0-9]"])
def test_a_search_that_takes_too_long(pattern: str) -> None:
    """It finds nothing, and the refusals of nano are still found before it."""
    start = time.monotonic()
    for letter in "ax":
        assert not is_refusal(letter * 900, refusal_patterns(pattern))
    assert is_refusal("unclear", refusal_patterns(pattern))
    assert time.monotonic() - start < 5


def test_later_turns_keep_the_tiles(tiled: FlashSloth) -> None:
    """Until a turn has read tiles, each turn decides for itself. The history is kept."""
    chat = tiled.chat(SURE, hd="auto")
    first = answer(chat)
    second = answer(chat, WHO)
    third = answer(chat, "What color is it?")
    assert [told(each)[:2] for each in (first, second, third)] == [
        ("sure", 1),
        ("refusal", 5),
        ("fixed", 5),
    ]
    again = tiled.chat(SURE, hd=True, turns=chat.turns[:1])
    assert [said(again.ask(WHO)), said(again.ask("What color is it?"))] == [
        second.token_ids,
        third.token_ids,
    ]
    assert len(chat.turns) == 3


def test_ask_again_and_continue(tiled: FlashSloth) -> None:
    chat = tiled.chat(UNSURE, hd="auto")
    cut = answer(chat, max_tokens=2, detail_threshold=0.1)
    assert told(cut)[:2] == ("sure", 1)
    more = chat.continue_answer(detail_threshold=THRESHOLD)
    more.text()
    assert told(more)[:2] == ("fixed", 1)
    assert chat.turns[-1].token_ids == tuple(ids(tiled, UNSURE, hd=False))
    again = chat.retry(detail_threshold=THRESHOLD)
    again.text()
    assert told(again)[:2] == ("unsure", 5)
    assert [turn.token_ids for turn in chat.turns] == [tuple(ids(tiled, UNSURE, hd=True))]


def test_tiles_that_do_not_fit_into_the_context(tiled: FlashSloth) -> None:
    """The answer from one tile stays, and a later turn may try again."""
    chat = tiled.chat(UNSURE, hd="auto")
    room = tiled.engine.context_length - chat.context_used
    long = "word " * (room - 60)
    assert len(tiled.prompt.answer(long)) > room - ALL
    asked = answer(chat, f"{long}{WHAT}", max_tokens=4, detail_threshold=0.999)
    assert told(asked) == ("unsure", 1, ONE)
    assert asked.token_ids == ids(tiled, UNSURE, f"{long}{WHAT}", hd=False, max_tokens=4)
    assert not chat.hd


def test_several_pictures(tiled: FlashSloth) -> None:
    """All of them are read again."""
    for threshold, hd in ((1e-9, False), (0.999, True)):
        asked = answer(tiled.chat(SURE, UNSURE, hd="auto"), detail_threshold=threshold)
        assert told(asked)[1:] == ((10, 2 * ALL) if hd else (2, 2 * ONE))
        assert asked.token_ids == said(tiled.chat(SURE, UNSURE, hd=hd).ask(WHAT))


@pytest.mark.parametrize("value", [-0.1, 2, True, "0.5", float("nan")])
def test_a_stored_threshold_that_is_none(tiled_folder: Path, tmp_path: Path, value: Any) -> None:
    folder = shutil.copytree(tiled_folder, tmp_path / "model")
    changed("config.json", detail_threshold=value)(folder)
    with pytest.raises(InvalidConfiguration):
        open_model(folder)
    trained = tiny.adapter(tmp_path / "adapter", str(tiled_folder), {})
    stored = json.loads((trained / "flashsloth_adapter.json").read_text())
    (trained / "flashsloth_adapter.json").write_text(json.dumps({**stored, "detail_threshold": value}))
    with pytest.raises(InvalidConfiguration):
        adapter.read(trained)


# ---- what is watched


def test_nothing_is_yielded_before_the_decision(
    tiled: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long answer is held back for WATCHED tokens, and then streams on."""
    steps = []
    step = DecodeLoop.step
    monkeypatch.setattr(DecodeLoop, "step", lambda loop: steps.append(None) or step(loop))
    at = [
        len(steps)
        for event in tiled.chat(UNSURE, hd="auto")
        .ask(WHAT, detail_threshold=1e-30, temperature=8.0, seed=1, max_tokens=24)
        .events()
        if isinstance(event, Token)
    ]
    assert len(at) > WATCHED + 2
    assert at[:WATCHED] == [WATCHED] * WATCHED
    assert [later - earlier for earlier, later in pairwise(at[WATCHED - 1 :])] == [1] * (
        len(at) - WATCHED
    )


@pytest.mark.parametrize("retries", [False, True])
def test_an_answer_interrupted_before_the_decision(
    tiled: FlashSloth, monkeypatch: pytest.MonkeyPatch, retries: bool
) -> None:
    """Nothing of it was shown, so there is no turn of it, and /retry has not replaced the last one."""
    chat = tiled.chat(UNSURE, hd="auto")
    if retries:
        answer(chat, detail_threshold=0)
    turns = [*chat.turns]
    steps = []
    step = DecodeLoop.step

    def interrupted(loop: Any) -> Any:
        steps.append(None)
        if len(steps) == 3:
            raise KeyboardInterrupt
        return step(loop)

    undecided = {"detail_threshold": 1e-30, "temperature": 8.0, "seed": 1}
    asked = chat.retry(**undecided) if retries else chat.ask(WHAT, **undecided)
    with monkeypatch.context() as patch:
        patch.setattr(DecodeLoop, "step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            asked.text()
    assert len(steps) == 3
    assert (asked.reason, asked.record.text, chat.turns) == (None, "", turns)
    usual = answer(tiled.chat(UNSURE, hd="auto", turns=turns))
    assert answer(chat).token_ids == usual.token_ids


@pytest.mark.parametrize(
    "options",
    [{}, {"temperature": 4.0, "seed": 1}, {"repetition_penalty": 1.5}, {"regex": "(yes|no), it is"}],
)
def test_the_probability_is_the_model_s_own(
    tiled: FlashSloth, monkeypatch: pytest.MonkeyPatch, options: Any
) -> None:
    """Whatever the temperature and the penalties are, and before a grammar forbids other tokens."""
    seen: list[float] = []
    watch = Doubt.watch
    monkeypatch.setattr(Doubt, "watch", lambda doubt, p: seen.append(p) or watch(doubt, p))
    asked = answer(tiled.chat(SURE, hd="auto"), detail_threshold=1e-30, max_tokens=6, **options)
    assert told(asked)[0] == "sure"
    chat = tiled.chat(SURE, hd=False)
    prompt = chat.backend.begin(chat, Question.of(WHAT, asked.settings), AnswerRecord()).prompt
    logits = tiled.engine.prefill(prompt.ids, tiled.engine.new_state(), prompt.images)
    assert seen[0] == pytest.approx(float(logits.softmax(-1)[asked.token_ids[0]]), rel=1e-3)
    forced = len(asked.token_ids) - len(seen)
    assert forced >= 3 if "regex" in options else forced == 0


@pytest.mark.parametrize("regex", ["(yes|no), it is", ".*"])
def test_under_a_grammar(tiled: FlashSloth, regex: str) -> None:
    """The first would be unlikely without it, the second changes nothing."""
    asked = answer(tiled.chat(SURE, hd="auto"), regex=regex, schema_in_prompt=False)
    more = regex != ".*"
    assert told(asked)[:2] == (("unsure", 5) if more else ("sure", 1))
    assert asked.token_ids == ids(tiled, SURE, hd=more, regex=regex, schema_in_prompt=False)


def test_an_unlikely_token_decides_only_among_the_first(tiled: FlashSloth) -> None:
    doubt = Doubt(0.5, ())
    for _ in range(WATCHED - 1):
        doubt.watch(0.9)
        assert doubt.decide("", has_ended=False) is None
    doubt.watch(0.4)
    assert (doubt.decide("", has_ended=False), doubt.keeps) == ("unsure", False)


@pytest.mark.parametrize(
    ("question", "choices", "kept"),
    [
        ("Which color is the fish?", ("red", "blue", "grey"), ("sure", 1)),
        (WHO, ("unclear", "Tom"), ("refusal", 5)),
    ],
)
def test_choices(tiled: FlashSloth, question: str, choices: tuple[str, ...], kept: Any) -> None:
    """By the probability of the best one; a choice may be a refusal, too."""

    def chosen(hd: Any, threshold: float | None = None) -> Answer:
        return answer(tiled.chat(UNSURE, hd=hd), question, choices=choices, detail_threshold=threshold)

    one, every = chosen(False), chosen(True)
    best = max(each.probability for each in one.choices or ())
    likely, unlikely = chosen("auto", best - 1e-4), chosen("auto", (best + 1) / 2)
    assert (told(likely)[:2], told(unlikely)[:2]) == (kept, ("unsure", 5))
    assert one.choices != every.choices
    assert shares(unlikely) == pytest.approx(shares(every), rel=1e-4)
    assert shares(likely) == pytest.approx(shares(one if kept[1] == 1 else every), rel=1e-4)


def shares(asked: Answer) -> list[float]:
    """Return the probabilities of the choices, and their mass."""
    return [*(each.probability for each in asked.choices or ()), asked.record.choices_mass or 0.0]


# ---- many rows


QUESTIONS = [
    (SURE, WHAT),
    (UNSURE, WHAT),
    (SURE, WHO),
    (UNSURE, "Describe the picture."),
    (UNSURE, WHO),
]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_batch_answers_as_ask_does(tiled: FlashSloth, size: int) -> None:
    """Rows that keep their answer, beside those that are read again, in any order."""
    settings = AnswerSettings(hd="auto", detail_threshold=THRESHOLD)
    answerer = Answerer(tiled, settings) if size == 1 else BatchedAnswerer(tiled, settings, size)
    rows = [Asked((text, "What color is it?"), read_image(picture)) for picture, text in QUESTIONS]
    rows.append(Asked(("What is 1 + 1?",)))
    found = replies(answerer, rows)
    for row, records in zip(rows, found, strict=True):
        chat = tiled.chat(*([] if row.image is None else [row.image]), hd="auto")
        for text, record in zip(row.texts, records, strict=True):
            asked = answer(chat, text)
            assert record.token_ids == asked.token_ids
            assert (record.detail_reason, record.tiles, record.visual_tokens) == told(asked)
    reasons = {records[0].detail_reason for records in found}
    assert reasons == {"sure", "unsure", "refusal", None}


def test_a_batch_at_the_ends_of_the_range(tiled: FlashSloth) -> None:
    rows = [Asked((text,), read_image(picture)) for picture, text in QUESTIONS]
    for threshold, hd in ((0.0, False), (1.0, True)):
        auto = AnswerSettings(hd="auto", detail_threshold=threshold)
        found = replies(BatchedAnswerer(tiled, auto, 3), rows)
        usual = replies(BatchedAnswerer(tiled, AnswerSettings(hd=hd), 3), rows)
        assert [each[0].token_ids for each in found] == [each[0].token_ids for each in usual]
        assert {each[0].detail_reason for each in found} == {"fixed"}
