"""Prompts as ids, with the released tokenizer: by the tokenizer, by PromptEncoder, and by the Jinja
template."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import torch

from flashsloth.processing.prompt import PromptEncoder
from generation.helpers import templated

from .reference import DATA, expand

RECORDED = json.loads((DATA / "golden_tokenizer.json").read_text())
PROMPTS = {entry["name"]: entry for entry in RECORDED["inference"]}


def parts(prompt: str, config) -> tuple[bool, str]:
    """Return whether a recorded prompt has a picture, and its question."""
    found = re.fullmatch(r"(.*) USER: (<image>\n)?(.*)<learnable> ASSISTANT:", prompt, re.DOTALL)
    assert found is not None
    assert found[1] == config.system_prompt
    return bool(found[2]), found[3]


def message(shown: bool, question: str, image: Any = None) -> dict[str, Any]:
    picture = {"type": "image"} if image is None else {"type": "image", "image": image}
    return {
        "role": "user",
        "content": [*([picture] if shown else []), {"type": "text", "text": question}],
    }


@pytest.mark.parametrize("name", PROMPTS)
def test_prompt_encoder(full, processor, prompt, name: str) -> None:
    """With transformers' tokenizer, and with `tokenizers` alone."""
    shown, question = parts(PROMPTS[name]["prompt"], full.config)
    for encoder in (PromptEncoder(processor.tokenizer, full.config), prompt):
        block = [full.config.image_token_id] * 81
        ids = encoder.conversation(full.config.system_prompt, [(question, shown, None)], [block])
        assert ids == expand(PROMPTS[name]["input_ids"], full.config)


@pytest.mark.parametrize("sanitize", [False, True])
@pytest.mark.parametrize("name", PROMPTS)
def test_chat_template(full, processor, name: str, sanitize: bool) -> None:
    shown, question = parts(PROMPTS[name]["prompt"], full.config)
    image = torch.zeros(3, 8, 8, dtype=torch.uint8).numpy() if shown else None
    got = templated(processor, [[message(shown, question, image)]], sanitize=sanitize)
    assert got["input_ids"].tolist() == [expand(PROMPTS[name]["input_ids"], full.config)]
    assert got["attention_mask"].bool().all()
    assert ("pixel_values" in got) == shown


@pytest.mark.parametrize("name", PROMPTS)
def test_rendered_prompt_is_the_recorded_text(full, processor, name: str) -> None:
    """The text is equal, with one `<image>` per picture and one `<learnable>` per query token."""
    shown, question = parts(PROMPTS[name]["prompt"], full.config)
    text = processor.apply_chat_template([message(shown, question)], add_generation_prompt=True)
    assert text == PROMPTS[name]["prompt"].replace("<learnable>", "<learnable>" * 9)
    ids = processor.tokenizer.encode(text, add_special_tokens=False)
    assert ids == expand(PROMPTS[name]["input_ids"], full.config, visual_tokens=1)


@pytest.mark.parametrize("entry", RECORDED["decode"], ids=lambda entry: entry["text"])
def test_decode(processor, prompt, entry: dict[str, Any]) -> None:
    for tokenizer in (processor.tokenizer, prompt.tokenizer):
        assert tokenizer.decode(entry["ids"]) == entry["text"]
        assert tokenizer.decode(entry["ids"], skip_special_tokens=True) == entry["text_skip_special"]


def test_ids_of_the_released_tokenizer(full, processor) -> None:
    tokenizer = processor.tokenizer
    assert tokenizer.convert_tokens_to_ids("<image>") == 50297 == full.config.image_token_id
    assert tokenizer.convert_tokens_to_ids("<learnable>") == 50295 == full.config.query_token_id
    assert tokenizer.convert_tokens_to_ids("</s>") == 50296 == full.config.end_token_id
    assert tokenizer.pad_token_id == 50256
    assert tokenizer.decode([full.config.query_offset_token_id]) == " ."
