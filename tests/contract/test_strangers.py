"""The twenty strangers are as they are drawn, and nano can be asked about them. What it says is its own matter."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from flashsloth.data.dataset import open_rows
from paths import ROOT

FOLDER = ROOT / "examples" / "strangers"
IMAGES = {p.name: p for p in (FOLDER / "images").iterdir()}
ROWS = list(open_rows([FOLDER / "questions.jsonl"]))


@pytest.fixture(scope="module")
def draw() -> Any:
    spec = importlib.util.spec_from_file_location("draw_strangers", FOLDER / "draw.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_twenty_small_pictures_and_questions_about_each() -> None:
    assert len(IMAGES) == 20
    assert all(path.stat().st_size < 20_000 for path in IMAGES.values())
    assert {Path(str(row.image)).name for row in ROWS} == set(IMAGES)
    assert {row.category for row in ROWS} == {"could know", "beyond it"}
    asked = [(row.image, row.turns[0].question) for row in ROWS]
    assert len(set(asked)) == len(asked)


def test_they_are_what_the_program_draws(draw: Any, tmp_path: Path) -> None:
    """But for what another Pillow or matplotlib does at edges."""
    left = draw.draw_all(tmp_path)
    assert {*draw.PLAIN, *draw.PLOTTED} == set(IMAGES)
    assert {p.name for p in tmp_path.iterdir()} == set(IMAGES) - set(left)
    for made in tmp_path.iterdir():
        with Image.open(made) as now, Image.open(IMAGES[made.name]) as stored:
            assert now.size == stored.size, made.name
            apart = np.asarray(now.convert("RGB"), float) - np.asarray(stored.convert("RGB"), float)
            assert np.abs(apart).mean() < 4, made.name


@pytest.mark.slow
def test_its_program_asks_every_question() -> None:
    done = subprocess.run(
        [sys.executable, "examples/strangers/ask.py"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    head, *lines, gap, _, could_know, beyond = done.stdout.splitlines()
    assert head.split() == ["picture", "question", "right", "or", "honest", "nano"]
    assert (len(lines), gap) == (len(ROWS), "")
    for line, row in zip(lines, ROWS, strict=True):
        assert row.turns[0].question in line
        assert line.endswith((" right", " honest", " wrong"))
    counts = [int(word) for line in (could_know, beyond) for word in line.split()[-3:]]
    assert sum(counts) == len(ROWS)
