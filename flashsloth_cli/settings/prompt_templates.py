"""Prompt templates, each with a prompt for a question and settings such as the system text.

A template is a TOML file. It is one of the built-in templates, or templates/NAME.toml in the user's
configuration folder. `--save-template` writes such a file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from flashsloth.errors import InputError, OptionError, SettingsFileError
from flashsloth.generation.answer_settings import SETTINGS as ANSWER_SETTINGS
from flashsloth.generation.answer_settings import Setting, names_in
from flashsloth.generation.choice_list import check_choices
from flashsloth.utils.paths import expand, user_folder
from flashsloth.utils.safe_read import parse_toml
from flashsloth.utils.text import command_line, did_you_mean, path_meant, printable_repr
from flashsloth_cli.inputs.arguments import require_utf8
from flashsloth_cli.options import Options, check, flag_of
from flashsloth_cli.settings import settings
from flashsloth_cli.settings.settings import ResolvedOptions, Settings, override
from flashsloth_cli.terminal import render

BUILT_IN = Path(__file__).parent / "prompts"
PLACEHOLDER = "{question}"
TEXTS = ("description", "prompt")
SETTINGS = tuple(names_in("template"))  # those that a template may have
NAME = re.compile(r"[A-Za-z0-9_-]+")
# Options that apply to a single run, so nobody expects them in a template.
OF_THIS_RUN = ("quiet", "verbose", "yes", "json", "no_history", "set")


class TemplateNotFound(InputError):
    """No template has that name, or the file is missing."""

    code = "template_not_found"
    hint = "flashsloth templates list shows all templates."


@dataclass(frozen=True, slots=True)
class Template:
    """The contents of a template. `settings` contains settings of answers by name, such as the system
    text and the sampling settings."""

    name: str
    path: Path
    description: str = ""
    prompt: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def built_in(self) -> bool:
        return self.path.parent == BUILT_IN

    @property
    def wants_question(self) -> bool:
        return PLACEHOLDER in self.prompt or not self.prompt

    def over(self, settings: Settings) -> Settings:
        """Return the settings, overridden by the settings of the template. A prompt with a placeholder
        becomes the `question_format`, and every question is filled into it."""
        filled = {"question_format": self.prompt} if PLACEHOLDER in self.prompt else {}
        return replace(settings, values=override(settings.values, self.settings | filled))

    def first_question(self, question: str | None) -> str | None:
        """Return the first question. If the prompt has no placeholder, the prompt is put before the
        question. If there is no question either, the prompt itself is the question."""
        if self.wants_question:
            return question
        return "\n\n".join(filter(None, (self.prompt, question)))


def fill(question_format: str, question: str) -> str:
    """Return the prompt of a template with a question in place of each placeholder. Other braces are
    not changed.

    Call this once for each question, at the place where the user gives it. Later the text does not show
    whether a template was applied. For example, every question that ends with "?" may have been filled
    into "{question}?".
    """
    return question_format.replace(PLACEHOLDER, question)


def paths() -> dict[str, Path]:
    """Return the files of all templates, sorted by name. A template of the user replaces a built-in
    template of the same name."""
    folders = [each for each in (BUILT_IN, own_folder()) if os.access(each, os.R_OK | os.X_OK)]
    files = {path.stem: path for each in folders for path in each.glob("*.toml")}
    return dict(sorted(files.items()))


def own_folder() -> Path:
    """Return the folder of the user's own templates, which may not exist."""
    return user_folder("config") / "templates"


def own_path(name: str) -> Path:
    """Return the path of the user's template of this name. Raises: OptionError for an invalid name."""
    if not NAME.fullmatch(name):
        raise OptionError(
            f"{printable_repr(name)} cannot be the name of a template",
            hint="A name has letters, digits, - and _.",
        )
    return own_folder() / f"{name}.toml"


def find(name: str) -> Template:
    """Return a template by its name, or by the path of a .toml file. Raises: TemplateNotFound,
    SettingsFileError."""
    return read(path_of(name))


def path_of(name: str) -> Path:
    """Return the file of a template, by its name or by the path of a .toml file. Raises:
    TemplateNotFound for an unknown name."""
    if name.endswith(".toml"):
        return expand(name)
    known = paths()
    if name not in known:
        raise TemplateNotFound(
            f"unknown template {name}",
            hint=did_you_mean(name, known, then=f"Known: {', '.join(known)}, or a path FILE.toml."),
        )
    return known[name]


def read(path: Path) -> Template:
    """Read a template, with warnings about unknown keys.

    Raises: TemplateNotFound; SettingsFileError naming the file and the key.
    """
    try:
        values = settings.load(path)
        if values is None:
            raise TemplateNotFound(
                f"there is no template {path}", hint=path_meant(path, then=TemplateNotFound.hint)
            )
        if isinstance(values.get("stop"), str):
            values["stop"] = [values["stop"]]
        texts = {key: check(key, Setting(), values[key], path) for key in TEXTS if key in values}
        known = {
            key: check(key, ANSWER_SETTINGS[key], values[key], path)
            for key in SETTINGS
            if key in values
        }
        if "choices" in known:
            known["choices"] = _checked_choices(known, path)
    # Here a wrong value is an error in the file and not on the command line.
    except OptionError as error:
        raise SettingsFileError(str(error), hint=error.hint) from error
    return Template(
        path.stem,
        path,
        **texts,
        settings=known,
        warnings=settings.warnings_of(path, values, (*TEXTS, *SETTINGS)),
    )


def _checked_choices(values: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    """Return the choices among the settings of a template. Raises: OptionError."""
    others = [key for key in settings.CONSTRAINTS if key in values and key != "choices"]
    if others:
        raise OptionError(
            f"{path}: choices and {others[0]} exclude each other", hint="Keep one of them."
        )
    try:
        return check_choices(values["choices"])
    except OptionError as error:
        raise OptionError(f"{path}: {error}", hint=error.hint) from error


def save(
    name: str, question: str | None, used: str | None, options: ResolvedOptions, *, force: bool
) -> bool:
    """Write the question and the settings of answers that a command line gave as a template of the
    user, and print the path of the template. A template that has the same contents already is not
    written. Return whether the question has a placeholder for later
    questions, so that it cannot be asked now.

    Settings of config.toml and of the environment are left out, because they apply anyway. If a
    template was used, its prompt and its settings are written too.

    Args:
        question: the first question, or None if only settings were given.
        used: the template that -t named.
        force: whether to replace an existing template of this name.

    Raises: OptionError for an invalid name, InputError if another template of this name exists or if
        the file cannot be written, DiskFull.
    """
    import tomlkit

    # 1. Combine the settings: those of the template that was used, overridden by the command line.
    template = None if used is None else find(used)
    typed = {
        field.name: value
        for field in fields(Options)
        if (value := getattr(options.flags, field.name)) != field.default
    }
    given = settings.parse_pairs(options.flags.set or ()) | typed
    values = override({} if template is None else template.settings, given)
    if "schema" in values:
        # the file of the schema may no longer exist when the template is used
        values["schema"] = options.schema_text
    saved = {key: values[key] for key in SETTINGS if key in values}

    # 2. Find the prompt. If the template has a placeholder, the question is filled into it.
    prompt = question or ""
    if template is not None and template.wants_question and template.prompt:
        prompt = fill(template.prompt, question) if question else template.prompt
    if prompt:
        saved = {"prompt": require_utf8(prompt, "the question")} | saved

    # 3. Write the file.
    path = own_path(name)
    document = tomlkit.document()
    for key, value in saved.items():
        # A multiline string of TOML would not keep \r\n.
        is_long = isinstance(value, str) and "\n" in value and "\r" not in value
        document[key] = tomlkit.string(value, multiline=True) if is_long else value
    text = tomlkit.dumps(document)
    use = command_line("-t", name)
    known = paths().get(name)
    if known is not None and _has_contents(known, text):
        render.note(f"the template {name} is saved in {known} already. Use it with: {use}")
    elif known is not None and not force:
        raise InputError(
            f"another template {name} exists: {known}",
            hint="Choose another name, or replace it with --force.",
        )
    else:
        settings.write_toml(path, text, "Check the folder and its permissions.")
        render.note(f"saved the template {name} in {path}. Use it with: {use}")
    left = [
        flag_of(key) if key in typed else f"--set {key}"
        for key in given
        if key not in saved and key not in OF_THIS_RUN
    ]
    if left:
        render.note(f"note: a template has no {', '.join(left)}: give this again with {use}")
    return PLACEHOLDER in (question or "")


def _has_contents(path: Path, text: str) -> bool:
    """Return whether a file has the same values as a TOML text. A damaged file has other values."""
    with suppress(OptionError):
        return bool(settings.load(path) == parse_toml(text))
    return False
