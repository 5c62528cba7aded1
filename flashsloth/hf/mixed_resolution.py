"""Mixed resolution (MRA, arXiv:2403.03003): a tower of two encoders with one grid.

1. ConvNeXt reads the picture in full resolution, for the details.
2. SigLIP reads it scaled down. The cells of ConvNeXt's last map and SigLIP's patches are the same 27 x
   27 parts of the picture (864 / 32 = 384 / 14).
3. Three adapters between SigLIP's blocks and a fusion after the last block add the details to the
   patches, whose number does not change.

Before training the adapters and the fusion add nothing, so an untrained tower computes the same as its
SigLIP, bit for bit.

The letters are those of model/__init__, and C is the width of ConvNeXt's last map.
"""

# Annotations are not postponed in this module, because the strict dataclass checks values against them.
from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import Any, ClassVar

import torch
from huggingface_hub.dataclasses import strict
from torch import Tensor, nn
from transformers.configuration_utils import PreTrainedConfig
from transformers.modeling_outputs import BaseModelOutput
from transformers.modeling_utils import PreTrainedModel
from transformers.models.convnext.configuration_convnext import ConvNextConfig
from transformers.models.convnext.modeling_convnext import ConvNextModel
from transformers.models.siglip.configuration_siglip import SiglipVisionConfig
from transformers.models.siglip.modeling_siglip import SiglipAttention, SiglipEncoderLayer
from transformers.utils.generic import merge_with_config_defaults
from transformers.utils.output_capturing import capture_outputs

from flashsloth.sizes import bounds
from flashsloth.sizes.families import MIXED_RESOLUTION
from flashsloth.sizes.part_sizes import SO400M

MAX_STAGES = 8  # the maximum number of stages of ConvNeXt
ACTIVATIONS = ("gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "silu")
# The blocks of the low-resolution tower are divided into this many stages. An adapter follows each
# stage except the last.
STAGES = 4
CONVNEXT_LARGE = {"depths": [3, 3, 27, 3], "hidden_sizes": [192, 384, 768, 1536]}


def _of_tower(name: str) -> property:
    """Return a property that gets and sets a size of the low-resolution tower."""
    return property(
        lambda self: getattr(self.low_resolution, name),
        lambda self, value: setattr(self.low_resolution, name, value),
    )


@strict
class MixedResolutionConfig(PreTrainedConfig):
    """Sizes of a MixedResolutionTower (arXiv:2403.03003). The defaults are the sizes for the released
    model's tower.

    Args:
        low_resolution: SigLIP, which reads the picture at its own `image_size`: a configuration or its
            fields.
        high_resolution: ConvNeXt, which reads the picture at `image_size`: a configuration or its
            fields.
        image_size: the side of the low-resolution tower's grid times ConvNeXt's stride. This and the
            next two sizes follow from the encoders; other values than these and None are refused.
        patch_size: ConvNeXt's stride.
        hidden_size: the low-resolution tower's width.

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
        side = self.side
        stride = self.stride
        width = self.low_resolution.hidden_size
        reason = (
            f"low_resolution has {side} x {side} patches of width {width}, "
            f"high_resolution cells of {stride} pixels"
        )
        for name, size in {
            "image_size": side * stride,
            "patch_size": stride,
            "hidden_size": width,
        }.items():
            given = getattr(self, name)
            bounds.require(
                given in (None, size), f"vision_config.{name} must be {size}, not {given}: {reason}"
            )
            setattr(self, name, size)
        super().__post_init__(**kwargs)

    @property
    def stride(self) -> int:
        """Return the number of pixels along a side of a cell of ConvNeXt's last map."""
        return int(self.high_resolution.patch_size * 2 ** (self.high_resolution.num_stages - 1))

    @property
    def side(self) -> int:
        """Return the number of patches along a side of the low-resolution tower's grid."""
        return int(self.low_resolution.image_size // self.low_resolution.patch_size)

    @property
    def adapted_blocks(self) -> tuple[int, ...]:
        """Return the numbers of the low-resolution tower's blocks that an adapter follows: 7, 14 and 20
        of 26."""
        blocks = self.num_hidden_layers
        ends = accumulate(blocks // STAGES + (stage < blocks % STAGES) for stage in range(STAGES - 1))
        return tuple(dict.fromkeys(ends))


def _make(name: str, part: Any, defaults: Mapping[str, Any]) -> Any:
    """Return the checked configuration of an encoder, from a configuration or its fields. Fields that
    the encoder does not have are dropped. Raises: InvalidConfiguration."""
    kind = MixedResolutionConfig.parts[name]
    where = f"vision_config.{name}"
    if not isinstance(part, kind):
        bounds.check_value(where, part, isinstance(part, dict | None), "an object")
        values = part or {}
        bounds.require(
            values.get("model_type", kind.model_type) == kind.model_type,
            f"{where} must be a {kind.model_type} model",
        )
        part = bounds.make_config(kind, {**defaults, **values}, where)
    if name == "low_resolution":
        bounds.check_vision_sizes(part)
    else:
        _check_convnext(part, where)
    return part


def _check_convnext(convnext: Any, where: str) -> None:
    depths = convnext.depths
    widths = convnext.hidden_sizes
    stages = convnext.num_stages
    agree = 0 < len(depths) == len(widths) == stages <= MAX_STAGES
    bounds.require(
        agree,
        f"{where}: depths, hidden_sizes and num_stages must agree on 1 to {MAX_STAGES} stages, "
        f"not {len(depths)}, {len(widths)} and {stages}",
    )
    for depth, width in zip(depths, widths, strict=True):
        bounds.check_size(f"{where}.hidden_sizes", width)
        bounds.check_size(f"{where}.depths", depth)
    bounds.check_size(f"{where}.patch_size", convnext.patch_size)
    channels = convnext.num_channels
    bounds.check_value(
        f"{where}.num_channels", channels, channels == bounds.CHANNELS, str(bounds.CHANNELS)
    )
    bounds.check_one_of(f"{where}.hidden_act", convnext.hidden_act, ACTIVATIONS)
    for name in ("layer_norm_eps", "layer_scale_init_value", "initializer_range", "drop_path_rate"):
        bounds.check_share(f"{where}.{name}", getattr(convnext, name))


class ZeroLinear(nn.Linear):
    """A linear layer that is initialised as zero."""

    def reset_parameters(self) -> None:
        nn.init.zeros_(self.weight)
        nn.init.zeros_(self.bias)


class IdentityLinear(nn.Linear):
    """A linear layer that is initialised as the identity."""

    def reset_parameters(self) -> None:
        nn.init.eye_(self.weight)
        nn.init.zeros_(self.bias)


class ResolutionAdapter(nn.Module):
    """Add details to the features between two blocks: (I, N, V), (I, N, C) -> (I, N, V).

    The fast branch mixes neighbouring patches, the slow branch projects the details. A gate, one number
    from -1 to 1 for each picture, is the factor with which the details are added.
    """

    def __init__(self, width: int, detail_width: int, side: int) -> None:
        super().__init__()
        self.side = side
        self.fast_conv = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.fast_linear = ZeroLinear(width, width)
        self.slow = nn.Sequential(
            nn.Linear(detail_width, detail_width), nn.GELU(), ZeroLinear(detail_width, width)
        )
        half = width // 2
        self.gate = nn.Sequential(nn.Linear(2 * width, half), nn.GELU(), nn.Linear(half, 1), nn.Tanh())

    def forward(self, features: Tensor, details: Tensor) -> Tensor:
        I, _, V = features.shape  # noqa: E741 - the letters of model/__init__
        grid = features.transpose(1, 2).reshape(I, V, self.side, self.side)
        mixed = nn.functional.gelu(self.fast_conv(grid)).flatten(2).transpose(1, 2)
        features = features + self.fast_linear(mixed)
        details = self.slow(details)
        means = torch.cat([features.mean(1, keepdim=True), details.mean(1, keepdim=True)], dim=-1)
        return features + self.gate(means) * details


class MixedResolutionTower(PreTrainedModel):
    """Two encoders with the interface of one tower of transformers.

    Shape: pixel_values (I, 3, S, S) -> last_hidden_state (I, N, V). ConvNeXt's last map is used without
    the final norm.

    Args:
        low_resolution: the SigLIP of `config.low_resolution`, without the final norm and the head.
    """

    config_class = MixedResolutionConfig
    main_input_name = "pixel_values"
    input_modalities = ("image",)
    supports_gradient_checkpointing = True
    _supports_sdpa = _supports_flash_attn = _supports_attention_backend = True
    _can_record_outputs = {"hidden_states": SiglipEncoderLayer, "attentions": SiglipAttention}  # noqa: RUF012
    _gradient_checkpointing_func: Callable[..., Tensor]

    def __init__(self, config: MixedResolutionConfig, low_resolution: Any) -> None:
        super().__init__(config)
        width = config.low_resolution.hidden_size
        detail_width = config.high_resolution.hidden_sizes[-1]
        self.low_resolution = low_resolution
        self.high_resolution = ConvNextModel(config.high_resolution)
        self.high_resolution.layernorm = nn.Identity()
        sizes = width, detail_width, config.side
        self.adapters = nn.ModuleList(ResolutionAdapter(*sizes) for _ in config.adapted_blocks)
        self.fusion = nn.ModuleDict(
            {"fast": IdentityLinear(width, width), "slow": ZeroLinear(detail_width, width)}
        )
        self.gradient_checkpointing = False
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """Initialise a module of this class as torch does; the encoders initialise their own
        modules."""
        if isinstance(module, nn.Linear | nn.Conv2d):
            module.reset_parameters()

    @merge_with_config_defaults
    @capture_outputs(tie_last_hidden_states=False)
    def forward(self, pixel_values: Tensor, **_: Any) -> BaseModelOutput:
        return BaseModelOutput(last_hidden_state=self.encode(pixel_values))

    def encode(
        self, pixel_values: Tensor, compute: Callable[[Any, Tensor], Tensor] | None = None
    ) -> Tensor:
        """Return patch features: (I, 3, S, S) -> (I, N, V). `compute(block, features)`, if given, runs
        a block of the low-resolution tower."""
        details = self.details(pixel_values)
        features = self.low_resolution.embeddings(self.scaled_down(pixel_values))
        adapters = dict(zip(self.config.adapted_blocks, self.adapters, strict=True))
        for number, block in enumerate(self.low_resolution.encoder.layers, 1):
            features = block(features, None) if compute is None else compute(block, features)
            if number in adapters:
                features = adapters[number](features, details)
        return self.fusion["fast"](features) + self.fusion["slow"](details)

    def details(self, pixel_values: Tensor) -> Tensor:
        """Return ConvNeXt's last map as a row for each cell: (I, 3, S, S) -> (I, N, C)."""
        x = self.high_resolution.embeddings(pixel_values)
        again = self.gradient_checkpointing and self.training
        for stage in self.high_resolution.encoder.stages:
            for layer in (*stage.downsampling_layer, *stage.layers):
                x = self._gradient_checkpointing_func(layer, x) if again else layer(x)
        return x.flatten(2).transpose(1, 2)

    def scaled_down(self, pixel_values: Tensor) -> Tensor:
        """Return the pixels for the low-resolution tower, resized bilinearly: (I, 3, S, S) -> (I, 3, s,
        s)."""
        return nn.functional.interpolate(
            pixel_values, size=self.config.low_resolution.image_size, mode="bilinear"
        )
