"""How many pixels of a picture a model sees, and how large letters must be to stay readable. This
module imports only the standard library."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

LEGIBLE = 3  # height in pixels below which nobody can tell letters apart
# A picture is reduced strongly if it becomes 4 times smaller or more, because letters under 12 pixels,
# which is most text on screens, then become unreadable.
STRONG = 4


class ApparentSize(NamedTuple):
    """How a model sees a picture. `width` and `height` are the size of the picture without padding.
    `smallest_letters` is the height, in the picture's own pixels, below which letters become
    unreadable; letters below LEGIBLE are unreadable in the picture itself. `is_strong` says whether the
    picture is reduced STRONG times or more."""

    width: int
    height: int
    smallest_letters: int
    is_strong: bool


@dataclass(frozen=True, slots=True)
class PictureScale:
    """How a model scales pictures: to `side` x `side` pixels, or with tiles to `grid` * `side` pixels
    along each side. `aspect` is "square" or "pad". `readable` is the smallest height, in these pixels,
    of letters that the model was measured to read; None if that was not measured. A picture whose
    longest side has more than `max_side` pixels is first reduced to that."""

    side: int
    grid: int
    aspect: str
    readable: int | None = None
    max_side: int | None = None

    def seen(self, width: int, height: int, *, hd: bool) -> ApparentSize:
        """Return how a picture is seen."""
        side = self.side * (self.grid if hd else 1)
        longest = max(width, height)
        # Letters must be tall enough in the pixels that the model reads and in the picture's own
        # pixels.
        detail = min(side, self.max_side or side)
        letters = max(LEGIBLE, math.ceil(max(LEGIBLE, self.readable or 0) * longest / detail))
        if self.aspect == "square" and not hd:
            width = height = longest
        across, down = (max(1, round(each * side / longest)) for each in (width, height))
        return ApparentSize(across, down, letters, longest >= STRONG * detail)
