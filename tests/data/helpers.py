"""Rows of every format, files of them, and what is wrong with the rows of a file."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from flashsloth.data.data_files import Rows
from flashsloth.errors import BadRow
from programs import run_python


def llava(*texts: str, image: Any = None, **more: Any) -> dict[str, Any]:
    """Return a row of alternating human and gpt texts."""
    turns = [{"from": ("human", "gpt")[n % 2], "value": text} for n, text in enumerate(texts)]
    return {**({"image": image} if image is not None else {}), "conversations": turns, **more}


def messages(*contents: Any, **more: Any) -> dict[str, Any]:
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[n % 2], "content": c} for n, c in enumerate(contents)], **more}


def table(
    rows: list[list[str]], delimiter: str = ",", end: str = "\n", header: str = "image,question,answer"
) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return (header.replace(",", delimiter) + end + out.getvalue()).encode()


def write_rows(path: str | Path, *rows: Any) -> Path:
    """Write a file with a row a line: a text as it is, all else as JSON."""
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    Path(path).write_text(
        "".join(f"{line}\n" for line in lines), encoding="utf-8", errors="surrogateescape"
    )
    return Path(path)


def bad_rows(rows: Rows) -> dict[int, str]:
    """Return the kind of each bad row by its line."""
    kinds = {}
    for row in range(len(rows)):
        try:
            rows[row]
        except BadRow as error:
            kinds[rows.where(row)[1]] = error.kind
    return kinds


MEASURE = """
import json, re, sys
from flashsloth.data.data_files import open_rows
from flashsloth.data.validate import check
def private():  # without the pages of mapped files, which are the system's
    return int(re.search(r"RssAnon:\\s*(\\d+)", open("/proc/self/status").read())[1])
before = private()
rows = open_rows([sys.argv[1]])
if sys.argv[2] == "check":
    found = check(rows).good
else:
    found = len(rows)
    [rows[row] for row in range(0, len(rows), 1000)]
heavy = sorted({"torch", "transformers"} & set(sys.modules))
print(json.dumps([found, (private() - before) * 1024, heavy]))
"""


def measure(path: Path, what: str) -> tuple[int, int, list[str]]:
    """Read or check a data file in a process. Return the rows that were found, the bytes that it took,
    and the large libraries that it imported."""
    found, taken, heavy = json.loads(run_python("-c", MEASURE, path, what))
    return found, taken, heavy
