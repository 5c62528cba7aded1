"""Estimate the memory of a run before anything is read. docs/training.md compares the estimate with
measurements.

Activations are the tensors that autograd saves for the backward pass. They were determined with
torch.autograd.graph.saved_tensors_hooks. Letters: D width and F inner width of the text model, L its
layers, T positions of a row, V width and N patches of the tower. `item` is the size in bytes of a
number in the dtype of the computation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flashsloth.checkpoints import model_files
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.quantization.presets import PRESETS, weight_bytes
from flashsloth.sizes.families import COMPRESSION, MIXED_RESOLUTION, UNGATED, attention_heads
from flashsloth.training.model_setup import linear_shapes, lora_weights, parameters, targeted
from flashsloth.training.recipe import Recipe, learns

# Bytes per trained parameter: all of these are float32.
WEIGHT = 4
GRADIENT = 4
AVERAGES = 8  # AdamW's two moving averages
SCRATCH = 12  # temporary bytes that AdamW's step needs per element of the largest parameter
LOGIT = 12  # bytes per logit: its value, the copy in float32, and the gradient
# Bytes that torch and its libraries allocate in the first step; measured on a CPU.
RUNTIME = 150 * 10**6


@dataclass(frozen=True, slots=True)
class Memory:
    """The bytes of memory that a run needs, without those of the imported libraries."""

    frozen: int  # weights that do not learn
    learning: int  # trained weights with their gradients and AdamW's averages
    activations: int  # of a batch
    state: int  # trained weights and AdamW's averages, which are in memory all the time
    step: int  # the larger of activations and gradients, with temporary copies

    @property
    def total(self) -> int:
        """The peak number of bytes."""
        return self.frozen + self.state + self.step + RUNTIME


@dataclass(frozen=True, slots=True)
class Batch:
    """The sizes of the heaviest batch: its rows, the positions of its longest row, its labelled tokens,
    and the tiles of a picture, 0 if no tower runs in a step."""

    rows: int
    tokens: int
    learned: int
    tiles: int


def estimate(
    config: FlashSlothConfig,
    recipe: Recipe,
    batch: Batch,
    *,
    item: int,
    hd: bool | None,
    checkpointing: bool,
    encoding: int = 0,
) -> Memory:
    """Return the memory of a run with this heaviest batch. If pictures are encoded before the first
    step, `encoding` is what the largest one takes beside the tower, which is freed then."""
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
        frozen += float32 * 4  # peft also keeps the original weights of each part that learns in full
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
    # In the backward pass gradients replace activations one by one, so the peak is the larger of the
    # two. During this pass there is also a two-byte copy of each matrix if autocast is used.
    backward = active + (2 * matrices if item == 2 else 0)
    step = max(backward, learned * GRADIENT + largest * SCRATCH)
    if encoding:
        tower = count_parameters(model, {"vision_tower"})[0] * item
        frozen -= tower
        step = max(step, tower + encoding)
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
    """Return the bytes that a decoder layer saves per position, averaged over the layers. `targets` and
    `dropout` are settings of LoRA. `targets` is None for full fine-tuning."""
    text = config.text_config
    D = int(text.hidden_size)
    F = int(text.intermediate_size)
    heads = attention_heads(text)
    gated = text.model_type not in UNGATED
    masks = 2 if getattr(text, "resid_pdrop", 0) else 0
    norms = 4 if "gemma" in text.model_type else 2
    # Every layer saves q, k, v and the output of the attention, the inputs of the norms with the masks
    # of dropout, and the inputs of the activation function.
    rotated = (heads.queries + heads.keys) * heads.width
    saved = (2 * rotated + (1 + masks) * D + (4 if gated else 1) * F) * item
    # A gated layer also saves the float32 values that its norms compute. With grouped-query attention
    # it also saves q and k after the rotary embedding. The estimate adds them for every gated layer.
    if gated:
        saved += norms * D * (4 + item) + rotated * item
    if targets is not None:
        inputs = sum(k for _, k in targets.values()) // int(text.num_hidden_layers)
        # LoRA also saves the input of its matrices. With dropout it saves a float32 copy of this input.
        return saved + inputs * (item + (4 if dropout else 0))
    if item == 4:
        # Without autocast, the linears of a gated layer need no further tensors: their inputs are the
        # tensors that its norms and its activation function saved.
        return saved if gated else saved + 2 * D * item + F * item
    # With autocast, its copies of the float32 hidden states are saved as well.
    return saved + 5 * D * item + F * item + 2 * D


def convnext_numbers(vision: Any, *, kept: bool) -> int:
    """Return how many numbers the ConvNeXt of a mixed-resolution tower saves for a tile.

    If `kept` is True, the activations of all layers are kept for the backward pass, and the result is
    their sum. Otherwise only the largest layer counts.
    """
    high = vision.high_resolution
    # how many numbers a feature map has, by stage; each stage halves its height and width
    side = vision.image_size // high.patch_size
    maps = [width * (side // 2**stage) ** 2 for stage, width in enumerate(high.hidden_sizes)]
    if not kept:
        return 12 * max(maps)
    # each layer saves 12 feature maps, and the downsampling before each stage saves 3
    return sum(numbers * (12 * depth + 3) for numbers, depth in zip(maps, high.depths, strict=True))


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
    tower = pooled = 0
    if batch.tiles:  # otherwise the tower does not run in a step
        V = int(vision.hidden_size)
        N = config.patches_per_tile * batch.tiles
        block = batch.rows * N * (10 * V + 4 * int(vision.intermediate_size)) * item
        kept = tower_learns and not checkpointing
        tower = block * (int(vision.num_hidden_layers) if kept else 1)
        if vision.model_type == MIXED_RESOLUTION:
            tower += batch.rows * batch.tiles * convnext_numbers(vision, kept=kept) * item
        pooled = batch.rows * N * 6 * V * item
    head = batch.learned * int(text.vocab_size) * LOGIT
    # with QLoRA the dequantized weights of a layer are in memory while they are used
    dequantized = 2 * F * D * item if recipe.method == "qlora" else 0
    if checkpointing:
        # The activations of a recomputed layer, those of the tower, and the logits are never in memory
        # at the same time, so the largest of them counts.
        stream = positions * L * D * (4 if targets is None else item)
        return int(stream + max(layer, tower, head) + pooled + dequantized)
    # the activations of a tower that does not learn are freed before the logits are computed
    return int(L * layer + (tower + head if tower_learns else max(tower, head)) + pooled + dequantized)


def count_parameters(model: Any, parts: set[str]) -> tuple[int, int, int]:
    """Return three numbers of parameters in `parts`: of all tensors, of the matrices other than the
    word embeddings, and of the largest tensor."""
    named = [(name, p) for name, p in model.named_parameters() if learns(name, parts)]
    embedding = model.get_input_embeddings().weight
    words = next((name for name, p in named if p is embedding), None)
    matrices = sum(p.numel() for name, p in named if p.dim() > 1 and name != words)
    sizes = [p.numel() for _, p in named]
    return sum(sizes), matrices, max(sizes, default=0)
