"""Draw Markdown while it grows. Finished blocks are drawn once. The last block is drawn again with each
new piece."""

from __future__ import annotations

import io
import re

from flashsloth_cli.terminal.text import strip_control_chars, wrapped, wrapped_rows

MARKS = re.compile(
    r"^(#{1,6} |[-*+] |\d+[.)] |> |```|~~~|\|)|\*\*|__|`[^`]+`|\]\(|(?<!\w)\*\w[^*]*\*", re.MULTILINE
)
FENCE = re.compile(r"\n?(```|~~~)")
BLOCK_END = re.compile(r"\n\n|\n(?=```|~~~)")
SOFT_BREAK = re.compile(r"(?<!\n)\n(?!\n)")
# Maximum number of letters of a block that is drawn as Markdown, which takes up to 25 microseconds a
# letter. A longer block fills several screens.
MAX_DRAWN = 20_000
# Maximum number of letters in a row of the tail, as a multiple of its cells. Accents have no width, so
# any number of them fits into a row.
LETTERS_PER_CELL = 4
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
        done = []
        start = 0
        while (end := _block_end(self._text, start, self._fence)) is not None:
            done.append(self._drawn(self._text[start:end], width))
            start = end
        self._text = self._text[start:]
        rows = [*wrapped_rows(self._text, width)]
        finished = len(rows) - max_tail
        if len(self._text) > LETTERS_PER_CELL * width * max_tail:
            finished = max(finished, 1)
        if finished > 0:
            fence = FENCE.match(self._text)
            self._fence = self._fence or (fence[1] if fence else "")
            self._plain = True
            done += [f"{self._text[start:end]}\n" for start, end in rows[:finished]]
            rest = rows[finished:]
            self._text = self._text[rest[0][0] :] if rest else ""
        return "".join(done)

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
        is_short = len(block) <= MAX_DRAWN
        if plain or not self.markdown or not is_short or not MARKS.search(block):
            return wrapped(block, width)
        blank = "\n" if block.endswith("\n\n") else ""
        return markdown(block.strip("\n"), width) + "\n" + blank


def _block_end(text: str, start: int, fence: str = "") -> int | None:
    """Return the end of the block that begins at `start`, which is after an empty line or after the
    closing fence of a code block. Return None if the block has no end yet.

    If the text begins inside of a code block, `fence` is the fence that opened this block.
    """
    # 1. A code block ends with its own fence. Empty lines are a part of it.
    opened = None if fence else FENCE.match(text, start)
    if fence or opened is not None:
        mark = fence if opened is None else opened[1]
        start = start if opened is None else opened.end()
        close = re.compile(rf"^{mark}[ \t]*\n", re.MULTILINE).search(text, start)
        return close.end() if close else None
    # 2. Any other block ends with an empty line, or before a code block.
    end = BLOCK_END.search(text, start)
    return end.end() if end else None


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
