"""`flashsloth config`: what is settled, and where."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from flashsloth_cli import options as o
from flashsloth_cli.config import settings
from flashsloth_cli.runs.one_shot import read_settings
from flashsloth_cli.terminal import render, streams, text

Key = Annotated[str, typer.Argument(metavar="KEY", help="A setting's name.")]
Value = Annotated[str, typer.Argument(metavar="VALUE", help="Text, a number, true or false (on, off, yes, no).")]


def path() -> None:
    """Print where the configuration file is, or would be.

    flashsloth config path
    """
    streams.write(f"{settings.config_path()}\n")


def show(
    origins: Annotated[bool, typer.Option("--origin", help="Say of each where it comes from.")] = False,
    json: o.Json = False,
) -> None:
    """Show every setting as it is now.

    The environment comes first, then the file, then what is built in.

    flashsloth config show --origin
    """
    settled = read_settings()
    rows = [(key, settled.get(key, default=default), settings.origin(key, settled)) for key, default in _all()]
    if json:
        listed = [{"key": k, "value": v, "origin": origin.kind, "from": origin.source} for k, v, origin in rows]
        document = {"schema": "flashsloth.config/1", "path": str(settings.config_path()), "settings": listed}
        render.write_json(document)
        return
    headers = ["KEY", "VALUE", "ORIGIN"]
    cells = [[key, text.one_line(_shown(value)), origin.source or origin.kind] for key, value, origin in rows]
    width = 3 if origins else 2
    render.table(headers[:width], [row[:width] for row in cells])


def get(key: Key) -> None:
    """Print one setting's value, or nothing where the model decides.

    flashsloth config get model
    """
    value = read_settings().get(settings.check_key(key), default=settings.DEFAULTS[key])
    streams.write("" if value is None else f"{value if isinstance(value, str) else _shown(value)}\n")


def set_value(key: Key, value: Value) -> None:
    """Write one setting to the file.

    Comments and everything else in it stay.

    flashsloth config set model flashsloth
    """
    meant = settings.parse_value(settings.check_key(key), value)
    render.note(f"{key} = {_shown(meant)} in {settings.change(key, meant)}")
    variable = settings.ENVIRONMENT.get(key, "")
    if os.environ.get(variable):
        render.note(f"warning: {variable} is set and comes first")


def unset(key: Key) -> None:
    """Take one setting out of the file.

    flashsloth config unset max_tokens
    """
    place = settings.config_path()
    if key not in settings.parse(place, settings.read_text(place) or ""):
        render.note(f"{settings.check_key(key)} is not in {place}")
        return
    render.note(f"removed {key} from {settings.change(key, None)}")


def _all() -> list[tuple[str, Any]]:
    """Every key with its default."""
    return [(key, settings.DEFAULTS[key]) for key in settings.TYPES]


def _shown(value: Any) -> str:
    """A value as the file has it; a dash for none."""
    if value is None:
        return "-"
    if isinstance(value, str):
        import json

        return json.dumps(value, ensure_ascii=False)  # quotes as in TOML
    return str(value).lower()
