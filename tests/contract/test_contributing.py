"""CONTRIBUTING: the files that it names exist, and its first changes work as they are written and pass
lint."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from paths import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
COPIED = (
    "flashsloth",
    "flashsloth_cli",
    "tests",
    "benchmarks",
    "examples",
    "docs",
    "integrations",
    ".ci",
)
COPIED += ("pyproject.toml", "biome.json")
CHECKED = {
    ".py",
    ".md",
    ".toml",
    ".js",
    ".css",
}  # what a change writes, and biome, which follows no links
DIFF = re.compile(r"```diff\n--- (\S+)\n(.*?)```", re.DOTALL)
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
PRINTED = {  # by each first change, besides what its tests print
    "A setting of answers": 'It says "STOP".\n',
    "A field of every answer": '"forced_tokens": 6\n',
    "A slash command": 'It says "STOP".\nIt says "STOP".\n',
    "A new decoder or tower": "",
}


def section(title: str) -> str:
    [found] = re.findall(rf"^(#+ {re.escape(title)}\n.*?)(?=^#|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_files_on_the_way_of_an_answer_exist() -> None:
    named = set(re.findall(r"\b(\w+/\w+\.py)\b", section("How an answer comes about")))
    assert len(named) > 25
    packages = (ROOT / "flashsloth", ROOT / "flashsloth_cli")
    assert {name for name in named if not any((each / name).is_file() for each in packages)} == set()


def test_ten_files_to_read() -> None:
    files = re.findall(
        r"^\d+\. `(\S+\.py)`", section("Read these ten files in this order"), re.MULTILINE
    )
    assert len(files) == 10
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_the_tests_of_one_file_are_where_it_says() -> None:
    files = re.findall(r"pytest (tests/\S+)", section("Contributing"))
    assert files
    assert [name for name in files if not (ROOT / name).is_file()] == []


def copy(source: str, target: str) -> None:
    """Copy what changes and lint are about, and link the rest: that spares the weights."""
    if Path(source).suffix in CHECKED:
        shutil.copy2(source, target)
    else:
        os.symlink(source, target)


def copied(folder: Path) -> None:
    """Copy the project."""
    unused = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, copy_function=copy, ignore=unused)
        else:
            shutil.copy2(ROOT / name, folder / name)


def apply(path: Path, diff: str) -> None:
    """Apply a diff, unless the file has the change already: who follows CONTRIBUTING runs these tests,
    too."""
    lines = diff.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] in " -\n").rstrip()
    new = "".join(line[1:] for line in lines if line[0] in " +\n").rstrip()
    text = path.read_text(encoding="utf-8")
    if new not in text:
        assert text.count(old) == 1, f"{path.name}: {old}"
        path.write_text(text.replace(old, new), encoding="utf-8")


def changed(change: str, folder: Path) -> str:
    """Apply a first change to a copy of the project; return its commands."""
    copied(folder)
    for file, diff in DIFF.findall(section(change)):
        apply(folder / file, diff)
    [commands] = SHELL.findall(section(change))
    return str(commands)


def run(script: str, folder: Path, **variables: str) -> str:
    """Run a script of bash in a copy; return what it prints."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env |= {"PATH": path, "PYTHONPATH": str(folder), "FLASHSLOTH_SERVER": "none", **variables}
    done = subprocess.run(
        ["bash", "-c", f"set -e; exec 2>&1\n{script}"],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


@pytest.mark.parametrize("change", PRINTED)
def test_first_changes_apply(change: str, tmp_path: Path) -> None:
    assert "pytest " in changed(change, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(name, marks=[] if name == "A slash command" else [pytest.mark.nightly])
        for name in PRINTED
    ],
)
def test_first_change(change: str, tmp_path: Path) -> None:
    commands = changed(change, tmp_path)
    printed = run(f"python docs/make_options.py\n{commands}", tmp_path)
    assert " passed" in printed
    assert printed.endswith(PRINTED[change]), printed[-500:]


@pytest.fixture(scope="module")
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("mypy"))


@pytest.mark.slow
@pytest.mark.parametrize("change", PRINTED)
def test_first_changes_pass_lint(change: str, tmp_path: Path, mypy_cache: str) -> None:
    changed(change, tmp_path)
    assert "Success" in run("bash .ci/lint", tmp_path, MYPY_CACHE_DIR=mypy_cache)
