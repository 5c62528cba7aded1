"""Answers from a cluster of two nodes of one core each, also when an actor or a node ends in the
middle."""

from __future__ import annotations

import json
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest

import flashsloth
from paths import IMAGES
from programs import run_python

pytest.importorskip("ray", reason="pip install '.[ray]'")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PROMPTS = ("What do you see?", "How many things are there?", "Which color is it?")
MISSING = "/nowhere/missing.png"
# one arena that returns what is free: with the default of glibc the fragments of the arenas add 10 to
# 40 MB
ALLOCATOR = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "1048576",
    "MALLOC_TRIM_THRESHOLD_": "16777216",
}


def make_rows(count: int) -> list[dict[str, Any]]:
    """Return rows about the example pictures, the middle one without its picture."""
    paths = islice(cycle(sorted(map(str, IMAGES.glob("*.png")))), count)
    rows = [
        {"id": str(n), "image": path, "prompt": PROMPTS[n % len(PROMPTS)]}
        for n, path in enumerate(paths)
    ]
    rows[count // 2]["image"] = MISSING
    return rows


def answer(rows: list[dict[str, Any]], folder: Path, *words: str) -> list[dict[str, Any]]:
    """Return the answers of a cluster, sorted by row. `folder` gets the logs of its actors."""
    (folder / "rows.json").write_text(json.dumps(rows))
    (folder / "actors").mkdir()
    command = (
        Path(__file__).with_name("ray_cluster.py"),
        folder / "rows.json",
        folder / "actors",
        *words,
    )
    done = run_python(*command, seconds=500, **ALLOCATOR)
    found: list[dict[str, Any]] = json.loads(done.splitlines()[-1])
    return sorted(found, key=lambda row: int(row["id"]))


def actors(folder: Path) -> dict[str, list[list[int]]]:
    """Return rows and own resident bytes of each table that each actor answered."""
    return {
        path.name: [[int(word) for word in line.split()] for line in path.read_text().splitlines()]
        for path in (folder / "actors").iterdir()
    }


@pytest.mark.parametrize("broken", ["", "kill", "remove"])
def test_each_row_once(broken: str, tmp_path: Path, nano: flashsloth.FlashSloth) -> None:
    """Answers are those of `chat`, whatever ends. A killed actor is replaced; another node does a lost
    one's work."""
    rows = make_rows(101)
    found = answer(rows, tmp_path, *filter(None, [broken]))
    assert [row["id"] for row in found] == [row["id"] for row in rows]
    expected = {
        (row["image"], row["prompt"]): "".join(
            nano.chat(row["image"]).ask(row["prompt"], temperature=0)
        )
        for row in rows
        if row["image"] != MISSING
    }
    for row, given in zip(found, rows, strict=True):
        if given["image"] == MISSING:
            assert (row["error"]["code"], row["response"]) == ("image_not_found", None)
        else:
            assert (row["error"], row["response"]) == (None, expected[given["image"], given["prompt"]])
    worked = actors(tmp_path)
    assert len(worked) >= (3 if broken == "kill" else 2)
    if not broken:
        assert sum(count for tables in worked.values() for count, _ in tables) == len(rows)


def test_memory_stays_flat(tmp_path: Path) -> None:
    """1,500 rows: after a fifth of its tables no actor grows by more than 15 MB."""
    found = answer(make_rows(1500), tmp_path, "--rows-at-once", "15")
    assert len({row["id"] for row in found}) == 1500
    for tables in actors(tmp_path).values():
        early = max(resident for _, resident in tables[: max(len(tables) // 5, 1)])
        assert tables[-1][1] - early < 15 * 2**20
