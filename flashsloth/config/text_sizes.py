"""Check the sizes of a decoder's configuration: bounds for any family, and what Phi's block needs."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from flashsloth.config.families import PHI
from flashsloth.errors import InvalidConfiguration

MAX_WIDTH = 2**17  # of every size that MAX_SIZES does not list
MAX_SIZES = {  # of any real model
    "vocab_size": 2**22,
    # positions: models with a context of a million are published
    **dict.fromkeys(("max_position_embeddings", "original_max_position_embeddings", "sliding_window"), 2**21),
    # no sizes, but bases of rotary embeddings
    **dict.fromkeys(("rope_theta", "rope_local_base_freq", "rotary_emb_base", "global_rope_theta"), 2**40),
    "num_hidden_layers": 2**9,
    "image_size": 2**14,
    "tile_grid": 64,
}
NEEDED = ("hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size", "max_position_embeddings")
COUNTED = ("intermediate_size", "num_key_value_heads", "head_dim")  # of a decoder, where the family has them
ACTIVATIONS = ("gelu_new", "gelu_pytorch_tanh")  # one function under two names: SigLIP's and Phi's
DIVISORS = ("attn_logit_softcapping", "final_logit_softcapping", "logits_scaling", "query_pre_attn_scalar")
ROPE_TYPES = ("default", "linear", "dynamic", "yarn", "longrope", "llama3", "proportional")
POSITIVE = (  # of rotary embeddings; lists have a number for each pair of dimensions
    *("rope_theta", "factor", "partial_rotary_factor", "attention_factor", "beta_fast", "beta_slow"),
    *("low_freq_factor", "high_freq_factor", "original_max_position_embeddings", "short_factor", "long_factor"),
)
FAMILY_ACTIVATIONS = (*ACTIVATIONS, "silu", "swish", "gelu", "gelu_fast", "relu", "relu2", "xielu")


def check_size(name: str, size: object, least: int = 1) -> None:
    """Raise InvalidConfiguration for a size that is no whole number, or none of any real model."""
    if isinstance(size, bool) or not isinstance(size, int) or size < least:
        kind = "a positive whole number" if least else "0 or a positive whole number"
        raise InvalidConfiguration(f"{name} must be {kind}, not {size!r}")
    most = MAX_SIZES.get(name.rpartition(".")[2], MAX_WIDTH)
    if size > most:
        raise InvalidConfiguration(f"{name} must be at most {most}, not {size}")


def check_share(name: str, share: object) -> None:
    """Raise InvalidConfiguration unless the value lies between 0 and 1."""
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        raise InvalidConfiguration(f"{name} must be 0 to 1, not {share!r}")


def check_given_text_sizes(values: Mapping[str, Any]) -> None:
    """Check a decoder's sizes, under any name, before transformers makes its configuration, which may build a list of
    the layers. Raises: InvalidConfiguration."""
    for name, value in values.items():
        most = MAX_SIZES.get(name, MAX_SIZES["vocab_size"])
        if type(value) is int and value > most:
            raise InvalidConfiguration(f"text_config.{name} must be at most {most}, not {value}")


def check_text_sizes(text: Any) -> None:
    """Check the sizes of a decoder's configuration. Raises: InvalidConfiguration."""
    for name in (*NEEDED, *(n for n in COUNTED if getattr(text, n, None) is not None)):
        check_size(f"text_config.{name}", getattr(text, name, None))
    for name, value in _numbers(text):
        most = MAX_SIZES.get(name, MAX_WIDTH)
        if not name.endswith("_token_id") and value > most:
            raise InvalidConfiguration(f"text_config.{name} must be at most {most}, not {value}")
    _check_floats(text)
    for name in ("attention_dropout", "embd_pdrop", "resid_pdrop", "layer_norm_eps", "rms_norm_eps"):
        if getattr(text, name, None) is not None:
            check_share(f"text_config.{name}", getattr(text, name))
    act, allowed = getattr(text, "hidden_act", "gelu"), ACTIVATIONS if text.model_type == PHI else FAMILY_ACTIVATIONS
    if act not in allowed:
        raise InvalidConfiguration(f"text_config: hidden_act must be one of {', '.join(allowed)}, not {act!r}")
    kinds = getattr(text, "layer_types", None)
    if kinds is not None and len(kinds) != text.num_hidden_layers:
        raise InvalidConfiguration(f"text_config: {len(kinds)} layer_types for {text.num_hidden_layers} layers")
    if text.model_type == PHI:
        _check_phi(text)
    else:
        _check_family(text)


def _numbers(text: Any) -> Iterator[tuple[str, int]]:
    """Yield every whole number of the configuration, those in lists too."""
    for name in (field.name for field in fields(text)):
        value = getattr(text, name, None)
        for part in value if isinstance(value, list | tuple) else (value,):
            if isinstance(part, int) and not isinstance(part, bool):
                yield name, part


def _check_floats(text: Any) -> None:
    for name in (field.name for field in fields(text)):
        value = getattr(text, name, None)
        if isinstance(value, float) and not math.isfinite(value):
            raise InvalidConfiguration(f"text_config.{name} must be a finite number, not {value!r}")


def _check_family(text: Any) -> None:
    heads, shared = text.num_attention_heads, getattr(text, "num_key_value_heads", None) or 1
    if heads % shared:
        raise InvalidConfiguration("text_config: num_key_value_heads must divide num_attention_heads")
    if getattr(text, "kv_lora_rank", None) and heads != shared:  # every head has keys of its own
        raise InvalidConfiguration("text_config: num_key_value_heads must equal num_attention_heads with kv_lora_rank")
    for name in DIVISORS:
        if getattr(text, name, None) == 0:
            raise InvalidConfiguration(f"text_config.{name} must not be 0")
    rope = getattr(text, "rope_parameters", None) or {}
    for part in (rope, *(value for value in rope.values() if isinstance(value, dict))):  # of all layers, or of a kind
        _check_rope(part)


def _check_rope(rope: Mapping[str, Any]) -> None:
    kind = rope.get("rope_type", "default")
    if kind not in ROPE_TYPES:
        raise InvalidConfiguration(f"text_config: rope_type must be one of {', '.join(ROPE_TYPES)}, not {kind!r}")
    for name in (n for n in POSITIVE if rope.get(n) is not None):
        value = rope[name]
        most = 1 if name == "partial_rotary_factor" else sys.float_info.max
        for number in value if isinstance(value, list | tuple) else [value]:
            if type(number) not in (int, float) or not 0 < number <= most:
                raise InvalidConfiguration(f"text_config: {name} must be positive, not {value!r}"[:300])


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
        raise InvalidConfiguration(f"text_config: rope_theta must be a positive number, not {theta!r}")
    if rope.get("rope_type") != "default" or not isinstance(share, int | float):
        raise InvalidConfiguration(f"text_config: rotary embeddings {rope!r} are not supported")
    if not 2 <= int(head * share) <= head or int(head * share) % 2:
        raise InvalidConfiguration(f"text_config: partial_rotary_factor {share} must rotate an even part of {head}")
