"""Tiny towers and language models as they are published: folders, with nano's tokenizer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

import tiny
from flashsloth.utils.paths import NANO_FOLDER

TEXT: dict[str, Any] = {
    name: size for name, size in tiny.TEXT.items() if name != "partial_rotary_factor"
}
GROUPED: dict[str, Any] = {**TEXT, "num_key_value_heads": 2, "head_dim": 8}
TOWER: dict[str, Any] = {**tiny.VISION, "num_hidden_layers": 3}
FRAME = (  # a chat template with control tokens of its own, in the form of ChatML
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def write_language(folder: Path, family: str, *, chat: bool = False, **changes: Any) -> Path:
    """Write a language model of a family with random weights, and with `chat` a tokenizer with a chat
    template."""
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(2)
    sizes = TEXT if family in ("phi", "gpt_neox") else GROUPED
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(family, **{**sizes, **changes}))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    model.save_pretrained(folder)
    write_tokenizer(folder, chat=chat)
    return folder


def write_tokenizer(folder: Path, *, chat: bool) -> None:
    """Write nano's tokenizer, with `chat` with control tokens and a chat template in the form of
    ChatML."""
    from transformers.tokenization_utils_tokenizers import PreTrainedTokenizerFast

    for name in tiny.TOKENIZER_FILES:
        (folder / name).write_bytes((NANO_FOLDER / name).read_bytes())
    if chat:
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
        tokenizer.eos_token, tokenizer.chat_template = "<|im_end|>", FRAME
        tokenizer.save_pretrained(folder)


def write_siglip(folder: Path, **changes: Any) -> Path:
    """Write a SigLIP with its text model."""
    from transformers import SiglipConfig, SiglipModel, SiglipTextConfig

    torch.manual_seed(1)
    ids = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 1}
    sizes = {name: value for name, value in TOWER.items() if name not in ("image_size", "patch_size")}
    text = SiglipTextConfig(**sizes, vocab_size=99, **ids)
    SiglipModel(
        SiglipConfig(text_config=text.to_dict(), vision_config={**TOWER, **changes})
    ).save_pretrained(folder)
    return folder
