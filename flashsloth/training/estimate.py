"""How much memory a run will take, before anything is read. Counts what autograd keeps; see docs/training.md for how
well it holds."""

from __future__ import annotations

import math
from dataclasses import dataclass

from flashsloth import quantization
from flashsloth.configuration import FlashSlothConfig
from flashsloth.quantization import PRESETS

MASTER = 16  # bytes of a weight that learns: float32, its gradient, and Adam's two averages
LOGITS = 12  # bytes of one logit: computed, in float32, and its gradient


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes, over what the imports take: weights that only answer, weights that learn with their gradients and Adam's
    averages, and what one batch of rows keeps for the way back."""

    frozen: int
    learning: int
    activations: int

    @property
    def total(self) -> int:
        return self.frozen + self.learning + self.activations


def nf4_linears(config: FlashSlothConfig) -> tuple[int, int]:
    """Weights of the text model's linears, and their bytes in NF4."""
    text = config.text_config
    D, F = int(text.hidden_size), int(text.intermediate_size)
    shapes = [*[(D, D)] * 4, (F, D), (D, F)]
    count = sum(n * k for n, k in shapes)
    size = sum(quantization.weight_bytes(n, k, PRESETS["nf4"], bias=False) for n, k in shapes)
    return int(text.num_hidden_layers) * count, int(text.num_hidden_layers) * size


def lora_weights(config: FlashSlothConfig, rank: int, targets: tuple[str, ...]) -> int:
    """Weights of LoRA's matrices."""
    text = config.text_config
    D, F = int(text.hidden_size), int(text.intermediate_size)
    ends = {"fc1": (D, F), "fc2": (F, D)}
    return int(text.num_hidden_layers) * rank * sum(sum(ends.get(target, (D, D))) for target in targets)


def activations(
    config: FlashSlothConfig,
    *,
    rows: int,
    tokens: int,
    learned: int,
    item: int,
    tiles: int,
    checkpointing: bool,
    lora_targets: int,
    tower_learns: bool,
    in_nf4: bool,
) -> int:
    """Bytes that a batch of `rows` keeps, each of `tokens` positions of which `learned` are labelled.

    item: bytes of a number in the type that is computed in.
    """
    text, vision = config.text_config, config.vision_config
    D, F, L = int(text.hidden_size), int(text.intermediate_size), int(text.num_hidden_layers)
    layer = (
        12 * D + 6 * F + (lora_targets * 2 * D if lora_targets else 0)
    )  # norm, q k v, attention, dense, GELU's parts
    kept = L * D + layer if checkpointing else L * layer
    positions = rows * tokens * kept * item
    V, N = int(vision.hidden_size), config.patches_per_tile * tiles
    inner = int(vision.intermediate_size)
    blocks = int(vision.num_hidden_layers)
    tower = rows * N * (10 * V + 4 * inner) * item * (blocks if tower_learns and not checkpointing else 1)
    pooled = rows * N * 6 * V * item
    head = rows * learned * int(text.vocab_size) * LOGITS
    spread = max(F * D * 2 * item, 0) if in_nf4 else 0  # a layer's weights as they are multiplied
    return int(positions + max(tower, head) + pooled + spread)


def estimate(
    *,
    frozen: int,
    learning: int,
    kept_twice: int,
    item: int,
    nf4: tuple[int, int],
    activations: int,
) -> Memory:
    """Counts of weights, to bytes. `kept_twice`: weights in float32 whose first state peft keeps; `nf4`: weights among
    the frozen that are held in so many bytes."""
    in_nf4, size = nf4
    return Memory((frozen - in_nf4) * item + size + kept_twice * 4, learning * MASTER, math.ceil(activations))
