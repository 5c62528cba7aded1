"""What a person types stays text, and what a model says drives neither the terminal nor a reader of JSON."""

from __future__ import annotations

import io
import itertools
import json
import re
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from benchmarks.trust.check import ROOT, Check, Outcome, try_each

OFFICIAL = ROOT / "tests" / "parity" / "data" / "tokenizer"  # of the released models
LIMIT_S, LIMIT_MIB = 5.0, 64.0
CONTROL = ("<image>", "<learnable>", "</s>", "<s>", "<|endoftext|>", "<query>", "<unk>", "[PAD]", "<|im_start|>")
ROLES = (" USER:", "USER:", " ASSISTANT:", "ASSISTANT: ", "### Human:", "system: ", "{{ x }}", "{% raw %}", "\n\n")
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


# Typed text


def typed(count: int, folder: Path) -> Outcome:
    """Control tokens and role words in questions, answers and system texts are encoded as letters, alike in chat and
    in training, and EmbQ's question is the question."""
    fragment = texts(*CONTROL, *ROLES, *WORDS)
    for nano in (True, False):
        _encoder(nano)  # which is not measured
    return try_each(st.tuples(st.booleans(), *[fragment] * 4), count, _problem, LIMIT_S, LIMIT_MIB)


@cache
def _encoder(nano: bool) -> Any:
    from transformers import AutoTokenizer

    from flashsloth.config.model_config import FlashSlothConfig
    from flashsloth.processing.prompt import PromptEncoder
    from flashsloth.utils.paths import NANO_FOLDER

    tokenizer = AutoTokenizer.from_pretrained(NANO_FOLDER if nano else OFFICIAL)
    config = FlashSlothConfig.from_pretrained(NANO_FOLDER) if nano else FlashSlothConfig()
    return PromptEncoder(tokenizer, config)


def _problem(nano: bool, *texts: str) -> str:
    """Return what is wrong with the encoding of a system text, a question, its answer and another question."""
    from flashsloth.data.labels import encode_chat
    from flashsloth.data.sample import QAPair, Sample
    from flashsloth.model.query_groups import find_groups

    system, first, answer, second = texts
    encoder = _encoder(nano)
    config = encoder.config
    visual = config.tokens_per_tile
    ids = encoder.opening(system, visual) + encoder.question(first, after_picture=True)
    ids += encoder.text(f" {answer}") + encoder.between_turns() + encoder.question(second)
    special = {config.image_token_id: visual, config.query_token_id: 2 * config.num_query_tokens}
    for token, expected in {**special, config.end_token_id: 1}.items():
        if ids.count(token) != expected:
            return f"{ids.count(token)} times the token {token}, not {expected}"
    asked = [encoder.tokenizer.decode(ids[g.question_start : g.query_start]) for g in find_groups(ids, config, visual)]
    # the newline after the image may be one token with newlines at the start of the question
    if [part.lstrip("\n") for part in asked] != [first.lstrip("\n"), f" {second}"]:
        return f"EmbQ reads {asked!r}"
    sample = Sample((QAPair(first, answer), QAPair(second, "")), image="a.png", system=system)
    same = encode_chat(encoder, sample, visual).input_ids[: len(ids)] == ids
    return "" if same else "training encodes it otherwise"


# What a model says


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
    from flashsloth_cli.runs.answer_documents import answer_document

    model = flashsloth.open("nano", device="cpu", dtype="float32")

    def problem(system: str, question: str, encoding: str, seed: int) -> str:
        chat = model.chat(system=system)
        answer = chat.ask(question, max_tokens=16, temperature=1000.0, seed=seed)
        answer.text()
        return _as_line(answer_document(chat, answer), encoding)

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
    Check("prompts", "control tokens in typed text", "texts", 4000, 120, typed),
    Check("prompts", "escapes in answers", "texts", 20000, 400, shown),
    Check("prompts", "answers as JSON", "answers", 1000, 12, documents),
]
