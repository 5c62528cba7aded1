"""What a schema costs: tokens a second with and without one, in turn, in one process.

python benchmarks/constraints.py                     # nano, one answer and 64 together
python benchmarks/constraints.py --model FOLDER      # another model
"""

from __future__ import annotations

import argparse
import statistics
import time

import flashsloth
from flashsloth.chat import FlashSloth
from flashsloth.generation.constraint import Constraint, constrain
from flashsloth.generation.decode_loop import DecodeLoop, DecodeRequest, Generation

# an object whose strings never end by themselves, so that every answer has all the tokens
SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string", "minLength": 5000}, "items": {"type": "array"}},
    "required": ["title", "items"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--rows", type=int, nargs="*", default=[1, 64])
    parser.add_argument("--tokens", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    model = flashsloth.open(options.model)
    model.engine.end_tokens = frozenset()  # an answer without a schema has all the tokens, too
    constraint = constrain(SCHEMA)
    assert constraint is not None
    print(f"{'rows':>4}  {'free, ms a step':>15}  {'held, ms a step':>15}  {'more':>6}")
    for rows in options.rows:
        seconds = measure(model, constraint, rows, options.tokens, options.rounds)
        free, held = (1000 * statistics.median(each) for each in seconds)
        more = statistics.median(h / f - 1 for f, h in zip(*seconds, strict=True))
        print(f"{rows:>4}  {free:>15.2f}  {held:>15.2f}  {more:>6.1%}")
    begun = time.perf_counter()
    for _ in range(100):
        model.grammars.guide(constraint)
    print(f"a guide of a kept grammar: {10 * (time.perf_counter() - begun):.3f} ms")


def measure(
    model: FlashSloth, constraint: Constraint, rows: int, tokens: int, rounds: int
) -> tuple[list[float], list[float]]:
    """Return the seconds a step without and with the constraint, of several rounds in turn."""
    seconds: tuple[list[float], list[float]] = [], []
    for number in range(2 * (rounds + 1)):
        taken = step_seconds(model, constraint if number % 2 else None, rows, tokens)
        if number >= 2:  # the first ones warm up
            seconds[number % 2].append(taken)
    return seconds


def step_seconds(model: FlashSloth, constraint: Constraint | None, rows: int, tokens: int) -> float:
    """Return the seconds that one step takes, on average."""
    loop: DecodeLoop[Generation] = DecodeLoop(model.engine, rows)
    prompt = model.prompt.conversation("", [("What do you see?", 0, None)], 0)
    decode = model.prompt.tokenizer.decode
    for _ in range(rows):
        guide = None if constraint is None else model.grammars.guide(constraint)
        request = DecodeRequest(prompt, max_tokens=tokens)
        answer = Generation(model.engine, request, loop.new_state(), decode, guide=guide)
        answer.append(int(answer.choose(answer.prefill())))
        loop.join(answer)
    begun = time.perf_counter()
    for _ in range(tokens - 2):
        for answer, token in zip(loop.running, loop.choose(loop.step()), strict=True):
            answer.append(token)
    return (time.perf_counter() - begun) / (tokens - 2)


if __name__ == "__main__":
    main()
