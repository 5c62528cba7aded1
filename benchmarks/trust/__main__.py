"""Try the program with hostile input, faults of the machine and long use, and print a table of what happened.

With --full the counts are those of docs/reliability.md. Its outcomes are kept in out/trust.json, so that a stopped run
continues; a full run of all areas writes the table into the document.
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

from benchmarks.trust.check import AREAS, DEFECTS, ROOT, Check

DOCUMENT = ROOT / "docs" / "reliability.md"
STATE = ROOT / "out" / "trust.json"
HEADER = "| | check | tried | refused cleanly | crashes | hangs | wrong | bytes lost | slowest, s |"


def checks(areas: tuple[str, ...] = AREAS) -> list[Check]:
    modules = ["benchmarks.trust." + area for area in AREAS]
    every = [check for module in modules for check in importlib.import_module(module).CHECKS]
    return [check for area in areas for check in every if check.area == area]


def run(check: Check, count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="trust-") as folder:
        outcome = check.run(count, Path(folder))
    return {"area": check.area, "name": check.name, "unit": check.unit, **asdict(outcome)}


def table(rows: list[dict[str, Any]]) -> str:
    lines = [HEADER, "|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        numbers = " | ".join(f"{row[name]:,}" for name in ("refused", *DEFECTS))
        tried = f"{row['tried']:,} {row['unit']}"
        lines.append(f"| {row['area']} | {row['name']} | {tried} | {numbers} | {row['slowest_s']:.1f} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=AREAS, action="append", help="this area only; may be repeated")
    parser.add_argument("--full", action="store_true", help="the counts of the document: half an hour and more")
    parser.add_argument("--again", action="store_true", help="forget the outcomes kept so far")
    options = parser.parse_args()
    if options.again:
        STATE.unlink(missing_ok=True)
    done = json.loads(STATE.read_text()) if options.full and STATE.exists() else {}
    rows = []
    for check in checks(tuple(options.only or AREAS)):
        if check.name not in done:
            done[check.name] = run(check, check.full if options.full else check.quick)
            if options.full:
                STATE.parent.mkdir(parents=True, exist_ok=True)
                STATE.write_text(json.dumps(done, indent=1))
        rows.append(done[check.name])
        defects = {name: rows[-1][name] for name in DEFECTS if rows[-1][name]}
        print(f"{check.area}: {check.name}: {rows[-1]['tried']:,} {check.unit}, {defects or 'no defects'}", flush=True)
        for detail in rows[-1]["details"]:
            print(f"    {detail}")
    print(table(rows))
    if options.full and not options.only:
        head, _, tail = DOCUMENT.read_text().partition("<!-- trust -->")
        tail = tail.partition("<!-- /trust -->")[2]
        DOCUMENT.write_text(f"{head}<!-- trust -->\n{table(rows)}\n<!-- /trust -->{tail}")
    return int(any(row[name] for row in rows for name in DEFECTS))


if __name__ == "__main__":
    sys.exit(main())
