"""`--save-template`: save the question and the settings of a command line as a template of the user."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flashsloth_cli.declaration import flag_of
from flashsloth_cli.inputs.arguments import require_utf8
from flashsloth_cli.options import Options
from flashsloth_cli.settings import prompt_templates, settings
from flashsloth_cli.settings.prompt_templates import Template
from flashsloth_cli.settings.settings import ResolvedOptions, override
from flashsloth_cli.terminal import render

# Options of one run, which nobody expects in a template.
OF_THIS_RUN = ("quiet", "verbose", "yes", "json", "no_history", "set")


def save(
    name: str, question: str | None, used: str | None, options: ResolvedOptions, *, force: bool
) -> None:
    """Write the question and the settings of answers that a command line gave, and print where.

    Settings of config.toml and of the environment are left out, as they are in force anyway. If a
    template was used, its prompt and its settings are written too.

    Args:
        question: the first question, or None if only settings were given.
        used: the template that -t named.

    Raises: OptionError for an invalid name, InputError if the template exists or cannot be written,
        DiskFull.
    """
    template = None if used is None else prompt_templates.find(used)
    flags = options.flags
    typed = {
        field.name: value
        for field in fields(Options)
        if (value := getattr(flags, field.name)) != field.default
    }
    given = settings.parse_pairs(flags.set or ()) | typed
    values = override({} if template is None else template.settings, given)
    if "schema" in values:
        values["schema"] = options.schema_text  # its file may be gone when the template is used
    saved = {key: _toml_value(values[key]) for key in prompt_templates.SETTINGS if key in values}

    prompt = _prompt(question, template)
    if prompt:
        saved = {"prompt": require_utf8(prompt, "the question")} | saved
    path = prompt_templates.save(name, saved, force=force)
    render.note(f"saved the template {name} in {path}. Use it with: -t {name}")
    left = [flag_of(key) for key in given if key not in saved and key not in OF_THIS_RUN]
    if left:
        render.note(f"note: a template has no {', '.join(left)}: give this again with -t {name}")


def _prompt(question: str | None, template: Template | None) -> str:
    """Return the prompt to save. If the template that was used has a placeholder, a question is filled
    into it."""
    if template is None or not template.wants_question or not template.prompt:
        return question or ""
    return prompt_templates.fill(template.prompt, question) if question else template.prompt


def _toml_value(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
