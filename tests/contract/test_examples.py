"""README and examples show what really happens: their commands and programs are run.

`examples/nano/regenerate.py` writes nano's answers into them; they are never edited by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transcripts import Transcript, output, workplace

from flashsloth.chat import FlashSloth
from flashsloth.data.data_files import open_rows
from flashsloth.data.sample import Sample
from paths import IMAGES, ROOT
from programs import run_python

README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES = [
    json.loads(line) for line in (IMAGES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
ROWS: list[Sample] = list(open_rows([IMAGES / "questions.jsonl"]))
STRANGERS = ROOT / "examples" / "strangers"
STRANGER_ROWS = list(open_rows([STRANGERS / "questions.jsonl"]))


def recorded(row: Sample, line: dict[str, Any]) -> list[str]:
    """Return nano's recorded answers: the true ones, unless the line has others."""
    if "nano_answer" in line:
        return [line["nano_answer"]]
    return line.get("nano_answers") or [turn.answer for turn in row.turns]


def ask(nano: FlashSloth, image: str | Path, *questions: str) -> list[str]:
    chat = nano.chat(image)
    return [chat.ask(question).text() for question in questions]


def name(row: Sample) -> str:
    return f"{Path(str(row.image)).stem}-{len(row.turns)}-{row.turns[0].question[:30]}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("row", "line"), list(zip(ROWS, LINES, strict=True)), ids=lambda v: name(v) if v in ROWS else ""
)
def test_nano_gives_the_recorded_answers(nano: FlashSloth, row: Sample, line: dict[str, Any]) -> None:
    assert ask(nano, row.image, *(turn.question for turn in row.turns)) == recorded(row, line)


def asked(*questions: str) -> Callable[[FlashSloth, list[str]], bool]:
    return lambda nano, lines: lines == ask(nano, IMAGES / "stop-sign.png", *questions)


PROGRAMS: dict[str, Callable[[FlashSloth, list[str]], bool]] = {  # what they print
    "ask.py": asked("What do you see?", "Which color is the background?"),
    "transformers_way.py": asked("What do you see?"),
    "errors.py": lambda _, lines: (
        [line.partition(":")[0] for line in lines] == ["image_not_found", "model_unknown"]
        and "no-such-picture.jpg" in lines[0]
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("program", [path.name for path in (ROOT / "examples").glob("*.py")])
def test_example(nano: FlashSloth, program: str) -> None:
    lines = run_python(f"examples/{program}").splitlines()
    assert PROGRAMS[program](nano, lines), lines


@pytest.mark.slow
def test_library_block_of_the_readme_runs(
    nano: FlashSloth, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    [block] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    [picture], [question] = re.findall(r'chat\("(.*?)"\)', block), re.findall(r'ask\("(.*?)"\)', block)
    monkeypatch.chdir(ROOT)
    exec(compile(block, "README.md", "exec"), {})
    assert [capsys.readouterr().out] == ask(nano, picture, question)


@pytest.mark.slow
def test_the_script_lines_of_the_readme_run(tmp_path: Path, preloaded: str) -> None:
    """With the files of a clone."""
    found = re.search(r"^## In scripts\n.*?```sh\n(.*?)```", README, re.MULTILINE | re.DOTALL)
    assert found is not None
    output(
        Transcript("README.md", "In scripts", f"set -e\n{found[1]}", "", *found.span(1)),
        workplace(tmp_path, preloaded),
    )
    made = {path.name for path in (tmp_path / "photos").iterdir()}
    assert {"descriptions.jsonl", "where.png", "captions.jsonl", "bar-chart.png.xmp"} <= made


# ---- pictures that nano was not made for


def test_there_are_questions_about_every_stranger() -> None:
    pictures = {path.name for path in (STRANGERS / "images").iterdir()}
    assert {Path(str(row.image)).name for row in STRANGER_ROWS} == pictures
    assert len(pictures) == 20


@pytest.mark.slow
def test_every_question_about_a_stranger_is_asked() -> None:
    head, *lines, gap, _, could_know, beyond = run_python("examples/strangers/ask.py").splitlines()
    assert head.split() == ["picture", "question", "right", "or", "honest", "nano"]
    assert (len(lines), gap) == (len(STRANGER_ROWS), "")
    for line, row in zip(lines, STRANGER_ROWS, strict=True):
        assert row.turns[0].question in line
        assert line.endswith((" right", " honest", " wrong"))
    counts = [int(word) for line in (could_know, beyond) for word in line.split()[-3:]]
    assert sum(counts) == len(STRANGER_ROWS)
