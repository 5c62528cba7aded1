"""Read a LLaVA of transformers as a FlashSloth without compression: tower, projector and decoder are its own, a window
of 1 pools nothing, and there are no query tokens. It computes what the LLaVA does.

SAP and EmbQ can then be trained onto a model that sees already (docs/training.md).
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from flashsloth.checkpoints import compose, language_folder, model_files, safetensors_reader, save, tower_folder
from flashsloth.checkpoints.compose import Language, Tower
from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.checkpoints.safetensors_reader import TensorInfo
from flashsloth.checkpoints.sources import Sources
from flashsloth.config.towers import leading_tokens
from flashsloth.errors import InvalidConfiguration, UnsupportedModel
from flashsloth.processing.processor import FlashSlothProcessor
from flashsloth.utils.folder_swap import replace_folder
from flashsloth.utils.progress import Progress
from flashsloth.utils.text import printable

KIND = "llava"
HINT = "Use a LLaVA 1.5: later ones put more than the patches of one picture into the prompt."
USUAL = {  # fields of its config.json that are computed with other values in no FlashSloth
    "vision_feature_layer": -2,
    "projector_hidden_act": "gelu",
    "multimodal_projector_bias": True,
}
NAMES = (  # in files of transformers 4 and 5
    (r"^(model\.)?multi_modal_projector\.", "model.projector."),
    (r"^(model\.)?vision_tower\.", tower_folder.PREFIX),
    (r"^(language_model\.)?lm_head\.", language_folder.HEAD),
    (r"^(language_model\.model|model\.language_model)\.", language_folder.PREFIX),
)
VICUNA = ("USER:", "ASSISTANT:")  # of LLaVA 1.5's chat template, which takes messages of another form
PLAIN = {"pooling": "average", "pooling_window": 1, "num_query_tokens": 0, "system_prompt": ""}


def convert(source: ModelSource, target: Path, *, force: bool = False, on_progress: Progress | None = None) -> Path:
    """Write a LLaVA as a FlashSloth, in the dtype of its weights.

    Raises: as `read_llava`; InputError for `target`.
    """
    save.check_target(source, target, force)
    sources = read_llava(source)
    model = compose.build(sources, on_progress=on_progress)
    with replace_folder(target) as folder:
        save.save(model, sources.processor, folder)
    return target


def read_llava(source: ModelSource) -> Sources:
    """Return configuration, processor and tensors of a LLaVA as those of a FlashSloth.

    Raises: UnsupportedModel for another model or a LLaVA that computes otherwise, CheckpointError for damaged files.
    """
    folder, path = source.folder, source.folder / "config.json"
    data = safetensors_reader.read_json(path)
    check_kind(data, path)
    stored = native_names(folder)
    whole = tower_folder.make_tower_config(data["vision_config"], path)
    check_tokens(data, whole, path)
    sizes = tower_folder.without_last_block(whole)
    tower = Tower(whole.model_type, sizes, None, tower_folder.read_normalisation(folder, whole.model_type))
    tied = {"tie_word_embeddings": not any(name.startswith(language_folder.HEAD) for name in stored)}
    text = language_folder.make_text_config({**data["text_config"], **tied}, path)
    vocabulary = int(text.vocab_size)
    tokenizer = model_files.read_tokenizer(folder)
    if tokenizer.chat_template and all(word in tokenizer.chat_template for word in VICUNA):
        tokenizer.chat_template = None  # the paper's frame is Vicuna's
    language = Language(text.model_type, text, tokenizer, None, language_folder.end_tokens(folder, text))
    config = compose.make_config(tower, language, PLAIN)
    wanted = model_files.empty_shapes(config)
    tensors = {n: i for n, i in stored.items() if n in wanted or not n.startswith(tower_folder.PREFIX)}
    compose.check_part(tensors, config, ("vision_tower", "projector", "text"), vocabulary, source)
    return Sources(source.name, config, FlashSlothProcessor.from_config(config, tokenizer), tensors, source)


def check_tokens(data: dict[str, Any], whole: Any, path: Path) -> None:
    """Raise UnsupportedModel unless the LLaVA reads the patches and nothing else: "default" leaves out one token before
    them."""
    strategy = data.get("vision_feature_select_strategy", "default")
    if leading_tokens(whole) != (strategy == "default"):
        raise UnsupportedModel(
            f"{path}: vision_feature_select_strategy {printable(repr(strategy))} reads other tokens than the patches",
            hint=HINT,
        )


def check_kind(data: dict[str, Any], path: Path) -> None:
    """Raise UnsupportedModel unless a config.json is of a LLaVA that a FlashSloth can be, InvalidConfiguration without
    its parts."""
    kind = data.get("model_type")
    if kind != KIND:
        raise UnsupportedModel(
            f"{path}: a {printable(str(kind))} model, not a llava",
            hint=HINT,
        )
    if data.get("quantization_config") is not None:
        raise UnsupportedModel(f"{path}: the weights are quantized", hint="Use the original model.")
    for name, usual in USUAL.items():
        if data.get(name, usual) != usual:
            raise UnsupportedModel(f"{path}: {name} must be {usual!r}, not {printable(repr(data[name]))}", hint=HINT)
    for name in ("vision_config", "text_config"):
        if not isinstance(data.get(name), dict):
            raise InvalidConfiguration(f"{path}: {name} must be an object")


def native_names(folder: Path) -> dict[str, TensorInfo]:
    """Return the tensors of a LLaVA by their names in FlashSloth. Raises: CheckpointError."""
    found = []
    for info in safetensors_reader.read_headers(folder).values():
        name = info.stored_name
        for pattern, replacement in NAMES:
            name, hits = re.subn(pattern, replacement, name)
            if hits:
                break
        found.append(replace(info, name=name.replace(f"{tower_folder.PREFIX}vision_model.", tower_folder.PREFIX)))
    return safetensors_reader.by_name(found)
