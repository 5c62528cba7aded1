"""Many dialogues at once say what each says alone, and that is what a conversation says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image, ImageDraw

import flashsloth
from flashsloth.answering import batched
from flashsloth.answering.answerers import (
    GenerationSettings,
    PreparedSample,
    Reply,
    SequentialAnswerer,
    choose_answerer,
)
from flashsloth.answering.batched import BatchedAnswerer
from flashsloth.chat import FlashSloth
from flashsloth.data.sample import QAPair
from flashsloth.errors import ContextTooLong, OutOfMemory
from flashsloth.evaluation.datasets import EvalSample

CASES = Path(__file__).parents[1] / "session" / "cases"


@pytest.fixture(scope="module")
def tiny_opened(native_folder: Path) -> FlashSloth:
    """Random weights: answers that depend on everything before them, and seldom end."""
    return flashsloth.open(native_folder, device="cpu", dtype="float32")


def asked(*questions: str, picture: int | None = None, right: str = "x", system: str | None = None) -> PreparedSample:
    drawn = None
    if picture is not None:
        drawn = Image.new("RGB", (40 + picture, 30), "white")
        ImageDraw.Draw(drawn).ellipse((5, 5, 12 + picture, 20), fill=(40 * picture % 256, 90, 200))
    turns = tuple(QAPair(question, right) for question in questions)
    dialogue = EvalSample(f"d{picture}", turns, "", None if drawn is None else "drawn", system, drawn)
    return PreparedSample(dialogue, dialogue.read())


MIXED = [
    asked("What is it?", "Which colour?", "How many are there, and where do they stand?", picture=0),
    asked("What is 1 + 1?"),
    asked("", "And?", picture=1),
    asked("Hello", "Are you sure?", "Why?", "What did I ask first?"),
    asked("Where?", picture=2, system="Answer in one word."),
    asked("Name it.", "Name it again.", picture=3, system=""),
    asked("Is there a disc? Yes or no?", "And a square?", "And then?", picture=4),
]


def in_batches(answerer: Any, wanted: list[PreparedSample], size: int) -> list[Reply]:
    return [reply for at in range(0, len(wanted), size) for reply in answerer.answer(wanted[at : at + size])]


def test_nano_says_what_a_conversation_says(nano: FlashSloth) -> None:
    cases = json.loads((CASES / "cases.json").read_text(encoding="utf-8"))[:20:5]
    dialogues = [
        EvalSample(c["image"], tuple(QAPair(t["question"], t["answer"]) for t in c["turns"]), image=CASES / c["image"])
        for c in cases
    ]
    wanted = [*(PreparedSample(dialogue, dialogue.read()) for dialogue in dialogues), MIXED[1]]
    expected = []
    for each in wanted:
        chat = nano.chat(*([each.dialogue.image] if each.dialogue.image else []))
        expected.append([chat.ask(turn.question).text() for turn in each.dialogue.turns])
    assert SequentialAnswerer(nano, GenerationSettings()).answer(wanted) == expected
    for size in (3, 8):
        assert in_batches(BatchedAnswerer(nano, GenerationSettings(), size), wanted, size) == expected


@pytest.mark.parametrize(
    "manner",
    [
        GenerationSettings(max_tokens=9),
        GenerationSettings("Be short.", max_tokens=5),
        GenerationSettings(hd=True, max_tokens=4),
        GenerationSettings(None, None, 1),
    ],
)
def test_all_sizes_of_batches(tiny_opened: FlashSloth, manner: GenerationSettings) -> None:
    expected = SequentialAnswerer(tiny_opened, manner).answer(MIXED)
    for size in (1, 2, 7):
        assert in_batches(BatchedAnswerer(tiny_opened, manner, size), MIXED, size) == expected
    assert in_batches(BatchedAnswerer(tiny_opened, manner, 7), MIXED[::-1], 7) == expected[::-1]


def test_answers_that_end_at_different_times(tiny_opened: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bias on `</s>` makes some answers long and some empty; the long ones go on apart from the others."""
    bias = tiny_opened.loaded.model.lm_head.bias
    before = bias[2].item()
    copied: list[int] = []
    chosen = BatchedAnswerer._chosen
    monkeypatch.setattr(
        BatchedAnswerer, "_chosen", lambda self, held, rows: copied.append(len(rows)) or chosen(self, held, rows)
    )
    try:
        with torch.no_grad():
            bias[2] = before + 4
        expected = SequentialAnswerer(tiny_opened, GenerationSettings(max_tokens=30)).answer(MIXED)
        assert BatchedAnswerer(tiny_opened, GenerationSettings(max_tokens=30), 7).answer(MIXED) == expected
    finally:
        with torch.no_grad():
            bias[2] = before
    lengths = {len(said) for reply in expected for said in reply}
    assert len(lengths) > 3
    assert len(copied) > 3


def test_its_own_earlier_answers_are_what_it_reads(tiny_opened: FlashSloth) -> None:
    manner = GenerationSettings(max_tokens=6)
    for answerer in (SequentialAnswerer(tiny_opened, manner), BatchedAnswerer(tiny_opened, manner, 4)):
        told = [asked("What is it?", "Why?", picture=1, right=right) for right in ("A cat.", "Two red discs.")]
        one, other = answerer.answer(told)
        assert one == other  # what would have been right was never seen
        [[first, second]] = answerer.answer(told[:1])
        chat = tiny_opened.chat(told[0].picture)
        assert chat.ask("What is it?", max_tokens=6).text() == first
        assert chat.ask("Why?", max_tokens=6).text() == second
        [[alone]] = answerer.answer([asked("Why?", picture=1)])
        [[_, behind_another]] = answerer.answer([asked("Where is it?", "Why?", picture=1)])
        assert len({second, alone, behind_another}) == 3


def test_what_does_not_fit(tiny_opened: FlashSloth) -> None:
    """An answer up to the last position, and questions for which there is none."""
    manner = GenerationSettings(max_tokens=600)
    long = "word " * 150
    wanted = [asked("What is it?", "And?", picture=1), asked(long, long, long), asked("x" * 200_000), asked("Hi")]
    expected = SequentialAnswerer(tiny_opened, manner).answer(wanted)
    found = BatchedAnswerer(tiny_opened, manner, 4).answer(wanted)
    assert [isinstance(reply, ContextTooLong) for reply in expected] == [True, True, True, False]
    assert [isinstance(reply, ContextTooLong) for reply in found] == [True, True, True, False]
    assert found[3] == expected[3]


def test_who_answers(nano: FlashSloth, tiny_opened: FlashSloth, native_folder: Path) -> None:
    chosen = choose_answerer(tiny_opened, GenerationSettings())
    assert isinstance(chosen, BatchedAnswerer)
    assert chosen.batch_size == 64
    assert choose_answerer(tiny_opened, GenerationSettings(), 3).batch_size == 3
    assert isinstance(choose_answerer(tiny_opened, GenerationSettings(), 1), SequentialAnswerer)
    quantized = flashsloth.open(native_folder, device="cpu", quant="int8")
    assert isinstance(choose_answerer(quantized, GenerationSettings(), 8), SequentialAnswerer)
    assert choose_answerer(quantized, GenerationSettings(), 8).answer(MIXED[:1])


def test_memory_that_runs_out(tiny_opened: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise MemoryError

    answerer = BatchedAnswerer(tiny_opened, GenerationSettings(), 4)
    monkeypatch.setattr(answerer.model, "get_image_features", refuse)
    with pytest.raises(OutOfMemory) as caught:
        answerer.answer(MIXED[:3])
    assert caught.value.hint == "Give a --batch-size below 3."


def test_the_cache_has_room(tiny_opened: FlashSloth) -> None:
    """It grows by copying now and then, not for each token."""
    layer = batched._Growing()
    keys = torch.randn(2, 4, batched.ROOM + 9, 8)
    places = []
    for at in range(keys.shape[2]):
        held, _ = layer.update(keys[:, :, at : at + 1], keys[:, :, at : at + 1])
        places.append(held.data_ptr())
    assert torch.equal(held, keys)
    assert len(set(places)) == 2
    some = layer.chosen(torch.tensor([1]))
    some.update(keys[1:, :, :1], keys[1:, :, :1])
    assert torch.equal(some.keys[:, :, :-1], keys[1:])
    assert torch.equal(layer.keys, keys)


@pytest.mark.gpu
def test_on_a_cuda_device(native_folder: Path) -> None:
    opened = flashsloth.open(native_folder, device="cuda", dtype="float32")
    manner = GenerationSettings(max_tokens=20)
    assert BatchedAnswerer(opened, manner, 7).answer(MIXED) == SequentialAnswerer(opened, manner).answer(MIXED)
