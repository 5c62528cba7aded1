"""The largest picture of an icon file (ICO). Pillow decodes all that it opens, and without our limits."""

from __future__ import annotations

PNG = b"\x89PNG\r\n\x1a\n"


def largest(data: bytes) -> tuple[bytes, str]:
    """Return the largest picture of an icon with its format: a PNG, or an icon that has only this bitmap.

    Raises: ValueError for an icon without a picture.
    """
    entry = _entry(data)
    size, start = _place(entry)
    picture = data[start : start + size]
    if picture.startswith(PNG):
        return picture, "PNG"
    return b"\0\0\1\0\1\0" + entry[:12] + (22).to_bytes(4, "little") + picture, "ICO"


def end(data: bytes) -> int:
    """Return the position after the largest picture, or after the directory if that is cut off."""
    try:
        return sum(_place(_entry(data)))
    except ValueError:
        return 6 + 16 * int.from_bytes(data[4:6], "little")


def bitmap_size(data: bytes) -> tuple[int, int]:
    """Return width and height that the bitmap of an icon of one entry states."""
    short = data[22] == 12
    places = (26, 28) if short else (26, 30)
    width, height = (int.from_bytes(data[at : at + (2 if short else 4)], "little", signed=not short) for at in places)
    return abs(width), abs(height) // 2  # the lower half is a mask


def _entry(data: bytes) -> bytes:
    """Return the entry with the most pixels and, of these, the most bits a pixel."""
    count = int.from_bytes(data[4:6], "little")
    entries = [data[at : at + 16] for at in range(6, 6 + 16 * count, 16)]
    if not entries or len(entries[-1]) < 16:
        raise ValueError("its directory ends early")
    return max(entries, key=lambda entry: ((entry[0] or 256) * (entry[1] or 256), entry[6] or 32))


def _place(entry: bytes) -> tuple[int, int]:
    """Return the size in bytes of an entry's picture, and where it begins."""
    return int.from_bytes(entry[8:12], "little"), int.from_bytes(entry[12:16], "little")
