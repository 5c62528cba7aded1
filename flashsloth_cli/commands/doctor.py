"""`flashsloth doctor`."""

from __future__ import annotations

import shutil
import sys
import textwrap
from contextlib import closing
from dataclasses import asdict

import typer

from flashsloth_cli import options as o
from flashsloth_cli.terminal import render, streams, text

COLORS = {"ok": "32", "warn": "33", "fail": "31"}


def doctor(json: o.Json = False) -> None:
    """Find out why this program does not work here.

    It checks Python and its packages, the graphics card, memory, disk, network, settings and terminal,
    then lets nano answer a question. For each problem it prints a fix. The exit code is 1 if a check
    fails.

    Examples:
        flashsloth doctor
    """
    from flashsloth_cli.reports import doctor as checkup

    checks = []
    known = checkup.CHECKS
    with closing(checkup.run([name for name in known if known[name] in checkup.MAY_CRASH])) as tried:
        for name, check in known.items():
            found = next(tried) if check in checkup.MAY_CRASH else checkup.run_check(name, check)
            checks.append(found)
            if not json:  # print each result at once, because some checks take seconds
                line = _beside(f"{found.status:<4}  {name:<12}  ", found.detail)
                if streams.wants_styling(streams.answers()):
                    line = f"\x1b[{COLORS[found.status]}m{line[:4]}\x1b[0m{line[4:]}"
                streams.write(line + (_beside("      fix: ", found.fix) if found.fix else ""))
    if json:
        render.write_json(
            {"schema": "flashsloth.doctor/1", "checks": [asdict(check) for check in checks]}
        )
    if any(check.status == "fail" for check in checks):
        raise typer.Exit(1)


def _beside(begin: str, detail: str) -> str:
    """Return the text of a result beside its beginning. On a terminal it is wrapped at words. A path is
    never broken, so that it can be copied."""
    is_wrapped = streams.is_terminal(streams.answers())
    lines = textwrap.wrap(
        text.one_line(detail),
        shutil.get_terminal_size().columns if is_wrapped else sys.maxsize,
        initial_indent=begin,
        subsequent_indent=" " * len(begin),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines or [begin]) + "\n"
