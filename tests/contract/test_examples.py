"""Examples and README say only what happens: every command with an output in README is run, every example too.

What nano says is written down by examples/images/make.py and tests/contract/transcripts.py, never by hand.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from transcripts import Transcript, output, transcripts, workplace

from flashsloth import synthetic
from flashsloth.chat import FlashSloth
from flashsloth.data.dataset import open_rows
from flashsloth.data.sample import Sample
from paths import ROOT

IMAGES = ROOT / "examples" / "images"
LINES = [json.loads(line) for line in (IMAGES / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
ROWS: list[Sample] = list(open_rows([IMAGES / "questions.jsonl"]))
README = transcripts("README.md")


def recorded(row: Sample, line: dict[str, Any]) -> list[str]:
    """What nano said when the questions were written down: what is true, where nothing else stands there."""
    if "nano_answer" in line:
        return [line["nano_answer"]]
    return line.get("nano_answers") or [turn.answer for turn in row.turns]


def asked(nano: FlashSloth, image: str | Path, *questions: str) -> list[str]:
    chat = nano.chat(image)
    return [chat.ask(question).text() for question in questions]


def name(row: Sample) -> str:
    return f"{Path(str(row.image)).stem}-{len(row.turns)}-{row.turns[0].question[:30]}"


@pytest.mark.parametrize(
    ("row", "line"), list(zip(ROWS, LINES, strict=True)), ids=lambda v: name(v) if v in ROWS else ""
)
def test_the_record_is_what_nano_says(nano: FlashSloth, row: Sample, line: dict[str, Any]) -> None:
    assert row.image is not None
    assert asked(nano, row.image, *(turn.question for turn in row.turns)) == recorded(row, line)


def test_most_pictures_begin_with_a_right_answer() -> None:
    first = {line["image"]: "nano_answer" not in line for line in reversed(LINES) if "question" in line}
    assert len(first) == 8
    assert sum(first.values()) >= 6


def test_questions_behind_others_need_them(nano: FlashSloth) -> None:
    """Of each dialogue its last question: some of them get another answer when they are asked alone."""
    other = 0
    for row, line in zip(ROWS, LINES, strict=True):
        if len(row.turns) > 1:
            other += asked(nano, str(row.image), row.turns[-1].question)[0] != recorded(row, line)[-1]
    assert other


@pytest.fixture(scope="module")
def made() -> Any:
    """The program that made the examples."""
    spec = importlib.util.spec_from_file_location("make_examples", IMAGES / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_pictures_and_questions_are_what_the_program_draws(made: Any) -> None:
    drawn = made.drawn()
    assert {p.name for p in IMAGES.glob("*.png")} == set(drawn)
    for file, (category, number) in drawn.items():
        with Image.open(IMAGES / file) as stored:
            assert stored.tobytes() == synthetic.picture("test", number, category)[0].tobytes(), file
    rows = list(made.rows())
    for row, line in zip(rows, LINES, strict=True):
        row.said = recorded(Sample(tuple(row.turns)), line)
        assert row.as_values() == line
    assert (IMAGES / "README.md").read_text(encoding="utf-8") == made.readme(rows)
    assert len({line["image"] for line in LINES}) == 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workplace(tmp_path_factory.mktemp("readme"))


@pytest.mark.parametrize("transcript", README, ids=lambda t: t.command[:40])
def test_readme_transcript(folder: Path, transcript: Transcript) -> None:
    assert output(transcript, folder) == transcript.expected


def test_readme_has_transcripts() -> None:
    assert len(README) >= 5


def run_example(script: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, f"examples/{script}", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_example_program_is_run() -> None:
    assert {p.name for p in (ROOT / "examples").glob("*.py")} == {"ask.py", "errors.py", "transformers_way.py"}


def test_example_ask(nano: FlashSloth) -> None:
    said = asked(nano, IMAGES / "stop-sign.png", "What do you see?", "Which color is the background?")
    assert run_example("ask.py").splitlines() == said


@pytest.mark.slow
def test_example_transformers_way(nano: FlashSloth) -> None:
    assert run_example("transformers_way.py").splitlines() == asked(nano, IMAGES / "stop-sign.png", "What do you see?")


def test_example_errors() -> None:
    assert "image_not_found: no file no-such-picture.jpg" in run_example("errors.py")


def test_library_block_of_the_readme_runs(nano: FlashSloth, capsys: pytest.CaptureFixture[str]) -> None:
    [block] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    [picture], [question] = re.findall(r'chat\("(.*?)"\)', block), re.findall(r'ask\("(.*?)"\)', block)
    before = os.getcwd()
    os.chdir(ROOT)
    try:
        exec(compile(block, "README.md", "exec"), {})
        assert [capsys.readouterr().out] == asked(nano, picture, question)
    finally:
        os.chdir(before)
