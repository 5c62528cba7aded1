"""The options of a question as they are in force. A command resolves them once; what it calls reads final values."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from flashsloth.errors import OptionError, SettingsFileError
from flashsloth.generation.choice_list import parse_choices
from flashsloth.generation.constraint import Constraint, check_no_stop, constrain
from flashsloth.utils import safe_read
from flashsloth.utils.paths import expand
from flashsloth.utils.text import error_reason, printable_source
from flashsloth_cli.config.settings import DEFAULTS, SAMPLING, Settings
from flashsloth_cli.options import Options

# None stays where no flag and no setting decides: the model then does
DECIDED_BY_THE_MODEL = ("system", "hd", *SAMPLING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedOptions(Options):
    """Options with the values in force: of the flag, else of the template or the setting, else the default.

    `model`, `adapter` and `quant` are those of the flags, since a model's files also count in the choice: see
    `default_model` and `default_quant`.
    """

    flags: Options  # as typed, or as a continued conversation has them
    settings: Settings
    default_model: str | None  # of the settings
    default_quant: str | None  # of the settings; None if --dtype was given
    question_format: str | None  # of the template
    history: bool
    image_cache: bool
    note: str
    constraint: Constraint | None  # of --schema or --regex
    choice_texts: tuple[str, ...] = ()  # of --choices

    def with_flags(self, **changes: Any) -> ResolvedOptions:
        """Return these options with other flags; None for a flag that is not given any more."""
        return resolve(replace(self.flags, **changes), self.settings)

    def uses_default(self, name: str) -> bool:
        """Return whether no flag, template or setting gives this option."""
        return getattr(self.flags, name) is None and name not in self.settings.values

    def with_settings(self, **changes: Any) -> ResolvedOptions:
        """Return these options with other settings."""
        return resolve(self.flags, replace(self.settings, values={**self.settings.values, **changes}))


def resolve(flags: Options, settings: Settings | None = None) -> ResolvedOptions:
    """Return the options in force; None for a command that heeds no settings.

    Raises: OptionError for --choices with what excludes them, and for a schema or a regular expression that cannot be
    held; SettingsFileError for a schema's file.
    """
    settings = settings or Settings()
    values = {field.name: getattr(flags, field.name) for field in fields(Options)}
    values |= {name: settings.get(name, getattr(flags, name)) for name in DECIDED_BY_THE_MODEL}
    decided = ("device", "server", "overflow", "max_tokens")
    values |= {name: settings.get(name, getattr(flags, name), DEFAULTS[name]) for name in decided}
    constraint = read_constraint(flags)
    check_no_stop(constraint, flags.stop or ())
    return ResolvedOptions(
        **values
        | {
            "choice_texts": _choices(flags),
            "dtype": settings.get("dtype", flags.dtype),
            "stop": [] if flags.choices or constraint else flags.stop or settings.get("stop", default=[]),
            "stats": flags.stats or settings.get("stats", default=DEFAULTS["stats"]),
        },
        flags=flags,
        settings=settings,
        default_model=settings.get("model"),
        default_quant=None if flags.dtype else settings.get("quant"),
        question_format=settings.get("question_format"),
        history=settings.get("history", default=DEFAULTS["history"]),
        image_cache=settings.get("image_cache", default=DEFAULTS["image_cache"]) and not flags.no_image_cache,
        note=settings.get("note", default=DEFAULTS["note"]),
        constraint=constraint,
    )


def read_constraint(flags: Options) -> Constraint | None:
    """Return the constraint of --schema or --regex. Raises: SchemaError, SettingsFileError."""
    schema = None if flags.schema is None else schema_text(flags.schema)
    return constrain(schema, flags.regex, in_prompt=not flags.no_schema_in_prompt)


@lru_cache(maxsize=8)
def schema_text(given: str) -> str:
    """Return a schema as text: of a file, or as it is given. Raises: SettingsFileError."""
    named = given.removeprefix("@")
    path = Path(expand(named))
    is_name = (
        given.startswith("@")
        or path.suffix.lower() == ".json"
        or (os.sep in given and not given.lstrip().startswith("{"))
    )
    if not is_name and not _is_file(path):
        return given
    try:
        return safe_read.read_text(path)
    except (OSError, ValueError) as error:
        hint = "Give a file with a JSON schema, a JSON schema, or fields as in: total number, items [string]."
        raise SettingsFileError(
            f"{printable_source(named)} cannot be read: {error_reason(error)}", hint=hint
        ) from error


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name too long for one
        return False


def _choices(flags: Options) -> tuple[str, ...]:
    """Return the texts of --choices. Raises: OptionError, also for options that only sampled answers have."""
    if flags.choices is None:
        return ()
    others = ("schema", "regex", "stop", *(name for name in SAMPLING if name != "seed"))
    names = [name for name in others if getattr(flags, name) not in (None, [])]
    if names:
        flag = f"--{names[0].replace('_', '-')}"
        hint = f"Leave out {flag}: the likeliest choice is the answer."
        raise OptionError(f"--choices and {flag} exclude each other", hint=hint)
    return parse_choices(flags.choices)
