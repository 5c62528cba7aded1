"""Whether a file that failed to decode is cut off, judged by the length that its container states."""

from __future__ import annotations

from flashsloth.images import icon
from flashsloth.images.formats import DECODE_ERRORS

_END_MARKERS = {
    "JPEG": b"\xff\xd9",
    "PNG": b"IEND",
    "GIF": b"\0;",
    "PDF": b"%%EOF",
    "JPEG2000": b"\xff\xd9",
    "QOI": bytes(7) + b"\1",
}


def is_truncated(data: bytes, kind: str) -> bool:
    """Return True if bytes of this format lack their end, False when unsure."""
    if kind == "WEBP":
        return int.from_bytes(data[4:8], "little") + 8 > len(data)
    if kind == "BMP":
        return int.from_bytes(data[2:6], "little") > len(data)
    if kind in ("AVIF", "HEIC"):
        return _boxes_end(data) > len(data)
    if kind == "TIFF":
        return _tiff_end(data) > len(data)
    if kind == "ICO":
        return icon.end(data) > len(data)
    marker = _END_MARKERS.get(kind)
    return marker is not None and marker not in data[-4096:]


def _boxes_end(data: bytes) -> int:
    """Return the end of the last top-level box of an ISO media file."""
    at = 0
    for _ in range(10_000):  # enough for any real file
        if at >= len(data):
            break
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < 8:  # 0: up to the end of the file
            return len(data)
        at += size
    return at


def _tiff_end(data: bytes) -> int:
    """Return the end of the first page's directory, or of the furthest of its strips or tiles."""
    import io

    from PIL import TiffImagePlugin

    try:
        tags = TiffImagePlugin.TiffImageFile(io.BytesIO(data)).tag_v2
        starts, sizes = tags.get(273) or tags.get(324) or (), tags.get(279) or tags.get(325) or ()
        return max((start + size for start, size in zip(starts, sizes, strict=False)), default=0)
    except DECODE_ERRORS:
        return int.from_bytes(data[4:8], "little" if data[:1] == b"I" else "big") + 18  # a directory of one entry
