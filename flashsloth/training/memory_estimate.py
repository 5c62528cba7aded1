"""Estimate the memory of a run before anything is read. docs/training.md compares it with measurements.

Activations are those that autograd saves for the backward pass, found with torch.autograd.graph.saved_tensors_hooks.
Letters: D width and F inner width of the text model, L layers, T positions of a row, V width and N patches of the
tower. `item`: bytes of a number in the dtype of the computation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flashsloth import quantization
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.config.towers import mlp_width
from flashsloth.quantization import PRESETS

WEIGHT, GRADIENT, AVERAGES = 4, 4, 8  # bytes per trained parameter, all in float32
HALF = 2  # more bytes per parameter with a master weight, and per its gradient
SCRATCH = 12  # bytes per number of the largest parameter, in AdamW's step
LOGIT = 12  # bytes: as computed, in float32, and its gradient
RUNTIME = 150 * 10**6  # bytes that torch and its libraries allocate in the first step; measured on a CPU
WIDE = ("fc2",)  # LoRA targets whose input is F wide; the others have D


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes beyond those of the imports: frozen weights; trained weights with gradients and Adam's averages; the
    activations of a batch; and the peak.

    The peak is the sum of `frozen`, of `state` (trained weights and averages), of `step` (activations or gradients,
    whichever take more, with temporary copies) and of RUNTIME.
    """

    frozen: int
    learning: int
    activations: int
    state: int
    step: int

    @property
    def total(self) -> int:
        return self.frozen + self.state + self.step + RUNTIME


@dataclass(frozen=True, slots=True)
class Batch:
    """The heaviest batch: rows, positions of the longest row, labelled tokens, tiles of a picture."""

    rows: int
    tokens: int
    learned: int
    tiles: int


def nf4_linears(config: FlashSlothConfig) -> tuple[int, int]:
    """Return the weights of the text model's linears, and their bytes in NF4."""
    text = config.text_config
    D, F = int(text.hidden_size), int(text.intermediate_size)
    shapes = [*[(D, D)] * 4, (F, D), (D, F)]
    count = sum(n * k for n, k in shapes)
    size = sum(quantization.weight_bytes(n, k, PRESETS["nf4"], bias=False) for n, k in shapes)
    return int(text.num_hidden_layers) * count, int(text.num_hidden_layers) * size


def lora_weights(config: FlashSlothConfig, rank: int, targets: tuple[str, ...]) -> int:
    """Return the weights of LoRA's matrices."""
    text = config.text_config
    D, F = int(text.hidden_size), int(text.intermediate_size)
    ends = {"fc1": (D, F), "fc2": (F, D)}
    return int(text.num_hidden_layers) * rank * sum(sum(ends.get(target, (D, D))) for target in targets)


def layer_bytes(
    config: FlashSlothConfig, *, item: int, targets: tuple[str, ...] | None, dropout: float, cast: bool
) -> int:
    """Return the bytes that a decoder layer saves per position.

    Args:
        targets, dropout: of LoRA; `targets` is None for full fine-tuning.
        cast: whether autocast computes in `item` bytes what is held in float32.
    """
    text = config.text_config
    D, F = int(text.hidden_size), int(text.intermediate_size)
    masks = 2 if text.resid_pdrop else 0
    saved = (5 + masks) * D * item + 4 * F * item  # q, k, v, attention's output, the norm's input; GELU's parts
    if targets is not None:
        inputs = sum(F if target in WIDE else D for target in targets)
        return saved + inputs * (item + (4 if dropout else 0))  # LoRA's input, and its dropout in float32
    if not cast:
        return saved + 2 * D * item + F * item
    return saved + 5 * D * item + F * item + 2 * D  # autocast's copies of the float32 stream


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
    keeps_attention: bool = False,
) -> int:
    """Return the peak bytes of a batch's activations.

    Args:
        masters: with master weights, so without autocast.
        keeps_attention: attention saves its weights (master_weights.PlainAttention).
    """
    text, vision = config.text_config, config.vision_config
    D, F, L = int(text.hidden_size), int(text.intermediate_size), int(text.num_hidden_layers)
    positions = batch.rows * batch.tokens
    cast = item != 4 and not masters
    layer = positions * layer_bytes(config, item=item, targets=targets, dropout=dropout, cast=cast)
    maps = int(text.num_attention_heads) if keeps_attention else 1  # else the mask
    layer += batch.rows * batch.tokens**2 * item * maps
    V, N = int(vision.hidden_size), config.patches_per_tile * batch.tiles
    block = batch.rows * N * (10 * V + 4 * mlp_width(vision)) * item
    if keeps_attention:
        block += batch.rows * batch.tiles * int(vision.num_attention_heads) * config.patches_per_tile**2 * item
    tower = block * (int(vision.num_hidden_layers) if tower_learns and not checkpointing else 1)
    head = batch.learned * int(text.vocab_size) * LOGIT
    pooled = batch.rows * N * 6 * V * item
    dequantized = 2 * F * D * item if in_nf4 else 0  # a layer's weights as they are multiplied
    if checkpointing:  # a recomputed layer, the tower and the logits never exist at the same time
        stream = positions * L * D * (4 if targets is None and not masters else item)
        return int(stream + max(layer, tower, head) + pooled + dequantized)
    largest = tower + head if tower_learns else max(tower, head)
    return int(L * layer + largest + pooled + dequantized)


def estimate(
    *, frozen: int, learned: int, copied: int, largest: int, activations: int, masters: bool = False
) -> Memory:
    """Return the memory of a run.

    Args:
        frozen: bytes of frozen weights.
        learned, copied, largest: counts of trained parameters, of those that autocast copies, and of the largest one.
        activations: bytes.
        masters: with master weights.
    """
    state, gradients, scratch = WEIGHT + AVERAGES, GRADIENT, largest * SCRATCH
    if masters:
        state, gradients, scratch, copied = state + HALF, gradients + HALF, 0, 0
    backward = activations + 2 * copied  # gradients replace activations
    step = max(backward, learned * gradients + scratch)
    return Memory(frozen, learned * (state + gradients), activations, learned * state, step)


def count_parameters(model: Any, parts: set[str], part_of: Any) -> tuple[int, int, int]:
    """Return, for some parts, the parameters, those in matrices except word embeddings, and the largest one's size."""
    named = [(name, p) for name, p in model.named_parameters() if part_of(name) in parts]
    matrices = sum(p.numel() for name, p in named if p.dim() > 1 and "embed_tokens" not in name)
    return sum(p.numel() for _, p in named), matrices, max((p.numel() for _, p in named), default=0)
