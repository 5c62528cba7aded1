"""With `hd=auto` an answer is first generated from one tile of each picture. Only if this answer is in
doubt, because it is a refusal or one of its first tokens is unlikely, all tiles are read and the answer
is generated again. `Doubt` decides that while the tokens come. This module does not import torch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

AUTO: Final = "auto"  # the value of the setting `hd`
Hd: TypeAlias = bool | Literal["auto"]
WATCHED = 16  # number of tokens whose probabilities are read
REFUSALS = ("I cannot ", "unclear")  # beginnings of answers in which nano says that it does not know
MAX_REFUSAL = 1000  # number of characters of an answer that are searched for a refusal
# How long a search may take. A pattern of a user may need exponential time, and a server answers nobody
# meanwhile.
REFUSAL_SECONDS = 0.1


def is_regex(text: str) -> bool:
    import regex  # only few commands need it

    try:
        return bool(regex.compile(text))
    except (regex.error, RecursionError, OverflowError):
        return False


def refusal_patterns(own: str | None) -> tuple[Any, ...]:
    """Return patterns of answers that are refusals: those of nano, and the setting `refusal`. They are
    patterns of the package regex, because a search with `re` has no limit of time."""
    import regex

    known = "|".join(map(re.escape, REFUSALS))
    return tuple(map(regex.compile, [rf"\A\s*(?:{known})", *([own] if own else ())]))


def is_refusal(text: str, patterns: Sequence[Any]) -> bool:
    """Return whether a pattern is found in an answer. One that takes too long counts as not found."""
    try:
        return any(each.search(text[:MAX_REFUSAL], timeout=REFUSAL_SECONDS) for each in patterns)
    except TimeoutError:
        return False


@dataclass(slots=True, eq=False)
class Doubt:
    """Decides whether an answer from one tile is kept.

    Args:
        threshold: the probability below which a token is unlikely. With 0 none is.
        refusals: the patterns of refusals.
        keeps: whether the answer is kept, or generated again from all tiles; None until that is
            decided. Before, nothing of the answer may be shown.
        lowest: the lowest probability so far.
        count: the number of tokens so far. Tokens that a grammar forces do not count.
    """

    threshold: float = 0.0
    refusals: Sequence[Any] = ()
    keeps: bool | None = None
    lowest: float = 1.0
    count: int = 0

    def watch(self, probability: float) -> None:
        """Count a token. `probability` is the model's own, before a grammar, the temperature and the
        penalties change it."""
        self.count += 1
        self.lowest = min(self.lowest, probability)

    def decide(self, text: str, *, has_ended: bool) -> Literal["sure", "unsure", "refusal"] | None:
        """Decide by the tokens and the text so far. Return the reason, or None if more tokens are
        needed."""
        is_unsure = self.lowest < self.threshold
        if not (is_unsure or has_ended or self.count >= WATCHED):
            return None
        refuses = is_refusal(text, self.refusals)
        self.keeps = not (is_unsure or refuses)
        if is_unsure:
            return "unsure"
        return "refusal" if refuses else "sure"


NO_DOUBT = Doubt(keeps=True)
