"""Where a picture ends and text begins, for a stdin that holds both. Knows how files are laid out; decodes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

TEXT = 2**20  # bytes before a picture that are looked through for its beginning
SIGNATURE = 512  # bytes in which it is told what a file is
NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def split(data: bytes, is_picture: Callable[[bytes], bool]) -> tuple[str, bytes, str]:
    """Text, picture and text in the order in which they stand; each may be empty. What follows a picture and is no
    text belongs to it, as does all of it in a format that does not say where it ends. Text in front ends its line.

    Raises: UnicodeDecodeError where there is neither picture nor text.
    """
    begin = _begin(data, is_picture)
    if begin is None or (begin and _as_text(data[begin:]) is not None):  # a text may speak of GIF89a
        return data.decode("utf-8-sig"), b"", ""
    before, picture = data[:begin].decode("utf-8-sig"), data[begin:]
    end = _end(picture)
    after = _as_text(picture[end:]) if end is not None else None
    if end is None or after is None or not after.strip():
        return before, picture, ""
    return before, picture[:end], after


def _as_text(data: bytes) -> str | None:
    """The text that the bytes are, if they are one."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if NO_TEXT.search(text) else text


def _begin(data: bytes, is_picture: Callable[[bytes], bool]) -> int | None:
    """Where the picture begins: at the beginning, or at that of a line behind text."""
    at = 0
    while at < min(len(data), TEXT):
        if is_picture(data[at : at + SIGNATURE]):
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
    """Where the picture at the beginning ends, in formats that say so."""
    walks: tuple[tuple[bytes, Callable[[bytes], int | None]], ...] = (
        (b"\x89PNG\r\n\x1a\n", _png),
        (b"\xff\xd8", _jpeg),
        (b"RIFF", lambda data: 8 + _even(int.from_bytes(data[4:8], "little"))),
        (b"GIF8", _gif),
        (b"BM", lambda data: int.from_bytes(data[2:6], "little") or None),
    )
    found = next((walk(data) for signature, walk in walks if data.startswith(signature)), None)
    return found if found is not None and 0 < found <= len(data) else None


def _even(number: int) -> int:
    return number + number % 2


def _png(data: bytes) -> int | None:
    """Behind the chunk IEND."""
    at = 8
    while at + 12 <= len(data):
        name, at = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4], "big")
        if name == b"IEND":
            return at
    return None


def _jpeg(data: bytes) -> int | None:
    """Behind the marker EOI. A marker in the compressed part is FF and neither 00 nor a restart."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker == 0xFF:  # filling
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
    """Behind the trailer: colour tables, then blocks of sub-blocks."""
    if len(data) < 13:
        return None
    at = 13 + _table(data[10])
    while at < len(data):
        kind = data[at]
        if kind == 0x3B:
            return at + 1
        if kind == 0x2C and at + 9 < len(data):
            at += 11 + _table(data[at + 9])  # descriptor, table, code size
        elif kind == 0x21:
            at += 2
        else:
            return None
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    return None


def _table(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 * 2 ** (1 + flags % 8) if flags & 0x80 else 0
