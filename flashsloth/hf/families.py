"""Adapt the towers and decoders of transformers: towers lose their final norm, and decoders get EmbQ
before one of their layers (arXiv:2412.04317, section 3.3), and layers that compute less: blocks without
attention (reduction/eas.py), and blocks that visual tokens may skip (reduction/mod.py).

The decoder's code is not changed:

1. The caller passes EmbQ with its inputs to the decoder, as the keyword argument EMBQ.
2. The decoder passes keyword arguments that it does not know to every layer.
3. A forward pre-hook of layer `embq_layer` takes the argument and applies it to the hidden states.

Unlike a subclass or a wrapper, a hook changes no names of tensors, classes and modules. It works with
gradient checkpointing, copies, LoRA, offloading and torch.compile.

Letters: B sequences of T rows, n of which are computed by a block (these rows pass).
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import torch
from torch import Tensor, nn
from transformers.modeling_layers import GradientCheckpointingLayer
from transformers.modeling_outputs import BaseModelOutputWithPast
from transformers.models.auto.modeling_auto import MODEL_MAPPING
from transformers.models.phi.modeling_phi import PhiDecoderLayer

from flashsloth.errors import UnsupportedModel
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.mixed_resolution import MixedResolutionTower
from flashsloth.inference.decoder import EMBQ
from flashsloth.model.embq import EmbQ
from flashsloth.model.query_groups import EmbqPlan
from flashsloth.reduction.eas import Pia
from flashsloth.reduction.mod import Router, RoutingCall
from flashsloth.sizes.families import FINAL_NORM, MIXED_RESOLUTION, TOWERS
from flashsloth.utils.yield_point import yield_point


class SkippedLayer(PhiDecoderLayer):
    """Phi's block without attention, made from a complete block. It stores no keys and values."""

    def __init__(self, layer: Any, width: int, rank: int | None) -> None:
        GradientCheckpointingLayer.__init__(self)  # PhiDecoderLayer.__init__ would create attention
        self.mlp = layer.mlp
        self.input_layernorm = layer.input_layernorm
        self.resid_dropout = layer.resid_dropout
        self.pia = None if rank is None else Pia(width, rank)

    def forward(self, hidden_states: Tensor, **kwargs: Any) -> Tensor:
        y = self.input_layernorm(hidden_states)
        mixed = self.mlp(y if self.pia is None else self.pia(y))
        return self.resid_dropout(mixed) + hidden_states


class RoutedLayer(GradientCheckpointingLayer):
    """A block that visual tokens may skip, made from a block of the family.

    With p, which is the router's weight for a visual token and 1 for text, it computes

        x + attention(norm x) + p * mlp(norm x)                             in a parallel block;
        x += attention(norm x), then x += p * mlp(norm x)                   in a sequential block.

    In a parallel block the bias of the MLP's last linear is not multiplied by p. Without a RoutingCall
    every row passes, and the result equals the result of the original block, bit for bit.
    """

    def __init__(self, layer: Any, number: int) -> None:
        super().__init__()
        self.number = number
        for name, module in layer.named_children():
            self.add_module(name, module)
        self.is_parallel = not hasattr(layer, "post_attention_layernorm")

    def forward(
        self,
        hidden_states: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        position_embeddings: Any = None,
        routing: RoutingCall | None = None,
        **kwargs: Any,
    ) -> Tensor:
        cache = kwargs.get("past_key_values", kwargs.get("cache"))  # renamed in transformers 5.24
        held = 0 if cache is None else cache.get_seq_length(self.number)
        # 1. Ask the router which rows pass.
        y = self.input_layernorm(hidden_states)
        ones = torch.ones(y.shape[:2], device=y.device)
        chosen, weights = (ones > 0, ones) if routing is None else routing(self.number, y)
        # 2. Select the rows that pass, in their order. All sequences of a batch need the same number of
        #    rows, so sequences with fewer are filled up with rows that do not pass.
        rows = (~chosen).byte().argsort(dim=1, stable=True)[:, : int(chosen.sum(1).max())]
        kwargs |= {
            "position_ids": None if position_ids is None else take(position_ids, rows),
            "position_embeddings": tuple(take(angles, rows) for angles in position_embeddings),
            "attention_mask": mask_of(attention_mask, held, rows),
        }
        x, y, weights, passed = (take(each, rows) for each in (hidden_states, y, weights, chosen))
        # 3. Compute the selected rows. Rows that only fill up a sequence keep their values, like rows
        #    that were not selected.
        out = torch.where(passed[..., None], self._block(x, y, weights, **kwargs), x)
        return hidden_states.scatter(1, rows[..., None].expand_as(out), out)

    def _block(self, x: Tensor, y: Tensor, weights: Tensor, **kwargs: Any) -> Tensor:
        mlp: Any = self.mlp
        attended, _ = self.self_attn(hidden_states=y, **kwargs)
        p = weights[..., None].to(x.dtype)
        if self.is_parallel:
            mixed = mlp.fc2(p * mlp.activation_fn(mlp.fc1(y)))
            return self.resid_dropout(attended) + self.resid_dropout(mixed) + x
        x = x + attended
        return x + p * mlp(self.post_attention_layernorm(x))


def take(tensor: Tensor, rows: Tensor) -> Tensor:
    """Select the rows `rows` (B, n) of a tensor (B or 1, T, ...): (B, n, ...)."""
    batch = torch.arange(len(rows), device=rows.device)[:, None]
    return tensor.expand(len(rows), *tensor.shape[1:])[batch, rows]


def mask_of(mask: Tensor | None, held: int, rows: Tensor) -> Tensor | None:
    """Return the part of a mask (B, 1, T, past + T) for the selected new rows (B, n) of a layer. The
    cache of the layer has only `held` positions, because some earlier tokens skipped the layer.

    Raises: UnsupportedModel for a batch with a cache, because each sequence has cached other positions.
    """
    if mask is None:
        return None
    past = mask.shape[3] - mask.shape[2]
    if held != past and len(mask) > 1:
        raise UnsupportedModel(
            "transformers cannot continue a batch whose tokens skip layers",
            hint="Generate one answer at a time, or open the model with flashsloth.open.",
        )
    B, n = rows.shape
    cached = torch.arange(past - held, past, device=rows.device).expand(B, -1)
    columns = torch.cat((cached, past + rows), 1)
    batch = torch.arange(B, device=rows.device)[:, None, None]
    mask = mask.expand(B, -1, -1, -1)
    mask = mask[batch, :, rows[:, :, None], columns[:, None]].movedim(3, 1)
    # The rows that fill up a sequence are at its end and out of order, so no row may attend to rows
    # after it.
    later = torch.ones(n, held + n, dtype=torch.bool, device=rows.device).triu(held + 1)
    return (
        mask & ~later
        if mask.dtype == torch.bool
        else mask.masked_fill(later, torch.finfo(mask.dtype).min)
    )


# Towers and decoders


# the name of the argument for the KV cache, which transformers renamed in 5.24
CACHE = next(
    field.name
    for field in fields(BaseModelOutputWithPast)
    if field.name in ("past_key_values", "cache")
)


class EmbqCall:
    """EmbQ with its inputs for one forward pass: hidden states (B, T, D) -> (B, T, D). Reference
    outputs: tests/parity/data/golden_prefill_*.npz.

    Not a dataclass: FSDP replaces dataclasses among a module's arguments by copies, and `ran` would be
    set in a copy.
    """

    def __init__(self, embq: EmbQ, plan: EmbqPlan, image_features: Tensor) -> None:
        self.embq = embq
        self.plan = plan
        self.image_features = image_features
        self.ran = False

    def __call__(self, hidden: Tensor) -> Tensor:
        self.ran = True
        return self.embq(hidden, self.plan, self.image_features)

    def check(self, text: nn.Module) -> None:
        """Raise UnsupportedModel if the decoder dropped the argument, because the model would then
        compute the outputs of a model without EmbQ."""
        if not self.ran:
            raise UnsupportedModel(f"{type(text).__name__} passes no keyword arguments to its layers")


def make_text_model(config: FlashSlothConfig) -> Any:
    """Return the family's decoder with EmbQ's weights under `embq`, and with the layers of other papers
    that the configuration requests.

    The tensors keep their names. Without such layers and without an EmbqCall it computes the same as
    the family's own decoder, bit for bit. Reference outputs: tests/parity/data/golden_textonly_*.npz.
    """
    text = MODEL_MAPPING[type(config.text_config)](config.text_config)
    text.embq = EmbQ(config) if config.has_embq else None
    for number in config.skipped_attention or ():
        text.layers[number] = SkippedLayer(
            text.layers[number], text.config.hidden_size, config.pia_rank
        )
    for number in config.routed_layers or ():
        text.layers[number] = RoutedLayer(text.layers[number], number)
    if config.routed_layers:
        text.router = Router(text.config.hidden_size)
    if text.embq is not None:
        text.layers[config.embq_layer].register_forward_pre_hook(_apply_embq, with_kwargs=True)
    return text


def _apply_embq(layer: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Apply EmbQ to the input of a layer. This is a function at module level, so that it can be pickled
    with a model."""
    embq = kwargs.pop(EMBQ, None)
    if embq is None:
        return None
    return (embq(args[0]), *args[1:]), kwargs


def make_tower(config: Any) -> Any:
    """Return transformers' tower for this configuration, without the final norm and the head. Reference
    output: tests/parity/data/golden_vision_0.npz.

    Shape: pixel_values (I, 3, S, S) -> last_hidden_state, the patch features (I, N, V). CLIP's class
    token is removed from `last_hidden_state`, but not from `hidden_states` and `attentions`, where it
    comes before the patches.
    """
    if config.model_type == MIXED_RESOLUTION:  # a tower of another paper
        return MixedResolutionTower(config, make_tower(config.low_resolution))
    tower = MODEL_MAPPING[type(config)](config)
    setattr(tower, FINAL_NORM, nn.Identity())
    tower.register_forward_hook(keep_patches)
    for block in tower.encoder.layers:
        block.register_forward_pre_hook(_yield)
    return tower


def _yield(*_: Any) -> None:
    """Forward pre-hook of a block, which a compiled graph leaves out."""
    if not torch.compiler.is_compiling():
        yield_point()


def keep_patches(tower: Any, _: Any, output: Any) -> Any:
    """Forward hook of a tower: remove the tokens before the patches."""
    output.last_hidden_state = output.last_hidden_state[
        :, TOWERS[tower.config.model_type].class_tokens :
    ]
    return output
