"""Try the program with hostile input, faults of the machine and long use, and print a table of what
happened.

With --full the counts are the ones in the README of this folder. The outcomes of such a run are stored
in out/trust.json, so that a stopped run can continue. A full run of all areas writes the table into
that README.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))  # the tests import each other from there

from paths import ROOT
from trust.check import Check

AREAS = ("pictures", "addresses", "checkpoints", "faults", "use", "privacy")
DOCUMENT = Path(__file__).with_name("README.md")
STATE = ROOT / "out" / "trust.json"
HEADER = "| | check | tried | defects | slowest, s |\n|---|---|---|---|---|"


def checks(areas: tuple[str, ...] = AREAS) -> list[Check]:
    return [check for area in areas for check in importlib.import_module(f"trust.{area}").CHECKS]


def row(check: Check, outcome: dict[str, Any]) -> str:
    tried = f"{outcome['tried']:,} {check.unit}"
    return f"| {check.area} | {check.name} | {tried} | {len(outcome['defects'])} | {outcome['slowest_s']:.1f} |"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", choices=AREAS, action="append", help="this area only; may be repeated"
    )
    parser.add_argument(
        "--full", action="store_true", help="the counts of the document: half an hour and more"
    )
    options = parser.parse_args()
    done = json.loads(STATE.read_text()) if options.full and STATE.exists() else {}
    lines = [HEADER]
    for check in checks(tuple(options.only or AREAS)):
        if check.name not in done:
            with tempfile.TemporaryDirectory(prefix="trust-") as folder:
                done[check.name] = asdict(
                    check.run(check.full if options.full else check.quick, Path(folder))
                )
            if options.full:
                STATE.parent.mkdir(parents=True, exist_ok=True)
                STATE.write_text(json.dumps(done, indent=1))
        lines.append(row(check, done[check.name]))
        print(lines[-1], *done[check.name]["defects"][:20], sep="\n    ", flush=True)
    table = "\n".join(lines)
    print(f"\n{table}")
    if options.full and not options.only:
        head, _, tail = DOCUMENT.read_text().partition("<!-- trust -->")
        DOCUMENT.write_text(
            f"{head}<!-- trust -->\n{table}\n<!-- /trust -->{tail.partition('<!-- /trust -->')[2]}"
        )
    return int(any(outcome["defects"] for outcome in done.values()))


if __name__ == "__main__":
    sys.exit(main())
