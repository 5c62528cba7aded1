"""The memory and time that decoding pictures may take.

All threads of this process share a budget of memory. Before a thread decodes a picture it reserves the
estimated bytes, and waits until they fit into MAX_BYTES beside the pictures of other threads. A picture
that would not fit even alone is decoded while no other one is.

Decompression bombs are refused before they are decoded. They are recognised by their structure, or by
the memory that decoding would take. A megabyte of tiny segments, chunks or scans can occupy a decoder
for minutes, however few pixels the picture has, and a WebP of 40 bytes can take 3 GB. No camera and no
program writes such files.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from PIL import Image
from PIL.TiffImagePlugin import BITSPERSAMPLE, PLANAR_CONFIGURATION, TILELENGTH, TILEWIDTH

from flashsloth.errors import ImageTooLarge, ImageUndecodable
from flashsloth.utils import system

MAX_BYTES = 2 * 10**9  # the limit for all pictures together, and for each of them
LARGE = MAX_BYTES // 16  # after a picture of this size the heap is released
PDF_BYTES = MAX_BYTES // 4  # assumed for a page of a PDF, whose process usually takes some 100 MB

_CHANGED = threading.Condition()
_RESERVED: dict[int, int] = {}  # bytes by the id of the thread that reads a picture


@contextmanager
def one_picture() -> Iterator[None]:
    """Read a picture. What `reserve` reserves for it in this thread is released when the block ends.
    Within another such block only the outer one counts, so that the bytes stay reserved while the
    decoded picture is scaled."""
    thread = threading.get_ident()
    is_inner = thread in _RESERVED
    try:
        reserve(0)
        yield
    finally:
        if not is_inner:
            if _RESERVED.get(thread, 0) >= LARGE:
                system.release_heap()
            with _CHANGED:
                _RESERVED.pop(thread, None)
                _CHANGED.notify_all()


def reserve(size: int) -> None:
    """Reserve bytes for the picture that this thread reads, in place of those that it has reserved, if
    they were fewer. Wait until there is room."""
    thread = threading.get_ident()
    with _CHANGED:
        # Nothing is reserved while a thread waits, so two threads can never wait for each other.
        size = max(size, _RESERVED.get(thread, 0))
        _RESERVED[thread] = 0
        _CHANGED.notify_all()
        _CHANGED.wait_for(lambda: sum(_RESERVED.values()) <= max(MAX_BYTES - size, 0))
        _RESERVED[thread] = size


# Limits for a picture

MAX_PIXELS = 178_956_970  # also Pillow's own limit
MAX_SIDE = 1 << 24  # pixels; Pillow spends memory and time on each row, however short the row is
# segments before the first scan; the largest colour profile takes 255 of them
MAX_JPEG_SEGMENTS = 10_000
# bytes between the segments, which decoders skip one by one; fill bytes are allowed, and rare
MAX_JPEG_FILL = 1 << 17
MAX_EXIF_SEGMENTS = 64  # each has at most 64 kB; for each segment Pillow copies all earlier ones
# number of pixels times number of scans; a progressive JPEG has about ten scans
MAX_SCANNED_PIXELS = 20 * 178_956_970
MAX_PNG_CHUNKS = 100_000  # programs write chunks of 8 kB, or one for each row of pixels
# Pillow decompresses each profile and each text, up to 1 MB of it. Programs write a few dozen at most.
MAX_PNG_PACKED = 256
MAX_WEBP_SIDE = 16_384  # the encoders' own limit; the decoder of animations takes minutes beyond it
# the limit for kinds that Pillow decodes in Python, pixel by pixel: run-length encoded BMPs and some
# PNMs
MAX_SLOW_PIXELS = 1 << 24
# pixels; a tile of a TIFF may be larger than the whole picture if it has at most this size
SMALL_TILE = 1 << 20
MAX_PNM_COMMENTS = 1000  # in a PNM with digits as text; Pillow copies the data for each comment

# Upper bounds of the bytes of memory per pixel until the picture is RGB. They include the decoder's own
# buffers, the picture in Pillow, and its copy in RGB. tests/images/test_decoding_memory.py checks them
# with 24 megapixels of each format and mode (Pillow 13). A WebP's decoder takes up to 18 and copies the
# file, which has 3 bytes a pixel if noise is stored without loss.
BYTES_PER_PIXEL = {"WEBP": 21, "HEIC": 18, "AVIF": 12}
GREY_BYTES_PER_PIXEL = 7  # for other formats with one channel of 8 bits or less
OTHER_BYTES_PER_PIXEL = 11

# A marker of a JPEG that is followed by a length, or the end marker. Pillow takes C8 and F0 to FD for
# markers without a length.
_SEGMENT = re.compile(rb"\xff([^\0\1\xc8\xd0-\xd8\xf0-\xfd\xff])")
# the markers that are followed by the size of the picture
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
# an entry in the list of items of a HEIC that is not a picture, but for example EXIF data
_HEIC_DATA = re.compile(
    rb"infe(?!(?:\x02.{7}|\x03.{9})(?:hvc1|av01|avc1|jpeg|j2k1|unci|mski|grid|iden|iovl|tmap))",
    re.DOTALL,
)
# a color profile of a HEIC, after its size
_HEIC_PROFILE = re.compile(rb"(.{4})colr(?:prof|rICC)", re.DOTALL)
_SCAN = 0xDA
_END = 0xD9
_PNG_PACKED = (b"iCCP", b"zTXt", b"iTXt")


def refuse_bombs(data: bytes, kind: str, label: str, max_bytes: int) -> None:
    """Raise ImageTooLarge or ImageUndecodable for a file that is too expensive to decode."""
    excess = ""
    if kind == "JPEG":
        excess = _excess_of_jpeg(data)
    elif kind == "PNG":
        at = 8
        chunks = 0
        packed = 0
        while at < len(data) and chunks <= MAX_PNG_CHUNKS:
            packed += data[at + 4 : at + 8] in _PNG_PACKED
            at += 12 + int.from_bytes(data[at : at + 4], "big")
            chunks += 1
        if chunks > MAX_PNG_CHUNKS:
            excess = f"more than {MAX_PNG_CHUNKS:,} chunks"
        elif packed > MAX_PNG_PACKED:
            excess = f"more than {MAX_PNG_PACKED} profiles and texts"
    elif kind == "PNM" and data[1:2] in b"123" and data.count(b"#") > MAX_PNM_COMMENTS:
        excess = f"more than {MAX_PNM_COMMENTS:,} comments"
    elif kind == "WEBP":
        size = _webp_size(data)
        if max(size) > MAX_WEBP_SIDE:
            _refuse(size, label, f"{MAX_WEBP_SIDE:,} for a side of a WebP")
        check_pixels(size, label)
        # The memory is checked here and not in `check_opened`, because Pillow allocates two canvases
        # when it opens the file.
        check_memory(size, kind, "RGB", label, max_bytes)
    elif kind == "HEIC":
        # These are read when the file is opened, and the profile for each picture, although many of
        # them may be the same bytes of the file.
        profiles = (int.from_bytes(found[1], "big") for found in _HEIC_PROFILE.finditer(data))
        profile = min(max(profiles, default=0), len(data))
        read = len(_HEIC_DATA.findall(data)) * len(data) + data.count(b"infe") * profile
        if read > max_bytes // 4:
            excess = f"up to {read / 1e6:,.0f} MB of metadata"
    if excess:
        raise ImageUndecodable(f"{label} cannot be decoded: the {kind} is damaged (it has {excess})")


def check_opened(image: Image.Image, kind: str, label: str, max_bytes: int) -> None:
    """Raise ImageTooLarge for a picture that would take too much memory or time. The picture is opened
    but not yet decoded."""
    check_memory(image.size, kind, image.mode, label, max_bytes)
    tiles: Any = getattr(image, "tile", None)
    # Image.DECODERS has the decoders that are written in Python
    is_slow = tiles and tiles[0][0] in Image.DECODERS
    if kind == "TIFF":
        _check_tiff(getattr(image, "tag_v2", {}), label)
    elif is_slow and image.width * image.height > MAX_SLOW_PIXELS:
        _refuse(image.size, label, f"{MAX_SLOW_PIXELS:,} pixels for a {kind} of this kind")


def check_pixels(size: tuple[int, int], label: str) -> None:
    """Raise ImageTooLarge if a picture of this size (width, height) has too many pixels."""
    if size[0] * size[1] > MAX_PIXELS:
        _refuse(size, label, f"{MAX_PIXELS:,} pixels")
    if max(size) > MAX_SIDE:
        _refuse(size, label, f"{MAX_SIDE:,} pixels for a side")


def _refuse(size: tuple[int, int], label: str, limit: str) -> NoReturn:
    raise ImageTooLarge(f"{label} is {size[0]}x{size[1]} pixels, over the limit of {limit}")


def check_memory(size: tuple[int, int], kind: str, mode: str, label: str, max_bytes: int) -> None:
    """Raise ImageTooLarge if a picture of this size (width, height) would take more than `max_bytes` to
    decode. Otherwise wait until other threads leave enough memory."""
    other = GREY_BYTES_PER_PIXEL if mode in ("1", "L", "P") else OTHER_BYTES_PER_PIXEL
    needed = size[0] * size[1] * BYTES_PER_PIXEL.get(kind, other)
    if needed > max_bytes:
        raise ImageTooLarge(
            f"{label} is {size[0]}x{size[1]} pixels and would take {needed / 1e6:,.0f} MB to decode, "
            f"over the limit of {max_bytes / 1e6:,.0f} MB"
        )
    reserve(needed)


def _check_tiff(tags: Any, label: str) -> None:
    """Raise ImageTooLarge if the tiles are too large: a tile is decoded as a whole, however small the
    picture is. Raise ValueError for planar bands of 16 bits, which Pillow reads as if they had 8
    bits."""
    width = tags.get(TILEWIDTH)
    height = tags.get(TILELENGTH)
    is_tiled = isinstance(width, int) and isinstance(height, int)
    if is_tiled and width * height > max(MAX_PIXELS, SMALL_TILE):
        raise ImageTooLarge(
            f"{label} has tiles of {width}x{height}, over the limit of {MAX_PIXELS:,} pixels"
        )
    if tags.get(PLANAR_CONFIGURATION) == 2 and 16 in tags.get(BITSPERSAMPLE, ()):
        raise ValueError("bands of 16 bits, one after the other")


def _webp_size(data: bytes) -> tuple[int, int]:
    """Return the width and height of a WebP from its first chunk, or (0, 0) if the chunk is unknown."""
    chunk = data[12:16]
    if chunk == b"VP8X":  # the two sides minus one, in 24 bits each
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if chunk == b"VP8L":  # the two sides minus one, in 14 bits each
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":  # the two sides, in the lower 14 of 16 bits each
        bits = int.from_bytes(data[26:30], "little")
        return bits & 0x3FFF, bits >> 16 & 0x3FFF
    return 0, 0


def _excess_of_jpeg(data: bytes) -> str:
    """If a JPEG has too many segments, scans or the like, return the name of what is too many,
    otherwise "". As in decoders, the segments are read up to the end marker that follows a scan. An end
    marker within a segment is a part of its data."""
    if data.count(b"Exif\0\0") > MAX_EXIF_SEGMENTS:
        return f"more than {MAX_EXIF_SEGMENTS} EXIF segments"
    at = 2
    pixels = 0
    fill = 0
    scans = 0
    for _ in range(MAX_JPEG_SEGMENTS):
        if (segment := _SEGMENT.search(data, at)) is None:
            return ""
        if not scans:
            fill += segment.start() - at
        if fill > MAX_JPEG_FILL:
            return f"more than {MAX_JPEG_FILL:,} bytes between its segments"
        marker = segment[1][0]
        at = segment.end()
        if marker == _END:
            if scans:
                return ""
            continue
        if marker == _SCAN:
            scans += 1
            if scans * pixels > MAX_SCANNED_PIXELS:
                return f"more than {scans - 1} scans"
        elif marker in _FRAMES:
            height = int.from_bytes(data[at + 3 : at + 5], "big")
            width = int.from_bytes(data[at + 5 : at + 7], "big")
            pixels = height * width
        at += max(int.from_bytes(data[at : at + 2], "big"), 2)
    return f"more than {MAX_JPEG_SEGMENTS:,} segments"
