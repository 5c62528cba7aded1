"""Write a data set in another form. Knows the forms' fields; what a sample means is `parse`'s to say."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TextIO

from flashsloth.data.dataset import Rows
from flashsloth.data.row_parser import is_text
from flashsloth.data.sample import Sample
from flashsloth.errors import BadRows, InputError, OptionError
from flashsloth.processing.prompt import IMAGE_TOKEN
from flashsloth.utils import atomic_write
from flashsloth.utils.paths import expand

Progress = Callable[[int, int, str], None]  # rows done, rows in all, file
Form = Literal["llava", "messages", "csv", "tsv"]
BY_EXTENSION: dict[str, Form] = {".json": "llava", ".jsonl": "messages", ".csv": "csv", ".tsv": "tsv"}


def convert(
    rows: Rows,
    target: str | os.PathLike[str],
    form: Form | None = None,
    on_progress: Progress | None = None,
    *,
    force: bool = False,
) -> int:
    """Write all rows into one file, the whole of it or nothing -> how many.

    Without `form` the target's extension says it: .json is LLaVA, .jsonl messages, .csv and .tsv tables. Pictures are
    written as paths from the target's folder, those on another drive as whole paths.

    Raises: BadRow for a row that cannot be read, BadRows for one that the form cannot hold, OptionError for an unknown
    extension, InputError if the target exists and not `force`, DiskFull.
    """
    path = expand(target)
    kind = form or BY_EXTENSION.get(path.suffix.lower())
    if kind is None:
        raise OptionError(
            f"what form {path.name} shall have is not said by its name",
            hint="End it in .json (LLaVA), .jsonl (messages), .csv or .tsv, or say it with --to.",
        )
    if os.path.lexists(path) and not force:
        raise InputError(f"{path} exists", hint="Give another name, or replace it with --force.")
    if os.path.isdir(path):
        raise InputError(f"{path} is a folder", hint="Give the file that is to be written.")
    with _in_place_of(path) as file:
        writer = _WRITERS[kind](file, Path(os.path.abspath(path)).parent)
        for done, sample in enumerate(rows, 1):
            writer.write(sample)
            if on_progress is not None:
                on_progress(done, len(rows), path.name)
        writer.end()
    return len(rows)


@contextmanager
def _in_place_of(path: Path) -> Iterator[TextIO]:
    """A file that takes its place when all went well, and vanishes when not."""
    with atomic_write.convert_os_errors(path), atomic_write.atomic_write(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        yield text
        text.detach()


def path_from(folder: Path, image: str) -> str:
    """A picture's path as a file in this folder names it; the whole path where it is on another drive."""
    whole = os.path.abspath(image)
    try:
        return Path(os.path.relpath(whole, folder)).as_posix()
    except ValueError:
        return whole


class _Writer:
    def __init__(self, file: TextIO, folder: Path) -> None:
        self.file = file
        self._folder = folder
        self.begin()

    def begin(self) -> None:
        """Before the first row."""

    def write(self, sample: Sample) -> None:
        raise NotImplementedError

    def end(self) -> None:
        """Behind the last row."""

    def image(self, sample: Sample) -> str | None:
        """The picture's path from the target's folder."""
        if sample.image is None:
            return None
        path = path_from(self._folder, sample.image)
        if not is_text(path):
            raise BadRows(
                f"{sample.source}: the way to its picture has a name that is no UTF-8, which no data file can hold",
                hint="Rename that folder, or write into it.",
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
                    f"{sample.source}: {IMAGE_TOKEN} is part of the text, which LLaVA's form cannot say",
                    hint="Write messages instead: .jsonl.",
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
                f"{sample.source}: {len(sample.turns)} turns do not go into one row of a table",
                hint="Write .json or .jsonl, which hold conversations.",
            )
        if sample.system is not None:
            raise BadRows(
                f"{sample.source}: a table has no column for the system text", hint="Write .json or .jsonl instead."
            )
        self._line([self.image(sample) or "", sample.turns[0].question, sample.turns[0].answer])

    def _line(self, cells: list[str]) -> None:
        line = io.StringIO()
        csv.writer(line, delimiter=self.delimiter).writerow(cells)  # its \r\n has cells with a lone \r quoted, too
        self.file.write(line.getvalue()[:-2] + "\n")


class _Tabbed(_Table):
    delimiter = "\t"


_WRITERS: dict[Form, type[_Writer]] = {"llava": _Llava, "messages": _Messages, "csv": _Table, "tsv": _Tabbed}
