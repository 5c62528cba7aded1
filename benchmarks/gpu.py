"""Check on a graphics card the code that was written without one. This is one command, takes twenty
minutes and needs no network.

    python benchmarks/gpu.py [--step N]... [--json] [--device cuda:0]
    python benchmarks/gpu.py --step 3 --tune        # tiles of the kernels, for card_products.TILES
    python benchmarks/gpu.py --tiny --device cpu    # only to test the script

Prints one table; each row has the measured value, the promised value, and whether the promise was kept.
The steps:

    1  memory that captured graphs share, also after a capture that ran out of memory; the same under
       compute-sanitizer
    2  targets for first token, speed and memory; whether graphs change answers
    3  the kernels' products compared with torch's; int4 and nf4 by rows; with --tune their tiles
    4  first token at the first, second and third use of a length; conversations that decode together
    5  8, 6 and 4 GB of memory: the preset chosen by default, tiles, a growing cache, captures that
       run out of memory
    6  two LoRA steps and an evaluation, with and without cuDNN's attention

Uses random weights in full size and a process for each check. Step 3 needs bitsandbytes for nf4, step 6
peft. The exit code is 0 if everything was measured, even if a promise was broken; 1 if something
failed; 2 if there is no GPU or the library cannot be imported.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from common import options_parser, table

LIMIT = 1170.0  # seconds for all checks
SANITIZER = (
    "compute-sanitizer",
    "--tool",
    "memcheck",
    "--report-api-errors",
    "no",
    "--error-exitcode",
    "9",
)


@dataclass(frozen=True)
class Check:
    """A check: its step, its name, and `module.function` in `cards` with the options of a run."""

    step: int
    name: str
    function: str
    options: Mapping[str, Any]


CHECKS = (
    Check(1, "memory that graphs share", "graphs.workspace", {}),
    Check(1, "the same under compute-sanitizer", "sanitizer", {}),
    *(
        Check(2, f"targets: {row}", "targets.measure", {"row": row})
        for row in ("bf16", "hd", "int4", "int8", "nf4", "eager")
    ),
    Check(3, "quantized products", "products.quantized", {}),
    Check(4, "first uses of a length", "graphs.first_uses", {}),
    Check(4, "conversations together", "graphs.rows", {}),
    *(
        Check(5, f"{size} GB of memory", "graphs.little_memory", {"gigabytes": size})
        for size in (8, 6, 4)
    ),
    Check(6, "LoRA steps", "training.lora", {}),
)
TUNE = Check(3, "tiles", "products.tune", {})


def measure(job: dict[str, Any]) -> dict[str, Any]:
    """Run a check in this process; return its rows."""
    import importlib

    from cards.check import Machine, NotHere, Row

    from flashsloth.devices import choose_device

    machine = Machine(choose_device(job["device"]), job["tiny"], job["options"])
    module, function = job["function"].split(".")
    try:
        found = list(getattr(importlib.import_module(f"cards.{module}"), function)(machine))
    except NotHere as reason:
        found = [Row(job["step"], job["name"], f"not measured: {reason}")]
    rows = [asdict(row) if isinstance(row, Row) else row for row in found]
    return {"rows": rows, "error": None, "machine": machine.description()}


def sanitized(options: argparse.Namespace) -> dict[str, Any]:
    """Run the first check with tiny sizes under compute-sanitizer; return its row."""
    row = {"step": 1, "name": "errors of compute-sanitizer", "promise": "none", "kept": None}
    if shutil.which(SANITIZER[0]) is None or not options.device.startswith("cuda"):
        return {**row, "measured": f"not measured: needs {SANITIZER[0]} and a CUDA device"}
    command = [
        *SANITIZER,
        sys.executable,
        __file__,
        "--step",
        "1",
        "--tiny",
        "--plain",
        "--device",
        options.device,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    summary = [line for line in done.stdout.splitlines() if "ERROR SUMMARY" in line][-1:] or [
        f"exit {done.returncode}"
    ]
    return {**row, "measured": summary[0].strip("= "), "kept": done.returncode == 0}


def run(check: Check, options: argparse.Namespace, timeout: float) -> dict[str, Any]:
    """Run a check in a process of its own; return its rows, or its error."""
    from flashsloth import benchmark

    if check.function == "sanitizer":
        if options.plain:
            return {"rows": [], "error": None}
        try:
            return {"rows": [sanitized(options)], "error": None}
        except subprocess.TimeoutExpired:
            return {"rows": [], "error": "compute-sanitizer took more than five minutes"}
    job = {
        **asdict(check),
        "device": options.device,
        "tiny": options.tiny,
        "seconds": int(timeout),
    }
    # compute-sanitizer observes only this process
    if options.plain:
        return measure(job)
    return benchmark.run(job, (sys.executable, __file__, "--child"))


def measure_all(checks: Sequence[Check], options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Run checks one after another until the time runs out."""
    began, results = time.monotonic(), {}
    for check in checks:
        left = LIMIT - (time.monotonic() - began)
        print(f"{check.step} {check.name} … ({left:.0f} s left)", file=sys.stderr, flush=True)
        results[check.name] = run(check, options, timeout=max(1.0, left))
    return results


def all_rows(checks: Sequence[Check], results: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of all checks, ordered by step. The checks of step 2 are evaluated together."""
    from cards import targets
    from cards.check import Row

    rows: list[dict[str, Any]] = []
    for check in checks:
        result = results[check.name]
        if result["error"]:
            rows.append(asdict(Row(check.step, check.name, f"failed: {result['error']}")))
        elif check.step != 2:
            rows += result["rows"]
    if measured := {c.options["row"]: results[c.name] for c in checks if c.step == 2}:
        rows += map(asdict, targets.judge(measured))
    # the sort is stable, so that the rows of a step stay in their order
    return sorted(rows, key=lambda row: row["step"])


def lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the table in Markdown."""
    verdicts = {True: "yes", False: "NO", None: ""}
    cells = (
        (row["step"], row["name"], row["measured"], row.get("promise", ""), verdicts[row["kept"]])
        for row in rows
    )
    return table(("step", "what", "measured", "promise", "kept"), list(cells))


def problem(device: str) -> str:
    """Return the reason why this cannot run here; empty if it can."""
    try:
        import torch

        if device.startswith("cuda") and not torch.cuda.is_available():
            return f"no CUDA GPU: torch {torch.__version__} sees none"
        import flashsloth.benchmark.measurement  # noqa: F401 - what the processes of the rows import
    except ImportError as error:
        versions = [
            f"{n} {sys.modules[n].__version__}" for n in ("torch", "transformers") if n in sys.modules
        ]
        return f"the library cannot be imported here: {error} ({', '.join(versions) or 'no torch'})"
    return ""


def main() -> None:
    if "--child" in sys.argv:
        from flashsloth.benchmark.runner import serve

        signal.alarm(json.loads(sys.argv[-1])["seconds"])  # ends this process
        serve(lambda job, on_progress: measure(job))
        return
    parser = options_parser(__doc__, device="cuda", tiny=False, json=False)
    parser.add_argument(
        "--step", type=int, action="append", choices=sorted({check.step for check in CHECKS})
    )
    parser.add_argument("--plain", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--tune",
        action="store_true",
        help="measure the tiles of the kernels, and nothing else of step 3",
    )
    options = parser.parse_args()
    if reason := problem(options.device):
        print(f"error: {reason}", file=sys.stderr)
        sys.exit(2)
    every = [check for check in CHECKS if check.step != 3] + [TUNE] if options.tune else CHECKS
    checks = [check for check in every if not options.step or check.step in options.step]
    results = measure_all(checks, options)
    rows = all_rows(checks, results)
    if options.json:
        print(json.dumps({"rows": rows, "results": results}))
    else:
        machine = next((result["machine"] for result in results.values() if result.get("machine")), "")
        print("\n".join([*lines(rows), "", f"{machine} Random weights." if machine else ""]).rstrip())
    sys.exit(any(result["error"] for result in results.values()))


if __name__ == "__main__":
    main()
