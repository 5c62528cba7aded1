"""Train a tower and SAP from random weights: predict the labels of every patch, with heads that are
thrown away.

The paper's tower comes pretrained (SigLIP). From random weights, the few answer words per picture would
teach it too little.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.hf.modeling import FlashSlothCausalLMOutput
from flashsloth.model.pooling import side_of
from flashsloth_synthetic.patch_labels import NAMES, NO_LABEL
from flashsloth_synthetic.scene import CHARACTERS, COLOURS

WIDTHS = {  # outputs of a head
    "names": len(NAMES),
    "colours": len(COLOURS),
    "inks": len(COLOURS),
    "characters": len(CHARACTERS),
    "places": 4,
    "centres": 2,
}
GROUND_WEIGHT = (
    0.2  # of a patch of bare ground, against 1 for the others: half of all patches are ground
)
INITIAL_PROBABILITY = 0.003  # of each character
PLACE_WEIGHT = 4.0  # of edges and centres, which are shares of the picture's side


class PatchSupervisedModel(nn.Module):
    """A FlashSloth with two heads that are not saved. One predicts the patch labels from the tower's
    features, the other from the visual token of each window of patches: a token has to keep the
    contents of its whole window, as the text model sees nothing else.

    forward: pixel_values (I, 3, S, S) and truth by name (synthetic_rows.stack_truth) -> a scalar
    `loss`. With input_ids and the model's other arguments: its own loss plus `weight` times that of the
    labels, and that of further pictures (print_pixels, print_truth), which no dialogue is about.
    """

    def __init__(self, model: Any, weight: float = 1.0) -> None:
        super().__init__()
        self.sloth, self.weight = model, weight
        self.config = config = model.config
        self.window = int(config.pooling_window)
        self.patches = PatchHead(int(config.vision_config.hidden_size))
        self.tokens = PatchHead(int(config.text_config.hidden_size), self.window)

    def activation_checkpointing_enable(self, **options: Any) -> None:
        """Compute activations of the model twice, as the trainer asks for."""
        self.sloth.activation_checkpointing_enable(**options)

    def gradient_checkpointing_enable(self, **options: Any) -> None:
        """The same, as earlier releases of transformers ask for it."""
        self.sloth.gradient_checkpointing_enable(**options)

    def patch_loss(self, features: Tensor, truth: dict[str, Tensor]) -> Tensor:
        """Return the loss of both heads. features: (I, N, V)."""
        model = self.sloth.model
        tokens = self.tokens(model.projector(model.pooling(features)), side_of(features.shape[1]))
        return total(losses(self.patches(features), truth)) + total(losses(tokens, truth))

    def forward(
        self,
        pixel_values: Tensor | None = None,
        truth: dict[str, Tensor] | None = None,
        print_pixels: Tensor | None = None,
        print_truth: dict[str, Tensor] | None = None,
        **inputs: Any,
    ) -> FlashSlothCausalLMOutput:
        if inputs.get("input_ids") is None:
            assert pixel_values is not None
            assert truth is not None
            return FlashSlothCausalLMOutput(loss=self.patch_loss(self.see(pixel_values), truth))
        out = self.sloth(pixel_values=pixel_values, **inputs)
        loss = out.loss
        if truth is not None:  # otherwise no row of the batch has a picture
            # The labels are of the whole picture, which is the first of five tiles.
            whole = out.image_features[:, : self.config.patches_per_tile]
            loss = loss + self.weight * self.patch_loss(whole, truth)
        if print_truth is not None:
            assert print_pixels is not None
            loss = loss + self.weight * self.patch_loss(self.see(print_pixels), print_truth)
        return FlashSlothCausalLMOutput(loss=loss)

    def see(self, pixels: Tensor) -> Tensor:
        """Return the tower's features (I, N, V) of pictures."""
        tower = self.sloth.model.vision_tower
        features: Tensor = tower(pixels.to(tower.dtype)).last_hidden_state
        return features


class PatchHead(nn.Module):
    """A linear head that predicts the labels of the `window * window` patches of each vector.

    Shape: (I, G*G, D) of a grid -> by name (I, side*side, C) in float32, patches row by row. A grid
    larger than `side` is cropped.
    """

    def __init__(self, width: int, window: int = 1) -> None:
        super().__init__()
        self.window = window
        self.norm = nn.LayerNorm(width)  # neither the tower's output nor the projector's is normalised
        self.head = nn.Linear(width, window * window * sum(WIDTHS.values()))
        start = sum(WIDTHS[name] for name in ("names", "colours", "inks"))
        bias = math.log(INITIAL_PROBABILITY / (1 - INITIAL_PROBABILITY))
        with torch.no_grad():
            self.head.weight.zero_()  # so that its early gradients do not damage a trained tower
            self.head.bias.view(window * window, -1)[:, start : start + len(CHARACTERS)] = bias

    def forward(self, vectors: Tensor, side: int | None = None) -> dict[str, Tensor]:
        I, count, _ = vectors.shape  # noqa: E741
        outputs, w, grid = self.head(self.norm(vectors)).float(), self.window, side_of(count)
        side = grid * w if side is None else side
        cells = outputs.view(I, grid, grid, w, w, -1).transpose(2, 3).reshape(I, grid * w, grid * w, -1)
        outputs = cells[:, :side, :side].reshape(I, side * side, -1)
        return dict(zip(WIDTHS, outputs.split(list(WIDTHS.values()), dim=-1), strict=True))


def total(parts: dict[str, Tensor]) -> Tensor:
    """Return the sum of losses."""
    return torch.stack(list(parts.values())).sum()


def losses(predicted: dict[str, Tensor], truth: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the losses by name, each a mean over the patches that have such a label."""
    weights = torch.where(truth["names"] == 0, GROUND_WEIGHT, 1.0)
    results = {}
    names = F.cross_entropy(
        predicted["names"].flatten(0, 1), truth["names"].flatten(), reduction="none"
    )
    results["names"] = (names * weights.flatten()).sum() / weights.sum()
    colours = F.cross_entropy(
        predicted["colours"].flatten(0, 1),
        truth["colours"].flatten(),
        ignore_index=NO_LABEL,
        reduction="none",
    )
    coloured = weights.flatten() * (truth["colours"].flatten() != NO_LABEL)
    results["colours"] = (colours * coloured).sum() / coloured.sum().clamp(min=1)
    inks = F.cross_entropy(
        predicted["inks"].flatten(0, 1), truth["inks"].flatten(), ignore_index=NO_LABEL, reduction="sum"
    )
    results["inks"] = inks / (truth["inks"] != NO_LABEL).sum().clamp(min=1)
    known = ~truth["characters"].isnan()
    characters = torch.where(known, truth["characters"], 0.0)
    missed = F.binary_cross_entropy_with_logits(predicted["characters"], characters, reduction="none")
    # a batch without print would count what little each bare patch misses as that of one printed patch
    printed = (characters.sum(-1) > 0).sum().clamp(min=len(characters))
    results["characters"] = (missed * known).sum() / printed
    for name, places in (("places", truth["places"]), ("centres", centres(truth["places"]))):
        placed = ~places.isnan()
        # multiplied by a mask, as an index by one would make a card wait for the number of its elements
        error = F.smooth_l1_loss(
            predicted[name], torch.where(placed, places, 0.0), beta=0.02, reduction="none"
        )
        results[name] = PLACE_WEIGHT * (error * placed).sum() / placed.sum().clamp(min=1)
    return results


def centres(places: Tensor) -> Tensor:
    """Return the centres (I, N, 2), x and y in the picture, of the boxes whose edges `places` (I, N, 4)
    gives relative to each patch. Unlike edges, a centre is the same for all patches of a thing."""
    side = side_of(places.shape[1])
    middles = (torch.arange(side, device=places.device) + 0.5) / side
    rows, columns = torch.meshgrid(middles, middles, indexing="ij")
    own = torch.stack((columns, rows), dim=-1).view(1, -1, 2)
    return own + (places[..., 2:] - places[..., :2]) / 2
