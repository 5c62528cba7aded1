"""Bytes of a known format, or a PIL image, to upright RGB, within the limits on pixels.

Pillow is imported on first use.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from flashsloth.errors import ImageNotFound, ImageTooLarge, ImageTruncated, ImageUndecodable, OutOfMemory
from flashsloth.images import exif, icon
from flashsloth.images.color import to_rgb
from flashsloth.images.decompression_limits import check_memory, check_slow_pixels, refuse_bombs
from flashsloth.images.formats import DECODE_ERRORS
from flashsloth.images.pages import page_frames
from flashsloth.images.pdf import render_page
from flashsloth.images.truncation import is_truncated
from flashsloth.utils.text import error_reason

if TYPE_CHECKING:
    from PIL import Image

REDUCED_PIXELS = 6_500_000  # a JPEG of over four times as many is decoded at 1/2, 1/4 or 1/8 of its width and height
REDUCED_SIDE = 1536  # pixels that its shorter side keeps at least: twice what the model reads in tiles
MAX_SIDE = 1 << 24  # pixels: Pillow spends memory and time on each row, however short it is

# format -> the only Pillow plugin that may read such bytes
_PLUGINS = {
    "JPEG": "JpegImagePlugin",
    "PNG": "PngImagePlugin",
    "WEBP": "WebPImagePlugin",
    "GIF": "GifImagePlugin",
    "BMP": "BmpImagePlugin",
    "TIFF": "TiffImagePlugin",
    "AVIF": "AvifImagePlugin",
    "JPEG2000": "Jpeg2KImagePlugin",
    "PNM": "PpmImagePlugin",
    "ICO": "IcoImagePlugin",
    "TGA": "TgaImagePlugin",
    "QOI": "QoiImagePlugin",
}
_PARTLY_READABLE = ("JPEG", "PNG", "GIF", "BMP", "TIFF")  # whose plugins can decode the beginning of a truncated file
_NEVER_PARTLY = ("JPEG2000", "PNM", "ICO", "TGA", "QOI")
_DISPLAY_NAMES = {"WEBP": "WebP", "JPEG2000": "JPEG 2000"}
_SHORT_OF_DATA = ("truncat", "not enough image data")  # in the errors of Pillow's decoders, in C and in Python
_WRITING_TO_STDERR = ("TIFF", "AVIF", "HEIC")

_TRANSPOSE = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
_EXIF_ORIENTATION = 0x0112
_TIFF_TILE_WIDTH, _TIFF_TILE_HEIGHT = 322, 323
_SMALL_TILE = 1 << 20  # pixels: a tile of up to this size may be larger than the whole picture


class Decoded(NamedTuple):
    """A picture as RGB, its width and height in full, whether an orientation was applied, what its EXIF tells, and how
    many pages its file has."""

    image: Image.Image
    size: tuple[int, int]
    turned: bool
    details: str
    pages: int


def decode(
    data: bytes,
    kind: str,
    label: str,
    *,
    reference: bool,
    allow_truncated: bool,
    max_pixels: int,
    max_bytes: int,
    reduce: bool = True,
    page: int = 1,
) -> Decoded:
    """Decode a page of encoded bytes. A very large JPEG is decoded at a fraction of its size (REDUCED_PIXELS), unless
    `reduce` is False. Other arguments and errors are those of `reader.read_image`; `label` names it in errors."""
    from PIL import Image

    allow_truncated = allow_truncated and kind not in _NEVER_PARTLY
    with nullcontext() if kind == "PDF" else _pillow(kind, allow_truncated):
        try:
            part, form = icon.largest(data) if kind == "ICO" else (data, kind)
            refuse_bombs(part, form, label, max_pixels, max_bytes)
            reduce = reduce and not reference
            image, size, turned, pages = _open(
                part, form, label, max_pixels, max_bytes, allow_truncated, reduce=reduce, page=page
            )
            orientation = 1 if reference or turned else _orientation(image)
            details = exif.describe(image)
            image = to_rgb(image, reference=reference)
        except Image.DecompressionBombError as error:
            limit = 2 * (Image.MAX_IMAGE_PIXELS or 0)
            raise ImageTooLarge(f"{label} has more than {limit:,} pixels, Pillow's own limit") from error
        except DECODE_ERRORS as error:
            _refuse_damaged(error, data, kind, label, allow_truncated)
        except MemoryError as error:
            raise _out_of_memory(label) from error
    if orientation != 1:
        image = _upright(image, orientation)
    return Decoded(image, size[::-1] if orientation >= 5 else size, turned or orientation != 1, details, pages)


def convert(
    image: Image.Image, label: str, *, reference: bool, allow_truncated: bool, max_pixels: int
) -> tuple[Image.Image, bool]:
    """Return a PIL image as RGB, and whether an orientation was applied. Arguments as for `decode`."""
    _check_pixels(image.size, label, max_pixels)
    with _pillow(image.format or "", allow_truncated):
        try:
            image.load()
            rgb = to_rgb(image, reference=reference)
        except DECODE_ERRORS as error:
            raise ImageUndecodable(f"{label} cannot be decoded: {error_reason(error)}") from error
        except MemoryError as error:
            raise _out_of_memory(label) from error
        orientation = 1 if reference else _orientation(image)
    return (rgb if orientation == 1 else _upright(rgb, orientation)), orientation != 1


def _open(
    data: bytes,
    kind: str,
    label: str,
    max_pixels: int,
    max_bytes: int,
    allow_truncated: bool,
    *,
    reduce: bool,
    page: int,
) -> tuple[Image.Image, tuple[int, int], bool, int]:
    """Decode with the one plugin for this format. Return pixels in the file's own mode, the size in full, whether the
    plugin applied the orientation, and the number of pages. `reduce`: a very large JPEG may be decoded at a fraction
    of its size."""
    import io
    from importlib import import_module

    from PIL import Image

    if kind == "PDF":
        drawn, pages = render_page(data, page)
        if drawn is None:
            _refuse_page(label, pages)
        return drawn, drawn.size, False, pages
    frames = page_frames(data, kind)
    if page > len(frames):
        _refuse_page(label, len(frames))
    if kind == "HEIC":
        heif = import_module("pillow_heif").open_heif(io.BytesIO(data))
        _check_pixels(heif.size, label, max_pixels)
        check_memory(heif.size, kind, heif.mode, label, max_bytes)
        upright: Image.Image = heif.to_pillow()
        return upright, upright.size, upright.info.get("original_orientation") in _TRANSPOSE, 1
    import_module(f"PIL.{_PLUGINS[kind]}")
    # not Image.open, which imports every plugin and limits sizes by a global
    opener, accept = Image.OPEN["PPM" if kind == "PNM" else kind]
    if accept and isinstance(problem := accept(data[:16]), str):  # this Pillow was built without the format
        raise OSError(problem)
    image: Image.Image = opener(io.BytesIO(data), "")
    if frames[page - 1]:
        _check_pixels(image.size, label, max_pixels)
        image.seek(frames[page - 1])
    size = image.size
    _check_pixels(size, label, max_pixels)
    if kind == "JPEG" and reduce:
        _reduce(image)
    check_memory(image.size, kind, image.mode, label, max_bytes)
    if kind == "TIFF":
        _check_tiles(image, label, max_pixels)
    elif (tiles := getattr(image, "tile", None)) and tiles[0][0] in Image.DECODERS:  # one in Python
        check_slow_pixels(size, kind, label)
    turned = kind == "TIFF" and getattr(image, "tag_v2", {}).get(_EXIF_ORIENTATION) in _TRANSPOSE
    if allow_truncated and not turned and kind in ("PNG", "BMP", "TIFF") and image.mode in ("L", "RGB", "RGBA"):
        image.im = Image.new(image.mode, image.size, (127, 127, 127, 255)[: len(image.mode)]).im  # for missing rows
    image.load()
    if kind == "PNM" and image.mode == "I":
        image = image.convert("I;16")  # the plugin has scaled its values to 16 bits
    if kind == "TGA" and image.mode == "RGBA" and not data[17] & 15:
        image = image.convert("RGB")  # bits that are not alpha
    return image, size if kind == "JPEG" else image.size, turned, len(frames)  # a TIFF may have been turned


def _refuse_page(label: str, count: int) -> NoReturn:
    """Raise ImageNotFound for a page that a picture does not have."""
    file = label.rpartition("#")[0]
    raise ImageNotFound(f"{label}: the file has {count} page{'s' * (count != 1)}", hint=f"The last is {file}#{count}.")


def _reduce(image: Image.Image) -> None:
    """Let the JPEG decoder leave out the finest detail of a very large picture."""
    width, height = image.size
    for scale in (8, 4, 2):
        if width * height > REDUCED_PIXELS * scale**2 and min(width, height) >= REDUCED_SIDE * scale:
            image.draft(None, (width // scale, height // scale))
            return


def _check_pixels(size: tuple[int, int], label: str, max_pixels: int) -> None:
    if size[0] * size[1] > max_pixels:
        raise ImageTooLarge(f"{label} is {size[0]}x{size[1]} pixels, over the limit of {max_pixels:,} pixels")
    if max(size) > MAX_SIDE:
        raise ImageTooLarge(f"{label} is {size[0]}x{size[1]} pixels, over the limit of {MAX_SIDE:,} pixels for a side")


def _check_tiles(image: Image.Image, label: str, max_pixels: int) -> None:
    """Limit the size of a TIFF tile: it is decoded whole, however small the picture is."""
    tags = getattr(image, "tag_v2", {})
    width, height = tags.get(_TIFF_TILE_WIDTH), tags.get(_TIFF_TILE_HEIGHT)
    if isinstance(width, int) and isinstance(height, int) and width * height > max(max_pixels, _SMALL_TILE):
        raise ImageTooLarge(f"{label} has tiles of {width}x{height}, over the limit of {max_pixels:,} pixels")


def _out_of_memory(label: str) -> OutOfMemory:
    return OutOfMemory(f"{label} does not fit into memory once decoded", hint="Scale the picture down first.")


def _refuse_damaged(error: Exception, data: bytes, kind: str, label: str, allow_truncated: bool) -> NoReturn:
    name = _DISPLAY_NAMES.get(kind, kind)
    short = any(part in str(error).lower() for part in _SHORT_OF_DATA)
    if not short and not is_truncated(data, kind):
        reason = f" ({error_reason(error)})" if str(error) else ""
        raise ImageUndecodable(f"{label} cannot be decoded: the {name} is damaged{reason}") from error
    hint = None if kind in _PARTLY_READABLE else f"Fetch the file again; a part of a {name} cannot be shown."
    if allow_truncated and not hint:
        hint = "Fetch the file again; too little of it is left to show a part."
    raise ImageTruncated(f"{label} cannot be decoded: the {name} ends early", hint=hint) from error


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 if it is missing or unreadable."""
    try:
        value = image.getexif().get(_EXIF_ORIENTATION)
    except DECODE_ERRORS:
        return 1
    return value if isinstance(value, int) and value in _TRANSPOSE else 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    from PIL import Image

    return image.transpose(Image.Transpose[_TRANSPOSE[orientation]])


_PILLOW_LOCK = threading.Lock()  # Pillow's switches below are global to the process


@contextmanager
def _pillow(kind: str, allow_truncated: bool) -> Iterator[None]:
    """Set Pillow's global switches, and silence it, for one decode at a time."""
    import logging
    import warnings

    from PIL import ImageFile

    logger = logging.getLogger("PIL")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # without any handler Python prints its warnings to stderr
    alone = threading.active_count() == 1  # else the lines of another thread would be lost
    silence = _silent_stderr() if alone and kind in _WRITING_TO_STDERR else nullcontext()
    with _PILLOW_LOCK, warnings.catch_warnings(), silence:
        warnings.simplefilter("ignore")
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = allow_truncated
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Send file descriptor 2 to the null device: libtiff and dav1d write to it directly, past Python."""
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
