"""What a person types stays text, and what a model says drives neither the terminal nor a reader of JSON."""

from __future__ import annotations

import io
import itertools
import json
import re
from contextlib import redirect_stdout
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.trust.check import Check, Outcome

ROOT = Path(__file__).resolve().parents[2]
OFFICIAL = ROOT / "tests" / "parity" / "data" / "tokenizer"  # the released models' own
LIMIT = 5.0  # seconds for one input
CONTROL = ("<image>", "<learnable>", "</s>", "<s>", "<|endoftext|>", "<query>", "<unk>", "[PAD]", "<|im_start|>")
ROLES = (" USER:", "USER:", " ASSISTANT:", "ASSISTANT: ", "### Human:", "system: ", "{{ x }}", "{% raw %}", "\n\n")
WORDS = (
    "What is it?",
    "Äpfel und Öl",
    "日本語の絵",
    "שלום",
    "👩‍👩‍👧",
    "é",
    "e\u0301",
    "\u200b",
    "\ufeff",
    "1/2",
    "  ",
    "\t",
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


def text(random: Random, *sources: tuple[str, ...]) -> str:
    """Up to twelve fragments, cut here and there, with a few letters of any kind between them."""
    parts = []
    for _ in range(random.randint(0, 12)):
        part = random.choice(random.choice(sources))
        if random.random() < 0.2:
            part = part[: random.randint(0, len(part))]
        parts.append(part if random.random() < 0.9 else chr(random.choice((0x41, 0x2028, 0x1F34E, 0x10FFFF, 0xE000))))
    return "".join(parts)


# Typed text


def typed(count: int, random: Random, folder: Path) -> Outcome:
    """Control tokens and role words in questions, answers and system texts: encoded as letters in chat, in training and
    by the template of transformers, and EmbQ's question is the question. Chat and training give the same ids, and so
    does the template with nano's tokenizer; with the released one transformers cuts a typed `<image>` into other
    tokens than the tokenizer would, of the same letters."""
    outcome = Outcome()
    encoders = [_encoder(nano=True), _encoder(nano=False)]
    for number in range(count):
        encoder, processor = encoders[number % 2]
        said = [text(random, CONTROL, ROLES, WORDS) for _ in range(4)]
        with outcome.one(LIMIT, f"input {number}"):
            try:
                problem = _stays_text(encoder, processor, said, exact=number % 2 == 0)
            except Exception as error:
                outcome.crash(f"{said!r}: {type(error).__name__}: {error}")
                continue
        if problem:
            outcome.mistake(f"{said!r}: {problem}")
    return outcome


def _encoder(*, nano: bool) -> tuple[Any, Any]:
    from transformers import AutoTokenizer

    from flashsloth.config.model_config import FlashSlothConfig
    from flashsloth.processing.processor import FlashSlothProcessor
    from flashsloth.processing.prompt import PromptEncoder
    from flashsloth.utils.paths import NANO_FOLDER

    tokenizer = AutoTokenizer.from_pretrained(NANO_FOLDER if nano else OFFICIAL)
    config = FlashSlothConfig.from_pretrained(NANO_FOLDER) if nano else FlashSlothConfig()
    processor = FlashSlothProcessor.from_config(config, tokenizer)
    return PromptEncoder(tokenizer, config), processor


def _stays_text(encoder: Any, processor: Any, said: list[str], *, exact: bool) -> str:
    """What is wrong; "" if nothing is."""
    from flashsloth.data.labels import encode_chat
    from flashsloth.data.sample import QAPair, Sample
    from flashsloth.model.query_groups import find_groups

    system, first, answer, second = said
    config = encoder.config
    visual = config.tokens_per_tile
    ids = encoder.opening(system, visual) + encoder.question(first, after_picture=True)
    ids += encoder.text(f" {answer}") + encoder.between_turns() + encoder.question(second)
    special = {config.image_token_id: visual, config.query_token_id: 2 * config.num_query_tokens}
    for token, wanted in {**special, config.end_token_id: 1}.items():
        if ids.count(token) != wanted:
            return f"{ids.count(token)} times the token {token}, not {wanted}"
    asked = [encoder.tokenizer.decode(ids[g.question_start : g.query_start]) for g in find_groups(ids, config, visual)]
    # the newline behind the picture may be one token with those that a question begins with
    if [part.lstrip("\n") for part in asked] != [first.lstrip("\n"), f" {second}"]:
        return f"EmbQ reads {asked!r}"
    sample = Sample((QAPair(first, answer), QAPair(second, "")), image="a.png", system=system)
    learned = encode_chat(encoder, sample, visual).input_ids[: len(ids)]
    if learned != ids:
        return "training encodes it otherwise"
    rendered = _by_template(processor, system, first, answer, second)
    same = rendered == ids if exact else _letters(encoder, rendered) == _letters(encoder, ids)
    return "" if same else "the template encodes it otherwise"


def _letters(encoder: Any, ids: list[int]) -> list[Any]:
    """The text between control tokens, and those."""
    config = encoder.config
    special = {config.image_token_id, config.query_token_id, config.end_token_id}
    parts = itertools.groupby(ids, lambda token: token if token in special else None)
    return [
        (token, len(run)) if token else encoder.tokenizer.decode(run) for token, found in parts for run in [[*found]]
    ]


def _by_template(processor: Any, system: str, first: str, answer: str, second: str) -> list[int]:
    from PIL import Image

    def words(text: str) -> dict[str, str]:
        return {"type": "text", "text": text}

    shown = {"type": "image", "image": Image.new("RGB", (8, 8))}
    conversation = [
        {"role": "system", "content": [words(system)]},
        {"role": "user", "content": [shown, words(first)]},
        {"role": "assistant", "content": [words(answer)]},
        {"role": "user", "content": [words(second)]},
    ]
    given = processor.apply_chat_template(
        conversation, tokenize=True, return_dict=True, add_generation_prompt=True, sanitize_control_tokens=True
    )
    ids: list[int] = given["input_ids"][0]
    return ids


# What a model says


def shown(count: int, random: Random, folder: Path) -> Outcome:
    """Escape sequences, control characters and marks of direction, in pieces, drawn as Markdown and plain."""
    from flashsloth_cli.terminal.markdown_stream import MarkdownStream
    from flashsloth_cli.terminal.text import one_line

    outcome = Outcome()
    for number in range(count):
        said, width = text(random, ESCAPES, WORDS, CONTROL), random.choice((12, 40, 80))
        with outcome.one(LIMIT, f"input {number}"):
            try:
                prose, drawn, at = MarkdownStream(markdown=random.random() < 0.7), "", 0
                while at < len(said):
                    step = random.randint(1, 9)
                    drawn += prose.push(said[at : at + step], width, 3) + prose.tail(width)
                    at += step
                drawn += prose.end(width) + one_line(said)
            except Exception as error:
                outcome.crash(f"{said!r}: {type(error).__name__}: {error}")
                continue
        if found := DRIVES.search(STYLE.sub("", drawn)):
            outcome.mistake(f"{said!r} leaves {found.group()!r}")
    return outcome


def documents(count: int, random: Random, folder: Path) -> Outcome:
    """Answers of a random model at the highest temperature, as `--json`, as a row of a batch, as an error, to streams
    of three encodings: one line that is JSON and holds the very text."""
    import torch

    import flashsloth
    from flashsloth_cli.runs.one_shot import answer_document

    torch.manual_seed(random.getrandbits(30))
    model = flashsloth.open("nano", device="cpu", dtype="float32")
    outcome = Outcome()
    for number in range(count):
        chat = model.chat(system=text(random, ESCAPES, WORDS))
        question = text(random, ESCAPES, CONTROL, WORDS)
        answer = chat.ask(question, max_tokens=16, temperature=1000.0, seed=number)
        with outcome.one(LIMIT, f"input {number}"):
            try:
                answer.text()
                document = answer_document(model, chat, answer)
                problem = _as_lines(document, random)
            except Exception as error:
                outcome.crash(f"{question!r}: {type(error).__name__}: {error}")
                continue
        if problem:
            outcome.mistake(f"{chat.turns[-1].answer!r}: {problem}")
    return outcome


def _as_lines(document: dict[str, Any], random: Random) -> str:
    from flashsloth_cli.terminal import render

    encoding = random.choice(("utf-8", "ascii", "latin-1"))
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
    Check("prompts", "typed control tokens stay text", "texts", 4000, 120, typed),
    Check("prompts", "said escapes do not drive a terminal", "texts", 20000, 400, shown),
    Check("prompts", "said anything is valid JSON", "answers", 1000, 12, documents),
]
