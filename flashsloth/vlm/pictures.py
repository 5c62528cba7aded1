"""Pictures as the tower of a model of transformers reads them, made by transformers' image
processor."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import transformers
from PIL import Image

from flashsloth.errors import ImageUndecodable, InvalidConfiguration
from flashsloth.processing.resizing import reduced
from flashsloth.sizes import bounds
from flashsloth.utils.text import last_line
from flashsloth.vlm.image_settings import image_processor_name, image_settings
from flashsloth.vlm.sizes import VlmSizes

# settings of a processor that the model's configuration has too
OF_THE_MODEL = ("spatial_merge_size", "vision_aspect_ratio", "vision_feature_select_strategy")
# The exceptions that an image processor may raise for a picture, such as one of 1x2000 pixels.
PICTURE_ERRORS = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)


class PreparedPicture(dict[str, Any]):
    """The inputs of the tower, arrays by their names, and the picture's ids in a prompt."""

    block: list[int]


class VlmPictures:
    """The PictureProcessor of these models. Of transformers' two image processors it is the one for
    Pillow, which needs no torchvision.

    Args:
        stored: the untrusted settings of the image processor.
        inputs: the names of the tower's inputs.

    Raises: UnsupportedModel, InvalidConfiguration.
    """

    scale = None
    max_side: int | None = None

    def __init__(self, config: VlmSizes, stored: Mapping[str, Any], inputs: Sequence[str]) -> None:
        self.config = config
        self.inputs = inputs
        # Settings of a tokenizer, such as the length of padding, would be arguments of the processor.
        config.tokenizer.init_kwargs = {}
        images = image_settings(stored, config)
        name = image_processor_name(stored, config.family)
        try:
            kind = getattr(transformers, f"{name}ImageProcessorPil")
            known = {name: images[name] for name in kind.valid_kwargs.__annotations__ if name in images}
            self.processor = _make_processor(config, kind(**known))
            side = config.image_side
            block = self.prepare(Image.new("RGB", (2 * side, side)), hd=False).block
        except (ImageUndecodable, AttributeError, *PICTURE_ERRORS) as error:
            raise InvalidConfiguration(
                f"its image processor or its tokenizer does not belong to the model: {last_line(error)}"
            ) from error
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

    def prepare(self, image: Image.Image, *, hd: bool) -> PreparedPicture:
        """Raises: ImageUndecodable for a shape that cannot be prepared, InvalidConfiguration if its
        tiles have another size than the tower reads."""
        image = reduced(image, self.max_side)
        options: dict[str, Any] = {} if hd else {**self.config.family.whole}
        own = self.processor.image_processor.size.longest_edge
        if self.max_side is not None and own is not None:
            # This side may be larger than the picture's: SmolVLM enlarges every picture to it.
            options["size"] = {"longest_edge": min(own, self.max_side)}
        try:
            made = self.processor(
                images=[image],
                text=[self.processor.image_token],
                add_special_tokens=False,
                return_tensors="np",
                **options,
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
        if self.config.vision_config.model_type != "pixtral" and (height, width) != (side, side):
            raise InvalidConfiguration(
                f"the image processor makes tiles of {width}x{height} pixels, and the tower reads {side}x{side}"
            )
        picture.block = [int(each) for each in made["input_ids"][0]]
        return picture

    def prepare_parts(self, parts: Sequence[Image.Image], *, hd: bool) -> PreparedPicture:
        return self.prepare(parts[0], hd=hd)

    def block(self, prepared: PreparedPicture) -> Sequence[int]:
        return prepared.block

    def tiles(self, image: Image.Image, *, hd: bool) -> list[Image.Image]:
        """Return the tiles without their normalisation. They may have black padding."""
        values = self.prepare(image, hd=hd)["pixel_values"]
        images = self.processor.image_processor
        mean, std = (
            np.asarray(each).reshape(3, 1, 1) for each in (images.image_mean, images.image_std)
        )
        found = []
        for tile in values.reshape(-1, *values.shape[-3:]):
            pixels = ((tile * std + mean) / images.rescale_factor).round().clip(0, 255)
            found.append(Image.fromarray(pixels.astype(np.uint8).transpose(1, 2, 0)))
        return found


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
