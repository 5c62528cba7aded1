"""The file of messages: what a run compares, what --update rewrites, and which entries are stale."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import messages

TESTS = """
import pytest
from messages import record

@pytest.mark.parametrize("number", range(3))
def test_numbers(number, tmp_path):
    record(f"no file {tmp_path}/work/{number}.png\\n\\nat http://127.0.0.1:4567{number}/v1  \\x1b")

def test_word():
    record("a word")

def test_nothing():
    pass
"""
ENTRY = """tests/test_it.py::test_numbers[{0}]
  no file <tmp>/work/{0}.png
  at http://127.0.0.1:<port>/v1  \\x1b
"""
WORD = "tests/test_it.py::test_word\n  a word\n"

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run pytest in a project with these tests; return how many failed, and its output."""
    (tmp_path / "tests/contract").mkdir(parents=True)
    shutil.copy(messages.__file__, tmp_path / "tests")
    (tmp_path / "tests/conftest.py").write_text('pytest_plugins = ["messages"]\n')
    (tmp_path / "tests/test_it.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    (tmp_path / "constraints.txt").write_text("")

    def pytest_of(*words: str) -> tuple[int, str]:
        line = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "xdist", *words]
        env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # they take a second
        done = subprocess.run(line, cwd=tmp_path, env=env, capture_output=True, text=True)
        return done.stdout.count("\nFAILED "), done.stdout

    return pytest_of


@pytest.mark.slow  # each run of pytest takes a second
def test_update_and_compare(run: Run, tmp_path: Path) -> None:
    """In several processes nothing is lost, and a run of some tests changes no other entry."""
    file, tests = tmp_path / "tests/contract/messages.txt", tmp_path / "tests/test_it.py"
    assert run()[0] == 4  # nothing is recorded yet
    assert run("--update", "-n", "2")[0] == 0
    whole = file.read_text()
    assert whole.partition("\n\n")[2] == "\n".join([*(ENTRY.format(n) for n in range(3)), WORD])
    assert run("-n", "2")[0] == 0

    tests.write_text(TESTS.replace("no file", "No file").replace("a word", "another word"))
    failed, out = run()
    assert failed == 4
    assert "-no file <tmp>/work/0.png\n+No file <tmp>/work/0.png\n" in out.replace("E   ", "")
    assert run("--update", "-k", "word")[0] == 0
    assert file.read_text() == whole.replace("a word", "another word")


def test_a_test_that_fails_changes_no_entry(run: Run, tmp_path: Path) -> None:
    run("--update")
    before = (tmp_path / "tests/contract/messages.txt").read_text()
    (tmp_path / "tests/test_it.py").write_text(TESTS.replace('"a word")', '"other")\n    assert False'))
    assert run("--update")[0] == 1
    assert (tmp_path / "tests/contract/messages.txt").read_text() == before


@pytest.mark.slow
def test_stale_entries(run: Run, tmp_path: Path) -> None:
    """They fail where all tests of the file are known, also with -k, and --update removes them."""
    file, tests = tmp_path / "tests/contract/messages.txt", tmp_path / "tests/test_it.py"
    run("--update")
    file.write_text(file.read_text() + "\ntests/test_gone.py::test_it\n  a word\n")
    tests.write_text(TESTS.replace("range(3)", "range(2)"))
    (tmp_path / "tests/test_other.py").write_text("def test_it(): pass\n")
    gone, number = "tests/test_gone.py::test_it - ", "tests/test_it.py::test_numbers[2] - "
    for words, stale in (
        ((), [gone, number]),
        (("-n", "2", "-k", "word"), [gone, number]),
        (("tests/test_other.py",), [gone]),
        (("tests/test_it.py::test_word",), [gone]),
    ):
        failed, out = run(*words)
        assert (failed, [each in out for each in (gone, number)]) == (
            len(stale),
            [each in stale for each in (gone, number)],
        ), words
    assert run("--update", "-n", "2")[0] == 0
    assert "test_gone" not in file.read_text()
    assert run()[0] == 0


def test_other_versions_are_not_compared(run: Run, tmp_path: Path) -> None:
    run("--update")
    (tmp_path / "constraints.txt").write_text("not-installed==1.0\npytest==0.1\n")
    (tmp_path / "tests/test_it.py").write_text(TESTS.replace("a word", "another"))
    failed, out = run()
    assert failed == 0
    assert "messages are not compared: pytest is " in out
