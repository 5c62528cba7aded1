"""Mixed resolution (MRA, arXiv:2403.03003): a tower of two encoders with one grid.

SigLIP reads the whole picture scaled down, ConvNeXt its details; the cells of ConvNeXt's last map and SigLIP's patches
are the same 27 x 27 parts of the picture (864 / 32 = 384 / 14). An adapter after each of SigLIP's first three quarters
and a fusion after the last one add the details to the patches, whose number stays. New ones add nothing: an untrained
tower is its SigLIP, bit for bit.

Letters as in model/__init__, and C for the width of ConvNeXt's last map.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers.modeling_outputs import BaseModelOutput
from transformers.modeling_utils import PreTrainedModel
from transformers.models.convnext.modeling_convnext import ConvNextModel
from transformers.models.siglip.modeling_siglip import SiglipAttention, SiglipEncoderLayer
from transformers.utils.generic import merge_with_config_defaults
from transformers.utils.output_capturing import capture_outputs

from flashsloth.hf.mixed_resolution_config import MixedResolutionConfig


class ZeroLinear(nn.Linear):
    """A linear layer that begins as zero."""

    def reset_parameters(self) -> None:
        nn.init.zeros_(self.weight)
        nn.init.zeros_(self.bias)


class IdentityLinear(nn.Linear):
    """A linear layer that begins as the identity."""

    def reset_parameters(self) -> None:
        nn.init.eye_(self.weight)
        nn.init.zeros_(self.bias)


class ResolutionAdapter(nn.Module):
    """Add details to the features between two blocks: (I, N, V), (I, N, C) -> (I, N, V).

    The fast branch mixes neighbouring patches, the slow one projects the details; one number for each picture, -1 to 1,
    says how much of these is added.
    """

    def __init__(self, width: int, detail_width: int, side: int) -> None:
        super().__init__()
        self.side = side
        self.fast_conv = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.fast_linear = ZeroLinear(width, width)
        self.slow = nn.Sequential(nn.Linear(detail_width, detail_width), nn.GELU(), ZeroLinear(detail_width, width))
        self.gate = nn.Sequential(nn.Linear(2 * width, width // 2), nn.GELU(), nn.Linear(width // 2, 1), nn.Tanh())

    def forward(self, features: Tensor, details: Tensor) -> Tensor:
        I, _, V = features.shape  # noqa: E741 - the letters of model/__init__
        grid = features.transpose(1, 2).reshape(I, V, self.side, self.side)
        mixed = F.gelu(self.fast_conv(grid)).flatten(2).transpose(1, 2)
        features, details = features + self.fast_linear(mixed), self.slow(details)
        means = torch.cat([features.mean(1, keepdim=True), details.mean(1, keepdim=True)], dim=-1)
        return features + self.gate(means) * details


class MixedResolutionTower(PreTrainedModel):
    """Two encoders with the interface of one tower of transformers.

    Shape: pixel_values (I, 3, S, S) -> last_hidden_state (I, N, V). Of ConvNeXt the last map is used, without its norm.

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
        width, detail_width = config.low_resolution.hidden_size, config.high_resolution.hidden_sizes[-1]
        self.low_resolution = low_resolution
        self.high_resolution = ConvNextModel(config.high_resolution)
        self.high_resolution.layernorm = nn.Identity()
        sizes = width, detail_width, config.side
        self.adapters = nn.ModuleList(ResolutionAdapter(*sizes) for _ in config.adapted_blocks)
        self.fusion = nn.ModuleDict({"fast": IdentityLinear(width, width), "slow": ZeroLinear(detail_width, width)})
        self.gradient_checkpointing = False
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """Initialise an own module as torch does; the encoders initialise theirs."""
        if isinstance(module, nn.Linear | nn.Conv2d):
            module.reset_parameters()

    @merge_with_config_defaults
    @capture_outputs(tie_last_hidden_states=False)
    def forward(self, pixel_values: Tensor, **_: Any) -> BaseModelOutput:
        return BaseModelOutput(last_hidden_state=self.encode(pixel_values))

    def encode(self, pixel_values: Tensor, compute: Callable[[Any, Tensor], Tensor] | None = None) -> Tensor:
        """Return patch features: (I, 3, S, S) -> (I, N, V). `compute` computes a block of the low-resolution tower."""
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
        x, again = self.high_resolution.embeddings(pixel_values), self.gradient_checkpointing and self.training
        stages = self.high_resolution.encoder.stages
        for layer in (layer for stage in stages for layer in (*stage.downsampling_layer, *stage.layers)):
            x = self._gradient_checkpointing_func(layer, x) if again else layer(x)
        return x.flatten(2).transpose(1, 2)

    def scaled_down(self, pixel_values: Tensor) -> Tensor:
        """Return the pixels that the low-resolution tower sees: (I, 3, S, S) -> (I, 3, s, s), bilinear."""
        return F.interpolate(pixel_values, size=self.config.low_resolution.image_size, mode="bilinear")
