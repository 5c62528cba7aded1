"""`flashsloth sessions`: conversations that are kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flashsloth.errors import OptionError
from flashsloth_cli import options as o
from flashsloth_cli.terminal import render, streams
from flashsloth_cli.terminal.text import cell_width, counted, cut, gigabytes, one_line, strip_control_chars

if TYPE_CHECKING:
    from flashsloth.history.store import History, Session, Summary

QUESTION = "FIRST QUESTION"
FOUND, ROOM = "FOUND", 40  # columns that a line needs in which something was found
BEFORE = 20  # letters of it that may stand before that
LISTED = 50  # conversations that `list` shows without --all
Name = Annotated[str, typer.Argument(metavar="NAME", help="A name, an id, or its beginning. Default: the last one.")]


@contextmanager
def _history() -> Iterator[History]:
    from flashsloth.history.store import History
    from flashsloth_cli.history.recording import history_path

    with History(history_path()) as history:
        if history.set_aside is not None:
            render.note(f"warning: {history.set_aside}")
        yield history


def list_sessions(
    kind: o.Kind = None,
    every: Annotated[bool, typer.Option("--all", help=f"All of them, not just the last {LISTED}.")] = False,
    json: o.Json = False,
) -> None:
    """List the conversations that are kept, the last one first.

    flashsloth sessions list --kind chat
    """
    with _history() as history:
        found = history.list(kind)
        pictures = {} if json else history.first_pictures()
    if json:
        render.write_json({"schema": "flashsloth.sessions/1", "sessions": [asdict(each) for each in found]})
        return
    shown = found if every else found[:LISTED]
    questions = [each.first for each in shown]
    width = shutil.get_terminal_size().columns
    render.table(*_fitting(shown, QUESTION, len(QUESTION), questions, width, pictures))
    if len(shown) < len(found):
        render.note(f"note: the last {len(shown)} of {len(found):,}; --all lists all of them")


def search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What was asked or answered, or a picture's name.")],
    kind: o.Kind = None,
    json: o.Json = False,
) -> None:
    """Find conversations by what was said in them.

    flashsloth sessions search "red apples"
    """
    from flashsloth_cli.inputs.arguments import require_utf8

    if not require_utf8(text, "the text").strip():
        raise OptionError("there is nothing to search for", hint='As in: flashsloth sessions search "red apples"')
    with _history() as history:
        found = list(history.search(text.strip(), kind))
    if json:
        listed = [{**asdict(each), "matches": [asdict(match) for match in matches]} for each, matches in found]
        render.write_json({"schema": "flashsloth.search/1", "sessions": listed})
        return
    if not found:
        render.note(f"note: no conversation has {text}")
        return
    lines = [_around(matches[0].text, text.strip()) for _, matches in found]
    render.table(*_fitting([each for each, _ in found], FOUND, ROOM, lines, shutil.get_terminal_size().columns))


def _around(line: str, text: str) -> str:
    """A line, without its beginning where the text would be cut off."""
    from flashsloth.history.records import folded

    at = folded(line).find(folded(text))
    return line if at <= BEFORE else "…" + line[at - BEFORE // 2 :]


def _fitting(
    found: Sequence[Summary],
    last: str,
    least: int,
    texts: Sequence[str],
    width: int,
    pictures: Mapping[str, str] | None = None,
) -> tuple[list[str], list[list[str]]]:
    """Headers and rows no wider than `width`: where room is short columns go, the least needed first; the `last` one,
    which needs `least`, has what is left."""
    most = max(12, width // 6)  # letters of a name
    columns = {
        "ID": [each.id for each in found],
        "KIND": [each.kind for each in found],
        "NAME": [_cut(each.name or "", most) for each in found],
        "LAST (UTC)": [each.updated[:16].replace("T", " ") for each in found],
        "MODEL": [_cut(_model(each.model), most) for each in found],
        "TURNS": [str(each.turns) for each in found],
    }
    if pictures:
        columns["PICTURE"] = [_picture(each, pictures.get(each.id, ""), most) for each in found]

    def left() -> int:
        return width - sum(max(map(cell_width, (name, *cells))) + 2 for name, cells in columns.items())

    if left() < 2 * least:  # the questions matter more
        columns.pop("PICTURE", None)
    for name in ("TURNS", "MODEL", "KIND", "LAST (UTC)"):
        if left() < least:
            del columns[name]
    room = max(left(), len(QUESTION))
    return [*columns, last], [
        list(row) for row in zip(*columns.values(), [_cut(each, room) for each in texts], strict=True)
    ]


def _picture(session: Summary, source: str, width: int) -> str:
    """Return the name of the first picture, and how many more there are."""
    from flashsloth_cli.history.recording import picture_name

    more = f" +{session.images - 1}" if session.images > 1 else ""
    return f"{_cut(picture_name(source), width - len(more))}{more}" if source else ""


def _model(name: str) -> str:
    """As it may be named in a list: of a folder the last part."""
    return os.path.basename(name.rstrip(os.sep)) if os.path.isabs(name) else name


def _cut(text: str, width: int) -> str:
    return cut(one_line(text), width)


def _find(history: History, session: str) -> Session:
    return history.find(session) if session else history.last()


def show(session: Name = "", json: o.Json = False) -> None:
    """Show a conversation.

    flashsloth sessions show 1a2b
    """
    from flashsloth_cli.history import export_formats

    with _history() as history:
        found = _find(history, session)
    if json:
        render.write_json(export_formats.document(found))
    else:
        _put(export_formats.render(found, "md"))


def _put(text: str) -> None:
    streams.write(strip_control_chars(text) if streams.is_terminal(streams.answers()) else text)


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
    from flashsloth_cli.history import export_formats

    if form is None:
        form = export_formats.format_from_path(output) if output is not None else "md"
    with _history() as history:
        found = _find(history, session)
    if output is None:
        _put(export_formats.render(found, form))
    else:
        hint = "Choose another name, or replace it with --force."
        export_formats.write(found, output, form, force=force, hint=hint)
        render.note(f"written to {output}")


def remove(
    sessions: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="Names, ids, or beginnings of ids.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    kind: o.Kind = None,
    yes: o.Yes = False,
    quiet: o.Quiet = False,
) -> None:
    """Remove conversations, and the pictures that no other one shows.

    flashsloth sessions rm 1a2b 77f0

    flashsloth sessions rm --all --kind ask
    """
    if bool(sessions) == every:
        raise OptionError("name conversations, or give --all", hint="flashsloth sessions list shows them.")
    if kind is not None and not every:
        raise OptionError("--kind goes with --all", hint="flashsloth sessions rm --all --kind ask")
    with _history() as history:
        found = [each.id for each in history.list(kind)] if every else [history.which(name) for name in sessions or []]
        many = counted(len(found), "conversation")
        if not yes:
            if not streams.can_ask():
                raise OptionError(f"removing {many} needs a yes", hint="Add -y.")
            if not streams.confirm(f"Remove {many}?"):
                render.note("nothing was removed")
                return
        freed = history.remove(found)
    if not quiet:
        render.note(f"removed {many}, {gigabytes(freed)} freed")
