"""Recipes as TOML files, as run.json records them, and merged with the options of a resumed run."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Collection, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import create_model

from flashsloth.config import size_file
from flashsloth.errors import FlashSlothError, OptionError, SettingsFileError
from flashsloth.training.recipe import RULES, Recipe
from flashsloth.utils import checked
from flashsloth.utils.paths import expand

FILES = ("data", "eval_data")
PATHS = ("image_root", "init", "mod")
MODELS = ("model", "vision", "language", "high_res")  # a folder or a name
# on resume
MAY_CHANGE = {"output", "lr", "save_every", "eval_every", "workers", "patience", "choices", "report_to", "device"}

FIELDS: dict[str, Any] = {name: (kind, None) for name, kind in get_type_hints(Recipe, include_extras=True).items()}
Values = create_model("Values", __config__=RULES, **FIELDS)  # some of a recipe's


def read_recipe(path: Path) -> dict[str, Any]:
    """Return the checked values of a recipe file. Its paths are relative to the file.

    Raises: SettingsFileError naming file and key.
    """
    return checked_values(read_toml(path), path)


def read_toml(path: Path) -> dict[str, Any]:
    """Return the values of a recipe file, unchecked. Raises: SettingsFileError."""
    values = size_file.read_toml(path, "Use a TOML file with the flags' names.")
    return {name.replace("-", "_"): value for name, value in values.items()}


def checked_values(values: dict[str, Any], path: Path) -> dict[str, Any]:
    """Return the values of a recipe file, checked, with its paths relative to it. Raises: SettingsFileError."""
    values = from_values(values, str(path))
    for name in values.keys() & {*FILES}:
        values[name] = tuple(str(path.parent / expand(value)) for value in values[name])
    for name in values.keys() & {*PATHS, *MODELS}:
        if name in PATHS or os.path.exists(path.parent / values[name]):
            values[name] = str(path.parent / expand(values[name]))
    return values


def from_values(values: dict[str, Any], where: str, error: type[FlashSlothError] = SettingsFileError) -> dict[str, Any]:
    """Return some values of a recipe by field. Raises: `error` for an unknown name or a wrong value."""
    return checked.parse(Values, values, where, error).model_dump(exclude_unset=True)


def with_absolute_paths(recipe: Recipe) -> Recipe:
    from flashsloth.checkpoints.resolve import absolute_name

    def path(value: str) -> str:
        return os.path.abspath(os.path.expanduser(value))

    values = {name: getattr(recipe, name) for name in (*PATHS, *MODELS)}
    changed: dict[str, Any] = {
        name: (path if name in PATHS else absolute_name)(value) for name, value in values.items() if value is not None
    }
    changed |= {name: tuple(map(path, getattr(recipe, name))) for name in FILES}
    return dataclasses.replace(recipe, **changed)


def changes(old: Recipe, new: Recipe, allowed: Collection[str] = ()) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the old and the new value of each field that differs, except those in `allowed`. A path may be
    written in another way."""
    before, after = with_absolute_paths(old), with_absolute_paths(new)
    for name in (field.name for field in fields(Recipe)):
        if name not in allowed and getattr(before, name) != getattr(after, name):
            yield name, format_value(getattr(old, name)), format_value(getattr(new, name))


def merge_resumed(recorded: dict[str, Any], given: dict[str, Any]) -> Recipe:
    """Return the recorded recipe with the given changes.

    Raises: OptionError for a field that may not change.
    """
    old = Recipe(**from_values(recorded, "run.json"))
    new = dataclasses.replace(old, **given)
    for name, before, after in changes(old, new, MAY_CHANGE):
        raise OptionError(
            f"the run was started with {name} {before}, not {after}",
            hint="Leave the option out, or start over with --force.",
        )
    return dataclasses.replace(old, **{k: v for k, v in given.items() if k in MAY_CHANGE})


def format_value(value: Any) -> str:
    """Return a recipe's value for a message."""
    if value is None:
        return "unset"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
