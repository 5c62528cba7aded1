"""From words on the command line and bytes on stdin to a question and pictures. Opens no picture and no model."""

from __future__ import annotations

import glob
import os
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeGuard

from flashsloth.errors import ImageError, ImageNotFound, ImageUnreadable, InputError, OptionError
from flashsloth.images.sources import has_picture_name, source_kind
from flashsloth.utils import safe_read
from flashsloth.utils.paths import expand, expand_text
from flashsloth_cli.terminal import streams

GLOB = re.compile(r"[*?\[]")
UNQUOTABLE = re.compile(r'["$`\\!\x00-\x1f]')  # what double quotes do not keep from the shell
LISTED = 100  # lines of stdin that are looked at for paths


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to be read: its source, and for stdin its bytes."""

    source: str
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was asked, and about which pictures. `question` None: nothing was asked. `notes` and `warnings` are worth
    saying of where they came from."""

    question: str | None
    pictures: tuple[Picture, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def is_path_like(word: str) -> bool:
    """Return whether a word names a picture: by its spelling, or as a file that exists."""
    if word == "-" or _is_url(word) or source_kind(word) == "path":
        return True
    try:
        return os.path.lexists(word)
    except ValueError:  # a NUL byte
        return False


def _is_url(word: str) -> bool:
    return source_kind(word) in ("http", "data", "file") or word.lower().startswith("clipboard:")


def gather(
    words: Sequence[str], prompt: str | None, *, read_stdin: bool, command: str = "ask", each: bool = False
) -> Inputs:
    """Sort out positionals, -p and stdin. `command` is named in hints. With `each` a pattern that matches nothing stays
    as a picture that is not there, so that the others can be answered.

    Raises: OptionError for what does not go together, InputError for what cannot be read.
    """
    sources = list(words)
    if prompt is None:
        question = _take_question(sources, command)
    else:
        question = prompt_text(prompt)
        _check_unquoted(prompt, sources, command)
    if sources.count("-") > 1:
        raise OptionError("stdin can be only one picture", hint="Give - once.")
    piped = read_stdin and streams.has_piped_stdin()
    if "-" in sources and not piped:
        raise OptionError(
            "- wants a picture on stdin, but nothing is piped in",
            hint=f"Pipe it in: cat a.png | flashsloth {command} -",
        )
    data = _read_stdin() if piped else b""
    text, picture = _from_stdin(data, wanted="-" in sources)
    pictures = [found for source in sources for found in _pictures(source, picture, command, each=each)]
    if picture and "-" not in sources:
        pictures.append(Picture("-", picture))
    notes, warnings = _about_stdin(text) if question is not None and question.strip() else ((), ())
    question = "\n\n".join(part for part in (question or "", text) if part.strip("\0 \t\r\n")) or None
    return Inputs(question, tuple(pictures), notes, warnings)


def _take_question(sources: list[str], command: str) -> str | None:
    """The word that is the question, taken from the list: the only one that has a space and means no picture.

    Raises: OptionError for several such words or an empty one, ImageNotFound where the question seems to be unquoted.
    """
    loose = [word for word in sources if word.strip() and _is_loose(word)]
    likely = [word for word in loose if " " in word.strip()]
    if sources and not sources[-1].strip() and not likely:
        raise OptionError("the question is empty", hint=f'As in: flashsloth {command} photo.jpg "What is this?"')
    if len(likely) == 1:
        sources.remove(likely[0])
        return likely[0]
    if loose:
        others = [word for word in sources if word not in loose]
        _check_there(others)  # what is surely wrong is told before what is doubtful
        _refuse_loose(loose, likely, others, command)
    return None


def _refuse_loose(loose: list[str], likely: list[str], others: list[str], command: str) -> NoReturn:
    """Raise the error for words that are no pictures, where it cannot be told which one is the question."""
    first = loose[0]
    if len(likely) > 1:
        one = _line(command, [*others, *likely[:-1]], likely[-1], "-p ")
        line = _line(command, others, " ".join(likely)) if others else one
        raise OptionError(
            f"{len(likely)} words could be the question: {', '.join(map(_quoted, likely))}", hint=f"Give one: {line}"
        )
    if _is_near(error := _missing(first)):
        raise error
    what = "no file matches" if GLOB.search(first) else "there is no file"
    if len(loose) == 1:
        raise ImageNotFound(f"{what} {first}", hint=f"If it is the question: -p {first!r}")
    line = _line(command, others, " ".join(loose))
    raise ImageNotFound(f"{what} {first}", hint=f"If it is part of the question, quote it: {line}")


def _check_unquoted(prompt: str, sources: Sequence[str], command: str) -> None:
    """Raises: ImageNotFound for `-p What is this`, where the shell has made three words of the question."""
    if " " in prompt.strip() or prompt_file(prompt) is not None:
        return
    loose = [word for word in sources if word.strip() and _is_loose(word)]
    if loose and not any(_is_near(_missing(word)) for word in loose):
        others = [word for word in sources if word not in loose]
        line = _line(command, others, " ".join((prompt, *loose)).strip(), "-p ")
        raise ImageNotFound(f"there is no file {loose[0]}", hint=f"If it is part of the question, quote it: {line}")


def check_likely_question(pictures: Sequence[Picture]) -> None:
    """Raises: ImageNotFound for a question that ends like a picture's name, as `what is in a.png`."""
    for picture in pictures:
        if " " in picture.source and picture.data is None and _missing(picture.source) is not None:
            hint = f"If it is the question: -p {_quoted(picture.source)}"
            raise ImageNotFound(f"there is no file {picture.source}", hint=hint)


def _is_loose(word: str) -> bool:
    """Whether a word means no picture, by its looks and by what is there."""
    return not is_path_like(word) and not matches(word) and _missing(word) is not None


def _missing(word: str) -> ImageError | None:
    """The error for a path that leads nowhere; None where a file is there, also in another spelling."""
    from flashsloth.images.sources import find_path

    try:
        find_path(word)
    except ImageError as error:
        return error
    return None


def _is_near(error: ImageError | None) -> TypeGuard[ImageError]:
    """Whether there is a file with nearly the name that is missing."""
    return error is not None and error.hint.startswith("Did you mean")


def _line(command: str, sources: Sequence[str], question: str, flag: str = "") -> str:
    """The line as it should be."""
    return " ".join(["flashsloth", command, *map(shlex.quote, sources), flag + _quoted(question)])


def _quoted(text: str) -> str:
    """A text as it is given to a shell, in double quotes where they suffice."""
    return shlex.quote(text) if UNQUOTABLE.search(text) else f'"{text}"'


def _about_stdin(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A note, or a warning, that text from stdin was added to a question that was given without it."""
    lines = [line for line in re.split(r"[\n\0]", text) if line.strip()]
    if not lines:
        return (), ()
    count = f"{len(lines):,} line{'s' * (len(lines) != 1)} from stdin {'were' if len(lines) > 1 else 'was'}"
    note = f"{count} added to the question"
    if not all(map(_is_listed, lines[:LISTED])):
        return (note,), ()
    return (), (
        f"{note} and {'look like paths' if len(lines) > 1 else 'looks like a path'}; inside a loop that reads them add "
        "--no-stdin or </dev/null, and to ask about each of a list: flashsloth batch - -p TEXT",
    )


def _is_listed(line: str) -> bool:
    """Whether a line of stdin is the path of a file, or named like a picture."""
    path = line.strip()
    try:
        return has_picture_name(path) or os.path.lexists(expand_text(path))
    except ValueError:
        return False


def _check_there(sources: Sequence[str]) -> None:
    """Raises: ImageError for a path that leads nowhere, or a pattern that matches nothing."""
    from flashsloth.images.sources import stat_source

    for source in sources:
        if source != "-" and not source.lower().startswith("clipboard:"):
            for picture in _pictures(source, b"", "ask"):
                stat_source(picture.source)


def prompt_text(prompt: str) -> str:
    """-p TEXT, or -p @FILE for the text in a file; @@ begins a text with a single @."""
    path = prompt_file(prompt)
    if path is None:
        return prompt[1:] if prompt.startswith("@@") else prompt
    try:
        return safe_read.read_text(path, pipe=True).replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
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
    return sorted(glob.glob(expand_text(word))) if GLOB.search(word) and "\0" not in word else []


def _pictures(source: str, data: bytes, command: str, *, each: bool = False) -> list[Picture]:
    if source == "-":
        if not data:
            raise ImageUnreadable("stdin is empty", hint=f"Pipe a picture in: cat a.png | flashsloth {command} -")
        return [Picture("-", data)]
    if GLOB.search(source) and not _is_url(source) and not os.path.lexists(source):
        found = matches(source)
        if not found and not each:
            raise _no_match(source)
        return [Picture(match) for match in found or (source,)]  # with `each` reading it says that nothing matches
    return [Picture(source)]


def no_match(source: str) -> ImageNotFound | None:
    """The error for a pattern that matches nothing; None for what is no pattern."""
    return _no_match(source) if GLOB.search(source) and not _is_url(source) else None


def _no_match(source: str) -> ImageNotFound:
    hint = (
        f"If it is the question: -p {source!r}" if source.endswith("?") else "Check the pattern; quote it in the shell."
    )
    return ImageNotFound(f"no file matches {source}", hint=hint)


def _read_stdin() -> bytes:
    from flashsloth.images.sources import MAX_FILE_BYTES

    return streams.read_stdin(MAX_FILE_BYTES)


def _from_stdin(data: bytes, *, wanted: bool) -> tuple[str, bytes]:
    """The text and the picture on stdin, each may be empty. `wanted`: the picture was asked for as `-`, so that what is
    no picture is not taken for text."""
    from flashsloth.images.reader import looks_like_image
    from flashsloth_cli.inputs import stdin_split

    try:
        before, picture, after = stdin_split.split(data, looks_like_image)
    except UnicodeDecodeError as error:
        if wanted:
            return "", data
        raise InputError("stdin holds neither text nor a picture", hint="Use --no-stdin to leave it unread.") from error
    if wanted and not picture:
        return "", data
    return "\n\n".join(text for text in (before.strip("\n"), after.strip("\n")) if text.strip()), picture
