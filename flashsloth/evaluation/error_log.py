"""Wrong answers as lines of JSON, each written when it is known: what stops an evaluation leaves a whole file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from flashsloth.data.convert import path_from
from flashsloth.errors import InputError
from flashsloth.utils import atomic_write

if TYPE_CHECKING:
    from flashsloth.evaluation.evaluate import Answered


class ErrorLog:
    """A file that takes what is not exactly right. Pictures are written as paths from its folder."""

    def __init__(self, path: Path, file: FileIO) -> None:
        self._path, self._file = path, file
        self._end = 0  # bytes of whole lines
        self._folder = Path(os.path.abspath(path)).parent

    def add(self, answered: Answered) -> None:
        """A line for each wrong answer of a dialogue. Raises: DiskFull, InputError."""
        dialogue, image = answered.dialogue, answered.dialogue.image
        if image is not None and dialogue.drawn is None:
            image = path_from(self._folder, image)
        for judged in answered.turns:
            if judged.exact:
                continue
            row = {
                "image": image,
                "question": judged.question,
                "answer": judged.answer,
                "given": judged.given,
                "normalised": judged.normalised,
                "category": dialogue.category or None,
                "turn": judged.turn,
                "source": dialogue.name,
            }
            with atomic_write.convert_os_errors(self._path):
                self._write((json.dumps(row, ensure_ascii=False) + "\n").encode(errors="replace"))

    def _write(self, line: bytes) -> None:
        """All of it or nothing: what fits of a line on a full disk is taken back."""
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            with suppress(OSError):  # a pipe or a device
                self._file.truncate(self._end)
            raise
        self._end += len(line)


def check_target(path: Path, *, force: bool = False, data: Sequence[str] = ()) -> None:
    """Raises InputError unless the file can be begun: where one exists only with `force`, never in place of data."""
    if os.path.lexists(path) and not force:
        raise InputError(f"{path} exists", hint="Give another name, or replace it with --force.")
    if os.path.isdir(path):
        raise InputError(f"{path} is a folder", hint="Give the file that is to be written.")
    for name in data:
        with suppress(OSError):
            if os.path.samefile(path, os.path.expanduser(name)):
                raise InputError(f"{path} is what is evaluated", hint="Give another name.")
    if not os.path.isdir(path.parent):
        raise InputError(f"there is no folder {path.parent}", hint="Make it, or give another file.")
    if os.path.isfile(path):  # a pipe may be one, as `>(cat)` is: nothing is emptied there
        with atomic_write.convert_os_errors(path):
            atomic_write.refuse_stream(path)


@contextmanager
def writing(path: Path) -> Iterator[ErrorLog]:
    """Begin the file. Raises: InputError, DiskFull."""
    with atomic_write.convert_os_errors(path):
        file = open(path, "wb", buffering=0)  # noqa: SIM115 - closed below
    try:
        yield ErrorLog(path, file)
    finally:
        with suppress(OSError):  # whatever it is, `add` has said it
            file.close()
