"""From words on the command line and bytes on stdin to a question and pictures. Opens no picture and no model."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flashsloth import small
from flashsloth.errors import ImageNotFound, ImageUnreadable, InputError, OptionError
from flashsloth.paths import expand, expanded
from flashsloth_cli import streams

EXTENSIONS = (
    *(".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"),
    *(".heic", ".heif", ".pdf", ".svg", ".jp2", ".ico", ".ppm"),
)
URLS = ("file:", "http:", "https:", "data:", "clipboard:")
BEGINNINGS = ("/", "./", "../", "~", *URLS)
GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to be read: its source, and for stdin its bytes."""

    source: str
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was asked, and about which pictures. `question` None: nothing was asked."""

    question: str | None
    pictures: tuple[Picture, ...]


def is_path_like(word: str) -> bool:
    """Whether a word means a picture: it exists, begins like a path or URL, or ends like a picture's name."""
    lower = word.lower()
    if word == "-" or lower.startswith(BEGINNINGS) or lower.endswith(EXTENSIONS):
        return True
    try:
        return os.path.lexists(word)
    except ValueError:  # a NUL byte
        return False


def gather(words: Sequence[str], prompt: str | None, *, read_stdin: bool) -> Inputs:
    """Sort out positionals, -p and stdin.

    Raises: OptionError for what does not go together, InputError for what cannot be read.
    """
    sources = list(words)
    question = prompt_text(prompt) if prompt is not None else _take_question(sources)
    if sources.count("-") > 1:
        raise OptionError("stdin can be only one picture", hint="Give - once.")
    piped = read_stdin and streams.has_piped_stdin()
    if "-" in sources and not piped:
        raise OptionError(
            "- wants a picture on stdin, but nothing is piped in", hint="Pipe it in: cat a.png | flashsloth ask -"
        )
    data = _read_stdin() if piped else b""
    question, picture = _from_stdin(data, question, wanted="-" in sources)
    pictures = [found for source in sources for found in _pictures(source, picture)]
    if picture and "-" not in sources:
        pictures.append(Picture("-", picture))
    if question is not None and not question.strip():
        question = None
    return Inputs(question, tuple(pictures))


def _take_question(sources: list[str]) -> str | None:
    """The last word if it is the question, taken from the list: it has a space and means no picture."""
    if not sources or is_path_like(sources[-1]) or matches(sources[-1]):
        return None
    last = sources[-1]
    if not last.strip():
        raise OptionError("the question is empty", hint='As in: flashsloth ask photo.jpg "What is this?"')
    if " " in last:
        return sources.pop()
    _check_there(sources[:-1])  # the last word may well be the question: what is surely wrong is told before it
    if not GLOB.search(last):
        raise ImageNotFound(f"there is no file {last}", hint=f"If it is the question: -p {last!r}")
    return None


def _check_there(sources: Sequence[str]) -> None:
    """Raises: ImageError for a path that leads nowhere, or a pattern that matches nothing."""
    from flashsloth.processing.sources import status

    for source in sources:
        if source != "-" and not source.lower().startswith("clipboard:"):
            for picture in _pictures(source, b""):
                status(picture.source)


def prompt_text(prompt: str) -> str:
    """-p TEXT, or -p @FILE for the text in a file; @@ begins a text with a single @."""
    path = prompt_file(prompt)
    if path is None:
        return prompt[1:] if prompt.startswith("@@") else prompt
    try:
        return small.read_text(path, pipe=True).replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise InputError(
            f"the prompt file {path} cannot be read: {reason}", hint="A text that begins with @ is written @@."
        ) from error


def prompt_file(prompt: str) -> Path | None:
    """The file that -p @FILE names; None for -p TEXT."""
    return expand(prompt[1:]) if prompt.startswith("@") and not prompt.startswith("@@") else None


def as_text(text: str, what: str) -> str:
    """The text, if it is one. Raises: InputError for bytes that were not UTF-8, which Python carries as surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{what} is not text in UTF-8", hint="Write it in UTF-8.") from error
    return text


def matches(word: str) -> list[str]:
    """Files that a glob pattern stands for, in order. One with a NUL, which glob raises for, matches nothing."""
    return sorted(glob.glob(expanded(word))) if GLOB.search(word) and "\0" not in word else []


def _pictures(source: str, data: bytes) -> list[Picture]:
    if source == "-":
        if not data:
            raise ImageUnreadable("stdin is empty", hint="Pipe a picture in: cat a.png | flashsloth ask -")
        return [Picture("-", data)]
    if GLOB.search(source) and not source.lower().startswith(URLS) and not os.path.lexists(source):
        found = matches(source)
        if not found:
            hint = "Check the pattern; quote it in the shell."
            if source.endswith("?"):
                hint = f"If it is the question: -p {source!r}; without -p the question goes last and has a space."
            raise ImageNotFound(f"no file matches {source}", hint=hint)
        return [Picture(match) for match in found]
    return [Picture(source)]


def _read_stdin() -> bytes:
    from flashsloth.processing.sources import MAX_FILE_BYTES

    return streams.read_stdin(MAX_FILE_BYTES)


def _from_stdin(data: bytes, question: str | None, *, wanted: bool) -> tuple[str | None, bytes]:
    """The question with the text on stdin behind it, and the picture there. `wanted`: it was asked for as `-`, so that
    what is no picture is not taken for text."""
    from flashsloth.processing.load import looks_like_image
    from flashsloth_cli import mixed

    try:
        before, picture, after = mixed.split(data, looks_like_image)
    except UnicodeDecodeError as error:
        if wanted:
            return question, data
        raise InputError("stdin holds neither text nor a picture", hint="Use --no-stdin to leave it unread.") from error
    if wanted and not picture:
        return question, data
    texts = [text for text in (question or "", before.strip("\n"), after.strip("\n")) if text.strip()]
    return "\n\n".join(texts) or question, picture
