"""Find the picture to read in a camera raw file (DNG, NEF, CR2, ARW). It is also found in other TIFFs
in which all pages are reduced copies and the picture itself is in a SubIFD.

The values of the sensor are not converted to a picture here. Cameras and programs store previews in the
same file, mostly as JPEG, and the largest preview is read.
"""

from __future__ import annotations

import io
from contextlib import suppress
from math import prod

from PIL import JpegImagePlugin, TiffImagePlugin

from flashsloth.errors import ImageFormatUnsupported
from flashsloth.images.decoding_budget import MAX_BYTES, refuse_bombs
from flashsloth.images.formats import (
    DECODE_ERRORS,
    MAX_CANDIDATES,
    RAW_HINT,
    Directory,
    all_directories,
    with_first,
)

# A preview with this number of pixels on its longer side is large enough, because the released model
# reads no more pixels, even in tiles.
ENOUGH = 768
OPENERS = {"JPEG": JpegImagePlugin.JpegImageFile, "TIFF": TiffImagePlugin.TiffImageFile}


def find_picture(data: bytes, label: str) -> tuple[bytes, str, int] | None:
    """Return the largest readable picture in a TIFF, its format, and the EXIF orientation of the file.
    The format is "JPEG", or "TIFF" for a copy of the file in which the picture's directory comes first.
    Return None for a TIFF with ordinary pages.

    Raises: ImageFormatUnsupported if the file has no readable picture, or only a thumbnail.
    """
    outer, inner, is_raw = all_directories(io.BytesIO(data))
    if not is_raw and (len(outer + inner) < 2 or not all(each.is_reduced for each in outer)):
        return None  # a single directory is read as a page, even if its tags call it a reduced copy
    size = (0, 0)
    unread = len(data)
    for each in inner + outer[:MAX_CANDIDATES]:
        picture, kind = _encoded(data, each)
        if kind == "JPEG":
            unread -= len(picture)
        # Previews that overlap would be read again and again. In a directory with too many strips the
        # tags of both kinds are missing.
        if unread < 0 or not (
            kind == "JPEG" or each.tags["StripOffsets"][0] or each.tags["TileOffsets"][0]
        ):
            continue
        refuse_bombs(picture, kind, label, MAX_BYTES)
        with suppress(*DECODE_ERRORS):  # Pillow cannot read the sensor's values and some other kinds
            opened = OPENERS[kind](io.BytesIO(picture))
            if prod(opened.size) > prod(size):
                size = opened.size
                largest = (picture, kind, outer[0].tags["Orientation"][0])
    # A preview is a thumbnail if it is smaller than what the model reads, and also smaller than half of
    # the largest directory.
    sides = (max(each.tags["ImageWidth"][0], each.tags["ImageLength"][0]) for each in inner + outer)
    if max(size) >= max(min(ENOUGH, max(sides, default=0) / 2), 1):
        return largest
    raise ImageFormatUnsupported(
        f"{label} is {'camera raw' if is_raw else 'a TIFF'} without a picture of full size that can be read",
        hint=RAW_HINT if is_raw else "Save it as RGB or grey with 8 bits.",
    )


def _encoded(data: bytes, directory: Directory) -> tuple[bytes, str]:
    """Return the encoded picture of one directory, and its format."""
    tags = directory.tags
    names = ("JPEGInterchangeFormat", "JPEGInterchangeFormatLength")
    # Compressions 6 and 7 are JPEG. A single strip without shared tables is a complete JPEG file.
    is_one_strip = len(tags["StripOffsets"]) == 1 and "JPEGTables" not in tags
    if tags["Compression"][0] in (6, 7) and is_one_strip and not tags[names[0]][0]:
        names = ("StripOffsets", "StripByteCounts")
    start, length = (tags[name][0] for name in names)
    jpeg = data[start : start + length]
    return (jpeg, "JPEG") if jpeg.startswith(b"\xff\xd8\xff") else (with_first(data, directory), "TIFF")
