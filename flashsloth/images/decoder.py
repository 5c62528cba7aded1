"""Bytes of a known format, or a PIL image, to upright RGB, within the limits on pixels."""

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
from typing import Any, NamedTuple, NoReturn

from PIL import Image, TiffImagePlugin

from flashsloth.errors import (
    ImageError,
    ImageFormatUnsupported,
    ImageNotFound,
    ImageTooLarge,
    ImageUndecodable,
    OutOfMemory,
)
from flashsloth.images.camera_raw import find_picture
from flashsloth.images.color import to_rgb
from flashsloth.images.color_profiles import read_code_points
from flashsloth.images.decompression_limits import (
    check_memory,
    check_opened,
    check_pixels,
    refuse_bombs,
)
from flashsloth.images.formats import DECODE_ERRORS, FRAMES
from flashsloth.images.pdf import render_page
from flashsloth.images.tiff_directories import all_directories
from flashsloth.utils.text import error_reason

REDUCED_PIXELS = (
    6_500_000  # a JPEG of over four times as many is decoded at 1/2, 1/4 or 1/8 of its width and height
)
REDUCED_SIDE = 1536  # pixels that its shorter side keeps at least: twice what the model reads in tiles

MAX_CHUNK_BYTES = 1 << 20  # of a PNG's profile, unpacked; as Pillow's own limit
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
XMP = b"XML:com.adobe.xmp\0\0"

# in the errors of Pillow's decoders, in C and in Python
_SHORT_OF_DATA = ("truncat", "not enough image data", "requires a buffer", "index out of range")
# valid kinds that the decoders do not know, such as a BMP of 2 bits or a JPEG of 12
_NOT_KNOWN = ("unsupported", "cannot handle", "not implemented", "unknown pixel mode")
_WRITING_TO_STDERR = ("TIFF", "AVIF", "HEIC")
_JPEG_END = b"\xff\xd9"
# a marker that may not follow a scan: then it begins what another program has added, as Samsung's
# phones do
_JPEG_STRANGER = re.compile(rb"\xff[\x02-\xc3\xc5-\xcf\xd8\xde\xdf\xf0-\xfd]")
# noise, restarts
_JPEG_FILLER = b"".join(b"\x5a\xa7\x31\xc4" * 8 + bytes((0xFF, 0xD0 + n)) for n in range(8)) * 32
_GREY = (127, 127, 127, 255)

_TURNS = {  # by EXIF orientation
    **dict(enumerate(("FLIP_LEFT_RIGHT", "ROTATE_180", "FLIP_TOP_BOTTOM", "TRANSPOSE"), 2)),
    **dict(enumerate(("ROTATE_270", "TRANSVERSE", "ROTATE_90"), 6)),
}
_EXIF_ORIENTATION = 0x0112
MPO_ENTRIES = 0xB002
MAX_MPO_FRAMES = 64


class Decoded(NamedTuple):
    """A picture as RGB, its width and height in full, whether an orientation was applied, how many
    pages its file has, and whether all of its rows were there."""

    image: Image.Image
    size: tuple[int, int]
    turned: bool
    pages: int = 1
    is_whole: bool = True


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
    (REDUCED_PIXELS), unless `reduce` is False. Other arguments and errors are those of
    `reader.read_image`; `label` names it in errors."""
    with _decoding(data, kind, label):
        refuse_bombs(data, kind, label, max_bytes)
        opened = _open(
            data,
            kind,
            label,
            max_bytes,
            reduce=reduce and not reference,
            page=page,
            reference=reference,
        )
        code_points = read_code_points(data) if kind in ("PNG", "AVIF", "HEIC") else None
        if code_points and (kind == "PNG" or "icc_profile" not in opened.image.info):
            opened.image.info["cicp"] = code_points
        return _as_rgb(opened, reference=reference)


def convert(image: Image.Image, label: str, *, reference: bool) -> Decoded:
    """Return a PIL image as RGB. Arguments as for `decode`."""
    check_pixels(image.size, label)
    with _decoding(b"", image.format or "picture", label):
        image.load()
        return _as_rgb(Decoded(image, image.size, False), reference=reference)


def _as_rgb(opened: Decoded, *, reference: bool) -> Decoded:
    """Convert pixels in the file's own mode, and turn them as the EXIF orientation says if that was not
    done."""
    orientation = 1
    if not (reference or opened.turned):
        with suppress(*DECODE_ERRORS):  # EXIF that cannot be read
            orientation = opened.image.getexif().get(_EXIF_ORIENTATION, 1)
    image = to_rgb(opened.image, reference=reference)
    if orientation not in range(2, 9):
        return opened._replace(image=image)
    size = opened.size[::-1] if orientation >= 5 else opened.size
    return opened._replace(
        image=image.transpose(Image.Transpose[_TURNS[orientation]]), size=size, turned=True
    )


def _open(
    data: bytes, kind: str, label: str, max_bytes: int, *, reduce: bool, page: int, reference: bool
) -> Decoded:
    """Decode with the one decoder for this format. The picture keeps the file's own mode."""
    if kind == "PDF":
        drawn, pages = render_page(data, page, label)
        _page_of(range(pages), page, label)
        assert drawn is not None
        return Decoded(drawn, drawn.size, False, pages)
    if kind == "HEIC":
        return _open_heic(data, label, max_bytes, page)
    if kind == "JPEG":
        starts = _mpo_frames(data, label, max_bytes)
        start = _page_of(starts, page, label)
        frame = _open_pillow(data[start:], kind, label, max_bytes, reduce=reduce)
        return frame._replace(pages=len(starts))
    if kind == "TIFF" and page == 1 and not reference and (inner := find_picture(data, label)):
        picture, inner_kind, orientation = inner
        opened = _open_pillow(picture, inner_kind, label, max_bytes, reduce=reduce)
        opened.image.getexif().setdefault(_EXIF_ORIENTATION, orientation)
        return opened
    frames = FRAMES[kind](data) if kind in FRAMES else None
    if frames and page == 1 and reference:
        frames = range(len(frames))  # the first one, even if it is a reduced copy
    try:
        return _open_pillow(data, kind, label, max_bytes, page=page, frames=frames)
    except DECODE_ERRORS:
        if kind != "PNG" or (pixels := _sound_png(data)) == data:
            raise
        return _open_pillow(pixels, kind, label, max_bytes, page=page, frames=frames)


def _open_heic(data: bytes, label: str, max_bytes: int, page: int) -> Decoded:
    images = sorted(
        import_module("pillow_heif").open_heif(io.BytesIO(data)),
        key=lambda each: not each.info["primary"],
    )
    heif = _page_of(images, page, label)
    check_pixels(heif.size, label)
    check_memory(heif.size, "HEIC", heif.mode, label, max_bytes)
    upright: Image.Image = heif.to_pillow()
    turned = upright.info.get("original_orientation") in _TURNS
    return Decoded(upright, upright.size, turned, len(images))


def _mpo_frames(data: bytes, label: str, max_bytes: int) -> list[int]:
    """Return where the pages of a JPEG begin: one, but for an MPO. Its frames of another size than the
    first are no pages, but gain maps, depth and previews of a phone's photo."""
    base = data.find(b"MPF\0") + 4  # from which their positions count
    first: Any = _plugin(data, "JPEG") if base >= 4 else None
    starts = [0]
    for entry in getattr(first, "mpinfo", {}).get(MPO_ENTRIES, ())[1:MAX_MPO_FRAMES]:
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
    """Decode a page with Pillow. `frames`: which of the frames that Pillow finds are pages; None for
    all of them."""

    def opened(tail: bytes = b"") -> tuple[Image.Image, tuple[int, int], int]:
        # which would begin a marker
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
    try:
        image.load()
    except (OSError, ValueError) as error:
        if kind == "JPEG" and (stranger := _JPEG_STRANGER.search(data, _scan_start(data))):
            data = data[: stranger.start()]
        elif not _is_short(error):
            raise
        image, is_whole = _load_part(lambda tail=b"": opened(tail)[0], kind)
        turned = False
        if not is_whole and _is_flat(image):
            raise
    if kind == "PNM" and image.mode == "I":
        image = image.convert("I;16")  # the plugin has scaled its values to 16 bits
    return Decoded(image, size if kind == "JPEG" else image.size, turned, pages, is_whole)


def _plugin(data: bytes, kind: str) -> Image.Image:
    """Return the picture that the one plugin for this format opens, unlike `Image.open` without a
    global limit."""
    name = "PPM" if kind == "PNM" else kind
    Image.preinit()
    if name not in Image.OPEN:
        Image.init()
    opener, accept = Image.OPEN[name]
    # this Pillow was built without the format
    if accept and isinstance(problem := accept(data[:16]), str):
        raise OSError(problem)
    return opener(io.BytesIO(data), "")


def _scan_start(data: bytes) -> int:
    """Return where the first scan of a JPEG begins: up to there it is read as it is opened."""
    image: Any = _plugin(data, "JPEG")
    return int(image.fp.tell())


def _load_part(opened: Callable[..., Image.Image], kind: str) -> tuple[Image.Image, bool]:
    """Decode a picture that ends early, and return whether all of its rows are there; the others become
    grey."""
    # perhaps only its end mark is missing: then what is in its place changes nothing
    if kind == "JPEG":
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
    """Compare pixels in strips, from the last rows, where pictures that end early differ."""
    width, height = one.size
    boxes = ((0, max(bottom - 256, 0), width, bottom) for bottom in range(height, 0, -256))
    return all(one.crop(box).tobytes() == other.crop(box).tobytes() for box in boxes)


def _is_flat(image: Image.Image) -> bool:
    """Return whether all pixels have one value: nothing of the picture is left."""
    extrema: Any = image.getextrema()
    return all(low == high for low, high in (extrema if isinstance(extrema[0], tuple) else [extrema]))


def _page_of(pages: Sequence[Any], page: int, label: str) -> Any:
    """Return one of the pages of a picture, from 1. Raises: ImageNotFound for a page that it does not
    have."""
    if page <= len(pages):
        return pages[page - 1]
    file = label.rpartition("#")[0]
    count = len(pages)
    last = f"{file}#{count}" if file else f"page {count}"
    raise ImageNotFound(
        f"{label}: the file has {count} page{'' if count == 1 else 's'}", hint=f"The last is {last}."
    )


def _reduce(image: Image.Image) -> None:
    """Let the JPEG decoder leave out the finest detail of a very large picture."""
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


_LOCK = threading.Lock()
_DECODING: list[int] = []  # threads
_FILTERS = ExitStack()


@contextmanager
def _decoding(data: bytes, kind: str, label: str) -> Iterator[None]:
    """Convert what Pillow and its decoders raise, and keep what they log, warn and print off stderr.
    Warnings are ignored while any thread decodes: Python's filters belong to the whole process."""
    logger = logging.getLogger("PIL")
    if not logger.handlers:
        # without any handler Python prints its warnings to stderr
        logger.addHandler(logging.NullHandler())
    alone = threading.active_count() == 1  # else the lines of another thread would be lost
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
    """Send file descriptor 2 to the null device: libtiff and dav1d write to it directly, past
    Python."""
    try:
        saved = os.dup(2)
    except OSError:  # the process has no stderr
        saved = -1
    try:
        if saved >= 0:
            with open(os.devnull, "wb") as null:
                os.dup2(null.fileno(), 2)
        yield
    finally:
        if saved >= 0:
            os.dup2(saved, 2)
            os.close(saved)


# What Pillow refuses: a PNG with damaged texts or profiles, whose pixels can be read; a TIFF of many
# bands, of numbers of 32 or 64 bits, of other compressions


def _sound_png(data: bytes) -> bytes:
    """Return a PNG with all its chunks of pixels, and of the others those that are undamaged and small;
    of texts only XMP, which may say how the picture is turned."""
    parts = [data[:8]]
    at = 8
    while at + 8 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        body = data[at + 8 : end - 4]
        is_sound = zlib.crc32(name + body) == int.from_bytes(data[end - 4 : end], "big")
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
    """Return such as `8 bands of 16 bits`, "" for a TIFF that can be read if it is undamaged."""
    outer = all_directories(data)[0]
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
    if len(bits) > bands:  # it is damaged
        return ""
    usual = {1, 2, 4, 8, 16} if bands == 1 else {8, 16}
    if bands <= 4 and not is_planar and len(bits) == 1 and bits <= usual and set(numbers) <= {0, 1}:
        return ""
    kind = {2: " signed", 3: " floating-point"}.get(max(numbers), "")
    order = ", one band after the other" if is_planar else ""
    return f"{bands} band{'' if bands == 1 else 's'} of {' and '.join(map(str, sorted(bits)))}{kind} bits{order}"
