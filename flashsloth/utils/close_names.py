"""Names that a mistyped one may have meant. Imports nothing of this package."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress

ALIKE = 0.7  # difflib's ratio, which is 1 for equal names


def close_names(word: str, known: Iterable[str], most: int = 1) -> list[str]:
    """Return up to `most` of the known names that are similar to a word, the closest first. Upper case counts as lower
    case and `_` as `-`. The part before a dot must be alike by itself: two files do not look alike because both end in
    .csv."""
    wanted = _plain(word)
    names = {_plain(name): name for name in known}
    stem = os.path.splitext(wanted)[0]
    return [
        names[near]
        for near in difflib.get_close_matches(wanted, names, n=10 * most, cutoff=ALIKE)
        if difflib.SequenceMatcher(None, os.path.splitext(near)[0], stem).ratio() >= ALIKE
    ][:most]


def did_you_mean(
    word: str, known: Iterable[str], *, show: Callable[[str], object] = str, then: str = "", otherwise: str = ""
) -> str:
    """Return the hint "Did you mean NAME?" for the closest known name, or `otherwise`; `then` follows either. `show`
    turns a name into what the hint prints, such as a path."""
    near = close_names(word, known)
    return " ".join(filter(None, (f"Did you mean {show(near[0])}?" if near else otherwise, then)))


def path_meant(path: str | os.PathLike[str], *, folders: bool = False, then: str = "", otherwise: str = "") -> str:
    """Return the hint "Did you mean PATH?" for a missing path: the closest name beside it, only of folders if these are
    wanted."""
    parent, name = os.path.split(os.fspath(path).rstrip(os.sep))
    names: list[str] = []
    with suppress(OSError, ValueError), os.scandir(os.path.expanduser(parent) or os.curdir) as entries:
        names = [each.name for each in entries if each.name != name and (each.is_dir() or not folders)]
    return did_you_mean(name, names, show=lambda near: os.path.join(parent, near), then=then, otherwise=otherwise)


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")
