"""The flat config.json of the released checkpoints, and its upgrade to FlashSlothConfig. This module
does not import torch, so that commands about data stay quick."""

from __future__ import annotations

from typing import Any

from flashsloth.errors import InvalidConfiguration
from flashsloth.utils.text import printable

MODEL_TYPE = "flashsloth"
SYSTEM_PROMPT = (
    "A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions."
)
OFFICIAL_ARCHITECTURE = "FlashSlothForCausalLM"

# Sizes that the released config.json omits: SigLIP-so400m/14 at 384 pixels without its last block, and
# the ids of the CodeGen tokenizer. 50297 is the first free row of Phi-2's embedding after `</s>`.
SO400M = {
    "hidden_size": 1152,
    "intermediate_size": 4304,
    "num_hidden_layers": 26,
    "num_attention_heads": 16,
    "image_size": 384,
    "patch_size": 14,
}
PHI2 = {
    "vocab_size": 51200,
    "hidden_size": 2560,
    "intermediate_size": 10240,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "max_position_embeddings": 2048,
    "resid_pdrop": 0.1,
    "bos_token_id": 50256,
    "eos_token_id": 50296,
    "pad_token_id": 50256,
    "partial_rotary_factor": 0.4,
}
OFFICIAL_IDS = {"query_token_id": 50295, "image_token_id": 50297, "query_offset_token_id": 764}


def is_official(config: dict[str, Any]) -> bool:
    """Return whether this config.json has the released layout. The model_type of this layout is "phi",
    so the layout is recognised by the architecture."""
    architectures = config.get("architectures")
    return isinstance(architectures, list) and OFFICIAL_ARCHITECTURE in architectures


def is_flashsloth(config: dict[str, Any]) -> bool:
    """Return whether a config.json is of a FlashSloth, in the released or the native layout."""
    return is_official(config) or config.get("model_type") == MODEL_TYPE


def model_kind(config: dict[str, Any]) -> str:
    """Return the kind of a model for messages: its model_type, or else its architectures."""
    architectures = config.get("architectures")
    names = architectures if isinstance(architectures, list) else []
    return printable(config.get("model_type") or ", ".join(map(str, names)) or "unknown")


def upgrade_official(flat: dict[str, Any]) -> dict[str, Any]:
    """Convert the released flat config.json to keyword arguments of FlashSlothConfig. Any other
    config.json is returned unchanged.

    In the flat file the sizes of the text model are at the top level. Models of other sizes than the
    paper's use keys that the released files lack: vision_config, pooling_size, num_learnable_tokens,
    lqformer, learnable_token_id, image_token_id, dot_token_id, system_prompt. `mm_vision_tower` is
    dropped: it is a path on the authors' disk, and the checkpoint has the weights.

    Raises: InvalidConfiguration if vision_config or lqformer is not an object.
    """
    if not is_official(flat):
        return flat
    for name in ("vision_config", "lqformer"):
        if not isinstance(flat.get(name), dict | None):
            raise InvalidConfiguration(f"{name} must be an object, not {flat[name]!r}")
    # Only the fields of the decoder are taken from this dict later, so the other keys may stay in it.
    text = {k: v for k, v in flat.items() if v is not None and k != "model_type"}
    vision = {k: v for k, v in (flat.get("vision_config") or {}).items() if k != "model_type"}
    if "num_hidden_layers_kept" in vision:
        vision["num_hidden_layers"] = vision["num_hidden_layers_kept"]
    embq = flat.get("lqformer") or {}
    heads = text.get("num_attention_heads", PHI2["num_attention_heads"])
    native = {
        "model_type": MODEL_TYPE,
        "architectures": ["FlashSlothForConditionalGeneration"],
        "text_config": text,
        "vision_config": vision,
        "pooling_window": flat.get("pooling_size", 3),
        "num_query_tokens": flat.get("num_learnable_tokens", 9),
        "embq_layer": embq.get("insert_before_layer", 7),
        "embq_width": embq.get("down_dim", 576),
        "embq_heads": embq.get("num_heads", heads),
        "query_token_id": flat.get("learnable_token_id", OFFICIAL_IDS["query_token_id"]),
        "image_token_id": flat.get("image_token_id", OFFICIAL_IDS["image_token_id"]),
        "query_offset_token_id": flat.get("dot_token_id", OFFICIAL_IDS["query_offset_token_id"]),
        "image_hd": bool(flat.get("image_hd", False)),
        "image_aspect_ratio": "pad" if flat.get("image_aspect_ratio") == "pad" else "square",
        "system_prompt": flat.get("system_prompt", SYSTEM_PROMPT),
    }
    if dtype := flat.get("dtype") or flat.get("torch_dtype"):
        native["dtype"] = dtype
    return native
