"""Check the sizes of a decoder's configuration: what any family needs, and what Phi's block does."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from flashsloth.config.bounds import check_numbers, check_share, check_size
from flashsloth.config.families import PHI
from flashsloth.errors import InvalidConfiguration
from flashsloth.utils.text import printable_repr

NEEDED = ("hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size", "max_position_embeddings")
COUNTED = ("intermediate_size", "num_key_value_heads", "head_dim")  # of a decoder, where the family has them
ACTIVATIONS = ("gelu_new", "gelu_pytorch_tanh")  # one function under two names: SigLIP's and Phi's
DIVISORS = ("attn_logit_softcapping", "final_logit_softcapping", "logits_scaling", "query_pre_attn_scalar")
ROPE_TYPES = ("default", "linear", "dynamic", "yarn", "longrope", "llama3")
POSITIVE = (  # of rotary embeddings; lists have a number for each pair of dimensions
    *("rope_theta", "factor", "partial_rotary_factor", "attention_factor", "beta_fast", "beta_slow"),
    *("low_freq_factor", "high_freq_factor", "original_max_position_embeddings", "short_factor", "long_factor"),
)
FAMILY_ACTIVATIONS = (*ACTIVATIONS, "silu", "swish", "gelu", "gelu_fast", "relu")


def check_text_sizes(text: Any) -> None:
    """Check the sizes of a decoder's configuration. Raises: InvalidConfiguration."""
    for name in (*NEEDED, *(n for n in COUNTED if getattr(text, n, None) is not None)):
        check_size(f"text_config.{name}", getattr(text, name, None))
    check_numbers({field.name: getattr(text, field.name, None) for field in fields(text)}, "text_config")
    for name in ("attention_dropout", "embd_pdrop", "resid_pdrop", "layer_norm_eps", "rms_norm_eps"):
        if getattr(text, name, None) is not None:
            check_share(f"text_config.{name}", getattr(text, name))
    act, allowed = getattr(text, "hidden_act", "gelu"), ACTIVATIONS if text.model_type == PHI else FAMILY_ACTIVATIONS
    if act not in allowed:
        raise InvalidConfiguration(
            f"text_config: hidden_act must be one of {', '.join(allowed)}, not {printable_repr(act)}"
        )
    kinds = getattr(text, "layer_types", None)
    if kinds is not None and len(kinds) != text.num_hidden_layers:
        raise InvalidConfiguration(f"text_config: {len(kinds)} layer_types for {text.num_hidden_layers} layers")
    if text.model_type == PHI:
        _check_phi(text)
    else:
        _check_family(text)


def _check_family(text: Any) -> None:
    heads, shared = text.num_attention_heads, getattr(text, "num_key_value_heads", None) or 1
    if heads % shared:
        raise InvalidConfiguration("text_config: num_key_value_heads must divide num_attention_heads")
    for name in DIVISORS:
        if getattr(text, name, None) == 0:
            raise InvalidConfiguration(f"text_config.{name} must not be 0")
    rope = getattr(text, "rope_parameters", None) or {}
    for part in (rope, *(value for value in rope.values() if isinstance(value, dict))):  # of all layers, or of a kind
        _check_rope(part)


def _check_rope(rope: Mapping[str, Any]) -> None:
    kind = rope.get("rope_type", "default")
    if kind not in ROPE_TYPES:
        raise InvalidConfiguration(
            f"text_config: rope_type must be one of {', '.join(ROPE_TYPES)}, not {printable_repr(kind)}"
        )
    for name in (n for n in POSITIVE if rope.get(n) is not None):
        value = rope[name]
        most = 1 if name == "partial_rotary_factor" else sys.float_info.max
        for number in value if isinstance(value, list | tuple) else [value]:
            if type(number) not in (int, float) or not 0 < number <= most:
                raise InvalidConfiguration(f"text_config: {name} must be positive, not {printable_repr(value)}")


def _check_phi(text: Any) -> None:
    if text.hidden_size % text.num_attention_heads:
        raise InvalidConfiguration(
            f"text_config: {text.num_attention_heads} heads do not divide the width {text.hidden_size}"
        )
    if text.num_key_value_heads != text.num_attention_heads or text.qk_layernorm:
        raise InvalidConfiguration(
            "text_config: num_key_value_heads must equal num_attention_heads, and qk_layernorm must be false"
        )
    rope, head = text.rope_parameters, text.hidden_size // text.num_attention_heads
    share, theta = rope.get("partial_rotary_factor", 1.0), rope.get("rope_theta", 10000.0)
    if not isinstance(theta, int | float) or not 0 < theta < math.inf:
        raise InvalidConfiguration(f"text_config: rope_theta must be a positive number, not {printable_repr(theta)}")
    if rope.get("rope_type") != "default" or not isinstance(share, int | float):
        raise InvalidConfiguration(f"text_config: rotary embeddings {printable_repr(rope)} are not supported")
    if not 2 <= int(head * share) <= head or int(head * share) % 2:
        raise InvalidConfiguration(f"text_config: partial_rotary_factor {share} must rotate an even part of {head}")
