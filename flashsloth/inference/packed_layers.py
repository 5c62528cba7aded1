"""Which decoders have packed layers, and how their linears become the products of these."""

from __future__ import annotations

from typing import Any, TypeAlias

import torch
from torch import nn

from flashsloth.config.families import GATED, PHI
from flashsloth.inference.gated_layer import GatedLayer
from flashsloth.inference.joined_linear import join
from flashsloth.inference.phi_layer import PhiLayer, SkippedPhiLayer
from flashsloth.inference.rotary import FIXED
from flashsloth.model.skipped_layer import SkippedLayer

PackedLayer: TypeAlias = PhiLayer | GatedLayer


def layer_class(text: Any) -> type[PhiLayer] | type[GatedLayer] | None:
    """Return the class of a decoder's packed layers; None if its own forward is to be used.

    Its own forward attends to a window that is shorter than the context, and knows rotary embeddings that change with
    the length of the text.
    """
    if text.model_type == PHI:
        return PhiLayer
    if text.model_type not in GATED:
        return None
    rope = text.rope_parameters or {}
    fixed = rope.get("rope_type") in FIXED and rope.get("partial_rotary_factor", 1.0) == 1.0
    return GatedLayer if fixed and not _slides(text) else None


def _slides(text: Any) -> bool:
    """Return whether a layer attends to a window that is shorter than the context."""
    window, kinds = getattr(text, "sliding_window", None), getattr(text, "layer_types", None)
    sees_all = window is None or window >= text.max_position_embeddings or (kinds and set(kinds) == {"full_attention"})
    return not sees_all


def class_of(layer: nn.Module, kind: type[PackedLayer]) -> type[PackedLayer]:
    """Return the class of a packed layer, where `kind` is that of most of them."""
    return SkippedPhiLayer if isinstance(layer, SkippedLayer) else kind


def pack_layer(layer: nn.Module, kind: type[PackedLayer], dtype: torch.dtype, device: torch.device) -> PackedLayer:
    """Pack a layer of transformers in 16 or 32 bit. Its weights become views into the packed ones."""
    kind = class_of(layer, kind)
    return kind(layer, {name: join(layer, product, dtype, device) for name, product in kind.PRODUCTS.items()})
