"""The vision-language models of transformers that can be opened, and the limits of their image
processors' settings, which are untrusted. This module imports neither torch nor transformers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flashsloth.errors import InvalidConfiguration, UnsupportedModel
from flashsloth.sizes import bounds
from flashsloth.utils.text import printable


@dataclass(frozen=True, slots=True)
class VlmFamily:
    """How one of these models differs from the others.

    Args:
        processor: the class of transformers that writes the block of a picture.
        text: the name of the decoder inside of transformers' model.
        whole: the arguments with which the image processor reads a picture as one tile; empty if the
            family has no tiles, or no other way.
    """

    processor: str
    text: str = "language_model"
    whole: Mapping[str, bool] = field(default_factory=dict)


# SmolVLM's own processor does the same to pictures, but imports torchvision and num2words for videos.
FAMILIES = {
    "idefics3": VlmFamily("Idefics3Processor", "text_model", {"do_image_splitting": False}),
    "smolvlm": VlmFamily("Idefics3Processor", "text_model", {"do_image_splitting": False}),
    "internvl": VlmFamily("InternVLProcessor", whole={"crop_to_patches": False}),
    "llava": VlmFamily("LlavaProcessor"),
    "llava_next": VlmFamily("LlavaNextProcessor"),
    "llava_onevision": VlmFamily("LlavaOnevisionProcessor"),
    "lighton_ocr": VlmFamily("LightOnOcrProcessor"),
    "deepseek_vl": VlmFamily("DeepseekVLProcessor"),
}
TOWERS = (
    "clip_vision_model",
    "idefics3_vision",
    "internvl_vision",
    "pixtral",
    "siglip_vision_model",
    "smolvlm_vision",
)
# the image processors, without the endings of their names
IMAGE_PROCESSORS = (
    "CLIP",
    "DeepseekVL",
    "GotOcr2",
    "Idefics3",
    "Llava",
    "LlavaNext",
    "LlavaOnevision",
    "Pixtral",
    "Siglip",
    "SmolVLM",
)
# LightOnOCR-2's config.json names another model_type, for other programs.
LIGHTON = "LightOnOCRForConditionalGeneration"
ELSEWHERE = "Serve it with llama-server or ollama, and use --server URL."
# Models that people ask for, and why they cannot be opened.
REASONS = {
    **dict.fromkeys(
        ("gemma3", "paligemma", "gemma3n", "gemma4"), "attention among image tokens is not supported"
    ),
    **dict.fromkeys(
        ("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "paddleocr_vl", "glm4v"),
        "positions in three axes are not supported",
    ),
    **dict.fromkeys(("mllama", "blip_2"), "attention to pictures in separate layers is not supported"),
    **dict.fromkeys(("florence2", "git", "kosmos-2"), "another kind of model"),
}

MOST_TILES = 64  # of one picture, without the whole picture
LARGEST_SIDE = 4096  # of a picture or of a tile, in pixels
LARGEST_SEQUENCE = 4096  # visual tokens of a tile
MOST_PINPOINTS = 256
FILTERS = 5  # the largest number of a filter of Pillow
SIDES = ("height", "width", "longest_edge", "shortest_edge")


def family_of(data: Mapping[str, Any]) -> str | None:
    """Return the key in FAMILIES of a config.json; None if it is of no such model."""
    model_type = data.get("model_type")
    architectures = data.get("architectures")
    names = architectures if isinstance(architectures, list) else []
    if model_type == "mistral3" and names == [LIGHTON]:
        return "lighton_ocr"
    return model_type if isinstance(model_type, str) and model_type in FAMILIES else None


def reason(model_type: object) -> str:
    """Return why models with this model_type cannot be opened; "" if nothing is known about it."""
    return REASONS.get(model_type, "") if isinstance(model_type, str) else ""


def image_processor_name(settings: Mapping[str, Any]) -> str:
    """Return the name of an image processor in IMAGE_PROCESSORS. Raises: UnsupportedModel."""
    name = str(settings.get("image_processor_type") or settings.get("feature_extractor_type"))
    name = re.sub("(ImageProcessor|FeatureExtractor)(Fast|Pil)?$", "", name)
    if name not in IMAGE_PROCESSORS:
        raise UnsupportedModel(
            f"a {printable(name)} image processor is not among {', '.join(IMAGE_PROCESSORS)}",
            hint=ELSEWHERE,
        )
    return name


def check_image_settings(settings: Mapping[str, Any], tile: int) -> None:
    """Check the settings of an image processor, so that no picture becomes more than MOST_TILES tiles
    or NaN. `tile` is the side of the tower's picture in pixels; 0 if it reads any size. Raises:
    InvalidConfiguration."""
    for name in ("size", "crop_size", "pad_size", "max_image_size"):
        _check_sides(name, settings.get(name))
    bounds.check_normalisation("image_mean", settings.get("image_mean"))
    bounds.check_normalisation("image_std", settings.get("image_std"), positive=True)
    factor = settings.get("rescale_factor", 1)
    is_factor = type(factor) in (int, float) and 0 < factor <= 1
    bounds.check_value("rescale_factor", factor, is_factor, "above 0 and at most 1")
    _check_whole("resample", settings.get("resample", 0), 0, FILTERS)
    _check_whole("min_size", settings.get("min_size", 1), 1, LARGEST_SIDE)
    patch = settings.get("patch_size", 1)
    for value in patch.values() if isinstance(patch, Mapping) else [patch]:
        _check_whole("patch_size", value, 1, LARGEST_SIDE)
    least = settings.get("min_patches", 1)
    _check_whole("min_patches", least, 1, MOST_TILES)
    _check_whole("max_patches", settings.get("max_patches", MOST_TILES), least, MOST_TILES)
    for name, value in settings.items():
        if name.startswith(("do_", "crop_to_")):
            bounds.check_value(name, value, value is None or isinstance(value, bool), "true or false")
    _check_tiles(settings, tile)


def _check_tiles(settings: Mapping[str, Any], tile: int) -> None:
    """Check the number of tiles, and that they have the size that the tower reads."""
    size = settings.get("size") or {}
    whole = max(value for value in size.values() if value) if any(size.values()) else 0
    cut = settings.get("max_image_size")
    side = max(cut.values()) if cut else whole
    if cut:
        rows = -(-whole // side)
        bounds.require(
            rows * rows <= MOST_TILES,
            f"size {whole} makes {rows} x {rows} tiles of {side} pixels; at most {MOST_TILES} are allowed",
        )
    pinpoints = settings.get("image_grid_pinpoints")
    if pinpoints is not None:
        is_list = isinstance(pinpoints, list) and 0 < len(pinpoints) <= MOST_PINPOINTS
        bounds.check_value("image_grid_pinpoints", "...", is_list, f"1 to {MOST_PINPOINTS} sizes")
        for point in pinpoints:
            is_pair = isinstance(point, list) and len(point) == 2
            is_pair = is_pair and all(type(each) is int and each > 0 for each in point)
            rows = is_pair and (point[0] // (tile or 1)) * (point[1] // (tile or 1))
            bounds.check_value(
                "image_grid_pinpoints", point, is_pair and 0 < rows <= MOST_TILES, "sizes of few tiles"
            )
    bounds.require(
        not tile or not side or side == tile,
        f"the pictures have {side} pixels, and vision_config.image_size is {tile}",
    )


def check_processor_settings(settings: Mapping[str, Any]) -> None:
    """Check the settings of processor_config.json. Raises: InvalidConfiguration."""
    for name in ("image_seq_len", "image_seq_length", "num_image_tokens", "patch_size"):
        _check_whole(name, settings.get(name) or 1, 1, LARGEST_SEQUENCE)
    _check_whole("spatial_merge_size", settings.get("spatial_merge_size", 1), 1, 16)
    _check_whole("num_additional_image_tokens", settings.get("num_additional_image_tokens", 0), 0, 16)
    strategy = settings.get("vision_feature_select_strategy", "full")
    bounds.check_one_of("vision_feature_select_strategy", strategy, ("default", "full"))
    aspect = settings.get("vision_aspect_ratio", "")
    is_aspect = isinstance(aspect, str) and re.fullmatch(r"(anyres_max_[1-9]\d?)?", aspect)
    bounds.check_value("vision_aspect_ratio", aspect, bool(is_aspect), "anyres_max_N")


def _check_sides(name: str, value: Any) -> None:
    """Check a size in pixels: a whole number, or an object of sides."""
    if value is None:
        return
    bounds.check_value(name, value, isinstance(value, Mapping), f"an object of {', '.join(SIDES)}")
    for side, pixels in value.items():
        if pixels is None:
            continue
        if side not in SIDES:
            raise InvalidConfiguration(
                f"{name}: {printable(str(side))} is not among {', '.join(SIDES)}"
            )
        _check_whole(f"{name}.{side}", pixels, 1, LARGEST_SIDE)


def _check_whole(name: str, value: Any, least: int, most: int) -> None:
    bounds.check_value(name, value, type(value) is int and least <= value <= most, f"{least} to {most}")
