"""The pictures of examples/strangers are what their program draws, and nano answers each question about them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flashsloth.data.data_files import open_rows
from paths import ROOT
from programs import load_program, run_python

FOLDER = ROOT / "examples" / "strangers"
IMAGES = {p.name: p for p in (FOLDER / "images").iterdir()}
ROWS = list(open_rows([FOLDER / "questions.jsonl"]))


def test_they_are_what_the_program_draws(tmp_path: Path) -> None:
    """Within a tolerance, as versions of Pillow and matplotlib differ at edges."""
    draw = load_program(FOLDER / "draw.py")
    not_drawn = draw.draw_all(tmp_path)
    assert {*draw.PLAIN, *draw.PLOTTED} == set(IMAGES) == {Path(str(row.image)).name for row in ROWS}
    assert {p.name for p in tmp_path.iterdir()} == set(IMAGES) - set(not_drawn)
    for path in tmp_path.iterdir():
        with Image.open(path) as now, Image.open(IMAGES[path.name]) as stored:
            assert now.size == stored.size, path.name
            difference = np.asarray(now.convert("RGB"), float) - np.asarray(stored.convert("RGB"), float)
            assert np.abs(difference).mean() < 4, path.name


@pytest.mark.slow
def test_the_program_asks_every_question() -> None:
    head, *lines, gap, _, could_know, beyond = run_python("examples/strangers/ask.py").splitlines()
    assert head.split() == ["picture", "question", "right", "or", "honest", "nano"]
    assert (len(lines), gap) == (len(ROWS), "")
    for line, row in zip(lines, ROWS, strict=True):
        assert row.turns[0].question in line
        assert line.endswith((" right", " honest", " wrong"))
    counts = [int(word) for line in (could_know, beyond) for word in line.split()[-3:]]
    assert sum(counts) == len(ROWS)
