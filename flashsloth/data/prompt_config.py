"""The prompt encoder of a model folder, read without loading torch, which ModelSizes needs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from flashsloth.checkpoints import model_files
from flashsloth.checkpoints.folder import read_json
from flashsloth.config.families import SIGLIP, TOWERS
from flashsloth.config.official_config import OFFICIAL_IDS, PHI2, SYSTEM_PROMPT, is_flashsloth, upgrade_official
from flashsloth.errors import InvalidConfiguration, UnsupportedModel
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.utils.text import last_line


class PromptConfig:
    """The fields of a ModelSizes that PromptEncoder reads, and the context length, from a config.json."""

    def __init__(self, data: dict[str, Any]) -> None:
        vision = data.get("vision_config") or {}
        usual = TOWERS.get(vision.get("model_type", SIGLIP), TOWERS[SIGLIP])
        vision = {"image_size": usual.image_size, "patch_size": usual.patch_size, **vision}
        text = {**PHI2, **(data.get("text_config") or {})}
        side = int(vision["image_size"]) // int(vision["patch_size"])
        eos: Any = text["eos_token_id"]
        self.image_token_id = int(data.get("image_token_id", OFFICIAL_IDS["image_token_id"]))
        self.query_token_id = int(data.get("query_token_id", OFFICIAL_IDS["query_token_id"]))
        self.num_query_tokens = int(data.get("num_query_tokens", 9))
        self.end_token_ids = tuple(map(int, eos)) if isinstance(eos, list) else (int(eos),)
        self.system_prompt = str(data.get("system_prompt", SYSTEM_PROMPT))
        self.chat_frame: dict[str, str] | None = data.get("chat_frame")
        self.image_hd = bool(data.get("image_hd", False))
        self.tokens_per_tile = math.ceil(side / int(data.get("pooling_window", 3))) ** 2
        self.tiles = 1 + int(data.get("tile_grid", 2)) ** 2
        self.max_position_embeddings = int(text["max_position_embeddings"])

    def visual_tokens(self, hd: bool) -> int:
        return self.tokens_per_tile * (self.tiles if hd else 1)


def load_prompt_encoder(folder: Path) -> tuple[PromptEncoder, PromptConfig]:
    """Return the prompt encoder of a model folder and its config.

    Raises: CheckpointDamaged, UnsupportedModel, InvalidConfiguration.
    """
    config = read_prompt_config(folder)
    return PromptEncoder(model_files.read_tokenizer(folder), config), config


def read_prompt_config(folder: Path) -> PromptConfig:
    """Read the prompt config of an official or native model folder. Sizes are not checked: ModelSizes does that.

    Raises: CheckpointDamaged, UnsupportedModel, InvalidConfiguration.
    """
    path = folder / "config.json"
    data = read_json(path)
    if not is_flashsloth(data):
        raise UnsupportedModel(f"{folder} is not a FlashSloth model")
    data = upgrade_official(data)
    try:
        return PromptConfig(data)
    except (TypeError, ValueError, KeyError, AttributeError, IndexError, ArithmeticError) as error:
        model_files.read_sizes(folder)  # says what is wrong
        raise InvalidConfiguration(f"{path}: {last_line(error)}") from error
