"""Copies in int4 that are rounded for the dialogues of a data set: what is read, and what they gain."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

import flashsloth
import tiny
from cli.conftest import write_rows
from damages import tensors
from data.helpers import messages
from flashsloth.chat import FlashSloth, Turn
from flashsloth.checkpoints import load_plan, resolve, save
from flashsloth.data.data_files import open_rows
from flashsloth.data.sample import Sample
from flashsloth.errors import NonFiniteWeights
from flashsloth.evaluation import calibrated_copy
from flashsloth.evaluation.calibrated_copy import Calibration, read_calibration
from flashsloth.evaluation.evaluate import read_picture
from flashsloth.inference.decoder import Span

Drawn = Callable[..., Path]


def read(model: str | Path, data: Path, monkeypatch: pytest.MonkeyPatch, **how: Any) -> Calibration:
    """Read a data file, however few tokens it has."""
    monkeypatch.setattr(calibrated_copy, "LEAST_POSITIONS", 0)
    return read_calibration(
        load_plan.make_plan(resolve.find(model), device="cpu", quant="int4"), data, **how
    )


def asked(sloth: FlashSloth, sample: Sample) -> list[int]:
    """Return the ids of a conversation with the answers of the data, up to the end of the last one."""
    picture = read_picture(sample)
    chat: Any = sloth.chat(*[] if picture is None else [picture], system=sample.system)
    *earlier, last = sample.turns
    for turn in earlier:
        ids = tuple(sloth.prompt.answer(turn.answer))
        chat.turns.append(Turn(turn.question, turn.answer, ids, "stop", chat.pending_images))
    ids = chat.backend.prompts.ids(chat, chat.context(), last.question)
    return ids + sloth.prompt.answer(last.answer) + sloth.prompt.end_of_answer


def check_ids(sloth: FlashSloth, model: str | Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check that dialogues are read as the model gets them in a conversation."""
    Image.new("RGB", (60, 20), "red").save("red.png")
    rows = [
        messages("What?", "Red.", "Which?", "Only red.", image="red.png"),
        {"image": "red.png", "question": "Where?", "answer": "a"},
        {"prompt": "Hello", "answer": "Hi", "system": "Be short."},
        messages("One", "1", "Two", "2"),
    ]
    data = write_rows("rows.jsonl", *rows)
    found = read(model, data, monkeypatch)
    assert [ids for ids, _ in found.dialogues] == [asked(sloth, row) for row in open_rows([data])]
    assert found.positions == sum(len(ids) for ids, _ in found.dialogues)


def test_nano_reads_dialogues_as_in_a_conversation(
    nano: FlashSloth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    check_ids(nano, "nano", monkeypatch)


def test_whole_dialogues_in_the_order_of_the_file(
    drawn: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = read("nano", drawn(20), monkeypatch, positions=10**6)
    assert len(every.dialogues) == 20
    lengths = [len(ids) for ids, _ in every.dialogues]
    some = read("nano", drawn(20), monkeypatch, positions=sum(lengths[:3]) + 1)
    assert [ids for ids, _ in some.dialogues] == [ids for ids, _ in every.dialogues[:4]]
    exactly = read("nano", drawn(20), monkeypatch, positions=sum(lengths[:3]))
    assert len(exactly.dialogues) == 3


@torch.inference_mode()
def outputs(sloth: FlashSloth, ids: list[int], prepared: Any) -> Tensor:
    """Return the logits (T, V) of all positions of a dialogue."""
    engine = sloth.engine
    decoder: Any = engine.decoder
    image = None if prepared is None else engine.encode_image(prepared)
    inputs = engine.prompt_inputs(ids, image)
    cache = engine.new_cache()
    cache.reserve(len(ids), 0)
    core = decoder._prompt_core(inputs.x, Span(cache, slice(0, len(ids)), len(ids)))
    return decoder._head(decoder._layers(inputs.x, core, inputs.embq))


@pytest.mark.slow
def test_outputs_about_other_pictures_change_less(
    nano: FlashSloth, int4_folder: Path, drawn: Drawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Than with the drawn tokens of the default."""
    plan = save.plan_copy(resolve.find("nano"), tmp_path / "copy", "int4")
    monkeypatch.setattr(calibrated_copy, "LEAST_POSITIONS", 0)
    steps: list[int] = []
    found = read_calibration(plan, drawn(24))
    found.write(tmp_path / "copy", lambda done, total, _: steps.append(total - done))
    assert steps == sorted(steps, reverse=True)
    assert steps[-1] == 0
    other = read("nano", drawn(16, 24), monkeypatch)
    errors = []
    for folder in (int4_folder, tmp_path / "copy"):
        rounded = flashsloth.open(folder, device="cpu")
        changes = [outputs(rounded, *each) - outputs(nano, *each) for each in other.dialogues]
        errors.append(float(torch.cat(changes).square().mean().sqrt()))
    assert errors[1] < 0.9 * errors[0], errors


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_weight_that_is_not_finite(
    value: float, drawn: Drawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file is named, and nothing is written."""
    name = "model.language_model.layers.1.mlp.fc1.weight"
    folder = tiny.write_native(tmp_path / "model")
    tensors(lambda stored: stored[name].view(-1)[:1].fill_(value))(folder)
    with pytest.raises(NonFiniteWeights, match=re.escape(str(folder / "model.safetensors"))):
        read(folder, drawn(8), monkeypatch).write(tmp_path / "copy", lambda *_: None)
    assert not (tmp_path / "copy").exists()
