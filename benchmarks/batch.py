"""Measure decoding of several conversations at once: total tokens per second, and the cost of a schema.

    python benchmarks/batch.py [--only full|nano] [--quant int4] [--conversations 1,2,4,8,16]
                               [--steps 16] [--rounds 3]

The model of full size has random weights, and nano has its own weights in float32. Every conversation
has a picture and a prompt of a different length; the prefill is not counted. All columns are measured
in turn, round by round, in one process, which holds all models.

    python benchmarks/batch.py --schema [--model nano] [--conversations 1,64] [--steps 200] [--rounds 7]

This measures the milliseconds of a step without and with a schema, in turn.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Sequence
from typing import Any

from common import median_and_range, options_parser, table

os.environ.setdefault("GOMP_SPINCOUNT", "1000")
import torch

from flashsloth.benchmark.measurement import FlashSlothBackend, make_task
from flashsloth.benchmark.runner import Job
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.constraint import Constraint, constrain
from flashsloth.generation.decode_loop import DecodeLoop, Generation, Prompt
from flashsloth.utils.paths import NANO_FOLDER

# an object whose strings never end by themselves, so that every answer has the maximum number of tokens
SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string", "minLength": 5000}, "items": {"type": "array"}},
    "required": ["title", "items"],
}
SHORTER = 3  # each prompt is shorter than the previous one by this number of positions


class Subject:
    """A column of the table, which is for one model. The prompt is prefilled once, and each
    conversation copies a different length of it."""

    def __init__(self, name: str, job: Job, most: int) -> None:
        self.name = name
        backend = FlashSlothBackend(make_task(job))
        self.engine = backend.engine
        self.batch = DecodeLoop(self.engine, most)
        picture = self.engine.encode_image(backend.task.pixels())
        self.ids, state = backend.task.ids, self.batch.new_row()
        self.engine.prefill(self.ids, state, picture)

    @torch.inference_mode()
    def speed(self, conversations: int, steps: int) -> float:
        """Return the decoded tokens per second of all conversations together. The tokens of each step
        are read before the next step begins."""
        batch, length = self.batch, len(self.ids)
        # The table continues with more conversations, and the next round begins again with few.
        while len(batch.states) > conversations:
            batch.remove(batch.states[-1])
        while len(batch.states) < conversations:
            batch.new_row()
        for number, state in enumerate(batch.states):
            if number:
                batch.cache.copy_row(0, number, length)
            state.ids[:] = self.ids[: length - SHORTER * number]
        tokens = self.ids[:conversations]
        batch.decode(tokens)
        start = time.perf_counter()
        for _ in range(steps):
            tokens = self.engine.mask_placeholders(batch.decode(tokens)).argmax(-1).tolist()
        return conversations * steps / (time.perf_counter() - start)


def lines(
    names: Sequence[str], speeds: dict[tuple[int, str], list[float]], counts: Sequence[int]
) -> list[str]:
    """Return a table: medians with the slowest and fastest round, and the gain over the first of the
    counts."""

    def cell(count: int, name: str) -> str:
        gain = statistics.median(speeds[count, name]) / statistics.median(speeds[counts[0], name])
        return f"{median_and_range(speeds[count, name])}, {gain:.1f}x"

    return table(
        ("conversations", *names), [(count, *(cell(count, name) for name in names)) for count in counts]
    )


def cost_of_schema(name: str, counts: Sequence[int], tokens: int, rounds: int) -> list[str]:
    import flashsloth

    model = flashsloth.open(name)
    constraint = constrain(SCHEMA)
    # without end tokens, an answer without a schema gets as many tokens as one with a schema
    model.engine.end_tokens = frozenset()
    rows = []
    for count in counts:
        turns = [
            [step_seconds(model, each, count, tokens) for each in (None, constraint)]
            for _ in range(rounds + 1)
        ]
        free, held = zip(*turns[1:], strict=True)  # the first turn warms up
        more = statistics.median(h / f - 1 for f, h in zip(free, held, strict=True))
        rows.append(
            (count, *(f"{1000 * statistics.median(each):.2f}" for each in (free, held)), f"{more:.1%}")
        )
    return table(("conversations", "free, ms a step", "held, ms a step", "more"), rows)


def step_seconds(model: Any, constraint: Constraint | None, rows: int, tokens: int) -> float:
    """Return the seconds that one step takes, on average."""
    loop: DecodeLoop[Generation] = DecodeLoop(model.engine, rows)
    prompt = model.prompt.conversation("", [("What do you see?", 0, None)], [])
    tokenizer = model.prompt.tokenizer
    for _ in range(rows):
        guide = None if constraint is None else model.grammars.guide(constraint)
        asked = Prompt(prompt, (), AnswerSettings(max_tokens=tokens), guide=guide)
        loop.add(Generation(model.engine, asked, loop.new_row(), tokenizer))
    # the first step also computes the prompts
    for answer, token, logits in loop.step():
        answer.append(token, logits)
    begun = time.perf_counter()
    for _ in range(tokens - 2):
        for answer, token, logits in loop.step():
            answer.append(token, logits)
    return (time.perf_counter() - begun) / (tokens - 2)


def main() -> None:
    parser = options_parser(
        __doc__,
        quant="int4",
        conversations="1,2,4,8,16",
        steps=16,
        rounds=3,
        schema=False,
        model="nano",
    )
    parser.add_argument("--only", choices=("full", "nano"))
    options = parser.parse_args()
    counts = sorted(int(count) for count in options.conversations.split(","))
    if options.schema:
        print("\n".join(cost_of_schema(options.model, counts, options.steps, options.rounds)))
        return
    full = Job("flashsloth", "flashsloth", sizes={}, quant=options.quant, device="cpu")
    nano = Job("flashsloth", "nano", folder=str(NANO_FOLDER), dtype="float32", device="cpu")
    models = {"full": (f"full size, {options.quant}", full), "nano": ("nano, float32", nano)}
    chosen = [options.only] if options.only else list(models)
    columns = [Subject(*models[name], counts[-1]) for name in chosen]
    speeds: dict[tuple[int, str], list[float]] = {}
    for _ in range(options.rounds):
        for count in counts:
            for subject in columns:
                speeds.setdefault((count, subject.name), []).append(subject.speed(count, options.steps))
    print("\n".join(lines([subject.name for subject in columns], speeds, counts)))


if __name__ == "__main__":
    main()
