"""Check the sizes of ConvNeXt's configuration, the high-resolution encoder of mixed resolution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flashsloth.config.bounds import LARGEST, check_one_of, check_share, check_size
from flashsloth.errors import InvalidConfiguration

WHERE = "vision_config.high_resolution"
MAX_STAGES = 8
TINY = (3, 3, 9, 3)  # stages that transformers' defaults have
ACTIVATIONS = ("gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "silu")


def check_given_convnext(values: Mapping[str, Any]) -> None:
    """Check ConvNeXt's sizes before transformers makes its configuration, which names the stages.

    Raises: InvalidConfiguration.
    """
    depths, widths = values.get("depths", TINY), values.get("hidden_sizes", TINY)
    if not all(isinstance(sizes, list | tuple) and 0 < len(sizes) <= MAX_STAGES for sizes in (depths, widths)):
        raise InvalidConfiguration(f"{WHERE}: depths and hidden_sizes must be lists of 1 to {MAX_STAGES} sizes")
    if not len(depths) == len(widths) == values.get("num_stages", 4):
        raise InvalidConfiguration(
            f"{WHERE}: depths, hidden_sizes and num_stages must agree, not {len(depths)}, {len(widths)} and "
            f"{values.get('num_stages', 4)}"
        )
    for depth, width in zip(depths, widths, strict=True):
        check_size(f"{WHERE}.hidden_sizes", width)
        check_size(f"{WHERE}.depths", depth)
        if depth > LARGEST["num_hidden_layers"]:
            raise InvalidConfiguration(f"{WHERE}.depths must be at most {LARGEST['num_hidden_layers']}")
    check_size(f"{WHERE}.patch_size", values.get("patch_size", 4))


def check_convnext(convnext: Any) -> None:
    """Check a configuration of ConvNeXt. Raises: InvalidConfiguration."""
    names = ("depths", "hidden_sizes", "num_stages", "patch_size")
    check_given_convnext({name: getattr(convnext, name) for name in names})
    if convnext.num_channels != 3:
        raise InvalidConfiguration(f"{WHERE}: num_channels must be 3, not {convnext.num_channels}")
    check_one_of(f"{WHERE}.hidden_act", convnext.hidden_act, ACTIVATIONS)
    for name in ("layer_norm_eps", "layer_scale_init_value", "initializer_range", "drop_path_rate"):
        check_share(f"{WHERE}.{name}", getattr(convnext, name))
