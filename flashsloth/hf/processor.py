"""transformers' processor for FlashSloth, which converts pictures and messages to model inputs, and its
image processor. Files, URLs, and PIL images that were opened from a file are converted by
`images.reader`, as in the rest of the program."""
# Annotations are not postponed in this module, because transformers reads the types of the keyword
# classes below.
# Annotations are not postponed in this module, because transformers reads the types of the keyword
# classes below.

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from transformers.image_processing_utils import BaseImageProcessor, BatchFeature
from transformers.image_utils import SizeDict, is_valid_image, make_flat_list_of_images, to_numpy_array
from transformers.models.codegen.tokenization_codegen import CodeGenTokenizer
from transformers.processing_utils import ImagesKwargs, MultiModalData, ProcessingKwargs, ProcessorMixin
from transformers.tokenization_utils_tokenizers import PreTrainedTokenizerFast

from flashsloth.images.color import to_rgb
from flashsloth.images.formats import identify
from flashsloth.images.reader import load_image
from flashsloth.processing.pictures import MEAN, SCALE, STD, stacked
from flashsloth.processing.prompt import IMAGE_TOKEN, chat_template, prepare_tokenizer
from flashsloth.processing.resizing import squares
from flashsloth.sizes.model_sizes import ModelSizes, PictureScale


class FlashSlothImagesKwargs(ImagesKwargs, total=False):  # type: ignore[call-arg]
    """Keyword arguments of a call; with `hd` the picture is cut into tiles."""

    hd: bool


# The keyword arguments of transformers' image processors for which only this value, or None, is
# supported.
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
SAVED_KEYS = ("image_processor_type", "processor_class", "feature_extractor_type", "auto_map")


class FlashSlothImageProcessor(BaseImageProcessor):
    """The preprocessing of `processing.pixels.tower_pixels` with the interface of transformers. It
    returns pixel_values (I, 3, S, S), with `hd` (I, tiles, 3, S, S).

    `size`, `do_resize`, `do_rescale`, `rescale_factor`, `do_normalize`, `image_mean` and `image_std`
    work as in transformers, in the constructor and in each call.

    Raises: TypeError for a keyword that transformers does not have, ValueError for an unsupported value
    (`FIXED`).
    """

    valid_kwargs = FlashSlothImagesKwargs
    model_input_names = ["pixel_values"]  # noqa: RUF012 - transformers' own form
    do_resize = do_rescale = do_normalize = True
    rescale_factor = SCALE
    image_mean = MEAN
    image_std = STD

    def __init__(
        self,
        size: Any = 384,
        hd: bool = False,
        tile_grid: int = 2,
        aspect: str = "square",
        **kwargs: Any,
    ) -> None:
        check_keywords({name: value for name, value in kwargs.items() if name not in SAVED_KEYS})
        super().__init__(**{name: value for name, value in kwargs.items() if value is not None})
        self.size = square_side(size)
        self.hd = hd
        self.tile_grid = tile_grid
        self.aspect = aspect

    @classmethod
    def from_dict(cls, image_processor_dict: dict[str, Any], **kwargs: Any) -> Any:
        """Create the processor as transformers does, ignoring unknown keys."""
        known = (*FlashSlothImagesKwargs.__annotations__, *SAVED_KEYS, "tile_grid", "aspect")
        return super().from_dict(
            {name: image_processor_dict[name] for name in known if name in image_processor_dict},
            **kwargs,
        )

    def preprocess(
        self, images: Any, hd: bool | None = None, return_tensors: str | None = None, **kwargs: Any
    ) -> BatchFeature:
        """Return the pixels of pictures, which may be in nested lists, in their order.

        A picture is a PIL image, a path or URL, or an array or tensor of 0..255 or of floats 0..1: (H,
        W, C) or (C, H, W) with 1, 3 or 4 channels, or (H, W) for grey.

        Raises: ValueError for other values; ImageError for files that cannot be read.
        """
        # 1. Take the options of the processor. Options of the call replace them.
        check_keywords(kwargs)
        keywords = {"hd": hd, "return_tensors": return_tensors, **kwargs}
        own: dict[str, Any] = {
            name: getattr(self, name, None) for name in FlashSlothImagesKwargs.__annotations__
        }
        options = own | {name: value for name, value in keywords.items() if value is not None}
        # 2. Convert each picture to RGB, cut it into tiles, and make pixels of them.
        side = square_side(options["size"])
        pixels = []
        if isinstance(images, list | tuple) and not images:
            raise ValueError("images is empty")
        for image in make_flat_list_of_images(self.fetch_images(images)):
            picture, unit = as_rgb(image, options["input_data_format"])
            if not options["do_resize"] and (options["hd"] or picture.size != (side, side)):
                raise ValueError(
                    f"do_resize=False needs pictures of {side}x{side} without tiles, not {picture.size}"
                )
            scale = PictureScale(side, self.tile_grid, self.aspect)
            own_factor = SCALE if unit else 1
            factor = options["rescale_factor"] if options["do_rescale"] else own_factor
            shift = (options["image_mean"], options["image_std"]) if options["do_normalize"] else (0, 1)
            pixels.append(stacked(squares(picture, scale, hd=options["hd"]), factor, *shift))
        # 3. Stack them, as tensors if the call asks for tensors.
        batch = BatchFeature({"pixel_values": np.stack(pixels)}, tensor_type=options["return_tensors"])
        moves = options["device"] is not None and options["return_tensors"] == "pt"
        return batch.to(options["device"]) if moves else batch

    def fetch_images(self, image_url_or_urls: Any) -> Any:
        """Read paths, URLs, `data:` URLs and base64 with `flashsloth.load_image`. Images and arrays are
        returned unchanged; arrays with two dimensions get an axis for the channel."""
        image = image_url_or_urls
        if isinstance(image, list | tuple):
            return [self.fetch_images(part) for part in image]
        if isinstance(image, str | os.PathLike):
            return load_image(from_base64(image) if isinstance(image, str) else image)
        if not is_valid_image(image):
            raise TypeError(
                f"an image is a PIL image, array, tensor, path or URL, not {type(image).__name__}"
            )
        return image[None] if not isinstance(image, Image.Image) and image.ndim == 2 else image


def check_keywords(options: Mapping[str, Any]) -> None:
    """Raise TypeError for an unknown keyword, ValueError for an unsupported value."""
    known = FlashSlothImagesKwargs.__annotations__
    if unknown := sorted(set(options) - set(known)):
        raise TypeError(
            f"unknown keywords of FlashSlothImageProcessor: {', '.join(unknown)}; known: {', '.join(sorted(known))}"
        )
    for name, only in FIXED.items():
        value = options.get(name)
        if value is not None and value != only:
            raise ValueError(
                f"{name}={value!r} is not supported by FlashSlothImageProcessor, only {name}={only!r}"
            )


def square_side(size: Any) -> int:
    """Return S of a size as transformers writes it: S, (S, S), {"height": S, "width": S}, SizeDict."""
    if isinstance(size, Mapping | SizeDict):
        stated = {name: side for name, side in dict(size).items() if side is not None}
        sides = [stated["height"], stated["width"]] if set(stated) == {"height", "width"} else []
    else:
        sides = list(size) if isinstance(size, list | tuple) else [size, size]
    is_square = len(sides) == 2 and sides[0] == sides[1]
    if not is_square or type(sides[0]) is not int or sides[0] < 1:
        raise ValueError(
            f"size must be a square, like 384 or {{'height': 384, 'width': 384}}, not {size!r}"
        )
    return sides[0]


def from_base64(text: str) -> str | bytes:
    """Decode a picture in base64 without a `data:` header, as transformers does. Any other text is
    returned unchanged."""
    if os.path.lexists(text) or ":" in text:  # a path or a URL
        return text
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return text
    return data if identify(data) else text


def as_rgb(image: Any, input_data_format: Any = None) -> tuple[Image.Image, bool]:
    """Return the picture as RGB, and whether its values were floats of 0..1. PIL images are converted
    by `flashsloth.load_image`, which rotates them upright, puts transparent pictures on white and
    scales 16 bits to 8."""
    if isinstance(image, Image.Image):
        is_converted = image.mode == "RGB" and image.format is None and not image.info
        return image if is_converted else load_image(image), False
    floats = (
        image.float() if hasattr(image, "is_floating_point") and image.is_floating_point() else image
    )
    values = channels_last(to_numpy_array(floats), input_data_format)
    if values.dtype.kind not in "uif":
        raise ValueError(f"a picture's values must be numbers, not {values.dtype}")
    low, high = (values.min(), values.max()) if values.size else (np.nan, np.nan)
    # Resizing values of 0..1 may overshoot, and gives floats just above 1. Read as 0..255 such a
    # picture would be black.
    overshoot = values.dtype.kind == "f" and 1 < high < 2
    if not (low >= 0 and high <= 255) or overshoot:  # NaN is refused, too
        raise ValueError(f"a picture's values must be in 0..255, or floats in 0..1, not {low}..{high}")
    unit = bool(values.dtype.kind == "f" and high <= 1)
    eight_bit = np.round(values * 255 if unit else values).astype(np.uint8)
    picture = Image.fromarray(eight_bit[..., 0] if eight_bit.shape[-1] == 1 else eight_bit)
    return to_rgb(picture, reference=False), unit


def channels_last(
    values: np.typing.NDArray[Any], input_data_format: Any = None
) -> np.typing.NDArray[Any]:
    """Return an array as (H, W, C). Raises: ValueError unless exactly one axis can be the
    channels: the first or the last one, or the one that is stated, with 1, 3 or 4 channels."""
    names = {0: "channels_first", 2: "channels_last"}
    allowed = {axis: name for axis, name in names.items() if input_data_format in (None, name)}
    axes = [axis for axis in allowed if values.ndim == 3 and values.shape[axis] in (1, 3, 4)]
    if len(axes) != 1:
        stated = f"{' or '.join(allowed.values())}, as input_data_format says"
        raise ValueError(
            f"an image array must have 1, 3 or 4 channels ({stated}), not the shape {values.shape}"
        )
    return np.ascontiguousarray(values.transpose(1, 2, 0) if axes == [0] else values)


# The processor


def open_tokenizer(folder: Path) -> Any:
    """Open the tokenizer of a folder with transformers: tokenizer.json, or CodeGen's files as in the
    released layout. Return None if there is neither. Raises: errors of many types for damaged files."""
    if (folder / "tokenizer.json").is_file():
        # Without this argument transformers warns of an error in Mistral's tokenizers if config.json
        # says mistral3, as LightOnOCR-2's does, whose tokenizer is Qwen's.
        found = PreTrainedTokenizerFast.from_pretrained(
            folder, local_files_only=True, fix_mistral_regex=False
        )
        found.init_kwargs.pop("fix_mistral_regex", None)  # which would be saved
        return found
    if (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
        return CodeGenTokenizer.from_pretrained(folder, local_files_only=True)
    return None


class FlashSlothProcessorKwargs(ProcessingKwargs, total=False):  # type: ignore[call-arg]
    images_kwargs: FlashSlothImagesKwargs
    _defaults = {"text_kwargs": {"padding": False}}  # noqa: RUF012 - transformers' own form


class FlashSlothProcessor(ProcessorMixin):
    """A tokenizer, an image processor and the chat template.

    `apply_chat_template(messages, tokenize=True, return_dict=True, return_tensors="pt",
    add_generation_prompt=True)` returns the inputs of `FlashSlothForConditionalGeneration.generate`.
    Use `sanitize_control_tokens=True` for untrusted text. Batches are padded on the left. `from_config`
    creates the processor of a model.

    Raises: ValueError if `tokens_per_tile` (of the model's configuration) is missing, or if the
    tokenizer does not have the image token.
    """

    valid_processor_kwargs = FlashSlothProcessorKwargs

    def __init__(
        self,
        image_processor: Any = None,
        tokenizer: Any = None,
        chat_template: str | None = None,
        tokens_per_tile: int | None = None,
        image_token: str = IMAGE_TOKEN,
        **kwargs: Any,
    ) -> None:
        if image_processor is None or tokenizer is None:
            raise ValueError("FlashSlothProcessor needs an image_processor and a tokenizer")
        if not isinstance(tokens_per_tile, int) or tokens_per_tile < 1:
            raise ValueError(
                f"tokens_per_tile must be the model's config.tokens_per_tile, not {tokens_per_tile!r}: "
                "use FlashSlothProcessor.from_config(config, tokenizer)"
            )
        self.image_token = image_token
        self.tokens_per_tile = tokens_per_tile
        # A tokenizer returns None or its unknown token for a token that it does not have.
        self.image_token_id = tokenizer.convert_tokens_to_ids(image_token)
        if self.image_token_id in (None, tokenizer.unk_token_id):
            raise ValueError(
                f"the tokenizer has no token {image_token}: use FlashSlothProcessor.from_config, which adds it"
            )
        super().__init__(image_processor, tokenizer, chat_template=chat_template, **kwargs)

    @classmethod
    def from_config(cls, config: ModelSizes, tokenizer: Any) -> "FlashSlothProcessor":
        """Create the processor of a model, and add `<image>` to the tokenizer if it is missing.

        Raises: InvalidConfiguration if a control token has another id than in the configuration.
        """
        prepare_tokenizer(tokenizer, config)
        images = FlashSlothImageProcessor(
            size=config.vision_config.image_size,
            hd=bool(config.image_hd),
            tile_grid=config.tile_grid,
            aspect=config.image_aspect_ratio,
            image_mean=config.image_mean,
            image_std=config.image_std,
        )
        return cls(images, tokenizer, chat_template(config), tokens_per_tile=config.tokens_per_tile)

    def replace_image_token(self, image_inputs: dict[str, Any], image_idx: int, **kwargs: Any) -> str:
        """Return one `<image>` for each visual token of the picture."""
        pixels = image_inputs["pixel_values"][image_idx]
        return str(
            self.image_token * (self.tokens_per_tile * (pixels.shape[0] if pixels.ndim == 4 else 1))
        )

    def _get_num_multimodal_tokens(self, image_sizes: Any = None, **kwargs: Any) -> MultiModalData:
        if image_sizes is None:
            return MultiModalData()
        hd = kwargs.get("hd", self.image_processor.hd)
        tiles = 1 + self.image_processor.tile_grid**2 if hd else 1
        return MultiModalData(
            num_image_tokens=[tiles * self.tokens_per_tile] * len(image_sizes),
            num_image_patches=[tiles] * len(image_sizes),
        )
