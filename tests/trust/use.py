"""Check long use: one conversation, questions to one model, many threads with one model, and
interrupts.

The greedy answer must be the same each time. From a fifth of the run to its end, memory (RSS) may grow
by 2%.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import psutil

from trust.check import Check, Outcome
from trust.commands import PICTURES, save_turns
from trust.processes import environment

QUESTIONS = (
    *(
        "What is in the picture?",
        "How many things are there?",
        "What color is it?",
        "Describe the picture.",
    ),
    *("Is there a circle?", "What does it say?", "Is it a chart?", "Answer in one word: what is it?"),
)
GROWTH = 0.02
LIMIT_S = 60.0  # for one answer
TURNS = 10  # of one conversation


def open_nano() -> Any:
    import flashsloth

    return flashsloth.open("nano", device="cpu", dtype="float32")


def conversation(model: Any, number: int) -> list[str]:
    chat = model.chat(PICTURES[number])
    return [chat.ask(QUESTIONS[turn % len(QUESTIONS)]).text() for turn in range(TURNS)]


class Growth:
    """Compares the memory of a process at the end of the run with its memory after a fifth of the run,
    or after 25 answers if that is later."""

    def __init__(self, outcome: Outcome, count: int, process: psutil.Process) -> None:
        self.outcome, self.process = outcome, process
        self.warm_at, self.warm = max(count // 5, min(25, count - 1)), 0

    def after(self, number: int) -> None:
        if number == self.warm_at:
            self.warm = self.process.memory_info().rss

    def end(self) -> None:
        end = self.process.memory_info().rss
        if end > self.warm * (1 + GROWTH):
            self.outcome.add(f"memory grew from {self.warm >> 20} to {end >> 20} MiB")


def turns(count: int, folder: Path) -> Outcome:
    """Run `chat --plain` as a process. It changes images and asks ten questions about each, and every
    turn is saved. Each answer must equal the library's answer in such a conversation."""
    from flashsloth.history.store import History

    model, outcome = open_nano(), Outcome()
    asked = range(min(len(PICTURES), -(-count // TURNS)))
    expected = [conversation(model, number) for number in asked]
    env = environment(folder)
    save_turns(folder, "00000000", ["Hello"])
    line = [sys.executable, "-m", "flashsloth_cli", "chat", "-q", "--plain", "--continue"]
    pipes: dict[str, Any] = {
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.DEVNULL,
    }
    with subprocess.Popen(line, env=env, text=True, bufsize=1, **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        growth = Growth(outcome, count, psutil.Process(process.pid))
        for number in range(count):
            about, turn = (number // TURNS) % len(PICTURES), number % TURNS
            if turn == 0:
                process.stdin.write(f"/image {PICTURES[about]}\n")
            with outcome.timed(LIMIT_S, f"turn {number}"):
                process.stdin.write(f"{QUESTIONS[turn % len(QUESTIONS)]}\n")
                answer = process.stdout.readline().rstrip("\n")
            if answer != expected[about][turn]:
                outcome.add(f"turn {number}: {answer!r}, not {expected[about][turn]!r}")
            growth.after(number)
        growth.end()
        process.stdin.close()
        if process.wait(60):
            outcome.add(f"exit code {process.returncode}")
    with History(folder / "history.db") as history:
        if (saved := sum(each.turns for each in history.list())) != count + 1:
            outcome.add(f"{saved} turns were saved, not {count + 1}")
    return outcome


def questions(count: int, folder: Path) -> Outcome:
    """Have one conversation for each question. Every tenth answer is abandoned at a random token. If it
    is continued, the result must be the rest; if the question is asked again, the result must be the
    whole answer."""
    model, outcome, rng = open_nano(), Outcome(), random.Random(1)
    first: dict[tuple[int, int], list[int]] = {}
    growth = Growth(outcome, count, psutil.Process(os.getpid()))
    for number in range(count):
        about, question = rng.randrange(len(PICTURES)), rng.randrange(len(QUESTIONS))
        # The first answer to a question is the expected answer from then on.
        with outcome.timed(LIMIT_S, f"question {number}"):
            chat = model.chat(PICTURES[about])
            answer = chat.ask(QUESTIONS[question])
            answer.text()
            whole = first.setdefault((about, question), answer.token_ids)
            found = (
                [answer]
                if number % 10
                else [answer, *interrupted(model.chat(PICTURES[about]), question, whole, rng)]
            )
        if any(each.token_ids != whole for each in found):
            outcome.add(
                f"question {number}: {QUESTIONS[question]!r} about {PICTURES[about].name} has another answer"
            )
        growth.after(number)
    growth.end()
    return outcome


def interrupted(chat: Any, question: int, whole: list[int], rng: random.Random) -> list[Any]:
    """Abandon an answer at a random token. Return the results of continuing it and of asking again."""
    answer = chat.ask(QUESTIONS[question])
    list(islice(answer.events(), rng.randint(1, max(1, len(whole) - 1))))
    answer.close()
    answers = [chat.continue_answer()] if len(answer.token_ids) < len(whole) else []
    for each in answers:
        each.text()
    chat.undo()
    answers.append(chat.ask(QUESTIONS[question]))
    answers[-1].text()
    return answers


def together(count: int, folder: Path) -> Outcome:
    """Have sixteen threads hold separate conversations with one model. The answers must be the same as
    without threads."""
    model, outcome = open_nano(), Outcome()
    asked = [number % len(PICTURES) for number in range(count // TURNS)]
    expected = {about: conversation(model, about) for about in set(asked)}
    with ThreadPoolExecutor(16) as pool:
        for about, answers in [(about, pool.submit(conversation, model, about)) for about in asked]:
            outcome.tried += TURNS
            try:
                found = answers.result(LIMIT_S * count)
            except Exception as error:
                outcome.add(repr(error))
                continue
            for answer, right in zip(found, expected[about], strict=True):
                if answer != right:
                    outcome.add(f"{answer!r}, not {right!r}")
    return outcome


CHECKS = [
    Check("use", "one conversation at a terminal", "turns", 1000, 30, turns),
    Check("use", "one opened model, with interrupts", "questions", 5000, 30, questions),
    Check("use", "sixteen threads on one model", "questions", 1600, 20, together),
]
