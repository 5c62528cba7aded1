"""The manual page: made from the commands, committed, and something that man can show."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from flashsloth_cli.config import settings
from flashsloth_cli.docs import man_page
from flashsloth_cli.terminal import exit_codes
from paths import ROOT

PAGE = ROOT / "docs" / "flashsloth.1"


def test_the_file_is_what_the_program_makes(cli) -> None:
    """After a change of commands or options: flashsloth man > docs/flashsloth.1"""
    assert PAGE.read_text(encoding="ascii") == cli("man").out


def test_it_has_every_command_and_option(cli) -> None:
    text = PAGE.read_text().replace("\\-", "-")
    shown = re.findall(r"^  ([a-z]+) ", cli("--help").out.partition("Commands:")[2], re.MULTILINE)
    assert len(shown) > 15
    for name in shown:
        assert re.search(rf"^\.SS flashsloth {name}\b", text, re.MULTILINE)
    for option in ("--max-tokens N", "-t, --template NAME", "--qlora", "--origin"):
        assert option in text
    assert "--help" not in text.partition(".SH COMMANDS")[2].partition(".SH ENVIRONMENT")[0]


def test_codes_and_variables() -> None:
    assert {
        0,
        *exit_codes.EXIT_CODES.values(),
        exit_codes.SOME_FAILED,
        exit_codes.INTERRUPTED,
        exit_codes.CLOSED_PIPE,
        143,
    } == set(man_page.EXIT_STATUS)
    named = " ".join(man_page.ENVIRONMENT)
    assert all(variable in named for variable in settings.ENVIRONMENT.values())


def test_text_is_no_roff() -> None:
    assert man_page._text(".SH 'x' a\\b - 1…") == r"\&.SH 'x' a\eb \- 1\[u2026]"
    assert man_page._text("'quoted'") == r"\&'quoted'"


PROGRAMS = {
    "man": ["man", "--warnings", "-E", "UTF-8", "-l", str(PAGE)],
    "groff": ["groff", "-ww", "-man", "-Tutf8", str(PAGE)],
    "mandoc": ["mandoc", "-T", "lint", "-W", "warning", str(PAGE)],
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_can_be_shown(name: str) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"there is no {name} here")
    env = {**os.environ, "MANPAGER": "cat", "MANWIDTH": "100", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(PROGRAMS[name], env=env, capture_output=True, text=True, timeout=60)
    if name == "mandoc":
        assert "ERROR" not in done.stdout
        return
    assert (done.returncode, done.stderr) == (0, "")
    assert "flashsloth ask photo.jpg" in re.sub(r"\x1b\[[\d;]*m|.\x08", "", done.stdout)
