"""A conversation as a document: Markdown, JSON, or one HTML page with the picture in it. Knows no terminal."""

from __future__ import annotations

import base64
import html
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args

from flashsloth.errors import FlashSlothError, InputError, OptionError
from flashsloth.history.store import SavedPicture, SavedTurn, Session
from flashsloth.utils import atomic_write

Form = Literal["md", "json", "html"]
FORMS: tuple[Form, ...] = get_args(Form)

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


def form_of(path: Path) -> Form:
    """By the file's ending. Raises: OptionError."""
    ending = path.suffix.lower().lstrip(".")
    ending = {"markdown": "md", "htm": "html"}.get(ending, ending)
    found = next((form for form in FORMS if form == ending), None)
    if found is None:
        raise OptionError(f"{path.name} does not say what to write", hint="End it in .md, .json or .html.")
    return found


def render(session: Session, form: Form) -> str:
    """The whole document."""
    match form:
        case "json":
            return json.dumps(document(session), ensure_ascii=False, indent=2) + "\n"
        case "html":
            return _page(session)
        case "md":
            return _markdown(session)


def document(session: Session) -> dict[str, Any]:
    """`flashsloth.session/1`"""
    return {
        "schema": "flashsloth.session/1",
        "id": session.id,
        "name": session.name,
        "kind": session.kind,
        "created": session.created,
        "updated": session.updated,
        "model": session.model,
        "adapter": session.adapter,
        "system": session.system,
        "images": [
            {
                "source": each.source,
                "sha256": each.sha256,
                "kept": each.data is not None,
                "dropped": each.dropped,
            }
            for each in session.pictures
        ],
        "turns": [
            {
                "question": turn.question,
                "answer": turn.answer,
                "finish_reason": turn.reason,
                "model": turn.model,
                "created": turn.created,
                "images": turn.images,
            }
            for turn in session.turns
        ],
    }


def title(session: Session) -> str:
    return session.name or (session.turns[0].question if session.turns else session.id)


def _about(session: Session) -> str:
    models = ", then ".join(_models(session))
    kept = f", {session.id}" if session.writes else ""  # the id of one that is in no history leads nowhere
    trained = f" with {os.path.basename(session.adapter)}" if session.adapter else ""
    return f"{models}{trained}, {session.created[:16].replace('T', ' ')} UTC{kept}"


def _models(session: Session) -> list[str]:
    """Those that answered, in the order in which they first did; without an answer the one that was chosen."""
    return list(dict.fromkeys(turn.model for turn in session.turns)) or [session.model]


def own_system(session: Session) -> str | None:
    """The system text, where it is another than the model brings along; None where it is not."""
    given = session.system
    return None if given is None or given in map(_brought_along, _models(session)) else given


def _brought_along(model: str) -> str:
    """A model's system text; of one that is not here by now that of the released ones."""
    from flashsloth.checkpoints import resolve
    from flashsloth.config.official_config import SYSTEM_PROMPT
    from flashsloth.data.prompt_config import read_layout

    try:
        return read_layout(resolve.find(model, offline=True).folder).system_prompt
    except FlashSlothError:
        return SYSTEM_PROMPT


def _markdown(session: Session) -> str:
    parts = [f"# {_one_line(title(session))}", f"{_about(session)}"]
    if (system := own_system(session)) is not None:
        parts.append(f"System text: {system or '(none)'}")
    for turn, pictures, gone in _told(session):
        parts += [f"From here on without the picture {_name(each)}" for each in gone]
        parts += [f"Picture: {_name(each)} (sha256 {each.sha256[:12]})" for each in pictures]
        quoted = "\n".join(f"> {line}" for line in turn.question.split("\n"))
        parts += [quoted, turn.answer + _ended(turn.reason)]
    return "\n\n".join(parts) + "\n"


def _told(session: Session) -> Iterator[tuple[SavedTurn, tuple[SavedPicture, ...], list[SavedPicture]]]:
    """Yield each turn with the pictures that were first shown with it, and those that were dropped before it."""
    at = 0
    for number, turn in enumerate(session.turns):
        gone = [each for each in session.pictures[:at] if each.dropped == number]
        yield turn, session.pictures[at : at + turn.images], gone
        at += turn.images


def _name(picture: SavedPicture) -> str:
    return _one_line(os.path.basename(picture.source))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _ended(reason: str) -> str:
    return {"interrupted": " *(interrupted)*", "length": " *(cut at its length)*"}.get(reason, "")


def _page(session: Session) -> str:
    turns = "".join(
        f"{''.join(_without(each) for each in gone)}{''.join(_inline(each) for each in pictures)}"
        f'<div class="question">{html.escape(turn.question)}</div>\n'
        f'<div class="answer">{html.escape(turn.answer + _ended(turn.reason).replace("*", ""))}</div>\n'
        for turn, pictures, gone in _told(session)
    )
    head, about, system = _one_line(title(session)), html.escape(_about(session)), own_system(session)
    said = "" if system is None else f'\n<p class="about system">System text: {html.escape(system or "(none)")}</p>'
    return PAGE.format(title=html.escape(head), about=about, system=said, turns=turns)


def _without(picture: SavedPicture) -> str:
    return f'<p class="about">From here on without the picture {html.escape(_name(picture))}</p>\n'


def _inline(picture: SavedPicture) -> str:
    from flashsloth.errors import ImageError
    from flashsloth_cli.history.recording import read_saved

    name = html.escape(os.path.basename(picture.source))
    try:
        image = read_saved(picture).image
    except ImageError as error:
        return f'<p class="about">{html.escape(str(error))}</p>\n'
    import io

    out = io.BytesIO()
    image.thumbnail((1600, 1600))
    image.save(out, "JPEG", quality=88)
    data = base64.b64encode(out.getvalue()).decode()
    return f'<img alt="{name}" src="data:image/jpeg;base64,{data}">\n'


def write(session: Session, path: Path, form: Form, *, force: bool, otherwise: str = "Take another name.") -> None:
    """Write it to a file, in one step: no half of one is ever there. `otherwise` is the hint where one is there.

    Raises: InputError where there is a file already, or no such folder; DiskFull.
    """
    if os.path.exists(path) and not force:
        raise InputError(f"{path} is there already", hint=otherwise)
    text = render(session, form)
    with (
        atomic_write.convert_os_errors(path, hint="Give another place."),
        atomic_write.atomic_write(path, mode=0o600) as file,  # what was asked is nobody else's business
    ):
        file.write(text.encode())
