"""Recipes as TOML files, as run.json records them, and merged with the options of a resumed run."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import fields
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from flashsloth.data.drawn_rows import PREFIX
from flashsloth.errors import OptionError, SettingsFileError
from flashsloth.training.recipe import Recipe
from flashsloth.utils.close_names import close_names, path_meant
from flashsloth.utils.paths import expand
from flashsloth.utils.safe_read import parse_toml, read_text
from flashsloth.utils.text import error_reason, printable_repr

# on resume
MAY_CHANGE = {"output", "lr", "save_every", "eval_every", "workers", "patience", "choices", "report_to", "device"}


def read_recipe(path: Path) -> dict[str, Any]:
    """Return the checked values of a recipe file. Its paths are relative to the file.

    Raises: SettingsFileError naming file and key.
    """
    try:
        values = parse_toml(read_text(path, pipe=True))
    except (OSError, ValueError) as error:
        hint = path_meant(path, otherwise="Use a TOML file with the flags' names.")
        raise SettingsFileError(f"{path} cannot be read: {error_reason(error)}", hint=hint) from error
    values = {name.replace("-", "_"): value for name, value in values.items()}
    checked = from_values(values, str(path))
    for name in ("data", "eval_data"):
        if name in checked:
            checked[name] = tuple(v if v.startswith(PREFIX) else relative_to(path, v) for v in checked[name])
    for name in ("image_root", "init", "mod"):
        if name in checked:
            checked[name] = relative_to(path, checked[name])
    for name in ("model", "vision", "language", "high_res"):
        if name in checked and os.path.exists(path.parent / checked[name]):
            checked[name] = relative_to(path, checked[name])
    return checked


def relative_to(path: Path, value: str) -> str:
    """Resolve a path that a file names."""
    return str(path.parent / expand(value))


def from_values(values: dict[str, Any], where: str) -> dict[str, Any]:
    """Return values by field, lists as tuples. Raises SettingsFileError for an unknown name or a wrong type."""
    hints = get_type_hints(Recipe)
    checked = {}
    for name, value in values.items():
        if name not in hints:
            near = close_names(name, hints)
            hint = f"Did you mean {near[0]}?" if near else "Remove it."
            raise SettingsFileError(f"{where}: unknown key {name}", hint=hint)
        if get_origin(hints[name]) is tuple and isinstance(value, str):
            value = (value,)
        value = tuple(value) if isinstance(value, list) else value
        if not fits(value, hints[name]):
            raise SettingsFileError(
                f"{where}: invalid {name} {printable_repr(value)}", hint=f"Expected {type_name(hints[name])}."
            )
        checked[name] = value
    return checked


def fits(value: Any, kind: Any) -> bool:
    """Return whether a value has an annotated type. An int is a float too; a bool is neither."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return any(fits(value, one) for one in get_args(kind))
    if origin is Literal:
        return value in get_args(kind)
    if origin is tuple:
        return isinstance(value, tuple) and all(isinstance(item, str) for item in value)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def type_name(kind: Any) -> str:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return " or ".join(type_name(one) for one in get_args(kind) if one is not type(None))
    if origin is Literal:
        return " or ".join(map(repr, get_args(kind)))
    names = {str: "a string", bool: "true or false", int: "a whole number", float: "a number"}
    return names.get(kind, "a list of strings")


def as_values(recipe: Recipe) -> dict[str, Any]:
    """Return the recipe for run.json; `from_values` reads it."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(recipe).items()}


def with_absolute_paths(recipe: Recipe) -> Recipe:
    from flashsloth.checkpoints.hub import KNOWN
    from flashsloth.checkpoints.resolve import NANO

    def path(value: str | None) -> str | None:
        return os.path.abspath(os.path.expanduser(value)) if value is not None else None

    def model(value: str | None) -> str | None:  # a folder or a name, as resolve.find decides
        if value is None or value.partition("@")[0] in (NANO, *KNOWN):
            return value
        return path(value) if os.path.exists(os.path.expanduser(value)) else value

    return dataclasses.replace(
        recipe,
        data=tuple(name if name.startswith(PREFIX) else str(path(name)) for name in recipe.data),
        eval_data=tuple(str(path(name)) for name in recipe.eval_data),
        image_root=path(recipe.image_root),
        init=path(recipe.init),
        mod=path(recipe.mod),
        model=model(recipe.model),
        vision=model(recipe.vision),
        language=model(recipe.language),
        high_res=model(recipe.high_res),
    )


def merge_resumed(recorded: dict[str, Any], given: dict[str, Any]) -> Recipe:
    """Return the recorded recipe with the given changes.

    Raises: OptionError for a field that may not change.
    """
    old = Recipe(**from_values(recorded, "run.json"))
    new = dataclasses.replace(old, **given)
    old_paths, new_paths = with_absolute_paths(old), with_absolute_paths(new)
    for field in fields(Recipe):
        if field.name == "workers":  # with one worker, drawn rows come in another order
            same = old.in_windows == new.in_windows
        else:
            same = field.name in MAY_CHANGE or getattr(old_paths, field.name) == getattr(new_paths, field.name)
        if not same:
            before, after = (format_value(getattr(recipe, field.name)) for recipe in (old, new))
            raise OptionError(
                f"the run was started with {field.name} {before}, not {after}",
                hint="Leave the option out, or start over with --force.",
            )
    return dataclasses.replace(old, **{k: v for k, v in given.items() if k in MAY_CHANGE})


def format_value(value: Any) -> str:
    """Return a recipe's value for a message."""
    if value is None:
        return "unset"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
