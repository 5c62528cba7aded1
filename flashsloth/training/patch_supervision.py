"""How a tower and SAP learn to see from nothing: by naming what stands under every patch, with heads thrown away after.

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
from flashsloth.model.pooling import side_of
from flashsloth.synthetic.patch_labels import NAMES, UNTOLD
from flashsloth.synthetic.scene import CHARACTERS, COLOURS

SCALES = {
    "names": len(NAMES),
    "colours": len(COLOURS),
    "inks": len(COLOURS),
    "characters": len(CHARACTERS),
    "places": 4,
    "centres": 2,
}
GROUND = 0.2  # what a patch of bare ground counts, the others being 1: half of all patches are ground
RARE = 0.01  # how often a character is told at first
PLACES = 4.0  # weight of the edges' distances, which are parts of the picture, and of centres


class Sighted(nn.Module):
    """A whole FlashSloth, and two heads that are not saved: one reads the truth about every patch off the tower's
    features, the other off the visual token that SAP and the projector make of each window of patches. A token has to
    keep what stood in all of its window, and where: the text model sees nothing else.

    forward: pixel_values (I, 3, S, S) and truth by name, as `drawn.stacked` gives it -> a scalar `loss`. With
    input_ids and what else the model takes: its own loss, and `weight` times that of the truth.
    """

    def __init__(self, model: Any, weight: float = 1.0) -> None:
        super().__init__()
        self.sloth, self.weight = model, weight
        self.config = config = model.config
        self.window = int(config.pooling_window)
        self.patches = PatchHead(int(config.vision_config.hidden_size))
        self.tokens = PatchHead(int(config.text_config.hidden_size), self.window)

    def read(self, pixel_values: Tensor) -> dict[str, Tensor]:
        """What the head makes of pictures' patches, by name: logits (I, N, C), places (I, N, 4), in float32."""
        tower = self.sloth.model.vision_tower
        return self.patches(tower(pixel_values.to(tower.dtype)).last_hidden_state)

    def told(self, features: Tensor, truth: dict[str, Tensor]) -> Tensor:
        """The loss of both heads. features (I, N, V), truth of as many patches."""
        model = self.sloth.model
        tokens = self.tokens(model.projector(model.pooling(features)), side_of(features.shape[1]))
        return total(losses(self.patches(features), truth)) + total(losses(tokens, truth))

    def forward(
        self, pixel_values: Tensor | None = None, truth: dict[str, Tensor] | None = None, **asked: Any
    ) -> FlashSlothCausalLMOutput:
        if asked.get("input_ids") is None:
            assert pixel_values is not None
            assert truth is not None
            tower = self.sloth.model.vision_tower
            features = tower(pixel_values.to(tower.dtype)).last_hidden_state
            return FlashSlothCausalLMOutput(loss=self.told(features, truth))
        out = self.sloth(pixel_values=pixel_values, **asked)
        if truth is None:  # no row of the batch has a picture
            return FlashSlothCausalLMOutput(loss=out.loss)
        return FlashSlothCausalLMOutput(loss=out.loss + self.weight * self.told(out.image_features, truth))


class PatchHead(nn.Module):
    """A linear head that names what stands under the `window * window` patches that each vector is about.

    Shape: (I, G*G, D) of a grid -> by name (I, side*side, C) in float32, patches row by row; a grid that reaches beyond
    `side` is cut.
    """

    def __init__(self, width: int, window: int = 1) -> None:
        super().__init__()
        self.window = window
        self.norm = nn.LayerNorm(width)  # neither the kept block's output nor the projector's has one behind it
        self.head = nn.Linear(width, window * window * sum(SCALES.values()))
        begin = sum(SCALES[name] for name in ("names", "colours", "inks"))
        with torch.no_grad():
            self.head.weight.zero_()  # what a head at random sent back would spoil eyes that see already
            self.head.bias.view(window * window, -1)[:, begin : begin + len(CHARACTERS)] = math.log(RARE / (1 - RARE))

    def forward(self, vectors: Tensor, side: int | None = None) -> dict[str, Tensor]:
        I, count, _ = vectors.shape  # noqa: E741
        read, w, grid = self.head(self.norm(vectors)).float(), self.window, side_of(count)
        side = grid * w if side is None else side
        cells = read.view(I, grid, grid, w, w, -1).transpose(2, 3).reshape(I, grid * w, grid * w, -1)
        read = cells[:, :side, :side].reshape(I, side * side, -1)
        return dict(zip(SCALES, read.split(list(SCALES.values()), dim=-1), strict=True))


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
    for name, places in (("places", truth["places"]), ("centres", centres(truth["places"]))):
        placed = ~places.isnan()
        off = F.smooth_l1_loss(read[name][placed], places[placed], beta=0.02, reduction="sum")
        found[name] = PLACES * off / placed.sum().clamp(min=1)
    return found


def centres(places: Tensor) -> Tensor:
    """Where in the picture the thing or character is that `places` (I, N, 4) tell the edges of: (I, N, 2), x and y of
    its middle. What is left of what can be told by them alone, wherever a patch is."""
    side = side_of(places.shape[1])
    middles = (torch.arange(side, device=places.device) + 0.5) / side
    rows, columns = torch.meshgrid(middles, middles, indexing="ij")
    own = torch.stack((columns, rows), dim=-1).view(1, -1, 2)
    return own + (places[..., 2:] - places[..., :2]) / 2
