"""What a model says drives neither the terminal nor a reader of JSON. (tests/processing has what a person types.)"""

from __future__ import annotations

import io
import itertools
import json
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from benchmarks.trust.check import Check, Outcome, try_each

LIMIT_S, LIMIT_MIB = 5.0, 64.0
CONTROL = ("<image>", "<learnable>", "</s>", "<s>", "<|endoftext|>", "<query>", "<unk>", "[PAD]", "<|im_start|>")
WORDS = (
    *("What is it?", "Äpfel und Öl", "日本語の絵", "שלום", "👩‍👩‍👧", "é", "e\u0301"),
    *("\u200b", "\ufeff", "1/2", "  ", "\t"),
)
ESCAPES = (
    *("\x1b[2J", "\x1b]0;owned\x07", "\x1b]52;c;ZWNobyBoaQ==\x07", "\x1b[6n", "\x1bc", "\x1b[?1049h", "\x1bP+q\x1b\\"),
    *("\x9b31m", "\x90q\x9c", "\r", "\b\b\b", "\x07", "\x00", "\x7f", "\u202e", "\u2066", "\u2069", "\x85", "\x0b\x0c"),
    *(
        "\x1b]8;;http://x\x1b\\here\x1b]8;;\x1b\\",
        "[here](http://x)",
        "![x](http://x)",
        "**b**",
        "```\n",
        "| a | b |\n",
    ),
)
STYLE = re.compile(r"\x1b\[[0-9;]*m")
DRIVES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def texts(*fragments: str) -> st.SearchStrategy[str]:
    """Up to twelve fragments, some cut off, with odd letters between them."""
    cut = st.builds(lambda text, length: text[:length], st.sampled_from(fragments), st.integers(0, 8))
    odd = st.sampled_from(("A", "\u2028", "🍎", "\U0010ffff", "\ue000"))
    return st.lists(st.sampled_from(fragments) | st.sampled_from(fragments) | cut | odd, max_size=12).map("".join)


def shown(count: int, folder: Path) -> Outcome:
    """Escape sequences, control characters and marks of direction, in pieces, as Markdown and plain."""
    from flashsloth_cli.terminal.markdown_stream import MarkdownStream
    from flashsloth_cli.terminal.text import one_line

    def problem(text: str, width: int, markdown: bool, steps: list[int]) -> str:
        stream, drawn, at = MarkdownStream(markdown=markdown), "", 0
        for step in itertools.cycle(steps):
            drawn += stream.push(text[at : at + step], width, 3) + stream.tail(width)
            at += step
            if at >= len(text):
                break
        left = DRIVES.search(STYLE.sub("", drawn + stream.end(width) + one_line(text)))
        return f"it leaves {left.group()!r}" if left else ""

    widths, steps = st.sampled_from((12, 40, 80)), st.lists(st.integers(1, 9), min_size=1, max_size=5)
    drawn = st.tuples(texts(*ESCAPES, *WORDS, *CONTROL), widths, st.booleans(), steps)
    return try_each(drawn, count, problem, LIMIT_S, LIMIT_MIB)


def documents(count: int, folder: Path) -> Outcome:
    """Answers at the highest temperature as `--json` on streams of three encodings: one line of JSON with that text."""
    import flashsloth
    from flashsloth_cli.answers.single import document_of

    model = flashsloth.open("nano", device="cpu", dtype="float32")

    def problem(system: str, question: str, encoding: str, seed: int) -> str:
        chat = model.chat(system=system)
        answer = chat.ask(question, max_tokens=16, temperature=1000.0, seed=seed)
        answer.text()
        return _as_line(document_of(chat, answer, ()), encoding)

    text, encodings = texts(*ESCAPES, *CONTROL, *WORDS), st.sampled_from(("utf-8", "ascii", "latin-1"))
    return try_each(st.tuples(text, text, encodings, st.integers(0, 10**6)), count, problem, LIMIT_S, LIMIT_MIB)


def _as_line(document: dict[str, Any], encoding: str) -> str:
    from flashsloth_cli.terminal import render

    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")
    with redirect_stdout(stream):
        render.write_json(document)
    stream.flush()
    written = raw.getvalue().decode(encoding)
    if written.count("\n") != 1 or len(written.splitlines()) != 1 + sum(map(written.count, "\u2028\u2029\x85")):
        return "more than one line"
    return "" if json.loads(written) == json.loads(json.dumps(document)) else f"another document in {encoding}"


CHECKS = [
    Check("prompts", "escapes in answers", "texts", 20000, 400, shown),
    Check("prompts", "answers as JSON", "answers", 1000, 12, documents),
]
