"""Parse the description of a part of a picture: X,Y,W,H in pixels or percent. This module opens no
picture, and imports only the standard library."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from flashsloth.errors import CropOutside, OptionError
from flashsloth.utils.text import printable

CropLike: TypeAlias = "str | Sequence[int] | Crop"

LENGTH = re.compile(r"([0-9]{1,9})|([0-9]{1,3}(?:\.[0-9]{1,6})?)%")
HINT = "As in: 100,50,640,480 in pixels, or 10%,10%,80%,80%"


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a picture: its left and upper edge, its width and its height. `text` is the description
    as it was written, without spaces."""

    text: str
    # the numbers X, Y, W and H, each with whether it is in percent
    lengths: tuple[tuple[Fraction, bool], ...]

    def box(self, width: int, height: int, label: str) -> tuple[int, int, int, int]:
        """Return the left, upper, right and lower edge of the part in whole pixels, for a picture of
        this size. Fractions are rounded so that the part becomes larger. `label` names the picture in
        errors.

        Raises: CropOutside.
        """
        pairs = zip(self.lengths, (width, height, width, height), strict=True)
        x, y, w, h = (
            value * side / 100 if in_percent else value for (value, in_percent), side in pairs
        )
        if x + w > width or y + h > height:
            raise CropOutside(
                f"{label} is {width}x{height} pixels; the part {self.text} is not inside it",
                hint=f"X + W may be at most {width}, and Y + H at most {height}.",
            )
        return math.floor(x), math.floor(y), math.ceil(x + w), math.ceil(y + h)


def parse_crop(crop: CropLike) -> Crop:
    """Parse X,Y,W,H. Raises: OptionError for another form, for an empty part, and for more than 100% of
    a side."""
    if isinstance(crop, Crop):
        return crop
    text = crop if isinstance(crop, str) else ",".join(map(str, crop))
    parts = [part.strip() for part in text.split(",")]
    found = [LENGTH.fullmatch(part) for part in parts]
    if len(parts) != 4 or not all(found):
        raise OptionError(f"the part of a picture must be X,Y,W,H, not {printable(text)}", hint=HINT)
    lengths = tuple((Fraction(each[1] or each[2]), each[2] is not None) for each in found if each)
    for name, start, length in zip("WH", lengths[:2], lengths[2:], strict=True):
        if not length[0]:
            raise OptionError(f"the part {printable(text)} is empty: {name} is 0", hint=HINT)
        # lengths in pixels can only be checked when the size of the picture is known
        percent = sum(value for value, in_percent in (start, length) if in_percent)
        if length[1] and percent > 100:
            raise OptionError(f"the part {printable(text)} has more than 100% of a side", hint=HINT)
    return Crop(",".join(parts), lengths)
