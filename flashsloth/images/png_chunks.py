"""A PNG without text and profiles that Pillow refuses, for which it would refuse the pixels too."""

from __future__ import annotations

import zlib
from contextlib import suppress

MAX_CHUNK_BYTES = 1 << 20  # of a text or a profile, unpacked; as Pillow's own limit
MAX_BYTES = 16 << 20  # of all of them together


def sound(data: bytes) -> bytes:
    """Return a PNG with all its chunks of pixels, and of the others those that are undamaged and not too large."""
    parts, at, total = [data[:8]], 8, 0
    while at + 8 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        name, body = data[at + 4 : at + 8], data[at + 8 : end - 4]
        if name[:1].isupper() or name == b"tRNS":
            parts.append(data[at:end])
        elif zlib.crc32(name + body) == int.from_bytes(data[end - 4 : end], "big"):
            size = _unpacked_size(name, body)
            if size <= MAX_CHUNK_BYTES and total + size <= MAX_BYTES:
                parts.append(data[at:end])
                total += size
        at = end
    return b"".join(parts)


def _unpacked_size(name: bytes, body: bytes) -> int:
    """Return the bytes of a chunk, unpacked at most one more than the limit."""
    text = body.partition(b"\0")[2]
    if name == b"iTXt":  # compressed or not, method, language, translated keyword, text
        name, text = (b"zTXt" if text[:1] == b"\1" else name), text[1:].split(b"\0", 2)[-1]
    if name not in (b"zTXt", b"iCCP"):
        return len(body)
    with suppress(zlib.error):
        return len(zlib.decompressobj().decompress(text[1:] if name != b"iTXt" else text, MAX_CHUNK_BYTES + 1))
    return 0
