"""Run every check and write docs/reliability.md's table: `python -m benchmarks.trust [--only AREA] [--count N]`.

Each check's outcome is kept in a file as soon as it is there; the same line again runs only what is missing. `--again`
begins anew.
"""

from __future__ import annotations

import argparse
import importlib
import json
import random
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

from benchmarks.trust.check import AREAS, Check

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- trust -->", "<!-- /trust -->"


def checks(areas: tuple[str, ...] = AREAS) -> list[Check]:
    return [check for area in areas for check in importlib.import_module(f"benchmarks.trust.{area}").CHECKS]


def run(check: Check, count: int) -> dict[str, Any]:
    """One check's row. The same inputs for the same name on every machine."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="trust-") as folder:
        outcome = check.run(count, random.Random(zlib.crc32(check.name.encode())), Path(folder))
    seconds = time.perf_counter() - began
    return {"area": check.area, "name": check.name, "unit": check.unit, "seconds": seconds, **outcome.as_json()}


def table(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| | check | tried | refused cleanly | crashes | hangs | wrong | bytes lost | slowest, s |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        tried = f"{row['tried']:,} {row['unit']}"
        numbers = [f"{row[name]:,}" for name in ("refused", "crashes", "hangs", "wrong", "bytes_lost")]
        lines.append(f"| {row['area']} | {row['name']} | {tried} | {' | '.join(numbers)} | {row['slowest_s']:.1f} |")
    return "\n".join(lines)


def write(rows: list[dict[str, Any]], document: Path = DOCUMENT) -> None:
    """Put the table between its marks."""
    text = document.read_text()
    head, rest = text.split(BEGIN)
    document.write_text(f"{head}{BEGIN}\n{table(rows)}\n{END}{rest.split(END)[1]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=AREAS, action="append", help="these areas only")
    parser.add_argument("--count", type=int, help="that many of each, instead of the table's numbers; writes no table")
    parser.add_argument("--again", action="store_true", help="forget the outcomes so far")
    parser.add_argument("--state", type=Path, default=ROOT / "out" / "trust.json", help="where outcomes are kept")
    options = parser.parse_args()
    if options.again:
        options.state.unlink(missing_ok=True)
    done = json.loads(options.state.read_text()) if options.state.exists() else {}
    chosen = checks(tuple(options.only) if options.only else AREAS)
    for check in chosen:
        count = min(options.count or check.full, check.full)
        if done.get(check.name, {}).get("asked") != count:
            done[check.name] = {"asked": count, **run(check, count)}
            options.state.parent.mkdir(parents=True, exist_ok=True)
            options.state.write_text(json.dumps(done, indent=1))
        row = done[check.name]
        faults = {name: row[name] for name in ("crashes", "hangs", "wrong", "bytes_lost") if row[name]}
        print(f"{check.area}: {check.name}: {row['tried']:,} {row['unit']}, {faults or 'good'}", flush=True)
        for detail in row["details"]:
            print(f"    {detail}")
    rows = [done[check.name] for check in chosen]
    if not options.only and options.count is None:
        write(rows)
    return int(any(row[name] for row in rows for name in ("crashes", "hangs", "wrong", "bytes_lost")))


if __name__ == "__main__":
    sys.exit(main())
