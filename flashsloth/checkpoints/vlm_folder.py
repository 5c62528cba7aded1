"""Read the folder of a vision-language model of transformers (flashsloth/vlm/), which may be a
stranger's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from flashsloth.checkpoints.folder import read_json
from flashsloth.checkpoints.model_files import (
    MAX_TOKENIZER,
    TOKENIZER_CONFIG,
    read_transformers_tokenizer,
)
from flashsloth.checkpoints.safetensors_reader import TensorInfo, by_name, read_headers
from flashsloth.errors import error_prefix
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.vlm.network import VlmEncoder, renamed, tower_inputs
from flashsloth.vlm.pictures import VlmPictures, image_settings, working_space
from flashsloth.vlm.sizes import VlmSizes, make_sizes
from flashsloth.vlm.template import template_of

GENERATION = "generation_config.json"
IMAGE_PROCESSOR = "preprocessor_config.json"
PROCESSOR = "processor_config.json"
MAX_TEMPLATE = 2**20  # bytes
UNREAD = re.compile(r"vision_tower\.(vision_model\.)?head\.")  # SigLIP's pooling, which some files have


def read_sizes(folder: Path, family: str, data: Mapping[str, Any]) -> VlmSizes:
    """Return the sizes of a folder with this config.json. Raises: UnsupportedModel, CheckpointDamaged,
    InvalidConfiguration."""
    generation = read_json(folder / GENERATION, required=False)
    ends = generation.get("eos_token_id")
    return make_sizes(data, family, read_template(folder), read_transformers_tokenizer(folder), ends)


def read_template(folder: Path) -> str:
    """Return the chat template of a folder. Raises: UnsupportedModel, CheckpointDamaged."""
    newer = regular_file_in(folder, "chat_template.jinja", MAX_TEMPLATE)
    return template_of(
        read_json(folder / TOKENIZER_CONFIG, MAX_TOKENIZER, required=False),
        read_json(folder / "chat_template.json", required=False),
        None if newer is None else newer.read_text(encoding="utf-8", errors="replace"),
    )


def read_tensors(config: VlmSizes, folder: Path) -> dict[str, TensorInfo]:
    """Return the tensors of a folder by VlmNetwork's names. Raises: CheckpointDamaged,
    TensorMismatch."""
    return by_name(
        replace(info, name=renamed(info.stored_name, config.family.text))
        for info in read_headers(folder).values()
        if not UNREAD.search(info.stored_name)
    )


def open_parts(config: Any, folder: Path) -> dict[str, Any]:
    """Return the fields of LoadedModel that these models have of their own. Raises: UnsupportedModel,
    CheckpointDamaged, InvalidConfiguration."""
    return {
        "pictures": read_pictures(config, folder),
        "make_encoder": VlmEncoder,
    }


def read_pictures(config: Any, folder: Path) -> VlmPictures:
    """Return what prepares pictures for a model."""
    file, stored = _image_settings(folder)
    with error_prefix(file):
        return VlmPictures(config, stored, tower_inputs(config))


def picture_bytes(config: Any, folder: Path, item: int, positions: int) -> int:
    """Return the bytes that the largest picture takes, as working_space does. Raises:
    UnsupportedModel, InvalidConfiguration."""
    file, stored = _image_settings(folder)
    with error_prefix(file):
        return working_space(config, image_settings(stored, config), item, positions)


def _image_settings(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Return the settings of the image processor, and their file. Newer versions of transformers save
    them inside of processor_config.json, which also has the name of the processor."""
    settings = read_json(folder / PROCESSOR, required=False)
    images: Any = settings.get("image_processor")
    is_inside = isinstance(images, dict)
    file = folder / (PROCESSOR if is_inside else IMAGE_PROCESSOR)
    images = images if is_inside else read_json(file)
    return file, {
        **images,
        "processor_class": settings.get("processor_class", images.get("processor_class")),
    }
