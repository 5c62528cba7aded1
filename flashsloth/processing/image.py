"""A picture as the tower wants it: squashed or cut into tiles, scaled to [-1, 1]. Knows no files and no model."""

# No postponed annotations here: transformers reads the types of the keyword classes below.
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from transformers.image_processing_utils import BaseImageProcessor, BatchFeature
from transformers.image_utils import make_flat_list_of_images, to_numpy_array
from transformers.processing_utils import ImagesKwargs

Pixels = npt.NDArray[np.float32]
GREY = (127, 127, 127)
MAX_SQUARE = 178_956_970  # pixels, as many as a picture may have
BEFOREHAND = 8  # times the side that is wanted
MAX_ROWS = 65_536  # more than a JPEG can have


def to_pixels(image: Image.Image) -> Pixels:
    """An RGB picture of S x S as (3, S, S) float32 in [-1, 1]."""
    values = np.asarray(image, dtype=np.float32) * np.float32(1 / 255)
    return np.ascontiguousarray(((values - np.float32(0.5)) / np.float32(0.5)).transpose(2, 0, 1))


def squash(image: Image.Image, size: int) -> Image.Image:
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
    return squash(pad_to_square(image), size)


def tiles(image: Image.Image, size: int, grid: int = 2) -> list[Image.Image]:
    """The HD scheme: the whole picture squashed, then the padded square in grid x grid cells, row by row.

    Goldens: golden_images.json "hd", hd_*. Small pictures are scaled up; the number of tiles is always 1 + grid**2.
    """
    square = padded(image, grid * size)
    corners = [(column * size, row * size) for row in range(grid) for column in range(grid)]
    return [squash(image, size), *(square.crop((x, y, x + size, y + size)) for x, y in corners)]


def preprocess(image: Image.Image, size: int, *, hd: bool = False, grid: int = 2, aspect: str = "square") -> Pixels:
    """An RGB picture as (3, S, S), or with `hd` as (1 + grid**2, 3, S, S); float32 in [-1, 1]."""
    if hd:
        return np.stack([to_pixels(tile) for tile in tiles(image, size, grid)])
    return to_pixels(padded(image, size) if aspect == "pad" else squash(image, size))


class FlashSlothImagesKwargs(ImagesKwargs, total=False):  # type: ignore[call-arg]
    """What may be said per call: `hd` (five tiles a picture)."""

    hd: bool


class FlashSlothImageProcessor(BaseImageProcessor):
    """`preprocess` behind transformers' interface: pixel_values (I, 3, S, S), with hd (I, tiles, 3, S, S)."""

    valid_kwargs = FlashSlothImagesKwargs
    model_input_names = ["pixel_values"]  # noqa: RUF012 - transformers' own form

    def __init__(
        self, size: int = 384, hd: bool = False, tile_grid: int = 2, aspect: str = "square", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.size, self.hd, self.tile_grid, self.aspect = size, hd, tile_grid, aspect

    def preprocess(
        self, images: Any, hd: bool | None = None, return_tensors: str | None = None, **kwargs: Any
    ) -> BatchFeature:
        """PIL pictures or arrays (H, W, 3) or (3, H, W) of 0..255, nested or not, in the order of their places."""
        use_tiles = self.hd if hd is None else hd
        pictures = [as_rgb(image) for image in make_flat_list_of_images(images)]
        pixels = [preprocess(p, self.size, hd=use_tiles, grid=self.tile_grid, aspect=self.aspect) for p in pictures]
        return BatchFeature({"pixel_values": np.stack(pixels)}, tensor_type=return_tensors)


def as_rgb(image: Any) -> Image.Image:
    """A PIL picture, or an array with channels first or last, as an RGB picture."""
    if isinstance(image, Image.Image):
        return image.convert("RGB")
    values = to_numpy_array(image)
    if values.ndim == 3 and values.shape[0] == 3 and values.shape[-1] != 3:
        values = values.transpose(1, 2, 0)
    return Image.fromarray(np.ascontiguousarray(values).astype(np.uint8)).convert("RGB")
