"""Write wrong answers to a JSON Lines file, one at a time, so that an interrupted evaluation leaves a
valid file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from flashsloth.evaluation.evaluate import ScoredSample
from flashsloth.utils import atomic_write
from flashsloth.utils.append import append


@contextmanager
def error_log(path: Path) -> Iterator[Callable[[ScoredSample], None]]:
    """Yield a function that writes a line for each answer of a sample that is not an exact match. Paths
    of pictures are written relative to the file's folder. The file is created at the first call, even
    if the first sample has no wrong answer. The function raises DiskFull or InputError."""
    # The path is made absolute now, because the working directory may change before the first wrong
    # answer.
    folder = Path(os.path.abspath(path)).parent
    end = 0  # the position after the last complete line
    file: FileIO | None = None

    def add(scored: ScoredSample) -> None:
        nonlocal file, end
        sample = scored.sample
        with atomic_write.convert_os_errors(path):
            # unbuffered, so that no line is lost if the evaluation is killed
            file = file or open(path, "wb", buffering=0, opener=atomic_write.open_output)  # noqa: SIM115 - closed below
            image = None if sample.image is None else _path_from(folder, sample.image)
            for answer in (each for each in scored.turns if not each.exact):
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
                line = (json.dumps(row, ensure_ascii=False) + "\n").encode(errors="replace")
                end = append(file.fileno(), line, end)

    try:
        yield add
    finally:
        if file is not None:
            with suppress(OSError):  # an error of writing was already raised by `add`
                file.close()


def _path_from(folder: Path, image: str) -> str:
    """Return the path of a picture relative to a folder, or the absolute path if it is on another
    drive."""
    absolute = os.path.abspath(image)
    try:
        return Path(os.path.relpath(absolute, folder)).as_posix()
    except ValueError:
        return absolute
