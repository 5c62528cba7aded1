"""The same greedy answer: on every run, on any number of threads, after an interrupt."""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.trust.check import Check, Outcome
from benchmarks.trust.commands import PICTURES
from benchmarks.trust.load import QUESTIONS, open_nano

LIMIT_S = 60.0
CLOSE = 1e-3  # of logits in float32: another number of threads sums in another order


def ids(model: Any, number: int) -> list[list[int]]:
    """Return the tokens of two turns about an image."""
    chat, found = model.chat(PICTURES[number % len(PICTURES)]), []
    for turn in range(2):
        answer = chat.ask(QUESTIONS[(number + turn) % len(QUESTIONS)], max_tokens=48)
        answer.text()
        found.append(answer.token_ids)
    return found


def last_logits(model: Any, number: int) -> Any:
    chat = model.chat(PICTURES[number % len(PICTURES)])
    chat.prefill()
    turns, visual_tokens = [(QUESTIONS[number % len(QUESTIONS)], 1, None)], model.config.visual_tokens(chat.hd)
    prompt = model.prompt.conversation(chat.system, turns, visual_tokens)
    return model.engine.prefill(prompt, model.engine.new_state(), chat.backend.pictures)


def on_threads(count: int, folder: Path) -> Outcome:
    """1 to 8 threads: the same tokens, and logits that differ by less than 0.001."""
    import torch

    model, outcome, rng = open_nano(), Outcome(), random.Random(1)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        alone = [(ids(model, n), last_logits(model, n)) for n in range(len(PICTURES))]
        for run in range(count):
            torch.set_num_threads(threads := rng.randint(1, 8))
            number = run % len(PICTURES)
            with outcome.timed(LIMIT_S, f"run {run}"):
                tokens, logits = ids(model, number), last_logits(model, number)
            far = (logits - alone[number][1]).abs().max().item()
            if tokens != alone[number][0] or far > CLOSE:
                outcome.add("wrong", f"{threads} threads, image {number}: logits differ by {far:.1e}")
    finally:
        torch.set_num_threads(before)
    return outcome


def interrupted(count: int, folder: Path) -> Outcome:
    """An answer left at a random token: continued it is the rest, asked again it is the whole, here and elsewhere."""
    model, outcome, rng = open_nano(), Outcome(), random.Random(1)
    for run in range(count):
        image, question = PICTURES[run % len(PICTURES)], rng.choice(QUESTIONS)
        with outcome.timed(LIMIT_S, f"run {run}"):
            whole = model.chat(image).ask(question)
            whole.text()
            chat = model.chat(image)
            answer = chat.ask(question)
            list(islice(answer.events(), rng.randint(1, max(1, len(whole.token_ids) - 1))))
            answer.close()
            answers = []
            if len(answer.token_ids) < len(whole.token_ids):
                answers.append(chat.continue_answer())
                answers[0].text()
            chat.undo()
            answers += [chat.ask(question), model.chat(image).ask(question)]
            for again in answers:
                again.text()
                if again.token_ids != whole.token_ids:
                    outcome.add("wrong", f"run {run}: {question!r}, continued or again")
    return outcome


CHECKS = [
    Check("determinism", "numbers of threads", "runs", 64, 4, on_threads),
    Check("determinism", "after an interrupt", "runs", 100, 5, interrupted),
]
