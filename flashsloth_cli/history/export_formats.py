"""Export a conversation as a document, which may be Markdown, JSON, or one HTML page with its
pictures."""

from __future__ import annotations

import base64
import html
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from flashsloth.errors import ImageError, OptionError
from flashsloth.history.store import SavedPicture, SavedTurn, Session
from flashsloth.utils import atomic_write
from flashsloth_cli.inputs.arguments import output_file
from flashsloth_cli.terminal.render import with_escapes
from flashsloth_cli.terminal.text import local_time, one_line

Format = Literal["md", "json", "html"]
SUFFIXES: dict[str, Format] = {
    ".md": "md",
    ".markdown": "md",
    ".json": "json",
    ".html": "html",
    ".htm": "html",
}

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }}
img {{ max-width: 100%; border-radius: .4rem }}
h1 {{ font-size: 1.2rem }} .about {{ color: #666 }}
.question {{ font-weight: 600; margin-top: 1.4rem }} .question, .answer, .system {{ white-space: pre-wrap }}
</style>
<h1>{title}</h1>
<p class="about">{about}</p>{system}
{turns}
</html>
"""

LEFT = '<p class="about">From here on without the picture {}</p>\n'


def format_from_path(path: Path) -> Format:
    """Return the format of a file with this extension. Raises: OptionError for an unknown extension."""
    if form := SUFFIXES.get(path.suffix.lower()):
        return form
    raise OptionError(
        f"cannot infer the format from the name {path.name}", hint="End it in .md, .json or .html."
    )


def render(session: Session, format: Format) -> str:
    if format == "json":
        return with_escapes(json.dumps(document(session), ensure_ascii=False, indent=2)) + "\n"
    return _page(session) if format == "html" else _markdown(session)


def document(session: Session) -> dict[str, Any]:
    """Return the JSON document `flashsloth.session/1`."""
    own = ("id", "name", "kind", "created", "updated", "model", "adapter", "system")
    images = [
        {
            "source": each.source,
            "sha256": each.sha256,
            "kept": each.data is not None,
            "dropped": each.dropped,
            **({"crop": list(each.reading["crop"])} if each.reading.get("crop") else {}),
        }
        for each in session.pictures
    ]
    turns = [
        {"question": turn.question, "answer": turn.answer, "finish_reason": turn.reason}
        | {name: getattr(turn, name) for name in ("model", "created", "images")}
        for turn in session.turns
    ]
    return {
        "schema": "flashsloth.session/1",
        **{name: getattr(session, name) for name in own},
        "images": images,
        "turns": turns,
    }


def title(session: Session) -> str:
    return session.name or (session.turns[0].question if session.turns else session.id)


def _about(session: Session) -> str:
    models = ", then ".join(dict.fromkeys(turn.model for turn in session.turns)) or session.model
    # The id of a conversation that was never saved is left out, because no history contains it.
    identity = f", {session.id}" if session.writes else ""
    adapter = f" with {os.path.basename(session.adapter)}" if session.adapter else ""
    return f"{models}{adapter}, {local_time(session.created, '%Y-%m-%d %H:%M %Z')}{identity}"


def _markdown(session: Session) -> str:
    parts = [f"# {one_line(title(session))}", f"{_about(session)}"]
    if session.system is not None:
        parts.append(f"System text: {session.system or '(none)'}")
    for turn, pictures, dropped in _turns(session):
        parts += [f"From here on without the picture {_name(each)}" for each in dropped]
        parts += [f"Picture: {_name(each)} (sha256 {each.sha256[:12]})" for each in pictures]
        parts += ["> " + turn.question.replace("\n", "\n> "), turn.answer + _ending(turn.reason)]
    # Escape HTML, links and pictures, so that programs that open the file show them as text.
    text = re.sub(r"&(?=#?\w+;)", "&amp;", "\n\n".join(parts))
    return re.sub(r"\](?=[(:])", "&#93;", re.sub(r"<(?=[A-Za-z/!?])", "&lt;", text)) + "\n"


def _turns(
    session: Session,
) -> Iterator[tuple[SavedTurn, tuple[SavedPicture, ...], list[SavedPicture]]]:
    """Yield each turn with its new pictures and with the pictures that were dropped before it."""
    at = 0
    for number, turn in enumerate(session.turns):
        end = at + turn.images
        dropped = [each for each in session.pictures[:at] if each.dropped == number]
        yield turn, session.pictures[at:end], dropped
        at = end


def _name(picture: SavedPicture) -> str:
    crop = picture.reading.get("crop")
    return one_line(os.path.basename(picture.source)) + (
        f", part {','.join(map(str, crop))}" if crop else ""
    )


def _ending(reason: str) -> str:
    return {"interrupted": " *(interrupted)*", "length": " *(cut at its length)*"}.get(reason, "")


def _page(session: Session) -> str:
    parts = []
    for turn, pictures, dropped in _turns(session):
        parts += [LEFT.format(html.escape(_name(each))) for each in dropped]
        parts += map(_inline, pictures)
        answer = turn.answer + _ending(turn.reason).replace("*", "")
        parts.append(
            f'<div class="question">{html.escape(turn.question)}</div>\n'
            f'<div class="answer">{html.escape(answer)}</div>\n'
        )
    line = ""
    if session.system is not None:
        system = html.escape(session.system or "(none)")
        line = f'\n<p class="about system">System text: {system}</p>'
    return PAGE.format(
        title=html.escape(one_line(title(session))),
        about=html.escape(_about(session)),
        system=line,
        turns="".join(parts),
    )


def _inline(picture: SavedPicture) -> str:
    from flashsloth_cli.history.recording import read_saved

    name = html.escape(os.path.basename(picture.source))
    try:
        image = read_saved(picture).image
    except ImageError as error:
        return f'<p class="about">{html.escape(str(error))}</p>\n'
    out = io.BytesIO()
    image.thumbnail((1600, 1600))
    image.save(out, "JPEG", quality=88)
    data = base64.b64encode(out.getvalue()).decode()
    return f'<img alt="{name}" src="data:image/jpeg;base64,{data}">\n'


def write(
    session: Session, path: Path, format: Format, *, force: bool, hint: str = "Choose another name."
) -> None:
    """Write a conversation to a file atomically. `hint` is shown if the file exists.

    Raises: InputError if the file exists and `force` is not set, or if its folder is missing; DiskFull.
    """
    path = output_file(path, force=force, hint=hint)
    text = render(session, format)
    with (
        atomic_write.convert_os_errors(path, hint="Choose another folder."),
        # only the owner of the file may read the questions in it
        atomic_write.atomic_write(path, mode=0o600) as file,
    ):
        file.write(text.encode())
