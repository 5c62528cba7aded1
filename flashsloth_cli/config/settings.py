"""The settings of the user, from environment variables and the configuration file.

Precedence: flag > template > environment > file > the model's generation_config > built-in.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from flashsloth.devices import DEVICE_NAME, DTYPES
from flashsloth.errors import OptionError
from flashsloth.generation import sampling_settings
from flashsloth.quantization.presets import CHOICES
from flashsloth.utils import atomic_write, safe_read
from flashsloth.utils.close_names import did_you_mean
from flashsloth.utils.paths import config_folder, expand
from flashsloth.utils.text import error_reason, printable_repr
from flashsloth_cli.inputs.arguments import require_utf8
from flashsloth_cli.terminal.image_preview import METHODS

Types = Mapping[str, type | tuple[type, ...]]

SAMPLING = tuple(sampling_settings.RANGES)

TYPES: dict[str, type | tuple[type, ...]] = {
    "model": str,
    "device": str,
    "dtype": str,
    "quant": str,
    "server": str,
    "system": str,
    "hd": bool,
    "max_tokens": int,
    "temperature": (int, float),
    "top_p": (int, float),
    "top_k": int,
    "min_p": (int, float),
    "repetition_penalty": (int, float),
    "seed": int,
    "stats": bool,
    "overflow": str,
    "history": bool,
    "image_cache": bool,
    "preview": str,
    "note": str,
}
RULES: dict[str, tuple[Callable[[Any], object], str]] = {  # those of the library, checked before a model is opened
    "model": (bool, "the name or the folder of a model"),
    "device": (DEVICE_NAME[0].fullmatch, DEVICE_NAME[1]),
    "dtype": (("auto", *DTYPES).__contains__, f"auto, {', '.join(DTYPES[:-1])} or {DTYPES[-1]}"),
    "quant": (CHOICES.__contains__, f"{', '.join(CHOICES[:-1])} or {CHOICES[-1]}"),
    "server": (
        re.compile(r"auto|none|(https?://)?[\w.\-\[\]:]*\d+/?").fullmatch,
        "auto, none or the address of a server",
    ),
    "max_tokens": (lambda value: value >= 1, "1 or more"),
    **sampling_settings.RANGES,
    "overflow": (("error", "drop-oldest").__contains__, "error or drop-oldest"),
    "preview": (METHODS.__contains__, f"{', '.join(METHODS[:-1])} or {METHODS[-1]}"),
    "note": (("daily", "always", "never").__contains__, "daily, always or never"),
}
DEFAULTS: dict[str, Any] = {  # None: the model's own value, or no value
    "model": "nano",
    "device": "auto",
    "dtype": "auto",
    "quant": "auto",
    "server": "auto",
    "system": None,
    "hd": None,
    "max_tokens": 512,
    "temperature": 0.0,
    "top_p": 1.0,
    "top_k": 0,
    "min_p": 0.0,
    "repetition_penalty": 1.0,
    "seed": None,
    "stats": False,
    "overflow": "error",
    "history": True,
    "image_cache": True,
    "preview": "off",
    "note": "daily",
}
KERNELS = "", "avx2"  # values of FLASHSLOTH_KERNELS, which __main__ reads before anything is imported
SWITCHES = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
ENVIRONMENT = {
    "model": "FLASHSLOTH_MODEL",
    "device": "FLASHSLOTH_DEVICE",
    "quant": "FLASHSLOTH_QUANT",
    "server": "FLASHSLOTH_SERVER",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Values by key, and warnings about unknown keys."""

    values: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def get(self, key: str, flag: Any = None, default: Any = None) -> Any:
        """Return the flag if it is given, else the setting, else the default."""
        return flag if flag is not None else self.values.get(key, default)


class Origin(NamedTuple):
    """Where a value comes from: "environment", "file" or "built-in", and the variable or the path."""

    kind: str
    source: str | None


def config_path() -> Path:
    """Return FLASHSLOTH_CONFIG, or config.toml in FLASHSLOTH_HOME or in the user's configuration folder."""
    if file := os.environ.get("FLASHSLOTH_CONFIG"):
        return expand(file)
    return config_folder() / "config.toml"


# Reading


def read() -> Settings:
    """Read the file, and the environment over it. Raises: OptionError for a wrong value or a file that is not TOML."""
    path = config_path()
    values = parse(path, read_text(path) or "")
    warnings = tuple(unknown_key_warning(path, key, TYPES) for key in values if key not in TYPES)
    known = {key: value for key, value in values.items() if key in TYPES}
    for key, value in known.items():
        check(key, value, path=path)
    for key, variable in ENVIRONMENT.items():
        if os.environ.get(variable):
            known[key] = os.environ[variable]
    kernels = os.environ.get("FLASHSLOTH_KERNELS", "")
    if kernels not in KERNELS:
        warnings += (f"FLASHSLOTH_KERNELS={kernels} is unknown and ignored; it can be avx2",)
    return Settings(known, warnings)


def read_text(path: Path) -> str | None:
    """Return the text of a TOML file with its own line ends, or None without a file. Raises: OptionError."""
    try:
        return safe_read.read_text(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def parse(path: Path, text: str) -> dict[str, Any]:
    """Parse the text of a TOML file. Raises: OptionError naming the file."""
    try:
        return safe_read.parse_toml(text)
    except ValueError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> OptionError:
    return OptionError(f"{path} cannot be read: {error_reason(error)}", hint="Correct the file or remove it.")


def unknown_key_warning(path: Path, key: str, known: Collection[str]) -> str:
    return ". ".join(filter(None, (f"{path}: unknown key {key}", did_you_mean(key, known))))


def check(key: str, value: Any, *, path: Path | str | None = None, types: Types = TYPES) -> None:
    """Check the type and the range of a value. Raises: OptionError naming the key, and its file or its variable."""
    type_or_types = types[key]
    kinds = {str: "text in quotes" if path else "text", bool: "true or false", int: "a whole number"}
    expected = kinds.get(type_or_types, "a number") if isinstance(type_or_types, type) else "a number"
    valid = isinstance(value, type_or_types) and (type_or_types is bool or not isinstance(value, bool))
    if valid and key in RULES:
        rule, expected = RULES[key]
        valid = bool(rule(value))
    if valid and isinstance(value, int) and value >= 2**64:
        valid, expected = False, "less than 2**64"
    if not valid:
        where = f"{path}: " if path else ""
        hint = f"Correct or unset {path}." if path else "flashsloth config show lists the values."
        hint = "Correct that line of the file." if isinstance(path, Path) else hint
        raise OptionError(f"{where}{key} must be {expected}, not {printable_repr(value)}", hint=hint)


def check_key(key: str) -> str:
    """Return a known key. Raises: OptionError for another one."""
    if key in TYPES:
        return key
    raise OptionError(f"unknown setting {key}", hint=did_you_mean(key, TYPES, then=f"All: {', '.join(TYPES)}."))


def origin(key: str, settings: Settings) -> Origin:
    """Return where the value of a key comes from."""
    variable = ENVIRONMENT.get(key)
    if variable and os.environ.get(variable):
        return Origin("environment", variable)
    return Origin("file", str(config_path())) if key in settings.values else Origin("built-in", None)


def parse_value(key: str, text: str) -> Any:
    """Parse a value that was typed on the command line. Raises: OptionError for an invalid one."""
    readers: dict[Any, Callable[[str], Any]] = {bool: lambda word: SWITCHES[word.lower()], int: int, str: str}
    value: Any = text
    with suppress(ValueError, KeyError):  # `check` reports the wrong type
        value = readers.get(TYPES[key], _number)(text)
    check(key, value)
    return value


def _number(text: str) -> int | float:
    return int(text) if text.isdigit() else float(text)


# Writing


def change(key: str, value: Any) -> Path:
    """Write one key of the file, or remove it with None, and return the path. Comments and other keys stay. The write
    is atomic. Raises: InputError for text that is not UTF-8 or a file that cannot be written; OptionError for a file
    that is not TOML; DiskFull."""
    if isinstance(value, str):
        require_utf8(value, f"the value of {key}")
    path = config_path()
    before = read_text(path) or ""
    expected = {k: v for k, v in parse(path, before).items() if k != key} | ({} if value is None else {key: value})
    try:
        after = _edited(before, key, value)
        correct = safe_read.parse_toml(after) == expected
    except (ValueError, RecursionError):  # tomlkit recurses
        correct = False
    if not correct:
        raise OptionError(
            f"{key} in {path} cannot be changed without changing other keys", hint="Change it in an editor."
        )
    _replace(path, after)
    return path


def _edited(text: str, key: str, value: Any) -> str:
    """Return a TOML text with one key set, or removed if the value is None."""
    import tomlkit

    document = tomlkit.parse(text)
    if value is None or isinstance(document.get(key), dict):  # a table is not one line
        document.pop(key, None)
    if value is not None:
        document[key] = value
    return tomlkit.dumps(document)


def _replace(path: Path, text: str) -> None:
    """Write the file, through a link if it is one."""
    hint = "Check the folder and its permissions, or name another file in FLASHSLOTH_CONFIG."
    with atomic_write.convert_os_errors(path, hint=hint):
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write.atomic_write(path, prefix=f".{path.name}-", mode=0o600) as file:
            file.write(text.encode())


def set_model(name: str) -> Path:
    """Set the default model, and return the path of the file."""
    return change("model", name)
