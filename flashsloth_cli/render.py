"""How answers, errors and numbers look. Knows streams and events; computes nothing.

Text of a model is data: into a pipe or JSON it goes exactly as it is, on a terminal control characters are replaced.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any, TextIO

from flashsloth.errors import FlashSlothError
from flashsloth.events import GenerationStats
from flashsloth_cli import streams

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
SPACES = re.compile(r"\s+")


def harmless(text: str) -> str:
    """Control characters but newline and tab replaced, so that text in a picture cannot drive the terminal."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def error_object(code: str, exit_code: int, message: str, hint: str) -> dict[str, Any]:
    """`flashsloth.error/1` without its envelope."""
    return {"code": code, "exit": exit_code, "message": message, "hint": hint}


def show_error(message: str, hint: str = "", *, code: str = "usage", exit_code: int = 2, as_json: bool = False) -> None:
    """`error: …` and `hint: …` on stderr, or the error object."""
    if as_json:
        body = error_object(code, exit_code, message, hint)
        print(json.dumps({"schema": "flashsloth.error/1", "error": body}, ensure_ascii=False), file=sys.stderr)
        return
    print(f"error: {one_line(message)}", file=sys.stderr)
    if hint:
        print(f"hint: {one_line(hint)}", file=sys.stderr)


def show_library_error(error: FlashSlothError, exit_code: int, *, as_json: bool) -> None:
    show_error(str(error), error.hint, code=error.code, exit_code=exit_code, as_json=as_json)


def one_line(text: str) -> str:
    """For messages: no line breaks, no control characters."""
    return harmless(SPACES.sub(" ", text).strip())


def note(text: str) -> None:
    """Something worth knowing, on stderr."""
    print(one_line(text), file=sys.stderr, flush=True)


def write_json(value: Any) -> None:
    """One JSON document on stdout."""
    out = streams.answers()
    out.write(json.dumps(value, ensure_ascii=False) + "\n")
    out.flush()


class TextOut:
    """An answer on stdout, piece by piece, closed by one newline."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out or streams.answers()
        self.on_terminal = streams.is_terminal(self.out)
        self.begun = False

    def piece(self, text: str) -> None:
        if not text:
            return
        self.out.write(harmless(text) if self.on_terminal else text)
        self.out.flush()
        self.begun = True

    def end(self) -> None:
        self.out.write("\n")
        self.out.flush()

    def broken_off(self) -> None:
        """After Ctrl-C: leave the line, if there is one."""
        if self.begun:
            self.end()


def stats_line(stats: GenerationStats) -> str:
    """`first token 180 ms · 31.6 tok/s · 11 tokens · prompt 135, 118 of them reused · 81 visual`"""
    parts = [f"first token {stats.ttft_ms:.0f} ms"]
    if stats.tokens_per_second:
        parts.append(f"{stats.tokens_per_second:.1f} tok/s")
    reused = f", {stats.cached_tokens} of them reused" if stats.cached_tokens else ""
    parts += [f"{stats.output_tokens} tokens", f"prompt {stats.input_tokens}{reused}", f"{stats.visual_tokens} visual"]
    return " · ".join(parts)


def gigabytes(size: float) -> str:
    """Bytes for people: 6.4 GB, 11.7 MB, 812 kB."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size / 1e3:.0f} kB"


def table(headers: list[str], rows: list[list[str]]) -> None:
    """A plain table on stdout; on a terminal the headers are bold."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = streams.answers()
    if not streams.is_terminal(out):
        widths = [max(len(r[i]) for r in [headers, *rows]) for i in range(len(headers))]
        for row in [headers, *rows]:
            out.write("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() + "\n")
        return
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        drawn.add_column(header, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(harmless(cell)) for cell in row))
    Console(file=out, no_color=not streams.wants_styling(out)).print(drawn)
