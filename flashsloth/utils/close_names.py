"""Find the names that a mistyped one may mean."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable

MIN_RATIO = 0.7  # difflib's similarity, 1 for equal names


def close_names(word: str, known: Iterable[str], limit: int = 1) -> list[str]:
    """Return up to `limit` known names similar to a word, the closest first.

    Case is ignored and `_` equals `-`. The part before the extension must be similar too, so that two names do not
    match just because both end in .csv.
    """
    normalized = _normalize(word)
    names = {_normalize(name): name for name in known}
    stem = os.path.splitext(normalized)[0]
    return [
        names[near]
        for near in difflib.get_close_matches(normalized, names, n=10 * limit, cutoff=MIN_RATIO)
        if difflib.SequenceMatcher(None, os.path.splitext(near)[0], stem).ratio() >= MIN_RATIO
    ][:limit]


def _normalize(name: str) -> str:
    return name.lower().replace("_", "-")
