"""Measure every target for a GPU, in one command and under eight minutes. Needs one CUDA GPU and no network.

    python benchmarks/gpu.py [--json] [--device cuda:0]
    python benchmarks/gpu.py --tiny --device cpu        # only to test the script

Uses random weights in full size and a separate process for each row. Needs torch 2.11 or newer. Exit code 0: everything
was measured; 1: something was not; 2: there is no GPU, or the library cannot be imported.
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

LIMIT = 465.0  # seconds for all rows
GIB = 2**30
TINY: dict[str, Any] = {
    "embq_layer": 1,
    "embq_width": 64,
    "embq_heads": 4,
    "image_token_id": 1535,
    "query_token_id": 1,
    "query_offset_token_id": 387,
    "text_config": {
        "hidden_size": 128,
        "intermediate_size": 256,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "vocab_size": 1536,
        "eos_token_id": 2,
        "bos_token_id": 0,
        "pad_token_id": 0,
    },
    "vision_config": {
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "image_size": 84,
        "patch_size": 14,
    },
}
Rows = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Target:
    """A target: the rows it needs, its value computed from them, and the bound."""

    name: str
    rows: tuple[str, ...]
    value: Callable[[Rows], float]
    bound: Callable[[Rows], float]
    is_maximum: bool  # whether the bound is a maximum, not a minimum
    unit: str = "ms"

    def met(self, rows: Rows) -> bool:
        value, bound = self.value(rows), self.bound(rows)
        return value <= bound if self.is_maximum else value >= bound


def take(row: str, key: str, unit: float = 1.0) -> Callable[[Rows], float]:
    return lambda rows: float(rows[row][key]) / unit


def fixed(bound: float) -> Callable[[Rows], float]:
    return lambda _: bound


SPEED = "decode_tokens_per_second"
TARGETS = (
    Target("first token, 81 visual tokens", ("bf16",), take("bf16", "ttft_ms"), fixed(8), True),
    Target("first token, HD, 405", ("hd",), take("hd", "ttft_ms"), fixed(14), True),
    Target("first token after an early prefix", ("bf16",), take("bf16", "ttft_after_prefix_ms"), fixed(4), True),
    Target("decode, 16 bit", ("bf16",), take("bf16", SPEED), fixed(500), False, "tok/s"),
    Target("decode, int4", ("int4",), take("int4", SPEED), fixed(700), False, "tok/s"),
    Target("decode, int8", ("int8", "bf16"), take("int8", SPEED), take("bf16", SPEED), False, "tok/s"),
    Target("peak, int4, picture in", ("int4",), take("int4", "peak_bytes", GIB), fixed(2.7), True, "GiB"),
)


def plan(options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Return the jobs of all rows by name."""
    from flashsloth.benchmark import Job, random_weights

    small = options.tiny
    common = {
        "device": options.device,
        "dtype": None if small else "bfloat16",
        "max_tokens": 8 if small else 128,
        "repeats": 2 if small else 15,
        "warmup": 1 if small else 3,
    }

    def job(name: str, **changes: Any) -> dict[str, Any]:
        numbers = {**(TINY if small else {}), **random_weights.NAMED[name]}
        return Job("flashsloth", name, sizes=numbers, **common, **{"quant": "none", **changes}).to_json()

    return {
        "bf16": job("flashsloth"),
        "hd": job("flashsloth-hd"),
        "int4": job("flashsloth", quant="int4"),
        "int8": job("flashsloth", quant="int8"),
        "eager": job("flashsloth", graphs=False),  # last, so that only a comparison is missing if the time runs out
    }


def measure(jobs: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Measure the rows one after another until the time runs out."""
    from flashsloth import benchmark

    began, rows = time.monotonic(), {}
    for name, job in jobs.items():
        left = LIMIT - (time.monotonic() - began)
        print(f"{name} … ({left:.0f} s left)", file=sys.stderr, flush=True)
        rows[name] = benchmark.run(job, timeout=max(1.0, left))
    return rows


def lines(rows: Rows) -> list[str]:
    """Return the table of targets, measurements and verdicts, then details of each row."""
    good = {name for name, row in rows.items() if not row["error"]}
    out = [f"{'':34} {'measured':>9} {'target':>9}"]
    for target in TARGETS:
        if not good.issuperset(target.rows):
            out.append(f"{target.name:34} not measured")
            continue
        sign, verdict = ("<=" if target.is_maximum else ">="), ("met" if target.met(rows) else "MISSED")
        value, bound = target.value(rows), target.bound(rows)
        out.append(f"{target.name:34} {value:9.2f} {sign} {bound:6.1f} {target.unit:6} {verdict}")
    same = same_ids(rows)
    verdict = "not measured" if same is None else "met" if same else "MISSED"
    out += [f"{'captured and eager greedy ids equal':46} {'':6} {verdict}", ""]
    out += [f"{name}: {row['error']}" for name, row in rows.items() if row["error"]]
    out += details(rows, good)
    return [part for line in out for part in (textwrap.wrap(line, 80, drop_whitespace=False) or [""])]


def details(rows: Rows, good: set[str]) -> list[str]:
    """Return the parts of the time to the first token, the speed of each row, and the machine."""
    out = []
    for name in (n for n in rows if n in good):
        row = rows[name]
        parts = ", ".join(f"{part} {row[f'{part}_ms']:.2f}" for part in ("image", "tower", "prefill"))
        out.append(
            f"{name}: first token {row['ttft_ms']:.2f} ms, {row['ttft_from_pixels_ms']:.2f} from prepared pixels; "
            f"{parts}; {row[SPEED]:.0f} tok/s, {row['bandwidth_share']:.0%} of the copy bandwidth; "
            f"peak {row['peak_bytes'] / GIB:.2f} GiB; graphs: {row['graphs']}."
        )
    machine = next((rows[name]["environment"] for name in rows if name in good), None)
    if machine:
        versions = f"torch {machine['torch']}, transformers {machine['transformers']}"
        out.append(f"{machine['device']}, {versions}. Random weights.")
    return out


def same_ids(rows: Rows) -> bool | None:
    """Return whether captured graphs choose the same tokens as the code without them; None if unknown."""
    if rows["bf16"]["error"] or rows["eager"]["error"]:
        return None
    return bool(rows["bf16"]["token_ids"] == rows["eager"]["token_ids"])


def check(device: str) -> str:
    """Return the reason why this cannot run here; empty if it can."""
    try:
        import torch

        if device.startswith("cuda") and not torch.cuda.is_available():
            return f"no CUDA GPU: torch {torch.__version__} sees none"
        import flashsloth.benchmark.measurement  # noqa: F401 - what the processes of the rows import
    except ImportError as error:
        versions = [f"{n} {sys.modules[n].__version__}" for n in ("torch", "transformers") if n in sys.modules]
        return f"the library cannot be imported here: {error} ({', '.join(versions) or 'no torch'})"
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--tiny", action="store_true", help="use tiny models, only to test the script")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if reason := check(options.device):
        print(f"error: {reason}", file=sys.stderr)
        sys.exit(2)
    rows = measure(plan(options))
    print(json.dumps({"rows": rows, "same_ids": same_ids(rows)}) if options.json else "\n".join(lines(rows)))
    sys.exit(any(row["error"] for row in rows.values()))


if __name__ == "__main__":
    main()
