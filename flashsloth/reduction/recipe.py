"""A recipe: what a policy leaves out, measured for one model and kept in a JSON file. A stranger's can make answers
worse, and nothing else: it holds numbers, and each is checked."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.errors import OptionError, SettingsFileError, UnsupportedModel
from flashsloth.inference.reduced_core import PromptRows, ReductionPolicy
from flashsloth.utils.atomic_write import atomic_write
from flashsloth.utils.safe_read import read_json
from flashsloth.utils.text import printable

FORMAT, VERSION = "flashsloth-recipe", 1
METHODS = {
    "fitprune": "flashsloth.reduction.fitprune",
    "exit": "flashsloth.reduction.dyvte",
}  # modules with a function `policy`
AGAIN = "Make another with `flashsloth reduce fit`."


@dataclass(frozen=True, slots=True)
class Recipe:
    """A method with its numbers, and what they were measured on.

    Args:
        model: `describe` of the model.
        visual_tokens: of each picture.
        values: the method's own numbers, which it checks.
        achieved: what the recipe saves, as shares of the whole.
        calibration: how many rows it was measured on, and with which settings.
    """

    method: str
    model: Mapping[str, Any]
    visual_tokens: int
    values: Mapping[str, Any]
    achieved: Mapping[str, Any] = field(default_factory=dict)
    calibration: Mapping[str, Any] = field(default_factory=dict)

    def check(self, config: FlashSlothConfig, source: str) -> None:
        """Raise OptionError for a recipe of another model."""
        check_model(self.model, config, f"{source} is the recipe", hint=AGAIN)

    def kept_by_layer(self) -> list[int]:
        """Return how many visual tokens each layer attends to."""
        drops, layers = self.values.get("drops", ()), int(self.model.get("layers", 0))
        if self.method == "exit":
            return [self.visual_tokens * (layer < self.values.get("layer", 0)) for layer in range(layers)]
        return [self.visual_tokens - sum(drops[:layer]) for layer in range(len(drops))]

    def write(self, path: Path) -> None:
        text = json.dumps({"format": FORMAT, "version": VERSION, **asdict(self)}, indent=1)
        with atomic_write(path) as file:
            file.write(text.encode() + b"\n")


def describe(config: FlashSlothConfig) -> dict[str, Any]:
    """Return what must be equal for a recipe to fit a model. An adapter changes nothing of it."""
    text, vision = config.text_config, config.vision_config
    return {
        "decoder": text.model_type,
        "layers": text.num_hidden_layers,
        "hidden_size": text.hidden_size,
        "attention_heads": text.num_attention_heads,
        "vocabulary": text.vocab_size,
        "tower": vision.model_type,
        "image_size": vision.image_size,
        "patch_size": vision.patch_size,
        "pooling": config.pooling,
        "query_tokens": config.num_query_tokens,
        "embq_layer": config.embq_layer if config.has_embq else None,
        "skipped_attention": config.skipped_attention,
        "routed_layers": config.routed_layers,
    }


def check_model(model: Mapping[str, Any], config: FlashSlothConfig, what: str, hint: str) -> None:
    """Raise OptionError if `model`, as `describe` has it, is not the one of this configuration."""
    here = describe(config)
    wrong = next((name for name, value in here.items() if model.get(name) != value), None)
    if wrong is not None:
        other = printable(str(model.get(wrong)))
        raise OptionError(f"{what} of another model: {wrong} {other} instead of {here[wrong]}", hint=hint)


def read(path: str | os.PathLike[str]) -> Recipe:
    """Read a recipe. Raises: SettingsFileError naming the file and the problem."""
    source = printable(os.fspath(path))
    try:
        found = read_json(Path(path))
    except FileNotFoundError as error:
        raise SettingsFileError(f"{source} is not a file", hint=AGAIN) from error
    except (OSError, ValueError) as error:
        raise SettingsFileError(f"{source} is not a recipe: {printable(str(error))}", hint=AGAIN) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise SettingsFileError(f"{source} is not a recipe of this program", hint=AGAIN)
    if found.get("version") != VERSION:
        raise SettingsFileError(
            f"{source} has version {printable(str(found.get('version')))}, not {VERSION}", hint=AGAIN
        )
    if found.get("method") not in METHODS:
        known = ", ".join(METHODS)
        raise SettingsFileError(
            f"{source}: unknown method {printable(str(found.get('method')))}", hint=f"Known: {known}."
        )
    tables = {name: found.get(name, {}) for name in ("model", "values", "achieved", "calibration")}
    wrong = next((name for name, table in tables.items() if not isinstance(table, dict)), None)
    tokens = found.get("visual_tokens")
    if wrong is not None or type(tokens) is not int or not 0 < tokens < 2**20:
        raise SettingsFileError(f"{source} is damaged: {wrong or 'visual_tokens'} is not what it should be", hint=AGAIN)
    return Recipe(found["method"], visual_tokens=tokens, **tables)


def open_policy(path: str | os.PathLike[str], config: FlashSlothConfig) -> ReductionPolicy:
    """Read a recipe for a model and return its policy. Raises: OptionError for another model's, SettingsFileError,
    UnsupportedModel."""
    import importlib

    recipe, source = read(path), printable(os.fspath(path))
    recipe.check(config, source)
    if not config.visual_tokens(config.image_hd):
        raise UnsupportedModel("this model has no visual tokens", hint="Leave out --reduce.")
    try:
        policy: ReductionPolicy = importlib.import_module(METHODS[recipe.method]).policy(recipe, config, Path(path))
    except ValueError as error:
        raise SettingsFileError(f"{source} is damaged: {error}", hint=AGAIN) from error
    return policy


class RecipePolicy(ReductionPolicy):
    """A policy for pictures of as many visual tokens as its recipe has."""

    def __init__(self, visual_tokens: int) -> None:
        self.visual_tokens = visual_tokens

    def check(self, rows: PromptRows) -> None:
        if rows.tokens != self.visual_tokens:
            raise OptionError(
                f"the recipe of --reduce is for pictures of {self.visual_tokens} visual tokens, not {rows.tokens}",
                hint="Use --hd or --no-hd as when it was made, or another recipe.",
            )


def whole_numbers(values: Mapping[str, Any], name: str, length: int, limit: int) -> list[int]:
    """Return a list of whole numbers from 0 to a limit. Raises: ValueError."""
    found = values.get(name)
    if not isinstance(found, list) or len(found) != length:
        raise ValueError(f"{name} is not a list of {length} numbers")
    if any(type(value) is not int or not 0 <= value <= limit for value in found):
        raise ValueError(f"{name} has values that are not whole numbers from 0 to {limit}")
    return found
