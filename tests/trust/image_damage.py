"""Damage for encoded images: blind edits of bytes, and edits of a format's own parts, whose lengths and
checksums are then corrected, so that the damage passes the first checks. This module does not depend on
the reader.
"""

from __future__ import annotations

import re
import struct
import zlib

from hypothesis import strategies as st

from edited_bytes import EXTREMES, edited
from image_samples import samples

# format -> the number of bytes before the first part, the offset of the length in a part, the byte
# order of the length, and the number of bytes of a part that the length does not count
FRAMES = {
    "PNG": (8, 0, ">", 12),
    "WEBP": (12, 4, "<", 8),
    "AVIF": (0, 0, ">", 0),
    "HEIC": (0, 0, ">", 0),
}
BOUNDARIES = {
    "PNM": rb"(?<=[ \n\t])",
    "JPEG": rb"(?=\xff[\xc0-\xcf\xd8-\xdf\xe0-\xef\xfe])",
    "GIF": rb"(?<=\0)(?=!\xf9|!\xfe|!\xff|,)",
    "PDF": rb"(?<=endobj\n)",
}


def parts(kind: str, data: bytes) -> list[bytes]:
    """Cut the data into chunks, segments, boxes or objects. Joined, these parts are the data again."""
    if kind in BOUNDARIES:
        return re.split(BOUNDARIES[kind], data)
    at, length_at, order, without = FRAMES[kind]
    found = [data[:at]]
    while at + 8 <= len(data):
        (length,) = struct.unpack(f"{order}I", data[at + length_at : at + length_at + 4])
        length += without + (length % 2 if kind == "WEBP" else 0)
        found.append(data[at : at + max(length, 8)])
        at += max(length, 8)
    return found


def mended(kind: str, part: bytes) -> bytes:
    """Correct the length and the checksum of a part."""
    if kind not in FRAMES or len(part) < 12:
        return part
    _, at, order, without = FRAMES[kind]
    part = part[:at] + struct.pack(f"{order}I", len(part) - without) + part[at + 4 :]
    return part[:-4] + struct.pack(">I", zlib.crc32(part[4:-4])) if kind == "PNG" else part


@st.composite
def rearranged(draw: st.DrawFn, kind: str, data: bytes) -> bytes:
    """Remove, repeat or swap parts, move a part to the end, or damage a part inside."""
    first, *rest = parts(kind, data)
    if not rest:
        return draw(edited(data))
    one, other = draw(st.integers(0, len(rest) - 1)), draw(st.integers(0, len(rest) - 1))
    match draw(st.sampled_from(("out", "again", "swap", "last", "inside", "inside", "inside"))):
        case "out":
            del rest[one]
        case "again":
            rest[other:other] = [rest[one]] * draw(st.sampled_from((1, 3, 50)))
        case "swap":
            rest[one], rest[other] = rest[other], rest[one]
        case "last":
            rest.append(rest.pop(one))
        # a part without content beyond its header stays as it is
        case _ if len(rest[one]) > 12:
            end = -4 if kind == "PNG" else None
            rest[one] = mended(
                kind, rest[one][:8] + draw(edited(rest[one][8:end])) + (b"crc-" if end else b"")
            )
    if kind == "WEBP":
        first = b"RIFF" + struct.pack("<I", sum(map(len, rest)) + 4) + first[8:]
    return first + b"".join(rest)


@st.composite
def png_content(draw: st.DrawFn, data: bytes) -> bytes:
    """Change the numbers of the header, or the unpacked rows."""
    made = parts("PNG", data)
    for at, part in enumerate(made):
        if part[4:8] == b"IHDR" and draw(st.booleans()):
            sizes = st.sampled_from((40, 28, 1, 3, 1000, 60000, 2**31 - 1))
            depth, color = draw(
                st.sampled_from(((1, 0), (2, 3), (8, 3), (16, 0), (16, 6), (8, 4), (4, 2), (8, 2)))
            )
            header = struct.pack(
                ">IIBBBBB", draw(sizes), draw(sizes), depth, color, 0, 0, draw(st.integers(0, 1))
            )
            made[at] = mended("PNG", part[:8] + header + b"crc-")
        elif part[4:8] == b"IDAT":
            rows = zlib.compress(
                draw(edited(zlib.decompress(part[8:-4]))), draw(st.sampled_from((0, 1, 9)))
            )
            made[at] = mended("PNG", part[:8] + rows + b"crc-")
            break
    return b"".join(made)


TIFF_VALUES = (*EXTREMES, *range(256, 285), 322, 323, 338, 339, 3, 4, 5, 7, 8, 16, 32946)
PDF_WORDS = (
    b"0",
    b"-1",
    b"1",
    b"65536",
    b"2147483647",
    b"1e30",
    b"3 0 R",
    b"null",
    b"[[[[",
    b"Pages",
    b"2",
)


@st.composite
def tiff_entry(draw: st.DrawFn, data: bytes) -> bytes:
    """Change one tag, type, count or value of the first directory, or make this directory its own
    successor."""
    order = "<" if data[:1] == b"I" else ">"
    at = struct.unpack(f"{order}I", data[4:8])[0]
    if data[2:4] not in (b"*\0", b"\0*"):  # BigTIFF
        return draw(edited(data))
    count = struct.unpack(f"{order}H", data[at : at + 2])[0]
    field, size = draw(st.sampled_from(((0, 2), (2, 2), (4, 4), (8, 4), (8, 4), (8, 2))))
    place, value = (
        at + 2 + 12 * draw(st.integers(0, count - 1)) + field,
        draw(st.sampled_from((*TIFF_VALUES, at))),
    )
    if draw(st.integers(0, 9)) == 0:
        place, size, value = at + 2 + 12 * count, 4, at
    number = struct.pack(order + "IH"[size == 2], value & (1 << 8 * size) - 1)
    return data[:place] + number + data[place + size :]


@st.composite
def pdf_word(draw: st.DrawFn, data: bytes) -> bytes:
    """Change one number or name of the text."""
    word = draw(st.sampled_from(list(re.finditer(rb"(?<=[ /\[])[A-Za-z0-9.-]+", data[:1200]))))
    return data[: word.start()] + draw(st.sampled_from(PDF_WORDS)) + data[word.end() :]


CONTENT = {"PNG": png_content, "TIFF": tiff_entry, "PDF": pdf_word}


@st.composite
def damaged(draw: st.DrawFn, names: tuple[str, ...]) -> tuple[str, bytes]:
    """Draw the name of a sample, and its bytes: damaged one to four times, or its beginning followed by
    the rest of another sample."""
    name = draw(st.sampled_from(names))
    kind, data = name.split()[0], samples()[name]
    if draw(st.integers(0, 15)) == 0:
        head, other = (
            draw(st.sampled_from((4, 8, 12, 32, 100))),
            samples()[draw(st.sampled_from(sorted(samples())))],
        )
        return name, data[:head] + other[draw(st.sampled_from((0, head))) :]
    how = draw(st.sampled_from(("parts", "content", "blind")))
    if how == "content" and kind in CONTENT:
        data = draw(CONTENT[kind](data))
    elif how == "parts" and kind in (*FRAMES, *BOUNDARIES):
        data = draw(rearranged(kind, data))
    else:
        data = draw(edited(data))
    for _ in range(draw(st.sampled_from((0, 0, 0, 1, 3)))):
        data = draw(edited(data or b"\0"))
    return name, data or b"\0"
