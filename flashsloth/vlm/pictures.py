"""Pictures as the tower of a model of transformers reads them, made by transformers' image
processor."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import transformers
from PIL import Image

from flashsloth.errors import ImageTooLarge, ImageUndecodable
from flashsloth.utils.text import last_line
from flashsloth.vlm.families import (
    MOST_TILES,
    check_image_settings,
    check_processor_settings,
    image_processor_name,
)
from flashsloth.vlm.sizes import VlmSizes

PIXTRAL = "PixtralProcessor"  # LightOnOCR-2's, as its folder has it
# The exceptions that an image processor may raise for a picture, such as one of 1x2000 pixels.
PICTURE_ERRORS = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)


class PreparedPicture(dict[str, Any]):
    """The inputs of the tower, arrays by their names, and the picture's ids in a prompt."""

    block: list[int]


class VlmPictures:
    """The PictureProcessor of these models. Of transformers' two image processors it is the one for
    Pillow, which needs no torchvision.

    Args:
        images: the untrusted settings of the image processor.
        settings: the untrusted settings of processor_config.json.
        tokenizer: a tokenizer of its own, because encoding control tokens changes its state.
        inputs: the names of the tower's inputs.

    Raises: UnsupportedModel, InvalidConfiguration.
    """

    scale = None

    def __init__(
        self,
        config: VlmSizes,
        images: Mapping[str, Any],
        settings: Mapping[str, Any],
        tokenizer: Any,
        inputs: Sequence[str],
    ) -> None:
        kind = getattr(transformers, f"{image_processor_name(images)}ImageProcessorPil")
        # Only known settings are passed on: any other key would become an attribute, which could
        # replace a method.
        known = {name: images[name] for name in kind.valid_kwargs.__annotations__ if name in images}
        check_image_settings(
            known, 0 if config.vision_config.model_type == "pixtral" else config.image_side
        )
        check_processor_settings(settings)
        if settings.get("processor_class") == PIXTRAL:
            # This class, which needs torchvision, sets the side of a merged patch.
            merged = config.vision_config.patch_size * config.whole.spatial_merge_size
            known["patch_size"] = {"height": merged, "width": merged}
        processor = getattr(transformers, config.family.processor)
        own = inspect.signature(processor.__init__).parameters
        parts = {"image_processor": kind(**known), "tokenizer": tokenizer, "chat_template": None}
        if "video_processor" in own:
            parts["video_processor"] = None
        # transformers' check requires a processor of videos, which needs torchvision
        unchecked = type(
            processor.__name__, (processor,), {"check_argument_for_proper_class": lambda *_: None}
        )
        self.processor = unchecked(**{name: settings[name] for name in settings if name in own} | parts)
        self.config = config
        self.inputs = inputs

    def prepare(self, image: Image.Image, *, hd: bool) -> PreparedPicture:
        """Raises: ImageTooLarge if the picture becomes too many tiles, ImageUndecodable for a shape
        that cannot be prepared."""
        try:
            made = self.processor(
                images=[image],
                text=[self.processor.image_token],
                add_special_tokens=False,
                return_tensors="np",
                **({} if hd else self.config.family.whole),
            )
        except PICTURE_ERRORS as error:
            raise ImageUndecodable(
                f"this model cannot read a picture of {image.width}x{image.height} pixels: {last_line(error)}",
                hint="Crop it, so that it is less long.",
            ) from error
        # some processors also return numbers that the tower does not take
        picture = PreparedPicture(
            (name, np.asarray(made[name])) for name in self.inputs if name in made
        )
        tiles = picture["pixel_values"]
        if tiles[..., 0, 0, 0].size > MOST_TILES + 1:
            raise ImageTooLarge(f"a picture of {image.width}x{image.height} pixels has too many tiles")
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
