"""Print errors, notes, answers and tables on stdout and stderr, and recognise errors whose cause is an
environment variable with a value that a library cannot use."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import sys
import traceback
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from flashsloth.errors import FlashSlothError, OptionError, causes
from flashsloth.utils.text import command_line, error_reason
from flashsloth_cli.terminal import streams
from flashsloth_cli.terminal.text import (
    cell_width,
    counted,
    one_line,
    padded,
    strip_control_chars,
    wrapped,
)

NARROWEST = 12  # minimum width in cells to which a column of a table is cut
# If this variable is 2 or more, Python removes docstrings, but transformers reads its docstrings while
# it is imported.
DOCSTRINGS = "PYTHONOPTIMIZE"

if TYPE_CHECKING:
    from flashsloth.chat.chat import ModelFacts
    from flashsloth.generation.answer_record import GenerationStats
    from flashsloth.server.registry import ServerRecord


def show_error(
    message: str, hint: str, *, code: str = "usage", exit_code: int = 2, as_json: bool = False
) -> None:
    """Print `error: …` and `hint: …` on stderr, or the document `flashsloth.error/1`."""
    if as_json:
        document = {
            "schema": "flashsloth.error/1",
            "error": {"code": code, "exit": exit_code, "message": message, "hint": hint},
        }
        streams.write_stderr(with_escapes(json.dumps(document, ensure_ascii=False)))
    else:
        streams.write_stderr(wrapped_for_stderr(f"error: {one_line(message)}\nhint: {one_line(hint)}"))


def environment_error(error: BaseException) -> OptionError | None:
    """Return an error that names the environment variable that caused an exception. Return None if the
    exception has another cause.

    Libraries read most of their variables while they are imported. An unusable value may then raise any
    exception, such as "invalid literal for int() with base 10: '10s'". Sometimes an error of this
    program is raised from that exception.
    """
    ours = isinstance(error, FlashSlothError)
    for cause in causes(error):
        frames = traceback.extract_tb(cause.__traceback__)
        importing = any(frame.name == "<module>" for frame in frames)
        # An error of this program already says what is wrong. Its causes are of interest only if they
        # occurred during an import.
        if not isinstance(cause, FlashSlothError | OSError) and (importing or not ours):
            name = (
                DOCSTRINGS
                if importing and sys.flags.optimize > 1
                else _variable(cause, frames, importing)
            )
            if name:
                return OptionError(
                    f"the environment variable {name} cannot be used: {error_reason(cause)}",
                    hint=f"Correct it, or remove it: unset {name}",
                )
    return None


def _variable(error: BaseException, frames: traceback.StackSummary, importing: bool) -> str | None:
    """Return the name of the variable that an error is about.

    A line of the traceback contains the name of this variable, and the message of the error quotes its
    value. During an import one of the two is enough. Elsewhere both are required, because one alone
    could be a coincidence. Variables of this program are left out, because they are checked where they
    are read.
    """
    message = str(error)
    code = "".join(frame.line or "" for frame in frames)
    names = [name for name in os.environ if len(name) > 1 and not name.startswith("FLASHSLOTH_")]
    in_code = [name for name in names if f'"{name}"' in code or f"{name}=" in message]
    # huggingface_hub reads HF_ENDPOINT into a constant ENDPOINT, and fails in a later line that
    # contains only the name of the constant.
    in_code += [name for name in names if name.startswith("HF_") and f"({name[3:]})" in code]
    quoted = [name for name in names if repr(os.environ[name]) in message]
    found = [name for name in in_code if name in quoted]
    if importing:
        found += [*quoted, *in_code]
    return next(iter(found), None)


def note(text: str, *, quiet: bool = False) -> None:
    """Print a note on stderr, unless `quiet` is set, which hides no warning. On a terminal with colors
    it is dimmed, because it is not an answer."""
    if not quiet or text.startswith("warning: "):
        line = wrapped_for_stderr(one_line(text))
        streams.write_stderr(f"\x1b[2m{line}\x1b[0m" if streams.wants_styling(sys.stderr) else line)


def warn(warnings: Iterable[str]) -> None:
    """Print warnings on stderr, one per line."""
    for warning in warnings:
        note(f"warning: {warning}")


@functools.cache
def note_once(text: str) -> None:
    """Print a note, unless the same note was printed before."""
    note(text)


def wrapped_for_stderr(text: str) -> str:
    """Return a text for stderr, wrapped at words if stderr is a terminal."""
    width = max(20, shutil.get_terminal_size().columns - 1)
    return wrapped(text, width) if streams.is_terminal(sys.stderr) else text


def with_escapes(text: str) -> str:
    """Return JSON with escapes in place of characters that are not printable. A program that parses it
    reads the same values. Line ends between the values are kept."""
    if text.isprintable():  # nearly every document ends here, without a look at each character
        return text
    return "".join(
        each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text
    )


def write_json(value: Any) -> None:
    """Print a JSON document on stdout, in ASCII unless the encoding is UTF-8."""
    unicode = (streams.answers().encoding or "utf-8").lower().replace("-", "") in ("utf8", "utf8sig")
    streams.write(with_escapes(json.dumps(value, ensure_ascii=not unicode)) + "\n")


def write_printable(text: str) -> None:
    """Print text of a model, a file or a conversation on stdout. On a terminal control characters are
    replaced."""
    streams.write(strip_control_chars(text) if streams.is_terminal(streams.answers()) else text)


class StdoutWriter:
    """Writes an answer to stdout, and a newline at the end. A terminal gets it piece by piece. A pipe
    or a file gets whole lines, so that lines of several processes do not mix."""

    def __init__(self) -> None:
        self._line: list[str] = []  # the beginning of a line whose end has not come yet

    def write(self, text: str) -> None:
        if streams.is_terminal(streams.answers()):
            streams.write(strip_control_chars(text))
        else:
            self._line.append(text)
            if "\n" in text:
                lines, newline, rest = "".join(self._line).rpartition("\n")
                self._line = [rest]
                streams.write(lines + newline)

    def end(self) -> None:
        self.write("\n")


def stats_line(stats: GenerationStats, facts: ModelFacts) -> str:
    """Return `first token 180 ms · 31.6 tok/s · 11 tokens · prompt 135, 118 of them reused · 81 visual
    · int4 on cpu`. A foreign server reports only some of these numbers."""
    parts = [f"first token {stats.ttft_ms:.0f} ms"]
    if stats.tokens_per_second:
        parts.append(f"{stats.tokens_per_second:.1f} tok/s")
    reused = f", {stats.cached_tokens} of them reused" if stats.cached_tokens else ""
    visual = f"{stats.visual_tokens} visual"
    if layers := stats.kept_by_layer:
        layer = "last layer" if layers[-1] == min(layers) else "layer with the fewest"
        visual += f", {min(layers)} of them in the {layer}"
    is_own = facts.device is not None
    counts = {
        counted(stats.output_tokens, "token"): is_own or stats.output_tokens,
        f"prompt {stats.input_tokens}{reused}": is_own or stats.input_tokens,
        visual: is_own,
    }
    parts += [text for text, is_told in counts.items() if is_told]
    return " · ".join([*parts, precision_and_device(facts)])


def with_adapter(name: str, adapter: str | None) -> str:
    """Return the name of an open model, and of its adapter if it has one."""
    return f"{name} and {adapter}" if adapter else name


def precision_and_device(facts: ModelFacts | ServerRecord) -> str:
    """Return the precision and the device of an open model, such as `int4 on cpu`."""
    if facts.device is None:
        return "foreign model"
    return f"{facts.quant if facts.quant != 'none' else facts.dtype} on {facts.device}"


def naming_line(folder: Path, kind: Literal["adapter", "model"]) -> str:
    """Return a line with the command that gives a folder a name for -m."""
    name = re.sub(r"[^\w-]", "-", folder.absolute().name).lstrip("-") or "mine"
    key = f"models.{name}.{kind}"
    return f"give it a name for -m: {command_line('flashsloth', 'config', 'set', key, folder)}"


def folder_argument(path: Path) -> str:
    """Return the path of a folder as a value of `-m`, which then takes it for a folder even if it is
    also the name of a model."""
    text = str(path)
    return text if os.sep in text else os.path.join(".", text)


def facts(values: Mapping[str, str]) -> None:
    """Print names and values on stdout, one pair per line. Further lines of a value are indented. Empty
    values are left out."""
    width = max(map(len, values), default=0) + 2
    lines = [
        f"{'' if at else name:<{width}}{one_line(line)}\n"
        for name, value in values.items()
        for at, line in enumerate(value.splitlines())
    ]
    streams.write("".join(lines))


def table(
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Collection[str] = (),
    cut: Collection[str] = (),
) -> None:
    """Print a table on stdout. On a terminal its headers are bold.

    Args:
        right: the headers of columns that are aligned to the right, such as columns of numbers.
        cut: the headers of columns whose cells are cut if the table is wider than the terminal. The
            widest column is cut first.
    """
    columns = [[name, *map(one_line, cells)] for name, *cells in zip(headers, *rows, strict=True)]
    widths = [max(map(cell_width, column)) for column in columns]
    narrower = [at for at, name in enumerate(headers) if name in cut]
    spare = shutil.get_terminal_size().columns - sum(widths) - 2 * (len(widths) - 1)
    while narrower and spare < 0:
        widest = max(narrower, key=widths.__getitem__)
        if widths[widest] <= NARROWEST:
            break
        widths[widest] -= 1
        spare += 1
    drawn = [
        [padded(cell, width, right=name in right) for cell in column]
        for name, column, width in zip(headers, columns, widths, strict=True)
    ]
    lines = ["  ".join(cells).rstrip() for cells in zip(*drawn, strict=True)]
    if streams.wants_styling(streams.answers()):
        lines[0] = f"\x1b[1m{lines[0]}\x1b[0m"
    streams.write("\n".join(lines) + "\n")


class AnswerWriter(Protocol):
    """Writes one answer, piece by piece. `end` is also called for an answer that was stopped after its
    first word."""

    def write(self, text: str) -> None: ...
    def end(self) -> None: ...
