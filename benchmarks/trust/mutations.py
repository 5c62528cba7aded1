"""Damage for encoded pictures: blind (bits, runs, numbers, cuts) and by the format's own parts (chunks, segments,
boxes, directory entries), with checksums and lengths mended afterwards, so that the damage gets past the first look.

Owns what is done to bytes. Knows nothing of what reads them.
"""

from __future__ import annotations

import random
import re
import struct
import zlib
from collections.abc import Callable

from benchmarks.trust.seeds import chunk

Operator = Callable[[random.Random, bytes], bytes]

EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


# Blind


def flip(rng: random.Random, data: bytes) -> bytes:
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        made[rng.randrange(len(made))] ^= 1 << rng.randrange(8)
    return bytes(made)


def fill(rng: random.Random, data: bytes) -> bytes:
    """A run of 00, FF or noise over what was there."""
    at, length = rng.randrange(len(data)), rng.choice((1, 2, 4, 16, 64, 256))
    what = rng.choice((b"\0" * length, b"\xff" * length, rng.randbytes(length)))
    return data[:at] + what + data[at + length :]


def number(rng: random.Random, data: bytes) -> bytes:
    """One number of 1, 2 or 4 bytes, in either order, becomes an extreme one; most live at the beginning."""
    size, order = rng.choice((1, 2, 4, 4)), rng.choice(("<", ">"))
    at = rng.randrange(min(len(data), rng.choice((32, 128, len(data)))))
    value = rng.choice((*EXTREMES, len(data), len(data) - 1, len(data) + 1)) & ((1 << 8 * size) - 1)
    return data[:at] + struct.pack(order + {1: "B", 2: "H", 4: "I"}[size], value) + data[at + size :]


def cut(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(1, len(data) + 1)]


def stretch(rng: random.Random, data: bytes) -> bytes:
    """Bytes put in, taken out, said twice or appended."""
    at, length = rng.randrange(len(data)), rng.choice((1, 2, 3, 8, 40, 300))
    return rng.choice(
        (
            data[:at] + rng.randbytes(length) + data[at:],
            data[:at] + data[at + length :],
            data[: at + length] + data[at : at + length] * rng.choice((1, 2, 20)) + data[at + length :],
            data + rng.randbytes(length),
            data + data,
        )
    )


BLIND: tuple[Operator, ...] = (flip, flip, fill, number, number, cut, stretch)


# Parts of a format


def png_parts(data: bytes) -> list[bytes]:
    """Chunks, name and data; lengths and checksums are made again when they are put together."""
    parts, at = [], 8
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        parts.append(data[at + 4 : at + 8 + size])
        at += 12 + size
    return parts


def png_join(parts: list[bytes]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(part[:4].ljust(4, b"x"), part[4:]) for part in parts)


def jpeg_parts(data: bytes) -> list[bytes]:
    """Marker segments; a scan with its coded data is one part."""
    starts = [found.start() for found in re.finditer(rb"\xff[\xc0-\xcf\xd8-\xdf\xe0-\xef\xfe]", data)]
    return [data[start:end] for start, end in zip(starts, [*starts[1:], len(data)], strict=False)]


def riff_parts(data: bytes) -> list[bytes]:
    parts, at = [], 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        parts.append(data[at : at + 4] + data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    return parts


def riff_join(parts: list[bytes]) -> bytes:
    body = b"".join(
        part[:4].ljust(4) + struct.pack("<I", max(len(part) - 4, 0)) + part[4:] + b"\0" * (len(part) % 2)
        for part in parts
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def box_parts(data: bytes) -> list[bytes]:
    """Boxes of an ISO media file, name and content."""
    parts, at = [], 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        parts.append(data[at + 4 : at + max(size, 8)])
        at += max(size, 8)
    return parts


def box_join(parts: list[bytes]) -> bytes:
    return b"".join(struct.pack(">I", len(part) + 4) + part for part in parts)


def gif_parts(data: bytes) -> list[bytes]:
    """The head, and what begins with an extension or a picture."""
    starts = [0, *(found.start() for found in re.finditer(rb"\0(?=!\xf9|!\xfe|!\xff|,)", data))]
    return [data[start:end] for start, end in zip(starts, [*starts[1:], len(data)], strict=False)]


def pdf_parts(data: bytes) -> list[bytes]:
    return re.split(rb"(?<=endobj\n)", data)


SPLIT: dict[str, tuple[Callable[[bytes], list[bytes]], Callable[[list[bytes]], bytes]]] = {
    "PNG": (png_parts, png_join),
    "JPEG": (jpeg_parts, b"".join),
    "WEBP": (riff_parts, riff_join),
    "AVIF": (box_parts, box_join),
    "HEIC": (box_parts, box_join),
    "GIF": (gif_parts, b"".join),
    "PDF": (pdf_parts, b"".join),
}


def shuffled(rng: random.Random, data: bytes, kind: str) -> bytes:
    """Parts taken out, said again, swapped, put at the end, or damaged inside while their frame stays right."""
    split, join = SPLIT[kind]
    parts = split(data)
    if not parts:
        return flip(rng, data)
    one, other = rng.randrange(len(parts)), rng.randrange(len(parts))
    match rng.randrange(7):
        case 0:
            del parts[one]
        case 1:
            parts[other:other] = [parts[one]] * rng.choice((1, 1, 3, 50))
        case 2:
            parts[one], parts[other] = parts[other], parts[one]
        case 3:
            parts.append(parts.pop(one))
        case _:
            inside = rng.choice(BLIND)
            parts[one] = parts[one][:4] + inside(rng, parts[one][4:]) if len(parts[one]) > 4 else parts[one]
    return join(parts)


def png_body(rng: random.Random, data: bytes) -> bytes:
    """The filtered rows damaged and packed again, or the header's numbers changed."""
    parts = png_parts(data)
    for at, part in enumerate(parts):
        if part[:4] == b"IHDR" and rng.random() < 0.6:
            width, height, *rest = struct.unpack(">IIBBBBB", part[4:17])
            rest[0], rest[1] = rng.choice(
                ((1, 0), (2, 3), (8, 3), (16, 0), (16, 6), (8, 4), (4, 2), (rest[0], rest[1]))
            )
            rest[4] = rng.choice((0, 1, rest[4]))
            width, height = (rng.choice((size, size, 1, 3, 1000, 60000, 2**31 - 1)) for size in (width, height))
            parts[at] = b"IHDR" + struct.pack(">IIBBBBB", width, height, *rest)
        elif part[:4] == b"IDAT":
            rows = rng.choice(BLIND)(rng, zlib.decompress(part[4:]))
            parts[at] = b"IDAT" + zlib.compress(rows, rng.choice((0, 1, 9)))
            break
    return png_join(parts)


def tiff_entry(rng: random.Random, data: bytes) -> bytes:
    """One entry of the first directory: its tag, type, count or value; or the directory that follows is itself."""
    order = "<" if data[:1] == b"I" else ">"
    at = struct.unpack(f"{order}I", data[4:8])[0]
    if at + 2 > len(data) or data[2:4] not in (b"*\0", b"\0*"):
        return number(rng, data)
    count = struct.unpack(f"{order}H", data[at : at + 2])[0]
    made = bytearray(data)
    entry = at + 2 + 12 * rng.randrange(max(count, 1))
    field, size = rng.choice(((0, 2), (2, 2), (4, 4), (8, 4), (8, 4), (8, 2)))
    value = rng.choice((*EXTREMES, *range(256, 285), 322, 323, 338, 339, 3, 4, 5, 7, 8, 16, 32946, at, len(data) - 4))
    if rng.random() < 0.1:
        entry, field, size, value = at + 2 + 12 * count, 0, 4, at
    made[entry + field : entry + field + size] = struct.pack(order + "IH"[size == 2], value & ((1 << 8 * size) - 1))
    return bytes(made)


def pdf_word(rng: random.Random, data: bytes) -> bytes:
    """One number or name of the text changed."""
    words = list(re.finditer(rb"(?<=[ /\[])[A-Za-z0-9.-]+", data[:1200])) or list(re.finditer(rb"\w+", data))
    word = rng.choice(words)
    value = rng.choice(
        (b"0", b"-1", b"1", b"65536", b"2147483647", b"1e30", b"3 0 R", b"null", b"[[[[", b"Pages", b"2")
    )
    return data[: word.start()] + value + data[word.end() :]


def bmp_field(rng: random.Random, data: bytes) -> bytes:
    at, size = rng.choice(((2, 4), (10, 4), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2), (30, 4), (34, 4), (46, 4)))
    value = rng.choice((*EXTREMES, 3, 4, 8, 12, 16, 24, 32, 40, 54, 124, 60000, 2**32 - 20))
    return data[:at] + (value & ((1 << 8 * size) - 1)).to_bytes(size, "little") + data[at + size :]


SPECIAL: dict[str, Operator] = {"PNG": png_body, "TIFF": tiff_entry, "PDF": pdf_word, "BMP": bmp_field}


def mutated(rng: random.Random, kind: str, data: bytes, other: bytes) -> bytes:
    """Damaged once to four times. `other` is a picture of any format, to be mixed with."""
    if rng.random() < 0.06:  # the beginning of one on the rest of another
        head = rng.choice((4, 8, 12, 32, 100))
        return data[:head] + other[rng.choice((0, head)) :]
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        choice = rng.random()
        if choice < 0.35 and kind in SPLIT:
            data = shuffled(rng, data, kind)
        elif choice < 0.6 and kind in SPECIAL:
            data = attempt(SPECIAL[kind], rng, data)
        else:
            data = rng.choice(BLIND)(rng, data)
        data = data or b"\0"
    return data


def attempt(operator: Operator, rng: random.Random, data: bytes) -> bytes:
    """An operator that wants a sound structure; where an earlier one broke it, blind damage instead."""
    try:
        return operator(rng, data)
    except (struct.error, zlib.error, ValueError, IndexError):
        return flip(rng, data)
