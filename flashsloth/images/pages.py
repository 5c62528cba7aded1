"""Pages of a picture's file: TIFF, PDF and the frames of GIF and WebP. `scan.tif#2` names the second."""

from __future__ import annotations

import stat
import struct
from collections.abc import Sequence

from flashsloth.errors import ImageError
from flashsloth.images.formats import identify, require_extra
from flashsloth.images.sources import read_source, source_kind, split_page, stat_source

MAX_PAGES = 10_000  # that are counted
REDUCED_OR_MASK = 5  # bits of NewSubfileType


def page_sources(source: str) -> list[str]:
    """Return `scan.tif#1`, `scan.tif#2`, … for a local file of several pages; else the source alone, also for one that
    cannot be read."""
    count = 1
    if source_kind(source) not in ("http", "data") and split_page(source)[1] is None:
        try:
            count = _count_in_file(source)
        except ImageError:  # reading it will say why
            return [source]
    return [f"{source}#{page}" for page in range(1, count + 1)] if count > 1 else [source]


def _count_in_file(source: str) -> int:
    status = stat_source(source)
    if status is None or not stat.S_ISREG(status.st_mode):  # a pipe can be read only once
        return 1
    kind = identify(read_source(source, source, limit=256))
    if kind in _FRAMES:
        return len(page_frames(read_source(source, source), kind))
    if kind != "PDF":
        return 1
    from flashsloth.images.pdf import render_page

    require_extra(kind, source)
    try:
        return min(render_page(read_source(source, source), 0)[1], MAX_PAGES)
    except ValueError:  # damaged
        return 1


def page_frames(data: bytes, kind: str) -> Sequence[int]:
    """Return the index of each page among the frames that Pillow finds: a TIFF's reduced copies are no pages."""
    return _FRAMES[kind](data) if kind in _FRAMES else range(1)


def _tiff_frames(data: bytes) -> Sequence[int]:
    order, big = "<" if data[:1] == b"I" else ">", b"+" in data[2:4]
    offset, count, entry = ("Q", "Q", 20) if big else ("I", "H", 12)
    frames: list[int] = []
    seen: set[int] = set()
    try:
        (at,) = struct.unpack_from(order + offset, data, 8 if big else 4)
        while at and at not in seen and len(seen) < MAX_PAGES:
            entries, tag = struct.unpack_from(f"{order}{count}H", data, at)
            after = at + struct.calcsize(f"{order}{count}")
            (kind,) = struct.unpack_from(f"{order}I", data, after + (12 if big else 8))
            if not seen or tag != 254 or not kind & REDUCED_OR_MASK:
                frames.append(len(seen))
            seen.add(at)
            (at,) = struct.unpack_from(order + offset, data, after + entries * entry)
    except struct.error:  # cut off
        pass
    return frames or range(1)


def _gif_frames(data: bytes) -> Sequence[int]:
    count, at = 0, 13 + _color_table(data, 10)
    while at < len(data) and count < MAX_PAGES and data[at] in b"!,":
        is_image = data[at] == ord(",")
        count += is_image
        at += 11 + _color_table(data, at + 9) if is_image else 2
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    return range(max(count, 1))


def _color_table(data: bytes, at: int) -> int:
    """Return the bytes of the color table that the flags at this position announce."""
    flags = data[at] if at < len(data) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _webp_frames(data: bytes) -> Sequence[int]:
    count, at = 0, 12
    while at + 8 <= len(data) and count < MAX_PAGES:
        count += data[at : at + 4] == b"ANMF"
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return range(max(count, 1))


_FRAMES = {"TIFF": _tiff_frames, "GIF": _gif_frames, "WEBP": _webp_frames}
