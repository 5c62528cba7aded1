"""The published sizes of other models, and tiny sizes to test `peers.py` with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Peer:
    """A model: its class in transformers, published sizes, and the reader of its pictures."""

    kind: str  # transformers has {kind}Config and {kind}ForConditionalGeneration
    source: str
    sizes: dict[str, Any]
    reader: str
    options: dict[str, Any] = field(default_factory=dict)


def text(
    width: int, inner: int, layers: int, heads: int, vocabulary: int, **more: Any
) -> dict[str, Any]:
    """Return the configuration of a text model."""
    return {**tower(width, inner, layers, heads), "vocab_size": vocabulary, **more}


def tower(width: int, inner: int, layers: int, heads: int, **more: Any) -> dict[str, Any]:
    """Return the configuration of a vision tower."""
    names = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads")
    return {**dict(zip(names, (width, inner, layers, heads), strict=True)), **more}


QWEN_IDS = {
    "image_token_id": 151655, "video_token_id": 151656, "vision_start_token_id": 151652, "vision_end_token_id": 151653,
}  # fmt: skip
ROPE = {"rope_type": "default"}
QWEN2_VL = {
    **QWEN_IDS,
    "tie_word_embeddings": True,
    "text_config": text(
        *(1536, 8960, 28, 12, 151936),
        num_key_value_heads=2,
        max_position_embeddings=32768,
        rope_parameters={**ROPE, "rope_theta": 1e6, "mrope_section": [16, 24, 24]},
    ),
    "vision_config": {
        "depth": 32,
        "embed_dim": 1280,
        "hidden_size": 1536,
        "num_heads": 16,
        "mlp_ratio": 4,
    },
}
QWEN3_VL_TOWER = {"depth": 24, "hidden_size": 1024, "intermediate_size": 4096, "num_heads": 16}
QWEN3_VL = {
    **QWEN_IDS,
    "tie_word_embeddings": True,
    "text_config": text(
        *(2048, 6144, 28, 16, 151936),
        num_key_value_heads=8,
        head_dim=128,
        max_position_embeddings=262144,
        rope_parameters={
            **ROPE,
            "rope_theta": 5e6,
            "mrope_section": [24, 20, 20],
            "mrope_interleaved": True,
        },
    ),
    "vision_config": {
        **QWEN3_VL_TOWER,
        "out_hidden_size": 2048,
        "deepstack_visual_indexes": [5, 11, 17],
    },
}
# InternVL2's text model InternLM2 is not in transformers. A Llama of the same sizes does the same
# arithmetic.
INTERNVL2 = {
    "tie_word_embeddings": False,
    "image_token_id": 92546,
    "text_config": text(
        *(2048, 8192, 24, 16, 92553),
        model_type="llama",
        num_key_value_heads=8,
        max_position_embeddings=32768,
        tie_word_embeddings=False,
    ),
    "vision_config": tower(
        1024, 4096, 24, 16, attention_bias=True, image_size=[448, 448], patch_size=[14, 14]
    ),
}
SMOLVLM2 = {
    "image_token_id": 49190,
    "scale_factor": 3,
    "text_config": text(
        *(2048, 8192, 24, 32, 49280),
        model_type="llama",
        num_key_value_heads=32,
        max_position_embeddings=16384,
    ),
    "vision_config": tower(1152, 4304, 27, 16, image_size=384, patch_size=14),
}
LFM2_TOWER = {
    "model_type": "siglip2_vision_model",
    "patch_size": 16,
    "num_patches": 256,
    "vision_use_head": False,
}
LFM2_ATTENTION = {"num_key_value_heads": 8, "full_attn_idxs": [2, 5, 8, 10, 12, 14]}
LFM2_VL = {
    "image_token_id": 396,
    "projector_hidden_size": 2560,
    "text_config": text(
        2048, 12288, 16, 32, 65536, model_type="lfm2", block_ff_dim=12288, **LFM2_ATTENTION
    ),
    "vision_config": tower(1152, 4304, 26, 16, **LFM2_TOWER),
}
# The sizes are from config.json, the readers from preprocessor_config.json in the models' repositories.
PEERS = {
    "qwen2-vl-2b": Peer("Qwen2VL", "Qwen/Qwen2-VL-2B-Instruct", QWEN2_VL, "qwen", {"tokens": 16384}),
    "qwen2-vl-2b, <=256": Peer(
        "Qwen2VL", "Qwen/Qwen2-VL-2B-Instruct", QWEN2_VL, "qwen", {"tokens": 256}
    ),
    "internvl2-2b shape": Peer(
        "InternVL", "OpenGVLab/InternVL2-2B", INTERNVL2, "internvl", {"tiles": 12}
    ),
    "smolvlm2-2.2b": Peer("SmolVLM", "HuggingFaceTB/SmolVLM2-2.2B-Instruct", SMOLVLM2, "smolvlm"),
    "qwen3-vl-2b": Peer("Qwen3VL", "Qwen/Qwen3-VL-2B-Instruct", QWEN3_VL, "qwen", {"tokens": 16384}),
    "lfm2-vl-1.6b": Peer("Lfm2Vl", "LiquidAI/LFM2-VL-1.6B", LFM2_VL, "lfm2"),
}
# These values are only for tests of `peers.py`. They replace the published values of the same name.
TINY = {
    "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4, "head_dim": 16,
    "num_key_value_heads": 2, "vocab_size": 600, "block_ff_dim": 96, "mrope_section": [4, 2, 2],
    "depth": 2, "embed_dim": 64, "num_heads": 4, "out_hidden_size": 64, "deepstack_visual_indexes": [0, 1],
    "full_attn_idxs": [1], "projector_hidden_size": 96, "image_token_id": 500, "video_token_id": 501,
    "vision_start_token_id": 502, "vision_end_token_id": 503,
}  # fmt: skip


def tiny(sizes: dict[str, Any]) -> dict[str, Any]:
    """Return the same architecture in tiny sizes."""
    return {
        key: TINY.get(key, tiny(each) if isinstance(each, dict) else each)
        for key, each in sizes.items()
    }


OURS = ("flashsloth", "flashsloth-hd")
TINY_OURS: dict[str, Any] = {
    "embq_layer": 1, "embq_width": 16, "embq_heads": 4,
    "image_token_id": 1535, "query_token_id": 1, "query_offset_token_id": 387,
    "text_config": text(64, 96, 2, 4, 1536, eos_token_id=2, bos_token_id=0, pad_token_id=0),
    "vision_config": tower(64, 96, 2, 4),
}  # fmt: skip
