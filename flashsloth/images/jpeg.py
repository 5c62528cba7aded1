"""Remove the metadata of a JPEG without decoding it, so that a picture can be sent to others as it
is."""

from __future__ import annotations

import re

START, END = b"\xff\xd8", b"\xff\xd9"
SCAN = 0xDA
# the frames that every program decodes: baseline, extended and progressive
FRAMES = (0xC0, 0xC1, 0xC2)
TABLES = (0xC4, 0xDB, 0xDC, 0xDD)
COMMENT = 0xFE
# The next marker after the data of a scan. Restart markers and bytes with a zero after them belong to
# the data.
NEXT = re.compile(rb"\xff(?![\x00\xd0-\xd7\xff])", re.DOTALL)


def without_metadata(data: bytes) -> bytes | None:
    """Return a JPEG without comments, without the segments of programs and cameras (EXIF with the place
    and a thumbnail, XMP, IPTC, further frames), and without what follows its end. The color profile
    stays, because the colors depend on it.

    Return None for a JPEG that not every program reads (CMYK, 12 bits, arithmetic coding), and for one
    with other segments or without an end.
    """
    kept = [START]
    at = len(START)
    while at + 2 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a filling byte
            at += 1
            continue
        if marker == END[1]:
            return b"".join([*kept, END])
        end = at + 2 + max(2, int.from_bytes(data[at + 2 : at + 4]))
        content = data[at + 4 : end]
        if marker in FRAMES:
            # precision, height, width, number of components
            if content[:1] != b"\x08" or content[5:6] not in (b"\x01", b"\x03"):
                return None
        elif 0xE0 <= marker <= COMMENT:
            if not _decides_colors(marker, content):
                at = end
                continue
        elif marker != SCAN and marker not in TABLES:
            return None
        kept.append(data[at:end])
        at = end
        if marker == SCAN:
            following = NEXT.search(data, at)
            if following is None:
                return None
            kept.append(data[at : following.start()])
            at = following.start()
    return None


def _decides_colors(marker: int, content: bytes) -> bool:
    """Return whether a segment of a program says how colors are stored. JFIF's may also have a
    thumbnail, and then it is longer."""
    if marker == 0xE0:
        return content.startswith(b"JFIF\0") and len(content) == 14
    if marker == 0xE2:
        return content.startswith(b"ICC_PROFILE\0")
    return marker == 0xEE and content.startswith(b"Adobe") and len(content) == 12
