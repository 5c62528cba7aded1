"""What the user has settled: environment, then the configuration file, then nothing. Knows no model.

Precedence: flag > environment > file > the model's generation_config > built-in.
"""

from __future__ import annotations

import difflib
import os
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flashsloth.errors import OptionError

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
}
ENVIRONMENT = {"model": "FLASHSLOTH_MODEL", "device": "FLASHSLOTH_DEVICE", "quant": "FLASHSLOTH_QUANT"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Values by key, and warnings about keys that mean nothing."""

    values: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def get(self, key: str, flag: Any = None, default: Any = None) -> Any:
        """The flag if it was given, else what is settled, else the default."""
        return flag if flag is not None else self.values.get(key, default)


def config_path() -> Path:
    """FLASHSLOTH_CONFIG, or config.toml in FLASHSLOTH_HOME or in the user's configuration folder."""
    if file := os.environ.get("FLASHSLOTH_CONFIG"):
        return Path(file).expanduser()
    if home := os.environ.get("FLASHSLOTH_HOME"):
        return Path(home).expanduser() / "config.toml"
    from platformdirs import user_config_path

    return user_config_path("flashsloth") / "config.toml"


def read() -> Settings:
    """Environment and file together.

    Raises: OptionError naming the file and the key, for a wrong type or a file that is no TOML.
    """
    path = config_path()
    values: dict[str, Any] = {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if os.environ.get("FLASHSLOTH_CONFIG"):
            raise OptionError(
                f"FLASHSLOTH_CONFIG names {path}, which is no file", hint="Correct it or unset it."
            ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise OptionError(f"{path} cannot be read: {reason}", hint="Mend the file or remove it.") from error
    warnings = tuple(_about_unknown(path, key) for key in values if key not in TYPES)
    known = {key: value for key, value in values.items() if key in TYPES}
    for key, value in known.items():
        _check_type(path, key, value)
    for key, variable in ENVIRONMENT.items():
        if os.environ.get(variable):
            known[key] = os.environ[variable]
    return Settings(known, warnings)


def _about_unknown(path: Path, key: str) -> str:
    near = difflib.get_close_matches(key, TYPES, n=1)
    return f"{path}: unknown key {key}" + (f"; did you mean {near[0]}?" if near else "")


def _check_type(path: Path, key: str, value: Any) -> None:
    wanted = TYPES[key]
    good = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
    if not good:
        kinds = {str: "text in quotes", bool: "true or false", int: "a whole number"}
        kind = kinds.get(wanted, "a number") if isinstance(wanted, type) else "a number"
        raise OptionError(f"{path}: {key} must be {kind}, not {value!r}", hint="Mend that line of the file.")


def set_model(name: str) -> Path:
    """Make a model the default: the `model` line of the file is replaced or added, everything else stays."""
    path = config_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    kept = [line for line in lines if line.partition("=")[0].strip() != "model"]
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    text = "\n".join([f'model = "{quoted}"', *kept]) + "\n"
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
        file.write(text)
    os.replace(file.name, path)
    return path
