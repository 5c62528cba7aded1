"""Read a LLaVA of transformers as a FlashSloth without compression: the tower, the projector and the decoder are its
own, a window of 1 pools nothing, and there are no query tokens. It computes what the LLaVA does.

SAP and EmbQ can then be trained onto a model that sees already (docs/training.md).
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from flashsloth.checkpoints import language_folder, model_files, safetensors_reader, tower_folder
from flashsloth.checkpoints.compose import choose_frame
from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.checkpoints.safetensors_reader import TensorInfo
from flashsloth.checkpoints.sources import Sources
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.config.towers import tower_family
from flashsloth.errors import FlashSlothError, UnsupportedModel
from flashsloth.processing.chat_frame import PAPER
from flashsloth.processing.processor import FlashSlothProcessor
from flashsloth.processing.special_tokens import add_special_tokens
from flashsloth.utils.text import printable

KIND = "llava"
NEEDED = {  # fields of its config.json that another value would change what is computed
    "vision_feature_layer": -2,
    "vision_feature_select_strategy": "default",
    "projector_hidden_act": "gelu",
    "multimodal_projector_bias": True,
}
# names in files of transformers 4 and 5
NAMES = (
    (r"^(model\.)?multi_modal_projector\.", "model.projector."),
    (r"^(model\.)?vision_tower\.", tower_folder.PREFIX),
    (r"^(language_model\.)?lm_head\.", language_folder.HEAD),
    (r"^(language_model\.model|model\.language_model)\.", language_folder.PREFIX),
)
PLAIN = {"pooling": "average", "pooling_window": 1, "num_query_tokens": 0}


def is_llava(folder: Path) -> bool:
    """Return whether a folder's config.json says that it holds a LLaVA."""
    return safetensors_reader.read_json(folder / "config.json").get("model_type") == KIND


def read_llava(source: ModelSource) -> Sources:
    """Return configuration, processor and tensors of a LLaVA as those of a FlashSloth.

    Raises: UnsupportedModel for another model, or for a LLaVA that computes otherwise; InvalidConfiguration and
    CheckpointError for damaged files.
    """
    path = source.folder / "config.json"
    data = safetensors_reader.read_json(path)
    _check(data, path)
    tower = tower_folder.without_last_block(_read_tower(data, path))
    text = language_folder.make_text_config({**data["text_config"], **_tie(data)}, path)
    tokenizer = model_files.read_tokenizer(source.folder)
    ends = language_folder.end_tokens(source.folder, text)
    vocabulary = int(text.vocab_size)
    try:
        frame = choose_frame(text, tokenizer, {})
        special = add_special_tokens(tokenizer, vocabulary, frame, end_token_ids=ends)
        for name, value in special.text_settings().items():
            setattr(text, name, value)
        config = FlashSlothConfig(
            vision_config=tower,
            text_config=text,
            **tower_folder.read_normalisation(source.folder, tower["model_type"]),
            **{**special.own_settings(), "system_prompt": "", **PLAIN},
        )
    except FlashSlothError as error:
        raise type(error)(f"{path}: {error}", hint=error.hint) from error
    tensors = _read_tensors(source.folder, config, vocabulary)
    return Sources(source.name, config, FlashSlothProcessor.from_config(config, tokenizer), tensors, source)
