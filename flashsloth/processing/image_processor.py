"""A picture as the tower wants it: squashed or cut into tiles, scaled to [-1, 1]. Knows no model.

Files and picture formats are read by `load.py`, also where transformers hands over a path or an opened picture.
"""

# No postponed annotations here: transformers reads the types of the keyword classes below.
import base64
import binascii
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from transformers.image_processing_utils import BaseImageProcessor, BatchFeature
from transformers.image_utils import SizeDict, is_valid_image, make_flat_list_of_images, to_numpy_array
from transformers.processing_utils import ImagesKwargs

from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.images.color import to_rgb
from flashsloth.images.reader import load_image, looks_like_image

Pixels = npt.NDArray[np.float32]
GREY = (127, 127, 127)
MAX_SQUARE = 178_956_970  # pixels, as many as a picture may have
BEFOREHAND = 8  # times the side that is wanted
MAX_ROWS = 65_536  # more than a JPEG can have
SCALE, MEAN, STD = 1 / 255, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)  # 0..255 -> [-1, 1]
Levels = tuple[float, Any, Any]  # factor, mean and deviation: (value * factor - mean) / deviation


def to_pixels(image: Image.Image, levels: Levels = (SCALE, MEAN, STD)) -> Pixels:
    """Return an RGB picture of S x S as (3, S, S) float32, in [-1, 1] unless `levels` say otherwise."""
    factor, mean, deviation = (np.asarray(level, dtype=np.float32) for level in levels)
    values = np.asarray(image, dtype=np.float32) * factor
    return np.ascontiguousarray(((values - mean) / deviation).transpose(2, 0, 1))


def resize_square(image: Image.Image, size: int) -> Image.Image:
    """The whole picture on size x size pixels, whatever its shape: bicubic with antialias on 8-bit values."""
    return squash_to(image, size, size)


def squash_to(image: Image.Image, width: int, height: int) -> Image.Image:
    """Pillow squeezes the width first: of one column of millions of rows it would make hundreds of such columns. So
    what is longer than `MAX_ROWS` is squeezed in height before."""
    if image.height > MAX_ROWS:
        image = image.resize((image.width, MAX_ROWS), Image.Resampling.BICUBIC)
    return image.resize((width, height), Image.Resampling.BICUBIC)


def pad_to_square(image: Image.Image) -> Image.Image:
    """The picture in the middle of a grey square as wide as its longer side."""
    width, height = image.size
    side = max(width, height)
    square = Image.new("RGB", (side, side), GREY)
    square.paste(image, ((side - width) // 2, (side - height) // 2))
    return square


def padded(image: Image.Image, size: int) -> Image.Image:
    """`pad_to_square`, squashed. A square of more than `MAX_SQUARE` pixels is never made: the picture is scaled down
    first, to several times of what is left of it in the end."""
    side = max(image.size)
    if side * side > MAX_SQUARE:
        shrink = BEFOREHAND * size / side
        image = squash_to(image, max(round(image.width * shrink), 1), max(round(image.height * shrink), 1))
    return resize_square(pad_to_square(image), size)


def tiles(image: Image.Image, size: int, grid: int = 2) -> list[Image.Image]:
    """The HD scheme: the whole picture squashed, then the padded square in grid x grid cells, row by row.

    Goldens: golden_images.json "hd", hd_*. Small pictures are scaled up; the number of tiles is always 1 + grid**2.
    """
    square = padded(image, grid * size)
    corners = [(column * size, row * size) for row in range(grid) for column in range(grid)]
    return [resize_square(image, size), *(square.crop((x, y, x + size, y + size)) for x, y in corners)]


def preprocess(
    image: Image.Image,
    size: int,
    *,
    hd: bool = False,
    grid: int = 2,
    aspect: str = "square",
    levels: Levels = (SCALE, MEAN, STD),
) -> Pixels:
    """An RGB picture as (3, S, S), or with `hd` as (1 + grid**2, 3, S, S); float32 in [-1, 1]."""
    if hd:
        return np.stack([to_pixels(tile, levels) for tile in tiles(image, size, grid)])
    return to_pixels(padded(image, size) if aspect == "pad" else resize_square(image, size), levels)


def tower_pixels(image: Image.Image, config: FlashSlothConfig, *, hd: bool) -> Pixels:
    """An RGB picture as the vision tower of this model takes it: (3, S, S), or with `hd` (tiles, 3, S, S)."""
    size = config.vision_config.image_size
    return preprocess(image, size, hd=hd, grid=config.tile_grid, aspect=config.image_aspect_ratio)


class FlashSlothImagesKwargs(ImagesKwargs, total=False):  # type: ignore[call-arg]
    """What may be said per call: `hd` (five tiles a picture)."""

    hd: bool


# Keywords of transformers' image processors that have one supported value here; None stands for it as well.
FIXED = {
    "do_convert_rgb": True,
    "resample": Image.Resampling.BICUBIC,
    "default_to_square": True,
    "do_center_crop": False,
    "crop_size": None,
    "do_pad": False,
    "pad_size": None,
    "data_format": "channels_first",
    "image_seq_length": None,
}
SAVED_BESIDE = ("image_processor_type", "processor_class", "feature_extractor_type", "auto_map")


class FlashSlothImageProcessor(BaseImageProcessor):
    """`preprocess` behind transformers' interface: pixel_values (I, 3, S, S), with hd (I, tiles, 3, S, S).

    `size`, `do_resize`, `do_rescale`, `rescale_factor`, `do_normalize`, `image_mean` and `image_std` are used as in
    transformers, here and per call. Raises: TypeError for a keyword that transformers does not know either, ValueError
    for a value that is not supported (`FIXED`).
    """

    valid_kwargs = FlashSlothImagesKwargs
    model_input_names = ["pixel_values"]  # noqa: RUF012 - transformers' own form
    do_resize = do_rescale = do_normalize = True
    rescale_factor, image_mean, image_std = SCALE, MEAN, STD

    def __init__(
        self, size: Any = 384, hd: bool = False, tile_grid: int = 2, aspect: str = "square", **kwargs: Any
    ) -> None:
        check_keywords({name: value for name, value in kwargs.items() if name not in SAVED_BESIDE})
        super().__init__(**{name: value for name, value in kwargs.items() if value is not None})
        self.size, self.hd, self.tile_grid, self.aspect = square_side(size), hd, tile_grid, aspect

    @classmethod
    def from_dict(cls, image_processor_dict: dict[str, Any], **kwargs: Any) -> Any:
        """As in transformers. Keys of a file that this version does not know are passed over."""
        known = (*FlashSlothImagesKwargs.__annotations__, *SAVED_BESIDE, "tile_grid", "aspect")
        return super().from_dict(
            {name: image_processor_dict[name] for name in known if name in image_processor_dict}, **kwargs
        )

    def preprocess(
        self, images: Any, hd: bool | None = None, return_tensors: str | None = None, **kwargs: Any
    ) -> BatchFeature:
        """Return the pixels of pictures, nested or not, in the order of their places.

        A picture is a PIL image, a path or URL, or an array or tensor of 0..255, or with `do_rescale=False` of floats
        0..1: (H, W, C) or (C, H, W) with 1, 3 or 4 channels, or (H, W) for grey. Raises: ValueError for other values,
        and for floats of 0..1 that would be divided by 255 once more; ImageError for files that cannot be read.
        """
        check_keywords(kwargs)
        given = {"hd": hd, "return_tensors": return_tensors, **kwargs}
        own: dict[str, Any] = {name: getattr(self, name, None) for name in FlashSlothImagesKwargs.__annotations__}
        told = own | {name: value for name, value in given.items() if value is not None}
        side = square_side(told["size"])
        pixels = []
        if isinstance(images, list | tuple) and not images:
            raise ValueError("no picture was given: images is empty")
        for image in make_flat_list_of_images(self.fetch_images(images)):
            picture, unit = as_rgb(image, told["input_data_format"])
            if not told["do_resize"] and (told["hd"] or picture.size != (side, side)):
                raise ValueError(f"do_resize=False takes pictures of {side}x{side} without tiles, not {picture.size}")
            levels = levels_of(told, unit)
            pixels.append(
                preprocess(picture, side, hd=told["hd"], grid=self.tile_grid, aspect=self.aspect, levels=levels)
            )
        made = BatchFeature({"pixel_values": np.stack(pixels)}, tensor_type=told["return_tensors"])
        return made if told["device"] is None or told["return_tensors"] != "pt" else made.to(told["device"])

    def fetch_images(self, image_url_or_urls: Any) -> Any:
        """Return pictures for paths, URLs, `data:` URLs and base64, read as by `flashsloth.load_image`; pictures and
        arrays stay, those of two dimensions with an axis for their one channel."""
        given = image_url_or_urls
        if isinstance(given, list | tuple):
            return [self.fetch_images(part) for part in given]
        if isinstance(given, str | os.PathLike):
            return load_image(from_base64(given) if isinstance(given, str) else given)
        if not is_valid_image(given):
            raise TypeError(
                f"a picture is a PIL image, an array, a tensor, a path or a URL, not {type(given).__name__}"
            )
        return given[None] if not isinstance(given, Image.Image) and given.ndim == 2 else given


def levels_of(told: Mapping[str, Any], unit: bool | None) -> Levels:
    """Return what becomes of 8-bit values. `unit`: they were floats of 0..1 (None: all 0, which may be either)."""
    names = ("do_rescale", "do_normalize", "rescale_factor", "image_mean", "image_std")
    rescale, normalize, factor, mean, deviation = (told[name] for name in names)
    for name, value in (("image_mean", mean), ("image_std", deviation)):
        if np.ndim(value) > 1 or np.size(value) not in (1, 3) or not np.isfinite(value).all():
            raise ValueError(f"{name} is one number or one for each of three channels, not {value}")
    if not np.all(deviation):
        raise ValueError(f"image_std divides the values, so it must not be 0: {deviation}")
    if rescale and unit:
        raise ValueError(
            "the picture's values lie between 0 and 1, and do_rescale=True would divide them by 255 once more: "
            "give do_rescale=False, or values of 0 to 255"
        )
    if not rescale and normalize and unit is False and np.max(mean) <= 1:
        raise ValueError("do_rescale=False takes floats of 0 to 1; this picture has values of 0 to 255")
    scale = factor if rescale else SCALE if unit else 1
    return (scale, mean, deviation) if normalize else (scale, 0, 1)


def check_keywords(told: Mapping[str, Any]) -> None:
    """Raise TypeError for a keyword that no image processor has, ValueError for one that is not honoured here."""
    known = FlashSlothImagesKwargs.__annotations__
    if unknown := sorted(set(told) - set(known)):
        raise TypeError(f"FlashSlothImageProcessor takes no {', '.join(unknown)}; it knows {', '.join(sorted(known))}")
    for name, only in FIXED.items():
        value = told.get(name)
        if value is not None and value != only:
            raise ValueError(f"{name}={value!r} is not supported by FlashSlothImageProcessor, only {name}={only!r}")


def square_side(size: Any) -> int:
    """Return S of a size given as transformers gives it: S, (S, S), {"height": S, "width": S}, SizeDict."""
    if isinstance(size, Mapping | SizeDict):
        stated = {name: side for name, side in dict(size).items() if side is not None}
        sides = [stated["height"], stated["width"]] if set(stated) == {"height", "width"} else []
    else:
        sides = list(size) if isinstance(size, list | tuple) else [size, size]
    if len(sides) != 2 or sides[0] != sides[1] or type(sides[0]) is not int or sides[0] < 1:
        raise ValueError(f"size must be a square, as 384 or {{'height': 384, 'width': 384}}, not {size!r}")
    return sides[0]


def from_base64(text: str) -> str | bytes:
    """Return the bytes of a picture written in base64 alone, as transformers takes it; any other text as it is."""
    if os.path.lexists(text) or ":" in text:  # a path, or a URL of any kind
        return text
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return text
    return data if looks_like_image(data) else text


def as_rgb(image: Any, input_data_format: Any = None) -> tuple[Image.Image, bool | None]:
    """Return the picture as RGB, and whether its values were floats of 0..1 (None: all 0, which is black either way).

    PIL images are read as by `flashsloth.load_image`: upright, on white, 16 bit scaled.
    """
    if isinstance(image, Image.Image):
        read = image.mode == "RGB" and image.format is None and not image.info  # nothing is left to be converted
        return image if read else load_image(image), False
    floats = image.float() if hasattr(image, "is_floating_point") and image.is_floating_point() else image
    values = channels_last(to_numpy_array(floats), input_data_format)
    if values.dtype.kind not in "uif":
        raise ValueError(f"a picture's values must be numbers of 0 to 255 or 0 to 1, not {values.dtype}")
    low, high = (values.min(), values.max()) if values.size else (np.nan, np.nan)
    between = (
        values.dtype.kind == "f" and 1 < high < 2
    )  # as resizing floats of 0..1 makes them: black if taken as 0..255
    if not (low >= 0 and high <= 255) or between:  # NaN as well
        raise ValueError(f"a picture's values must lie in 0..255, or as floats in 0..1, not in {low}..{high}")
    unit = None if high == 0 else bool(values.dtype.kind == "f" and high <= 1)
    eight_bit = np.round(values * 255 if unit else values).astype(np.uint8)
    picture = Image.fromarray(eight_bit[..., 0] if eight_bit.shape[-1] == 1 else eight_bit)
    return to_rgb(picture, reference=False), unit


def channels_last(values: npt.NDArray[Any], input_data_format: Any = None) -> npt.NDArray[Any]:
    """Return an array of three dimensions as (H, W, C), with 1, 3 or 4 channels. Raises ValueError if it has no such
    axis, or one at either end and nobody said which."""
    if values.ndim != 3:
        raise ValueError(f"an array of a picture has two or three dimensions, not the shape {values.shape}")
    first, last = (values.shape[axis] in (1, 3, 4) for axis in (0, 2))
    if input_data_format is not None:
        first, last = first and input_data_format == "channels_first", last and input_data_format == "channels_last"
    if first and last:
        raise ValueError(
            f"the channels of an array of {values.shape} may be its first or its last axis: give input_data_format"
        )
    if not first and not last:
        where = "first or last" if input_data_format is None else f"as {input_data_format} says"
        raise ValueError(f"an array of a picture has 1, 3 or 4 channels, {where}; this one is {values.shape}")
    return np.ascontiguousarray(values.transpose(1, 2, 0) if first else values)
