"""Format measured rows as a JSON document, and as a table of at most 80 columns. Imports no torch."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from flashsloth.benchmark.runner import SCHEMA
from flashsloth.chat.document import now

Row = Mapping[str, Any]
WIDTH = 80
BUSY = 0.1  # A warning is added if threads waited for a core for more than this share of the time.
SHORT = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}
# Each column has two lines of heading, a width, a key of the row, and the unit by which the number is
# divided.
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
    """Return the JSON document with the schema `flashsloth.bench/1`."""
    environments = [row.pop("environment", None) for row in rows]
    return {
        "schema": SCHEMA,
        "created": now(),
        "environment": next((e for e in environments if e), None),
        "settings": dict(settings),
        "rows": list(rows),
    }


def lines(document: Mapping[str, Any]) -> list[str]:
    """Format the document as a table with the medians, the spread below each row, and notes on how and
    where the numbers were measured."""
    out = [
        _line(["", "", *(column[0] for column in COLUMNS)]),
        _line(["engine", "weights", *(column[1] for column in COLUMNS)]),
    ]
    for row in document["rows"]:
        if row["error"]:
            label = f"{row['engine']:<10} {weights(row):<8} "
            out += textwrap.wrap(label + row["error"], WIDTH, subsequent_indent=" " * 20)
            continue
        figures = [figure(row.get(key), unit) for *_, key, unit in COLUMNS]
        out += [
            _line([row["engine"], weights(row), *figures]),
            _line(["", "", *(spread(row, key) for *_, key, _ in COLUMNS)]),
        ]
    out.append("")
    for sentence in _notes(document):
        out += textwrap.wrap(sentence, WIDTH)
    return out


def _line(cells: Sequence[str]) -> str:
    numbers = (f"{cell:>{column[2]}}" for cell, column in zip(cells[2:], COLUMNS, strict=True))
    return (f"{cells[0]:<10} {cells[1]:<8}" + "".join(numbers)).rstrip()


def weights(row: Row) -> str:
    """Return the preset of the weights, or their dtype if they are not quantized."""
    dtype = str(row["dtype"] or "")
    return SHORT.get(dtype, dtype) if row["quant"] == "none" and dtype else str(row["quant"])


def figure(value: float | None, unit: float = 1.0) -> str:
    """Format a number with about three digits. None becomes "-"."""
    if value is None:
        return "-"
    scaled = value / unit
    if unit < 1:
        return f"{scaled:.0f}%"
    digits = next((d for limit, d in ((99.95, 0), (9.995, 1), (0.0995, 2)) if scaled >= limit), 3)
    return f"{scaled:.{digits}f}"


def spread(row: Row, key: str) -> str:
    """Return half the range in percent of the median, or "" if the number was measured once."""
    if key not in row["spread"] or not row[key]:
        return ""
    least, most = row["spread"][key]
    return "" if least == most else f"±{(most - least) / 2 / row[key] * 100:.0f}%"


def _notes(document: Mapping[str, Any]) -> list[str]:
    good = [row for row in document["rows"] if not row["error"]]
    if not good:
        return []
    row = good[0]
    machine = document["environment"]
    settings = document["settings"]
    types = " and ".join(sorted({str(r["dtype"]) for r in good}))
    prompt = (
        f"{row['model']}: {row['visual_tokens']} visual tokens in a prompt of {row['prompt_tokens']}, "
        f"{row['output_tokens']} out; computing in {types}. "
    )
    hardware = (
        f"{machine['device']} ({machine['processor']}, {machine['threads']} threads), "
        f"copying {row['copy_bytes_per_second'] / 1e9:.0f} GB/s"
    )
    notes = [
        f"{prompt}Medians of {settings['repeats']}, ± half their range; milliseconds but for speed.",
        "read: weights, keys and values that one token reads. copy: that as a share of the device's copy bandwidth.",
        f"{hardware}; torch {machine['torch']}, transformers {machine['transformers']}.",
        *busy(good),
    ]
    if settings.get("random_weights"):
        notes.append("Random weights: speed and memory only.")
    return notes


def busy(rows: Sequence[Row]) -> list[str]:
    """Return a warning if other programs kept the processor busy."""
    waited = max((row.get("waited_share") or 0.0 for row in rows), default=0.0)
    return (
        [f"The machine was busy: threads waited up to {waited:.0%} of the time for a core."]
        if waited > BUSY
        else []
    )
