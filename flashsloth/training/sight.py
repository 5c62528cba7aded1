"""How a tower learns to see from nothing: by naming what stands under every patch, with a head thrown away afterwards.

The paper's tower comes pretrained (SigLIP); one that begins with random weights would have to learn its eyes through
a few answer words a picture. Knows features and truth; knows no text.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.model.modeling import FlashSlothCausalLMOutput
from flashsloth.nano.synth.scene import CHARACTERS, COLOURS
from flashsloth.nano.synth.truth import NAMES, UNTOLD

SCALES = {
    "names": len(NAMES),
    "colours": len(COLOURS),
    "inks": len(COLOURS),
    "characters": len(CHARACTERS),
    "places": 4,
}
GROUND = 0.2  # what a patch of bare ground counts, the others being 1: half of all patches are ground
RARE = 0.01  # how often a character is told at first
PLACES = 4.0  # weight of the edges' distances, which are parts of the picture


class Sighted(nn.Module):
    """A whole FlashSloth, and the head that reads its tower's features. The head is not saved.

    forward: pixel_values (I, 3, S, S) and truth by name, as `drawn.stacked` gives it -> a scalar `loss`. With
    input_ids and what else the model takes: its own loss, and `weight` times that of the truth.
    """

    def __init__(self, model: Any, weight: float = 1.0) -> None:
        super().__init__()
        self.sloth, self.weight = model, weight
        width = int(model.config.vision_config.hidden_size)
        self.norm = nn.LayerNorm(width)  # the kept block's output has none behind it
        self.head = nn.Linear(width, sum(SCALES.values()))
        self.config = model.config
        begin = sum(SCALES[name] for name in ("names", "colours", "inks"))
        with torch.no_grad():
            self.head.bias[begin : begin + len(CHARACTERS)] = math.log(RARE / (1 - RARE))

    def read(self, pixel_values: Tensor) -> dict[str, Tensor]:
        """What the head makes of pictures, by name: logits (I, N, C), places (I, N, 4), in float32."""
        tower = self.sloth.model.vision_tower
        return self.make_of(tower(pixel_values.to(tower.dtype)).last_hidden_state)

    def make_of(self, features: Tensor) -> dict[str, Tensor]:
        """As `read`, of features (I, N, V)."""
        read = self.head(self.norm(features)).float().split(list(SCALES.values()), dim=-1)
        return dict(zip(SCALES, read, strict=True))

    def forward(
        self, pixel_values: Tensor | None = None, truth: dict[str, Tensor] | None = None, **asked: Any
    ) -> FlashSlothCausalLMOutput:
        if asked.get("input_ids") is None:
            assert pixel_values is not None
            assert truth is not None
            return FlashSlothCausalLMOutput(loss=total(losses(self.read(pixel_values), truth)))
        out = self.sloth(pixel_values=pixel_values, **asked)
        if truth is None:  # no row of the batch has a picture
            return FlashSlothCausalLMOutput(loss=out.loss)
        told = total(losses(self.make_of(out.image_features), truth))
        return FlashSlothCausalLMOutput(loss=out.loss + self.weight * told)


def total(parts: dict[str, Tensor]) -> Tensor:
    return torch.stack(list(parts.values())).sum()


def losses(read: dict[str, Tensor], truth: dict[str, Tensor]) -> dict[str, Tensor]:
    """By name, each a mean over the patches that are told about."""
    told = torch.where(truth["names"] == 0, GROUND, 1.0)
    found = {}
    names = F.cross_entropy(read["names"].flatten(0, 1), truth["names"].flatten(), reduction="none")
    found["names"] = (names * told.flatten()).sum() / told.sum()
    colours = F.cross_entropy(
        read["colours"].flatten(0, 1), truth["colours"].flatten(), ignore_index=UNTOLD, reduction="none"
    )
    weight = told.flatten() * (truth["colours"].flatten() != UNTOLD)
    found["colours"] = (colours * weight).sum() / weight.sum().clamp(min=1)
    inks = F.cross_entropy(read["inks"].flatten(0, 1), truth["inks"].flatten(), ignore_index=UNTOLD, reduction="sum")
    printed = (truth["inks"] != UNTOLD).sum().clamp(min=1)
    found["inks"] = inks / printed
    found["characters"] = (
        F.binary_cross_entropy_with_logits(read["characters"], truth["characters"], reduction="sum") / printed
    )
    placed = ~truth["places"].isnan()
    off = F.smooth_l1_loss(read["places"][placed], truth["places"][placed], beta=0.02, reduction="sum")
    found["places"] = PLACES * off / placed.sum().clamp(min=1)
    return found
