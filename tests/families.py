"""Tiny FlashSloths with the decoders of other families, and fixed random weights."""

from __future__ import annotations

from typing import Any

import torch
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

import tiny
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.model.modeling import FlashSlothForConditionalGeneration

TEXT = {
    "vocab_size": tiny.VOCABULARY,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "tie_word_embeddings": False,
    "bos_token_id": 0,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
OWN = {  # what a family calls otherwise, or needs besides
    "gemma2": {"head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 12},
    "gemma3_text": {"head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 12},
    "gpt2": {"n_inner": 128},
    "granite": {"embedding_multiplier": 3.0, "logits_scaling": 2.0, "residual_multiplier": 0.7},
    "mixtral": {"num_local_experts": 4},
    "opt": {"ffn_dim": 128, "word_embed_proj_dim": 64},
    "phi": {"num_key_value_heads": 4, "partial_rotary_factor": 0.5},
    "smollm3": {"no_rope_layers": [1, 1, 0, 1]},
}


def config(kind: str, **text: Any) -> FlashSlothConfig:
    """Return the configuration of a tiny model with this decoder; `text` changes its sizes."""
    made = CONFIG_MAPPING[kind]
    known = {*made.__dataclass_fields__, *made.attribute_map}
    values = {name: value for name, value in {**TEXT, **OWN.get(kind, {})}.items() if name in known or kind in OWN}
    values = {**values, "tie_word_embeddings": False, **text, "model_type": kind}
    return FlashSlothConfig(text_config=values, vision_config=tiny.VISION, **tiny.OWN)


def model(kind: str, seed: int = 0, **text: Any) -> FlashSlothForConditionalGeneration:
    """Return a model with seeded random weights, large enough for answers to depend on the whole prompt."""
    made = FlashSlothForConditionalGeneration(config(kind, **text))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in made.named_parameters():
            scale = 0.5 if "embed" in name or "query_tokens" in name else weight.shape[-1] ** -0.5
            noise = torch.randn(weight.shape, generator=generator) * (scale if weight.dim() > 1 else 0.1)
            weight.copy_(noise + (1 if weight.dim() == 1 and name.endswith("weight") and "gemma" not in kind else 0))
    return made.eval()
