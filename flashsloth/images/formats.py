"""Identify the format of a picture by its signature, never by the name of the file. This module also
counts the pages of a TIFF and the frames of a GIF or WebP. Frames of PNG, AVIF, HEIC and MPO can also
be named, but they are not counted here, so such a file is a single row of a batch.

A new format also needs: a limit in `decompression_limits.py` if small files can be slow to decode, an
entry in `decoder._WRITING_TO_STDERR` if its library prints, an extension in `sources.py`, so that such
files are found in folders, and its name in the hint of `errors.ImageError`.
"""

from __future__ import annotations

import importlib
import re
import struct
import zlib
from collections.abc import Sequence
from typing import BinaryIO, NoReturn

from flashsloth.errors import ImageFormatUnsupported
from flashsloth.images.tiff_directories import MAX_PAGES, read_at, tiff_pages

# This many first bytes of a file are enough to recognise its format: in a PNM comments may precede the
# sizes.
HEADER_BYTES = 4096
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PNM", "HEIC", "PDF")
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
    """Return the format of a picture, one of FORMATS, judged by its first bytes. Return None if it has
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
