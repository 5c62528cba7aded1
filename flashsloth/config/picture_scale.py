"""Into how many pixels a model scales a picture, and how large its letters must be. Needs only the standard library."""

from __future__ import annotations

import math
from dataclasses import dataclass

LEGIBLE = 3  # pixels of height below which letters cannot be told apart, by any reader
STRONG = 4  # times smaller: letters under 12 pixels are lost then, which is the text of most screens


@dataclass(frozen=True, slots=True)
class PictureScale:
    """How a model scales pictures: to `side` x `side` pixels, with tiles to `grid` times as many along each side.
    `aspect` is "square" or "pad". `readable` is the height in these pixels from which letters were measured to be read;
    None if that was not measured."""

    side: int
    grid: int
    aspect: str
    readable: int | None = None

    def seen(self, width: int, height: int, *, hd: bool) -> tuple[int, int]:
        """Return the size at which a picture is seen, without padding."""
        side = self._side(hd)
        if self.aspect == "square" and not hd:
            return side, side
        longest = max(width, height)
        return max(1, round(width * side / longest)), max(1, round(height * side / longest))

    def smallest_letters(self, width: int, height: int, *, hd: bool) -> int:
        """Return the height in the picture's own pixels under which letters are lost. Those of less than LEGIBLE pixels
        are lost in the picture itself."""
        least = max(LEGIBLE, self.readable or 0)
        return max(LEGIBLE, math.ceil(least * max(width, height) / self._side(hd)))

    def is_strong(self, width: int, height: int, *, hd: bool) -> bool:
        """Return whether a picture becomes STRONG times smaller or more, so that common letters are lost."""
        return max(width, height) >= STRONG * self._side(hd)

    def _side(self, hd: bool) -> int:
        return self.side * (self.grid if hd else 1)
