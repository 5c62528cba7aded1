"""Turn the words of the command line and stdin into a question and pictures. Opens no picture and no model."""

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
from flashsloth.utils.close_names import path_meant
from flashsloth.utils.paths import expand, expand_text
from flashsloth_cli.terminal import streams
from flashsloth_cli.terminal.text import counted, skipped_files

GLOB = re.compile(r"[*?\[]")
UNQUOTABLE = re.compile(r'["$`\\!\x00-\x1f]')  # special to the shell inside double quotes
PATH_CHARACTERS = re.compile(r"[\d_./\\@=:~]")  # in a word that is rather a mistyped path than a question
LINES_CHECKED = 100  # of stdin, for paths


@dataclass(frozen=True, slots=True)
class ImageArgument:
    """A picture to read: its source, and its bytes if it came on stdin."""

    source: str
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """The question, or None, and the pictures, with notes and warnings about where the question came from. `command` is
    the one that was typed, for hints."""

    question: str | None
    pictures: tuple[ImageArgument, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    command: str = "ask"


def is_path_like(word: str) -> bool:
    """Return whether a word is a picture: it exists, begins like a path or URL, or ends like a picture's name."""
    if word == "-" or _is_url(word) or source_kind(word) == "path":
        return True
    try:
        return os.path.lexists(word)
    except ValueError:  # a NUL byte
        return False


def is_picture(word: str) -> bool:
    """Return whether a word is a URL, or ends like a picture's name."""
    return _is_url(word) or has_picture_name(word)


def _is_url(word: str) -> bool:
    return source_kind(word) in ("http", "data", "file") or word.lower().startswith("clipboard:")


def gather(
    words: Sequence[str], prompt: str | None, *, read_stdin: bool, command: str = "ask", each: bool = False
) -> Inputs:
    """Sort the words, -p and stdin into a question and pictures. `command` is named in hints.

    With `each` a folder stands for its pictures, and a pattern without a match stays as a missing picture, so that the
    other pictures are answered.
    Raises: OptionError for options that exclude each other, InputError for unreadable input.
    """
    sources = list(words)
    if prompt is None:
        question = _take_question(sources, command)
    else:
        question = prompt_text(prompt)
        _check_unquoted(prompt, sources, command)
    if sources.count("-") > 1:
        raise OptionError("stdin can be only one picture", hint="Use - once.")
    piped = read_stdin and streams.has_piped_stdin()
    if "-" in sources and not piped:
        raise OptionError(
            "- reads a picture from stdin, but nothing is piped in",
            hint=f"Pipe it in: cat a.png | flashsloth {command} -",
        )
    data = _read_stdin() if piped else b""
    text, picture = _split_stdin(data, as_picture="-" in sources)
    pictures = [one for source in sources for one in _pictures(source, picture, command, each=each)]
    pictures, skipped = _open_folders(pictures) if each else (_refuse_folders(pictures), [])
    if picture and "-" not in sources:
        pictures.append(ImageArgument("-", picture))
    notes, warnings = _stdin_notes(text) if question is not None and question.strip() else ((), ())
    question = "\n\n".join(part for part in (question or "", text) if part.strip("\0 \t\r\n")) or None
    return Inputs(question, tuple(pictures), (*skipped, *notes), warnings, command)


def _take_question(sources: list[str], command: str) -> str | None:
    """Remove the question from the words and return it: the only word with a space that is not a picture, or a last
    word after pictures that is not like a path.

    Raises: OptionError for an empty word, or several that could be the question; ImageNotFound if the question seems to
    lack quotes.
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
        _check_exist(others)  # a missing picture is certain, a missing question is a guess
        if others and loose == sources[-1:] and _is_one_word_question(loose[0]):
            return sources.pop()
        _refuse_loose(loose, likely, others, command)
    return None


def _refuse_loose(loose: list[str], likely: list[str], others: list[str], command: str) -> NoReturn:
    """Raise the error for words that are not pictures, if it is unclear which one is the question."""
    first = loose[0]
    if len(likely) > 1:
        one = corrected_line(command, [*others, *likely[:-1]], likely[-1], "-p ")
        line = corrected_line(command, others, " ".join(likely)) if others else one
        raise OptionError(
            f"{len(likely)} words could be the question: {', '.join(map(_quoted, likely))}", hint=f"Give one: {line}"
        )
    if _has_close_name(error := _missing(first)):
        if others and len(loose) == 1:
            error.hint += f" If it is the question: -p {first!r}"
        raise error
    problem = "no file matches" if GLOB.search(first) else "there is no file"
    if len(loose) == 1:
        raise ImageNotFound(f"{problem} {first}", hint=f"If it is the question: -p {first!r}")
    line = corrected_line(command, others, " ".join(loose))
    raise ImageNotFound(f"{problem} {first}", hint=f"If it is part of the question, quote it: {line}")


def _check_unquoted(prompt: str, sources: Sequence[str], command: str) -> None:
    """Raise ImageNotFound for `-p What is this`, of which the shell makes three words."""
    if " " in prompt.strip() or prompt_file(prompt) is not None:
        return
    loose = [word for word in sources if word.strip() and _is_loose(word)]
    if loose and not any(_has_close_name(_missing(word)) for word in loose):
        others = [word for word in sources if word not in loose]
        line = corrected_line(command, others, " ".join((prompt, *loose)).strip(), "-p ")
        raise ImageNotFound(f"there is no file {loose[0]}", hint=f"If it is part of the question, quote it: {line}")


def check_likely_question(pictures: Sequence[ImageArgument]) -> None:
    """Raise ImageNotFound for a question that ends like a picture's name, such as `what is in a.png`."""
    for picture in pictures:
        if " " in picture.source and picture.data is None and _missing(picture.source) is not None:
            hint = f"If it is the question: -p {_quoted(picture.source)}"
            raise ImageNotFound(f"there is no file {picture.source}", hint=hint)


def _is_loose(word: str) -> bool:
    """Return whether a word is not a picture: it neither looks like one, nor is there a file."""
    return not is_path_like(word) and not glob_files(word) and _missing(word) is not None


def _is_one_word_question(word: str) -> bool:
    """Return whether a word without a file is a question: it is neither a pattern nor like a path or a file here."""
    is_path = PATH_CHARACTERS.search(word.rstrip(".")) or GLOB.search(word)
    return not is_path and not _has_close_name(_missing(word))


def _missing(word: str) -> ImageError | None:
    """Return the error for a missing file, or None if it exists, perhaps written in another way."""
    from flashsloth.images.sources import find_path

    try:
        find_path(word)
    except ImageError as error:
        return error
    return None


def _has_close_name(error: ImageError | None) -> TypeGuard[ImageError]:
    """Return whether there is a file with a name close to the missing one."""
    return error is not None and error.hint.startswith("Did you mean")


def corrected_line(command: str, sources: Sequence[str], question: str, flag: str = "") -> str:
    return " ".join(["flashsloth", command, *map(shlex.quote, sources), flag + _quoted(question)])


def _quoted(text: str) -> str:
    """Quote a text for a shell, with double quotes if they suffice."""
    return shlex.quote(text) if UNQUOTABLE.search(text) else f'"{text}"'


def _stdin_notes(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a note that text from stdin was added to the question, or a warning if all of it looks like paths."""
    lines = [line for line in re.split(r"[\n\0]", text) if line.strip()]
    if not lines:
        return (), ()
    several = len(lines) > 1
    note = f"{counted(len(lines), 'line')} from stdin {'were' if several else 'was'} added to the question"
    if not all(map(_is_path, lines[:LINES_CHECKED])):
        return (note,), ()
    return (), (
        f"{note} and {'look like paths' if several else 'looks like a path'}; inside a loop that reads them add "
        "--no-stdin or </dev/null, and to ask about each of a list: flashsloth batch - -p TEXT",
    )


def _is_path(line: str) -> bool:
    """Return whether a line is the path of a file, or named like a picture."""
    path = line.strip()
    try:
        return has_picture_name(path) or os.path.lexists(expand_text(path))
    except ValueError:
        return False


def _check_exist(sources: Sequence[str]) -> None:
    """Raise ImageError for a missing file, or a pattern without a match."""
    from flashsloth.images.sources import stat_source

    for source in sources:
        if source != "-" and not source.lower().startswith("clipboard:"):
            for picture in _pictures(source, b"", "ask"):
                stat_source(picture.source)


def prompt_text(prompt: str) -> str:
    """Return the text of -p TEXT, or of the file of -p @FILE; @@ begins a text with a single @."""
    path = prompt_file(prompt)
    if path is None:
        return prompt[1:] if prompt.startswith("@@") else prompt
    try:
        return safe_read.read_text(path, pipe=True).replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(
            f"the prompt file {path} cannot be read: {reason}",
            hint=path_meant(path, then="Write a text that begins with @ as @@."),
        ) from error


def prompt_file(prompt: str) -> Path | None:
    """Return the file of -p @FILE, or None for -p TEXT."""
    return expand(prompt[1:]) if prompt.startswith("@") and not prompt.startswith("@@") else None


def require_utf8(text: str, name: str) -> str:
    """Return the text. Raises: InputError for bytes that are not UTF-8, which Python represents as surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{name} is not text in UTF-8", hint="Write it in UTF-8.") from error
    return text


def glob_files(word: str) -> list[str]:
    """Return the files that match a glob pattern, sorted. A NUL, for which glob raises, matches nothing."""
    return sorted(glob.glob(expand_text(word))) if GLOB.search(word) and "\0" not in word else []


def _pictures(source: str, data: bytes, command: str, *, each: bool = False) -> list[ImageArgument]:
    if source == "-":
        if not data:
            raise ImageUnreadable("stdin is empty", hint=f"Pipe a picture in: cat a.png | flashsloth {command} -")
        return [ImageArgument("-", data)]
    if _is_pattern(source) and not os.path.lexists(source):
        files = glob_files(source)
        if not files and not each:
            raise _no_match(source)
        return [ImageArgument(file) for file in files or (source,)]  # with `each` the error comes when it is read
    return [ImageArgument(source)]


def _refuse_folders(pictures: list[ImageArgument]) -> list[ImageArgument]:
    """Return the pictures. Raises: ImageUnreadable for a folder."""
    for picture in pictures:
        if picture.data is None and os.path.isdir(expand_text(picture.source)):
            folder = shlex.quote(picture.source)
            raise ImageUnreadable(
                f"{picture.source} is a folder, not a picture",
                hint=f"To ask about each of its pictures: flashsloth ask --each {folder} -p TEXT, or flashsloth batch "
                f"{folder} -p TEXT",
            )
    return pictures


def _open_folders(pictures: Sequence[ImageArgument]) -> tuple[list[ImageArgument], list[str]]:
    """Return the pictures with folders replaced by their pictures, as `batch` does, and notes about skipped files."""
    if not any(picture.data is None and os.path.isdir(expand_text(picture.source)) for picture in pictures):
        return list(pictures), []
    from flashsloth.batch.inputs import folder_pictures

    notes: list[str] = []
    opened = []
    for picture in pictures:
        folder = expand_text(picture.source)
        if picture.data is not None or not os.path.isdir(folder):
            opened.append(picture)
            continue
        files = folder_pictures(folder, lambda name, counts: notes.append(skipped_files(name, counts)))
        opened += [ImageArgument(file) for file in files]
    return opened, notes


def _is_pattern(source: str) -> bool:
    return bool(GLOB.search(source)) and not _is_url(source)


def no_match(source: str) -> ImageNotFound | None:
    """Return the error for a pattern without a match, or None for a path."""
    return _no_match(source) if _is_pattern(source) else None


def _no_match(source: str) -> ImageNotFound:
    hint = "Check the pattern, and quote it in the shell."
    if source.endswith("?"):
        hint = f"If it is the question: -p {source!r}"
    return ImageNotFound(f"no file matches {source}", hint=hint)


def _read_stdin() -> bytes:
    from flashsloth.images.sources import MAX_FILE_BYTES

    return streams.read_stdin(MAX_FILE_BYTES)


def _split_stdin(data: bytes, *, as_picture: bool) -> tuple[str, bytes]:
    """Return the text and the picture on stdin; each may be empty. With `as_picture`, which `-` asks for, data that is
    not a picture is not taken for text."""
    from flashsloth.images.reader import looks_like_image
    from flashsloth_cli.inputs import stdin_split

    try:
        before, picture, after = stdin_split.split(data, looks_like_image)
    except UnicodeDecodeError as error:
        if as_picture:
            return "", data
        raise InputError(
            "stdin is neither text nor a picture", hint="Use --no-stdin if it is not meant for this program."
        ) from error
    if as_picture and not picture:
        return "", data
    return "\n\n".join(text for text in (before.strip("\n"), after.strip("\n")) if text.strip()), picture
