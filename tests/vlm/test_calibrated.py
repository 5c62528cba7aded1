"""Copies in int4 of models of others that are rounded for the dialogues of a data set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import flashsloth
from evaluation.test_calibrated_copy import check_ids
from flashsloth.checkpoints import resolve, save
from flashsloth.evaluation import calibrated_copy
from paths import IMAGES
from vlm.stand_ins import STAND_INS

QUICK = ("smolvlm-256m", "lighton-ocr")

pytestmark = [pytest.mark.fresh, pytest.mark.usefixtures("_built_once")]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in STAND_INS]
)
def test_a_copy(
    name: str, stand_in_folder: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its dialogues are those of a conversation, and it opens as every other."""
    monkeypatch.chdir(tmp_path)
    folder = stand_in_folder(name)
    exact = flashsloth.open(folder, device="cpu", quant="none")
    check_ids(exact, folder, monkeypatch)
    plan = save.plan_copy(resolve.find(folder), Path("copy"), "int4")
    rows = IMAGES / "questions.jsonl"
    calibrated_copy.read_calibration(plan, rows).write(Path("copy"), lambda *_: None)
    copy = flashsloth.open("./copy", device="cpu")
    assert copy.loaded.quant == "int4"
    assert copy.chat(IMAGES / "stop-sign.png").ask("What is this?", max_tokens=4).text() is not None
