"""The settings of the user, from environment variables and the configuration file, and the options in force.

Precedence: flag > --set > template > environment > file > the model's generation_config > built-in.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from flashsloth.errors import OptionError, SettingsFileError
from flashsloth.generation import sampling_settings
from flashsloth.generation.choice_list import parse_choices
from flashsloth.generation.constraint import Constraint, constrain
from flashsloth.utils import atomic_write, safe_read
from flashsloth.utils.close_names import did_you_mean
from flashsloth.utils.paths import expand, user_folder
from flashsloth.utils.text import error_reason, printable, printable_source
from flashsloth_cli.declaration import check
from flashsloth_cli.inputs.arguments import require_utf8
from flashsloth_cli.options import KEYS, Options
from flashsloth_cli.terminal import streams
from flashsloth_cli.terminal.spinning import KERNELS

SWITCHES = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
SAMPLING = tuple(sampling_settings.RANGES)


@dataclass(frozen=True, slots=True)
class Settings:
    """Values by key, and warnings about unknown keys."""

    values: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a setting, or the default."""
        return self.values.get(key, default)


def config_path() -> Path:
    """Return FLASHSLOTH_CONFIG, or config.toml in FLASHSLOTH_HOME or in the user's configuration folder."""
    if file := os.environ.get("FLASHSLOTH_CONFIG"):
        return expand(file)
    return user_folder("config") / "config.toml"


# Reading


def read() -> Settings:
    """Read the file, and the environment over it. Raises: OptionError for a wrong value or a file that is not TOML."""
    path = config_path()
    values = load(path) or {}
    warnings = warnings_of(path, values, KEYS)
    known = {key: check(key, KEYS[key], value, path) for key, value in values.items() if key in KEYS}
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
    except (OSError, ValueError, RecursionError) as error:  # the last of tomlkit before 0.15.2
        hint = "Correct the file or remove it."
        raise OptionError(f"{path} cannot be read: {error_reason(error)}", hint=hint) from error


def warnings_of(path: Path, values: Collection[str], known: Collection[str]) -> tuple[str, ...]:
    """Return a warning for each unknown key of a file."""
    hints = {key: did_you_mean(key, known) for key in values if key not in known}
    return tuple(f"{path}: unknown key {key}{f'. {hint}' if hint else ''}" for key, hint in hints.items())


def check_key(key: str) -> str:
    """Return a known key. Raises: OptionError for another one."""
    if key in KEYS:
        return key
    begun = [name for name in KEYS if key.startswith(f"{name}_")]  # system_prompt
    hint = did_you_mean(begun[0] if begun else key, KEYS, otherwise="flashsloth config show lists all.")
    raise OptionError(f"unknown setting {key}", hint=hint)


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
    return check(key, KEYS[key], value)


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


# The options of a question as they are in force. A command resolves them once; what it calls reads final values.

OF_MODELS = ("model", "quant")  # a model's files count in the choice too: see `default_model` and `default_quant`
DECIDED_BY_THE_MODEL = ("system", "hd", "dtype", *SAMPLING)  # None where neither a flag nor a setting decides


@dataclass(frozen=True, kw_only=True)
class ResolvedOptions(Options):
    """Options with the values in force: of the flag, else of --set, of the template, of the environment or the file,
    else the default. `model`, `adapter` and `quant` are those of the flags."""

    allow_local: bool = False
    reference_preprocessing: bool = False
    quant_cache: bool = True
    image_cache: bool = True
    history: bool = False  # a new conversation is saved: at a terminal, or where the setting says so
    flags: Options  # as typed, or as a continued conversation has them
    settings: Settings
    default_model: str | None  # of the settings
    default_quant: str | None  # of the settings; None if a dtype was given
    question_format: str | None  # of the template
    constraint: Constraint | None  # of the schema or the regular expression
    choice_texts: tuple[str, ...] = ()  # of --choices

    def with_flags(self, **changes: Any) -> ResolvedOptions:
        """Return these options with other flags; None for a flag that is not given any more."""
        return resolve(replace(self.flags, **changes), self.settings)


def resolve(flags: Options, settings: Settings | None = None) -> ResolvedOptions:
    """Return the options in force; None for a command that heeds no settings.

    Raises: OptionError for --choices with what excludes them; SchemaError for a schema or a regular expression that
    cannot be held; SettingsFileError for a schema's file.
    """
    settings = settings or Settings()
    for name, setting in KEYS.items():  # values of the file are checked already
        if setting.env and getattr(flags, name) is None and name in settings.values:
            check(name, setting, settings.values[name], setting.env)
    given = parse_pairs(flags.set) if flags.set else {}
    # how a model is opened: as if there were flags
    opens: dict[str, Any] = {name: getattr(flags, name) or given.get(name) for name in ("quant", "dtype", "reduce")}
    flags = replace(flags, **opens)
    known = settings.values | given
    settings = replace(settings, values=known)
    values = {field.name: getattr(flags, field.name) for field in fields(Options)}
    for name, setting in KEYS.items():
        if name not in OF_MODELS and values[name] is None:
            values[name] = known.get(name, None if name in DECIDED_BY_THE_MODEL else setting.default)
    private = flags.no_history or bool(os.environ.get("FLASHSLOTH_NO_HISTORY")) or known.get("history") is False
    values["history"] = not private and (bool(known.get("history")) or streams.at_terminal())
    values["image_cache"] &= not private
    values["stats"] |= flags.verbose
    schema, choices = values["schema"], () if flags.choices is None else _read_choices(flags.choices, flags, given)
    text = schema if schema is None or choices else _schema_text(schema)
    stop = given.get("stop") or flags.stop or ()
    for each in stop:
        require_utf8(each, "a text of stop")
    regex, constraint = values["regex"], None
    if not choices and (text is not None or regex is not None):
        constraint = constrain(text, regex, in_prompt=values["schema_in_prompt"], stop=stop)
    values["stop"] = [] if choices or constraint else list(values["stop"])
    return ResolvedOptions(
        **values,
        flags=flags,
        settings=settings,
        default_model=known.get("model"),
        default_quant=None if flags.dtype else known.get("quant"),
        question_format=known.get("question_format"),
        constraint=constraint,
        choice_texts=choices,
    )


@lru_cache(maxsize=8)
def _schema_text(given: str) -> str:
    """Return a schema as text: of a file, or as it is given. Raises: SettingsFileError."""
    named = given.removeprefix("@")
    path = expand(named)
    is_path = os.sep in given and not given.lstrip().startswith("{")
    is_name = is_path or given.startswith("@") or path.suffix.lower() == ".json"
    if not is_name and not os.path.isfile(path):
        return given
    try:
        return safe_read.read_text(path)
    except (OSError, ValueError) as error:
        hint = "Give a file with a JSON schema, a JSON schema, or fields as in: total number, items [string]."
        raise SettingsFileError(
            f"{printable_source(named)} cannot be read: {error_reason(error)}", hint=hint
        ) from error


def _read_choices(text: str, flags: Options, given: Collection[str]) -> tuple[str, ...]:
    """Return the texts of --choices. Raises: OptionError, also for options, or settings that --set has `given`, that
    only sampled answers have."""
    others = ("schema", "regex", "stop", *(name for name in SAMPLING if name != "seed"))
    names = [name for name in others if getattr(flags, name) is not None or name in given]
    if names:
        flag = f"--set {names[0]}" if names[0] in given else f"--{names[0].replace('_', '-')}"
        hint = f"Leave out {flag}: the likeliest choice is the answer."
        raise OptionError(f"--choices and {flag} exclude each other", hint=hint)
    return parse_choices(text)
