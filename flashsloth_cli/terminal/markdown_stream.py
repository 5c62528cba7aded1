"""Draw Markdown while it grows. Finished blocks are drawn once. The last block is drawn again with each
new piece."""

from __future__ import annotations

import io
import re

from flashsloth_cli.terminal.text import strip_control_chars, wrapped

MARKS = re.compile(
    r"^(#{1,6} |[-*+] |\d+[.)] |> |```|~~~|\|)|\*\*|__|`[^`]+`|\[[^\]]+\]\(|(?<!\w)\*\w[^*]*\*",
    re.MULTILINE,
)
FENCE = re.compile(r"\n*(```|~~~)")
SOFT_BREAK = re.compile(r"(?<!\n)\n(?!\n)")
TAG = re.compile(r"<(?=[A-Za-z/!?])")


class MarkdownStream:
    """Splits a growing answer into finished lines and a tail that may still change. If `markdown` is
    False, the text is only wrapped."""

    def __init__(self, markdown: bool) -> None:
        self.markdown = markdown
        self._text = ""
        self._begun = False
        self._plain = False  # whether the first lines of this block have already been written
        self._fence = ""  # the fence of a code block whose first lines have already been written

    def push(self, piece: str, width: int, max_tail: int) -> str:
        """Add a piece, and return the lines that are finished now. At most `max_tail` lines stay in the
        tail."""
        # The first piece of a continued answer may begin with a space.
        self._text += strip_control_chars(piece if self._begun else piece.lstrip(" "))
        self._begun = self._begun or bool(self._text)
        done = ""
        while (end := _block_end(self._text, self._fence)) is not None:
            block = self._text[:end]
            self._text = self._text[end:]
            done += self._drawn(block, width)
        lines = wrapped(self._text, width).split("\n")
        if len(lines) > max_tail:
            fence = FENCE.match(self._text)
            self._fence = self._fence or (fence[1] if fence else "")
            first, self._text = _split(self._text, width, len(lines) - max_tail)
            self._plain = True
            done += first
        return done

    def tail(self, width: int) -> str:
        """Return the lines that may still change."""
        return wrapped(self._text, width)

    def end(self, width: int) -> str:
        """Return the last lines. This is called when the answer is complete."""
        rest = self._text
        self._text = ""
        return self._drawn(rest.rstrip("\n") + "\n", width) if rest.strip() else ""

    def _drawn(self, block: str, width: int) -> str:
        plain = self._plain
        self._plain = False
        self._fence = ""
        if plain or not self.markdown or not MARKS.search(block):
            return wrapped(block, width)
        blank = "\n" if block.endswith("\n\n") else ""
        return markdown(block.strip("\n"), width) + "\n" + blank


def _block_end(text: str, fence: str = "") -> int | None:
    """Return the end of the first block, which is after an empty line or after the closing fence of a
    code block. Return None if the block has no end yet.

    If the text begins inside of a code block, `fence` is the fence that opened this block.
    """
    # 1. A code block ends with its own fence. Empty lines are a part of it.
    opened = None if fence else FENCE.match(text)
    if fence or opened is not None:
        mark = fence if opened is None else opened[1]
        start = 0 if opened is None else opened.end()
        close = re.compile(rf"^{mark}[ \t]*\n", re.MULTILINE).search(text, start)
        return close.end() if close else None
    # 2. Any other block ends with an empty line, or before a code block.
    end = re.search(r"\n\n|\n(?=```|~~~)", text)
    return end.end() if end else None


def _split(text: str, width: int, lines: int) -> tuple[str, str]:
    """Return the first lines of the wrapped text, and the rest of the text."""
    rest = text
    first = ""
    for _ in range(lines):
        line = wrapped(rest, width).partition("\n")[0]
        first += line + "\n"
        rest = rest[len(line) :]
        rest = rest[1:] if rest.startswith("\n") else rest.lstrip(" ")
    return first, rest


def markdown(text: str, width: int, *, keep_breaks: bool = True) -> str:
    """Draw Markdown with Rich. Links are not clickable, because the model chooses their addresses.

    Args:
        keep_breaks: keep the line breaks of paragraphs, as models mean them.
    """
    from rich.console import Console
    from rich.markdown import Markdown

    # HTML tags outside code are escaped, because `<EXIT>` may be the text on a sign.
    shown = "`".join(
        part if at % 2 else TAG.sub(r"\<", part) for at, part in enumerate(text.split("`"))
    )
    if text.startswith(("```", "~~~")):
        shown = text
    elif keep_breaks:
        shown = SOFT_BREAK.sub("  \n", shown)
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=width, highlight=False, legacy_windows=False)
    console.print(Markdown(shown, hyperlinks=False))
    return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").split("\n"))
