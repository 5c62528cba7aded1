"""`flashsloth doctor`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from flashsloth_cli import options as o
from flashsloth_cli.terminal import render, streams, text

if TYPE_CHECKING:
    from flashsloth_cli.runs.doctor import Check

COLOURS = {"ok": "32", "warn": "33", "fail": "31"}


def doctor(json: o.Json = False) -> None:
    """Find what keeps this program from working here.

    flashsloth doctor

    It looks at Python and packages, the graphics card, memory, disk, network, settings and terminal, and lets nano
    answer. Below what is wrong stands what mends it. If anything fails the exit code is 1.
    """
    from flashsloth_cli.runs import doctor as finding

    found = []
    for check in finding.checks():
        found.append(check)
        if not json:
            streams.write(_lines(check))
    if json:
        render.write_json({"schema": "flashsloth.doctor/1", "checks": [asdict(check) for check in found]})
    if any(check.status == "fail" for check in found):
        raise typer.Exit(1)


def _lines(check: Check) -> str:
    """A finding, and below it what mends it."""
    status = f"{check.status:<4}"
    if streams.wants_styling(streams.answers()):
        status = f"\x1b[{COLOURS[check.status]}m{status}\x1b[0m"
    fix = f"      fix: {text.one_line(check.fix)}\n" if check.fix else ""
    return f"{status}  {check.name:<12}  {text.one_line(check.detail)}\n{fix}"
