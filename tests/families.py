"""Tiny FlashSloths with decoders of all families and fixed random weights. Their ids need no
tokenizer."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import torch
from torch import Tensor
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING

import tiny
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration
from flashsloth.sizes.families import PHI

VOCABULARY, START, END, PAD, IMAGE, QUERY, OFFSET = 320, 0, 1, 2, 300, 301, 5
QUERIES, WORDS = 3, 290  # ids from here on are no words
WIDTHS = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 4, "num_attention_heads": 4}
ATTENTION = {"num_key_value_heads": 2, "head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 8}
WORD_IDS = {"vocab_size": VOCABULARY, "bos_token_id": START, "eos_token_id": END, "pad_token_id": PAD}
SIZES: dict[str, Any] = {**WIDTHS, **ATTENTION, **WORD_IDS, "max_position_embeddings": 256}
EMBQ = {"embq_layer": 2, "embq_width": 16, "embq_heads": 4, "num_query_tokens": QUERIES}
IDS = {"image_token_id": IMAGE, "query_token_id": QUERY, "query_offset_token_id": OFFSET}


def text_config(family: str, **changes: Any) -> Any:
    """Return a tiny configuration of a family: 4 layers, 4 heads that share 2 of keys where the family
    can."""
    kind = CONFIG_MAPPING[family]
    names = {field.name for field in fields(kind)}
    sizes = {name: size for name, size in SIZES.items() if name in names}
    if family == PHI:  # every head has keys of its own
        sizes["num_key_value_heads"] = 4
    return kind(**{**sizes, **changes})


def config(family: str, text: dict[str, Any] | None = None, **own: Any) -> FlashSlothConfig:
    """Return a tiny configuration: EmbQ before the third layer, 4 visual tokens."""
    own = {**EMBQ, **IDS, **own}
    return FlashSlothConfig(
        text_config=text_config(family, **(text or {})), vision_config=tiny.VISION, **own
    )


def model(
    family: str, seed: int = 0, made_of: FlashSlothConfig | None = None
) -> FlashSlothForConditionalGeneration:
    """Return a model with seeded random weights in which EmbQ and the pictures matter."""
    torch.manual_seed(seed)
    made = FlashSlothForConditionalGeneration(made_of or config(family))
    with torch.no_grad():
        for name, weight in made.named_parameters():
            if weight.dim() > 1 and "norm" not in name:
                weight.normal_(
                    std=1.0
                    if "query_tokens" in name or "embed" in name
                    else 1.5 * weight.shape[-1] ** -0.5
                )
    return made.eval()


def causal(made: FlashSlothForConditionalGeneration) -> Any:
    """Return the family's own causal model with the same weights."""
    text = made.config.text_config
    own = MODEL_FOR_CAUSAL_LM_MAPPING[type(text)](text).eval()
    words = {
        name: w for name, w in made.language_model.state_dict().items() if not name.startswith("embq.")
    }
    own.base_model.load_state_dict(words, assign=True)
    own.get_output_embeddings().load_state_dict(made.lm_head.state_dict(), assign=True)
    return own


def pixels(seed: int = 0, images: int = 1) -> Tensor:
    side = tiny.VISION["image_size"]
    return torch.randn(images, 3, side, side, generator=torch.Generator().manual_seed(seed)).clamp(
        -1, 1
    )


def prompt(question: tuple[int, ...] = (7, 8, 9, 10), pictures: int = 1) -> list[int]:
    """Return the ids of a question about pictures, as far as the beginning of the answer."""
    shown = [i for _ in range(pictures) for i in (6, *[IMAGE] * tiny.VISUAL_TOKENS)]
    return [START, 4, *shown, 6, *question, *[QUERY] * QUERIES, 11, 12]
