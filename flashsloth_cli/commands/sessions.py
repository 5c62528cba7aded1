"""`flashsloth sessions`: conversations that are kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flashsloth.errors import OptionError
from flashsloth_cli import options as o
from flashsloth_cli import prose, render, streams

if TYPE_CHECKING:
    from flashsloth.history import History, Summary

QUESTION = "FIRST QUESTION"
Name = Annotated[str, typer.Argument(metavar="NAME", help="A name, an id, or its beginning. Default: the last one.")]


def _history() -> History:
    from flashsloth_cli.recording import open_for_command

    return open_for_command()


def list_sessions(json: o.Json = False) -> None:
    """List the conversations that are kept, the last one first.

    flashsloth sessions list
    """
    found = _history().list()
    if json:
        render.write_json({"schema": "flashsloth.sessions/1", "sessions": [asdict(each) for each in found]})
        return
    render.table(*_fitting(found, shutil.get_terminal_size().columns))


def _fitting(found: Sequence[Summary], width: int) -> tuple[list[str], list[list[str]]]:
    """Headers and rows no wider than `width`: where room is short columns go, the least needed first; the question has
    what is left."""
    most = max(12, width // 6)  # letters of a name
    columns = {
        "ID": [each.id for each in found],
        "NAME": [_cut(each.name or "", most) for each in found],
        "LAST (UTC)": [each.updated[:16].replace("T", " ") for each in found],
        "MODEL": [_cut(_model(each.model), most) for each in found],
        "TURNS": [str(each.turns) for each in found],
    }

    def left() -> int:
        return width - sum(max(map(prose.cells, (name, *cells))) + 2 for name, cells in columns.items())

    for name in ("TURNS", "MODEL", "LAST (UTC)"):
        if left() < len(QUESTION):
            del columns[name]
    room = max(left(), len(QUESTION))
    questions = [_cut(each.first, room) for each in found]
    return [*columns, QUESTION], [list(row) for row in zip(*columns.values(), questions, strict=True)]


def _model(name: str) -> str:
    """As it may be named in a list: of a folder the last part."""
    return os.path.basename(name.rstrip(os.sep)) if os.path.isabs(name) else name


def _cut(text: str, width: int) -> str:
    return prose.cut(render.one_line(text), width)


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
    """Write a conversation as Markdown, JSON or HTML.

    HTML is one page with the picture in it.

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
        otherwise = "--force writes over it; or take another name."
        exporting.write(found, output, form, force=force, otherwise=otherwise)
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
    found = [each.id for each in history.list()] if every else [history.which(name) for name in sessions or []]
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
