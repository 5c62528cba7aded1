"""Write a data set in another format."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TextIO

from flashsloth.data.dataset import Rows
from flashsloth.data.row_parser import is_text
from flashsloth.data.sample import Sample
from flashsloth.errors import BadRows, OptionError
from flashsloth.processing.prompt import IMAGE_TOKEN
from flashsloth.utils import atomic_write
from flashsloth.utils.output_path import check_output_path
from flashsloth.utils.paths import expand
from flashsloth.utils.progress import Progress

Format = Literal["llava", "messages", "csv", "tsv"]
BY_EXTENSION: dict[str, Format] = {".json": "llava", ".jsonl": "messages", ".csv": "csv", ".tsv": "tsv"}


def convert(
    rows: Rows,
    target: str | os.PathLike[str],
    format: Format | None = None,
    on_progress: Progress | None = None,
    *,
    force: bool = False,
) -> int:
    """Write all rows into one file, atomically, and return their number.

    Without `format` the target's extension decides: .json is LLaVA, .jsonl messages, .csv and .tsv tables. Paths of
    pictures are relative to the target's folder, or absolute on another drive.

    Raises: BadRow for a row that cannot be read, BadRows for one that the format cannot hold, OptionError for an
    unknown extension, InputError for a target that cannot be written or exists without `force`, DiskFull.
    """
    path = expand(target)
    format = format or BY_EXTENSION.get(path.suffix.lower())
    if format is None:
        raise OptionError(
            f"cannot infer the format from the name {path.name}",
            hint="Use the extension .json (LLaVA), .jsonl (messages), .csv or .tsv, or choose one with --to.",
        )
    check_output_path(path, force=force)
    with _open_target(path) as file:
        writer = _WRITERS[format](file, Path(os.path.abspath(path)).parent)
        for done, sample in enumerate(rows, 1):
            writer.write(sample)
            if on_progress is not None:
                on_progress(done, len(rows), path.name)
        writer.end()
    return len(rows)


@contextmanager
def _open_target(path: Path) -> Iterator[TextIO]:
    with atomic_write.convert_os_errors(path), atomic_write.atomic_write(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        yield text
        text.detach()


def path_from(folder: Path, image: str) -> str:
    """Return the path of a picture relative to a folder, or the absolute path if it is on another drive."""
    absolute = os.path.abspath(image)
    try:
        return Path(os.path.relpath(absolute, folder)).as_posix()
    except ValueError:
        return absolute


def table_line(cells: Sequence[str], delimiter: str) -> str:
    """Return a record of a table, with its newline."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter).writerow(cells)  # with its default \r\n it also quotes a lone \r
    return line.getvalue()[:-2] + "\n"


class _Writer:
    def __init__(self, file: TextIO, folder: Path) -> None:
        self.file = file
        self._folder = folder
        self.begin()

    def begin(self) -> None:
        """Write what comes before the first row."""

    def write(self, sample: Sample) -> None:
        raise NotImplementedError

    def end(self) -> None:
        """Write what comes after the last row."""

    def image(self, sample: Sample) -> str | None:
        """Return the picture's path relative to the target's folder."""
        if sample.image is None:
            return None
        path = path_from(self._folder, sample.image)
        if not is_text(path):
            raise BadRows(
                f"{sample.source}: the path of its picture is not UTF-8, so it cannot be written",
                hint="Rename that folder, or write the file into it.",
            )
        return path


class _Llava(_Writer):
    count = 0

    def begin(self) -> None:
        self.file.write("[")

    def write(self, sample: Sample) -> None:
        row: dict[str, Any] = {"id": str(self.count)}
        image = self.image(sample)
        if image is not None:
            row["image"] = image
        if sample.system is not None:
            row["system"] = sample.system
        row["conversations"] = turns = []
        for number, turn in enumerate(sample.turns):
            if IMAGE_TOKEN in turn.question or IMAGE_TOKEN in turn.answer:
                raise BadRows(
                    f"{sample.source}: the text contains {IMAGE_TOKEN}, which the LLaVA format reserves",
                    hint="Write messages instead, with the extension .jsonl.",
                )
            mark = f"{IMAGE_TOKEN}\n" if image is not None and number == 0 else ""
            turns.append({"from": "human", "value": mark + turn.question})
            turns.append({"from": "gpt", "value": turn.answer})
        self.file.write((",\n" if self.count else "\n") + json.dumps(row, ensure_ascii=False))
        self.count += 1

    def end(self) -> None:
        self.file.write("\n]\n")


class _Messages(_Writer):
    def write(self, sample: Sample) -> None:
        image = self.image(sample)
        messages: list[dict[str, Any]] = []
        if sample.system is not None:
            messages.append({"role": "system", "content": sample.system})
        for number, turn in enumerate(sample.turns):
            content: Any = turn.question
            if image is not None and number == 0:
                content = [{"type": "image", "image": image}, {"type": "text", "text": turn.question}]
            messages.append({"role": "user", "content": content})
            messages.append({"role": "assistant", "content": turn.answer})
        self.file.write(json.dumps({"messages": messages}, ensure_ascii=False) + "\n")


class _Table(_Writer):
    delimiter = ","

    def begin(self) -> None:
        self._line(["image", "question", "answer"])

    def write(self, sample: Sample) -> None:
        if len(sample.turns) > 1:
            raise BadRows(
                f"{sample.source}: a row of a table holds one turn, not {len(sample.turns)}",
                hint="Write .json or .jsonl instead.",
            )
        if sample.system is not None:
            raise BadRows(
                f"{sample.source}: a table has no column for the system text", hint="Write .json or .jsonl instead."
            )
        self._line([self.image(sample) or "", sample.turns[0].question, sample.turns[0].answer])

    def _line(self, cells: list[str]) -> None:
        self.file.write(table_line(cells, self.delimiter))


class _TabTable(_Table):
    delimiter = "\t"


_WRITERS: dict[Format, type[_Writer]] = {"llava": _Llava, "messages": _Messages, "csv": _Table, "tsv": _TabTable}
