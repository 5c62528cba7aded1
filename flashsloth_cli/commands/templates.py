"""`flashsloth templates list`: the prompt templates for -t."""

from __future__ import annotations

from typing import Any

from flashsloth.errors import InputError
from flashsloth_cli import options as o
from flashsloth_cli.answers.single import warn
from flashsloth_cli.config import prompt_templates
from flashsloth_cli.terminal import render
from flashsloth_cli.terminal.text import one_line


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
            warn([str(error)])
    if json:
        render.write_json({"schema": "flashsloth.templates/1", "templates": [_facts(each) for each in templates]})
        return
    rows = [[t.name, "" if t.built_in else "your own", one_line(t.description)] for t in templates]
    render.table(["NAME", "", "DESCRIPTION"], rows)


def _facts(template: prompt_templates.Template) -> dict[str, Any]:
    return {
        "name": template.name,
        "description": template.description,
        "prompt": template.prompt,
        "system": template.settings.get("system"),
        "settings": {key: value for key, value in template.settings.items() if key != "system"},
        "path": str(template.path),
        "built_in": template.built_in,
    }
