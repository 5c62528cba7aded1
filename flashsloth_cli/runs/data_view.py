"""How samples look: what is learned stands out. Shared by `data show` and `--dry-run`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flashsloth_cli.terminal import streams, text

if TYPE_CHECKING:
    from flashsloth.data.preview import TokenSpan

LEARNED, PLAIN = "\x1b[1;32m", "\x1b[0m"


def legend() -> str:
    """What the marks mean."""
    if streams.wants_styling(streams.answers()):
        return f"{LEARNED}Green{PLAIN} is learned, all else only read.\n"
    return "What stands in ⟦ ⟧ is learned, all else only read.\n"


def mark_learned(pieces: Iterable[TokenSpan]) -> str:
    """A sample as text, with what is learned marked."""
    out = streams.answers()
    before, behind = (LEARNED, PLAIN) if streams.wants_styling(out) else ("⟦", "⟧")
    clean = text.strip_control_chars if streams.is_terminal(out) else str
    return "".join(f"{before}{clean(p.text)}{behind}" if p.learned else clean(p.text) for p in pieces)
