"""Date, place and camera of a picture by its EXIF, as text for a question.

A stranger can write anything into a file's EXIF, so numbers are parsed and written anew. The camera's name, the only
free text, is left out unless it looks like one: short, and without the characters of markup and of control tokens.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flashsloth.images.formats import DECODE_ERRORS

if TYPE_CHECKING:
    from PIL import Image

MAKE, MODEL, CHANGED, DETAILS, PLACE = 0x010F, 0x0110, 0x0132, 0x8769, 0x8825
TAKEN = 0x9003  # in DETAILS
NORTH_OR_SOUTH, LATITUDE, EAST_OR_WEST, LONGITUDE = 1, 2, 3, 4  # in PLACE
DATE = re.compile(r"((?:19|20)\d\d)[:-](0[1-9]|1[0-2])[:-](0[1-9]|[12]\d|3[01]) ([01]\d|2[0-3]):([0-5]\d)")
CAMERA = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+/()-]{0,47}")
MAX_WORDS = 7  # of a camera's name


def describe(image: Image.Image) -> str:
    """Return such as `taken 2024-05-17 14:03; latitude 48.8584, longitude 2.2945; camera Canon EOS 80D`, "" for
    nothing."""
    try:
        tags = image.getexif()
        place, taken = tags.get_ifd(PLACE), tags.get_ifd(DETAILS).get(TAKEN)
        return "; ".join(filter(None, (_date(taken) or _date(tags.get(CHANGED)), _place(place), _camera(tags))))
    except DECODE_ERRORS:
        return ""


def with_details(question: str, details: Sequence[str]) -> str:
    """Return a question after what is known about its pictures, in their order. The question itself if nothing is."""
    name = "Photo" if len(details) == 1 else "Photo {}"
    lines = [f"{name.format(number)}: {each}." for number, each in enumerate(details, 1) if each]
    return "\n".join([*lines, "", question]) if lines else question


def _date(value: Any) -> str:
    match = DATE.match(value) if isinstance(value, str) else None
    return "taken {}-{}-{} {}:{}".format(*match.groups()) if match else ""


def _place(tags: Any) -> str:
    latitude = _degrees(tags.get(LATITUDE), tags.get(NORTH_OR_SOUTH), "NS", 90)
    longitude = _degrees(tags.get(LONGITUDE), tags.get(EAST_OR_WEST), "EW", 180)
    if latitude is None or longitude is None or latitude == longitude == 0:  # what a device without a position writes
        return ""
    return f"latitude {latitude}, longitude {longitude}"


def _degrees(parts: Any, side: Any, sides: str, limit: int) -> float | None:
    """Return degrees, minutes and seconds as one number to about a metre; None if it is not one of the earth."""
    if not isinstance(parts, tuple) or len(parts) != 3 or side not in tuple(sides):
        return None
    value = sum(float(part) / 60**power for power, part in enumerate(parts))
    if not math.isfinite(value) or not 0 <= value <= limit:
        return None
    return round(-value if side == sides[1] else value, 5)


def _camera(tags: Any) -> str:
    make, model = (value.strip(" \0") if isinstance(value := tags.get(tag), str) else "" for tag in (MAKE, MODEL))
    name = model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()
    return f"camera {name}" if CAMERA.fullmatch(name) and len(name.split()) <= MAX_WORDS else ""
