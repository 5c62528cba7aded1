"""The configuration of a tower of two encoders: SigLIP for the whole picture, ConvNeXt for its details."""

# No postponed annotations here: the strict dataclass checks values against them.
from collections.abc import Mapping
from itertools import accumulate
from typing import Any, ClassVar

from huggingface_hub.dataclasses import strict
from transformers.configuration_utils import PreTrainedConfig
from transformers.models.convnext.configuration_convnext import ConvNextConfig
from transformers.models.siglip.configuration_siglip import SiglipVisionConfig

from flashsloth.config import bounds
from flashsloth.config.families import MIXED_RESOLUTION
from flashsloth.config.official_config import SO400M

MAX_STAGES = 8  # of ConvNeXt
ACTIVATIONS = ("gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "silu")
STAGES = 4  # of the low-resolution tower's blocks; an adapter follows each but the last
CONVNEXT_LARGE = {"depths": [3, 3, 27, 3], "hidden_sizes": [192, 384, 768, 1536]}


def _of_tower(name: str) -> property:
    """Return a property that reads and sets a size of the low-resolution tower."""
    return property(
        lambda self: getattr(self.low_resolution, name), lambda self, value: setattr(self.low_resolution, name, value)
    )


@strict
class MixedResolutionConfig(PreTrainedConfig):
    """Sizes of a MixedResolutionTower (arXiv:2403.03003). The defaults are those for the released model's tower.

    Args:
        low_resolution: SigLIP, which sees the picture at its own `image_size`: a configuration or its fields.
        high_resolution: ConvNeXt, which sees it at `image_size`: a configuration or its fields.
        image_size, patch_size, hidden_size: None for what follows from the two: the low-resolution tower's grid times
            ConvNeXt's stride, this stride, the low-resolution tower's width. Others are refused.

    Raises: InvalidConfiguration.
    """

    model_type = MIXED_RESOLUTION
    sub_configs: ClassVar[dict[str, Any]] = {"low_resolution": SiglipVisionConfig}
    parts: ClassVar[dict[str, Any]] = {**sub_configs, "high_resolution": ConvNextConfig}

    low_resolution: Any = None
    high_resolution: Any = None
    image_size: int | None = None
    patch_size: int | None = None
    hidden_size: int | None = None

    num_hidden_layers = _of_tower("num_hidden_layers")
    num_attention_heads = _of_tower("num_attention_heads")
    intermediate_size = _of_tower("intermediate_size")
    hidden_act = _of_tower("hidden_act")
    num_channels = _of_tower("num_channels")
    attention_dropout = _of_tower("attention_dropout")

    def __post_init__(self, **kwargs: Any) -> None:
        self.low_resolution = _make("low_resolution", self.low_resolution, SO400M)
        high = CONVNEXT_LARGE if self.high_resolution is None else self.high_resolution
        self.high_resolution = _make("high_resolution", high, {})
        self.low_resolution.vision_use_head = False
        side, stride, width = self.side, self.stride, self.low_resolution.hidden_size
        for name, size in {"image_size": side * stride, "patch_size": stride, "hidden_size": width}.items():
            bounds.require(
                getattr(self, name) in (None, size),
                f"vision_config.{name} must be {size}, not {getattr(self, name)}: low_resolution has {side} x "
                f"{side} patches of width {width}, high_resolution cells of {stride} pixels",
            )
            setattr(self, name, size)
        super().__post_init__(**kwargs)

    @property
    def stride(self) -> int:
        """Return the pixels along a side of a cell of ConvNeXt's last map."""
        return int(self.high_resolution.patch_size * 2 ** (self.high_resolution.num_stages - 1))

    @property
    def side(self) -> int:
        """Return the patches along a side of the low-resolution tower's grid."""
        return int(self.low_resolution.image_size // self.low_resolution.patch_size)

    @property
    def adapted_blocks(self) -> tuple[int, ...]:
        """Return after how many blocks of the low-resolution tower the adapters stand: 7, 14 and 20 of 26."""
        blocks = self.num_hidden_layers
        ends = accumulate(blocks // STAGES + (stage < blocks % STAGES) for stage in range(STAGES - 1))
        return tuple(dict.fromkeys(ends))


def _make(name: str, part: Any, defaults: Mapping[str, Any]) -> Any:
    """Return the checked configuration of an encoder, given as one or as its fields. Others than its own are left out.
    Raises: InvalidConfiguration."""
    kind, where = MixedResolutionConfig.parts[name], f"vision_config.{name}"
    if not isinstance(part, kind):
        bounds.check_value(where, part, isinstance(part, dict | None), "an object")
        values = part or {}
        bounds.require(
            values.get("model_type", kind.model_type) == kind.model_type, f"{where} must be a {kind.model_type} model"
        )
        part = bounds.make_config(kind, {**defaults, **values}, where)
    if name == "low_resolution":
        bounds.check_vision_sizes(part)
    else:
        _check_convnext(part, where)
    return part


def _check_convnext(convnext: Any, where: str) -> None:
    depths, widths = convnext.depths, convnext.hidden_sizes
    bounds.require(
        0 < len(depths) == len(widths) == convnext.num_stages <= MAX_STAGES,
        f"{where}: depths, hidden_sizes and num_stages must agree on 1 to {MAX_STAGES} stages, not {len(depths)}, "
        f"{len(widths)} and {convnext.num_stages}",
    )
    for depth, width in zip(depths, widths, strict=True):
        bounds.check_size(f"{where}.hidden_sizes", width)
        bounds.check_size(f"{where}.depths", depth)
    bounds.check_size(f"{where}.patch_size", convnext.patch_size)
    channels = convnext.num_channels
    bounds.check_value(f"{where}.num_channels", channels, channels == bounds.CHANNELS, str(bounds.CHANNELS))
    bounds.check_one_of(f"{where}.hidden_act", convnext.hidden_act, ACTIVATIONS)
    for name in ("layer_norm_eps", "layer_scale_init_value", "initializer_range", "drop_path_rate"):
        bounds.check_share(f"{where}.{name}", getattr(convnext, name))
