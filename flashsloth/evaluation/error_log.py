"""Write wrong answers as JSON lines, one at a time, so that an interrupted evaluation leaves a valid file."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Self

from flashsloth.evaluation.evaluate import ScoredSample
from flashsloth.utils import atomic_write
from flashsloth.utils.append import append


class ErrorLog:
    """A file of the answers that are not exactly right, written from the first scored sample on. Paths of pictures are
    relative to its folder. Use as a context."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: FileIO | None = None
        self._end = 0  # of the last whole line
        self._folder = Path(os.path.abspath(path)).parent

    def add(self, scored: ScoredSample) -> None:
        """Write a line for each wrong answer of a sample. Raises: DiskFull, InputError."""
        if self._file is None:
            with atomic_write.convert_os_errors(self._path):
                self._file = open(self._path, "wb", buffering=0)  # noqa: SIM115 - closed by __exit__
        sample, image = scored.sample, scored.sample.image
        if image is not None:
            image = _path_from(self._folder, image)
        for answer in scored.turns:
            if answer.exact:
                continue
            row = {
                "image": image,
                "question": answer.question,
                "answer": answer.answer,
                "given": answer.given,
                "normalised": answer.normalised,
                "category": sample.category,
                "turn": answer.turn,
                "source": sample.source,
            }
            with atomic_write.convert_os_errors(self._path):
                line = (json.dumps(row, ensure_ascii=False) + "\n").encode(errors="replace")
                self._end = append(self._file.fileno(), line, self._end)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # `add` has raised it already
            if self._file is not None:
                self._file.close()


def _path_from(folder: Path, image: str) -> str:
    """Return the path of a picture relative to a folder, or the absolute path if it is on another drive."""
    absolute = os.path.abspath(image)
    try:
        return Path(os.path.relpath(absolute, folder)).as_posix()
    except ValueError:
        return absolute
