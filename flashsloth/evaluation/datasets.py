"""The rows of an evaluation, and why one cannot be asked. Uses no model."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flashsloth.data.data_files import Rows, open_rows
from flashsloth.data.sample import Sample
from flashsloth.data.validate import RowError
from flashsloth.errors import BadRow, ContextTooLong, ImageError, ImageNotFound
from flashsloth.utils.progress import Progress
from flashsloth.utils.text import printable_source

if TYPE_CHECKING:
    from flashsloth.images.reader import LoadedImage


def open_dataset(
    data: Sequence[str | os.PathLike[str]],
    *,
    image_root: str | os.PathLike[str] | None = None,
    limit: int | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
) -> Rows:
    """Open data files in any format of `flashsloth.data`. `limit` selects that many rows at random, in order and the
    same for the same `seed`.

    Raises: OptionError, DataUnreadable.
    """
    rows = open_rows([str(name) for name in data], image_root, on_progress)
    if limit is not None and limit < len(rows):
        rows = rows.select(sorted(random.Random(seed).sample(range(len(rows)), limit)))
    return rows


def read_picture(sample: Sample) -> LoadedImage | None:
    """Read the picture of a sample, if it has one. Raises: ImageError."""
    from flashsloth.images.reader import read_image

    return None if sample.image is None else read_image(Path(sample.image)).require_whole()


def row_error(
    error: BadRow | ImageError | ContextTooLong, location: tuple[str, int], image: str | None = None
) -> RowError:
    """Return the error of a sample as `data check` reports it."""
    if isinstance(error, BadRow):
        return RowError(*location, error.kind, error.message)
    if isinstance(error, ImageNotFound):
        return RowError(*location, "image_missing", f"no file {printable_source(image or '')}")
    kind = "image_broken" if isinstance(error, ImageError) else "too_long"
    return RowError(*location, kind, str(error))
