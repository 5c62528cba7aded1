"""Check the sizes of a vision tower's configuration, and how its pixels are normalised."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flashsloth.config.bounds import check_numbers, check_share, check_size
from flashsloth.config.convnext_sizes import check_convnext
from flashsloth.config.towers import MIXED_RESOLUTION
from flashsloth.errors import InvalidConfiguration
from flashsloth.utils.text import printable_repr

NEEDED = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "image_size", "patch_size")
ACTIVATIONS = ("gelu", "gelu_new", "gelu_pytorch_tanh", "quick_gelu")
SHARES = ("attention_dropout", "layer_norm_eps")
CHANNELS = 3
MAX_SCALE = 1000  # of pixels of 0 to 1: what is beyond leaves the range of 16 bit


def check_vision_sizes(vision: Any) -> None:
    """Check the sizes of a tower's configuration. Raises: InvalidConfiguration."""
    for name in NEEDED:
        check_size(f"vision_config.{name}", getattr(vision, name))
    check_numbers({field.name: getattr(vision, field.name, None) for field in fields(vision)}, "vision_config")
    for name in (n for n in SHARES if hasattr(vision, n)):
        check_share(f"vision_config.{name}", getattr(vision, name))
    if vision.image_size < vision.patch_size:
        raise InvalidConfiguration(
            f"vision_config: patch_size {vision.patch_size} is larger than image_size {vision.image_size}"
        )
    if vision.num_channels != CHANNELS:
        raise InvalidConfiguration(f"vision_config: num_channels must be 3, not {vision.num_channels}")
    if vision.hidden_size % vision.num_attention_heads:
        raise InvalidConfiguration(
            f"vision_config: {vision.num_attention_heads} heads do not divide the width {vision.hidden_size}"
        )
    if vision.hidden_act not in ACTIVATIONS:
        raise InvalidConfiguration(
            f"vision_config: hidden_act must be one of {', '.join(ACTIVATIONS)}, not "
            f"{printable_repr(vision.hidden_act)}"
        )
    if vision.model_type == MIXED_RESOLUTION:
        check_vision_sizes(vision.low_resolution)
        check_convnext(vision.high_resolution)
        _check_grids(vision)


def _check_grids(vision: Any) -> None:
    """Check that both encoders of mixed resolution divide the picture into the same cells."""
    stride, side, width = vision.stride, vision.side, vision.low_resolution.hidden_size
    if vision.image_size % stride:
        raise InvalidConfiguration(
            f"vision_config: image_size must be a multiple of ConvNeXt's stride {stride}, not {vision.image_size}"
        )
    if vision.image_size // stride != side:
        raise InvalidConfiguration(
            f"vision_config: image_size must be {side * stride}, not {vision.image_size}: low_resolution has {side} x "
            f"{side} patches, high_resolution cells of {stride} pixels"
        )
    for name, value in (("patch_size", stride), ("hidden_size", width)):
        if getattr(vision, name) != value:
            raise InvalidConfiguration(
                f"vision_config.{name} must be {value}, as of its encoders, not {getattr(vision, name)}"
            )


def check_normalisation(name: str, values: object, *, positive: bool = False) -> None:
    """Raise InvalidConfiguration unless the value is None or three finite numbers, one for each channel."""
    if values is None:
        return
    numbers = values if isinstance(values, list | tuple) else ()
    if (
        len(numbers) != CHANNELS
        or not all(type(n) in (int, float) and abs(n) <= MAX_SCALE for n in numbers)
        or (positive and min(numbers) < 1 / MAX_SCALE)
    ):
        kind = f"three numbers from {1 / MAX_SCALE} to" if positive else "three numbers of at most"
        raise InvalidConfiguration(f"{name} must be {kind} {MAX_SCALE}, not {printable_repr(values)}")
