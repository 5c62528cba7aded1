"""The options of a question as they are in force. A command resolves them once; what it calls reads final values."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from typing import Any

from flashsloth.generation.constraint import Constraint, check_no_stop
from flashsloth_cli.config.answer_form import read_choices, read_constraint
from flashsloth_cli.config.settings import DEFAULTS, ENVIRONMENT, SAMPLING, Settings, check
from flashsloth_cli.inputs.arguments import require_utf8
from flashsloth_cli.options import Options
from flashsloth_cli.terminal import streams

# None stays where no flag and no setting decides: the model then does
DECIDED_BY_THE_MODEL = ("system", "hd", *SAMPLING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedOptions(Options):
    """Options with the values in force: of the flag, else of the template or the setting, else the default. `model`,
    `adapter` and `quant` are those of the flags, since a model's files also count in the choice: see `default_model`
    and `default_quant`."""

    flags: Options  # as typed, or as a continued conversation has them
    settings: Settings
    default_model: str | None  # of the settings
    default_quant: str | None  # of the settings; None if --dtype was given
    question_format: str | None  # of the template
    history: bool  # a new conversation is saved: at a terminal, or where the setting says so
    image_cache: bool  # encoded pictures are kept, unless conversations are never to be saved
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
        return resolve(self.flags, replace(self.settings, values={**self.settings.values, **changes}))


def resolve(flags: Options, settings: Settings | None = None) -> ResolvedOptions:
    """Return the options in force; None for a command that heeds no settings.

    Raises: OptionError for --choices with what excludes them, and for a schema or a regular expression that cannot be
    held; SettingsFileError for a schema's file.
    """
    settings = settings or Settings()
    for name, variable in ENVIRONMENT.items():  # those of the file are checked already
        if getattr(flags, name) is None and name in settings.values:
            check(name, settings.values[name], path=variable)
    values = {field.name: getattr(flags, field.name) for field in fields(Options)}
    values |= {name: settings.get(name, getattr(flags, name)) for name in DECIDED_BY_THE_MODEL}
    decided = ("device", "server", "overflow", "max_tokens")
    values |= {name: settings.get(name, getattr(flags, name), DEFAULTS[name]) for name in decided}
    private = flags.no_history or bool(os.environ.get("FLASHSLOTH_NO_HISTORY")) or settings.get("history") is False
    for text in flags.stop or ():
        require_utf8(text, "a text of --stop")
    constraint = read_constraint(flags)
    check_no_stop(constraint, flags.stop or ())
    return ResolvedOptions(
        **values
        | {
            "choice_texts": read_choices(flags),
            "dtype": settings.get("dtype", flags.dtype),
            "stop": [] if flags.choices or constraint else flags.stop or settings.get("stop", default=[]),
            "stats": flags.stats or settings.get("stats", default=DEFAULTS["stats"]),
        },
        flags=flags,
        settings=settings,
        default_model=settings.get("model"),
        default_quant=None if flags.dtype else settings.get("quant"),
        question_format=settings.get("question_format"),
        history=not private and (settings.get("history") or streams.at_terminal()),
        image_cache=settings.get("image_cache", default=DEFAULTS["image_cache"])
        and not (flags.no_image_cache or private),
        note=settings.get("note", default=DEFAULTS["note"]),
        constraint=constraint,
    )
