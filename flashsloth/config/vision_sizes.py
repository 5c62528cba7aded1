"""Check the sizes of a vision tower's configuration."""

from __future__ import annotations

from typing import Any

from flashsloth.config.text_sizes import ACTIVATIONS, check_share, check_size
from flashsloth.errors import InvalidConfiguration

SIZES = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "image_size", "patch_size")


def check_vision_sizes(vision: Any) -> None:
    """Check the sizes of a tower's configuration. Raises: InvalidConfiguration."""
    for name in SIZES:
        check_size(f"vision_config.{name}", getattr(vision, name))
    if vision.image_size < vision.patch_size:
        raise InvalidConfiguration(
            f"vision_config: patch_size {vision.patch_size} is larger than image_size {vision.image_size}"
        )
    if vision.num_channels != 3:
        raise InvalidConfiguration(f"vision_config: num_channels must be 3, not {vision.num_channels}")
    if vision.hidden_size % vision.num_attention_heads:
        raise InvalidConfiguration(
            f"vision_config: {vision.num_attention_heads} heads do not divide the width {vision.hidden_size}"
        )
    if vision.hidden_act not in ACTIVATIONS:
        raise InvalidConfiguration(
            f"vision_config: hidden_act must be one of {', '.join(ACTIVATIONS)}, not {vision.hidden_act!r}"
        )
    check_share("vision_config.layer_norm_eps", vision.layer_norm_eps)
