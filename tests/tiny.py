"""A tiny FlashSloth with every part and fixed random weights, and folders of it.

36 patches, 4 visual tokens, 3 decoder layers with EmbQ before the second, and nano's tokenizer. Both
layouts hold the same model. `tensors` is what a test damages before it writes: it goes by native names
in either layout.
"""

from __future__ import annotations

import atexit
import functools
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration
from flashsloth.model.key_mapping import OFFICIAL_TO_NATIVE
from flashsloth.processing.prompt import chat_template
from flashsloth.utils.paths import NANO_FOLDER

NANO = json.loads((NANO_FOLDER / "config.json").read_text(encoding="utf-8"))  # the tokenizer is nano's
VOCABULARY: int = NANO["text_config"]["vocab_size"]
BLOCK = {"hidden_size": 32, "num_attention_heads": 4}
VISION = {**BLOCK, "intermediate_size": 48, "num_hidden_layers": 2, "image_size": 48, "patch_size": 8}
DECODER = {
    **BLOCK,
    "intermediate_size": 64,
    "max_position_embeddings": 512,
    "partial_rotary_factor": 0.5,
}
IDS = {"vocab_size": VOCABULARY, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 0}
TEXT = {**DECODER, "num_hidden_layers": 3, **IDS}
EMBQ = {"embq_layer": 1, "embq_width": 16, "embq_heads": 4}
OWN = {
    **EMBQ,
    **{name: NANO[name] for name in ("image_token_id", "query_token_id", "query_offset_token_id")},
}


def _table(sizes: Mapping[str, Any]) -> str:
    return "".join(f"{name} = {size}\n" for name, size in sizes.items())


SIZES = (  # of a new model, a TOML file for `flashsloth train`
    f"{_table(EMBQ)}\n[text_config]\n{_table({**DECODER, 'num_hidden_layers': 2})}"
    f"\n[vision_config]\n{_table({**VISION, 'num_hidden_layers': 1})}"
)
VISUAL_TOKENS = 4
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")


def config(
    text: Mapping[str, Any] | None = None, vision: Mapping[str, Any] | None = None, **own: Any
) -> FlashSlothConfig:
    """Return a configuration with the sizes above, except those given."""
    return FlashSlothConfig(
        text_config={**TEXT, **(text or {})},
        vision_config={**VISION, **(vision or {})},
        **{**OWN, **own},
    )


def model(seed: int = 0, config: FlashSlothConfig | None = None) -> FlashSlothForConditionalGeneration:
    """Return a model with seeded random weights, large enough for answers to depend on the whole
    prompt."""
    made = FlashSlothForConditionalGeneration(config or globals()["config"]())
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in made.named_parameters():
            scale = (
                1.0
                if "embed_tokens" in name or "query_tokens" in name
                else 1.5 * weight.shape[-1] ** -0.5
            )
            noise = torch.randn(weight.shape, generator=generator) * (
                scale if weight.dim() > 1 else 0.1
            )
            weight.copy_(noise + (1 if "norm" in name and name.endswith("weight") else 0))
        placeholders = [made.config.query_token_id, made.config.image_token_id]
        if made.lm_head.bias is not None:
            made.lm_head.bias[placeholders] -= 20  # never generated, as in a trained model
    made.generation_config.update(eos_token_id=2, pad_token_id=0, bos_token_id=0)
    return made.eval()


@functools.cache
def _drawn(seed: int) -> dict[str, Tensor]:
    return {name: weight.detach() for name, weight in model(seed).named_parameters()}


def tensors(seed: int = 0) -> dict[str, Tensor]:
    """Return copies of the tiny model's weights by native name. They are drawn once in a process."""
    return {name: weight.clone() for name, weight in _drawn(seed).items()}


def official_name(native: str) -> str:
    """Return the official name of a tensor, the inverse of OFFICIAL_TO_NATIVE."""
    for pattern, replacement in OFFICIAL_TO_NATIVE:
        if native.startswith(replacement):
            return pattern.removeprefix("^").replace("\\", "") + native.removeprefix(replacement)
    return native


def flat_config() -> dict[str, Any]:
    """Return a config.json of the official layout. Keys that the released files lack change sizes."""
    return {
        "architectures": ["FlashSlothForCausalLM"],
        "model_type": "phi",
        **TEXT,
        "hidden_act": "gelu_new",
        "torch_dtype": "float32",
        "mm_vision_tower": "checkpoints/base/siglip-so400m-patch14-384",
        "mm_hidden_size": VISION["hidden_size"],
        "image_hd": False,
        "image_aspect_ratio": "square",
        "vision_config": dict(VISION),
        "lqformer": {"insert_before_layer": 1, "down_dim": 16, "num_heads": 4},
        "learnable_token_id": OWN["query_token_id"],
        "image_token_id": OWN["image_token_id"],
        "dot_token_id": OWN["query_offset_token_id"],
    }


@functools.cache
def _written(layout: str, shards: int) -> Path:
    """Return a folder that is copied. It is removed when the process ends."""
    made = Path(tempfile.mkdtemp(prefix="tiny-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return {"native": write_native, "official": write_official}[layout](made, shards=shards)


def folder(
    into: Path,
    layout: str = "native",
    *,
    shards: int = 1,
    change: Callable[[dict[str, Tensor]], object] | None = None,
) -> Path:
    """Write a folder of the tiny model, of which `change` edits the tensors by native name. Without one
    it is copied from a folder that was written once: that takes a millisecond."""
    into.mkdir(parents=True, exist_ok=True)
    if change is None:
        return Path(shutil.copytree(_written(layout, shards), into, dirs_exist_ok=True))
    changed = tensors()
    change(changed)
    return {"native": write_native, "official": write_official}[layout](into, changed, shards)


def adapter(folder: Path, base: str, learned: Mapping[str, Tensor], rank: int = 4) -> Path:
    """Write an adapter with these tensors: weights in full, and pairs of `lora_A` and `lora_B`, which
    count twice."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(
        {f"base_model.model.{name}": t for name, t in learned.items()},
        folder / "adapter_model.safetensors",
    )
    (folder / "adapter_config.json").write_text(
        json.dumps({"peft_type": "LORA", "r": rank, "lora_alpha": 2 * rank})
    )
    (folder / "flashsloth_adapter.json").write_text(json.dumps({"base": base, "image_hd": False}))
    return folder


def write_official(folder: Path, weights: Mapping[str, Tensor] | None = None, shards: int = 1) -> Path:
    """Write a folder in the official layout."""
    (folder / "config.json").write_text(json.dumps(flat_config()))
    return write_weights(
        folder, {official_name(n): t for n, t in (weights or tensors()).items()}, shards
    )


def write_native(folder: Path, weights: Mapping[str, Tensor] | None = None, shards: int = 1) -> Path:
    """Write a folder in the native layout."""
    made = config()
    made.architectures = ["FlashSlothForConditionalGeneration"]
    made.save_pretrained(folder)
    processor = json.loads((NANO_FOLDER / "processor_config.json").read_text())
    processor["tokens_per_tile"] = VISUAL_TOKENS
    processor["image_processor"]["size"] = VISION["image_size"]
    (folder / "processor_config.json").write_text(json.dumps(processor))
    (folder / "chat_template.jinja").write_text(chat_template(made))
    shutil.copyfile(NANO_FOLDER / "generation_config.json", folder / "generation_config.json")
    return write_weights(folder, dict(weights or tensors()), shards)


def write_weights(folder: Path, stored: dict[str, Tensor], shards: int) -> Path:
    """Write tensors as safetensors, with nano's tokenizer."""
    for name in TOKENIZER_FILES:
        shutil.copyfile(NANO_FOLDER / name, folder / name)
    if shards == 1:
        save_file(stored, folder / "model.safetensors", metadata={"format": "pt"})
        return folder
    weight_map = {}
    for number in range(shards):
        file = f"model-{number + 1:05}-of-{shards:05}.safetensors"
        part = {name: stored[name] for name in list(stored)[number::shards]}
        save_file(part, folder / file, metadata={"format": "pt"})
        weight_map.update(dict.fromkeys(part, file))
    index = {
        "metadata": {"total_size": sum(t.nbytes for t in stored.values())},
        "weight_map": weight_map,
    }
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return folder
