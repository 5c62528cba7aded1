"""The training examples do what their READMEs say."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from flashsloth_cli.app import app
from paths import ROOT
from programs import run_main

pytestmark = pytest.mark.slow
TRAIN = (ROOT / "examples" / "train" / "README.md").read_text(encoding="utf-8")
RECEIPTS = ROOT / "examples" / "finetune-receipts"
SAMPLES = (
    "train-000.png",
    "train-002.png",
    "train-003.png",
    "train-006.png",
    "test-000.png",
    "test-001.png",
)


def commands(text: str, program: str = "flashsloth") -> list[list[str]]:
    """Return the command lines in the sh blocks of a README."""
    blocks = "".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    return [shlex.split(line) for line in blocks.splitlines() if line.startswith(program)]


def run(*words: str) -> str:
    """Run `flashsloth` in this process, and return what it prints."""
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path, receipts: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the examples that train, and all receipts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLASHSLOTH_HOME", str(tmp_path / "home"))
    shutil.copytree(receipts, tmp_path / "examples" / "finetune-receipts")
    for name in ("evaluate.py", "receipt.json"):
        shutil.copy(RECEIPTS / name, tmp_path / "examples" / "finetune-receipts")
    for name in ("train", "images"):
        shutil.copytree(ROOT / "examples" / name, tmp_path / "examples" / name)
    return tmp_path


def test_both_stages_at_toy_size(folder: Path) -> None:
    """The README's commands with fewer steps: the losses fall, and the result answers."""
    lines = commands(TRAIN)
    assert [line[1] for line in lines] == ["train", "train", "ask", "train"]
    for line in lines[:2]:
        run(*line[1:], "-q", "--max-steps", "12", "--batch-size", "4")
        metrics = (folder / line[line.index("-o") + 1] / "metrics.jsonl").read_text(encoding="utf-8")
        losses = [json.loads(step)["loss"] for step in metrics.splitlines()]
        assert len(losses) == 12
        assert sum(losses[-4:]) < sum(losses[:4])
    assert run(*lines[2][1:], "--max-tokens", "8").endswith("\n")
    run(*lines[3][1:], "-q", "--max-steps", "4")
    assert (folder / "tiny" / "model.safetensors").is_file()


def test_the_receipts_are_what_the_program_draws(receipts: Path) -> None:
    for name in ("train.jsonl", "test.jsonl", "json-train.jsonl", "json-test.jsonl"):
        assert (receipts / name).read_text() == (RECEIPTS / name).read_text()
    assert len((RECEIPTS / "train.jsonl").read_text().splitlines()) == 200
    for name in SAMPLES:
        with (
            Image.open(receipts / "images" / name) as drawn,
            Image.open(RECEIPTS / "images" / name) as stored,
        ):
            assert drawn.tobytes() == stored.tobytes(), name


def test_no_receipt_is_in_both_sets(receipts: Path) -> None:
    pictures = {name: set() for name in ("train", "test")}
    for path in (receipts / "images").iterdir():
        pictures[path.name.partition("-")[0]].add(path.read_bytes())
    assert {name: len(found) for name, found in pictures.items()} == {"train": 200, "test": 100}
    assert not pictures["train"] & pictures["test"]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("steps", "questions", "least"),
    [(20, 20, 20), pytest.param(300, 300, 85, marks=pytest.mark.nightly)],
)
def test_receipts_are_learned(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    steps: int,
    questions: int,
    least: int,
) -> None:
    """The README's commands: shortened, and with their defaults, which take minutes on two cores."""
    test = folder / "examples" / "finetune-receipts" / "test.jsonl"
    test.write_text("".join(test.read_text().splitlines(keepends=True)[:questions]))
    finetune, ask = commands((RECEIPTS / "README.md").read_text(encoding="utf-8"))
    suggestion = run(*finetune[1:], "-q", "--max-steps", str(steps)).strip()
    assert suggestion.startswith("flashsloth ask --adapter out ")
    assert run(*shlex.split(suggestion)[1:]).strip()
    assert run(*ask[1:]).strip()
    run_main(folder / "examples" / "finetune-receipts" / "evaluate.py", "--adapter", "out")
    table = capsys.readouterr().out
    [before, after] = re.findall(r"(\d+)%", table.splitlines()[-1])
    assert int(before) <= 10
    assert int(after) >= least
