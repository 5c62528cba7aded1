"""Read one picture as RGB: upright, on a white background, with 8 bits per channel.

With `reference=True` the pixels are exactly those of the released model's own code
(`PIL.Image.open(...).convert("RGB")`): EXIF is ignored, alpha is dropped, and 16 bits are clipped.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from PIL import Image

from flashsloth.errors import ImageUndecodable
from flashsloth.images.decoder import convert, decode
from flashsloth.images.decoding_budget import MAX_BYTES
from flashsloth.images.formats import readable_format
from flashsloth.images.sources import (
    ByteSource,
    CropLike,
    parse_crop,
    read_source,
    source_kind,
    split_page,
)
from flashsloth.utils import tracing
from flashsloth.utils.text import printable_source, source_name

ImageSource: TypeAlias = "ByteSource | Image.Image"


@dataclass(frozen=True, slots=True)
class LoadedImage:
    """One decoded picture and its source."""

    image: Image.Image  # mode RGB, in memory
    # the source as it was given; "-" for stdin, "<bytes>" for bytes; a data: URL is cut after its comma
    source: str
    # The digest of the encoded bytes. For a PIL image, a part or a named page it is the digest of the
    # size and the RGB pixels.
    sha256: str
    # as formats.identify names it, judged by the content; for a PIL image Pillow's name of the format,
    # or PIL
    format: str
    # The full size of the upright picture in pixels. `image` is smaller if a very large JPEG was
    # decoded at a fraction of its size.
    width: int
    height: int
    orientation_applied: bool  # whether a rotation or flip that the file names was applied
    # the bytes of the file, or None for a PIL image, a part or a named page
    encoded: bytes | None = field(default=None, repr=False, compare=False)
    # for a part: its x, y, width and height in the whole picture, in pixels
    crop: tuple[int, int, int, int] | None = None
    # messages for the user, for example that the file has more pages or ends early
    warnings: tuple[str, ...] = field(default=(), compare=False)
    pages: int = 1  # number of all pages in the file
    is_whole: bool = True  # False if its file ends early; the missing rows are grey

    def require_whole(self) -> LoadedImage:
        """Return the picture. Raises: ImageUndecodable if its file ends early, because pictures with
        missing rows are not used for training."""
        if not self.is_whole:
            raise ImageUndecodable(self.warnings[-1])
        return self

    def without_pixels(self) -> LoadedImage:
        """Return a copy with a single pixel as the image and without the encoded bytes. It has all
        other fields, and needs hardly any memory."""
        return replace(self, image=Image.new("RGB", (1, 1)), encoded=None)


def load_image(
    source: ImageSource, *, reference: bool = False, allow_local: bool = False
) -> Image.Image:
    """Return a whole picture as PIL RGB. Arguments and errors are those of `read_image`."""
    # a PIL image is converted directly, because its digest is not needed
    if isinstance(source, Image.Image):
        return convert(source, printable_source(_image_name(source)), reference=reference).image
    loaded = read_image(source, reference=reference, allow_local=allow_local, pipe=True)
    return loaded.require_whole().image


@tracing.span("read")
def read_image(
    source: ImageSource,
    *,
    name: str | None = None,
    reference: bool = False,
    allow_local: bool = False,
    private_hosts: list[str] | None = None,
    crop: CropLike | None = None,
    max_bytes: int = MAX_BYTES,
    page: int | None = None,
    pipe: bool = False,
) -> LoadedImage:
    """Read one picture from a path, a file:, http(s): or data: URL, bytes, a binary file, or a PIL
    image. If a file ends early, the part that is there is read, with a warning. If a file has several
    pages, the first page is read. `scan.tif#2` names the second page.

    16-bit grey is scaled from 0..65535. 32-bit integers and floats are scaled from the smallest usual
    range that contains their values (0..1, 0..255 or 0..65535). If none of these ranges contains them,
    they are scaled from their own minimum and maximum. An embedded color profile is applied, as are
    other descriptions of colors (`color.py`). From a camera raw file the largest picture
    inside the file is read (`decoder.find_picture`).

    Args:
        name: replaces the source in errors and in the result ("-" for bytes read from stdin).
        reference: return pixels exactly as the released model's code reads them (see the docstring of
            this module).
        allow_local: whether URLs of this machine and its local link are allowed.
        private_hosts: for the clients of a server, the only hosts of URLs whose addresses need not be
            public; None if private addresses are allowed.
        crop: return only this part of the upright picture, as `crop_image` does.
        max_bytes: limit on the memory that decoding takes. The memory is estimated from the format and
            the size.
        page: the number of the page, counted from 1, for sources whose name cannot contain it.
        pipe: whether a path may name a pipe, as in `read_source`.

    Raises:
        ImageError: for every problem of the picture; CropOutside for a part that is not inside the
            picture.
        OptionError: for a crop that is not X,Y,W,H.
        TypeError: for a source of another type.
    """
    # 1. Check the part, and name the picture.
    part = None if crop is None else parse_crop(crop)
    data = None
    if name is None:
        name = _image_name(source) if isinstance(source, Image.Image) else source_name(source)
    label = printable_source(name)
    # 2. Read and decode it.
    if isinstance(source, Image.Image):
        kind = source.format or "PIL"
        made = convert(source, label, reference=reference)
    else:
        data = read_source(
            source, label, allow_local=allow_local, private_hosts=private_hosts, pipe=pipe
        )
        kind = readable_format(data, label)
        if page is None and isinstance(source, str | os.PathLike):
            page = split_page(os.fsdecode(source))[1]
        made = decode(
            data,
            kind,
            label,
            reference=reference,
            max_bytes=max_bytes,
            # A part is cut from the picture in its full size. A named page is also decoded in its full
            # size, because `crop_image` could not decode it again later.
            reduce=part is None and page is None,
            page=page or 1,
        )
    encoded = data if page is None else None
    digest = _pixel_digest(made.image) if encoded is None else hashlib.sha256(encoded).hexdigest()
    # 3. Warn about what was not read.
    warnings = [f"{label}: {reason}" for reason in made.undrawn]
    if made.pages > 1 and page is None:
        is_named = isinstance(source, str | os.PathLike) and source_kind(os.fsdecode(source)) != "data"
        following = f"; {label}#2 is the next" if is_named else ""
        warnings.append(f"{label}: page 1 of {made.pages}{following}")
    if not made.is_whole:
        warnings.append(f"{label} ends early: a part of the picture is missing")
    loaded = LoadedImage(
        made.image,
        name,
        digest,
        kind,
        *made.size,
        made.turned,
        encoded,
        warnings=tuple(warnings),
        pages=made.pages,
        is_whole=made.is_whole,
    )
    return loaded if part is None else crop_image(loaded, part)


def crop_image(loaded: LoadedImage, crop: CropLike) -> LoadedImage:
    """Return a part of a picture as a picture with a digest of its own. `crop` is four numbers or a
    text "X,Y,W,H" in pixels, or a text in percent such as "10%,10%,80%,80%".

    Raises: CropOutside for a part that is not inside the picture, OptionError if `crop` has another
        form.
    """
    part = parse_crop(crop)
    # a picture that was decoded at a fraction of its size is decoded again in its full size
    if loaded.image.size != (loaded.width, loaded.height) and loaded.encoded is not None:
        return read_image(loaded.encoded, name=loaded.source, crop=part)
    box = part.box(*loaded.image.size, printable_source(loaded.source))
    image = loaded.image.crop(box)
    x, y = loaded.crop[:2] if loaded.crop is not None else (0, 0)
    place = (x + box[0], y + box[1], *image.size)
    return replace(
        loaded,
        image=image,
        sha256=_pixel_digest(image),
        width=image.width,
        height=image.height,
        encoded=None,
        crop=place,
    )


def _pixel_digest(image: Image.Image) -> str:
    """Return the digest of a picture that has no encoded bytes of its own."""
    return hashlib.sha256(f"{image.width}x{image.height} RGB\n".encode() + image.tobytes()).hexdigest()


def _image_name(image: Image.Image) -> str:
    return str(getattr(image, "filename", "") or "<image>")
