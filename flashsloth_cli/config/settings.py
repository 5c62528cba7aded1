"""The settings of the user, from environment variables and the configuration file.

Precedence: flag > --set > template > environment > file > the model's generation_config > built-in.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flashsloth.errors import OptionError
from flashsloth.generation import sampling_settings
from flashsloth.utils import atomic_write, safe_read
from flashsloth.utils.close_names import did_you_mean
from flashsloth.utils.paths import config_folder, expand
from flashsloth.utils.text import error_reason, printable
from flashsloth_cli import declaration
from flashsloth_cli.inputs.arguments import require_utf8
from flashsloth_cli.options import KEYS
from flashsloth_cli.terminal.spinning import KERNELS

SWITCHES = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
SAMPLING = tuple(sampling_settings.RANGES)


@dataclass(frozen=True, slots=True)
class Settings:
    """Values by key, and warnings about unknown keys."""

    values: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def get(self, key: str, flag: Any = None, default: Any = None) -> Any:
        """Return the flag if it is given, else the setting, else the default."""
        return flag if flag is not None else self.values.get(key, default)


def config_path() -> Path:
    """Return FLASHSLOTH_CONFIG, or config.toml in FLASHSLOTH_HOME or in the user's configuration folder."""
    if file := os.environ.get("FLASHSLOTH_CONFIG"):
        return expand(file)
    return config_folder() / "config.toml"


# Reading


def read() -> Settings:
    """Read the file, and the environment over it. Raises: OptionError for a wrong value or a file that is not TOML."""
    path = config_path()
    values = load(path) or {}
    warnings = tuple(unknown_key_warning(path, key, KEYS) for key in values if key not in KEYS)
    known = {key: check(key, value, where=path) for key, value in values.items() if key in KEYS}
    for key, variable in ((key, each.env) for key, each in KEYS.items()):
        if os.environ.get(variable):
            known[key] = os.environ[variable]
    kernels = os.environ.get("FLASHSLOTH_KERNELS")
    if kernels and kernels not in KERNELS:
        warnings += (f"FLASHSLOTH_KERNELS={kernels} is unknown and ignored; it can be avx2",)
    return Settings(known, warnings)


def load(path: Path, parse: Callable[[str], Any] = safe_read.parse_toml) -> Any:
    """Return what `parse` makes of the text of a TOML file, by default a dict; None without a file. Raises: OptionError
    naming the file."""
    try:
        return parse(safe_read.read_text(path))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError) as error:
        hint = "Correct the file or remove it."
        raise OptionError(f"{path} cannot be read: {error_reason(error)}", hint=hint) from error


def unknown_key_warning(path: Path, key: str, known: Collection[str]) -> str:
    return ". ".join(filter(None, (f"{path}: unknown key {key}", did_you_mean(key, known))))


def check(name: str, value: Any, *, where: Path | str | None = None) -> Any:
    """Return the value of a setting. Raises: OptionError as `declaration.check`."""
    return declaration.check(name, KEYS[name], value, where)


def check_key(key: str) -> str:
    """Return a known key. Raises: OptionError for another one."""
    if key in KEYS:
        return key
    raise OptionError(
        f"unknown setting {key}", hint=did_you_mean(key, KEYS, otherwise="flashsloth config show lists all.")
    )


def origin(key: str, settings: Settings) -> tuple[str, str | None]:
    """Return where a value comes from: "environment" and the variable, "file" and its path, or "built-in" and None."""
    variable = KEYS[key].env
    if variable and os.environ.get(variable):
        return "environment", variable
    return ("file", str(config_path())) if key in settings.values else ("built-in", None)


def parse_value(key: str, text: str) -> Any:
    """Return the typed value of a setting; several texts are a JSON list. Raises: OptionError for an invalid one."""
    kind = KEYS[key].kind
    value: Any = [text] if kind is list else text
    with suppress(ValueError, KeyError, RecursionError):  # `check` reports the wrong type
        if kind is list and text.startswith('["'):
            value = json.loads(text)
        elif kind is bool:
            value = SWITCHES[text.lower()]
        elif kind in (int, float):
            value = int(text) if kind is int or text.isdigit() else float(text)
    return check(key, value)


def value_text(value: Any) -> str:
    """Return a value as the file has it, or a dash for None."""
    if value is None:
        return "-"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (str, list, tuple)) else str(value).lower()


def split_pair(pair: str, example: str) -> tuple[str, str]:
    """Return key and text of --set KEY=VALUE. Raises: OptionError, with the example in its hint."""
    key, equals, text = pair.partition("=")
    if not equals or not key.strip():
        missing = "key" if equals else "value"
        raise OptionError(f"--set {printable(pair)} has no {missing}", hint=f"As in: --set {example}")
    return key.strip().replace("-", "_"), text.strip()


def parse_pairs(pairs: Sequence[str]) -> dict[str, Any]:
    """Return the values of --set. Raises: OptionError."""
    values: dict[str, Any] = {}
    for pair in pairs:
        key, text = split_pair(pair, "top_k=40")
        value = parse_value(check_key(key), text)
        values[key] = [*values.get(key, ()), *value] if isinstance(value, list) else value
    return values


# Writing


def change(key: str, value: Any) -> Path:
    """Write one key of the file, or remove it with None, and return the path. Comments and other keys stay. The write
    is atomic. Raises: InputError for text that is not UTF-8 or a file that cannot be written; OptionError for a file
    that is not TOML; DiskFull."""
    if isinstance(value, str):
        require_utf8(value, f"the value of {key}")
    path = config_path()
    import tomlkit

    document = load(path, tomlkit.parse)
    document = tomlkit.document() if document is None else document
    if value is None or isinstance(document.get(key), dict):  # a table is not one line
        document.pop(key, None)
    if value is not None:
        document[key] = value
    hint = "Check the folder and its permissions, or name another file in FLASHSLOTH_CONFIG."
    with atomic_write.convert_os_errors(path, hint=hint):
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write.atomic_write(path, prefix=f".{path.name}-", mode=0o600) as file:  # through a link
            file.write(tomlkit.dumps(document).encode())
    return path
