"""Read the folder of a language model as it was published: sizes, names of tensors, and the ids that end an answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from flashsloth.checkpoints import safetensors_reader
from flashsloth.checkpoints.folder import read_json
from flashsloth.checkpoints.safetensors_reader import TensorInfo
from flashsloth.config.model_config import part_config
from flashsloth.config.official_config import is_flashsloth
from flashsloth.errors import UnsupportedModel

PREFIX = "model.language_model."
HEAD = "lm_head."
HEADS = (HEAD, "embed_out.")  # the second is GPT-NeoX's, in files older than transformers 5
PREFIXES = ("model.", "gpt_neox.")  # of the decoder's tensors in files
GENERATION = "generation_config.json"


def read_language(folder: Path) -> Any:
    """Return transformers' configuration of the language model in a folder.

    Raises: UnsupportedModel for a model that does not fit, InvalidConfiguration for wrong values.
    """
    path = folder / "config.json"
    data = read_json(path)
    if is_flashsloth(data):
        raise UnsupportedModel(f"{path}: a FlashSloth, not a language model", hint="Use it with -m.")
    return make_text_config(data, path)


def make_text_config(data: dict[str, Any], path: Path) -> Any:
    """Return transformers' configuration of these fields. `path` is their file. Raises: as `read_language`."""
    if data.get("quantization_config") is not None:
        raise UnsupportedModel(f"{path}: quantized weights cannot be trained", hint="Use the original model.")
    return part_config("text_config", data, path)


def read_tensors(folder: Path, text: Any) -> dict[str, TensorInfo]:
    """Return the tensors of a language model's folder by their names in FlashSloth, without the head of a model that
    ties it to its words."""
    found = []
    for info in safetensors_reader.read_headers(folder).values():
        name = info.stored_name
        if (head := next((h for h in HEADS if name.startswith(h)), None)) is None:
            own = next((p for p in PREFIXES if name.startswith(p)), "")
            found.append(replace(info, name=PREFIX + name.removeprefix(own)))
        elif not text.tie_word_embeddings:
            found.append(replace(info, name=HEAD + name.removeprefix(head)))
    return safetensors_reader.by_name(found)


def end_tokens(folder: Path, text: Any) -> tuple[int, ...]:
    """Return the ids that end an answer, as generation_config.json says, or else config.json."""
    data = read_json(folder / GENERATION, required=False)
    ends = data.get("eos_token_id", text.eos_token_id)
    numbers = ends if isinstance(ends, list) else [ends]
    return tuple(n for n in numbers if type(n) is int and 0 <= n < text.vocab_size)
