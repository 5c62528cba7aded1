"""Read the folder of a language model as it was published: sizes, names of tensors, and the ids that end an answer."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

from flashsloth.checkpoints import safetensors_reader
from flashsloth.checkpoints.safetensors_reader import TensorInfo
from flashsloth.config.bounds import check_numbers
from flashsloth.config.families import check_family
from flashsloth.config.official_config import is_flashsloth
from flashsloth.errors import FlashSlothError, InvalidConfiguration, UnsupportedModel
from flashsloth.utils.safe_read import regular_file_in

PREFIX = "model.language_model."
HEAD = "lm_head."
OLD_HEADS = ("embed_out.",)  # GPT-NeoX's, in files older than transformers 5
GENERATION = "generation_config.json"


def read_language(folder: Path) -> Any:
    """Return transformers' configuration of the language model in a folder.

    Raises: UnsupportedModel for a model that does not fit, InvalidConfiguration for wrong values.
    """
    path = folder / "config.json"
    data = safetensors_reader.read_json(path)
    if is_flashsloth(data):
        raise UnsupportedModel(f"{path}: a FlashSloth, not a language model", hint="Use it with -m.")
    return make_text_config(data, path)


def make_text_config(data: dict[str, Any], path: Path) -> Any:
    """Return transformers' configuration of these fields. `path` is their file. Raises: as `read_language`."""
    from flashsloth.checkpoints.model_files import known_part_settings, last_line
    from flashsloth.config.model_config import part_class

    try:
        kind = check_family(data.get("model_type"))
        if data.get("quantization_config") is not None:
            raise UnsupportedModel("text_config: quantized weights cannot be trained", hint="Use the original model.")
        values = known_part_settings("text_config", data)
        check_numbers(values, "text_config")
        for name in ("model_type", "torch_dtype", "dtype"):
            values.pop(name, None)
        return part_class("text_config", kind)(**values)
    except FlashSlothError as error:
        raise type(error)(f"{path}: {error}", hint=error.hint) from error
    except Exception as error:  # transformers raises many kinds of errors for invalid values
        raise InvalidConfiguration(f"{path}: {last_line(error)}") from error


def read_tensors(folder: Path, text: Any) -> dict[str, TensorInfo]:
    """Return the tensors of a language model's folder by their names in FlashSloth; buffers are left out, and the head
    of a model that ties it to its words."""
    prefix, buffers = _names_of(text)
    found = []
    for info in safetensors_reader.read_headers(folder).values():
        name = info.stored_name
        head = next((h for h in (HEAD, *OLD_HEADS) if name.startswith(h)), None)
        if head is not None:
            name = HEAD + name.removeprefix(head)
            if text.tie_word_embeddings:
                continue
        elif name.removeprefix(prefix) in buffers:
            continue
        else:
            name = PREFIX + name.removeprefix(prefix)
        found.append(replace(info, name=name))
    return safetensors_reader.by_name(found)


def _names_of(text: Any) -> tuple[str, set[str]]:
    """Return the prefix of the decoder's tensors in files, and the names of its buffers."""
    import torch
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING

    from flashsloth.checkpoints.model_files import SIZE_ERRORS, last_line

    try:
        with torch.device("meta"):
            model = MODEL_FOR_CAUSAL_LM_MAPPING[type(text)](copy.deepcopy(text))
    except SIZE_ERRORS as error:
        raise InvalidConfiguration(f"text_config: no model has these sizes: {last_line(error)}") from error
    return f"{model.base_model_prefix}.", {name for name, _ in model.base_model.named_buffers()}


def end_tokens(folder: Path, text: Any) -> tuple[int, ...]:
    """Return the ids that end an answer, as generation_config.json says, or else config.json."""
    data = safetensors_reader.read_json(folder / GENERATION) if regular_file_in(folder, GENERATION) else {}
    ends = data.get("eos_token_id", text.eos_token_id)
    numbers = ends if isinstance(ends, list) else [ends]
    return tuple(n for n in numbers if type(n) is int and 0 <= n < text.vocab_size)
