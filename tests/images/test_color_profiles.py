"""Colors that a file describes without an ICC profile: cICP, gAMA and cHRM of PNG, nclx of AVIF and
HEIC."""

from __future__ import annotations

import io
import math
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from flashsloth.images.reader import load_image, read_image
from image_bombs import stepped_profile
from image_samples import chunk, encode, profile
from images.helpers import gradient, pixel

SRGB = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
REC_2020 = (0.3127, 0.329, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046)
SWAPPED = (0.3127, 0.329, 0.3, 0.6, 0.64, 0.33, 0.15, 0.06)  # red and green
WARM = (0.3457, 0.3585, *SRGB[2:])  # the white of D50
PROBES = [
    (5, 5, 5),
    (20, 20, 20),
    (64, 64, 64),
    (128, 128, 128),
    (200, 200, 200),
    (128, 0, 0),
    (0, 255, 0),
]


def tagged(*chunks: bytes, image: Image.Image | None = None) -> bytes:
    """Return a PNG with chunks before its pixels."""
    whole = encode(image or probes(), "PNG")
    return whole[:33] + b"".join(chunks) + whole[33:]


def probes() -> Image.Image:
    return Image.frombytes("RGB", (len(PROBES), 1), bytes(value for color in PROBES for value in color))


def gamma(value: float) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", round(value * 100_000)))


def chromaticities(*values: float) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in values)))


def cicp(primaries: int, transfer: int) -> bytes:
    return chunk(b"cICP", bytes((primaries, transfer, 0, 1)))


def avif(image: Image.Image, primaries: int, transfer: int) -> bytes:
    """Return an AVIF with other code points than those that Pillow writes."""
    whole = encode(image, "AVIF", quality=100, subsampling="4:4:4")
    at = whole.index(b"colrnclx") + 8
    return whole[:at] + struct.pack(">HH", primaries, transfer) + whole[at + 4 :]


def heic(image: Image.Image, primaries: int, transfer: int) -> bytes:
    buffer = io.BytesIO()
    codes = {
        "color_primaries": primaries,
        "transfer_characteristics": transfer,
        "matrix_coefficients": 1,
    }
    made = pytest.importorskip("pillow_heif").from_pillow(image)
    made.save(buffer, format="HEIF", quality=100, chroma=444, **codes, full_range_flag=1)
    return buffer.getvalue()


# what Chromium 156 draws of the probes
BROWSER = {
    "gamma 1": (gamma(1), "38 79 137 188 229 188,0,0 0,255,0"),
    "gamma 1/1.8": (gamma(0.55556), "3 26 81 146 210 146,0,0 0,255,0"),
    "gamma 1/2": (gamma(0.5), "1 18 71 137 206 137,0,0 0,255,0"),
    "gamma 0.3": (gamma(0.3), "0 1 25 89 178 89,0,0 0,255,0"),
    "gamma 1/2.2": (gamma(0.45455), "5 20 64 128 200 128,0,0 0,255,0"),
    "gamma 0.46": (gamma(0.46), "5 20 64 128 200 128,0,0 0,255,0"),
    "cHRM alone": (chromaticities(*SWAPPED), "5 20 64 128 200 128,0,0 0,255,0"),
    "gamma and sRGB's primaries": (
        gamma(0.45455) + chromaticities(*SRGB),
        "1 12 62 129 201 129,0,0 0,255,0",
    ),
    "wide": (gamma(0.45455) + chromaticities(*REC_2020), "1 12 62 129 201 163,0,0 0,255,0"),
    "swapped": (gamma(0.45455) + chromaticities(*SWAPPED), "1 12 62 129 201 0,129,0 255,0,0"),
    "another white": (gamma(0.45455) + chromaticities(*WARM), "1 12 62 129 201 135,4,7 0,255,47"),
    "cICP of sRGB": (cicp(1, 13), "5 20 64 128 200 128,0,0 0,255,0"),
    "cICP of gamma 2.2": (cicp(1, 4), "1 12 62 129 201 129,0,0 0,255,0"),
    "cICP of gamma 2.8": (cicp(1, 5), "0 3 40 106 189 106,0,0 0,255,0"),
    "cICP of linear light": (cicp(1, 8), "38 79 137 188 229 188,0,0 0,255,0"),
    "cICP of BT.2020": (cicp(9, 13), "5 20 64 128 200 161,0,0 0,255,0"),
    "cICP of P3": (cicp(12, 13), "5 20 64 128 200 141,0,0 0,255,0"),
    "cICP of P3 of cinemas": (cicp(11, 13), "5 20 64 128 200 137,0,0 0,255,0"),
    "cICP of PAL": (cicp(5, 13), "5 20 64 128 200 131,0,0 0,255,28"),
    "cICP of NTSC": (cicp(6, 13), "5 20 64 128 200 124,12,0 63,251,0"),
    "unspecified": (cicp(2, 2), "5 20 64 128 200 128,0,0 0,255,0"),
}


@pytest.mark.parametrize(("chunks", "expected"), BROWSER.values(), ids=list(BROWSER))
def test_a_png_has_the_colors_that_a_browser_shows(chunks: bytes, expected: str) -> None:
    data = tagged(chunks)
    image = load_image(data)
    for x, color in enumerate(expected.split()):
        shown = [int(value) for value in color.split(",")] * (1 if "," in color else 3)
        assert max(abs(a - b) for a, b in zip(pixel(image, x), shown, strict=True)) <= 1, (
            x,
            pixel(image, x),
        )
    assert load_image(data, reference=True).tobytes() == probes().tobytes()


NOTHING_TO_DO = {
    "sRGB": chunk(b"sRGB", b"\0") + gamma(1) + chromaticities(*SWAPPED),
    "cICP goes before gAMA": cicp(1, 13) + gamma(1),
    "no gamma": gamma(0),
    "gamma of next to nothing": gamma(0.00001),
    "gamma without measure": gamma(20000),
    "chromaticities without measure": gamma(1 / 2.2) + chromaticities(20000, 0.00001, *SWAPPED[2:]),
    "no colors": gamma(1 / 2.2) + chromaticities(*[0.3] * 8),
    "no white": gamma(1 / 2.2) + chromaticities(*[0] * 8),
    "unknown code points": cicp(200, 13),
    "a camera's curve": cicp(1, 1),
}


@pytest.mark.parametrize("chunks", NOTHING_TO_DO.values(), ids=list(NOTHING_TO_DO))
def test_other_chunks_change_no_pixel(chunks: bytes) -> None:
    assert load_image(tagged(chunks, image=gradient())).tobytes() == gradient().tobytes()


def test_an_embedded_profile_goes_before_gamma_and_nclx_but_not_before_cicp() -> None:
    image, swapped = Image.new("RGB", (4, 4), (200, 50, 50)), profile()
    whole = encode(image, "PNG", icc_profile=swapped)
    expected = load_image(whole).tobytes()
    assert load_image(whole[:33] + gamma(1) + whole[33:]).tobytes() == expected
    assert pixel(load_image(whole[:33] + cicp(1, 13) + whole[33:])) == (200, 50, 50)
    pictures = [encode(image, "AVIF", icc_profile=swapped)]
    pictures.append(pictures[0].replace(b"colrnclx\0\x01", b"colrnclx\0\x09"))
    assert load_image(pictures[0]).tobytes() == load_image(pictures[1]).tobytes()


def test_every_mode_of_a_png() -> None:
    """Grey, palettes and 16 bits too. What is transparent is white, and what is half transparent is
    mixed with white after the conversion, as in browsers."""
    grey = Image.new("L", (2, 2), 64)
    wide = Image.fromarray(np.full((2, 2), 64 * 257, np.uint16))
    for image in (grey, wide, grey.convert("P"), grey.convert("LA"), grey.convert("RGBA")):
        assert pixel(load_image(tagged(gamma(1), image=image))) == (137, 137, 137), image.mode
    half = Image.new("RGBA", (2, 2), (64, 64, 64, 128))
    half.putpixel((1, 1), (64, 64, 64, 0))
    mixed = load_image(tagged(gamma(1), image=half))
    assert (pixel(mixed), pixel(mixed, 1, 1)) == ((196, 196, 196), (255, 255, 255))


# HDR


def light(image: Image.Image) -> np.ndarray:
    """Return the linear light of an sRGB picture."""
    values = np.asarray(image) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def as_picture(values: np.ndarray) -> Image.Image:
    return Image.fromarray(np.round(np.clip(values, 0, 1) * 255).astype(np.uint8))


def pq(nits: np.ndarray) -> np.ndarray:
    power = (nits / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def hlg(nits: np.ndarray) -> np.ndarray:
    scene = (nits / 1000) ** (1 / 1.2)
    bright = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright)


# linear light of sRGB in BT.2020 (ITU-R BT.2087) and in Display P3
TO_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
TO_P3 = np.array([[0.8225, 0.1775, 0], [0.0332, 0.9668, 0], [0.0171, 0.0724, 0.9105]])

HDR: dict[str, Any] = {
    "PNG": lambda image, *codes: tagged(cicp(*codes), image=image),
    "AVIF": avif,
    "HEIC": heic,
}


@pytest.mark.parametrize("kind", HDR)
@pytest.mark.parametrize(("transfer", "curve"), [(16, pq), (18, hlg)], ids=["PQ", "HLG"])
@pytest.mark.parametrize("primaries", [1, 9])
def test_an_hdr_picture_looks_as_in_sdr(kind: str, transfer: int, curve: Any, primaries: int) -> None:
    """Its white has 203 nits. The brightest tones are a little darker, to leave room for highlights."""
    picture = gradient()
    linear = light(picture) @ TO_2020.T if primaries == 9 else light(picture)
    data = HDR[kind](as_picture(curve(203 * linear)), primaries, transfer)
    read = read_image(data)
    difference = np.abs(np.asarray(read.image, int) - np.asarray(picture, int))
    assert difference.mean() < 8
    assert np.median(difference) <= 4
    assert read.warnings == ()
    plain = load_image(data, reference=True)
    assert np.abs(np.asarray(plain, int) - np.asarray(picture, int)).mean() > 12


@pytest.mark.parametrize(("transfer", "curve"), [(16, pq), (18, hlg)], ids=["PQ", "HLG"])
def test_highlights_of_an_hdr_picture_are_told_apart(transfer: int, curve: Any) -> None:
    nits = np.array([[[level] * 3 for level in (0, 20, 100, 203, 400, 1000)]])
    image = load_image(tagged(cicp(9, transfer), image=as_picture(curve(nits))))
    levels = [pixel(image, x)[0] for x in range(6)]
    assert levels == sorted(set(levels))
    assert levels[0] == 0
    assert 235 <= levels[3] <= 247
    assert levels[-1] >= 254


@pytest.mark.parametrize("kind", ["AVIF", "HEIC"])
def test_wide_primaries_by_nclx(kind: str) -> None:
    picture = Image.new("RGB", (32, 24), (150, 90, 60))
    for primaries, matrix in ((9, TO_2020), (12, TO_P3)):
        linear = light(picture) @ matrix.T
        data = HDR[kind](as_picture(1.055 * linear ** (1 / 2.4) - 0.055), primaries, 13)
        assert (
            max(abs(a - b) for a, b in zip(pixel(load_image(data), 9, 9), pixel(picture), strict=True))
            <= 4
        )
        assert pixel(load_image(data), 9, 9) != pixel(load_image(data, reference=True), 9, 9)


def test_nclx_of_srgb_changes_no_pixel() -> None:
    for transfer in (1, 2, 6, 13):
        for write in (avif, heic):
            data = write(gradient(), 1, transfer)
            assert load_image(data).tobytes() == load_image(data, reference=True).tobytes()
    assert math.isclose(
        np.asarray(load_image(avif(gradient(), 1, 13))).mean(), np.asarray(gradient()).mean(), abs_tol=2
    )


def test_colors_in_any_number_of_steps_are_not_computed() -> None:
    """Compiling the tag takes time in proportion to its steps, of which there may be millions."""
    described = chunk(b"iCCP", b"a\0\0" + zlib.compress(stepped_profile(1)))
    assert pixel(load_image(tagged(described))) == PROBES[0]
