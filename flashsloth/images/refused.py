"""What Pillow refuses: a PNG with damaged texts or profiles, whose pixels can be read; a TIFF of many bands, of numbers
of 32 or 64 bits, of other compressions."""

from __future__ import annotations

import io
import zlib
from contextlib import suppress
from typing import Any

from flashsloth.images.formats import DECODE_ERRORS

MAX_CHUNK_BYTES = 1 << 20  # of a PNG's text or profile, unpacked; as Pillow's own limit
MAX_BYTES = 16 << 20  # of all of them together
BITS, COMPRESSION, BANDS, ARRANGEMENT, NUMBERS = 258, 259, 277, 284, 339  # tags of a TIFF
UNUSUAL_BITS = frozenset(range(1, 65)) - {1, 2, 4, 8, 16}


def sound_png(data: bytes) -> bytes:
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


def unusual_tiff(data: bytes) -> str:
    """Return such as `8 bands of 16 bits`, "" for a TIFF that can be read if it is undamaged."""
    from PIL import TiffImagePlugin

    try:
        tags: Any = TiffImagePlugin.ImageFileDirectory_v2(data[:16] if b"+" in data[2:4] else data[:8])
        file = io.BytesIO(data)
        file.seek(tags.next)
        tags.load(file)
        bands, bits = int(tags.get(BANDS, 1)), {int(each) for each in tags.get(BITS, (1,))}
        compression, numbers = int(tags.get(COMPRESSION, 1)), tags.get(NUMBERS, (1,))
        is_planar = tags.get(ARRANGEMENT) == 2
    except DECODE_ERRORS:
        return ""
    if compression not in TiffImagePlugin.COMPRESSION_INFO:
        return f"the compression {compression}"
    if bands <= 4 and not is_planar and len(bits) == 1 and not bits & UNUSUAL_BITS and set(numbers) <= {1}:
        return ""
    kind = {2: " signed", 3: " floating-point"}.get(max(numbers, default=1), "")
    order = ", one band after the other" if is_planar else ""
    return f"{bands} band{'s' * (bands != 1)} of {' and '.join(map(str, sorted(bits)))}{kind} bits{order}"
