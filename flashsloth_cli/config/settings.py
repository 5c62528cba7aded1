"""What the user has settled: environment, then the configuration file, then nothing. Knows no model.

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

from flashsloth.devices import DTYPES
from flashsloth.errors import OptionError
from flashsloth.quantization.presets import CHOICES
from flashsloth.utils import atomic_write, safe_read
from flashsloth.utils.close_names import close_names
from flashsloth.utils.paths import config_folder, expand
from flashsloth.utils.text import error_reason, printable_repr
from flashsloth_cli.inputs.arguments import as_text
from flashsloth_cli.terminal.image_preview import WAYS

Types = Mapping[str, type | tuple[type, ...]]

TYPES: dict[str, type | tuple[type, ...]] = {
    "model": str,
    "device": str,
    "dtype": str,
    "quant": str,
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
    "preview": str,
    "note": str,
}
RULES: dict[str, tuple[Callable[[Any], object], str]] = {  # the library's own ones, known before a model is opened
    "model": (bool, "the name or the folder of a model"),
    "device": (re.compile(r"auto|cpu|mps|cuda(:\d+)?").fullmatch, "auto, cpu, mps, cuda or cuda:N"),
    "dtype": (("auto", *DTYPES).__contains__, f"auto, {', '.join(DTYPES[:-1])} or {DTYPES[-1]}"),
    "quant": (CHOICES.__contains__, f"{', '.join(CHOICES[:-1])} or {CHOICES[-1]}"),
    "max_tokens": (lambda value: value >= 1, "1 or more"),
    "temperature": (lambda value: value == 0 or 1e-3 <= value <= 1e3, "0 (greedy), or 0.001 to 1000"),
    "top_p": (lambda value: 0 < value <= 1, "more than 0, at most 1"),
    "top_k": (lambda value: value >= 0, "0 (off) or more"),
    "min_p": (lambda value: 0 <= value < 1, "0 (off) or more, less than 1"),
    "repetition_penalty": (lambda value: 1e-3 <= value <= 1e3, "0.001 to 1000; 1 is off"),
    "seed": (lambda value: 0 <= value < 2**64, "0 to 2**64 - 1"),
    "overflow": (("error", "drop-oldest").__contains__, "error or drop-oldest"),
    "preview": (WAYS.__contains__, f"{', '.join(WAYS[:-1])} or {WAYS[-1]}"),
    "note": (("daily", "always", "never").__contains__, "daily, always or never"),
}
DEFAULTS: dict[str, Any] = {  # None: as the model has it, or none at all
    "model": "nano",
    "device": "auto",
    "dtype": "auto",
    "quant": "auto",
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
    "preview": "off",
    "note": "daily",
}
SWITCHES = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}  # as typed
ENVIRONMENT = {"model": "FLASHSLOTH_MODEL", "device": "FLASHSLOTH_DEVICE", "quant": "FLASHSLOTH_QUANT"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Values by key, and warnings about keys that mean nothing."""

    values: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def get(self, key: str, flag: Any = None, default: Any = None) -> Any:
        """The flag if it was given, else what is settled, else the default."""
        return flag if flag is not None else self.values.get(key, default)


class Origin(NamedTuple):
    """Where a value comes from: "environment", "file" or "built-in", and the variable or the path."""

    kind: str
    place: str | None


def config_path() -> Path:
    """FLASHSLOTH_CONFIG, or config.toml in FLASHSLOTH_HOME or in the user's configuration folder."""
    if file := os.environ.get("FLASHSLOTH_CONFIG"):
        return expand(file)
    return config_folder() / "config.toml"


# Reading


def read() -> Settings:
    """Environment and file together.

    Raises: OptionError naming the file and the key, for a wrong type or a file that is no TOML.
    """
    path = config_path()
    values = parse(path, read_text(path) or "")
    warnings = tuple(about_unknown(path, key, TYPES) for key in values if key not in TYPES)
    known = {key: value for key, value in values.items() if key in TYPES}
    for key, value in known.items():
        check(key, value, place=path)
    for key, variable in ENVIRONMENT.items():
        if os.environ.get(variable):
            known[key] = os.environ[variable]
    return Settings(known, warnings)


def read_text(path: Path) -> str | None:
    """A TOML file's text with the line ends it has; None where there is no file. OptionError if it cannot be read."""
    try:
        return safe_read.read_text(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise OptionError(
            f"{path} cannot be read: {error_reason(error)}", hint="Mend the file or remove it."
        ) from error


def parse(path: Path, text: str) -> dict[str, Any]:
    """What a TOML file says. OptionError naming it, if it is none."""
    try:
        return safe_read.parse_toml(text)
    except ValueError as error:
        raise OptionError(
            f"{path} cannot be read: {error_reason(error)}", hint="Mend the file or remove it."
        ) from error


def about_unknown(path: Path, key: str, known: Collection[str]) -> str:
    """A warning about a key that means nothing."""
    near = close_names(key, known)
    return f"{path}: unknown key {key}" + (f"; did you mean {near[0]}?" if near else "")


def check(key: str, value: Any, *, place: Path | None = None, types: Types = TYPES) -> None:
    """OptionError, naming the key and the file if it is in one, for a value of another type or out of range."""
    wanted = types[key]
    kinds = {str: "text in quotes" if place else "text", bool: "true or false", int: "a whole number"}
    kind = kinds.get(wanted, "a number") if isinstance(wanted, type) else "a number"
    good = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
    if good and key in RULES:
        rule, kind = RULES[key]
        good = bool(rule(value))
    if good and isinstance(value, int) and value >= 2**64:
        good, kind = False, "less than 2**64"
    if not good:
        where, hint = (
            (f"{place}: ", "Mend that line of the file.")
            if place
            else ("", f"flashsloth config get {key} says what it is.")
        )
        raise OptionError(f"{where}{key} must be {kind}, not {printable_repr(value)}", hint=hint)


def known_key(key: str) -> str:
    """The key, if it is one; else OptionError with a did-you-mean."""
    if key in TYPES:
        return key
    near = close_names(key, TYPES)
    meant = f"Did you mean {near[0]}? " if near else ""
    raise OptionError(f"unknown setting {key}", hint=f"{meant}All: {', '.join(TYPES)}.")


def origin(key: str, settled: Settings) -> Origin:
    """Where the value of a key comes from."""
    variable = ENVIRONMENT.get(key)
    if variable and os.environ.get(variable):
        return Origin("environment", variable)
    return Origin("file", str(config_path())) if key in settled.values else Origin("built-in", None)


def from_text(key: str, text: str) -> Any:
    """A value as it is typed on the command line. OptionError unless the file may say it too."""
    readers: dict[Any, Callable[[str], Any]] = {bool: lambda word: SWITCHES[word.lower()], int: int, str: str}
    value: Any = text
    with suppress(ValueError, KeyError):  # then it is of another type, as `check` says
        value = readers.get(TYPES[key], _number)(text)
    check(key, value)
    return value


def _number(text: str) -> int | float:
    return int(text) if text.isdigit() else float(text)


# Writing


def change(key: str, value: Any) -> Path:
    """Write one key of the file, None takes it out; comments and everything else stay. All of it or nothing.

    Raises: InputError for a text that is none or a file that cannot be written; OptionError for a file that is no
    TOML; DiskFull.
    """
    if isinstance(value, str):
        as_text(value, f"the value of {key}")
    path = config_path()
    before = read_text(path) or ""
    wanted = {k: v for k, v in parse(path, before).items() if k != key} | ({} if value is None else {key: value})
    try:
        after = _edited(before, key, value)
        kept = safe_read.parse_toml(after) == wanted
    except (ValueError, RecursionError):  # the latter of tomlkit
        kept = False
    if not kept:
        raise OptionError(f"{key} in {path} cannot be changed without touching more", hint="Change it in an editor.")
    _replace(path, after)
    return path


def _edited(text: str, key: str, value: Any) -> str:
    """A TOML text with one key set, or without it where the value is None."""
    import tomlkit

    document = tomlkit.parse(text)
    if value is None or isinstance(document.get(key), dict):  # a table is no line that could be changed
        document.pop(key, None)
    if value is not None:
        document[key] = value
    return tomlkit.dumps(document)


def _replace(path: Path, text: str) -> None:
    """Put a file in a file's place. A link stays one, and what it leads to is replaced."""
    hint = "Check the folder and its permissions, or name another file in FLASHSLOTH_CONFIG."
    with atomic_write.convert_os_errors(path, hint=hint):
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write.atomic_write(path, prefix=f".{path.name}-", mode=0o600) as file:
            file.write(text.encode())


def set_model(name: str) -> Path:
    """Make a model the default."""
    return change("model", name)
