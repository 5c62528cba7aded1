"""Answers from a cluster of two nodes of one core each, also when an actor or a node ends in the
middle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest

import flashsloth
from paths import IMAGES
from programs import run_python

pytest.importorskip("ray", reason="pip install '.[ray]'")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
PROMPTS = ("What do you see?", "How many things are there?", "Which color is it?")
MISSING = "/nowhere/missing.png"
ROWS = 1000
BROKEN_ROWS = 101  # as in ray_cluster.py
# one arena that returns what is free: with the default of glibc the fragments of the arenas add 10 to
# 40 MB
ALLOCATOR = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "1048576",
    "MALLOC_TRIM_THRESHOLD_": "16777216",
}


@dataclass
class Answered:
    """Rows, their answers, sorted by row, and of each actor the rows and the own resident bytes of each
    table that it answered."""

    rows: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    actors: list[list[list[int]]]


def make_rows(count: int) -> list[dict[str, Any]]:
    """Return rows about the example pictures, one of the first without its picture."""
    paths = islice(cycle(sorted(map(str, IMAGES.glob("*.png")))), count)
    rows = [
        {"id": str(n), "image": path, "prompt": PROMPTS[n % len(PROMPTS)]}
        for n, path in enumerate(paths)
    ]
    rows[50]["image"] = MISSING
    return rows


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answered]:
    """What a cluster answered: as it is, while an actor is killed, and while a node is removed."""
    folder = tmp_path_factory.mktemp("cluster")
    rows = make_rows(ROWS)
    (folder / "rows.json").write_text(json.dumps(rows))
    program = Path(__file__).with_name("ray_cluster.py")
    printed = run_python(program, folder / "rows.json", folder, seconds=1400, **ALLOCATOR)
    made = {}
    for name, answers in json.loads(printed.splitlines()[-1]).items():
        logs = [path.read_text().splitlines() for path in (folder / name).iterdir()]
        actors = [[[int(word) for word in line.split()] for line in lines] for lines in logs]
        by_row = sorted(answers, key=lambda row: int(row["id"]))
        made[name] = Answered(rows if name == "whole" else rows[:BROKEN_ROWS], by_row, actors)
    return made


@pytest.mark.parametrize("name", ["whole", "kill", "remove"])
def test_each_row_once(name: str, answered: dict[str, Answered], nano: flashsloth.FlashSloth) -> None:
    """Answers are those of `chat`, whatever ends. A killed actor is replaced; another node does a lost
    one's work."""
    found = answered[name]
    assert [row["id"] for row in found.answers] == [row["id"] for row in found.rows]
    expected = {
        (image, prompt): nano.chat(image).ask(prompt, temperature=0).text()
        for image, prompt in {(row["image"], row["prompt"]) for row in found.rows}
        if image != MISSING
    }
    for row, given in zip(found.answers, found.rows, strict=True):
        if given["image"] == MISSING:
            assert (row["error"]["code"], row["response"]) == ("image_not_found", None)
        else:
            assert (row["error"], row["response"]) == (None, expected[given["image"], given["prompt"]])
    assert len(found.actors) >= (3 if name == "kill" else 2)
    if name == "whole":
        assert sum(count for tables in found.actors for count, _ in tables) == len(found.rows)


def test_memory_stays_flat(answered: dict[str, Answered]) -> None:
    """After a fifth of its tables no actor grows by more than 10 MB, 25 kB a row."""
    for tables in answered["whole"].actors:
        early = max(resident for _, resident in tables[: max(len(tables) // 5, 1)])
        assert tables[-1][1] - early < 10 * 2**20
