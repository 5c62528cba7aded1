"""The manual page: every command and option in it, and shown by man without a warning."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib

import pytest
from typer.main import get_command

from flashsloth_cli.app import app
from flashsloth_cli.docs import man_page
from flashsloth_cli.docs.describe import describe
from paths import ROOT

PAGE = ROOT / "docs" / "flashsloth.1"


def test_it_has_every_command_and_option(cli) -> None:
    text = cli("man").out.replace("\\-", "-")
    root = describe(get_command(app), "flashsloth")
    assert text.count("\n.SS ") == len(list(root.walk()))
    for command in root.walk():
        part = text.partition(f"\n.SS {command.path}\n")[2].partition("\n.SS ")[0]
        assert command.summary in part
        for option in command.options:
            assert rf"\fB{option.label}\fR" in part
    for hidden in ("ls", "models", "remove", "man"):
        assert f".SS flashsloth {hidden}\n" not in text


def test_text_is_not_roff() -> None:
    assert man_page._escape(".SH 'x' a\\b - 1…") == r"\&.SH 'x' a\eb \- 1\[u2026]"
    assert man_page._escape("'quoted'") == r"\&'quoted'"


def test_the_wheel_has_it_where_man_looks() -> None:
    """man searches ../share/man beside each folder of PATH."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["setuptools"]["data-files"] == {"share/man/man1": [str(PAGE.relative_to(ROOT))]}


PROGRAMS = {
    "man": ["man", "--warnings", "-E", "UTF-8", "-l", str(PAGE)],
    "groff": ["groff", "-ww", "-man", "-Tutf8", str(PAGE)],
    "mandoc": ["mandoc", "-T", "lint", "-W", "warning", str(PAGE)],
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_can_be_shown(name: str) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    env = {**os.environ, "MANPAGER": "cat", "MANWIDTH": "100", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(PROGRAMS[name], env=env, capture_output=True, text=True, timeout=60)
    if name == "mandoc":
        assert "ERROR" not in done.stdout
        return
    assert (done.returncode, done.stderr) == (0, "")
    assert "flashsloth ask photo.jpg" in re.sub(r"\x1b\[[\d;]*m|.\x08", "", done.stdout)
