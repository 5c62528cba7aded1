"""Compute the attention of one answer. This takes a separate forward pass without a KV cache, because
normal generation does not keep attention weights.

Letters: M pictures, I tiles of a picture, P visual tokens of a tile, N patches of a picture, `side`
patches along a tile, T positions, R tokens of the answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from flashsloth.errors import UnsupportedModel
from flashsloth.explain.maps import Attention
from flashsloth.generation.engine import EncodedImage, Engine
from flashsloth.inference.attention import attend
from flashsloth.inference.decoder import PackedDecoder
from flashsloth.inference.image_encoder import encode_patches
from flashsloth.inference.reduced_core import ReducedCore, ReductionPolicy
from flashsloth.model.embq import EmbQ, EmbqInputs
from flashsloth.model.pooling import side_of
from flashsloth.processing.pictures import Pixels
from flashsloth.sizes.families import PACKED


@torch.inference_mode()
def compute_attention(
    engine: Engine,
    ids: Sequence[int],
    answer: Sequence[int],
    images: Sequence[EncodedImage],
    pixels: Sequence[Pixels],
) -> Attention:
    """Compute the attention of an answer.

    Args:
        ids: the prompt, with the placeholders of the pictures.
        answer: the ids of the answer. If empty, `read` has one row, for the last position of the
            prompt.
        images: the encoded pictures.
        pixels: the pictures' pixels, from which SAP's weights are computed again. A model without SAP
            needs none.
    """
    # A token is computed at the position before it, so the last token of the answer is not needed.
    whole = [*ids, *answer[:-1]]
    rows = torch.arange(len(ids) - 1, len(whole), device=engine.device)
    visual = [position for position, token in enumerate(ids) if token == engine.image_token]
    with engine.computing():
        read, asked = _decoder_attention(engine, whole, rows, images)
        read = read[:, visual]
        if not engine.config.is_flashsloth:
            return Attention(read.cpu().numpy(), None, None)
        kept = torch.stack([patch_weights(engine, each) for each in pixels])
        held = layers_held(engine, ids, images)

    def over_patches(tokens: Tensor) -> Tensor:
        """Copy each visual token's value to the patches of its window: (..., M*I*P) -> (..., M*N)."""
        cells = tokens.reshape(-1, engine.config.tokens_per_tile, 1, 1)
        patches = from_windows(cells.expand(-1, -1, engine.config.pooling_window**2, 1), kept.shape[-1])
        return patches.reshape(*tokens.shape[:-1], -1)

    # SAP averages the patches of a window by its weights, so each patch gets its share of the attention
    # to the visual token. EmbQ reads the patches themselves.
    return Attention(
        read=(over_patches(read) * kept.flatten()).cpu().numpy(),
        asked=None if asked is None else asked.float().cpu().numpy(),
        kept=kept.flatten().cpu().numpy(),
        held=None if held is None else over_patches(held).cpu().numpy(),
    )


def layers_held(engine: Engine, ids: Sequence[int], images: Sequence[EncodedImage]) -> Tensor | None:
    """Return for each visual token of a prompt the share of layers in which it takes part, (M*I*P,);
    None if no layer leaves tokens out."""
    if engine.policy is None or not (engine.drops_tokens or engine.config.routed_layers):
        return None
    decoder = check_readable(engine)
    prompt = engine.prompt_inputs(ids, images)
    core = _CountingCore(engine.policy, prompt.rows, decoder.angles(prompt), decoder.heads)
    decoder._layers(prompt.x, core, prompt.embq)
    return core.passed[prompt.rows.pictures >= 0] / _attending(engine)


def _attending(engine: Engine) -> int:
    """Return how many layers have attention."""
    return int(engine.config.text_config.num_hidden_layers) - len(engine.config.skipped_attention or ())


def patch_weights(engine: Engine, pixels: Pixels) -> Tensor:
    """Return the weight that SAP gives each patch of a picture within its window, float32 (I, side,
    side)."""
    model = engine.model.model
    encoder: Any = engine.encoder
    values = encoder.values(pixels)
    pooling: Any = model.pooling
    features = encode_patches(model.vision_tower, values if values.dim() == 4 else values[None])
    return from_windows(pooling.weights(features), side_of(features.shape[1]))[..., 0].float()


def check_readable(engine: Engine) -> PackedDecoder:
    """Return the engine's decoder if its attention can be read. Raises: UnsupportedModel for a family
    that runs the forward of transformers, and for a model whose visual tokens are no grid."""
    engine.config.check_layout()
    if isinstance(engine.decoder, PackedDecoder):
        return engine.decoder
    raise UnsupportedModel(
        f"the attention of this {engine.config.text_config.model_type} model cannot be read",
        hint=f"Only answers of {', '.join(PACKED)} can be explained, if all layers attend to the whole text "
        "and the rotary embeddings do not depend on its length.",
    )


def _decoder_attention(
    engine: Engine, ids: Sequence[int], rows: Tensor, images: Sequence[EncodedImage]
) -> tuple[Tensor, Tensor | None]:
    """Return the attention from `rows` to all positions (R, T), and EmbQ's attention for the last
    question (M*N,), None without EmbQ. The attention from `rows` is the mean over heads and over the
    layers that have attention. Each of its rows sums to one, and EmbQ's attention sums to one, too."""
    decoder = check_readable(engine)
    prompt = engine.prompt_inputs(ids, images)
    # A recipe's policy is not applied: it drops only rows of the prompt, and here the answer is part of
    # the prompt. The router of a model is applied, because the model was trained with it.
    router = engine.policy if engine.config.routed_layers else None
    core = _ReadingCore(
        rows, router or ReductionPolicy(), prompt.rows, decoder.angles(prompt), decoder.heads
    )
    x = prompt.x
    inputs = prompt.embq
    asked = None
    # This repeats the layers of PackedDecoder's own forward, but reads EmbQ's attention before EmbQ is
    # applied.
    for index, layer in enumerate(decoder.layers):
        if index == decoder.embq_layer and inputs is not None and decoder.embq is not None:
            asked = embq_attention(decoder.embq, x, inputs)
            x = decoder.apply_embq(x, inputs)
        if prompt.deep is not None and 0 < index <= len(prompt.deep):
            x = x + prompt.deep[index - 1]
        x = layer(x, index, core)
    return core.total / _attending(engine), asked


class _CountingCore(ReducedCore):
    """Counts the layers in which each row takes part in the attention. The counts are `passed` (T,)."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        pictures = self.rows.pictures
        self.positions = torch.arange(len(pictures), device=pictures.device)
        self.passed = pictures.new_zeros(len(pictures), dtype=torch.float32)

    def seen(self) -> Tensor:
        """Return the original indices (n,) of the rows in the current layer: the rows that were not
        dropped and, if the layer routes tokens, only the rows that are routed through it."""
        left = self.positions if self.left is None else self.left
        return left if self.routed is None else left[self.routed.rows]

    def _store_and_attend(self, layer: int, q: Tensor, kv: Tensor) -> Tensor:
        self.passed[self.seen()] += 1
        return super()._store_and_attend(layer, q, kv)


class _ReadingCore(_CountingCore):
    """Sums the attention from R rows, averaged over heads, over all layers. The sum is `total` (R,
    T)."""

    def __init__(self, asking: Tensor, *args: Any) -> None:
        super().__init__(*args)
        self.asking = asking
        self.total = self.passed.new_zeros(len(asking), len(self.passed))

    def _store_and_attend(self, layer: int, q: Tensor, kv: Tensor) -> Tensor:
        at = self.seen()
        visible = at <= at[:, None]  # causal, by the original positions
        asking = torch.searchsorted(at, self.asking)
        # 1. Compute the weights of the R rows, because no kernel of attention returns them. Grouped
        #    heads share keys.
        pair = kv.permute(1, 2, 0, 3)  # (2, K, n, d)
        k = pair[0].repeat_interleave(q.shape[1] // pair.shape[1], 0)
        questions = q[asking].transpose(0, 1)
        scores = (questions.float() @ k.float().transpose(-1, -2)) * q.shape[-1] ** -0.5
        shares = scores.masked_fill(~visible[asking], -math.inf).softmax(dim=-1).mean(dim=0)
        self.total.index_add_(1, at, shares)
        # 2. Compute the attention of all rows as the model does.
        keys, values = pair[:, None]
        return attend(q, keys, values, visible)


def embq_attention(embq: EmbQ, x: Tensor, inputs: EmbqInputs) -> Tensor:
    """Return EmbQ's attention to the patches of all pictures, (M*N,), averaged over heads and query
    tokens. It is the attention of the last question, which sees all pictures. `x` has the hidden states
    (T, D) before EmbQ."""
    question = x[inputs.question_rows[-1][inputs.question_mask[-1]]][None]
    whole = torch.ones(question.shape[:2], dtype=torch.bool, device=x.device)
    guided = embq.guide(x[inputs.query_rows[-1:]], question, whole)
    return embq.read_picture.weights(guided, inputs.keys)[0].mean(dim=(0, 1))


def from_windows(cells: Tensor, side: int) -> Tensor:
    """Undo `to_windows` and remove its padding: (I, windows^2, w*w, C) -> (I, side, side, C)."""
    I, count, area, C = cells.shape  # noqa: E741
    windows = math.isqrt(count)
    w = math.isqrt(area)
    grid = cells.reshape(I, windows, windows, w, w, C).transpose(2, 3)
    return grid.reshape(I, windows * w, windows * w, C)[:, :side, :side]
