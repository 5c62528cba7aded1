"""The same greedy answer: again and again, on any number of threads, from a saved copy, after an interrupt."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import torch

from benchmarks.trust.check import Check, Outcome
from benchmarks.trust.load import IMAGES, QUESTIONS, open_nano

LIMIT = 60.0
CLOSE = 1e-3  # of logits in float32, whose sums are taken in another order by another number of threads


def ids(model: Any, number: int) -> list[list[int]]:
    """Two turns about a picture, as tokens."""
    chat, found = model.chat(IMAGES[number % len(IMAGES)]), []
    for turn in range(2):
        answer = chat.ask(QUESTIONS[(number + turn) % len(QUESTIONS)], max_tokens=48)
        answer.text()
        found.append(answer.token_ids)
    return found


def again(count: int, random: Random, folder: Path) -> Outcome:
    """Runs of all pictures, the conversations in another order each time."""
    model, outcome = open_nano(), Outcome()
    first = [ids(model, number) for number in range(len(IMAGES))]
    for run in range(count):
        with outcome.one(LIMIT, f"run {run}"):
            for number in random.sample(range(len(IMAGES)), 2):
                if ids(model, number) != first[number]:
                    outcome.mistake(f"run {run}, picture {number}")
    return outcome


def last_logits(model: Any, number: int) -> torch.Tensor:
    chat = model.chat(IMAGES[number % len(IMAGES)])
    chat.prefill()
    asked = chat._ids(QUESTIONS[number % len(QUESTIONS)])
    engine = model.engine
    logits: torch.Tensor = engine.prefill(asked, engine.new_state(), chat._pictures)
    return logits


def on_threads(count: int, random: Random, folder: Path) -> Outcome:
    """1 to 8 threads: the same tokens, and logits that differ by less than 0.001."""
    model, outcome = open_nano(), Outcome()
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        alone = [(ids(model, n), last_logits(model, n)) for n in range(len(IMAGES))]
        for run in range(count):
            torch.set_num_threads(threads := random.randint(1, 8))
            number = run % len(IMAGES)
            with outcome.one(LIMIT, f"run {run}"):
                said, logits = ids(model, number), last_logits(model, number)
            far = (logits - alone[number][1]).abs().max().item()
            if said != alone[number][0] or far > CLOSE:
                outcome.mistake(f"{threads} threads, picture {number}: logits {far:.1e} apart")
    finally:
        torch.set_num_threads(before)
    return outcome


def saved(count: int, random: Random, folder: Path) -> Outcome:
    """`save_pretrained` into a folder, opened from there; then that one saved and opened, and so on."""
    from transformers.utils import logging

    import flashsloth

    logging.disable_progress_bar()
    model, outcome = open_nano(), Outcome()
    first = [ids(model, number) for number in range(len(IMAGES))]
    for run in range(count):
        with outcome.one(LIMIT, f"run {run}"):
            copy = folder / str(run)
            model.loaded.model.save_pretrained(copy)
            model.loaded.processor.save_pretrained(copy)
            model = flashsloth.open(copy, device="cpu", dtype="float32")
            if [ids(model, number) for number in range(len(IMAGES))] != first:
                outcome.mistake(f"copy {run}")
    return outcome


def interrupted(count: int, random: Random, folder: Path) -> Outcome:
    """An answer left at a random token, then taken back and asked again, in the same conversation and in another; and
    gone on with, which must give the rest of the whole."""
    model, outcome = open_nano(), Outcome()
    for run in range(count):
        image, question = IMAGES[run % len(IMAGES)], random.choice(QUESTIONS)
        with outcome.one(LIMIT, f"run {run}"):
            whole = model.chat(image).ask(question)
            whole.text()
            chat = model.chat(image)
            answer = chat.ask(question)
            for _, _event in zip(
                range(random.randint(1, max(1, len(whole.token_ids) - 1))), answer.events(), strict=False
            ):
                pass
            answer.close()
            if len(answer.token_ids) < len(whole.token_ids):
                more = chat.continue_answer()
                more.text()
                if more.token_ids != whole.token_ids:
                    outcome.mistake(f"run {run}: gone on with {question!r}")
            chat.undo()
            for once_more in (chat.ask(question), model.chat(image).ask(question)):
                once_more.text()
                if once_more.token_ids != whole.token_ids:
                    outcome.mistake(f"run {run}: {question!r} again")
    return outcome


CHECKS = [
    Check("determinism", "the same run again", "runs", 100, 3, again),
    Check("determinism", "numbers of threads", "runs", 64, 4, on_threads),
    Check("determinism", "saved and opened", "runs", 10, 1, saved),
    Check("determinism", "after an interrupt", "runs", 100, 5, interrupted),
]
