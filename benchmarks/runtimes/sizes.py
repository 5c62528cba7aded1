"""The sizes of FlashSloth that a file for another program needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TEXT = ("hidden_size", "intermediate_size", "vocab_size", "num_hidden_layers", "num_attention_heads")
VISION = (*(name for name in TEXT if name != "vocab_size"), "image_size", "patch_size", "layer_norm_eps")


def published(changes: Mapping[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """Return the sizes of the released model, with `changes` as FlashSlothConfig takes them."""
    from flashsloth.benchmark.random_weights import make_config

    config = make_config(dict(changes or {}))
    text, vision = config.text_config, config.vision_config
    rotary = text.rope_parameters["partial_rotary_factor"] * text.hidden_size / text.num_attention_heads
    return {
        "text": {
            **{name: getattr(text, name) for name in (*TEXT, "max_position_embeddings", "layer_norm_eps")},
            "rotary_width": round(rotary),
        },
        "vision": {
            **{name: getattr(vision, name) for name in VISION},
            "window": config.pooling_window,
            "text_width": text.hidden_size,
        },
    }


def prompt_parts(changes: Mapping[str, Any] | None = None) -> tuple[int, int, int]:
    """Return the positions of a prompt before its picture, those after it, and all."""
    from flashsloth.benchmark.prompts import random_prompt
    from flashsloth.benchmark.random_weights import make_config

    config = make_config(dict(changes or {}))
    prompt = random_prompt(config, config.visual_tokens(hd=False))
    before = prompt.opening.index(config.image_token_id)
    return before, len(prompt.question), len(prompt.ids)
