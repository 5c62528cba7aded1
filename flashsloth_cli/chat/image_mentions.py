"""Pictures in a typed line: dropped on the window, pasted, or written with an @. Opens no picture.

Terminals drop paths in several forms: in quotes, with backslashes before spaces, as file:// URLs, bare, several in
a row. A word that can only be a path of a picture is an error if there is no such file: it is never asked as text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote as decode_percents
from urllib.parse import urlsplit

from flashsloth.errors import ImageNotFound
from flashsloth.images.sources import (
    candidate_paths,
    file_url_path,
    has_picture_name,
    is_rooted,
    not_found,
    source_kind,
    split_page,
    unquote,
)
from flashsloth_cli.inputs.arguments import glob_files

PUNCTUATION = "?!.,;:)"  # may follow a picture's name
QUOTED = r"""(?>(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\])+)"""  # a word as a shell reads it
WORD = re.compile(rf"""@?(?=['"/~]|\.\.?/){QUOTED}(?!\S)|(?:\\.|\S)+""")
ONE_WORD = re.compile(rf"""(?=['"]|.*\\){QUOTED}""")
ONLY_PATH = re.compile(r"""(?:['"]/|/[^\s/]+/|['"]?(?:\.\.?/|~[^\s/]*/|[A-Za-z]:[\\/]|\\\\)).*""")  # and no command
GOVERNING = {  # words before a picture that is a part of the sentence
    *("in", "of", "on", "at", "with", "to", "and", "or", "from", "between", "compare", "describe", "see"),
    *("about", "read", "like", "than", "is", "are", "does", "for"),
}
MAX_SPACES = 30  # in a bare path


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """The pictures of a typed line in their order, and the question."""

    pictures: tuple[str, ...]
    question: str


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    path: str


def read(line: str) -> ParsedLine:
    """Split a line into pictures and a question.

    A picture may be an absolute path, a quoted path, a file: URL or `@path` anywhere, or a bare name at the beginning.
    Raises: ImageNotFound for a word that can only be a picture.
    """
    mentions: list[_Mention] = []
    leading = True
    at = 0
    while (match := WORD.search(line, at)) is not None:
        mention = _longest_path(line, match) if leading else None
        mention = mention or _mention(match.group(), match.start(), match.end(), leading)
        if mention is not None:
            mentions.append(mention)
        leading = leading and mention is not None
        at = mention.end if mention is not None else match.end()
    question = _question(line, mentions)
    if ONLY_PATH.fullmatch(question) and has_picture_name(question.rstrip("'\"")):
        raise not_found(first_picture(question))
    return ParsedLine(tuple(each.path for each in mentions), question)


def sources(text: str) -> Sequence[str]:
    """Return the pictures of an argument: paths and URLs, or a pattern. Words that are none of these are one more path,
    for an error when it is read. Raises: ImageNotFound, as `read` does."""
    try:
        parsed = read(text)
    except ImageNotFound:
        if files := glob_files(text):
            return files
        raise
    return (*parsed.pictures, parsed.question) if parsed.question else parsed.pictures


def argument(text: str) -> str:
    """Return an argument that is not a picture, such as a name, without its quotes if it is one quoted word."""
    return unquote(text) if ONE_WORD.fullmatch(text) else text


def first_picture(text: str) -> str:
    """Return the beginning of a text up to a picture's name, or its first word."""
    ends = [match.end() for match in WORD.finditer(text)]
    return next((text[:end] for end in ends if has_picture_name(unquote(text[:end]).rstrip("'\""))), text[: ends[0]])


def starts_with_image(line: str) -> bool:
    """Return whether a line begins with a picture. Raises: ImageNotFound, as `read` does."""
    first = WORD.search(line)
    if first is None:
        return False
    return (_longest_path(line, first) or _mention(first.group(), first.start(), first.end(), True)) is not None


def _question(line: str, mentions: list[_Mention]) -> str:
    """Return the line without the pictures; one that is a part of the sentence becomes "the picture"."""
    parts, at = [], 0
    for number, each in enumerate(mentions, 1):
        parts.append(line[at : each.start].strip(" \t"))
        if _in_sentence(line, each, mentions):
            parts.append(f"picture {number}" if len(mentions) > 1 else "the picture")
        at = each.end
    rest = line[at:].lstrip(" \t") if mentions else line[at:]
    question = " ".join(part for part in parts if part)
    space = "" if not question or not rest or rest[0] in PUNCTUATION else " "
    return f"{question}{space}{rest}".strip()


def _in_sentence(line: str, each: _Mention, mentions: list[_Mention]) -> bool:
    before = line[: each.start].rstrip(" \t")
    last = before.split()[-1].lower().lstrip("('\"") if before.split() else ""
    return last in GOVERNING and not any(other.end == len(before) for other in mentions)


def _mention(word: str, start: int, end: int, leading: bool) -> _Mention | None:
    marked = word.startswith("@") and len(word) > 1
    text = word[1:] if marked else word
    plain = unquote(text) if text[:1] in ("'", '"') else text
    kind = source_kind(plain)
    if kind == "http":
        return _Mention(start, end, plain) if marked or (leading and has_picture_name(_url_path(plain))) else None
    if plain.lower().startswith("data:image/") or plain.lower() == "clipboard:":
        return _Mention(start, end, plain) if marked or leading else None
    absolute = kind == "file" or is_rooted(plain)
    if not (marked or leading or absolute or plain != text):
        return None
    path = _file(plain)
    if path is not None and (marked or leading or has_picture_name(path)):
        return _Mention(start, end, path)
    if text.endswith(tuple(PUNCTUATION)):
        return _mention(word.rstrip(PUNCTUATION), start, start + len(word.rstrip(PUNCTUATION)), leading)
    if has_picture_name(plain.rstrip("'\"")) and (marked or leading or absolute):
        raise not_found(file_url_path(plain, plain) if kind == "file" else plain)
    return None


def _longest_path(line: str, first: re.Match[str]) -> _Mention | None:
    """Return the longest bare path with spaces that begins at a word. A relative one needs the name of a picture."""
    rooted = is_rooted(first.group())
    end, longest = first.end(), None
    for _ in range(MAX_SPACES):
        text = line[first.start() : end]
        path = _file(text) if rooted or has_picture_name(unquote(text)) else None
        if path is not None:
            longest = _Mention(first.start(), end, path)
        match = WORD.search(line, end)
        if match is None:
            break
        end = match.end()
    return longest


def _file(text: str) -> str | None:
    """Return the file that a word stands for, the first candidate path that exists, with the page that it names."""
    file, page = split_page(unquote(text))
    if page is not None:
        path = _file(file)
        return path and f"{path}#{page}"
    if source_kind(text) == "file":
        paths = candidate_paths(file_url_path(text, text))
    else:
        paths = [*candidate_paths(text), *(candidate_paths(decode_percents(text)) if "%" in text else ())]
    return next(filter(os.path.isfile, paths), None)


def _url_path(url: str) -> str:
    """Return the path of a URL, or "" for an invalid one."""
    try:
        return urlsplit(url).path
    except ValueError:  # an unclosed bracket
        return ""
