"""What computes the visual tokens of a picture: its interface, and its implementation for FlashSloth
with tower, SAP, projector, and EmbQ's keys and values. Models of transformers have another
implementation (flashsloth/vlm/network.py).

On a CPU, `encode_patches` computes the vision tower of model/vision.py or of transformers in fewer
passes. A block of SigLIP and CLIP is x + out(attention(norm x)), then x + fc2(gelu(fc1(norm x))). GELU
and the two additions of the residual are computed together with the products before them
(torch_products.py). Attention in 16 bit is computed head by head, so that the scores stay in the
processor's cache.

In the int4 preset the tower's linears have weights of 8 bits (linear.RoundedLinear). Their products are
computed in one of three ways:

1. with the processor's matrix tiles (AMX), if the processor has them;
2. otherwise with their inputs rounded to 8 bits;
3. on processors that multiply 8-bit numbers slowly, with inputs and results in 32 bit, like the rest of
   the block.

Letters: I pictures, or their tiles; P visual tokens and N patches of a picture, in the tower including
the class tokens before the patches; D width of the decoder, V width of the tower, H heads, d width of a
head.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from flashsloth import devices
from flashsloth.model.embq import split_heads
from flashsloth.processing.pictures import MEAN, SCALE, STD
from flashsloth.quantization import torch_products
from flashsloth.quantization.linear import (
    GELU_ZERO,
    RoundedLinear,
    round_all,
    round_gelu,
    round_rows,
)
from flashsloth.sizes.families import LINEARS, MIXED_RESOLUTION, TOWERS
from flashsloth.utils.yield_point import yield_point


class ImageEncoder:
    """Computes the visual tokens of pictures that a PictureProcessor has prepared. This class does it
    for FlashSloth; models of transformers have a subclass.

    Args:
        model: a Network, or a FlashSlothForConditionalGeneration.
    """

    # How many pictures are encoded at once. This limits the memory of the tower's activations, which
    # are larger than its outputs.
    batch = 8
    capturable = True  # whether a CUDA graph of `encode` can be captured

    def __init__(self, model: Any) -> None:
        self.model = model
        words = model.get_input_embeddings().weight
        self.device = words.device
        self.dtype = words.dtype

    def inputs(self, prepared: Sequence[Any]) -> Mapping[str, Tensor]:
        """Copy prepared pictures, which have the same shape, to the device, in the dtype of the
        model.

        Shape: pictures of (3, S, S) or (tiles, 3, S, S) -> pixels (I, 3, S, S) or (I, tiles, 3, S,
        S)."""
        if len(prepared) == 1:
            return {"pixels": self.values(prepared[0])[None]}
        return {"pixels": self.values(torch.stack([torch.as_tensor(each) for each in prepared]))}

    def values(self, pixels: Any) -> Tensor:
        """Copy pixels to the device, in the dtype of the model. 8-bit pixels are normalised on the
        device, in the same way as in processing/pictures.py."""
        values = self._uploaded(pixels)
        if values.dtype == torch.uint8:
            config = self.model.config
            scaling = config.image_mean or MEAN, config.image_std or STD
            mean, std = (self._uploaded(part).view(-1, 1, 1) for part in scaling)
            values = values.float().mul_(SCALE).sub_(mean).div_(std)
        return values.to(self.dtype)

    def _uploaded(self, values: Any) -> Tensor:
        return devices.uploaded(torch.as_tensor(values), self.device)

    def encode(self, **inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the visual tokens (I, P, D), and the keys and values (I, H, N, .) of the patches for
        EmbQ, which are empty (I, 0) for a model without EmbQ. Visual tokens and patches of all tiles of
        a picture are concatenated."""
        model = self.model.model
        embq = model.language_model.embq
        pixels = inputs["pixels"]
        count = pixels.shape[0]
        features = encode_patches(
            model.vision_tower, pixels.flatten(0, 1) if pixels.dim() == 5 else pixels
        )
        tokens = model.projector(model.pooling(features)).unflatten(0, (count, -1)).flatten(1, 2)
        if embq is None:
            return tokens, features.new_empty(count, 0), features.new_empty(count, 0)
        return tokens, *embq.project_image(features.reshape(count, -1, features.shape[-1]))


# The tower on a CPU


MIN_PATCHES = 400  # with fewer patches, three operations for each head take longer than torch's kernel
# the names of activations in configurations
GELU = "gelu_pytorch_tanh"
QUICK_GELU = "quick_gelu"
SAMPLED = 8  # `attend` estimates the largest score of a row from every eighth key


@torch.no_grad()
def encode_patches(tower: Any, pixels: Tensor) -> Tensor:
    """Return the patch features (I, N, V) of pixels (I, 3, S, S), as the tower itself does."""
    kind = _kind_of(tower)
    if kind == MIXED_RESOLUTION and block_of(tower.low_resolution) is fused_block:
        return tower.encode(pixels, fused_block)
    if (block := block_of(tower)) is None:
        output = tower(pixels)
        return output if isinstance(output, Tensor) else output.last_hidden_state
    # the other functions take one image at a time
    each = (pixels,) if block is fused_block else pixels[:, None]
    before = TOWERS[kind].class_tokens
    return torch.cat([_encode(tower, images, block)[:, before:] for images in each])


Block: TypeAlias = Callable[[Any, Tensor], Tensor]  # computes a block of an encoder


def block_of(tower: Any) -> Block | None:
    """Return the function that computes the blocks of this tower in fewer passes; None if the tower's
    own forward is needed. This is so if it has other blocks, replaced modules (adapters) or another
    dtype, or is not on a CPU."""
    if _kind_of(tower) in (None, MIXED_RESOLUTION) or tower.config.hidden_act not in (GELU, QUICK_GELU):
        return None
    weight = tower.embeddings.patch_embedding.weight
    if weight.device.type != "cpu":
        return None
    rows = tower.embeddings.position_embedding.weight.shape[0]
    return _block_of_layers(tower.encoder.layers, weight.dtype, rows)


def _block_of_layers(layers: Iterable[Any], dtype: torch.dtype, rows: int) -> Block | None:
    linears: list[Any] = [layer.get_submodule(name) for layer in layers for name in LINEARS]
    kinds = set(map(type, linears))
    if kinds == {RoundedLinear}:
        if dtype == torch.bfloat16 and all(linear.in_tiles for linear in linears):
            return block_in_tiles
        return rounded_block_ if all(linear.integers for linear in linears) else wide_block_
    if kinds != {nn.Linear}:
        return None
    if torch_products.is_slow(dtype):
        return wide_block_
    largest = linears[LINEARS.index("mlp.fc1")].weight.shape
    return fused_block if torch_products.has_fused_linear(dtype, rows, *largest) else None


def one_block(layer: Any, x: Tensor) -> Tensor | None:
    """Compute a block of transformers' encoder for one tile on a CPU: (1, N, V) -> (1, N, V). Return
    None if the block's own forward is needed, as in `block_of`."""
    block = _block_of_layers([layer], x.dtype, x.shape[1])
    if block in (None, fused_block, block_in_tiles):
        return None if block is None else block(layer, x)
    # a copy, because the connector may read the hidden states of several blocks
    return block(layer, x[0].to(torch.float32, copy=True))[None].to(x.dtype)


def _kind_of(tower: Any) -> Any:
    """Return the family of a tower; None for a module that has replaced the tower."""
    return getattr(getattr(tower, "config", None), "model_type", None)


def fused_block(layer: Any, x: Tensor) -> Tensor:
    """Compute a block of transformers' encoder: (I, N, V) -> (I, N, V)."""
    yield_point()
    attention = layer.self_attn
    mlp = layer.mlp
    normed = layer.layer_norm1(x)
    projections = (attention.q_proj, attention.k_proj, attention.v_proj)
    q, k, v = (split_heads(_product(p, normed), attention.num_heads) for p in projections)
    x = _add_product(attention.out_proj, attend(q, k, v), x)
    is_gelu = mlp.config.hidden_act == GELU
    wide = _product(mlp.fc1, layer.layer_norm2(x), gelu=is_gelu)
    return _add_product(mlp.fc2, wide if is_gelu else quick_gelu_(wide), x)


def _product(linear: Any, x: Tensor, *, gelu: bool = False) -> Tensor:
    if isinstance(linear, RoundedLinear):
        return linear.multiply_in_tiles(x, gelu=gelu)
    return torch_products.linear(x, linear.weight, linear.bias, gelu=gelu)


def _add_product(linear: Any, x: Tensor, residual: Tensor) -> Tensor:
    if isinstance(linear, RoundedLinear):
        return linear.multiply_in_tiles(x, residual=residual)
    return torch_products.linear_add(x, linear.weight, linear.bias, residual)


def block_in_tiles(layer: Any, x: Tensor) -> Tensor:
    # several calls with one image each take as long as one call with all images, and need less memory
    return fused_block(layer, x)


def _encode(tower: Any, pixels: Tensor, block: Block) -> Tensor:
    if block is wide_block_:
        # Not torch's functional_call, which exchanges the module's own weights for the time of the
        # call. Another thread that encodes a picture meanwhile would take and leave the wrong ones.
        x: Tensor = copy.deepcopy(tower.embeddings).float()(pixels.float())[0]
        x = _normed(tower.pre_layrnorm, x) if hasattr(tower, "pre_layrnorm") else x
    else:
        x = tower.embeddings(pixels)
        x = tower.pre_layrnorm(x) if hasattr(tower, "pre_layrnorm") else x
    if block is rounded_block_:
        x = x[0].float()  # torch adds tensors of different dtypes slowly
    for layer in tower.encoder.layers:
        x = block(layer, x)
    return x if x.dim() == 3 else x[None].to(pixels.dtype)


def rounded_block_(layer: Any, x: Tensor) -> Tensor:
    """Compute a block of transformers' encoder with linears of 8 bits, in place: x (N, V) float32, and
    return it.

    Each row of inputs has its own scale (unit). Only the input rows of fc1 share one unit: the
    operation that computes fc1 together with GELU takes a single one.
    """
    yield_point()
    attention = layer.self_attn
    mlp = layer.mlp
    dtype = layer.layer_norm1.weight.dtype
    codes, units = round_rows(layer.layer_norm1(x.to(dtype)))
    projections = (attention.q_proj, attention.k_proj, attention.v_proj)
    q, k, v = (
        split_heads(p.multiply(codes, units).to(dtype)[None], attention.num_heads) for p in projections
    )
    attention.out_proj.multiply_add_(x, *round_rows(attend(q, k, v)[0]))
    normed = layer.layer_norm2(x.to(dtype))
    if mlp.config.hidden_act != GELU:
        wide = quick_gelu_(mlp.fc1.multiply(*round_rows(normed)))
        mlp.fc2.multiply_add_(x, *round_rows(wide))
        return x
    wide = mlp.fc1.multiply_gelu(*round_all(normed))
    mlp.fc2.multiply_add_(x, *round_gelu(wide), GELU_ZERO)
    return x


def wide_block_(layer: Any, x: Tensor) -> Tensor:
    """Compute a block of transformers' encoder in 32 bit, in place: x (N, V), and return it. The
    weights may have any dtype. Linears of 8 bits round their inputs as linear.py describes."""
    yield_point()
    attention = layer.self_attn
    mlp = layer.mlp
    normed = _normed(layer.layer_norm1, x)
    projections = (attention.q_proj, attention.k_proj, attention.v_proj)
    q, k, v = (split_heads(_linear(p, normed)[None], attention.num_heads) for p in projections)
    x += _linear(attention.out_proj, attend(q, k, v)[0])
    wide = _linear(mlp.fc1, _normed(layer.layer_norm2, x))
    # GELU is computed in place, because allocating new memory would take as long as GELU itself.
    if mlp.config.hidden_act == GELU:
        torch.ops.aten.gelu_(wide, approximate="tanh")
    else:
        quick_gelu_(wide)
    x += _linear(mlp.fc2, wide)
    return x


def quick_gelu_(x: Tensor) -> Tensor:
    """Compute CLIP's activation x * sigmoid(1.702 x) in place, rounded as in transformers."""
    return x.mul_((1.702 * x).sigmoid_())


def _linear(linear: Any, x: Tensor) -> Tensor:
    rounded = isinstance(linear, RoundedLinear)
    return linear(x) if rounded else nn.functional.linear(x, linear.weight.float(), linear.bias.float())


def _normed(norm: nn.LayerNorm, x: Tensor) -> Tensor:
    return nn.functional.layer_norm(
        x, norm.normalized_shape, norm.weight.float(), norm.bias.float(), norm.eps
    )


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Attend to all positions: q, k and v (I, H, N, d) -> (I, N, H*d).

    In 16 bit without AMX the matrix products inside torch's own attention kernel are slow. Instead one
    matrix product computes all scores of a head, and rounds them to 16 bit. Rounding could make large
    scores equal, so each row is first shifted, still in 32 bit, by about its largest score. The shift
    does not change the softmax.
    """
    I, H, N, d = q.shape  # noqa: E741 - the letters above
    if q.dtype != torch.bfloat16 or N < MIN_PATCHES or torch_products.has_amx():
        return nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
    out = q.new_empty(I, N, H, d)
    room = q.new_empty(N, N)
    scale = d**-0.5
    for image in range(I):
        for head in range(H):
            queries = q[image, head]
            keys = k[image, head]
            shift = torch.mm(keys[::SAMPLED], queries.t()).amax(0).mul_(-scale)
            scores = torch.addmm(shift[:, None], queries, keys.t(), alpha=scale, out=room)
            torch.mm(torch.softmax(scores, 1, out=room), v[image, head], out=out[image, :, head])
    return out.flatten(2)
