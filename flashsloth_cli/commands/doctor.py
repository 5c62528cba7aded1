"""`flashsloth doctor`."""

from __future__ import annotations

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
    for name, check in checkup.CHECKS.items():
        found = checkup.run_check(name, check)
        checks.append(found)
        if not json:  # print each result at once, because some checks take seconds
            status = f"{found.status:<4}"
            if streams.wants_styling(streams.answers()):
                status = f"\x1b[{COLORS[found.status]}m{status}\x1b[0m"
            fix = f"      fix: {text.one_line(found.fix)}\n" if found.fix else ""
            streams.write(f"{status}  {name:<12}  {text.one_line(found.detail)}\n{fix}")
    if json:
        render.write_json(
            {"schema": "flashsloth.doctor/1", "checks": [asdict(check) for check in checks]}
        )
    if any(check.status == "fail" for check in checks):
        raise typer.Exit(1)
