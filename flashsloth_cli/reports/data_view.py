"""Samples as text, with the tokens marked that are learned. For `--dry-run`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flashsloth_cli.terminal import streams, text

if TYPE_CHECKING:
    from flashsloth.data.preview import TokenSpan

LEARNED, PLAIN = "\x1b[1;32m", "\x1b[0m"


def legend() -> str:
    """Return a line that explains the marks."""
    if streams.wants_styling(streams.answers()):
        return f"{LEARNED}Green{PLAIN} is learned, all else only read.\n"
    return "Text in ⟦ ⟧ is learned, all else only read.\n"


def mark_learned(spans: Iterable[TokenSpan]) -> str:
    """Return a sample as text, with the learned spans marked."""
    out = streams.answers()
    before, after = (LEARNED, PLAIN) if streams.wants_styling(out) else ("⟦", "⟧")
    clean = text.strip_control_chars if streams.is_terminal(out) else str
    return "".join(f"{before}{clean(each.text)}{after}" if each.learned else clean(each.text) for each in spans)
