"""Encoded bytes -> one safe RGB picture: upright, on white, 8 bits a channel.

Owns: which formats are trusted (decided by content, never by the file's name), the ceiling on pixels, what becomes of
orientation, and what each failure says. Where bytes come from is `http_fetch.py`'s, what is too dear to be begun is
`decompression_limits.py`'s, colours are `color.py`'s. Knows nothing of tensors, of the size the model wants, or of
terminals and stdin: whoever reads stdin hands over the bytes. `reference=True` reads pixels exactly as the released
model's own code does (`PIL.Image.open(...).convert("RGB")`): EXIF ignored, alpha dropped, 16 bits clipped.

Pillow is imported on first use.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from flashsloth.errors import (
    ImageFormatUnsupported,
    ImageTooLarge,
    ImageTruncated,
    ImageUndecodable,
    OutOfMemory,
)
from flashsloth.images.color import to_rgb
from flashsloth.images.decompression_limits import refuse_bombs
from flashsloth.images.pdf import first_page
from flashsloth.images.sources import ByteSource, read_source
from flashsloth.utils.text import error_reason, printable_source, source_name

if TYPE_CHECKING:
    from PIL import Image

ImageSource: TypeAlias = "ByteSource | Image.Image"

DEFAULT_MAX_PIXELS = 178_956_970  # where Pillow itself refuses by default; 716 MB once decoded
MAX_SIDE = 1 << 24  # a row costs Pillow memory and time of its own, however short it is

# kind -> the only Pillow plugin that may look at such bytes
_PLUGINS = {
    "JPEG": "JpegImagePlugin",
    "PNG": "PngImagePlugin",
    "WEBP": "WebPImagePlugin",
    "GIF": "GifImagePlugin",
    "BMP": "BmpImagePlugin",
    "TIFF": "TiffImagePlugin",
    "AVIF": "AvifImagePlugin",
}
_SHOWN_IN_PART = ("JPEG", "PNG", "GIF", "BMP", "TIFF")  # readers that can deliver the beginning of a cut file
_EXTRAS = {"HEIC": ("pillow_heif", "heic"), "PDF": ("pypdfium2", "pdf")}  # kind -> module, our extra that brings it
_NAMES = {"WEBP": "WebP"}
_TALKING = ("TIFF", "AVIF", "HEIC")  # whose libraries may write to stderr

_SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"%PDF-", "PDF"),
)
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}  # two letters "BM" alone would also match text

_OTHER_SIGNATURES = (
    (b"8BPS", "a Photoshop file"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\x01\0", "an icon file"),
    (b"%!PS", "a PostScript file"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"ID3", "an audio file"),
    (b"OggS", "an audio or video file"),
    (b"\x1aE\xdf\xa3", "a video file"),
)

_SVG = "an SVG drawing, made of lines"

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
_SMALL_TILE = 1 << 20  # tiles may stand over a picture of any size by that much

# what readers raise on damaged bytes, Pillow's and the extras'
_DECODE_ERRORS = (
    *(OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, AttributeError, ArithmeticError),
    *(AssertionError, RuntimeError, struct.error, zlib.error),
)


@dataclass(frozen=True, slots=True)
class LoadedImage:
    """One decoded picture and where it came from."""

    image: Image.Image  # mode RGB, in memory
    source: str  # as given; "-" for stdin, "<bytes>" for bytes, data: URLs cut after the comma
    sha256: str  # of the encoded bytes; of size and RGB pixels where the source was a PIL image
    format: str  # by content: JPEG, PNG, WEBP, GIF, BMP, TIFF, AVIF, HEIC, PDF
    width: int  # pixels of `image` as delivered: swapped against the file's after a quarter turn
    height: int
    orientation_applied: bool  # a rotation or flip noted in the file was carried out
    encoded: bytes | None = field(default=None, repr=False, compare=False)  # None where the source was a PIL image


def load_image(
    source: ImageSource, *, reference: bool = False, allow_truncated: bool = False, allow_local: bool = False
) -> Image.Image:
    """Return the picture as PIL RGB. `read_image` without the facts about it; same arguments, same errors."""
    from PIL import Image

    if isinstance(source, Image.Image):  # without the hash
        return _from_pillow(source, None, reference, allow_truncated, DEFAULT_MAX_PIXELS)[0]
    return read_image(source, reference=reference, allow_truncated=allow_truncated, allow_local=allow_local).image


def read_image(
    source: ImageSource,
    *,
    name: str | None = None,
    reference: bool = False,
    allow_truncated: bool = False,
    allow_local: bool = False,
    max_pixels: int = DEFAULT_MAX_PIXELS,
) -> LoadedImage:
    """Read one picture from a path, a file:, http(s): or data: URL, bytes, a binary file, or a PIL image.

    name: stands for the source in messages and in the result ("-" for bytes read from stdin).
    reference: pixels exactly as the released model's code reads them; see the module's docstring.
    allow_truncated: deliver what is there of a file that ends early, the rest grey (not WebP, AVIF, compressed TIFF).
    allow_local: let URLs point at this machine or its local link.
    max_pixels: ceiling on width * height; above Pillow's own limit it needs `PIL.Image.MAX_IMAGE_PIXELS` raised too.

    16-bit grey is scaled from 0..65535; 32-bit integers and floats from the smallest usual range that holds their
    values (0..1, 0..255, 0..65535), else from their own minimum and maximum. An embedded colour profile is honoured.

    Raises an `ImageError` for anything wrong with the picture, TypeError for a source of another type.
    """
    from PIL import Image

    if isinstance(source, Image.Image):
        image, given, turned = _from_pillow(source, name, reference, allow_truncated, max_pixels)
        digest = hashlib.sha256(f"{image.width}x{image.height} RGB\n".encode() + image.tobytes()).hexdigest()
        return LoadedImage(image, given, digest, source.format or "PIL", image.width, image.height, turned)
    given = name if name is not None else source_name(source)
    label = printable_source(given)
    data = read_source(source, label, allow_local=allow_local)
    kind = _identify(data)
    if kind is None:
        _refuse(data, label)
    _require_extra(kind, label)
    image, turned = _decode(
        data, kind, label, reference=reference, allow_truncated=allow_truncated, max_pixels=max_pixels
    )
    return LoadedImage(image, given, hashlib.sha256(data).hexdigest(), kind, image.width, image.height, turned, data)


def looks_like_image(data: bytes) -> bool:
    """Whether bytes begin like a picture (HEIC and PDF included). Looks at the signature only."""
    return _identify(data) is not None


# What bytes are


def _refuse(data: bytes, label: str) -> NoReturn:
    """Say what bytes are that are no picture."""
    kind = _describe(data)
    if kind is None:
        raise ImageFormatUnsupported(f"{label} is not a picture in a format that can be read here")
    hint = None
    if kind.startswith("a Git LFS"):
        hint = "Run `git lfs pull` to get the picture itself."
    elif kind == "an HTML page" and label.lower().startswith("http"):
        hint = "Give the address of the picture itself, not of the page that shows it."
    elif kind == _SVG:
        hint = "Export it as PNG first."
    raise ImageFormatUnsupported(f"{label} is {kind}, not a picture", hint=hint)


def _describe(data: bytes) -> str | None:
    for signature, kind in _OTHER_SIGNATURES:
        if data.startswith(signature):
            return kind
    if data[4:8] == b"ftyp":
        return "a video or audio file"
    if data[:4] == b"RIFF":
        return {b"AVI ": "a video file", b"WAVE": "an audio file"}.get(data[8:12])
    import codecs

    utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8-sig")().decode(data[:4096])
    except UnicodeDecodeError:
        return None
    if re.search(r"[\0-\x08\x0e-\x1a]", text):
        return None
    if re.search(r"<svg[\s>]", text, re.IGNORECASE):
        return _SVG
    if re.match(r"\s*(<!--.*?-->\s*)?<(!doctype html|html|head|body)\b", text, re.IGNORECASE | re.DOTALL):
        return "an HTML page"
    return "a Git LFS pointer" if text.startswith("version https://git-lfs") else "text"


def _identify(data: bytes) -> str | None:
    """The kind of picture that bytes begin like, or None."""
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    if data[4:8] == b"ftyp":
        box = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
        brands = {box[at : at + 4] for at in range(0, len(box), 4) if at != 4}  # 4 is the minor version
        return "AVIF" if brands & _AVIF_BRANDS else "HEIC" if brands & _HEIC_BRANDS else None
    return None


def _require_extra(kind: str, label: str) -> None:
    if kind not in _EXTRAS:
        return
    import importlib

    module, extra = _EXTRAS[kind]
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise ImageFormatUnsupported(
            f"{label} is a {kind} file, and reading it needs an optional package",
            hint=f"pip install 'flashsloth[{extra}]'",
        ) from error


# Decoding


def _decode(
    data: bytes, kind: str, label: str, *, reference: bool, allow_truncated: bool, max_pixels: int
) -> tuple[Image.Image, bool]:
    """Encoded bytes -> RGB, and whether an orientation was applied."""
    from PIL import Image

    with nullcontext() if kind == "PDF" else _pillow(kind, allow_truncated):
        try:
            image, turned = _open(data, kind, label, max_pixels, allow_truncated)
            orientation = 1 if reference or turned else _orientation(image)
            image = to_rgb(image, reference=reference)
        except Image.DecompressionBombError as error:
            ceiling = 2 * (Image.MAX_IMAGE_PIXELS or 0)
            raise ImageTooLarge(f"{label} has more than {ceiling:,} pixels, Pillow's own ceiling") from error
        except _DECODE_ERRORS as error:
            _refuse_damaged(error, data, kind, label, allow_truncated)
        except MemoryError as error:
            raise _out_of_memory(label) from error
    if orientation != 1:
        image = _upright(image, orientation)
    return image, turned or orientation != 1


def _open(data: bytes, kind: str, label: str, max_pixels: int, allow_truncated: bool) -> tuple[Image.Image, bool]:
    """Decode with the one reader the signature names -> (pixels in the file's own mode, whether it turned them)."""
    import io
    from importlib import import_module

    from PIL import Image

    refuse_bombs(data, kind, label, max_pixels)
    if kind == "PDF":
        return first_page(data), False
    if kind == "HEIC":
        heif = import_module("pillow_heif").open_heif(io.BytesIO(data))
        _check_pixels(heif.size, label, max_pixels)
        upright: Image.Image = heif.to_pillow()
        return upright, upright.info.get("original_orientation") in _TRANSPOSE
    import_module(f"PIL.{_PLUGINS[kind]}")
    opener, accept = Image.OPEN[kind]  # not Image.open: it imports every reader, and judges sizes by a global
    if accept and isinstance(problem := accept(data[:16]), str):  # this Pillow was built without the format
        raise OSError(problem)
    image = opener(io.BytesIO(data), "")
    _check_pixels(image.size, label, max_pixels)
    if kind == "TIFF":
        _check_tiles(image, label, max_pixels)
    turned = kind == "TIFF" and getattr(image, "tag_v2", {}).get(_EXIF_ORIENTATION) in _TRANSPOSE
    if allow_truncated and not turned and kind in ("PNG", "BMP", "TIFF") and image.mode in ("L", "RGB", "RGBA"):
        image.im = Image.new(image.mode, image.size, (127, 127, 127, 255)[: len(image.mode)]).im  # what stays missing
    image.load()
    return image, turned


def _check_pixels(size: tuple[int, int], label: str, max_pixels: int) -> None:
    if size[0] * size[1] > max_pixels:
        raise ImageTooLarge(f"{label} is {size[0]}x{size[1]} pixels, over the ceiling of {max_pixels:,} pixels")
    if max(size) > MAX_SIDE:
        raise ImageTooLarge(
            f"{label} is {size[0]}x{size[1]} pixels, over the ceiling of {MAX_SIDE:,} pixels for a side"
        )


def _check_tiles(image: Image.Image, label: str, max_pixels: int) -> None:
    """A tile is decoded whole, however little of it the picture shows."""
    tags = getattr(image, "tag_v2", {})
    width, height = tags.get(_TIFF_TILE_WIDTH), tags.get(_TIFF_TILE_HEIGHT)
    if isinstance(width, int) and isinstance(height, int) and width * height > max(max_pixels, _SMALL_TILE):
        raise ImageTooLarge(f"{label} has tiles of {width}x{height}, over the ceiling of {max_pixels:,} pixels")


def _out_of_memory(label: str) -> OutOfMemory:
    return OutOfMemory(f"{label} does not fit into memory once decoded", hint="Scale the picture down first.")


def _refuse_damaged(error: Exception, data: bytes, kind: str, label: str, allow_truncated: bool) -> NoReturn:
    name = _NAMES.get(kind, kind)
    if "truncat" not in str(error).lower() and not _ends_early(data, kind):
        why = f" ({error_reason(error)})" if str(error) else ""
        raise ImageUndecodable(f"{label} cannot be decoded: the {name} is damaged{why}") from error
    hint = None if kind in _SHOWN_IN_PART else f"Fetch the file again; a part of a {name} cannot be shown."
    if allow_truncated and not hint:
        hint = "Fetch the file again; too little of it is there to show a part."
    raise ImageTruncated(f"{label} cannot be decoded: the {name} ends early", hint=hint) from error


def _ends_early(data: bytes, kind: str) -> bool:
    """Whether a file that failed to decode lacks its end, by what its container promises. False when unsure."""
    if kind == "WEBP":
        return int.from_bytes(data[4:8], "little") + 8 > len(data)
    if kind == "BMP":
        return int.from_bytes(data[2:6], "little") > len(data)
    if kind in ("AVIF", "HEIC"):
        return _boxes_end(data) > len(data)
    if kind == "TIFF":
        return _tiff_end(data) > len(data)
    return {"JPEG": b"\xff\xd9", "PNG": b"IEND", "GIF": b"\0;", "PDF": b"%%EOF"}[kind] not in data[-4096:]


def _boxes_end(data: bytes) -> int:
    """Where the last top-level box of an ISO media file says it ends."""
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
    """Where the first page's directory, or the furthest of its strips or tiles, says it ends."""
    import io

    from PIL import TiffImagePlugin

    try:
        tags = TiffImagePlugin.TiffImageFile(io.BytesIO(data)).tag_v2
        starts, sizes = tags.get(273) or tags.get(324) or (), tags.get(279) or tags.get(325) or ()
        return max((start + size for start, size in zip(starts, sizes, strict=False)), default=0)
    except _DECODE_ERRORS:
        return int.from_bytes(data[4:8], "little" if data[:1] == b"I" else "big") + 18  # a directory of one entry


# Pixels


def _from_pillow(
    image: Image.Image, name: str | None, reference: bool, allow_truncated: bool, max_pixels: int
) -> tuple[Image.Image, str, bool]:
    """RGB, the picture's name, and whether an orientation was applied."""
    given = name if name is not None else str(getattr(image, "filename", "") or "<image>")
    label = printable_source(given)
    _check_pixels(image.size, label, max_pixels)
    with _pillow(image.format or "", allow_truncated):
        try:
            image.load()
            rgb = to_rgb(image, reference=reference)
        except _DECODE_ERRORS as error:
            raise ImageUndecodable(f"{label} cannot be decoded: {error_reason(error)}") from error
        except MemoryError as error:
            raise _out_of_memory(label) from error
        orientation = 1 if reference else _orientation(image)
    return (rgb if orientation == 1 else _upright(rgb, orientation)), given, orientation != 1


def _orientation(image: Image.Image) -> int:
    """EXIF orientation 1..8; 1 where there is none or it cannot be read."""
    try:
        value = image.getexif().get(_EXIF_ORIENTATION)
    except _DECODE_ERRORS:
        return 1
    return value if isinstance(value, int) and value in _TRANSPOSE else 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    from PIL import Image

    return image.transpose(Image.Transpose[_TRANSPOSE[orientation]])


# Pillow's process-wide switches

_PILLOW = threading.Lock()


@contextmanager
def _pillow(kind: str, allow_truncated: bool) -> Iterator[None]:
    """Set Pillow's switches, and silence it, for one decode at a time."""
    import logging
    import warnings

    from PIL import ImageFile

    logger = logging.getLogger("PIL")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # else Python prints what nobody handles
    with _PILLOW, warnings.catch_warnings(), _silent_stderr() if kind in _TALKING else nullcontext():
        warnings.simplefilter("ignore")
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = allow_truncated
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """libtiff and dav1d write complaints to file descriptor 2 themselves, past Python; Pillow leaves no other way."""
    try:
        saved = os.dup(2)
    except OSError:  # no stderr at all
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
