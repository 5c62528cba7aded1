"""Pictures as the tower of a model of transformers reads them, made by transformers' image processor:
the processor's settings, which are untrusted, with their limits; and an estimate of the memory that the
largest picture takes."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import transformers
from PIL import Image

from flashsloth.errors import ImageUndecodable, InvalidConfiguration, UnsupportedModel
from flashsloth.processing.pictures import PictureProcessor
from flashsloth.processing.resizing import WHOLE, Layout, centered, cut, reduced
from flashsloth.sizes import bounds
from flashsloth.sizes.families import ELSEWHERE, VlmFamily, cached_values
from flashsloth.sizes.model_sizes import DETAIL, FEWER_TOKENS, USUAL_TOKENS
from flashsloth.utils.text import last_line, printable
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
    if config.family.mrope:
        return images | _pixel_counts(stored, config)
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


def _pixel_counts(stored: Mapping[str, Any], config: VlmSizes) -> dict[str, Any]:
    """Return the numbers of pixels between which a picture is resized, and the sides of its patches.
    Older files call the numbers `min_pixels` and `max_pixels`, newer ones have them in `size`.

    Raises: InvalidConfiguration.
    """
    size = stored.get("size")
    bounds.check_value("size", size, isinstance(size, Mapping | None), "an object")
    parts = (size or {}, stored)
    given = {name: value for part in parts for name, value in part.items() if value is not None}
    most: Any = given.get("max_pixels", given.get("longest_edge"))
    least: Any = given.get("min_pixels", given.get("shortest_edge"))
    area = config.token_side**2
    bounds.check_range("max_pixels", most, area, min(MOST_PIXELS, MOST_TOKENS * area))
    bounds.check_range("min_pixels", least, 1, int(most))
    vision = config.vision_config
    return {
        "size": {"shortest_edge": least, "longest_edge": most},
        "patch_size": config.patch_side,
        "merge_size": vision.spatial_merge_size,
        "temporal_patch_size": getattr(vision, "temporal_patch_size", 1),
    }


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


# Pictures


# settings of a processor that the model's configuration has too
OF_THE_MODEL = ("spatial_merge_size", "vision_aspect_ratio", "vision_feature_select_strategy")
# The exceptions that an image processor may raise for a picture, such as one of 1x2000 pixels.
PICTURE_ERRORS = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)


class PreparedPicture(dict[str, Any]):
    """The inputs of the tower, arrays by their names; the picture's ids in a prompt; and the rows and
    columns of its visual tokens, for a decoder with three position axes."""

    block: list[int]
    grid: tuple[int, int] | None = None


class VlmPictures(PictureProcessor):
    """The PictureProcessor of these models. Of transformers' two image processors it is the one for
    Pillow, which needs no torchvision.

    Args:
        stored: the untrusted settings of the image processor.
        inputs: the names of the tower's inputs.

    Raises: UnsupportedModel, InvalidConfiguration.
    """

    scale = None
    config: VlmSizes

    def __init__(self, config: VlmSizes, stored: Mapping[str, Any], inputs: Sequence[str]) -> None:
        self.config = config
        self.inputs = inputs
        # Settings of a tokenizer, such as the length of padding, would be arguments of the processor.
        config.tokenizer.init_kwargs = {}
        images = image_settings(stored, config)
        self.kind = image_processor_name(stored, config.family)
        try:
            kind = getattr(transformers, f"{self.kind}ImageProcessorPil")
            known = {name: images[name] for name in kind.valid_kwargs.__annotations__ if name in images}
            self.processor = _make_processor(config, kind(**known))
            side = config.image_side
            block = self.prepare(Image.new("RGB", (2 * side, side)), hd=False).block
        except (ImageUndecodable, AttributeError, *PICTURE_ERRORS) as error:
            raise InvalidConfiguration(
                f"its image processor or its tokenizer does not belong to the model: {last_line(error)}"
            ) from error
        tokens = most_tiles(images, side) * config.tokens_per_tile
        if config.family.mrope:
            tokens = self.most_pixels[-1] // config.token_side**2
        # more ids than the block of any picture has, with its control tokens
        self.largest_block = 2 * tokens + 64
        found = block.count(config.image_token_id)
        expected = config.visual_tokens(hd=False)
        bounds.require(
            found == expected or (found > 0 and not expected),
            f"the image processor writes {found} placeholders of {expected} visual tokens",
        )
        bounds.require(
            max(block) < config.text_config.vocab_size,
            "a control token of pictures is past the vocabulary",
        )

    @property
    def most_pixels(self) -> Sequence[int]:
        if not self.config.family.mrope:
            return ()
        own = int(self.processor.image_processor.size.longest_edge)
        area = self.config.token_side**2
        return min(own, FEWER_TOKENS * area), min(own, USUAL_TOKENS * area), own

    def options(self, hd: bool | None) -> dict[str, Any]:
        """Return the arguments with which the processor reads a picture."""
        options: dict[str, Any] = {} if hd else {**self.config.family.whole}
        size = self.processor.image_processor.size
        own = size.longest_edge
        if self.config.family.mrope:
            most = self.most_pixels[DETAIL.index(hd)]
            options["size"] = {"longest_edge": most, "shortest_edge": min(size.shortest_edge, most)}
        elif self.max_side is not None and own is not None:
            # This side may be larger than the picture's: SmolVLM enlarges every picture to it.
            options["size"] = {"longest_edge": min(own, self.max_side)}
        return options

    def prepare(self, image: Image.Image, *, hd: bool | None) -> PreparedPicture:
        """Raises: ImageUndecodable for a shape that cannot be prepared, InvalidConfiguration if its
        tiles have another size than the tower reads."""
        image = reduced(image, self.max_side)
        try:
            made = self.processor(
                images=[image],
                text=[self.processor.image_token],
                add_special_tokens=False,
                return_tensors="np",
                **self.options(hd),
            )
        except PICTURE_ERRORS as error:
            raise ImageUndecodable(
                f"this model cannot read a picture of {image.width}x{image.height} pixels",
                hint="Crop it, so that it is less long.",
            ) from error
        # some processors also return numbers that the tower does not take
        picture = PreparedPicture(
            (name, np.asarray(made[name])) for name in self.inputs if name in made
        )
        side = self.config.image_side
        *_, height, width = picture["pixel_values"].shape
        has_tiles = self.config.vision_config.model_type != "pixtral" and not self.config.family.mrope
        if has_tiles and (height, width) != (side, side):
            raise InvalidConfiguration(
                f"the image processor makes tiles of {width}x{height} pixels, and the tower reads {side}x{side}"
            )
        picture.block = [int(each) for each in made["input_ids"][0]]
        if self.config.family.mrope:
            _, rows, columns = picture["image_grid_thw"][0].tolist()
            merged = self.config.vision_config.spatial_merge_size
            picture.grid = rows // merged, columns // merged
        return picture

    def prepare_parts(self, parts: Sequence[Image.Image], *, hd: bool | None) -> PreparedPicture:
        return self.prepare(parts[0], hd=hd)

    def block(self, prepared: PreparedPicture) -> Sequence[int]:
        return prepared.block

    def layout(self, size: tuple[int, int], prepared: PreparedPicture) -> Layout:
        if prepared.grid is not None:
            return Layout([WHOLE], prepared.grid, prepared.grid)
        # 1. The rows and columns of visual tokens in a tile. Pixtral's may have any shape.
        *counts, _, height, width = prepared["pixel_values"].shape
        side = math.isqrt(self.config.tokens_per_tile)
        rows = height * side // self.config.image_side
        columns = width * side // self.config.image_side
        # 2. Several tiles: a picture is resized to their rows and columns, and comes again as the last
        #    tile. Of all divisions into this many tiles theirs is the nearest to the picture's shape.
        cells = math.prod(counts) - 1
        if cells:
            across = min(
                (each for each in range(1, cells + 1) if cells % each == 0),
                key=lambda across: abs(math.log(across**2 / cells * size[1] / size[0])),
            )
            down = cells // across
            boxes = [*cut(WHOLE, down, across), WHOLE]
            return Layout(boxes, (rows, columns), (rows * down, columns * across))
        # 3. One tile: the picture on a square, the square in its middle, or all of it resized.
        box = WHOLE
        images = self.processor.image_processor
        if self.kind == "DeepseekVL" or (self.kind == "Llava" and images.do_pad):
            box = centered(*size, max(size))
        elif images.do_center_crop and images.size.shortest_edge:
            box = centered(*size, min(size))
        return Layout([box], (rows, columns), (rows, columns))

    def tiles(self, image: Image.Image, *, hd: bool | None) -> list[Image.Image]:
        """Return the tiles without their normalisation. They may have black padding."""
        prepared = self.prepare(image, hd=hd)
        images = self.processor.image_processor
        if prepared.grid is not None:  # `pixel_values` are patches of the whole picture
            down, across = (each * self.config.token_side for each in prepared.grid)
            return [reduced(image, self.max_side).resize((across, down), images.resample)]
        values = prepared["pixel_values"]
        mean, std = (
            np.asarray(each).reshape(3, 1, 1) for each in (images.image_mean, images.image_std)
        )
        pixels = ((values * std + mean) / images.rescale_factor).round().clip(0, 255).astype(np.uint8)
        tiles = pixels.reshape(-1, *values.shape[-3:]).transpose(0, 2, 3, 1)
        return list(map(Image.fromarray, tiles))


def _make_processor(config: VlmSizes, images: Any) -> Any:
    """Return transformers' processor. All of its settings are taken from the model's configuration, and
    none from processor_config.json."""
    whole = config.whole
    tokenizer = config.tokenizer
    settings = {
        "image_processor": images,
        "tokenizer": tokenizer,
        "chat_template": None,
        "video_processor": None,
        "image_token": tokenizer.added_tokens_decoder[config.image_token_id].content,
        "image_seq_len": config.tokens_per_tile,
        "image_seq_length": config.tokens_per_tile,
        "num_image_tokens": config.tokens_per_tile + config.leaves_first_out,
        "num_additional_image_tokens": int(config.has_class_token),
        "patch_size": config.patch_side,
        **{name: getattr(whole, name) for name in OF_THE_MODEL if hasattr(whole, name)},
    }
    kind = getattr(transformers, config.family.processor)
    own = inspect.signature(kind.__init__).parameters
    # transformers' check requires a processor of videos, which needs torchvision
    unchecked = type(kind.__name__, (kind,), {"check_argument_for_proper_class": lambda *_: None})
    return unchecked(**{name: settings[name] for name in settings if name in own})


# The memory of a picture


PIXEL_BYTES = 4  # preparing a picture computes in float32
# Preparing a picture took at most 4.3 times its prepared pixels, with tiles (measured: 1600 x 1200
# pixels as 13 tiles of InternVL, 21 of LLaVA-NeXT and one picture of Pixtral). The tower has further
# copies.
PIXEL_COPIES = 6
STATE_COPIES = 4  # of the states between two blocks: of all tiles, joined, and beside the next
# Models whose connector may choose a block, so that transformers keeps the output of every block.
KEEP_ALL = ("llava", "llava_next", "llava_onevision")


def working_space(config: VlmSizes, images: Mapping[str, Any], item: int, positions: int) -> int:
    """Return the bytes that the largest picture takes, in all its tiles, beside the weights.

    Args:
        images: settings that `image_settings` has returned.
        item: the bytes of a number of the model.
        positions: the positions of the KV cache for which memory is reserved already.
    """
    vision = config.vision_config
    text = config.text_config
    # 1. Its sizes. Pixtral reads a picture of any shape as one tile, and so do decoders with three
    #    position axes, which read more of it only with --hd.
    is_whole = vision.model_type == "pixtral" or bool(config.family.mrope)
    side = config.image_side
    tiles = most_tiles(images, side)
    patches = (side // config.patch_side) ** 2
    tokens = min(tiles * config.tokens_per_tile, int(text.max_position_embeddings))
    # 2. The pixels, and the states of all tiles between two blocks.
    pixels = tiles * 3 * side**2 * PIXEL_BYTES * PIXEL_COPIES
    kept = STATE_COPIES
    if config.whole.model_type in KEEP_ALL:
        kept += vision.num_hidden_layers
    width = getattr(vision, "embed_dim", vision.hidden_size)
    states = tiles * patches * width * item * kept
    # 3. A block computes one tile at a time: its MLP in float32, before and after the activation. With
    #    a mask between pictures, as Pixtral has it, there are two numbers for each pair of patches.
    inner = getattr(vision, "intermediate_size", 0) or width * vision.mlp_ratio
    block = patches * inner * 4 * 2
    mask = 2 * patches**2 * item if is_whole else 0
    # 4. The decoder's KV cache beyond what is reserved, and the MLP of its widest layer.
    cache = max(0, tokens - positions) * cached_values(text) * item
    prefill = tokens * (3 * text.intermediate_size + 4 * text.hidden_size) * item
    return int(pixels + states + block + mask + cache + prefill)
