"""The targets for a GPU, each judged by rows of `flashsloth bench`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cards.check import GIB, Machine, Row

Rows = Mapping[str, Mapping[str, Any]]
SETTINGS: dict[str, dict[str, Any]] = {
    "bf16": {},
    "hd": {"hd": True},
    "int4": {"quant": "int4"},
    "int8": {"quant": "int8"},
    "eager": {"graphs": False},
}


@dataclass(frozen=True)
class Target:
    """A target: the rows it needs, its value computed from them, and the bound."""

    name: str
    rows: tuple[str, ...]
    value: Callable[[Rows], float]
    bound: Callable[[Rows], float]
    is_maximum: bool  # whether the bound is a maximum, not a minimum
    unit: str = "ms"

    def judged(self, rows: Rows) -> Row:
        missing = [name for name in self.rows if name not in rows or rows[name]["error"]]
        if missing:
            return Row(2, self.name, f"not measured: {', '.join(missing)}")
        value, bound = self.value(rows), self.bound(rows)
        kept = value <= bound if self.is_maximum else value >= bound
        sign = "<=" if self.is_maximum else ">="
        return Row(2, self.name, f"{value:.2f} {self.unit}", f"{sign} {bound:.1f} {self.unit}", kept)


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


def measure(machine: Machine) -> Iterator[Any]:
    """Yield the row of `flashsloth bench` for these settings."""
    from flashsloth.benchmark.measurement import measure as bench

    counts = (8, 2, 1) if machine.tiny else (128, 15, 3)
    numbers = dict(zip(("max_tokens", "repeats", "warmup"), counts, strict=True))
    job = replace(machine.job(**SETTINGS[machine.options["row"]]), **numbers)
    yield Measured(bench(job.to_json(), lambda *_: None))


@dataclass(frozen=True)
class Measured:
    """A row of `flashsloth bench`."""

    values: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return self.values


def judge(results: Mapping[str, Mapping[str, Any]]) -> list[Row]:
    """Return the rows of the targets, and whether graphs were captured and gave the ids of the eager code."""
    rows = {name: result if result["error"] else {**result["rows"][0]} for name, result in results.items()}
    good = {name: row for name, row in rows.items() if not row["error"]}
    found = [target.judged(rows) for target in TARGETS]
    for name in (name for name in good if name != "eager"):
        graphs = str(good[name]["graphs"])
        device = str(good[name]["device"])
        kept = graphs == "captured" if device.startswith("cuda") else None
        found.append(Row(2, f"graphs, {name}", graphs, "captured", kept))
    if {"bf16", "eager"} <= good.keys():
        same = good["bf16"]["token_ids"] == good["eager"]["token_ids"]
        found.append(Row(2, "captured and eager greedy ids", "equal" if same else "different", "equal", same))
    return found
