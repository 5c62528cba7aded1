"""Read the sizes of a model from a TOML file: the fields of FlashSlothConfig, with the tables
[text_config] and [vision_config]. KEY=VALUE changes a single size, as in `--set
vision_config.hidden_size=128`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.errors import OptionError, SettingsFileError
from flashsloth.sizes.families import check_family
from flashsloth.utils.safe_read import parse_toml, read_text
from flashsloth.utils.text import did_you_mean, error_reason, last_line, path_meant

if TYPE_CHECKING:
    from flashsloth.hf.config import FlashSlothConfig


def read_sizes_file(
    path: Path, extra_keys: tuple[str, ...] = (), changes: Sequence[str] = ()
) -> dict[str, Any]:
    """Return checked keyword arguments of FlashSlothConfig.

    Args:
        extra_keys: further keys that the file may have. If there are any, the caller must check whether
            the sizes fit together.
        changes: KEY=VALUE, with keys as in the file. A key of a table begins with `text_config.` or
            `vision_config.`; other keys may begin with `model.`.

    Raises: SettingsFileError naming the file and the key, OptionError naming the change.
    """
    sizes = read_toml(path)
    _check_keys(path, sizes, extra_keys)
    for change in changes:
        apply_change(sizes, change, extra_keys)
    if not extra_keys:
        try:
            make_config(sizes)
        except Exception as error:  # transformers' configurations raise errors of many types
            kind = OptionError if changes else SettingsFileError
            raise kind(f"{path}: {last_line(error)}", hint="Correct the file.") from error
    return sizes


def read_toml(path: Path, hint: str = "Correct the file.") -> dict[str, Any]:
    """Return the values of a TOML file, which are not checked. Raises: SettingsFileError."""
    try:
        return parse_toml(read_text(path, pipe=True))
    except (OSError, ValueError) as error:
        hint = path_meant(path, otherwise=hint)
        raise SettingsFileError(f"{path} cannot be read: {error_reason(error)}", hint=hint) from error


def make_config(sizes: dict[str, Any]) -> FlashSlothConfig:
    """Build the configuration from its keyword arguments."""
    from flashsloth.hf.config import FlashSlothConfig  # this import takes seconds

    return FlashSlothConfig(**sizes)


def _known_keys(sizes: dict[str, Any], extra_keys: tuple[str, ...]) -> dict[str, set[str]]:
    """Return the allowed keys of each table, with top-level keys under "". The keys of a table depend
    on its model_type."""
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    from flashsloth.hf.config import FlashSlothConfig
    from flashsloth.sizes.part_sizes import USUAL

    known = {"": {f.name for f in fields(FlashSlothConfig)} | set(extra_keys)}
    for part, (usual, defaults) in USUAL.items():
        table = sizes.get(part)
        model_type = table.get("model_type", usual) if isinstance(table, dict) else usual
        kind = CONFIG_MAPPING[check_family(part, model_type)]
        known[part] = {f.name for f in fields(kind)} | {*defaults, "model_type"}
        for name, encoder in getattr(kind, "parts", {}).items():  # only mixed resolution has parts
            known[f"{part}.{name}"] = {f.name for f in fields(encoder)} | {"model_type"}
    return known


def apply_change(sizes: dict[str, Any], change: str, extra_keys: tuple[str, ...] = ()) -> None:
    """Set a size given as KEY=VALUE. Raises: OptionError."""
    key, equals, text = (word.strip() for word in change.partition("="))
    if not (key and equals and text):
        raise OptionError(
            f"--set {change}: expected KEY=VALUE", hint="As in: --set model.pooling=average"
        )
    # The key must be a known key of its table, and not the name of a table.
    known = _known_keys(sizes, extra_keys)
    table, _, name = key.removeprefix("model.").rpartition(".")
    if name not in known.get(table, ()) or (not table and name in known):
        names = {f"{part}.{size}" if part else size for part, sizes in known.items() for size in sizes}
        raise OptionError(
            f"--set {change}: unknown size {key}",
            hint=did_you_mean(
                key.removeprefix("model."),
                names - {*known},
                otherwise="docs/training.md lists the keys of a file of sizes.",
            ),
        )
    for part in filter(None, table.split(".")):
        sizes = sizes.setdefault(part, {})
    sizes[name] = _parse_value(text)


def _parse_value(text: str) -> Any:
    """Parse a TOML value. Text without quotes is allowed."""
    try:
        return parse_toml(f"value = {text}")["value"]
    except ValueError:
        return text


def _check_keys(path: Path, sizes: dict[str, Any], extra_keys: tuple[str, ...]) -> None:
    for part, allowed in _known_keys(sizes, extra_keys).items():
        table = sizes
        for name in filter(None, part.split(".")):
            table = table.get(name, {})
        if not isinstance(table, dict):
            raise SettingsFileError(
                f"{path}: {part} must be a table", hint=f"Write [{part}] and its sizes below it."
            )
        check_known(path, table, allowed, f"{part}." if part else "")


def check_known(
    path: Path, table: Mapping[str, Any], allowed: Collection[str], prefix: str = ""
) -> None:
    """Raise SettingsFileError for a key that is not among the allowed ones."""
    for key in table:
        if key not in allowed:
            raise SettingsFileError(
                f"{path}: unknown size {prefix}{key}",
                hint=did_you_mean(key, allowed, otherwise="Correct the file."),
            )
