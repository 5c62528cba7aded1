"""Convert decoded pixels of any mode to RGB with 8 bits per channel, on a white background.

This module handles transparency, grey of more than 8 bits, and color profiles. It converts strips of
rows, so that a large picture is in memory at most twice: once as it was decoded, and once as RGB. The
caller handles the errors that Pillow raises for damaged data.
"""

from __future__ import annotations

import io
import math
import struct
from functools import lru_cache
from itertools import product
from typing import Any, cast

from PIL import Image, ImageChops, ImageCms, ImageMath

from flashsloth.images.color_profiles import described_profile

STRIP_PIXELS = 1 << 22  # number of pixels that are converted at once
PROFILED = {  # mode of the picture -> mode in which an embedded profile is applied
    **dict.fromkeys(("RGB", "RGBA", "P", "PA"), "RGB"),
    **dict.fromkeys(("1", "L", "LA", "I", "F", "I;16", "I;16B"), "L"),
    "CMYK": "CMYK",
}
COLOR_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}
# the end of the table of tags in a profile, which has at most 100 tags in Pillow's library
TAGS_END = 128 + 4 + 100 * 12


def to_rgb(image: Image.Image, *, reference: bool) -> Image.Image:
    """Return the picture as RGB without metadata. If `reference` is true, the pixels are exactly those
    of the released model's own code."""
    is_wide = image.mode in ("I", "F") or image.mode.startswith("I;16")
    levels = _levels(image) if is_wide and not reference else None
    # The described profile is also None if an embedded profile takes precedence.
    profile = described_profile(image.info)
    mode = "RGB"
    if profile is None:
        profile = image.info.get("icc_profile")
        mode = PROFILED.get(image.mode, "")
    is_profiled = isinstance(profile, bytes) and mode and not reference
    # The transform from the picture's profile to sRGB, or None if no conversion is needed.
    transform = _transform(profile, mode) if is_profiled else None

    def convert(strip: Image.Image) -> Image.Image:
        if levels:
            strip = _grey_to_8_bit(strip, *levels)
        colors: Image.Image = (
            transform.apply(strip.convert(transform.input_mode)) if transform else strip
        )
        if reference or not image.has_transparency_data:
            return colors.convert("RGB")
        # As in browsers, white is put behind the picture after the color conversion.
        if transform:
            colors.putalpha(strip.convert("RGBA").getchannel("A"))
        colors = colors.convert("RGBA")
        white = Image.new("RGB", colors.size, "white")
        white.paste(colors, mask=colors)
        return white

    width, height = image.size
    rows = max(STRIP_PIXELS // max(width, 1), 1)
    if rows >= height:
        rgb = convert(image)
    else:
        rgb = Image.new("RGB", image.size)
        for top in range(0, height, rows):
            rgb.paste(convert(image.crop((0, top, width, min(top + rows, height)))), (0, top))
    rgb.info = {}
    return rgb


def _levels(image: Image.Image) -> tuple[float, float]:
    """Return the two values that become black and white in a picture with grey of more than 8 bits (see
    `read_image`)."""
    if image.mode.startswith("I;16"):
        return 0, 65535
    # A file with 32 bits does not state its range of values, so the smallest usual range is chosen.
    low, high = cast("tuple[float, float]", image.getextrema())
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0, 255
    if low < 0 or high > 65535:
        return low, high
    if image.mode == "F" and 0 < high <= 1:
        return 0, 1
    return 0, 255 if high <= 255 else 65535


def _grey_to_8_bit(image: Image.Image, low: float, high: float) -> Image.Image:
    """Convert grey of more than 8 bits to the mode L, or to LA if one value stands for transparent
    pixels."""
    wide = image if image.mode == "F" else image.convert("I")
    scale = 255 / ((high - low) or 1)
    grey = wide.point(lambda value: value * scale + (0.5 - low * scale)).convert("L")
    clear = image.info.get("transparency")
    if not isinstance(clear, int):
        return grey
    alpha = ImageMath.lambda_eval(lambda of: of["convert"]((of["wide"] != clear) * 255, "L"), wide=wide)
    return Image.merge("LA", (grey, alpha))


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> Any:
    """Return the transform from a profile to sRGB. Return None if it would change nothing, if the
    profile is broken, or if it describes a color space that the picture does not have.

    The optional tags D2B0 to D2B3 are hidden. They may have any number of steps, which take 8 bytes
    each, and 100,000 steps take minutes to compile. Other tags describe the same colors."""
    tags = profile[:TAGS_END].replace(b"D2B", b"---")
    try:
        embedded = ImageCms.ImageCmsProfile(io.BytesIO(tags + profile[TAGS_END:]))
        if embedded.profile.xcolor_space.strip() != COLOR_SPACES[mode]:
            return None
        transform = ImageCms.buildTransform(embedded, ImageCms.createProfile("sRGB"), mode, "RGB")
        return None if mode != "CMYK" and _is_identity(transform, mode) else transform
    except (
        ImageCms.PyCMSError,
        ImportError,
        OSError,
        ValueError,
        TypeError,
        AttributeError,
        struct.error,
    ):
        return None


def _is_identity(transform: Any, mode: str) -> bool:
    """Return whether a transform changes values by no more than rounding errors. It is applied to all
    greys and to a cube of colors."""
    greys = [(grey, grey, grey) for grey in range(256)]
    colors = [*greys, *product(range(0, 256, 51), repeat=3)]
    pixels = bytes(value for color in colors for value in color)
    tried = Image.frombytes("RGB", (len(colors), 1), pixels).convert(mode)
    changes = ImageChops.difference(transform.apply(tried), tried.convert("RGB")).getextrema()
    return all(high <= 2 for _, high in changes)  # type: ignore[misc]
