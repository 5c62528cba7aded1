"""Split stdin into text and a picture, by the layout of image files. Decodes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from flashsloth.errors import InputError

MAX_TEXT = 2**20  # bytes before a picture
SIGNATURE = 512  # bytes that identify a format
MPF_COUNT = re.compile(  # tag B001, a LONG in either byte order
    rb"MPF\0.{0,64}?(?:\xb0\x01\0\x04\0{3}\x01(.{4})|\x01\xb0\x04\0\x01\0{3}(.{4}))", re.DOTALL
)
MPF_HEADER = 2**20  # bytes of a JPEG in which it lies
PDF_END = re.compile(rb"%%EOF\s*(?=%PDF-|\x89PNG|\xff\xd8\xff|GIF8|RIFF|II\*\0|MM\0\*|.{4}ftyp)", re.DOTALL)
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def split(data: bytes, is_picture: Callable[[bytes], bool]) -> tuple[str, bytes, str]:
    """Return the text before the picture, the picture, and the text after it; each may be empty.

    Text before the picture ends with a newline. Data after the picture that is not text belongs to it, as does all data
    after a format whose end is not looked for: TIFF, JPEG 2000, PNM, ICO, TGA, QOI. Raises: UnicodeDecodeError for data
    that is neither a picture nor text, InputError for a second picture.
    """
    start = _start(data, is_picture)
    if start is None or (start and _as_text(data[start:]) is not None):  # a text may mention GIF89a
        return data.decode("utf-8-sig"), b"", ""
    before, picture = data[:start].decode("utf-8-sig"), data[start:]
    end = _end(picture)
    after = _as_text(picture[end:]) if end is not None else None
    if end is not None and after is None and _start(picture[end:], is_picture) is not None:
        raise InputError(
            "stdin holds more than one picture, one after the other",
            hint="Name the files instead: flashsloth ask a.png b.png -p TEXT, with --each to ask about each.",
        )
    if end is None or after is None or not after.strip():
        return before, picture, ""
    return before, picture[:end], after


def _as_text(data: bytes) -> str | None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if CONTROL.search(text) else text


def _start(data: bytes, is_picture: Callable[[bytes], bool]) -> int | None:
    """Return the first line that begins a picture, after lines of text only."""
    at = 0
    while at < min(len(data), MAX_TEXT):
        if is_picture(data[at : at + SIGNATURE] if at else data):  # a TGA is recognised by its end
            return at
        line = data.find(b"\n", at) + 1
        if not line:
            return None
        try:
            data[at:line].decode()
        except UnicodeDecodeError:
            return None
        at = line
    return None


def _end(data: bytes) -> int | None:
    """Return the end of the picture that the data begins with, for formats that have one."""
    parsers: tuple[tuple[int, bytes, Callable[[bytes], int | None]], ...] = (
        (0, b"\x89PNG\r\n\x1a\n", _png),
        (0, b"\xff\xd8", _jpegs),
        (0, b"RIFF", lambda data: 8 + _even(int.from_bytes(data[4:8], "little"))),
        (0, b"GIF8", _gif),
        (0, b"BM", lambda data: int.from_bytes(data[2:6], "little") or None),
        (4, b"ftyp", _boxes),
        (0, b"%PDF-", _pdf),
    )
    end = next((parse(data) for at, signature, parse in parsers if data.startswith(signature, at)), None)
    return end if end is not None and 0 < end <= len(data) else None


def _even(number: int) -> int:
    return number + number % 2


def _png(data: bytes) -> int | None:
    """Return the end of the chunk IEND."""
    at = 8
    while at + 12 <= len(data):
        name, at = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4], "big")
        if name == b"IEND":
            return at
    return None


def _jpegs(data: bytes) -> int | None:
    """Return the end of a JPEG and of those that belong to it, such as a gain map, which its segment MPF counts."""
    end = _jpeg(data)
    count = MPF_COUNT.search(data, 0, min(end or 0, MPF_HEADER))
    for _ in range(1, int.from_bytes(count[1] or count[2][::-1], "big") if count else 0):
        if end is None or not data.startswith(b"\xff\xd8", end):
            break
        end = (_jpeg(data[end:]) or len(data)) + end
    return end


def _jpeg(data: bytes) -> int | None:
    """Return the position after the end marker of a JPEG. In compressed data FF 00 and restarts are not markers."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker == 0xFF:  # padding
            at += 1
            continue
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:
            at = data.find(b"\xff", at)
            while 0 <= at < len(data) - 1 and (data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7):
                at = data.find(b"\xff", at + 2)
            if at < 0:
                return None
    return len(data) if data.endswith(b"\xff\xd9") and at + 2 == len(data) else None


def _gif(data: bytes) -> int | None:
    """Return the end of the trailer, after color tables and blocks of sub-blocks."""
    if len(data) < 13:
        return None
    at = 13 + _color_table_size(data[10])
    while at < len(data):
        kind = data[at]
        if kind == 0x3B:
            return at + 1
        if kind == 0x2C and at + 9 < len(data):
            at += 11 + _color_table_size(data[at + 9])  # descriptor, table, code size
        elif kind == 0x21:
            at += 2
        else:
            return None
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    return None


def _boxes(data: bytes) -> int:
    """Return the end of the boxes of an AVIF or HEIC, or the start of the one that is cut off."""
    at = 0
    while at + 8 <= len(data) and not (at and data.startswith(b"ftyp", at + 4)):
        size = int.from_bytes(data[at : at + 4], "big")
        size = int.from_bytes(data[at + 8 : at + 16], "big") if size == 1 else size or len(data) - at
        if size < 8 or at + size > len(data):
            break
        at += size
    return at


def _pdf(data: bytes) -> int | None:
    """Return the end of the trailer before another picture. Within a PDF, numbers follow a trailer."""
    match = PDF_END.search(data)
    return match.end() if match else None


def _color_table_size(flags: int) -> int:
    return 3 * 2 ** (1 + flags % 8) if flags & 0x80 else 0
