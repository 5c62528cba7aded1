"""`flashsloth reduce rank`, and `finetune --mod` with what it writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]


@pytest.fixture
def ranks(cli: Cli, tmp_path: Path, made_once: Callable[..., Path]) -> Path:
    def make(path: Path) -> None:
        done = cli("reduce", "rank", "nano", "--data", "synth:test", "--limit", "4", "--layers", "2", "-o", path, "-q")
        assert done.code == 0, done.err
        bars = done.out.splitlines()[1:]
        assert len(bars) == 6
        assert sum("*" in line for line in bars) == 2
        assert all(line.endswith("#") for line in bars)

    return made_once("ranks.json", make, tmp_path)


def test_a_model_learns_to_skip_layers_and_answers(cli: Cli, ranks: Path, picture: Path, tmp_path: Path) -> None:
    out, chosen = tmp_path / "out", json.loads(ranks.read_text())["layers"]
    words = (
        "--full",
        "--set",
        f"mod={ranks}",
        "--set",
        "skip_ratio=0.5",
        "--max-steps",
        "2",
        "--batch-size",
        "4",
        "-q",
    )
    done = cli("finetune", "synth:train", "-m", "nano", *words, "-o", out)
    assert done.code == 0, done.err
    settings = json.loads((out / "config.json").read_text())
    assert (settings["routed_layers"], settings["skip_ratio"]) == (chosen, 0.5)
    record = json.loads(cli("ask", picture, "-p", "What is this?", "-m", out, "--json", "-q").out)
    assert record["usage"]["kept_by_layer"] == [8 if layer in chosen else 16 for layer in range(6)]
    assert cli("ask", "-p", "Hi", "--no-picture", "-m", out, "-q").code == 0
    assert cli("ask", picture, "-p", "What?", "-m", out, "--explain", tmp_path / "new.png").code == 0
    assert f"50% of visual tokens skip layers {', '.join(map(str, chosen))}" in cli("show", out).out
    for command, problem in (
        (("reduce", "fit", out, "--data", "synth:test", "-o", tmp_path / "new.json"), "skip layers of this model"),
        (("finetune", "synth:train", "-m", out, *words, "-o", tmp_path / "two"), "skip layers of this model"),
    ):
        done = cli(*command)
        assert done.code == 4, done.err
        assert problem in done.err


def test_as_json(cli: Cli) -> None:
    found = json.loads(cli("reduce", "rank", "nano", "--data", "synth:test", "--limit", "2", "--json", "-q").out)
    assert found["schema"] == "flashsloth.ranks/1"
    assert found["prompts"] == 2
    assert len(found["ranks"]) == len(found["effective"]) == 6


def test_ranks_that_are_missing_or_of_another_model_are_refused(cli: Cli, ranks: Path, tmp_path: Path) -> None:
    words = ("finetune", "synth:train", "-m", "nano", "--max-steps", "1", "-o", tmp_path / "out", "--full", "--set")
    done = cli(*words, f"mod={tmp_path / 'nothing.json'}")
    assert done.code == 3
    assert "reduce rank" in done.err
    found = json.loads(ranks.read_text())
    ranks.write_text(json.dumps(found | {"model": found["model"] | {"layers": 7}}))
    done = cli(*words, f"mod={ranks}")
    assert done.code == 2
    assert "of another model: layers 7 instead of 6" in done.err
