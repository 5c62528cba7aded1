"""Sizes of FlashSloths with published decoders, to be measured with random weights. Nobody has trained them.

The decoders' sizes are those of their config.json on the hub; the tower is SigLIP 2 so400m/14 at 384 pixels, whose
sizes are the defaults. EmbQ is as large as `flashsloth train --vision --language` makes it. Imports no torch.
"""

from __future__ import annotations

from typing import Any


def _decoder(model_type: str, words: int, vocabulary: int, layers: int, embq: tuple[int, int], **text: Any) -> Any:
    """Return arguments of FlashSlothConfig. `words`: rows of the vocabulary that the tokenizer uses, with both ends of
    turns among the last ones; `embq`: its layer and its heads."""
    return {
        "text_config": {
            "model_type": model_type,
            "vocab_size": vocabulary,
            "num_hidden_layers": layers,
            "bos_token_id": None,
            "eos_token_id": words - 1,
            "pad_token_id": words - 2,
            **text,
        },
        "embq_layer": embq[0],
        "embq_heads": embq[1],
        "query_token_id": words,
        "image_token_id": words + 1,
    }


QWEN3: dict[str, Any] = {
    "num_attention_heads": 16,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "max_position_embeddings": 40960,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1000000.0},
    "rms_norm_eps": 1e-6,
    "tie_word_embeddings": True,
}
SMOLLM2: dict[str, Any] = {"max_position_embeddings": 8192, "rms_norm_eps": 1e-5, "tie_word_embeddings": True}
PUBLISHED: dict[str, dict[str, Any]] = {
    "qwen3-0.6b-siglip2": _decoder(
        "qwen3", 151669, 151936, 28, (6, 16), hidden_size=1024, intermediate_size=3072, **QWEN3
    ),
    "qwen3-1.7b-siglip2": _decoder(
        "qwen3", 151669, 151936, 28, (6, 16), hidden_size=2048, intermediate_size=6144, **QWEN3
    ),
    "smollm2-135m-siglip2": _decoder(
        *("llama", 49152, 49216, 30, (7, 9)),
        hidden_size=576,
        intermediate_size=1536,
        num_attention_heads=9,
        num_key_value_heads=3,
        rope_parameters={"rope_type": "default", "rope_theta": 100000.0},
        **SMOLLM2,
    ),
    "smollm2-1.7b-siglip2": _decoder(
        *("llama", 49152, 49216, 24, (5, 32)),
        hidden_size=2048,
        intermediate_size=8192,
        num_attention_heads=32,
        num_key_value_heads=32,
        rope_parameters={"rope_type": "default", "rope_theta": 130000.0},
        **SMOLLM2,
    ),
}
