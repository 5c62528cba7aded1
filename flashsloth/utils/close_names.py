"""Suggest the known name that a user probably meant when a name was mistyped."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice

from flashsloth.utils.text import printable_source

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
