"""Identify the format of a picture by its signature, never by the name of the file.

This module also counts the pages of a TIFF and the frames of a GIF or WebP. A directory of a TIFF has
the tags of one picture. The directories of pages form a chain, in which each has the position of the
next one. A directory may also refer to further directories, its SubIFDs. A camera raw file (DNG, NEF,
CR2, ARW) is a TIFF that counts as a single page; `decoder.py` finds the picture to read in it.
Frames of PNG, AVIF, HEIC and MPO can also be named, but they are not counted here, so such a file is
a single row of a batch.

A new format also needs: a limit in `decoding_budget.py` if small files can be slow to decode, an
entry in `decoder._WRITING_TO_STDERR` if its library prints, an extension in `sources.py`, so that such
files are found in folders, and its name in the hint of `errors.ImageError`.
"""

from __future__ import annotations

import importlib
import re
import struct
import zlib
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, BinaryIO, NamedTuple, NoReturn

from flashsloth.errors import ImageFormatUnsupported

# Directories of a TIFF

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


def tag_bytes(file: BinaryIO, wanted: Container[int], limit: int) -> dict[int, bytes]:
    """Return the values of these tags in the first directory, as bytes, at most `limit` of each."""
    order, offset = _layout(read_at(file, 0, 4))
    count, length = ("Q", 20) if offset == "Q" else ("H", 12)
    found: dict[int, bytes] = {}
    with suppress(struct.error, OverflowError):  # the end of the file is missing
        (at,) = _unpack(order + offset, file, struct.calcsize(offset))
        (entries,) = _unpack(order + count, file, at)
        start = at + struct.calcsize(order + count)
        for place in range(start, start + min(entries, MAX_TAGS) * length, length):
            tag, kind, size = _unpack(f"{order}HH{offset}", file, place)
            if tag not in wanted or tag in found:
                continue
            size *= struct.calcsize(_CODES.get(kind, "B"))
            place += struct.calcsize(f"{order}HH{offset}")
            if size > struct.calcsize(offset):
                (place,) = _unpack(order + offset, file, place)
            found[tag] = read_at(file, place, min(size, limit))
    return found


# Signatures

# This many first bytes of a file are enough to recognise its format: in a PNM comments may precede the
# sizes.
HEADER_BYTES = 4096
# format -> the optional module that reads the format, and the package that has this module
EXTRAS = {"HEIC": ("pillow_heif", "pillow-heif"), "PDF": ("pypdfium2", "pypdfium2")}

# the exceptions that Pillow and the optional modules raise for damaged bytes
DECODE_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
    struct.error,
    zlib.error,
)

_SIGNATURES = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
    b"%PDF-": "PDF",
}
# Matches the type, width and height of a PNM, and the largest value, which is missing if pixels are
# bits. In the pattern ~ stands for white space with comments.
_PNM = re.compile(
    rb"P(?:[14](?=\s)~\d{1,10}~\d{1,10}|[2356](?=\s)~\d{1,10}~\d{1,10}~\d{1,5})\s".replace(
        b"~", rb"(?:\s|#[^\r\n]*[\r\n])++"
    )
)
# Matches a PDF behind blanks, a byte order mark, or the head of an HTTP answer or a print job. Readers
# look for its signature in the first 1,024 bytes. A text that only mentions it is not a PDF.
_PDF = re.compile(rb"[\s\0\xef\xbb\xbf\xff\xfe]*(?:(?:HTTP/\d|\x1b%-12345X).*?)?%PDF-\d", re.DOTALL)
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
# possible sizes of the header after "BM"; these two letters alone would also match text
_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}

RAW_HINT = "Convert it first: dcraw_emu -T FILE, or exiftool -b -JpgFromRaw FILE > FILE.jpg"
# For files that are not pictures: a pattern for their beginning, the name of their kind, and a hint.
_NOT_PICTURES = (
    (r"version https://git-lfs", "a Git LFS pointer", "Run `git lfs pull` to get the picture itself."),
    (r"<([?!][^<]*<)*svg[\s>]", "an SVG drawing, made of lines", "Export it as PNG first."),
    (
        r"(<!--.*?-->\s*)?<(!doctype html|html|head|body)\b",
        "an HTML page",
        "Give the address of the picture itself, not of the page that shows it.",
    ),
    (
        r".{1,1024}?[\r\n\0\ufffd]%PDF-\d",
        "a PDF after other data",
        "Remove the bytes before %PDF from the file.",
    ),
    (
        r"FUJIFILMCCD-RAW|II(R[OS]\x08|U\0)|MMOR\0|.{4}ftypcrx",
        "camera raw, the values of a sensor",
        RAW_HINT,
    ),
    (r"[^\0-\x08\x0e-\x1a\ufffd]*.?\Z", "text", None),  # the last character may be cut off
)


def identify(data: bytes) -> str | None:
    """Return the format of a picture, such as "JPEG", judged by its first bytes. Return None if it has
    none of them."""
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    if data[4:8] == b"ftyp":
        box = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
        # the minor version is at 4
        brands = {box[at : at + 4] for at in range(0, len(box), 4) if at != 4}
        if brands & _AVIF_BRANDS:
            return "AVIF"
        return "HEIC" if brands & _HEIC_BRANDS else None
    if _PDF.match(data[:1024]):
        return "PDF"
    return "PNM" if data[:1] == b"P" and _PNM.match(data[:HEADER_BYTES]) else None


def readable_format(data: bytes, label: str) -> str:
    """Return the format of a picture, as `identify` does. Raises: ImageFormatUnsupported if it has no
    known format, or one whose optional package is not installed."""
    kind = identify(data) or refuse_format(data, label)
    if kind in EXTRAS:
        require_extra(kind, label)
    return kind


def refuse_format(data: bytes, label: str) -> NoReturn:
    """Raise ImageFormatUnsupported for bytes that are not a picture. The error names the kind of file
    that they are."""
    text = data[:HEADER_BYTES].decode("utf-8-sig", "replace").lstrip()
    for beginning, kind, hint in _NOT_PICTURES:
        if re.match(beginning, text, re.IGNORECASE | re.DOTALL):
            raise ImageFormatUnsupported(f"{label} is {kind}, not a picture", hint=hint)
    raise ImageFormatUnsupported(f"{label} is not a picture in a supported format")


def require_extra(kind: str, label: str) -> None:
    """Raise ImageFormatUnsupported for a format of EXTRAS whose optional package is not installed."""
    module, package = EXTRAS[kind]
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise ImageFormatUnsupported(
            f"{label} is a {kind} file, and reading it needs an optional package",
            hint=f"pip install {package}",
        ) from error


# Pages


def _gif_frames(file: BinaryIO) -> Sequence[int]:
    count = 0
    at = 13 + _color_table(file, 10)
    while count < MAX_PAGES and (mark := read_at(file, at, 1)) in (b"!", b","):
        if mark == b",":
            count += 1
            at += 11 + _color_table(file, at + 9)
        else:
            at += 2
        while size := int.from_bytes(read_at(file, at, 1)):
            at += 1 + size
        at += 1
    return range(max(count, 1))


def _color_table(file: BinaryIO, at: int) -> int:
    """Return the size in bytes of the color table that the flags at this position announce."""
    flags = int.from_bytes(read_at(file, at, 1))
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _webp_frames(file: BinaryIO) -> Sequence[int]:
    count = 0
    # only a file with this bit in its header has frames
    if read_at(file, 12, 4) == b"VP8X" and int.from_bytes(read_at(file, 20, 1)) & 2:
        at = 12
        while len(chunk := read_at(file, at, 8)) == 8 and count < MAX_PAGES:
            if chunk.startswith(b"ANMF"):
                count += 1
            size = int.from_bytes(chunk[4:], "little")
            at += 8 + size + size % 2
    return range(max(count, 1))


# For each format a function that returns the indices of the pages among the frames that Pillow finds.
# The reduced copies in a TIFF are not pages. The functions read no more of a file than they need.
FRAMES = {"TIFF": tiff_pages, "GIF": _gif_frames, "WEBP": _webp_frames}
