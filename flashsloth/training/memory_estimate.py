"""Estimate the memory of a run before anything is read. docs/training.md compares it with measurements.

Activations are those that autograd saves for the backward pass, found with
torch.autograd.graph.saved_tensors_hooks. Letters: D width and F inner width of the text model, L
layers, T positions of a row, V width and N patches of the tower. `item`: bytes of a number in the dtype
of the computation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flashsloth.checkpoints import model_files
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.quantization.presets import PRESETS, weight_bytes
from flashsloth.sizes.families import MIXED_RESOLUTION, UNGATED, attention_heads
from flashsloth.sizes.parts import COMPRESSION, part_of
from flashsloth.training.model_setup import linear_shapes, lora_weights, parameters, targeted
from flashsloth.training.recipe import Recipe

# bytes per trained parameter, all in float32
WEIGHT = 4
GRADIENT = 4
AVERAGES = 8
SCRATCH = 12  # bytes per number of the largest parameter, in AdamW's step
LOGIT = 12  # bytes: as computed, in float32, and its gradient
# bytes that torch and its libraries allocate in the first step; measured on a CPU
RUNTIME = 150 * 10**6


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes beyond those of the imports: frozen weights; trained weights with gradients and Adam's
    averages; the activations of a batch; and the peak. The peak is the sum of `frozen`, of `state`
    (trained weights and averages), of `step` (activations or gradients, whichever take more, with
    temporary copies) and of RUNTIME."""

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


def estimate(
    config: FlashSlothConfig, recipe: Recipe, batch: Batch, *, item: int, hd: bool, checkpointing: bool
) -> Memory:
    """Return the memory of a run with this heaviest batch."""
    model = model_files.build_empty(config)
    parts = set(recipe.trained_parts(hd=hd))
    full = recipe.method == "full"
    learned, matrices, largest = count_parameters(model, parts)
    float32 = learned if full else count_parameters(model, parts | set(COMPRESSION))[0]
    frozen = (parameters(config) - float32) * item
    adapted = None
    if not full:
        shapes = linear_shapes(config)
        adapted = targeted(shapes, recipe.targets)
        learned += lora_weights(adapted, recipe.rank)
        matrices += lora_weights(adapted, recipe.rank)
        frozen += float32 * 4  # peft's copies
        if recipe.method == "qlora":
            linears = sum(n * k for n, k in shapes.values())
            nf4 = sum(weight_bytes(n, k, PRESETS["nf4"], bias=False) for n, k in shapes.values())
            frozen += nf4 - linears * item
    active = activations(
        config,
        recipe,
        batch,
        adapted,
        item=item,
        checkpointing=checkpointing,
        tower_learns="vision_tower" in parts,
    )
    # autocast's copies; gradients replace activations
    backward = active + (2 * matrices if item == 2 else 0)
    step = max(backward, learned * GRADIENT + largest * SCRATCH)
    return Memory(
        frozen, learned * (WEIGHT + AVERAGES + GRADIENT), active, learned * (WEIGHT + AVERAGES), step
    )


def layer_bytes(
    config: FlashSlothConfig,
    *,
    item: int,
    targets: Mapping[str, tuple[int, int]] | None,
    dropout: float,
) -> int:
    """Return the bytes that a decoder layer saves per position, the mean of the layers. `targets`,
    `dropout`: of LoRA; `targets` is None for full fine-tuning."""
    text = config.text_config
    D = int(text.hidden_size)
    F = int(text.intermediate_size)
    heads = attention_heads(text)
    gated = text.model_type not in UNGATED
    masks = 2 if getattr(text, "resid_pdrop", 0) else 0
    norms = 4 if "gemma" in text.model_type else 2
    # q, attention's output, k and v; the norms' inputs; the activation's parts
    rotated = (heads.queries + heads.keys) * heads.width
    parts = 4 if gated else 1
    saved = (2 * rotated + (1 + masks) * D + parts * F) * item
    if gated:  # norms, which compute in float32, and the rotated q and k of grouped heads
        saved += norms * D * (4 + item) + rotated * item
    if targets is not None:
        inputs = sum(k for _, k in targets.values()) // int(text.num_hidden_layers)
        # LoRA's input, and its dropout in float32
        return saved + inputs * (item + (4 if dropout else 0))
    if item == 4:  # no autocast; a gated layer's linears read what its norms and its activation saved
        return saved if gated else saved + 2 * D * item + F * item
    return saved + 5 * D * item + F * item + 2 * D  # autocast's copies of the float32 stream


def convnext_numbers(vision: Any, *, kept: bool) -> int:
    """Return the numbers that the layers of mixed resolution's ConvNeXt save for a tile: all, or the
    largest one."""
    high = vision.high_resolution
    cells = [
        (vision.image_size // (high.patch_size * 2**stage)) ** 2 for stage in range(high.num_stages)
    ]
    maps = [width * count for width, count in zip(high.hidden_sizes, cells, strict=True)]
    # 3 before the stage
    saved = (numbers * (12 * depth + 3) for numbers, depth in zip(maps, high.depths, strict=True))
    return sum(saved) if kept else 12 * max(maps)


def activations(
    config: FlashSlothConfig,
    recipe: Recipe,
    batch: Batch,
    targets: Mapping[str, tuple[int, int]] | None,
    *,
    item: int,
    checkpointing: bool,
    tower_learns: bool,
) -> int:
    """Return the peak bytes of a batch's activations."""
    text = config.text_config
    vision = config.vision_config
    D = int(text.hidden_size)
    F = int(text.intermediate_size)
    L = int(text.num_hidden_layers)
    positions = batch.rows * batch.tokens
    layer = positions * layer_bytes(config, item=item, targets=targets, dropout=recipe.dropout)
    layer += batch.rows * batch.tokens**2 * item  # the mask
    V = int(vision.hidden_size)
    N = config.patches_per_tile * batch.tiles
    block = batch.rows * N * (10 * V + 4 * int(vision.intermediate_size)) * item
    kept = tower_learns and not checkpointing
    tower = block * (int(vision.num_hidden_layers) if kept else 1)
    if vision.model_type == MIXED_RESOLUTION:
        tower += batch.rows * batch.tiles * convnext_numbers(vision, kept=kept) * item
    head = batch.learned * int(text.vocab_size) * LOGIT
    pooled = batch.rows * N * 6 * V * item
    # a layer's weights as they are multiplied
    dequantized = 2 * F * D * item if recipe.method == "qlora" else 0
    if checkpointing:  # a recomputed layer, the tower and the logits never exist at the same time
        stream = positions * L * D * (4 if targets is None else item)
        return int(stream + max(layer, tower, head) + pooled + dequantized)
    largest = tower + head if tower_learns else max(tower, head)
    return int(L * layer + largest + pooled + dequantized)


def count_parameters(model: Any, parts: set[str]) -> tuple[int, int, int]:
    """Return, for some parts, the parameters, those in matrices except word embeddings, and the largest
    one's size."""
    named = [(name, p) for name, p in model.named_parameters() if part_of(name) in parts]
    embedding = model.get_input_embeddings().weight
    words = next((name for name, p in named if p is embedding), None)
    matrices = sum(p.numel() for name, p in named if p.dim() > 1 and name != words)
    sizes = [p.numel() for _, p in named]
    return sum(sizes), matrices, max(sizes, default=0)
