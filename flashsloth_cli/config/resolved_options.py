"""The options of a question as they are in force. A command resolves them once; what it calls reads final values."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

from flashsloth.errors import OptionError, SettingsFileError
from flashsloth.generation.choice_list import parse_choices
from flashsloth.generation.constraint import Constraint, check_no_stop, constrain
from flashsloth.utils import safe_read
from flashsloth.utils.paths import expand
from flashsloth.utils.text import error_reason, printable_source
from flashsloth_cli.config.settings import SAMPLING, Settings, check, parse_pairs
from flashsloth_cli.inputs.arguments import require_utf8
from flashsloth_cli.options import KEYS, Options
from flashsloth_cli.terminal import streams

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
    question_format: str | None  # of the template
    constraint: Constraint | None  # of the schema or the regular expression
    choice_texts: tuple[str, ...] = ()  # of --choices

    @property
    def default_model(self) -> str | None:
        """The model of the settings."""
        return self.settings.get("model")

    @property
    def default_quant(self) -> str | None:
        """The preset of the settings; None if a dtype was given."""
        return None if self.flags.dtype else self.settings.get("quant")

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
            check(name, settings.values[name], where=setting.env)
    given = parse_pairs(flags.set or ())
    # how a model is opened: as if there were flags
    opens: dict[str, Any] = {name: getattr(flags, name) or given.get(name) for name in ("quant", "dtype", "reduce")}
    flags = replace(flags, **opens)
    settings = replace(settings, values=settings.values | given)
    values = {field.name: getattr(flags, field.name) for field in fields(Options)}
    for name, setting in KEYS.items():
        if name not in OF_MODELS:
            values[name] = settings.get(name, values[name], None if name in DECIDED_BY_THE_MODEL else setting.default)
    private = flags.no_history or bool(os.environ.get("FLASHSLOTH_NO_HISTORY")) or settings.get("history") is False
    values["history"] = not private and (bool(settings.get("history")) or streams.at_terminal())
    values["image_cache"] &= not private
    values["stats"] |= flags.verbose
    choices, schema = _read_choices(flags, given), values["schema"]
    text = schema if schema is None or choices else _schema_text(schema)
    constraint = None if choices else constrain(text, values["regex"], in_prompt=values["schema_in_prompt"])
    stop = given.get("stop") or flags.stop or ()
    for text in stop:
        require_utf8(text, "a text of stop")
    check_no_stop(constraint, stop)
    values["stop"] = [] if choices or constraint else list(values["stop"])
    return ResolvedOptions(
        **values,
        flags=flags,
        settings=settings,
        question_format=settings.get("question_format"),
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


def _read_choices(flags: Options, given: Collection[str]) -> tuple[str, ...]:
    """Return the texts of --choices. Raises: OptionError, also for options, or settings that --set has `given`, that
    only sampled answers have."""
    if flags.choices is None:
        return ()
    others = ("schema", "regex", "stop", *(name for name in SAMPLING if name != "seed"))
    names = [name for name in others if getattr(flags, name) is not None or name in given]
    if names:
        flag = f"--set {names[0]}" if names[0] in given else f"--{names[0].replace('_', '-')}"
        hint = f"Leave out {flag}: the likeliest choice is the answer."
        raise OptionError(f"--choices and {flag} exclude each other", hint=hint)
    return parse_choices(flags.choices)
