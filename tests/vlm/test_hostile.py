"""Folders from strangers are refused. trust/checkpoints.py also measures time and memory, and draws
further damages."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import flashsloth
from damages import Damage
from flashsloth.errors import FlashSlothError
from vlm.hostile import HOSTILE, QUICK
from vlm.reference import WIDE

pytestmark = pytest.mark.fresh


@pytest.mark.parametrize(
    ("model", "damage"),
    [
        pytest.param(
            model,
            damage,
            id=f"{model}: {damage.name}",
            marks=[] if (model, damage) in QUICK else [pytest.mark.slow, pytest.mark.nightly],
        )
        for model, damage in HOSTILE
    ],
)
def test_hostile_folder(
    model: str, damage: Damage, stand_in_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(stand_in_folder(model), tmp_path / "model"))
    damage.do(folder)
    refused = None
    try:
        opened = flashsloth.open(folder, device="cpu", dtype="float32")
        opened.chat(WIDE).ask("What?", max_tokens=1, temperature=0).text()
    except FlashSlothError as error:
        refused = error
    if refused is None:
        assert damage.ends in ("any", "opened")
    else:
        assert damage.ends in ("any", "refused"), refused
        assert refused.exit_code == 4, refused
        assert str(folder) in str(refused)
        assert isinstance(refused, damage.error)
