"""The targets for a GPU, each of which is checked against rows of `flashsloth bench`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from cards.check import GIB, Machine, Row, at_least, at_most

Rows = Mapping[str, Mapping[str, Any]]
SETTINGS: dict[str, dict[str, Any]] = {
    "bf16": {},
    "hd": {"hd": True},
    "int4": {"quant": "int4"},
    "int8": {"quant": "int8"},
    "nf4": {"quant": "nf4"},
    "eager": {"graphs": False},
}


@dataclass(frozen=True)
class Target:
    """A target: a number of a row of `bench` and its bound. The bound may be the same number of another
    row."""

    name: str
    row: str
    key: str
    bound: float | str
    is_maximum: bool = True
    unit: str = "ms"
    scale: float = 1.0

    def judged(self, rows: Rows) -> Row:
        needed = [self.row, *([self.bound] if isinstance(self.bound, str) else [])]
        if missing := [name for name in needed if name not in rows or rows[name]["error"]]:
            return Row(2, self.name, f"not measured: {', '.join(missing)}")
        value, *others = (float(rows[name][self.key]) / self.scale for name in needed)
        compare = at_most if self.is_maximum else at_least
        return compare(2, self.name, value, others[0] if others else float(self.bound), self.unit)


SPEED = "decode_tokens_per_second"
TARGETS = (
    Target("first token, 81 visual tokens, from the decoded picture", "bf16", "ttft_ms", 8),
    Target("first token, 81 visual tokens, from the model's pixels", "bf16", "ttft_from_pixels_ms", 8),
    Target("first token, HD, 405", "hd", "ttft_ms", 14),
    Target("first token after an early prefix", "bf16", "ttft_after_prefix_ms", 4),
    Target("decode, 16 bit", "bf16", SPEED, 500, False, "tok/s"),
    Target("decode, int4", "int4", SPEED, 700, False, "tok/s"),
    Target("decode, int8", "int8", SPEED, "bf16", False, "tok/s"),
    # Smaller cards compute more for each byte that they read, so their shares should be larger. That
    # was not measured.
    Target("share of a long read, 16 bit", "bf16", "read_share", 0.7, False, ""),
    Target("share of a long read, int8", "int8", "read_share", 0.45, False, ""),
    Target("share of a long read, int4", "int4", "read_share", 0.25, False, ""),
    Target("peak, int4, picture in", "int4", "peak_bytes", 2.7, unit="GiB", scale=GIB),
)


def measure(machine: Machine) -> Iterator[Any]:
    """Yield the row of `flashsloth bench` for these settings."""
    from flashsloth.benchmark.measurement import measure as bench

    tokens, repeats, warmup = (8, 2, 1) if machine.tiny else (128, 15, 3)
    job = machine.job(**SETTINGS[machine.options["row"]])
    job = replace(job, max_tokens=tokens, repeats=repeats, warmup=warmup)
    yield bench(asdict(job), lambda *_: None)


def judge(results: Mapping[str, Mapping[str, Any]]) -> list[Row]:
    """Return the rows of the targets, the time of resizing, and whether graphs were captured and gave
    the ids of the eager code."""
    rows = {
        name: result if result["error"] else {**result["rows"][0]} for name, result in results.items()
    }
    good = {name: row for name, row in rows.items() if not row["error"]}
    found = [target.judged(rows) for target in TARGETS]
    if "bf16" in good:
        found.append(Row(2, "resizing on the processor", f"{good['bf16']['image_ms']:.2f} ms"))
    for name in sorted(good.keys() - {"eager"}):
        graphs = str(good[name]["graphs"])
        # other devices have no graphs, so nothing is promised for them
        kept = graphs == "captured" if str(good[name]["device"]).startswith("cuda") else None
        found.append(Row(2, f"graphs, {name}", graphs, "captured", kept))
    if {"bf16", "eager"} <= good.keys():
        same = good["bf16"]["token_ids"] == good["eager"]["token_ids"]
        found.append(
            Row(2, "captured and eager greedy ids", "equal" if same else "different", "equal", same)
        )
    return found
