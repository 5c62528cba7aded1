"""FlashSlothImageProcessor: every type of picture, and every keyword of transformers' image
processors."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoProcessor, AutoTokenizer
from transformers.processing_utils import ImagesKwargs

import flashsloth.auto  # noqa: F401 - registers the Auto classes
from flashsloth.errors import ImageNotFound
from flashsloth.hf.processor import FlashSlothImageProcessor, square_side
from flashsloth.images.reader import load_image
from flashsloth.processing.pictures import stacked
from flashsloth.utils.paths import NANO_FOLDER
from image_samples import samples

SIDE = 24
COLORS = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
PICTURE = Image.fromarray(COLORS)
SMALL = PICTURE.resize((SIDE, SIDE))
FLOATS = torch.from_numpy(COLORS).permute(2, 0, 1).float() / 255  # as torchvision's ToTensor makes them


@pytest.fixture
def processor() -> FlashSlothImageProcessor:
    return FlashSlothImageProcessor(size=SIDE)


def pixels(processor: FlashSlothImageProcessor, image: Any = PICTURE, **keywords: Any) -> np.ndarray:
    return processor(image, return_tensors="np", **keywords)["pixel_values"]


# floats of 0 to 1


@pytest.mark.parametrize("hd", [False, True])
def test_floats_of_0_to_1_are_the_same_picture(processor, hd: bool) -> None:
    expected = pixels(processor, hd=hd)
    for floats in (
        FLOATS,
        FLOATS.double(),
        FLOATS.numpy(),
        FLOATS.permute(1, 2, 0).numpy(),
        [FLOATS],
        FLOATS[None],
    ):
        for keywords in ({}, {"do_rescale": False}):
            assert np.array_equal(pixels(processor, floats, hd=hd, **keywords), expected)
    assert np.array_equal(
        pixels(FlashSlothImageProcessor(size=SIDE, do_rescale=False), FLOATS, hd=hd), expected
    )
    assert np.abs(pixels(processor, FLOATS.bfloat16(), do_rescale=False, hd=hd) - expected).max() < 0.05


def test_floats_of_0_to_255_are_rounded(processor) -> None:
    assert np.array_equal(pixels(processor, FLOATS * 255), pixels(processor))
    assert np.array_equal(
        pixels(processor, COLORS.astype(np.float64) + 0.3 * (COLORS < 255)), pixels(processor)
    )
    assert (pixels(processor, FLOATS * 0) == -1).all()  # 0 is black either way


# every keyword


def test_scale_and_mean(processor) -> None:
    plain = pixels(processor)
    eight_bit = pixels(processor, do_rescale=False, do_normalize=False)
    assert eight_bit.min() >= 0
    assert eight_bit.max() > 1
    assert np.array_equal(pixels(processor, do_normalize=False), eight_bit * np.float32(1 / 255))
    assert np.allclose(
        pixels(processor, rescale_factor=1 / 510), (eight_bit / 510 - 0.5) / 0.5, atol=1e-6
    )
    mean, deviation = (0.1, 0.2, 0.3), (0.4, 0.5, 0.6)
    expected = (eight_bit / 255 - np.reshape(mean, (3, 1, 1))) / np.reshape(deviation, (3, 1, 1))
    assert np.allclose(
        pixels(processor, image_mean=mean, image_std=list(deviation)), expected, atol=1e-6
    )
    assert np.allclose(
        pixels(processor, do_rescale=False, image_mean=127.5, image_std=127.5), plain, atol=1e-5
    )


@pytest.mark.parametrize(
    ("mean", "deviation"), [((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)), ((0.1, 0.2, 0.3), 0.7), (0, 1)]
)
def test_pixels_are_those_of_the_formula(mean: Any, deviation: Any) -> None:
    """Bit for bit in 32 bit, contiguous, and the picture stays as it is."""
    values = np.random.default_rng(0).integers(0, 256, (7, 7, 3), dtype=np.uint8)
    image, factor = Image.fromarray(values), np.float32(1 / 255)
    expected = (values.astype(np.float32) * factor - np.float32(mean)) / np.float32(deviation)
    found = stacked([image], 1 / 255, mean, deviation)
    assert (found.dtype, found.flags["C_CONTIGUOUS"]) == (np.float32, True)
    assert np.array_equal(found, expected.transpose(2, 0, 1))
    assert np.array_equal(np.asarray(image), values)


def test_size(processor) -> None:
    for size in (12, (12, 12), [12, 12], {"height": 12, "width": 12}):
        assert pixels(processor, size=size).shape == (1, 3, 12, 12)
        assert square_side(size) == FlashSlothImageProcessor(size=size).size == 12


def test_do_resize_false_needs_the_exact_size(processor) -> None:
    assert np.array_equal(pixels(processor, SMALL, do_resize=False), pixels(processor, SMALL))


def test_unknown_keywords_are_refused(processor) -> None:
    for call in (lambda: processor(PICTURE, nonsense=3), lambda: FlashSlothImageProcessor(nonsense=3)):
        with pytest.raises(TypeError, match=r"nonsense.*do_rescale"):
            call()
    with pytest.raises(ValueError, match="only do_pad=False"):
        FlashSlothImageProcessor(do_pad=True)
    whole = AutoProcessor.from_pretrained(NANO_FOLDER)
    with pytest.raises(TypeError, match="nonsense"):
        whole(images=PICTURE, text="<image>", images_kwargs={"nonsense": 3})


def test_keywords_of_a_call_override_those_of_init() -> None:
    processed = FlashSlothImageProcessor(size=SIDE, device="meta", return_tensors="pt", hd=True)
    actual = processed(PICTURE)["pixel_values"]
    assert (actual.device.type, actual.shape) == ("meta", (1, 5, 3, SIDE, SIDE))
    actual = processed(PICTURE, hd=False, size=12, return_tensors="np")["pixel_values"]
    assert isinstance(actual, np.ndarray)
    assert actual.shape == (1, 3, 12, 12)


def test_settings_of_another_processor_are_read(tmp_path: Path) -> None:
    """The keys that transformers writes for a SigLIP processor, and adds when it reads."""
    settings = {
        "do_convert_rgb": None,
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "resample": 3,
    }
    settings |= {
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
        "rescale_factor": 1 / 255,
        "processor_class": "X",
    }
    processed = FlashSlothImageProcessor(
        size={"height": SIDE, "width": SIDE}, image_processor_type="X", **settings
    )
    assert np.array_equal(pixels(processed), pixels(FlashSlothImageProcessor(size=SIDE)))
    processed.save_pretrained(tmp_path)
    assert FlashSlothImageProcessor.from_pretrained(tmp_path).to_dict() == processed.to_dict()
    later = processed.to_dict() | {"of_a_later_version": 3}
    assert FlashSlothImageProcessor.from_dict(later).to_dict() == processed.to_dict()


def test_keywords_of_transformers_that_are_none(processor) -> None:
    none = dict.fromkeys(ImagesKwargs.__annotations__)
    assert np.array_equal(
        processor(PICTURE, **none | {"return_tensors": "np"})["pixel_values"], pixels(processor)
    )


UNSUPPORTED = {
    "do_convert_rgb": False,
    "resample": Image.Resampling.BILINEAR,
    "do_center_crop": True,
    "do_pad": True,
}
UNSUPPORTED |= {
    "crop_size": {"height": 9, "width": 9},
    "pad_size": {"height": 9, "width": 9},
    "image_seq_length": 9,
}
UNSUPPORTED |= {"data_format": "channels_last", "default_to_square": False}
AMBIGUOUS = COLORS[:3]
# a picture, keywords, and what the message names
REFUSED: dict[str, tuple[Any, dict[str, Any], str]] = {
    **{f"{name}, rescaled {rescale}": (values, {"do_rescale": rescale}, "values must")
       for rescale in (True, False)
       for name, values in {
           "normalized": FLOATS * 2 - 1,
           "a little over 1": FLOATS * 1.07,
           "NaN": FLOATS * torch.nan,
           "truth values": COLORS > 9,
       }.items()},
    "another order of channels": (COLORS, {"input_data_format": "channels_first"}, "channels_first"),
    "two means": (COLORS, {"image_mean": [0.1, 0.2]}, "broadcast"),
    "no images": ([], {}, "images is empty"),
    **{name: (PICTURE, {name: value}, f"^{name}=.* only {name}=") for name, value in UNSUPPORTED.items()},
    "three rows or three channels": (AMBIGUOUS, {}, "input_data_format"),
    **{f"size {size}": (PICTURE, {"size": size}, "size")
       for size in ({"shortest_edge": 12}, (12, 13), {"height": 12}, 0, "12", True)},
    "a size that would have to change": (PICTURE, {"do_resize": False}, f"do_resize=False.* {SIDE}x{SIDE}"),
    "tiles without a change of size": (SMALL, {"do_resize": False, "hd": True}, f"do_resize=False.* {SIDE}x{SIDE}"),
    **{f"shape {shape}": (np.zeros(shape, np.uint8), {}, ".") for shape in ((2, 9, 9), (9, 9, 5), (9,), (7, 8, 9))},
}  # fmt: skip


@pytest.mark.parametrize(("image", "keywords", "message"), REFUSED.values(), ids=list(REFUSED))
def test_refused(processor, image: Any, keywords: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        processor(image, **keywords)


# types of pictures


def test_grey_arrays(processor) -> None:
    grey = COLORS[..., 0]
    expected = pixels(processor, Image.fromarray(grey))
    for image in (grey, torch.from_numpy(grey), [grey], grey[None], grey[..., None]):
        assert np.array_equal(pixels(processor, image), expected)
    assert np.array_equal(pixels(processor, grey / 255, do_rescale=False), expected)
    whole = AutoProcessor.from_pretrained(NANO_FOLDER)
    processed = [
        whole(images=image, text="<image>", return_tensors="np")
        for image in (grey, Image.fromarray(grey))
    ]
    assert np.array_equal(processed[0]["pixel_values"], processed[1]["pixel_values"])


def test_the_channels_of_an_array_can_be_said(processor) -> None:
    actual = pixels(processor, AMBIGUOUS, input_data_format="channels_last")
    assert np.array_equal(actual, pixels(processor, Image.fromarray(AMBIGUOUS)))


def test_transparent_arrays_are_put_on_white(processor) -> None:
    clear = np.dstack([COLORS, np.zeros((30, 40), np.uint8)])
    assert (pixels(processor, clear) == 1).all()
    assert (pixels(processor, clear.transpose(2, 0, 1)) == 1).all()


# which Pillow's convert("RGB") reads in another way
SPECIAL = ("PNG RGBA", "PNG palette", "PNG I;16", "WEBP")


@pytest.mark.parametrize("name", SPECIAL)
def test_files_are_read_as_by_load_image(processor, name: str, tmp_path: Path) -> None:
    """Also those of messages."""
    whole, path = AutoProcessor.from_pretrained(NANO_FOLDER), tmp_path / "a.png"
    path.write_bytes(samples()[name])
    expected, reference = pixels(processor, load_image(path)), load_image(path, reference=True)
    text = base64.b64encode(path.read_bytes()).decode()
    for source in (Image.open(path), str(path), path, f"data:image/png;base64,{text}", text):
        assert np.array_equal(pixels(processor, source), expected)
    assert np.array_equal(pixels(processor, load_image(reference)), pixels(processor, reference))
    assert not np.array_equal(pixels(processor, reference), expected)
    for part in ({"path": str(path)}, {"url": str(path)}, {"image": Image.open(path)}):
        content = [{"type": "image", **part}, {"type": "text", "text": "Hi"}]
        options = {"tokenize": True, "return_dict": True, "return_tensors": "np"}
        processed = whole.apply_chat_template([{"role": "user", "content": content}], **options)
        assert np.array_equal(
            processed["pixel_values"], pixels(whole.image_processor, load_image(path))
        )


def test_unreadable_pictures(processor) -> None:
    with pytest.raises(ImageNotFound, match=r"no file nowhere\.png"):
        processor("nowhere.png")
    with pytest.raises(TypeError, match="not int"):
        processor(3)
    cut = io.BytesIO()
    PICTURE.save(cut, "PNG")
    with pytest.raises(Exception, match="ends early"):
        processor(base64.b64encode(cut.getvalue()[:900]).decode())


def test_processor_needs_tokens_per_tile() -> None:
    from flashsloth.hf.processor import FlashSlothProcessor

    tokenizer = AutoTokenizer.from_pretrained(NANO_FOLDER)
    images = FlashSlothImageProcessor(size=144)
    with pytest.raises(ValueError, match=r"tokens_per_tile.*from_config"):
        FlashSlothProcessor(images, tokenizer)
    assert FlashSlothProcessor(images, tokenizer, tokens_per_tile=16).tokens_per_tile == 16
    with pytest.raises(ValueError, match="<picture>"):
        FlashSlothProcessor(images, tokenizer, tokens_per_tile=16, image_token="<picture>")
