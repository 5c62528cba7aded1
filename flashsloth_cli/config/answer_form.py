"""The options that hold answers to a form: --schema and --regex, and the texts of --choices."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from flashsloth.errors import OptionError, SettingsFileError
from flashsloth.generation.choice_list import parse_choices
from flashsloth.generation.constraint import Constraint, constrain
from flashsloth.utils import safe_read
from flashsloth.utils.paths import expand
from flashsloth.utils.text import error_reason, printable_source
from flashsloth_cli.config.settings import SAMPLING
from flashsloth_cli.options import Options


def read_constraint(values: Mapping[str, Any]) -> Constraint | None:
    """Return the constraint of a schema or a regular expression. Raises: SchemaError, SettingsFileError."""
    schema = None if values["schema"] is None else schema_text(values["schema"])
    return constrain(schema, values["regex"], in_prompt=values["schema_in_prompt"])


@lru_cache(maxsize=8)
def schema_text(given: str) -> str:
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


def read_choices(flags: Options, given: Collection[str]) -> tuple[str, ...]:
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
