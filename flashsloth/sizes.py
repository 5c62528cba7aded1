"""Sizes of a model as a TOML file gives them: FlashSlothConfig's own fields, with [text_config] and [vision_config]."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.errors import OptionError

if TYPE_CHECKING:
    from flashsloth.configuration import FlashSlothConfig


def read_sizes_file(path: Path, more: tuple[str, ...] = ()) -> dict[str, Any]:
    """The arguments of FlashSlothConfig, checked. With keys of the caller's own, named in `more`, it is left to the
    caller to try whether the sizes go together.

    Raises: OptionError naming the file and what is wrong in it.
    """
    try:
        sizes = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise OptionError(f"{path} cannot be read: {error}", hint="Mend the file.") from error
    _check_keys(path, sizes, more)
    if more:
        return sizes
    try:
        make_config(sizes)
    except Exception as error:  # a strict dataclass raises many kinds; all of them mean the same file
        raise OptionError(f"{path}: {str(error).strip().splitlines()[-1].strip()}", hint="Mend the file.") from error
    return sizes


def make_config(sizes: dict[str, Any]) -> FlashSlothConfig:
    from flashsloth.configuration import FlashSlothConfig

    return FlashSlothConfig(**sizes)


def _check_keys(path: Path, sizes: dict[str, Any], more: tuple[str, ...]) -> None:
    from flashsloth.configuration import PHI2, FlashSlothConfig

    def names(config: type) -> set[str]:
        return {f.name for f in fields(config)}

    parts = FlashSlothConfig.sub_configs
    known = {"": names(FlashSlothConfig) | set(more), "text_config": names(parts["text_config"]) | set(PHI2)}
    known["vision_config"] = names(parts["vision_config"])
    for part, allowed in known.items():
        given = sizes.get(part, {}) if part else sizes
        if not isinstance(given, dict):
            raise OptionError(f"{path}: {part} must be a table", hint=f"Write [{part}] and its sizes below.")
        for key in given:
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, n=1)
                where = f"{part}.{key}" if part else key
                raise OptionError(
                    f"{path}: unknown size {where}", hint=f"Did you mean {near[0]}?" if near else "Mend the file."
                )
