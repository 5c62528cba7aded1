"""Find the picture to read in a TIFF whose pages are only reduced copies: in camera raw (DNG, NEF, CR2,
ARW), and where the picture itself is in a SubIFD.

The values of a sensor cannot be developed here. Cameras and programs store pictures beside them, mostly
as JPEG; the largest one is read.
"""

from __future__ import annotations

import io
from contextlib import suppress
from math import prod

from PIL import JpegImagePlugin, TiffImagePlugin

from flashsloth.errors import ImageFormatUnsupported
from flashsloth.images.decompression_limits import MAX_BYTES, refuse_bombs
from flashsloth.images.formats import DECODE_ERRORS, RAW_HINT
from flashsloth.images.tiff_directories import MAX_CANDIDATES, Directory, all_directories, with_first

ENOUGH = 768  # pixels of the longer side of a preview, as many as the released model reads in tiles
OPENERS = {"JPEG": JpegImagePlugin.JpegImageFile, "TIFF": TiffImagePlugin.TiffImageFile}


def find_picture(data: bytes, label: str) -> tuple[bytes, str, int] | None:
    """Return the largest picture that can be read, its format (a JPEG, or the TIFF with another first
    directory), and the EXIF orientation of the file. None for a TIFF that has ordinary pages.

    Raises: ImageFormatUnsupported if there is no picture, or only a thumbnail.
    """
    outer, inner, is_raw = all_directories(data)
    if not is_raw and (len(outer + inner) < 2 or not all(each.is_reduced for each in outer)):
        return None  # a lone directory is read, even if it is said to be a copy of another one
    size = (0, 0)
    for each in inner + outer[:MAX_CANDIDATES]:
        picture, kind = _encoded(data, each)
        refuse_bombs(picture, kind, label, MAX_BYTES)
        with suppress(*DECODE_ERRORS):  # values of a sensor, and other kinds that Pillow does not read
            opened = OPENERS[kind](io.BytesIO(picture))
            if prod(opened.size) > prod(size):
                size = opened.size
                largest = (picture, kind, outer[0].tags["Orientation"][0])
    # A preview that is smaller than what the model reads, and than half of the largest directory, is a
    # thumbnail.
    sides = (max(each.tags["ImageWidth"][0], each.tags["ImageLength"][0]) for each in inner + outer)
    if max(size) >= max(min(ENOUGH, max(sides, default=0) / 2), 1):
        return largest
    raise ImageFormatUnsupported(
        f"{label} is {'camera raw' if is_raw else 'a TIFF'} without a picture of full size that can be read",
        hint=RAW_HINT if is_raw else "Save it as RGB or grey with 8 bits.",
    )


def _encoded(data: bytes, directory: Directory) -> tuple[bytes, str]:
    """Return the picture of one directory, and its format."""
    tags = directory.tags
    start = tags["JPEGInterchangeFormat"][0]
    length = tags["JPEGInterchangeFormatLength"][0]
    is_one_jpeg = (
        tags["Compression"][0] in (6, 7) and len(tags["StripOffsets"]) == 1 and "JPEGTables" not in tags
    )
    if is_one_jpeg and not start:
        start = tags["StripOffsets"][0]
        length = tags["StripByteCounts"][0]
    jpeg = data[start : start + length]
    if jpeg.startswith(b"\xff\xd8\xff"):
        return jpeg, "JPEG"
    return with_first(data, directory), "TIFF"
