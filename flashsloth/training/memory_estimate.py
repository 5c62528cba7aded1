"""How much memory a run will take, before anything is read. docs/training.md says how well it holds.

Counted is what autograd keeps for the way back, found with torch.autograd.graph.saved_tensors_hooks. Letters: D width
and F inner width of the text model, L layers, T positions of a row, V width and N patches of the tower, i bytes of a
number in the type that is computed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flashsloth import quantization
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.quantization import PRESETS

WEIGHT, GRADIENT, AVERAGES = 4, 4, 8  # bytes of a weight that learns: all in float32
HALVES = 2  # bytes more of a weight with a master, and of its gradient
SCRATCH = 12  # bytes for each number of the largest weight, while AdamW moves it
LOGIT = 12  # bytes: computed, in float32, and its gradient
RUNTIME = 150 * 10**6  # bytes that torch and its libraries set up in the first step; measured on a CPU
WIDE = ("fc2",)  # LoRA targets whose input is F wide; the others' is D


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes, over what the imports take: weights that only answer, weights that learn with gradients and Adam's
    averages, what one batch keeps for the way back; and the most of it that is held at one time."""

    frozen: int
    learning: int
    activations: int
    total: int


@dataclass(frozen=True, slots=True)
class Batch:
    """The heaviest batch: rows, positions of the longest, and labelled tokens of all."""

    rows: int
    tokens: int
    learned: int
    tiles: int


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


def layer_bytes(
    config: FlashSlothConfig, *, item: int, targets: tuple[str, ...] | None, dropout: float, cast: bool
) -> int:
    """What a decoder layer keeps for one position. `targets` and `dropout` of LoRA; None: the layer learns itself.
    `cast`: whether autocast computes in `item` bytes what is held in float32."""
    text = config.text_config
    D, F = int(text.hidden_size), int(text.intermediate_size)
    masks = 2 if text.resid_pdrop else 0
    kept = (5 + masks) * D * item + 4 * F * item  # q, k, v, what attention reads, the norm's input; GELU's parts
    if targets is not None:
        inputs = sum(F if target in WIDE else D for target in targets)
        return kept + inputs * (item + (4 if dropout else 0))  # LoRA's own input, and its dropout in float32
    if not cast:
        return kept + 2 * D * item + F * item
    return kept + 5 * D * item + F * item + 2 * D  # what autocast makes of the float32 stream


def activations(
    config: FlashSlothConfig,
    batch: Batch,
    *,
    item: int,
    checkpointing: bool,
    targets: tuple[str, ...] | None,
    dropout: float,
    tower_learns: bool,
    in_nf4: bool,
    masters: bool = False,
    shares: bool = False,
) -> int:
    """Bytes that a batch keeps for the way back, at most at one time. `masters`: without autocast; `shares`: attention
    keeps its shares (masters.PlainAttention)."""
    text, vision = config.text_config, config.vision_config
    D, F, L = int(text.hidden_size), int(text.intermediate_size), int(text.num_hidden_layers)
    positions = batch.rows * batch.tokens
    cast = item != 4 and not masters
    layer = positions * layer_bytes(config, item=item, targets=targets, dropout=dropout, cast=cast)
    layer += batch.rows * batch.tokens**2 * item * (int(text.num_attention_heads) if shares else 1)  # or else the mask
    V, N = int(vision.hidden_size), config.patches_per_tile * batch.tiles
    block = batch.rows * N * (10 * V + 4 * int(vision.intermediate_size)) * item
    if shares:
        block += batch.rows * batch.tiles * int(vision.num_attention_heads) * config.patches_per_tile**2 * item
    tower = block * (int(vision.num_hidden_layers) if tower_learns and not checkpointing else 1)
    head = batch.learned * int(text.vocab_size) * LOGIT
    pooled = batch.rows * N * 6 * V * item
    spread = 2 * F * D * item if in_nf4 else 0  # a layer's weights as they are multiplied
    if checkpointing:  # a layer that is computed again, the tower and the logits are never there together
        stream = positions * L * D * (4 if targets is None and not masters else item)
        return int(stream + max(layer, tower, head) + pooled + spread)
    return int(L * layer + max(0 if tower_learns else tower, head) + (tower if tower_learns else 0) + pooled + spread)


def estimate(
    *, frozen: int, learned: int, copied: int, largest: int, activations: int, masters: bool = False
) -> Memory:
    """Bytes of `frozen` weights; numbers of weights that learn, of those that autocast copies, and of the largest."""
    kept, gradients, scratch = WEIGHT + AVERAGES, GRADIENT, largest * SCRATCH
    if masters:
        kept, gradients, scratch, copied = kept + HALVES, gradients + HALVES, 0, 0
    while_learning = learned * kept + activations + 2 * copied  # gradients take what activations leave
    while_moving = learned * (kept + gradients) + scratch
    total = frozen + max(while_learning, while_moving) + RUNTIME
    return Memory(frozen, learned * (kept + gradients), activations, total)


def parameters_of(model: Any, wanted: set[str], part_of: Any) -> tuple[int, int, int]:
    """Of some parts of a model: weights, weights in matrices but for the word embeddings, and those of the largest."""
    found = [(name, p) for name, p in model.named_parameters() if part_of(name) in wanted]
    matrices = sum(p.numel() for name, p in found if p.dim() > 1 and "embed_tokens" not in name)
    return sum(p.numel() for _, p in found), matrices, max((p.numel() for _, p in found), default=0)
