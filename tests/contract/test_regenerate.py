"""`examples/nano/regenerate.py` writes every file that quotes nano. Its steps are not run here: they
take minutes."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from transcripts import COOKBOOK, DOCUMENTS

from paths import CASES, IMAGES, ROOT
from programs import load_program

QUOTABLE = (".md", ".json", ".jsonl")
BY_HAND = {
    "examples/strangers/questions.jsonl",  # what would be right, not what nano says
    # what nano said to questions that a person asked, and judged
    "examples/nano/results/own-words.jsonl",
}


@pytest.fixture(scope="module")
def regenerate() -> Any:
    return load_program(ROOT / "examples" / "nano" / "regenerate.py")


def project_files() -> list[Path]:
    """Return the documents and data files of the project, relative to its root."""
    folders = ("docs", "examples", "flashsloth", "flashsloth_cli", "tests", "benchmarks")
    paths = [*ROOT.glob("*.md"), *(path for folder in folders for path in (ROOT / folder).rglob("*"))]
    return [path.relative_to(ROOT) for path in paths if path.suffix in QUOTABLE and path.is_file()]


def nano_answers() -> set[str]:
    """Return sentences of four words or more that nano said: its recorded answers, and those about the
    examples."""
    cases = json.loads((CASES / "cases.json").read_text(encoding="utf-8"))
    answers = {turn["model_answer"] for case in cases for turn in case["turns"]}
    for line in (IMAGES / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        turns = row.get("messages", [])[1::2]
        answers |= {
            row.get("answer", ""),
            *(turn["content"] for turn in turns),
            *row.get("nano_answers", ()),
        }
    return {answer for answer in answers if len(answer.split()) > 3}


def test_every_step_runs_a_program_that_exists_and_writes_files_that_exist(regenerate: Any) -> None:
    for step in regenerate.STEPS:
        program = shlex.split(step.command)[0]
        assert program == "-m" or (ROOT / program).is_file(), step
        assert all((ROOT / path).exists() for path in step.writes), step


def test_the_picture_of_the_page_is_skipped_without_a_browser(
    regenerate: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[Any] = []
    monkeypatch.setattr(
        regenerate.shutil, "which", lambda name: None if name in regenerate.BROWSERS else name
    )
    monkeypatch.setattr(regenerate, "run", ran.append)
    monkeypatch.setattr("sys.argv", ["regenerate.py"])
    regenerate.main()
    left = {step for step in regenerate.STEPS if step not in ran}
    assert {path for step in left for path in step.writes} == {"docs/pictures/page.png"}
    assert "note: skipped" in capsys.readouterr().out


def test_every_file_that_quotes_nano_is_written_by_a_step(regenerate: Any) -> None:
    written = [path for step in regenerate.STEPS for path in step.writes]
    answers = nano_answers()
    quoting = {
        path.as_posix()
        for path in project_files()
        if any(answer in (ROOT / path).read_text(encoding="utf-8") for answer in answers)
    }
    assert {"examples/images/README.md", "examples/strangers/README.md"} <= quoting
    assert {path for path in quoting if not path.startswith(tuple(written))} == BY_HAND


def test_every_document_with_transcripts_is_written_by_a_step(regenerate: Any) -> None:
    [step] = [step for step in regenerate.STEPS if "transcripts.py" in step.command]
    assert set(step.writes) == {*DOCUMENTS, COOKBOOK}
    with_blocks = {
        path.as_posix()
        for path in project_files()
        if path.suffix == ".md" and "```console\n" in (ROOT / path).read_text(encoding="utf-8")
    }
    assert with_blocks == set(DOCUMENTS)


def test_the_readme_quotes_the_measured_accuracy() -> None:
    results = ROOT / "examples" / "nano" / "results"
    old, unseen = (
        json.loads((results / f"{name}.json").read_text())["accuracy"] for name in ("old", "unseen")
    )
    judged = [
        json.loads(line)
        for line in (results / "own-words.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    world = [row["right"] for row in judged if (ROOT / "examples/images" / row["picture"]).exists()]
    others = sum(row["right"] for row in judged) - sum(world)
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert (
        f"{old:.0%} in the words of its training and {unseen:.0%} in words that it never saw" in readme
    )
    assert f"answered {sum(world)} of {len(world)} about pictures of this world" in readme
    assert f"and {others} of {len(judged) - len(world)} about others. All its answers" in readme
