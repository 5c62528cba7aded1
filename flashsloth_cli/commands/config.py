"""`flashsloth config`, which shows and changes the settings, and `flashsloth templates`, which manages
the prompt templates for -t."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from flashsloth.errors import InputError, OptionError, UnknownModel
from flashsloth.utils import safe_read, system
from flashsloth.utils.paths import NANO, expand
from flashsloth.utils.text import command_line, error_reason
from flashsloth_cli import options as o
from flashsloth_cli import reports
from flashsloth_cli.asking.single import read_settings
from flashsloth_cli.inputs.arguments import require_utf8
from flashsloth_cli.settings import prompt_templates, settings
from flashsloth_cli.terminal import render, streams

DEFAULT_EDITOR = "notepad" if system.WINDOWS else "vi"

Key = Annotated[str, o.argument("KEY", "Name of a setting.", "key")]


def show(
    key: Annotated[str, o.argument("KEY", "Print only the value of this setting.", "key")] = "",
    json: o.Json = False,
) -> None:
    """Show every setting, its current value, and where that comes from.

    Each setting has an environment variable, such as FLASHSLOTH_MAX_TOKENS. It overrides the
    configuration file, and the file overrides the built-in value. The path of the file is printed too.

    Examples:
        flashsloth config show
        flashsloth config show model
    """
    current = read_settings()
    keys = [settings.check_key(key)] if key else [*o.KEYS]
    rows = [
        (each, current.values.get(each, o.KEYS[each].default), *settings.origin(each, current))
        for each in keys
    ]
    names = {name: asdict(each) for name, each in current.names.items()}
    if json:
        listed = [
            {
                "key": name,
                "value": value,
                "origin": kind,
                "from": source,
                "variable": settings.variable_of(name),
            }
            for name, value, kind, source in rows
        ]
        render.write_json(
            {
                "schema": "flashsloth.config/1",
                "path": str(settings.config_path()),
                "settings": listed,
                **({} if key else {"models": names}),
            }
        )
    elif key:
        value = rows[0][1]
        text = value if isinstance(value, str) else settings.value_text(value)
        streams.write("" if value is None else f"{text}\n")
    else:
        render.table(
            ["KEY", "VALUE", "ORIGIN"],
            [[key, settings.value_text(value), source or kind] for key, value, kind, source in rows]
            + [
                [
                    f"{settings.NAMES}.{name}.{field}",
                    settings.value_text(value),
                    str(settings.config_path()),
                ]
                for name, named in names.items()
                for field, value in named.items()
                if value is not None
            ],
        )
        render.note(f"the configuration file is {settings.config_path()}")


def print_path() -> None:
    """Print the path of the configuration file.

    The file need not exist.

    Examples:
        flashsloth config path
    """
    streams.write(f"{settings.config_path()}\n")


def set_value(
    key: Key,
    value: Annotated[
        str, o.argument("VALUE", "Text, a number, or true or false (also on, off, yes, no).", "value")
    ],
) -> None:
    """Write a setting to the configuration file.

    Comments and all other lines of the file are kept. The folder of a model or an adapter is written
    with its whole path. models.NAME.model and models.NAME.adapter give a model a name of your own.

    Examples:
        flashsloth config set model flashsloth
        flashsloth config set models.shops.adapter ~/shops
    """
    if key.startswith(f"{settings.NAMES}."):
        _check_own_name(key)
        parsed = _model_path(require_utf8(value, f"the value of {key}"), key.rpartition(".")[2])
    else:
        key = settings.check_key(key)
        parsed = settings.parse_value(key, value)
        if key == "model" and parsed not in settings.read_names():
            parsed = _model_path(require_utf8(parsed, "the value of model"), "model or adapter")
    render.note(f"{key} = {settings.value_text(parsed)} in {settings.change(key, parsed)}")
    variable = settings.variable_of(key)
    if os.environ.get(variable):
        render.note(f"warning: {variable} is set and overrides it")


def _check_own_name(key: str) -> None:
    """Check the key of a user's name of a model. Raises: OptionError."""
    _, name, *field = key.split(".", 2)
    settings.read_names()  # raises an error for a table that cannot be used
    settings.check_name(name)
    if field not in ([each] for each in settings.NAMED):
        raise OptionError(
            f"unknown setting {key}",
            hint=f"A name has {' and '.join(f'{settings.NAMES}.{name}.{each}' for each in settings.NAMED)}.",
        )


def _model_path(value: str, kind: str) -> str:
    """Return the name of a model as it is, and the folder of a model or an adapter with its whole path,
    because a relative one would depend on the folder of the next command. `kind` is what the folder
    must hold. Raises: UnknownModel."""
    from flashsloth.checkpoints import hub, resolve

    if kind != "adapter":
        resolve.check_name(value)
        if not resolve.is_folder(value):
            if value != NANO and hub.find_cached(resolve.parse_repo(value)) is None:
                pull = command_line("flashsloth", "pull", value)
                render.note(f"note: {value} is not on this machine; {pull} downloads it")
            return value
    folder = Path(os.path.abspath(expand(value)))
    is_adapter = folder.is_dir() and reports.holds_adapter(folder)
    is_model = (folder / "config.json").is_file()
    if not ((is_adapter and "adapter" in kind) or (is_model and "model" in kind)):
        raise UnknownModel(
            f"{folder} has no {kind}",
            hint="Name a folder with config.json, or one that `flashsloth finetune` wrote.",
        )
    return str(folder)


def unset(key: Key) -> None:
    """Remove a setting from the configuration file.

    Examples:
        flashsloth config unset max_tokens
    """
    file = settings.config_path()
    is_there: Any = settings.load(file) or {}
    if key not in is_there and not key.startswith(f"{settings.NAMES}."):
        key = settings.check_key(key)  # an unknown key of the file can be removed, too
    for name in key.split("."):
        is_there = is_there.get(name) if isinstance(is_there, dict) else None
    if is_there is not None:
        render.note(f"removed {key} from {settings.change(key, None)}")
        chosen = settings.load(file).get("model")
        if key.split(".")[1:2] == [chosen] and chosen not in settings.read_names():
            render.note(f"warning: the default model is still {chosen}; flashsloth config unset model")
    else:
        render.note(f"{key} is not in {file}")


def list_templates(json: o.Json = False) -> None:
    """List the templates: built-in ones and your own. --json shows their prompts and files.

    Examples:
        flashsloth templates list
    """
    templates = []
    for path in prompt_templates.paths().values():
        try:
            templates.append(prompt_templates.read(path))
        except InputError as error:  # a broken file does not hide the others
            render.warn([str(error)])
    if json:
        documents = [
            {
                "name": each.name,
                "description": each.description,
                "prompt": each.prompt,
                "system": each.settings.get("system"),
                "settings": {key: value for key, value in each.settings.items() if key != "system"},
                "path": str(each.path),
                "built_in": each.built_in,
            }
            for each in templates
        ]
        render.write_json({"schema": "flashsloth.templates/1", "templates": documents})
    else:
        render.table(
            ["NAME", "", "DESCRIPTION"],
            [[each.name, "" if each.built_in else "your own", each.description] for each in templates],
        )


def show_template(
    name: Annotated[str, o.argument("NAME", "A template, or a path FILE.toml.", "template")],
) -> None:
    """Print the file of a template.

    Examples:
        flashsloth templates show yes-no
    """
    path = prompt_templates.path_of(name)
    render.warn(prompt_templates.read(path).warnings)
    streams.write(safe_read.read_text(path))


def edit_template(
    name: Annotated[str, o.argument("NAME", "One of your templates, or a built-in one.", "template")],
) -> None:
    """Open a template in $VISUAL or $EDITOR, and check it.

    A built-in template is copied: your copy of the same name is used in its place.

    Examples:
        flashsloth templates edit caption
    """
    own = prompt_templates.own_path(name)
    before = safe_read.read_text(prompt_templates.path_of(name))
    # For a built-in template the editor gets a copy, which is used instead of the original from then
    # on.
    is_new = not own.exists()
    if is_new:
        settings.write_toml(own, before, "Check the folder and its permissions.")
    try:
        _edit(own)
    finally:
        if is_new and own.exists() and safe_read.read_text(own) == before:
            own.unlink()  # nothing was changed, so the built-in template is still used
    if own.exists():
        render.warn(prompt_templates.read(own).warnings)
        render.note(f"{own} is a template. Use it with: {command_line('-t', name)}")
    else:
        render.note(f"{name} was not changed")


def _edit(path: Path) -> None:
    """Open a file in the user's editor. Raises: InputError if the editor cannot be run, or fails."""
    hint = "Set VISUAL or EDITOR to your editor, as in: export EDITOR=nano"
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or DEFAULT_EDITOR
    # A script of the user may be set in its place, but vi would wait for keys that nobody presses.
    if editor == "vi" and not streams.can_ask():
        raise InputError("the editor vi needs a terminal", hint=hint)
    try:
        code = subprocess.run([*shlex.split(editor), str(path)], check=False).returncode
    except (OSError, ValueError) as error:
        raise InputError(
            f"the editor {editor} cannot be run: {error_reason(error)}", hint=hint
        ) from error
    if code:
        raise InputError(f"the editor {editor} ended with exit code {code}", hint=hint)
