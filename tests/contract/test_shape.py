"""What `benchmarks/shape.py` counts, and how it compares with a revision."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from paths import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))

import shape


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("a = 1", 1),
        ("a, b = 1, 2", 2),
        ("a, b = f()", 1),
        ("a = b = 1, 2", 1),
        ('"""Docstring."""\n# comment\n', 0),
        ('def f():\n    """Docstring."""\n    return 1', 2),
        ("if a:\n    b()\nelse:\n    c()", 3),
    ],
)
def test_statements_are_counted(source: str, count: int) -> None:
    assert shape.count_statements(source) == count


def test_lines_of_comments_and_docstrings_are_counted() -> None:
    source = b'"""One\ntwo."""\na = "# no comment"  # three\n# four\n'
    assert shape.count_comments(source) == 4


def test_the_difference_to_a_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a repository with one module, which grows by a statement, an import and a long function."""
    monkeypatch.setattr(shape, "ROOT", tmp_path)
    monkeypatch.setattr(shape, "called_by_ask", lambda _: {"functions that ask calls": 2})
    source = "def f():\n    pass\n\n\ndef g():\n    pass\n"
    module = tmp_path / "flashsloth" / "module.py"
    module.parent.mkdir()
    module.write_text(source)
    author = ("-c", "user.name=A", "-c", "user.email=a@b.c")
    for words in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "one"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    module.write_text("import os\n" + source + "    # a comment\n" * 60 + "    pass\n")

    (tmp_path / "unpacked").mkdir()
    shape.compare(shape.at_revision("HEAD", tmp_path / "unpacked"), shape.measure(tmp_path))
    lines = capsys.readouterr().out.splitlines()
    rows = {line[:40].strip(): line[40:].split() for line in lines if "long function" not in line}
    assert rows["statements of flashsloth"] == ["4", "6", "+2"]
    assert rows["imports in both packages"] == ["0", "1", "+1"]
    assert rows["lines of comments and docstrings"] == ["0", "60", "+60"]
    assert rows["functions that ask calls"] == ["2", "2", "+0"]
    assert rows["flashsloth"] == ["4", "6", "+2"]
    assert [line for line in lines if "long function" in line] == [
        "+ long function: flashsloth/module.py g, 63 lines"
    ]
