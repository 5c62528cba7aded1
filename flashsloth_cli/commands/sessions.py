"""`flashsloth sessions`, which lists, searches, shows and removes saved conversations."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from flashsloth.errors import OptionError
from flashsloth.history import store
from flashsloth_cli import options as o
from flashsloth_cli.history import export_formats
from flashsloth_cli.history.recording import history_path, lines_path, picture_name
from flashsloth_cli.inputs.arguments import require_utf8
from flashsloth_cli.terminal import render, streams, text

HEADERS = ("ID", "NAME", "LAST")
CUT = ("NAME", "PICTURE", "FIRST QUESTION", "FOUND")  # columns that a narrow terminal cuts
BEFORE = 20  # maximum number of characters of a line before the match
LISTED = 50  # number of conversations that `list` shows without --all
Kind = Annotated[
    Literal["ask", "chat"] | None,
    o.CONVERSATION.option("--kind ask|chat", "Only conversations started by this command."),
]


def _history() -> store.History:
    return store.History(history_path(), create=False)


def list_sessions(
    kind: Kind = None,
    every: Annotated[
        bool, o.OUTPUT.option("--all", f"List all, not only the newest {LISTED}.")
    ] = False,
    json: o.Json = False,
) -> None:
    """List saved conversations, newest first.

    Examples:
        flashsloth sessions list --kind chat
    """
    with _history() as history:
        kept = history.list(kind)
    if json:
        render.write_json(
            {"schema": "flashsloth.sessions/1", "sessions": [asdict(each) for each in kept]}
        )
    elif not kept:
        render.note(f"note: no conversations{f' started by {kind}' if kind else ''} yet")
    else:
        listed = kept if every else kept[:LISTED]
        rows = []
        for each in listed:
            picture = picture_name(each.picture) if each.images else ""
            if each.images > 1:
                picture += f" +{each.images - 1}"
            rows.append([*_cells(each), str(each.turns), picture, each.first])
        render.table([*HEADERS, "TURNS", "PICTURE", "FIRST QUESTION"], rows, cut=CUT)
        if len(listed) < len(kept):
            render.note(f"note: the newest {len(listed)} of {len(kept):,}; --all lists all")


def search(
    text: Annotated[str, o.argument("TEXT", "Text in a question, an answer or the name of a picture.")],
    kind: Kind = None,
    json: o.Json = False,
) -> None:
    """Search saved conversations for a text.

    Examples:
        flashsloth sessions search "red apples"
    """
    if not require_utf8(text, "the text").strip():
        raise OptionError(
            "the text to search for is empty", hint='As in: flashsloth sessions search "red apples"'
        )
    with _history() as history:
        found = list(history.search(text.strip(), kind))
    if json:
        listed = [{**asdict(each), "matches": [*map(asdict, matches)]} for each, matches in found]
        render.write_json({"schema": "flashsloth.search/1", "sessions": listed})
    elif not found:
        render.note(f"note: no conversation contains {text}")
    else:
        rows = []
        for each, matches in found:
            line = matches[0].text
            # Begin shortly before the match, because a narrow terminal cuts the end of a line.
            at = store.folded(line).find(store.folded(text.strip()))
            rows.append([*_cells(each), line if at <= BEFORE else "…" + line[at - BEFORE // 2 :]])
        render.table([*HEADERS, "FOUND"], rows, cut=CUT)


def _cells(each: store.Summary) -> list[str]:
    return [each.id, each.name or "", text.local_time(each.updated)]


def show(
    session: Annotated[
        str,
        o.argument(
            "NAME",
            "Name, id, or the beginning of an id.",
            "session",
            show_default="the last conversation",
        ),
    ] = "",
    output: Annotated[
        Path | None, o.OUTPUT.option("-o, --output FILE", "Write a file instead: .md, .json or .html.")
    ] = None,
    force: o.ForceFile = False,
    json: o.Json = False,
) -> None:
    """Show a conversation, or write it as a file.

    HTML is a single page that contains the pictures.

    Examples:
        flashsloth sessions show 1a2b
        flashsloth sessions show 1a2b -o talk.html
    """
    form = export_formats.format_from_path(output) if output is not None else "md"
    with _history() as history:
        chosen = history.find(session) if session else history.last()
    if output is not None:
        export_formats.write(
            chosen, output, form, force=force, hint="Replace it with --force, or choose another name."
        )
        render.note(f"written to {output}")
    if json:
        render.write_json(export_formats.document(chosen))
    elif output is None:
        render.write_printable(export_formats.render(chosen, form))


def remove(
    sessions: Annotated[
        list[str] | None, o.argument("NAME", "Names, ids, or beginnings of ids to remove.", "session")
    ] = None,
    every: Annotated[
        bool, o.CONVERSATION.option("--all", "Remove all conversations, or all of one --kind.")
    ] = False,
    kind: Kind = None,
    yes: o.Yes = False,
    quiet: o.Quiet = False,
) -> None:
    """Remove conversations, and pictures that no other conversation uses.

    --all also removes the lines that were typed in chat, which the arrow keys recall.

    Examples:
        flashsloth sessions rm 1a2b 77f0
        flashsloth sessions rm --all --kind ask
    """
    if bool(sessions) == every:  # neither or both
        raise OptionError(
            "rm takes either names of conversations or --all",
            hint="flashsloth sessions list shows the names and ids.",
        )
    if kind is not None and not every:
        raise OptionError(
            "--kind works only with --all", hint="Run: flashsloth sessions rm --all --kind ask"
        )
    with _history() as history:
        found = (
            [each.id for each in history.list(kind)]
            if every
            else map(history.resolve_id, sessions or [])
        )
        ids = list(dict.fromkeys(found))  # a conversation may be named twice
        many = text.counted(len(ids), "conversation")
        if not streams.agree(f"Remove {many}?", yes, required=True):
            render.note("nothing was removed")
            return
        freed = history.remove(ids)
    if every and kind is None and lines_path().exists():
        os.truncate(lines_path(), 0)  # an open chat adds to the same file, with its permissions
    render.note(f"removed {many}, {text.gigabytes(freed)} freed", quiet=quiet)
