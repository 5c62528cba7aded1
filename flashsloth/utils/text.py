"""Texts for messages. Names, values and errors become one printable line without terminal control
characters, and a hint suggests the known name that a user probably meant."""

from __future__ import annotations

import difflib
import os
import re
import shlex
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice

# matches the parts of messages of strict dataclasses that name Python's own types
PYTHONS = re.compile(r"^\w+Error: |\. Errors: .*|<class '([\w.]+)'>")
# The blanks beside the space, which str.isprintable() counts as not printable. macOS writes U+202F into
# the names of screenshots.
BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
ERRNO = re.compile(r"\[Errno -?\d+\] ")  # as it stands in the messages of HTTP clients


def printable_source(name: str) -> str:
    """Return the name of a source for a message. It is shortened and contains no password. If it is not
    printable, its repr is returned."""
    if name == "-":
        return "standard input"
    name = without_login(name)
    if len(name) > 240:
        name = f"{name[:120]}…{name[-100:]}"
    return name if BLANKS.sub(" ", name).isprintable() else repr(name)


def command_line(*words: str | os.PathLike[str]) -> str:
    """Return a command line, or a part of one, for a hint. Each word is quoted for a shell. A path that
    is not a str cannot be taken for an option."""
    return shlex.join(
        word if isinstance(word, str) else re.sub("^-", "./-", os.fspath(word)) for word in words
    )


def error_reason(error: BaseException) -> str:
    """Return the message of an exception on one short line."""
    message = getattr(error, "strerror", None) or str(error) or type(error).__name__
    one_line = " ".join(ERRNO.sub("", message).split())
    return "".join(character if character.isprintable() else "?" for character in one_line[:120])


def last_line(error: BaseException) -> str:
    """Return the last line of an error's message, printable and shortened. For an error without a
    message, return its repr."""
    line = PYTHONS.sub(r"\1", (str(error).strip() or repr(error)).splitlines()[-1].strip())
    line = f"{line} is missing" if isinstance(error, KeyError) else line
    line = line if line.isprintable() else ascii(line)[1:-1]
    return line if len(line) <= 400 else f"{line[:200]} ... {line[-150:]}"


def without_login(url: str) -> str:
    """Remove the user and the password from a URL. They are everything up to the last @ of its
    authority, as in urllib."""
    return re.sub(r"^([a-z][a-z0-9+.-]*://)[^/?#]*@", r"\1", url, flags=re.IGNORECASE)


def source_name(source: object) -> str:
    """Return the name of a source as it was given, but without a password. A data: URL is cut after its
    comma. A source without a name is "<bytes>" or "<file>"."""
    if isinstance(source, str):
        source = without_login(source)
        return re.sub(r"^(data:[^,]{0,60})[^,]*,.*", r"\1,…", source, flags=re.IGNORECASE | re.DOTALL)
    if isinstance(source, bytes | bytearray | memoryview):
        return "<bytes>"
    if isinstance(source, os.PathLike):
        return os.fsdecode(source)
    name = getattr(source, "name", None)
    return name if isinstance(name, str) and name else "<file>"


def printable(value: object) -> str:
    """Return a value from a file as text for a message. The text is printable and has at most 100
    characters."""
    # the text is cut first, because a name may have 60 MB
    text = (value if isinstance(value, str) else printable_repr(value))[:101]
    text = text if text.isprintable() else ascii(text)[1:-1]
    return text if len(text) <= 100 else f"{text[:97]}..."


def printable_repr(value: object) -> str:
    """Return the repr of a value, made printable and short as in `printable`."""
    try:
        return printable(repr(value))
    except (ValueError, RecursionError):  # for example an integer of more than 4,300 digits
        return "a value too long to show"


# Similar names

ALIKE = 0.7  # minimum of difflib's ratio, which is 1 for equal names
MAX_LISTED = 2000  # maximum number of entries of a folder that are compared
# Maximum length of a name in characters. Longer names get no hint and are not suggested. difflib takes
# time in proportion to the product of two lengths. Names may come from clients of a server or from
# untrusted files, and a name of 60 MB took minutes.
MAX_COMPARED = 100


def close_name(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most similar to a word, or None if no name is similar enough. Upper
    and lower case count as equal, and so do `_` and `-`. The parts before a dot must be similar by
    themselves, so that two files are not similar only because both end in .csv. A word of the same
    letters in another order also counts as similar, and so does the beginning of a name, as `temp`."""
    if len(word) > MAX_COMPARED:
        return None
    wanted = _plain(word)
    names = {_plain(name): name for name in known if len(name) <= MAX_COMPARED}
    stem, ending = os.path.splitext(wanted)
    for near in difflib.get_close_matches(wanted, names, n=10, cutoff=ALIKE):
        near_stem, near_ending = os.path.splitext(near)
        if ending and not near_ending:  # receipts.csv is not the folder receipts
            continue
        if difflib.SequenceMatcher(None, near_stem, stem).ratio() >= ALIKE:
            return names[near]
    if not wanted.isalpha():
        return None
    return next(
        (
            names[name]
            for name in names
            if sorted(name) == sorted(wanted) or (len(wanted) > 3 and name.startswith(wanted))
        ),
        None,
    )


def did_you_mean(word: str, known: Iterable[str], *, then: str = "", otherwise: str = "") -> str:
    """Return the hint "Did you mean NAME?" for the closest known name, or `otherwise` if there is none.
    In both cases `then` is appended."""
    return _hint(close_name(word, known), then, otherwise)


def path_meant(
    path: str | os.PathLike[str], *, folders: bool = False, then: str = "", otherwise: str = ""
) -> str:
    """Return the hint "Did you mean PATH?" for a missing path. PATH has the closest name in the same
    folder. If `folders` is true, only names of folders are compared."""
    parent, name = os.path.split(os.fspath(path).rstrip(os.sep))
    names: list[str] = []
    with suppress(OSError, ValueError), os.scandir(os.path.expanduser(parent) or os.curdir) as entries:
        beside = islice(entries, MAX_LISTED)
        names = [each.name for each in beside if each.name != name and (each.is_dir() or not folders)]
    near = close_name(name, names)
    return _hint(near and printable_source(os.path.join(parent, near)), then, otherwise)


def _hint(meant: str | None, then: str, otherwise: str) -> str:
    return " ".join(filter(None, (f"Did you mean {meant}?" if meant else otherwise, then)))


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")
