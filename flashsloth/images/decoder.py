"""Decode the bytes of a picture whose format is known, or convert a PIL image. The result is upright
RGB. Limits on pixels and memory apply.

1. `decode` refuses files that are too expensive (decoding_budget.py).
2. `_open` chooses the page and the only decoder of the format. Pillow never tries several plugins.
3. `_open_pillow` decodes the page. If the data of a picture end early, the part that is there is
   decoded (`_load_part`).
4. `_as_rgb` converts the pixels to RGB and turns them upright.

`_decoding` wraps all of these steps: every exception of a decoder becomes one of our errors, and
everything that a decoder prints is discarded.
"""

from __future__ import annotations

import io
import logging
import os
import re
import struct
import threading
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from importlib import import_module
from math import prod
from typing import Any, NamedTuple, NoReturn

from PIL import Image, JpegImagePlugin, TiffImagePlugin

from flashsloth.errors import (
    ImageError,
    ImageFormatUnsupported,
    ImageNotFound,
    ImageTooLarge,
    ImageUndecodable,
    OutOfMemory,
)
from flashsloth.images.color import CODE_POINTS, CODE_POINTS_WITHIN, to_rgb
from flashsloth.images.decoding_budget import (
    MAX_BYTES,
    PDF_BYTES,
    check_memory,
    check_opened,
    check_pixels,
    one_picture,
    refuse_bombs,
    reserve,
)
from flashsloth.images.formats import (
    DECODE_ERRORS,
    FRAMES,
    MAX_CANDIDATES,
    RAW_HINT,
    Directory,
    all_directories,
    with_first,
)
from flashsloth.images.pdf import render_page
from flashsloth.utils.text import error_reason

# A JPEG with more than four times as many pixels is decoded at 1/2, 1/4 or 1/8 of its width and height,
# which is much faster. The shorter side keeps at least REDUCED_SIDE pixels, which is twice the number
# that the model reads in tiles.
REDUCED_PIXELS = 6_500_000
REDUCED_SIDE = 1536

MAX_CHUNK_BYTES = 1 << 20  # maximum size of a profile in a PNG, uncompressed, as in Pillow
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
XMP = b"XML:com.adobe.xmp\0\0"

# Words in the errors of Pillow's decoders, in C and in Python, which mean that the data end early.
_SHORT_OF_DATA = ("truncat", "not enough image data", "requires a buffer", "index out of range")
# Words which mean that a file is valid but not supported by the decoders, such as a BMP of 2 bits or a
# JPEG of 12 bits.
_NOT_KNOWN = ("unsupported", "cannot handle", "not implemented", "unknown pixel mode")
_WRITING_TO_STDERR = ("TIFF", "AVIF", "HEIC")  # formats whose libraries print
_JPEG_END = b"\xff\xd9"
# A marker that may not follow a scan. It shows that other data were appended after the picture, as
# Samsung's phones do.
_JPEG_APPENDED = re.compile(rb"\xff[\x02-\xc3\xc5-\xcf\xd8\xde\xdf\xf0-\xfd]")
# noise with restart markers; it is appended instead of missing data
_JPEG_FILLER = b"".join(b"\x5a\xa7\x31\xc4" * 8 + bytes((0xFF, 0xD0 + n)) for n in range(8)) * 32
_GREY = (127, 127, 127, 255)

# The operation that turns a picture upright, by EXIF orientation.
_TURNS = {
    **dict(enumerate(("FLIP_LEFT_RIGHT", "ROTATE_180", "FLIP_TOP_BOTTOM", "TRANSPOSE"), 2)),
    **dict(enumerate(("ROTATE_270", "TRANSVERSE", "ROTATE_90"), 6)),
}
_EXIF_ORIENTATION = 0x0112
# The reference from metadata to a picture, after its size. The size is matched too, because the four
# letters alone occur by chance in the pixels of one large photo in several hundred.
_HEIC_DESCRIBES = re.compile(rb"(\0...)cdsc", re.DOTALL)
_HEIC_TURN = re.compile(rb"\0\0\0\x09(?:irot[\x01-\x03]|imir)")  # the decoder applies these
MPO_ENTRIES = 0xB002
MAX_MPO_FRAMES = 64


class Decoded(NamedTuple):
    """A decoded page of a file."""

    image: Image.Image
    # width and height of the full picture; `image` may be smaller, if it was decoded at a fraction of
    # them
    size: tuple[int, int]
    turned: bool  # whether an EXIF orientation was applied
    pages: int = 1  # number of pages in the file
    is_whole: bool = True  # False if rows are missing
    undrawn: tuple[str, ...] = ()  # what was left out of a drawn page, each as a sentence


def decode(
    data: bytes,
    kind: str,
    label: str,
    *,
    reference: bool,
    max_bytes: int,
    reduce: bool = True,
    page: int = 1,
) -> Decoded:
    """Decode a page of encoded bytes. A very large JPEG is decoded at a fraction of its size
    (REDUCED_PIXELS), unless `reduce` is False. The other arguments and the errors are those of
    `reader.read_image`. `label` names the picture in errors."""
    with one_picture(), _decoding(data, kind, label):
        refuse_bombs(data, kind, label, max_bytes)
        reduce = reduce and not reference
        opened = _open(data, kind, label, max_bytes, reduce=reduce, page=page, reference=reference)
        has_code_points = kind in ("PNG", "AVIF", "HEIC")
        found = CODE_POINTS.search(data, 0, CODE_POINTS_WITHIN) if has_code_points else None
        # code points take precedence over an embedded profile only in PNG
        if found and (kind == "PNG" or "icc_profile" not in opened.image.info):
            opened.image.info["cicp"] = (found[1][0], found[2][0])
        return _as_rgb(opened, reference=reference)


def convert(image: Image.Image, label: str, *, reference: bool) -> Decoded:
    """Return a PIL image as RGB. The arguments are those of `decode`."""
    check_pixels(image.size, label)
    with _decoding(b"", image.format or "picture", label):
        image.load()
        return _as_rgb(Decoded(image, image.size, False), reference=reference)


def _as_rgb(opened: Decoded, *, reference: bool) -> Decoded:
    """Convert pixels from the file's own mode, and turn them upright by the EXIF orientation if the
    decoder has not done so."""
    orientation = 1
    if not (reference or opened.turned):
        with suppress(*DECODE_ERRORS):  # unreadable EXIF data are ignored
            orientation = opened.image.getexif().get(_EXIF_ORIENTATION, 1)
    image = to_rgb(opened.image, reference=reference)
    if orientation not in range(2, 9):
        return opened._replace(image=image)
    # orientations from 5 on swap width and height
    size = opened.size[::-1] if orientation >= 5 else opened.size
    upright = image.transpose(Image.Transpose[_TURNS[orientation]])
    return opened._replace(image=upright, size=size, turned=True)


def _open(
    data: bytes, kind: str, label: str, max_bytes: int, *, reduce: bool, page: int, reference: bool
) -> Decoded:
    """Decode one page with the only decoder of this format. The picture keeps the mode of the file."""
    if kind == "PDF":
        reserve(PDF_BYTES)
        drawn, pages, undrawn = render_page(data, page, label)
        _page_of(range(pages), page, label)
        assert drawn is not None
        return Decoded(drawn, drawn.size, False, pages, undrawn=tuple(undrawn))
    if kind == "HEIC":
        return _open_heic(data, label, max_bytes, page)
    if kind == "JPEG":
        starts = _mpo_frames(data, label, max_bytes)
        start = _page_of(starts, page, label)
        # a frame may be longer than the file says
        refuse_bombs(data[start:], kind, label, max_bytes)
        frame = _open_pillow(data[start:], kind, label, max_bytes, reduce=reduce)
        return frame._replace(pages=len(starts))
    if kind == "TIFF" and page == 1 and not reference and (inner := find_picture(data, label)):
        picture, inner_kind, orientation = inner
        opened = _open_pillow(picture, inner_kind, label, max_bytes, reduce=reduce)
        # a preview without an orientation of its own gets that of the file
        opened.image.getexif().setdefault(_EXIF_ORIENTATION, orientation)
        return opened
    frames = FRAMES[kind](io.BytesIO(data)) if kind in FRAMES else None
    if frames and page == 1 and reference:
        frames = range(len(frames))  # page 1 is the first frame, even if that is a reduced copy
    try:
        return _open_pillow(data, kind, label, max_bytes, page=page, frames=frames)
    except DECODE_ERRORS:
        # the pixels of a PNG are intact even if its texts or profiles are damaged
        if kind != "PNG" or (pixels := _sound_png(data)) == data:
            raise
        return _open_pillow(pixels, kind, label, max_bytes, page=page, frames=frames)


def _open_heic(data: bytes, label: str, max_bytes: int, page: int) -> Decoded:
    # Without these references no picture has EXIF data or XMP, which would be copied for each of them.
    unreferenced = io.BytesIO(_HEIC_DESCRIBES.sub(rb"\1    ", data))
    found = import_module("pillow_heif").open_heif(unreferenced)
    images = sorted(found, key=lambda each: not each.info["primary"])  # the primary image is page 1
    heif = _page_of(images, page, label)
    check_pixels(heif.size, label)
    check_memory(heif.size, "HEIC", heif.mode, label, max_bytes)
    upright: Image.Image = heif.to_pillow()
    return Decoded(upright, upright.size, _HEIC_TURN.search(data) is not None, len(images))


def _mpo_frames(data: bytes, label: str, max_bytes: int) -> list[int]:
    """Return the positions at which the pages of a JPEG begin. Only an MPO has more than one page.
    Frames of an MPO that differ in size from the first frame are not pages, but gain maps, depth maps
    or previews of a phone's photo."""
    base = data.find(b"MPF\0") + 4  # the positions of frames are relative to this position
    first: Any = _plugin(data, "JPEG") if base >= 4 else None
    starts = [0]
    unread = len(data)
    for entry in getattr(first, "mpinfo", {}).get(MPO_ENTRIES, ())[1:MAX_MPO_FRAMES]:
        unread -= entry["Size"]
        if unread < 0:  # the frames overlap, so the same bytes would be read again for each of them
            break
        start = base + entry["DataOffset"]
        with suppress(ImageError, *DECODE_ERRORS):
            frame = data[start : start + entry["Size"]]
            refuse_bombs(frame, "JPEG", label, max_bytes)
            if _plugin(frame, "JPEG").size == first.size:
                starts.append(start)
    return starts


def _open_pillow(
    data: bytes,
    kind: str,
    label: str,
    max_bytes: int,
    *,
    reduce: bool = False,
    page: int = 1,
    frames: Sequence[int] | None = range(1),
) -> Decoded:
    """Decode a page with Pillow. `frames` has the numbers of the frames found by Pillow that are pages.
    If it is None, all frames are pages."""

    def opened(tail: bytes = b"") -> tuple[Image.Image, tuple[int, int], int]:
        # a 0xFF at the end of the data would form a marker with the first byte of the tail
        image = _plugin(data.rstrip(b"\xff") + tail if tail else data, kind)
        pages = range(getattr(image, "n_frames", 1)) if frames is None else frames
        if frame := _page_of(pages, page, label):
            check_pixels(image.size, label)
            image.seek(frame)
        size = image.size
        check_pixels(size, label)
        if kind == "JPEG" and reduce:
            _reduce(image)
        check_opened(image, kind, label, max_bytes)
        return image, size, len(pages)

    image, size, pages = opened()
    turned = kind == "TIFF" and getattr(image, "tag_v2", {}).get(_EXIF_ORIENTATION) in _TURNS
    is_whole = True
    # the position of the first scan: when a plugin opens a JPEG, it reads the file up to there
    scan = image.fp.tell() if kind == "JPEG" else 0  # type: ignore[attr-defined]
    try:
        image.load()
    except (OSError, ValueError) as error:
        if kind == "JPEG" and (appended := _JPEG_APPENDED.search(data, scan)):
            data = data[: appended.start()]
        elif not _is_short(error):
            raise
        image, is_whole = _load_part(lambda tail=b"": opened(tail)[0], kind)
        turned = False
        if not is_whole and _is_flat(image):  # no part of the picture was decoded
            raise
    if kind == "PNM" and image.mode == "I":
        image = image.convert("I;16")  # the plugin has scaled the values to 16 bits
    return Decoded(image, size if kind == "JPEG" else image.size, turned, pages, is_whole)


def _plugin(data: bytes, kind: str) -> Image.Image:
    """Open a picture with Pillow's plugin for this format. `Image.open` is not used, because it also
    applies a limit on pixels that is global to the process."""
    name = "PPM" if kind == "PNM" else kind
    Image.preinit()
    if name not in Image.OPEN:
        Image.init()
    opener, accept = Image.OPEN[name]
    # `accept` returns an error text if Pillow was built without support for the format
    if accept and isinstance(problem := accept(data[:16]), str):
        raise OSError(problem)
    return opener(io.BytesIO(data), "")


def _load_part(opened: Callable[..., Image.Image], kind: str) -> tuple[Image.Image, bool]:
    """Decode as much as possible of a picture whose data end early. Missing rows become grey. Also
    return whether all rows are there."""
    if kind == "JPEG":
        # Perhaps only the end marker is missing. To find out, the picture is decoded twice, with
        # different data instead of the missing end. If both results are equal, no row was missing.
        image = opened(_JPEG_END)
        other = opened(_JPEG_FILLER + _JPEG_END)
        image.load()
        with suppress(OSError):
            other.load()
            return image, _are_equal(image, other)
        return image, False
    image = opened()
    if image.mode in ("L", "RGB", "RGBA"):
        image.im = Image.new(image.mode, image.size, _GREY[: len(image.mode)]).im
    with suppress(OSError, ValueError):
        image.load()
    image.tile = []  # type: ignore[attr-defined]
    return image, False


def _are_equal(one: Image.Image, other: Image.Image) -> bool:
    """Compare the pixels of two pictures in strips. The last rows come first, because pictures that end
    early differ there."""
    width, height = one.size
    boxes = ((0, max(bottom - 256, 0), width, bottom) for bottom in range(height, 0, -256))
    return all(one.crop(box).tobytes() == other.crop(box).tobytes() for box in boxes)


def _is_flat(image: Image.Image) -> bool:
    """Return whether all pixels have the same value."""
    extrema: Any = image.getextrema()
    if not isinstance(extrema[0], tuple):  # Pillow returns a single pair for a single channel
        extrema = [extrema]
    return all(low == high for low, high in extrema)


def _page_of(pages: Sequence[Any], page: int, label: str) -> Any:
    """Return the page of a picture with this number, counted from 1. Raises: ImageNotFound for a number
    that is too high."""
    if page <= len(pages):
        return pages[page - 1]
    file = label.rpartition("#")[0]
    count = len(pages)
    last = f"{file}#{count}" if file else f"page {count}"
    raise ImageNotFound(
        f"{label}: the file has {count} page{'' if count == 1 else 's'}", hint=f"The last is {last}."
    )


def _reduce(image: Image.Image) -> None:
    """Make the JPEG decoder reduce a very large picture by 2, 4 or 8 while it decodes."""
    width, height = image.size
    for scale in (8, 4, 2):
        if width * height > REDUCED_PIXELS * scale**2 and min(width, height) >= REDUCED_SIDE * scale:
            image.draft(None, (width // scale, height // scale))
            return


def _is_short(error: Exception) -> bool:
    """Return whether a decoder's error says that there is not enough data."""
    text = str(error).lower()
    return isinstance(error, EOFError | struct.error) or any(part in text for part in _SHORT_OF_DATA)


def _refuse_damaged(error: Exception, data: bytes, kind: str, label: str) -> NoReturn:
    name = "WebP" if kind == "WEBP" else kind
    if kind == "TIFF" and (layout := _unusual_tiff(data)):
        raise ImageFormatUnsupported(
            f"{label} is a TIFF with {layout}, which cannot be read",
            hint="Save it as RGB or grey with 8 bits.",
        ) from error
    if _is_short(error):
        raise ImageUndecodable(f"{label} cannot be decoded: the {name} ends early") from error
    reason = f" ({error_reason(error)})" if str(error) else ""
    if any(part in reason.lower() for part in _NOT_KNOWN):
        raise ImageFormatUnsupported(
            f"{label}: this kind of {name} cannot be read{reason}",
            hint="Save it as PNG with another program.",
        ) from error
    raise ImageUndecodable(f"{label} cannot be decoded: the {name} is damaged{reason}") from error


# without a handler Python would print the warnings in Pillow's log to stderr
logging.getLogger("PIL").addHandler(logging.NullHandler())
_LOCK = threading.Lock()
_DECODING: list[int] = []  # the ids of the threads that are decoding at the moment
_FILTERS = ExitStack()


@contextmanager
def _decoding(data: bytes, kind: str, label: str) -> Iterator[None]:
    """Convert the exceptions of Pillow and its decoders to our errors. Their log messages, warnings and
    output do not reach stderr. While any thread decodes, warnings are ignored in all threads, because
    Python's warning filters belong to the whole process."""
    # stderr belongs to the whole process. It is not redirected while other threads run, because their
    # output would be lost.
    alone = threading.active_count() == 1
    with _LOCK:
        if not _DECODING:
            _FILTERS.enter_context(warnings.catch_warnings(action="ignore"))
        _DECODING.append(threading.get_ident())
    try:
        with _silent_stderr() if alone and kind in _WRITING_TO_STDERR else nullcontext():
            yield
    except Image.DecompressionBombError as error:
        limit = 2 * (Image.MAX_IMAGE_PIXELS or 0)
        raise ImageTooLarge(f"{label} has more than {limit:,} pixels, Pillow's own limit") from error
    except DECODE_ERRORS as error:
        _refuse_damaged(error, data, kind, label)
    except MemoryError as error:
        raise OutOfMemory(
            f"{label} does not fit into memory once decoded", hint="Scale the picture down first."
        ) from error
    finally:
        with _LOCK:
            _DECODING.remove(threading.get_ident())
            if not _DECODING:
                _FILTERS.close()


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Redirect file descriptor 2 to the null device, because libtiff and dav1d write to this descriptor
    and not to sys.stderr."""
    with ExitStack() as restore:
        # If the process has no stderr, `dup` fails, and there is nothing to redirect.
        with suppress(OSError), open(os.devnull, "wb") as null:
            saved = os.dup(2)
            restore.callback(os.close, saved)
            restore.callback(os.dup2, saved, 2)
            os.dup2(null.fileno(), 2)
        yield


# The functions below handle two kinds of files that Pillow refuses. A PNG with damaged texts or
# profiles is repaired, because its pixels can be read. A TIFF with many bands, numbers of 32 or 64
# bits, or an unknown compression gets an error that names the reason.


def _sound_png(data: bytes) -> bytes:
    """Return a PNG with all chunks that its pixels need, and with those optional chunks that are
    undamaged and small. Texts are dropped, except XMP, which may contain the orientation."""
    parts = [data[:8]]
    at = 8
    while at + 8 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        body = data[at + 8 : end - 4]
        is_sound = zlib.crc32(name + body) == int.from_bytes(data[end - 4 : end], "big")
        # an upper-case first letter marks a chunk without which the pixels cannot be read
        if name[:1].isupper() or name == b"tRNS" or (is_sound and _is_small(name, body)):
            parts.append(data[at:end])
        at = end
    return b"".join(parts)


def _is_small(name: bytes, body: bytes) -> bool:
    if name == b"iCCP":
        with suppress(zlib.error):
            body = zlib.decompressobj().decompress(body.partition(b"\0")[2][1:], MAX_CHUNK_BYTES + 1)
    return len(body) <= MAX_CHUNK_BYTES and (name not in TEXTS or body.startswith(XMP))


def _unusual_tiff(data: bytes) -> str:
    """Describe why a TIFF cannot be read, for example "8 bands of 16 bits". Return "" if it is not
    unusual."""
    outer = all_directories(io.BytesIO(data))[0]
    if not outer:
        return ""
    tags = outer[0].tags
    bands = max(tags["SamplesPerPixel"][0], 1)
    bits = {each or 1 for each in tags["BitsPerSample"]}
    compression = tags["Compression"][0] or 1
    numbers = tags["SampleFormat"]
    is_planar = tags["PlanarConfiguration"] == (2,)
    if compression not in TiffImagePlugin.COMPRESSION_INFO:
        return f"the compression {compression}"
    if len(bits) > bands:  # such a file is damaged and not merely unusual
        return ""
    usual = {1, 2, 4, 8, 16} if bands == 1 else {8, 16}
    if bands <= 4 and not is_planar and len(bits) == 1 and bits <= usual and set(numbers) <= {0, 1}:
        return ""
    kind = {2: " signed", 3: " floating-point"}.get(max(numbers), "")
    order = ", one band after the other" if is_planar else ""
    sizes = " and ".join(map(str, sorted(bits)))
    return f"{bands} band{'' if bands == 1 else 's'} of {sizes}{kind} bits{order}"


# Camera raw: the picture to read in a file of DNG, NEF, CR2 or ARW. It is also found in other TIFFs in
# which all pages are reduced copies and the picture itself is in a SubIFD. The values of the sensor are
# not converted to a picture. Cameras and programs store previews in the same file, mostly as JPEG, and
# the largest preview is read.

# A preview with this number of pixels on its longer side is large enough, because the released model
# reads no more pixels, even in tiles.
ENOUGH = 768
OPENERS = {"JPEG": JpegImagePlugin.JpegImageFile, "TIFF": TiffImagePlugin.TiffImageFile}


def find_picture(data: bytes, label: str) -> tuple[bytes, str, int] | None:
    """Return the largest readable picture in a TIFF, its format, and the EXIF orientation of the file.
    The format is "JPEG", or "TIFF" for a copy of the file in which the picture's directory comes first.
    Return None for a TIFF with ordinary pages.

    Raises: ImageFormatUnsupported if the file has no readable picture, or only a thumbnail.
    """
    outer, inner, is_raw = all_directories(io.BytesIO(data))
    if not is_raw and (len(outer + inner) < 2 or not all(each.is_reduced for each in outer)):
        return None  # a single directory is read as a page, even if its tags call it a reduced copy
    size = (0, 0)
    unread = len(data)
    for each in inner + outer[:MAX_CANDIDATES]:
        picture, kind = _encoded(data, each)
        if kind == "JPEG":
            unread -= len(picture)
        # Previews that overlap would be read again and again. In a directory with too many strips the
        # tags of both kinds are missing.
        if unread < 0 or not (
            kind == "JPEG" or each.tags["StripOffsets"][0] or each.tags["TileOffsets"][0]
        ):
            continue
        refuse_bombs(picture, kind, label, MAX_BYTES)
        with suppress(*DECODE_ERRORS):  # Pillow cannot read the sensor's values and some other kinds
            opened = OPENERS[kind](io.BytesIO(picture))
            if prod(opened.size) > prod(size):
                size = opened.size
                largest = (picture, kind, outer[0].tags["Orientation"][0])
    # A preview is a thumbnail if it is smaller than what the model reads, and also smaller than half of
    # the largest directory.
    sides = (max(each.tags["ImageWidth"][0], each.tags["ImageLength"][0]) for each in inner + outer)
    if max(size) >= max(min(ENOUGH, max(sides, default=0) / 2), 1):
        return largest
    raise ImageFormatUnsupported(
        f"{label} is {'camera raw' if is_raw else 'a TIFF'} without a picture of full size that can be read",
        hint=RAW_HINT if is_raw else "Save it as RGB or grey with 8 bits.",
    )


def _encoded(data: bytes, directory: Directory) -> tuple[bytes, str]:
    """Return the encoded picture of one directory, and its format."""
    tags = directory.tags
    names = ("JPEGInterchangeFormat", "JPEGInterchangeFormatLength")
    # Compressions 6 and 7 are JPEG. A single strip without shared tables is a complete JPEG file.
    is_one_strip = len(tags["StripOffsets"]) == 1 and "JPEGTables" not in tags
    if tags["Compression"][0] in (6, 7) and is_one_strip and not tags[names[0]][0]:
        names = ("StripOffsets", "StripByteCounts")
    start, length = (tags[name][0] for name in names)
    jpeg = data[start : start + length]
    is_jpeg = jpeg.startswith(b"\xff\xd8\xff")
    return (jpeg, "JPEG") if is_jpeg else (with_first(data, directory), "TIFF")
