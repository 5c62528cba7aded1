"""Rows that another distribution draws."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flashsloth.data import row_sources
from flashsloth.errors import DataUnreadable, OptionError
from paths import ROOT


@pytest.fixture
def _not_installed(monkeypatch: pytest.MonkeyPatch) -> Any:
    row_sources.find.cache_clear()
    monkeypatch.setattr(row_sources, "entry_points", lambda **_: ())
    yield
    row_sources.find.cache_clear()


@pytest.mark.usefixtures("_not_installed")
@pytest.mark.parametrize(
    "words",
    [
        ("eval", "synth:test"),
        ("train", "synth:train", "--init", ROOT / "examples/nano/sizes.toml", "--max-steps", "2", "-o", "out"),
        ("finetune", "synth:train", "--max-steps", "2", "-o", "out"),
    ],
    ids=lambda words: words[0],
)
def test_without_the_package_that_draws(cli: Any, words: tuple[Any, ...]) -> None:
    """The error says how to install it, before a model is opened."""
    done = cli(*words)
    assert done.code == 2
    assert "need the package flashsloth-synthetic" in done.error[0]
    assert "pip install ./integrations/synthetic" in done.error[1]
    assert not Path("out").exists()


def test_found_by_its_entry_point() -> None:
    drawn = row_sources.find().sample("test", 17)
    assert drawn.image.mode == "RGB"
    assert drawn.turns[0].question


def test_names_of_training_data() -> None:
    assert row_sources.is_drawn(["synth:train"])
    assert not row_sources.is_drawn(["rows.jsonl"])
    with pytest.raises(OptionError, match="for evaluation"):
        row_sources.is_drawn(["synth:test"])
    with pytest.raises(OptionError, match="mixed"):
        row_sources.is_drawn(["synth:train", "rows.jsonl"])
    with pytest.raises(DataUnreadable, match="unknown data"):
        row_sources.is_drawn(["synth:other"])


@pytest.mark.slow
def test_training_on_files_does_not_load_it(tmp_path: Path) -> None:
    picture = next((ROOT / "examples/images").glob("*.png"))
    (tmp_path / "rows.csv").write_text(f"image,question,answer\n{picture},What?,A sign.\n")
    words = ("finetune", "rows.csv", "-m", "nano", "--dry-run", "-o", "out", "--max-steps", "1")
    command = [sys.executable, "-X", "importtime", "-m", "flashsloth_cli", *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "flashsloth.data.row_sources" in loaded
    assert "flashsloth_synthetic" not in loaded
