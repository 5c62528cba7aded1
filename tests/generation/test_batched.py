"""A batch of dialogues gives the same answers as each dialogue alone, and as a conversation."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from PIL import Image, ImageDraw

import tiny
from flashsloth.chat import FlashSloth, batched_answerer
from flashsloth.chat.batched_answerer import (
    Answerer,
    BatchedAnswerer,
    choose_answerer,
    suitable_batch_size,
)
from flashsloth.errors import ContextTooLong, OutOfMemory
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.decode_loop import DecodeLoop
from flashsloth.images.reader import read_image
from flashsloth.inference.decoder import PackedDecoder
from generation.helpers import in_memory
from replies import Asked, replies, texts


def dialogue(*questions: str, picture: int | None = None, system: str | None = None) -> Asked:
    drawn = None
    if picture is not None:
        drawn = Image.new("RGB", (40 + picture, 30), "white")
        ImageDraw.Draw(drawn).ellipse((5, 5, 12 + picture, 20), fill=(40 * picture % 256, 90, 200))
    return Asked(questions, None if drawn is None else read_image(drawn), system)


MIXED = [
    dialogue("What is it?", "Which colour?", "How many are there, and where do they stand?", picture=0),
    dialogue("What is 1 + 1?"),
    dialogue("", "And?", picture=1),
    dialogue("Hello", "Are you sure?", "Why?", "What did I ask first?"),
    dialogue("Where?", picture=2, system="Answer in one word."),
    dialogue("Name it.", "Name it again.", picture=3, system=""),
    dialogue("Is there a disc? Yes or no?", "And a square?", "And then?", picture=4),
]


def answers(answerer: Any, wanted: list[Asked]) -> list[Any]:
    return [*map(texts, replies(answerer, wanted))]


SETTINGS = {
    "system": AnswerSettings("Be short.", max_tokens=9),
    "hd": AnswerSettings(hd=True, max_tokens=4),
    "filters": AnswerSettings(max_tokens=9, temperature=1.4, top_k=20, top_p=0.9, min_p=0.01, seed=11),
    "penalty": AnswerSettings(max_tokens=9, temperature=0.8, repetition_penalty=1.2, seed=0),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_same_answers_in_any_order(tiny_sloth: FlashSloth, name: str) -> None:
    """With settings; test_ways has those that are usual, of every model. Each row has its own seed and
    penalties."""
    settings = SETTINGS[name]
    expected = answers(Answerer(tiny_sloth, settings), MIXED)
    assert expected != answers(
        Answerer(tiny_sloth, AnswerSettings(max_tokens=settings.max_tokens)), MIXED
    )
    for size in (2, 7):
        assert answers(BatchedAnswerer(tiny_sloth, settings, size), MIXED[::-1]) == expected[::-1]


def test_answers_that_end_at_different_times() -> None:
    """A bias on `</s>` makes some answers long and some empty."""
    model, settings = tiny.model(), AnswerSettings(max_tokens=30)
    model.lm_head.bias.data[2] += 4
    sloth = in_memory(model)
    expected = answers(Answerer(sloth, settings), MIXED)
    assert answers(BatchedAnswerer(sloth, settings, 7), MIXED) == expected
    assert len({len(text) for reply in expected for text in reply}) > 3


def test_a_free_row_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row waits for the longest answer beside it. Its replies come as they are complete."""
    model, settings = tiny.model(), AnswerSettings(max_tokens=30)
    model.lm_head.bias.data[2] += 4
    sloth = in_memory(model)
    asked = [dialogue(f"What is {number}?", picture=number) for number in range(12)]
    records = [record for [record] in replies(Answerer(sloth, settings), asked)]
    # after the prompt's token
    steps = [len(record.token_ids) - (record.reason == "length") for record in records]
    decode, made = DecodeLoop.decode, list[int]()

    def counted(loop: Any, tokens: Any) -> Any:
        made.append(len(tokens))
        return decode(loop, tokens)

    monkeypatch.setattr(DecodeLoop, "decode", counted)
    batched = BatchedAnswerer(sloth, settings, 3)
    conversations = [batched.questions(*each) for each in asked]
    order = [number for number, _ in batched.answer(enumerate(conversations))]
    rows = [0, 0, 0]  # steps until each row is free
    for count in steps:
        rows[rows.index(min(rows))] += count
    in_groups = sum(max(steps[start : start + 3]) for start in range(0, len(steps), 3))
    assert len(made) == max(rows) < in_groups
    assert sorted(order) == list(range(len(asked))) != order


@pytest.mark.slow
def test_dialogues_longer_than_the_context(tiny_sloth: FlashSloth) -> None:
    """An answer that fills the context, and questions that do not fit."""
    settings = AnswerSettings(max_tokens=600)
    long = "word " * 150
    wanted = [
        dialogue("What is it?", "And?", picture=1),
        dialogue(long, long, long),
        dialogue("x" * 200_000),
        dialogue("Hi"),
    ]
    expected = answers(Answerer(tiny_sloth, settings), wanted)
    together = answers(BatchedAnswerer(tiny_sloth, settings, 4), wanted)
    for found in (expected, together):
        assert [isinstance(reply, ContextTooLong) for reply in found] == [True, True, True, False]
    assert together[3] == expected[3]


def test_choose_answerer(tiny_sloth: FlashSloth) -> None:
    chosen = choose_answerer(tiny_sloth, AnswerSettings())
    assert isinstance(chosen, BatchedAnswerer)
    assert chosen.batch_size == 64
    assert choose_answerer(tiny_sloth, AnswerSettings(), 3).batch_size == 3
    assert isinstance(choose_answerer(tiny_sloth, AnswerSettings(), 1), Answerer)
    for settings in (AnswerSettings(temperature=0.5), AnswerSettings(repetition_penalty=1.2)):
        assert isinstance(choose_answerer(tiny_sloth, settings), BatchedAnswerer)


@pytest.mark.parametrize(
    ("layers", "hidden", "free", "expected"),
    [
        (6, 192, 8e9, 64),
        (24, 2048, 24e9, 64),
        (32, 2560, 24e9, 8),
        (32, 2560, 2e9, 5),
        (32, 2560, 1e8, 1),
    ],
)
def test_size_of_a_batch(
    monkeypatch: pytest.MonkeyPatch, layers: int, hidden: int, free: float, expected: int
) -> None:
    """By the KV cache, as quantized weights are no parameters, and by the free memory."""
    monkeypatch.setattr(batched_answerer, "free_memory", lambda device: int(free))
    text = SimpleNamespace(num_hidden_layers=layers, hidden_size=hidden, num_attention_heads=4)
    engine = SimpleNamespace(device=torch.device("cpu"), dtype=torch.bfloat16)
    model: Any = SimpleNamespace(config=SimpleNamespace(text_config=text), engine=engine)
    assert suitable_batch_size(model) == expected


def test_out_of_memory_suggests_a_smaller_batch(
    tiny_sloth: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise MemoryError

    answerer = BatchedAnswerer(tiny_sloth, AnswerSettings(), 4)
    step = "step_at" if tiny_sloth.engine.padded else "step"
    for owner, name in (
        (tiny_sloth.engine.encoder, "encode"),
        (PackedDecoder, "logits"),
        (PackedDecoder, step),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, refuse)
            with pytest.raises(OutOfMemory) as caught:
                replies(answerer, MIXED[:3])
            assert "--batch-size below 3" in caught.value.hint
            with pytest.raises(OutOfMemory) as caught:
                replies(answerer, MIXED[:1])
            assert "--batch-size" not in caught.value.hint
