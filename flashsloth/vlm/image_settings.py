"""The settings of an image processor of transformers, which are untrusted, and their limits."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from flashsloth.errors import UnsupportedModel
from flashsloth.sizes import bounds
from flashsloth.utils.text import printable
from flashsloth.vlm.families import ELSEWHERE, VlmFamily
from flashsloth.vlm.sizes import VlmSizes

PIXTRAL = "PixtralProcessor"  # LightOnOCR-2's, as its folder has it
SPLITTING = ("Idefics3", "SmolVLM")  # image processors that cut a picture of any size into tiles
MOST_TILES = 64  # of one picture, without the whole picture
MOST_TOKENS = 2**15  # of one picture
MOST_PIXELS = 2**24  # of all tiles of one picture
MOST_PINPOINTS = 256
LARGEST_SIDE = 4096  # of a picture, in pixels
SIDES = ("height", "width", "longest_edge", "shortest_edge")
RANGES = {
    "resample": (0, 5),  # the filters of Pillow
    "min_size": (1, LARGEST_SIDE),
    "min_patches": (1, MOST_TILES),
    "max_patches": (1, MOST_TILES),
}
# Without these steps the tower would read pictures of another size or scale.
REQUIRED = ("do_normalize", "do_rescale", "do_resize")
CHOICES = ("crop_to_patches", "do_center_crop", "do_image_splitting", "do_pad")
SIZES = ("size", "crop_size", "max_image_size")
OTHERS = ("image_mean", "image_std", "rescale_factor", *SIZES)


def image_processor_name(stored: Mapping[str, Any], family: VlmFamily) -> str:
    """Return the name of an image processor, without its ending. Raises: UnsupportedModel."""
    name = str(stored.get("image_processor_type") or stored.get("feature_extractor_type"))
    name = re.sub("(ImageProcessor|FeatureExtractor)(Fast|Pil)?$", "", name)
    if name not in family.images:
        raise UnsupportedModel(
            f"a {printable(name)} image processor is not among {', '.join(family.images)}",
            hint=ELSEWHERE,
        )
    return name


def image_settings(stored: Mapping[str, Any], config: VlmSizes) -> dict[str, Any]:
    """Return the settings of an image processor that are known. They are checked, so that no picture
    becomes NaN or too many tiles, or tiles of a size that the tower cannot read.

    Raises: UnsupportedModel, InvalidConfiguration.
    """
    names = (*RANGES, *REQUIRED, *CHOICES, *OTHERS)
    images = {name: stored[name] for name in names if stored.get(name) is not None}
    # 1. Numbers, and steps that can be left out.
    bounds.check_normalisation("image_mean", images.get("image_mean"))
    bounds.check_normalisation("image_std", images.get("image_std"), positive=True)
    factor = images.get("rescale_factor", 1)
    is_factor = type(factor) in (int, float) and 0 < factor <= 1
    bounds.check_value("rescale_factor", factor, is_factor, "above 0 and at most 1")
    for name, (least, most) in RANGES.items():
        bounds.check_range(name, images.get(name, least), least, most)
    for name in REQUIRED:
        bounds.check_value(name, images.get(name), images.get(name, True) is True, "true")
    for name in CHOICES:
        value = images.get(name, True)
        bounds.check_value(name, value, isinstance(value, bool), "true or false")
    # 2. Sizes. Most pictures and tiles have the size that the tower reads.
    side = config.image_side
    least, most = side, side
    kind = image_processor_name(stored, config.family)
    if kind == "Pixtral":
        step = _pixtral_step(stored, config)
        images["patch_size"] = {"height": step, "width": step}
        least, most = 1, side // step * step
    elif kind in SPLITTING:
        images.setdefault("max_image_size", {"longest_edge": side})
        least, most = 1, LARGEST_SIDE
    elif kind == "GotOcr2":
        images.setdefault("max_patches", 12)
    images.setdefault("size", None)  # the default of a class may not be the tower's
    for name in images.keys() & {*SIZES}:
        size = images[name]
        is_size = isinstance(size, Mapping) and {*size} <= {*SIDES} and any(size.values())
        bounds.check_value(name, size, is_size, f"an object of {', '.join(SIDES)}")
        limits = (side, side) if name == "max_image_size" else (least, most)
        for key, value in size.items():
            bounds.check_range(f"{name}.{key}", limits[0] if value is None else value, *limits)
    # 3. Tiles. Both the image processor and the model read the pinpoints.
    points = getattr(config.whole, "image_grid_pinpoints", None)
    if points is not None:
        images["image_grid_pinpoints"] = points
        is_list = isinstance(points, list) and 0 < len(points) <= MOST_PINPOINTS
        is_list = is_list and all(_is_pinpoint(point, side) for point in points)
        expected = f"1 to {MOST_PINPOINTS} sizes of at most {MOST_TILES} tiles"
        bounds.check_value("image_grid_pinpoints", "this", is_list, expected)
    tiles = most_tiles(images, side)
    tokens = tiles * config.tokens_per_tile
    bounds.require(
        tiles <= MOST_TILES + 1 and tokens <= MOST_TOKENS and tiles * side**2 <= MOST_PIXELS,
        f"a picture may become {tiles} tiles of {side} pixels, with {tokens} tokens, which is too much",
    )
    return images


def _pixtral_step(stored: Mapping[str, Any], config: VlmSizes) -> int:
    """Return the number of pixels to a multiple of which the sides of a picture are rounded."""
    patch = config.patch_side
    merged = int(patch * config.whole.spatial_merge_size)
    if stored.get("processor_class") == PIXTRAL:
        return merged
    step: Any = stored.get("patch_size", patch)
    step = step.get("height") if isinstance(step, Mapping) else step
    bounds.check_value("patch_size", step, step in (patch, merged), f"{patch} or {merged}")
    return merged if step == merged else patch


def _is_pinpoint(point: Any, side: int) -> bool:
    if not isinstance(point, list) or [type(each) for each in point] != [int, int]:
        return False
    rows, columns = (each // side for each in point)
    return [rows * side, columns * side] == point and 0 < rows * columns <= MOST_TILES


def most_tiles(images: Mapping[str, Any], side: int) -> int:
    """Return the largest number of tiles of a picture, with the whole picture. `images` are settings
    that `image_settings` has returned, and `side` is the side of a tile in pixels."""
    if "max_image_size" in images:
        largest = max(value for value in images["size"].values() if value)
        rows = math.ceil(largest / side)
        return rows * rows + 1
    points = images.get("image_grid_pinpoints", ())
    cut = (rows // side * (columns // side) for rows, columns in points)
    return max([images.get("max_patches", 0), *cut]) + 1
