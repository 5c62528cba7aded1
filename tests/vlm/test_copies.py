"""A quantized copy of a folder answers as the folder does when it is opened in that preset, whatever
its layout: settings of the processor in one file or two, a template in any of three files, a tied
head or one of its own, one file of weights or more, 16 or 32 bits."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import flashsloth
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints import loader, resolve, save
from flashsloth.errors import UnsupportedModel
from vlm.reference import TALL, WIDE
from vlm.stand_ins import STAND_INS

QUICK = (("smolvlm-256m", "int4"), ("lighton-ocr", "int8"))
CASES = [
    pytest.param(name, preset, marks=[] if (name, preset) in QUICK else pytest.mark.slow)
    for name in STAND_INS
    for preset in ("int8", "int4")
]
REWRITTEN = ("config.json", "model")  # the beginnings of the names of files that are not copied

pytestmark = [pytest.mark.fresh, pytest.mark.usefixtures("_built_once")]


def answers(model: FlashSloth) -> list[list[int]]:
    """Return the ids of two answers of one conversation with two pictures."""
    chat = model.chat(WIDE, TALL)
    found = []
    for question in ("What is shown?", "Which colour has it?"):
        answer = chat.ask(question, max_tokens=12, temperature=0)
        answer.text()
        found.append(list(answer.token_ids))
    return found


@pytest.mark.parametrize(("name", "preset"), CASES)
def test_copy(name: str, preset: str, stand_in_folder: Callable[[str], Path], tmp_path: Path) -> None:
    folder = stand_in_folder(name)
    copy = save.quantize(resolve.find(folder), tmp_path / "copy", preset)
    opened = flashsloth.open(copy, device="cpu")
    assert opened.loaded.quant == preset
    assert answers(opened) == answers(flashsloth.open(folder, device="cpu", quant=preset))
    # its files are those of the folder, but for the weights
    kept = [path for path in folder.iterdir() if not path.name.startswith(REWRITTEN)]
    assert len(kept) >= 5
    assert [path.name for path in kept if (copy / path.name).read_bytes() != path.read_bytes()] == []
    before, after = (json.loads((each / "config.json").read_text()) for each in (folder, copy))
    dtype = after.pop("dtype")
    assert after.pop("quantization_config")["preset"] == preset
    assert before | {"dtype": dtype} == after | {"dtype": dtype}
    with pytest.raises(UnsupportedModel):
        save.quantize(resolve.find(copy), tmp_path / "again", preset)


@pytest.mark.parametrize("name", ["smolvlm-256m"])
def test_copy_in_the_cache(
    name: str, stand_in_folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "LARGE", 0)
    found = []
    for _ in range(2):
        notes: list[str] = []
        source = resolve.find(stand_in_folder(name))
        loaded = loader.load(source, device="cpu", quant="int4", cache=True, on_note=notes.append)
        found.append((answers(FlashSloth(loaded)), len(notes)))
    assert found[0][0] == found[1][0]
    assert [many for _, many in found] == [1, 0]
