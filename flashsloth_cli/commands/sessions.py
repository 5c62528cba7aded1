"""`flashsloth sessions`: conversations that are kept."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flashsloth.errors import OptionError
from flashsloth_cli import options as o
from flashsloth_cli import render, streams

if TYPE_CHECKING:
    from flashsloth.history import History

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name, an id, or its beginning. Default: the last one.")]


def _history() -> History:
    from flashsloth.history import History
    from flashsloth_cli.recording import history_path

    history = History(history_path())
    if history.set_aside is not None:
        render.note(f"warning: {history.set_aside}")
    return history


def list_sessions(json: o.Json = False) -> None:
    """List the conversations that are kept, the last one first.

    flashsloth sessions list
    """
    found = _history().list()
    if json:
        render.write_json({"schema": "flashsloth.sessions/1", "sessions": [asdict(each) for each in found]})
        return
    lines = [
        [each.id, each.name or "", each.updated[:16].replace("T", " "), each.model, str(each.turns), _short(each.first)]
        for each in found
    ]
    render.table(["ID", "NAME", "LAST (UTC)", "MODEL", "TURNS", "FIRST QUESTION"], lines)


def _short(text: str) -> str:
    line = render.one_line(text)
    return line if len(line) <= 40 else f"{line[:39]}…"


def show(session: Name = "", json: o.Json = False) -> None:
    """Show a conversation.

    flashsloth sessions show 1a2b
    """
    from flashsloth_cli import exporting

    history = _history()
    found = history.find(session) if session else history.last()
    if json:
        render.write_json(exporting.document(found))
    else:
        _put(exporting.render(found, "md"))


def _put(text: str) -> None:
    streams.write(render.harmless(text) if streams.is_terminal(streams.answers()) else text)


def export(
    session: Name = "",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Default: stdout. .md, .json or .html.")
    ] = None,
    form: Annotated[
        Literal["md", "json", "html"] | None, typer.Option("--as", metavar="FORM", help="md, json or html.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file.")] = False,
) -> None:
    """Write a conversation as Markdown, JSON or one HTML page with its picture.

    flashsloth sessions export 1a2b -o talk.html
    """
    from flashsloth_cli import exporting

    if form is None:
        form = exporting.form_of(output) if output is not None else "md"
    history = _history()
    found = history.find(session) if session else history.last()
    if output is None:
        _put(exporting.render(found, form))
    else:
        exporting.write(found, output, form, force=force)
        render.note(f"written to {output}")


def remove(
    sessions: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="Names, ids, or beginnings of ids.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    yes: o.Yes = False,
    quiet: o.Quiet = False,
) -> None:
    """Remove conversations, and the pictures that no other one shows.

    flashsloth sessions rm 1a2b 77f0
    """
    history = _history()
    if bool(sessions) == every:
        raise OptionError("name conversations, or give --all", hint="flashsloth sessions list shows them.")
    found = [each.id for each in history.list()] if every else [history.find(name).id for name in sessions or []]
    many = render.counted(len(found), "conversation")
    if not yes:
        if not streams.can_ask():
            raise OptionError(f"removing {many} needs a yes", hint="Add -y.")
        if not streams.agrees(f"Remove {many}?"):
            render.note("nothing was removed")
            return
    freed = history.remove(found)
    if not quiet:
        render.note(f"removed {many}, {render.gigabytes(freed)} freed")
