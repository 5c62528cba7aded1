"""The code blocks of python.md, reduction.md and training.md run: with nano for the released model,
tiny parts for published ones, and copies of examples for their files."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flashsloth.training.recipe import Recipe
from flashsloth_cli.app import app
from paths import IMAGES, ROOT
from training.parts import write_language, write_siglip
from vlm.stand_ins import STAND_INS, write

DOCUMENTS = ("python.md", "reduction.md", "training.md")
BLOCK = re.compile(
    r"(?:^<!-- not run: (.+) -->\n)?^```(python|sh|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL
)
MOST_NOT_RUN = 4
IN_PLACE = {
    "flashsloth": "nano",
    "smolvlm-256m": "./smolvlm",
    "google/siglip-so400m-patch14-384": "./siglip",
    "google/siglip2-so400m-patch14-384": "./siglip",
    "microsoft/phi-2": "./phi",
    "Qwen/Qwen3-0.6B": "./qwen3",
    "facebook/convnext-large-224-22k": "convnext.toml",
}
CONVNEXT = "patch_size = 2\ndepths = [1, 1, 1, 1]\nhidden_sizes = [8, 8, 16, 24]\n"


def blocks(document: str) -> list[tuple[str, str, str]]:
    """Return of each block why it is not run ("" if it is), the language and the code."""
    return BLOCK.findall((ROOT / "docs" / document).read_text(encoding="utf-8"))


def write_files(folder: Path) -> None:
    """Write what the blocks name: pictures, data of at most twelve rows, and parts of models."""
    shutil.copytree(IMAGES, folder / "examples" / "images")
    for name in ("photo.jpg", "a.png", "receipt.jpg", "scan.png"):
        shutil.copy(IMAGES / "stop-sign.png", folder / name)
    lines = (IMAGES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if "question" in row][:12]
    rows = [{**row, "image": f"examples/images/{row['image']}"} for row in rows]
    for name, count in (("questions.jsonl", 12), ("task.jsonl", 2), ("receipts.jsonl", 4)):
        lines = [f"{json.dumps(row)}\n" for row in rows[:count]]
        (folder / name).write_text("".join(lines), encoding="utf-8")
    with (folder / "receipts.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table)
        names = ("image", "question", "answer")
        writer.writerows([names, *([row[name] for name in names] for row in rows)])
    conversations = [
        {
            "image": row["image"],
            "conversations": [
                {"from": "human", "value": row["question"]},
                {"from": "gpt", "value": row["answer"]},
            ],
        }
        for row in rows[:4]
    ]
    for name in ("captions.json", "chats.json"):
        (folder / name).write_text(json.dumps(conversations), encoding="utf-8")
    write(STAND_INS["smolvlm-256m"], folder / "smolvlm")
    write_siglip(folder / "siglip")
    write_language(folder / "phi", "phi")
    write_language(folder / "qwen3", "qwen3", chat=True)
    (folder / "convnext.toml").write_text(CONVNEXT, encoding="utf-8")


def run_lines(code: str) -> None:
    """Run the lines of a shell block, which are commands of flashsloth, in this process."""
    for line in code.replace("\\\n", " ").splitlines():
        program, *words = shlex.split(line, comments=True)
        assert program == "flashsloth", line
        done = CliRunner().invoke(app, [IN_PLACE.get(word, word) for word in words])
        assert done.exit_code == 0, f"{line}\n{done.stderr}"


def test_few_blocks_are_not_run() -> None:
    reasons = [reason for document in DOCUMENTS for reason, *_ in blocks(document)]
    marks = [
        (ROOT / "docs" / document).read_text(encoding="utf-8").count("<!-- not run:")
        for document in DOCUMENTS
    ]
    assert len([*filter(None, reasons)]) == sum(marks) <= MOST_NOT_RUN
    assert len(reasons) > 12


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_code_blocks_run(document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In their order and in one folder, those of Python in one namespace; runs make two steps."""
    monkeypatch.setattr(Recipe, "__init__", partialmethod(Recipe.__init__, max_steps=2))
    monkeypatch.setenv("FLASHSLOTH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FLASHSLOTH_SERVER", "none")
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    names: dict[str, Any] = {}
    for reason, language, code in blocks(document):
        if reason:
            continue
        if language == "python":
            exec(compile(code, document, "exec"), names)
        else:
            run_lines(code)
