"""Rows as a document and as lines of text at most 80 wide. Pure functions; knows no torch and no terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flashsloth.benchmark.runner import SCHEMA

Row = Mapping[str, Any]
WIDTH = 80
BUSY = 0.1  # share of the time spent waiting for a core from which a reader is warned
SHORT = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}
# two lines of heading, width, the row's key, and what it is divided by
COLUMNS = (
    ("load", "ms", 6, "load_ms", 1.0),
    ("image", "ms", 6, "image_ms", 1.0),
    ("tower", "ms", 6, "tower_ms", 1.0),
    ("pre-", "fill", 6, "prefill_ms", 1.0),
    ("first", "token", 6, "ttft_ms", 1.0),
    ("after", "prefix", 7, "ttft_after_prefix_ms", 1.0),
    ("speed", "tok/s", 6, "decode_tokens_per_second", 1.0),
    ("peak", "GB", 6, "peak_bytes", 1e9),
    ("read", "GB", 6, "bytes_per_token", 1e9),
    ("of", "copy", 5, "bandwidth_share", 0.01),
)


def document(rows: Sequence[dict[str, Any]], settings: Mapping[str, Any]) -> dict[str, Any]:
    """`flashsloth.bench/1`."""
    environments = [row.pop("environment", None) for row in rows]
    return {
        "schema": SCHEMA,
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "environment": next((e for e in environments if e), None),
        "settings": dict(settings),
        "rows": list(rows),
        "comparison": compare(rows),
    }


def compare(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Each of our rows beside transformers' row: how many times as fast, and whether the greedy ids are the same."""
    beside = next((r for r in rows if r["engine"] == "hf" and not r["error"]), None)
    if beside is None:
        return []
    found = []
    for row in rows:
        if row["engine"] == "hf" or row["error"]:
            continue
        entry: dict[str, Any] = {"quant": row["quant"], "dtype": row["dtype"], "beside_dtype": beside["dtype"]}
        entry["ttft_speedup"] = _ratio(beside["ttft_ms"], row["ttft_ms"])
        entry["decode_speedup"] = _ratio(row["decode_tokens_per_second"], beside["decode_tokens_per_second"])
        entry["same_ids"] = row["token_ids"] == beside["token_ids"]
        found.append(entry)
    return found


def _ratio(more: float | None, less: float | None) -> float | None:
    return round(more / less, 3) if more and less else None


def lines(shown: Mapping[str, Any]) -> list[str]:
    """The document as a table: medians, below each row the spread, then what was measured where."""
    rows = shown["rows"]
    out = [_line(["", "", *(c[0] for c in COLUMNS)]), _line(["engine", "weights", *(c[1] for c in COLUMNS)])]
    for row in rows:
        if row["error"]:
            label = f"{row['engine']:<10} {weights(row):<8} "
            out += textwrap.wrap(label + row["error"], WIDTH, subsequent_indent=" " * 20)
            continue
        out.append(_line([row["engine"], weights(row), *(figure(row.get(key), unit) for *_, key, unit in COLUMNS)]))
        out.append(_line(["", "", *(spread(row, key) for *_, key, _ in COLUMNS)]))
    out.append("")
    for sentence in (*_about(shown), *map(_compared, shown["comparison"])):
        out += textwrap.wrap(sentence, WIDTH)
    return out


def _line(cells: Sequence[str]) -> str:
    numbers = (f"{cell:>{column[2]}}" for cell, column in zip(cells[2:], COLUMNS, strict=True))
    return (f"{cells[0]:<10} {cells[1]:<8}" + "".join(numbers)).rstrip()


def weights(row: Row) -> str:
    """What the weights are: the preset, or without one their type."""
    dtype = str(row["dtype"] or "")
    return SHORT.get(dtype, dtype) if row["quant"] == "none" and dtype else str(row["quant"])


def figure(value: float | None, unit: float = 1.0) -> str:
    """Three digits or so, at most five characters up to 99999; a dash for what does not apply."""
    if value is None:
        return "-"
    scaled = value / unit
    if unit < 1:
        return f"{scaled:.0f}%"
    digits = next((d for limit, d in ((99.95, 0), (9.995, 1), (0.0995, 2)) if scaled >= limit), 3)
    return f"{scaled:.{digits}f}"


def spread(row: Row, key: str) -> str:
    """Half the distance from the least to the most, in percent of the median."""
    if key not in row["spread"] or not row[key]:
        return ""
    least, most = row["spread"][key]
    if least == most:  # measured once
        return ""
    return f"±{(most - least) / 2 / row[key] * 100:.0f}%"


def _about(shown: Mapping[str, Any]) -> list[str]:
    good = [row for row in shown["rows"] if not row["error"]]
    if not good:
        return []
    row, place, settings = good[0], shown["environment"], shown["settings"]
    types = sorted({str(r["dtype"]) for r in good})
    return [
        f"{row['model']}: {row['visual_tokens']} visual tokens in a prompt of {row['prompt_tokens']}, "
        f"{row['output_tokens']} out; computing in {' and '.join(types)}. Medians of {settings['repeats']}, "
        "± half their range; milliseconds but for speed.",
        "read: weights, keys and values that one token reads. copy: that as a share of the device's copy bandwidth.",
        f"{place['device']} ({place['processor']}, {place['threads']} threads), copying "
        f"{row['copy_bytes_per_second'] / 1e9:.0f} GB/s; torch {place['torch']}, "
        f"transformers {place['transformers']}.",
        *busy(good),
        *(["Random weights: speed and memory only."] if settings.get("random_weights") else []),
    ]


def busy(rows: Sequence[Row]) -> list[str]:
    """A warning where other programs took the processor away."""
    waited = max((row.get("waited_share") or 0.0 for row in rows), default=0.0)
    return [f"The machine was busy: threads waited up to {waited:.0%} of the time for a core."] if waited > BUSY else []


def _compared(entry: Mapping[str, Any]) -> str:
    name = weights(entry)
    beside = SHORT.get(entry["beside_dtype"], entry["beside_dtype"])
    figures = f"first token {entry['ttft_speedup']:.2f}x, decode {entry['decode_speedup']:.2f}x"
    ids = "the same" if entry["same_ids"] else "other"
    return f"{name} beside transformers' generate in {beside}: {figures} as fast, {ids} greedy ids."
