"""Convert decoded pixels of any mode to RGB with 8 bits per channel, on a white background.

This module handles transparency, grey of more than 8 bits, and color profiles. It converts strips of
rows, so that a large picture is in memory at most twice: once as it was decoded, and once as RGB. The
caller handles the errors that Pillow raises for damaged data.

An ICC profile is also made for a color space that a file describes in another way: with code points
(cICP in PNG, nclx in AVIF and HEIC), as HDR pictures do, or with gAMA and cHRM in PNG. As in browsers,
some descriptions are ignored: unspecified code points, cHRM without gAMA, and a gAMA within 5% of
1/2.2, which programs write for sRGB. In an HDR picture 203 nits are white (ITU-R BT.2408). Highlights
are compressed into the range above 0.8 of the light of white.
"""

from __future__ import annotations

import io
import math
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from itertools import product
from typing import Any, cast

from PIL import Image, ImageChops, ImageCms, ImageMath

# Described profiles

# The x and y of white, red, green and blue, by the number ColourPrimaries of ITU-T H.273, in which 2
# means unspecified.
SRGB = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
PRIMARIES = {
    1: SRGB,
    2: SRGB,
    4: (0.31, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (0.3127, 0.329, 0.64, 0.33, 0.29, 0.6, 0.15, 0.06),
    6: (0.3127, 0.329, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    7: (0.3127, 0.329, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    9: (0.3127, 0.329, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
    12: (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
}

D50 = (0.9642, 1.0, 0.8249)  # XYZ of white, which is the same in every ICC profile
# Bradford's matrix from XYZ to cone responses, and its inverse. One white is adapted to another by
# scaling the cone responses.
BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
INVERSE = ((0.98699, -0.14705, 0.15996), (0.43231, 0.51836, 0.04929), (-0.00853, 0.04004, 0.96849))

WHITE_NITS = 203
PEAK_NITS = 1000  # the peak of the display for which HLG is defined, and of most PQ pictures
KNEE = 0.8  # a share of the light of white; brighter light is compressed

# The limits of libpng, and therefore of browsers. Values outside of these limits are treated as damage,
# because they would make the whole picture black or white.
GAMMAS = (0.00016, 6250)
MAX_CHROMATICITY = 1.1

# number of bytes that are searched for code points, which precede the pixels
CODE_POINTS_WITHIN = 1 << 18
# ColourPrimaries and TransferCharacteristics. A code point has 8 bits in PNG, and 16 bits in AVIF and
# HEIC.
CODE_POINTS = re.compile(rb"(?:\0\0\0\x04cICP|colrnclx\0)(.)\0?(.)", re.DOTALL)


def _srgb(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _pq(value: float) -> float:
    """The PQ curve of SMPTE ST 2084, tone-mapped."""
    root = value ** (1 / 78.84375)
    ratio = max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)
    return _tone_map(10_000 * ratio ** (1 / 0.1593017578125))


def _hlg(value: float) -> float:
    """The HLG curve of ITU-R BT.2100, tone-mapped. The gamma of 1.2, which a display of 1000 nits
    applies to the luminance, is applied to each channel."""
    if value <= 0.5:
        scene = value**2 / 3
    else:
        scene = (math.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return _tone_map(PEAK_NITS * scene**1.2)


def _tone_map(nits: float) -> float:
    """Return the light to show, which is at most 1. Up to KNEE it is proportional to `nits`. PEAK_NITS
    become 1."""
    over, peak = ((value / WHITE_NITS - KNEE) / (1 - KNEE) for value in (nits, PEAK_NITS))
    if over <= 0:
        return nits / WHITE_NITS
    return KNEE + (1 - KNEE) * over * (1 + over / peak**2) / (1 + over)  # Reinhard's operator


# The curves by the number TransferCharacteristics of ITU-T H.273. The curves of video cameras (1, 6,
# 14, 15) are treated as sRGB's, as in browsers.
CURVES: dict[int, Callable[[float], float]] = {
    **dict.fromkeys((1, 6, 13, 14, 15), _srgb),
    4: partial(pow, exp=2.2),
    5: partial(pow, exp=2.8),
    8: float,
    16: _pq,
    18: _hlg,
}


def described_profile(info: Mapping[Any, Any]) -> bytes | None:
    """Return the profile that an image's info describes with `cicp`, or with `gamma` and
    `chromaticity`. Return None if it describes none, or if an embedded profile or the sRGB chunk takes
    precedence."""
    primaries, transfer = info.get("cicp", (0, 0))
    if primaries in PRIMARIES and transfer in CURVES:
        return _profile(PRIMARIES[primaries], CURVES[transfer])
    gamma = info.get("gamma", 0)
    chromaticities = info.get("chromaticity")
    is_usual = chromaticities is None and abs(gamma * 2.2 - 1) <= 0.05
    is_damaged = not GAMMAS[0] <= gamma <= GAMMAS[1] or max(chromaticities or SRGB) > MAX_CHROMATICITY
    if is_damaged or is_usual or "icc_profile" in info or "srgb" in info:
        return None
    return _profile(chromaticities or SRGB, partial(pow, exp=1 / gamma))


def _fixed(values: Sequence[float]) -> bytes:
    return struct.pack(">3i", *(round(value * 65536) for value in values))


# A profile begins with a header of 128 bytes and a table of tags. Each tag has a name, a position and a
# length. Three tags share a curve.
_TAGS = (
    (b"rXYZ", 204, 20),
    (b"gXYZ", 224, 20),
    (b"bXYZ", 244, 20),
    (b"rTRC", 264, 524),
    (b"gTRC", 264, 524),
    (b"bTRC", 264, 524),
)
_HEADER = struct.pack(
    ">I4xI12s12x4s28x12s48xI", 788, 0x2400000, b"mntrRGB XYZ ", b"acsp", _fixed(D50), len(_TAGS)
)
_HEADER += b"".join(struct.pack(">4sII", *tag) for tag in _TAGS)


def _profile(chromaticities: Sequence[float], curve: Callable[[float], float]) -> bytes | None:
    """Return a profile with three primaries and one curve. Return None if the chromaticities do not
    describe valid colors."""
    import numpy as np

    try:
        points = zip(chromaticities[::2], chromaticities[1::2], strict=True)
        white, *primaries = ((x / y, 1.0, (1 - x - y) / y) for x, y in points)
        with np.errstate(all="raise"):
            # 1. Weight the primaries, which become columns, so that they add up to white.
            weighted = np.transpose(primaries) * np.linalg.solve(np.transpose(primaries), white)
            # 2. Adapt them to the white of ICC profiles.
            gains = np.dot(BRADFORD, D50) / np.dot(BRADFORD, white)
            adapted = np.dot(INVERSE, gains[:, None] * np.dot(BRADFORD, weighted))
        tags = b"".join(b"XYZ \0\0\0\0" + _fixed(primary) for primary in adapted.T)
    # a singular matrix raises ValueError
    except (ArithmeticError, ValueError, struct.error):
        return None
    levels = [round(65535 * min(max(curve(value / 255), 0), 1)) for value in range(256)]
    return _HEADER + tags + b"curv" + struct.pack(">4xI256H", len(levels), *levels)


# Conversion

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
