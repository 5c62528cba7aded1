"""Read the directories of a TIFF, and determine which of them are pages.

A directory has the tags of one picture. The directories of pages form a chain, in which each has the
position of the next one. A directory may also refer to further directories, its SubIFDs. A camera raw
file (DNG, NEF, CR2, ARW) is a TIFF that counts as a single page. `camera_raw.py` finds the picture to
read in it.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

MAX_PAGES = 10_000  # further pages are not counted
# entries that are read of a directory; they are sorted by tag, and the last tag of interest is 514
MAX_ENTRIES = 64
BEYOND = 2**40  # a position after the end of every picture; systems refuse some larger ones
MAX_TAGS = 4096  # a directory with more entries ends its chain; Pillow spends time on each of them
MAX_VALUES = 16  # values that are read of an entry
MAX_STRIPS = 1 << 14  # an entry with more values counts as missing; Pillow spends time on each strip
# The maximum number of directories that are searched for the picture of a camera raw, in SubIFDs and in
# the chain of pages. It is limited because each directory is opened with a copy of the whole file.
MAX_CANDIDATES = 16

REDUCED_OR_MASK = 5  # bits of NewSubfileType
# values of PhotometricInterpretation: a color filter array, or linear values of the sensor
SENSOR_COLORS = (32803, 34892)

_TAGS = {
    254: "NewSubfileType",
    256: "ImageWidth",
    257: "ImageLength",
    258: "BitsPerSample",
    259: "Compression",
    262: "PhotometricInterpretation",
    273: "StripOffsets",
    274: "Orientation",
    277: "SamplesPerPixel",
    279: "StripByteCounts",
    284: "PlanarConfiguration",
    324: "TileOffsets",
    330: "SubIFDs",
    339: "SampleFormat",
    347: "JPEGTables",
    513: "JPEGInterchangeFormat",
    514: "JPEGInterchangeFormatLength",
}
# the types of integers, with their codes in `struct`
_CODES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}


class Directory(NamedTuple):
    """The position of a directory, and the values of its tags by name. The values are (0,) for a tag
    that is missing or whose values are not integers."""

    at: int
    tags: defaultdict[str, tuple[int, ...]]

    @property
    def is_reduced(self) -> bool:
        """Whether this is a reduced copy or a mask of another picture."""
        return bool(self.tags["NewSubfileType"][0] & REDUCED_OR_MASK)


def read_at(file: BinaryIO, at: int, size: int) -> bytes:
    """Return these bytes of a file. At its end they are fewer."""
    file.seek(min(at, BEYOND))
    return file.read(size)


def tiff_pages(file: BinaryIO) -> Sequence[int]:
    """Return the indices of the directories that are pages. A file that has only reduced copies counts
    as one page."""
    outer, _, is_raw = all_directories(file)
    whole = [index for index, each in enumerate(outer) if not (is_raw or each.is_reduced)]
    return whole or range(1)


def all_directories(file: BinaryIO) -> tuple[list[Directory], list[Directory], bool]:
    """Return the directories in the chain of pages, those in SubIFDs, and whether the file is camera
    raw."""
    outer = list(_chain(file))
    starts = (at for each in outer[:MAX_CANDIDATES] for at in each.tags["SubIFDs"] if at)
    inner = list(islice((each for at in starts for each in _chain(file, at)), MAX_CANDIDATES))
    colors = {each.tags["PhotometricInterpretation"][0] for each in outer + inner}
    return outer, inner, read_at(file, 8, 3) == b"CR\x02" or not colors.isdisjoint(SENSOR_COLORS)


def with_first(data: bytes, directory: Directory) -> bytes:
    """Return a copy of the file whose header names this directory as the first one."""
    order, offset = _layout(data[:4])
    at = struct.calcsize(offset)
    return data[:at] + struct.pack(order + offset, directory.at) + data[2 * at :]


def _layout(signature: bytes) -> tuple[str, str]:
    """Return the `struct` codes of the byte order and of an offset, which has 8 bytes in a BigTIFF and
    4 otherwise."""
    return "<" if signature[:1] == b"I" else ">", "Q" if b"+" in signature[2:] else "I"


def _unpack(layout: str, file: BinaryIO, at: int) -> tuple[Any, ...]:
    return struct.unpack(layout, read_at(file, at, struct.calcsize(layout)))


def _chain(file: BinaryIO, at: int = 0) -> Iterator[Directory]:
    """Yield the directories of the chain that begins at a position. The default is the chain of
    pages."""
    order, offset = _layout(read_at(file, 0, 4))
    count, length = ("Q", 20) if offset == "Q" else ("H", 12)
    seen: set[int] = set()
    with suppress(struct.error, OverflowError):  # the end of the file is missing
        at = at or _unpack(order + offset, file, struct.calcsize(offset))[0]
        while at and at not in seen and len(seen) < MAX_PAGES:
            (entries,) = _unpack(order + count, file, at)
            if entries > MAX_TAGS:
                return
            start = at + struct.calcsize(order + count)
            places: dict[int, int] = {}  # of each tag the first entry counts, as in Pillow
            for place in range(start, start + min(entries, MAX_ENTRIES) * length, length):
                (tag,) = _unpack(f"{order}H", file, place)
                places.setdefault(tag, place)
            found = (_entry(file, places[tag], order, offset) for tag in places.keys() & _TAGS.keys())
            yield Directory(at, defaultdict(lambda: (0,), found))
            seen.add(at)
            (at,) = _unpack(order + offset, file, start + entries * length)


def _entry(file: BinaryIO, at: int, order: str, offset: str) -> tuple[str, tuple[int, ...]]:
    """Return the name of a tag and its values."""
    tag, kind, number = _unpack(f"{order}HH{offset}", file, at)
    if number > MAX_STRIPS:
        return _TAGS[tag], (0,)
    code = _CODES.get(kind, "x")
    at += struct.calcsize(f"{order}HH{offset}")
    values: tuple[int, ...] = ()
    with suppress(struct.error, OverflowError):  # the values are beyond the end of the data
        # values that do not fit into the entry are stored elsewhere, and the entry has their position
        if number * struct.calcsize(code) > struct.calcsize(offset):
            (at,) = _unpack(order + offset, file, at)
        values = _unpack(f"{order}{min(number, MAX_VALUES)}{code}", file, at)
    return _TAGS[tag], values or (0,)
