"""Pictures among the words of a typed line: dropped on the window, pasted, or written with an @. Opens no picture.

Terminals drop paths in every spelling: in quotes, with backslashes before spaces, as file:// URLs, bare, several in a
row. A word that can only be meant as a picture and is none is an error, so that no model is asked about a path.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from flashsloth.images.sources import (
    file_url_path,
    has_picture_name,
    is_rooted,
    not_found,
    source_kind,
    unescape,
)
from flashsloth.utils.paths import expand_text

ENDS = "?!.,;:)"  # what may stand behind a picture's name
WORD = re.compile(r"""@?'[^']*'(?=[?!.,;:)]*(?:\s|$))|@?"(?:[^"\\]|\\.)*"(?=[?!.,;:)]*(?:\s|$))|(?:\\.|\S)+""")
JOINING = {  # words behind which a picture is a part of the sentence
    *("in", "of", "on", "at", "with", "to", "and", "or", "from", "between", "compare", "describe", "see"),
    *("about", "read", "like", "than", "is", "are", "does", "for"),
}
MOST_SPACES = 30  # of a bare path


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """What a typed line holds: pictures, in their order, and the rest, which is the question."""

    pictures: tuple[str, ...]
    question: str


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    path: str


def read(line: str) -> ParsedLine:
    """Take the pictures out of a line.

    Anywhere in it: an absolute path, a quoted one, a file: URL or `@path`. A bare name only at the beginning.
    Raises: ImageNotFound for what can only be meant as a picture.
    """
    found: list[_Found] = []
    leading = True
    at = 0
    while (match := WORD.search(line, at)) is not None:
        here = _longest(line, match) if leading else None
        here = here or _picture(match.group(), match.start(), match.end(), leading)
        if here is not None:
            found.append(here)
        leading = leading and here is not None
        at = here.end if here is not None else match.end()
    return ParsedLine(tuple(each.path for each in found), _without(line, found))


def starts_with_image(line: str) -> bool:
    """Whether a line begins with a picture. Raises: ImageNotFound where that can only be meant and there is none."""
    first = WORD.search(line)
    if first is None:
        return False
    return (_longest(line, first) or _picture(first.group(), first.start(), first.end(), True)) is not None


def _without(line: str, found: list[_Found]) -> str:
    """The line without the pictures. Where one is a part of the sentence, "the picture" stands in its place."""
    parts, at = [], 0
    inside = [each for each in found if _in_sentence(line, each, found)]
    for each in found:
        parts.append(line[at : each.start].strip(" \t"))
        if each in inside:
            parts.append(f"picture {found.index(each) + 1}" if len(found) > 1 else "the picture")
        at = each.end
    rest = line[at:].lstrip(" \t") if found else line[at:]
    question = " ".join(part for part in parts if part)
    space = "" if not question or not rest or rest[0] in ENDS else " "
    return f"{question}{space}{rest}".strip()


def _in_sentence(line: str, each: _Found, found: list[_Found]) -> bool:
    """Whether a picture is a part of the sentence: it stands behind a word that wants one."""
    before = line[: each.start].rstrip(" \t")
    behind = before.split()[-1].lower().lstrip("('\"") if before.split() else ""
    return behind in JOINING and not any(other.end == len(before) for other in found)


def _picture(word: str, start: int, end: int, leading: bool) -> _Found | None:
    marked = word.startswith("@") and len(word) > 1
    text = word[1:] if marked else word
    quoted = text[:1] in ("'", '"') and len(text) > 2 and text[-1:] == text[:1]
    given = text[1:-1] if quoted else text
    kind = source_kind(given)
    if kind == "http":
        return _Found(start, end, given) if marked or (leading and has_picture_name(_url_path(given))) else None
    if given.lower().startswith("data:image/") or given.lower() == "clipboard:":
        return _Found(start, end, given) if marked or leading else None
    absolute = kind == "file" or is_rooted(given)
    if not (marked or quoted or leading or absolute):
        return None
    for path in _spellings(given, quoted):
        if os.path.isfile(path) and (marked or leading or has_picture_name(path)):
            return _Found(start, end, path)
    if not quoted and given.endswith(tuple(ENDS)):
        return _picture(word.rstrip(ENDS), start, start + len(word.rstrip(ENDS)), leading)
    if has_picture_name(given.rstrip("'\"")) and (marked or leading or absolute):
        raise not_found(next(_spellings(given, quoted)))
    return None


def _longest(line: str, first: re.Match[str]) -> _Found | None:
    """A bare path with spaces at the beginning of a line, or of what is left of it; one that begins at the working
    folder must be named like a picture."""
    rooted = is_rooted(first.group())
    end, best = first.end(), None
    for _ in range(MOST_SPACES):
        spellings = _spellings(line[first.start() : end], False)
        path = next((p for p in spellings if (rooted or has_picture_name(p)) and os.path.isfile(p)), None)
        if path is not None:
            best = _Found(first.start(), end, path)
        match = WORD.search(line, end)
        if match is None:
            break
        end = match.end()
    return best


def _spellings(text: str, quoted: bool) -> Iterator[str]:
    """What a word may mean as a path, the likeliest first."""
    if source_kind(text) == "file":
        yield file_url_path(text, text)
        return
    yield expand_text(text)
    if not quoted or "\\" in text:
        yield expand_text(unescape(text))
    if "%" in text:
        yield expand_text(unquote(text))


def _url_path(url: str) -> str:
    """Return the path of a URL, or "" for an invalid one."""
    try:
        return urlsplit(url).path
    except ValueError:  # a bracket that is not closed
        return ""
