"""Examples and README say only what happens: every command with an output in README is run, every example too."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flashsloth.session import FlashSloth

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "examples" / "images"
QUESTIONS = [json.loads(line) for line in (IMAGES / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
SINGLE = [q for q in QUESTIONS if "question" in q]
DIALOGUES = [q for q in QUESTIONS if "turns" in q]


@pytest.mark.parametrize("case", SINGLE, ids=lambda c: f"{c['image']}-{c['question'][:30]}")
def test_example_picture(nano: FlashSloth, case: dict[str, str]) -> None:
    """Where the table says that nano is right, it is; where it says wrong, better weights may be right."""
    said = nano.chat(IMAGES / case["image"]).ask(case["question"]).text()
    assert said == case["answer"] or ("nano_answer" in case and said != "")


def test_right_answers_cover_the_kinds() -> None:
    right = {case["image"]: case["category"] for case in SINGLE if "nano_answer" not in case}
    assert len(right) >= 8
    assert {"shapes", "objects", "text", "chart", "label"} <= set(right.values())
    assert "price-tag.png" in right


@pytest.mark.parametrize("case", DIALOGUES, ids=lambda c: c["image"])
def test_dialogue_needs_its_first_turn(nano: FlashSloth, case: dict[str, list[dict[str, str]]]) -> None:
    chat = nano.chat(IMAGES / str(case["image"]))
    said = [chat.ask(turn["question"]).text() for turn in case["turns"]]
    assert said == [turn["answer"] for turn in case["turns"]]
    alone = nano.chat(IMAGES / str(case["image"])).ask(case["turns"][-1]["question"]).text()
    assert alone != said[-1]


def test_every_picture_has_a_question() -> None:
    assert {q["image"] for q in QUESTIONS} == {p.name for p in IMAGES.glob("*.png")}


def transcripts() -> list[tuple[str, str]]:
    """(command, output) of every `$ …` line in README's console blocks."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


@pytest.mark.parametrize(("command", "output"), transcripts(), ids=lambda text: text[:40])
def test_readme_transcript(command: str, output: str, tmp_path: Path) -> None:
    program = tmp_path / "flashsloth"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m flashsloth_cli "$@"\n')
    program.chmod(0o755)
    if "jq " in command and shutil.which("jq") is None:
        script = f"#!{sys.executable}\nimport json, sys\nprint(json.load(sys.stdin)[sys.argv[2].lstrip('.')])\n"
        (tmp_path / "jq").write_text(script)
        (tmp_path / "jq").chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    env.pop("FLASHSLOTH_MODEL", None)
    done = subprocess.run(
        command, shell=True, cwd=ROOT, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, output), done.stderr


def test_readme_has_transcripts() -> None:
    assert len(transcripts()) >= 5


@pytest.mark.parametrize("script", sorted(p.name for p in (ROOT / "examples").glob("*.py")))
def test_example_program(script: str) -> None:
    done = subprocess.run(
        [sys.executable, f"examples/{script}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    wanted = {
        "ask.py": "I see a traffic light",
        "errors.py": "image_not_found: no file no-such-picture.jpg",
        "transformers_way.py": "I see a traffic light",
    }
    assert wanted[script] in done.stdout


def test_library_block_of_the_readme_runs(nano: FlashSloth, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 1
    before = os.getcwd()
    os.chdir(ROOT)
    try:
        exec(compile(blocks[0], "README.md", "exec"), {})
    finally:
        os.chdir(before)
    assert capsys.readouterr().out == "It is a croissant."
