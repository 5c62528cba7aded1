"""What a TIFF holds that Pillow cannot read: many bands, numbers of 32 or 64 bits, other compressions."""

from __future__ import annotations

import io
from typing import Any

from flashsloth.images.formats import DECODE_ERRORS

BITS, COMPRESSION, BANDS, ARRANGEMENT, NUMBERS = 258, 259, 277, 284, 339
UNUSUAL_BITS = frozenset(range(1, 65)) - {1, 2, 4, 8, 16}


def unusual_layout(data: bytes) -> str:
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
