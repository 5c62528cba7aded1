"""An explanation of one answer: its maps, and files with them drawn over the pictures."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from flashsloth.errors import OptionError
from flashsloth.explain import panels, png
from flashsloth.explain.maps import AnswerMaps
from flashsloth.utils.atomic_write import atomic_write, convert_os_errors

if TYPE_CHECKING:
    from PIL import Image


class Explanation(AnswerMaps):
    """Where the model looked for an answer, with drawings of it."""

    def overlay(self, number: int = 0) -> Image.Image:
        """Draw the main map, the decoder's, over one of the pictures; the first is number 0."""
        rows = panels.arrange(self, tokens=False, pooling=False).rows
        return png.overlay(next(p for p in rows[number] if p.title == panels.LOOKED), self.images[number])

    def picture(self, *, tokens: bool = False, pooling: bool = False) -> Image.Image:
        """Draw the maps over the pictures. `tokens`: also a panel for each word; `pooling`: one for SAP's weights."""
        return png.draw(panels.arrange(self, tokens=tokens, pooling=pooling))

    def save(self, path: str | os.PathLike[str], *, tokens: bool = False, pooling: bool = False) -> None:
        """Write the drawing of `picture` as PNG. An existing file is replaced.

        Raises: OptionError for another suffix, InputError or DiskFull if the file cannot be written.
        """
        target = check_suffix(Path(path))
        data = png.encoded(self.picture(tokens=tokens, pooling=pooling))
        with convert_os_errors(target), atomic_write(target) as file:
            file.write(data)


def check_suffix(path: Path) -> Path:
    """Return the path. Raises: OptionError if it does not end in .png."""
    if path.suffix.lower() != ".png":
        raise OptionError(f"{path.name} does not end in .png", hint="Choose another name.")
    return path
