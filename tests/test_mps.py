"""Apple's GPU: `pytest -m mps` on a Mac, where a workflow runs it. MPS_TESTS_DEVICE=cpu tries the tests elsewhere."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import pytest
import torch

import flashsloth
from flashsloth import devices
from flashsloth.answering.answerers import BatchedAnswerer, Dialogue, SequentialAnswerer
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.images.reader import read_image
from paths import IMAGES
from replies import texts
from training.helpers import Run, make_data, recipe

DEVICE = os.environ.get("MPS_TESTS_DEVICE", "mps")
pytestmark = pytest.mark.mps
QUESTIONS = ("What does the sign say?", "Which color is the background?", "Is there a cat?")


def opened(**options: Any) -> flashsloth.FlashSloth:
    return flashsloth.open("nano", **{"device": DEVICE, "dtype": "float32", **options})


def answers(model: flashsloth.FlashSloth) -> list[str]:
    chat = model.chat(IMAGES / "stop-sign.png")
    return [chat.ask(question).text() for question in QUESTIONS]


def test_it_is_chosen() -> None:
    assert devices.choose_device("auto") == torch.device(DEVICE)
    assert 10**8 < devices.free_memory(torch.device(DEVICE)) <= devices.total_memory(torch.device(DEVICE))


def test_answers_are_those_of_the_cpu(nano: flashsloth.FlashSloth) -> None:
    """Turn by turn, on the cached keys and values."""
    assert answers(opened()) == answers(nano)


@pytest.mark.parametrize(
    ("dtype", "quant"), [("bfloat16", "none"), ("float16", "none"), ("bfloat16", "int8"), ("bfloat16", "int4")]
)
def test_the_first_answer_in_fewer_bits(dtype: str, quant: str) -> None:
    assert answers(opened(dtype=dtype, quant=quant))[0] == 'It says "STOP".'


def test_sampling_with_a_seed() -> None:
    chats = [opened().chat(IMAGES / "pie-chart.png") for _ in range(2)]
    first, second = (chat.ask("What is this?", temperature=0.8, seed=3).text() for chat in chats)
    assert first == second


def test_answers_together_are_those_one_by_one() -> None:
    names = ("stop-sign", "bar-chart", "pie-chart")
    dialogues = [Dialogue(QUESTIONS, read_image(IMAGES / f"{name}.png")) for name in names]
    model, settings = opened(), AnswerSettings(max_tokens=20)
    together, alone = (
        [texts(reply) for reply in answerer.answer(dialogues)]
        for answerer in (BatchedAnswerer(model, settings, 3), SequentialAnswerer(model, settings))
    )
    assert together == alone


@pytest.mark.parametrize("method", ["lora", "full"])
def test_training_is_that_of_the_cpu(method: str, native_folder: Path, tmp_path: Path) -> None:
    """And evaluates, in 32 bits: there is no float64."""
    data = make_data(tmp_path / "data")
    settings = {"dtype": "float32", "eval_split": 0.3, "eval_every": 2}
    found, expected = (
        Run(recipe(native_folder, data, tmp_path / f"{number}", method=method, device=device, **settings)).losses
        for number, device in enumerate((DEVICE, "cpu"))
    )
    assert all(map(math.isfinite, found))
    assert found == pytest.approx(expected, rel=1e-3)
