"""."""

from __future__ import annotations

import io
import re

from flashsloth_cli.terminal.text import strip_control_chars, wrapped

MARKS = re.compile(
    r"^(#{1,6} |[-*+] |\d+[.)] |> |```|~~~|\|)|\*\*|__|`[^`]+`|\[[^\]]+\]\(|(?<!\w)\*\w[^*]*\*", re.MULTILINE
)
FENCE = re.compile(r"^(```|~~~)", re.MULTILINE)
SOFT_BREAK = re.compile(r"(?<!\n)\n(?!\n)")
TAG = re.compile(r"<(?=[A-Za-z/!?])")


class MarkdownStream:
    """Takes an answer piece by piece; gives out what will not change any more, and keeps the rest as `tail`.

    `markdown` False leaves the text as it is, but for wrapping.
    """

    def __init__(self, markdown: bool) -> None:
        self.markdown = markdown
        self._text = ""
        self._begun = False
        self._plain = False  # the beginning of this block is given out already
        self._fence = ""  # of code whose beginning is given out already

    def push(self, piece: str, width: int, most: int) -> str:
        """Lines that are done now, each with its newline. At most `most` lines stay in the tail."""
        self._text += strip_control_chars(piece if self._begun else piece.lstrip(" "))
        self._begun = self._begun or bool(self._text)
        done = ""
        while (end := _block_end(self._text, self._fence)) is not None:
            block, self._text = self._text[:end], self._text[end:]
            done += self._drawn(block, width)
        lines = wrapped(self._text, width).split("\n")
        if len(lines) > most:
            opened = FENCE.match(self._text.lstrip("\n"))
            self._fence = self._fence or (opened[1] if opened else "")
            self._text, given = _split(self._text, width, len(lines) - most)
            self._plain = True
            done += given
        return done

    def tail(self, width: int) -> str:
        """What is being written."""
        return wrapped(self._text, width)

    def end(self, width: int) -> str:
        """What is left, drawn."""
        rest, self._text = self._text, ""
        return self._drawn(rest.rstrip("\n") + "\n", width) if rest.strip() else ""

    def _drawn(self, block: str, width: int) -> str:
        plain, self._plain = self._plain, False
        self._fence = ""
        if plain or not self.markdown or not MARKS.search(block):
            return wrapped(block, width)
        blank = "\n" if block.endswith("\n\n") else ""
        return markdown(block.strip("\n"), width) + "\n" + blank


def _block_end(text: str, fence: str = "") -> int | None:
    """Where the first block ends: behind an empty line, or behind the fence that closes code, which `fence` names where
    the beginning of that is gone."""
    if fence:
        closed = re.search(rf"^{fence}[ \t]*\n", text, re.MULTILINE)
        return closed.end() if closed else None
    if FENCE.match(text.lstrip("\n")):
        start = len(text) - len(text.lstrip("\n"))
        mark = text[start : start + 3]
        close = re.compile(rf"\n{mark}[ \t]*\n").search(text, start + 3)
        return close.end() if close else None
    found = text.find("\n\n")
    code = re.search(r"\n(?=```|~~~)", text)
    if code is not None and (found < 0 or code.start() < found):
        return code.end()
    return None if found < 0 else found + 2


def _split(text: str, width: int, lines: int) -> tuple[str, str]:
    """(what is left, the first lines of it wrapped)."""
    left, given = text, ""
    for _ in range(lines):
        line = wrapped(left, width).partition("\n")[0]
        given += line + "\n"
        left = left[len(line) :]
        left = left[1:] if left.startswith("\n") else left.lstrip(" ")
    return left, given


def markdown(text: str, width: int) -> str:
    """Markdown as Rich draws it, without the addresses behind links being made clickable."""
    from rich.console import Console
    from rich.markdown import Markdown

    hard = text if text.startswith(("```", "~~~")) else SOFT_BREAK.sub("  \n", _without_tags(text))
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=width, highlight=False, legacy_windows=False)
    console.print(Markdown(hard, hyperlinks=False))
    return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").split("\n"))


def _without_tags(text: str) -> str:
    """`<EXIT>` is what a sign says, and no HTML; amid code it stands for itself already."""
    parts = text.split("`")
    return "`".join(part if at % 2 else TAG.sub(r"\<", part) for at, part in enumerate(parts))
