"""Find pictures in a typed line. They may be dropped on the window, pasted, or written with an @. This
module opens no picture.

Terminals insert the paths of files that are dropped on their window in several forms: in quotes, with
backslashes before spaces, as file:// URLs, without any quoting, or several in a row. If a word can only
be the path of a picture and there is no such file, this is an error, and the word is never sent to the
model as text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from itertools import islice
from urllib.parse import unquote as decode_percents

from flashsloth.errors import ImageNotFound
from flashsloth.images.sources import (
    ROOTED,
    candidate_paths,
    file_url_path,
    has_picture_name,
    not_found,
    source_kind,
    split_page,
    unquote,
)
from flashsloth.utils.text import BLANKS
from flashsloth_cli.inputs.arguments import glob_files

PUNCTUATION = "?!.,;:)"  # characters that may follow a picture's name
# In these patterns only the blanks of a shell divide words. Others, which re.ASCII keeps out of \s,
# belong to names: macOS writes U+202F before the PM of a screenshot.
QUOTED = r"""(?>(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\])+)"""  # a word as a shell reads it
WORD = re.compile(rf"""@?(?=['"/~]|\.\.?/){QUOTED}(?!\S)|(?:\\.|\S)+""", re.ASCII)
ONE_WORD = re.compile(rf"""(?=['"]|.*\\){QUOTED}""", re.ASCII)
# Matches a text that can only be a path, and neither a slash command nor a question.
ONLY_PATH = re.compile(
    r"""(?:['"]/|/[^\s/]+/|['"]?(?:\.\.?/|~[^\s/]*/|[A-Za-z]:[\\/]|\\\\)).*""", re.ASCII
)
MAX_SPACES = 30  # maximum number of words of a path with unquoted spaces


def read(line: str) -> tuple[list[str], str]:
    """Split a typed line into the list of its pictures and the question.

    Anywhere in the line, a picture may be an absolute path, a quoted path, a file: URL, `@path` or an
    existing relative path with a slash. At the beginning it may also be a bare name. Raises:
    ImageNotFound for a word that can only be a picture.
    """
    pictures: list[str] = []
    question = ""
    begun = 0
    at = 0
    leading = True
    while (match := WORD.search(line, at)) is not None:
        found = (_longest_path(line, match) if leading else None) or _mention(match.group(), leading)
        leading = found is not None
        at = match.end()
        if found is not None:
            pictures.append(found[0])
            question = _joined(question, line[begun : match.start()])
            at = begun = match.start() + found[1]
    question = _joined(question, line[begun:])
    if ONLY_PATH.fullmatch(question) and has_picture_name(question.rstrip("'\"")):
        raise not_found(question)
    return pictures, question


def sources(text: str) -> tuple[Sequence[str], str]:
    """Return the pictures that an argument names, and the question that follows them. The argument may
    have paths, URLs or a pattern.

    If no picture was found, or if the rest of the text ends like the name of a picture, the rest is
    treated as one more path. Reading this path later raises an error that names it. Raises:
    ImageNotFound, as `read` does.
    """
    try:
        pictures, rest = read(text)
    except ImageNotFound:
        if files := glob_files(text):
            return files, ""
        raise
    if rest and (not pictures or has_picture_name(rest)):
        return [*pictures, rest], ""
    return pictures, rest


def argument(text: str) -> str:
    """Return an argument that is not a picture, such as a name. If it is a single quoted word, the
    quotes are removed."""
    return unquote(text) if ONE_WORD.fullmatch(text) else text


def _joined(question: str, more: str) -> str:
    """Return a question with the text that follows a picture."""
    more = more.strip()
    return f"{question}{'' if not question or more[:1] in PUNCTUATION else ' '}{more}"


def _mention(word: str, leading: bool, *, whole: bool = False) -> tuple[str, int] | None:
    """Return the picture that a word names, and the length of the part of the word that names it.
    Return None if the word names no picture. `whole` says that the word ends with the name, except for
    punctuation. Raises: ImageNotFound."""
    marked = word.startswith("@") and len(word) > 1
    text = word[1:] if marked else word
    plain = unquote(text) if text[:1] in ("'", '"') else text
    kind = source_kind(plain)
    if kind == "http":
        return (
            (plain, len(word))
            if marked or (leading and has_picture_name(re.split("[?#]", plain)[0]))
            else None
        )
    if plain.lower().startswith("data:image/") or plain.lower() == "clipboard:":
        return (plain, len(word)) if marked or leading else None
    absolute = kind == "file" or bool(ROOTED.match(plain))
    if not (marked or leading or absolute or plain != text or "/" in plain):
        return None
    path = _file(plain)
    if path is not None and (marked or leading or has_picture_name(path)):
        return path, len(word)
    # In "What is in @a.png?" the mark is not a part of the name. The name with the mark was tried
    # first, because a file may have such a name.
    if text.endswith(tuple(PUNCTUATION)):
        return _mention(word.rstrip(PUNCTUATION), leading, whole=whole)
    # Japanese keyboards type U+3000 between a name and a question. The name may have such blanks too.
    for blank in () if whole else islice(BLANKS.finditer(word), MAX_SPACES):
        if found := _mention(word[: blank.start()], leading, whole=True):
            return found
    if has_picture_name(plain.rstrip("'\"")) and (marked or leading or absolute):
        raise not_found(file_url_path(plain, plain) if kind == "file" else plain)
    return None


def _longest_path(line: str, first: re.Match[str]) -> tuple[str, int] | None:
    """Return the longest path with unquoted spaces that begins at a word, and its length. A relative
    path counts only if it has the name of a picture."""
    longest = None
    for word in islice(WORD.finditer(line, first.start()), MAX_SPACES):
        text = line[first.start() : word.end()]
        if ROOTED.match(text) or has_picture_name(unquote(text)):
            path = _file(text)
            longest = longest if path is None else (path, len(text))
    return longest


def _file(text: str) -> str | None:
    """Return the file that a word names, with the page if the word names a page. Return None if there
    is no such file. The file is the first candidate path that exists."""
    file, page = split_page(unquote(text))
    if page is not None:
        path = _file(file)
        return path and f"{path}#{page}"
    if source_kind(text) == "file":
        paths = candidate_paths(file_url_path(text, text))
    else:
        paths = [
            *candidate_paths(text),
            # Some terminals insert %20 for a space.
            *(candidate_paths(decode_percents(text)) if "%" in text else ()),
        ]
    return next(filter(os.path.isfile, paths), None)
