"""Sizes of a model as a TOML file gives them: FlashSlothConfig's own fields, with [text_config] and [vision_config];
and single ones that are said over it, as in `--set vision_config.hidden_size=128`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.errors import OptionError, SettingsFileError
from flashsloth.utils.close_names import did_you_mean
from flashsloth.utils.safe_read import parse_toml, read_text
from flashsloth.utils.text import error_reason, printable

if TYPE_CHECKING:
    from flashsloth.config.model_config import FlashSlothConfig


SHORT = {"queries": "num_query_tokens"}
NO_POOLING = {"pooling": "average", "pooling_window": 1}  # what pooling=none is short for


def read_sizes_file(path: Path, more: tuple[str, ...] = (), changes: Sequence[str] = ()) -> dict[str, Any]:
    """The arguments of FlashSlothConfig, checked. With keys of the caller's own, named in `more`, it is left to the
    caller to try whether the sizes go together.

    `changes` are KEY=VALUE, keys as in the file with a dot before what stands in a table; `model.` in front of the
    others is optional. `model.queries` and `model.pooling=none` are short for what the configuration says at length.

    Raises: SettingsFileError naming the file, OptionError naming the change, and what is wrong in it.
    """
    try:
        sizes = parse_toml(read_text(path, pipe=True))
    except (OSError, ValueError) as error:
        raise SettingsFileError(f"{path} cannot be read: {error_reason(error)}", hint="Mend the file.") from error
    _check_keys(path, sizes, more)
    for change in changes:
        _change(sizes, change, more)
    if more:
        return sizes
    try:
        make_config(sizes)
    except Exception as error:  # a strict dataclass raises many kinds; all of them mean the same file
        why = printable(str(error).strip().splitlines()[-1].strip())
        kind = OptionError if changes else SettingsFileError
        raise kind(f"{path}: {why}", hint="Mend the file.") from error
    return sizes


def make_config(sizes: dict[str, Any]) -> FlashSlothConfig:
    from flashsloth.config.model_config import FlashSlothConfig

    return FlashSlothConfig(**sizes)


def _known(more: tuple[str, ...]) -> dict[str, set[str]]:
    """The keys that a file may have: by table, those outside of any under ""."""
    from flashsloth.config.model_config import PHI2, FlashSlothConfig

    def names(config: type) -> set[str]:
        return {f.name for f in fields(config)}

    parts = FlashSlothConfig.sub_configs
    known = {"": names(FlashSlothConfig) | set(more), "text_config": names(parts["text_config"]) | set(PHI2)}
    return known | {"vision_config": names(parts["vision_config"])}


def _change(sizes: dict[str, Any], change: str, more: tuple[str, ...]) -> None:
    """Put KEY=VALUE into the sizes. Raises: OptionError."""
    key, equals, said = (word.strip() for word in change.partition("="))
    if not (key and equals and said):
        raise OptionError(f"--set {change}: it is KEY=VALUE", hint="--set model.pooling=average")
    known = _known(more)
    table, _, name = key.removeprefix("model.").rpartition(".")
    name = SHORT.get(name, name) if not table else name
    if name not in known.get(table, ()) or (not table and name in known):
        spelled = {f"{part}.{size}" if part else size for part, sizes in known.items() for size in sizes} | {*SHORT}
        otherwise = "It takes the keys of a file of sizes (docs/training.md)."
        hint = did_you_mean(key.removeprefix("model."), spelled - {*known}, otherwise=otherwise)
        raise OptionError(f"--set {change}: unknown size {key}", hint=hint)
    if not table and (name, said) == ("pooling", "none"):
        sizes.update(NO_POOLING)
    else:
        (sizes.setdefault(table, {}) if table else sizes)[name] = _value(said)


def _value(said: str) -> Any:
    """A value as TOML has it; text needs no quotes."""
    try:
        return parse_toml(f"value = {said}")["value"]
    except ValueError:
        return said


def _check_keys(path: Path, sizes: dict[str, Any], more: tuple[str, ...]) -> None:
    for part, allowed in _known(more).items():
        given = sizes.get(part, {}) if part else sizes
        if not isinstance(given, dict):
            raise SettingsFileError(f"{path}: {part} must be a table", hint=f"Write [{part}] and its sizes below.")
        for key in given:
            if key not in allowed:
                where = f"{part}.{key}" if part else key
                hint = did_you_mean(key, allowed, otherwise="Mend the file.")
                raise SettingsFileError(f"{path}: unknown size {where}", hint=hint)
