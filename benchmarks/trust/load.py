"""Long use: turns of one conversation at a terminal's plain loop, questions to one opened model, many threads on it.

Memory is what the process holds (RSS), after a fifth of the run and at its end; more than 2% growth between is wrong.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from random import Random
from typing import Any

import psutil

from benchmarks.trust.check import Check, Outcome

ROOT = Path(__file__).resolve().parents[2]
IMAGES = sorted((ROOT / "examples" / "images").glob("*.png"))
QUESTIONS = (
    *("What is in the picture?", "How many things are there?", "What color is it?", "Describe the picture."),
    *("Is there a circle?", "What does it say?", "Is it a chart?", "Answer in one word: what is it?"),
)
GROWTH = 0.02
WARM = 0.2  # of a run, and 25 answers at least; what is held then is what later is compared with
LIMIT = 60.0  # seconds for one answer
THREADS = 16
TURNS = 10  # of one conversation


def open_nano() -> Any:
    import flashsloth

    return flashsloth.open("nano", device="cpu", dtype="float32")


def grown(outcome: Outcome, warm: int, end: int) -> None:
    outcome.peak_mib = (end - warm) / 2**20
    if end > warm * (1 + GROWTH):
        outcome.mistake(f"memory grew from {warm / 2**20:.0f} to {end / 2**20:.0f} MiB")


def warm_at(count: int) -> int:
    return max(int(count * WARM), min(25, count - 1))


def turns(count: int, random: Random, folder: Path) -> Outcome:
    """`chat --plain` in a process of its own, a line at a time: pictures change, ten questions about each, every turn
    saved. Each answer is what the library says in such a conversation."""
    model, outcome = open_nano(), Outcome()
    expected = [conversation(model, number) for number in range(len(IMAGES))]
    env = {**os.environ, "FLASHSLOTH_HOME": str(folder), "PYTHONPATH": str(ROOT), "FLASHSLOTH_NO_HISTORY": ""}
    words = ["chat", "-q", "--plain", "--continue"]
    begin = [sys.executable, "-m", "flashsloth_cli", "ask", "-q", "--no-history", "--no-picture", "-p", "Hello"]
    subprocess.run(begin, env=env, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    _first_session(folder)
    process = subprocess.Popen(
        [sys.executable, "-m", "flashsloth_cli", *words],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        bufsize=1,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    held = psutil.Process(process.pid)
    warm = 0
    for number in range(count):
        about, turn = (number // TURNS) % len(IMAGES), number % TURNS
        if turn == 0:
            process.stdin.write(f"/image {IMAGES[about]}\n")
        with outcome.one(LIMIT, f"turn {number}"):
            process.stdin.write(f"{QUESTIONS[turn % len(QUESTIONS)]}\n")
            said = process.stdout.readline().rstrip("\n")
        if said != expected[about][turn]:
            outcome.mistake(f"turn {number}: {said!r}, not {expected[about][turn]!r}")
        if number == warm_at(count):
            warm = held.memory_info().rss
    grown(outcome, warm, held.memory_info().rss)
    process.stdin.close()
    if process.wait(60):
        outcome.crash(f"exit {process.returncode}")
    process.stdout.close()
    if (kept := _kept(folder)) != count + 1:
        outcome.mistake(f"{kept} turns were kept, not {count + 1}")
    return outcome


def _kept(folder: Path) -> int:
    from flashsloth.history.store import History

    history = History(folder / "history.db")
    try:
        return sum(each.turns for each in history.list())
    finally:
        history.close()


def _first_session(folder: Path) -> None:
    """A conversation for `--continue`, so that the plain loop keeps what is said."""
    from flashsloth.history.store import History, SavedTurn, Session

    turn = SavedTurn("Hello", "Hello.", (), "stop", "nano")
    history = History(folder / "history.db")
    history.save(Session("00000000", "nano", turns=(turn,)))
    history.close()


def conversation(model: Any, number: int) -> list[str]:
    chat = model.chat(IMAGES[number])
    return [chat.ask(QUESTIONS[turn % len(QUESTIONS)]).text() for turn in range(TURNS)]


def questions(count: int, random: Random, folder: Path) -> Outcome:
    """One conversation for each question, some left in the middle of the answer; the same answer every time."""
    model, outcome = open_nano(), Outcome()
    first: dict[tuple[int, int], str] = {}
    process, warm = psutil.Process(), 0
    for number in range(count):
        about, question = random.randrange(len(IMAGES)), random.randrange(len(QUESTIONS))
        with outcome.one(LIMIT, f"question {number}"):
            chat = model.chat(IMAGES[about])
            if random.random() < 0.1:
                next(iter(chat.ask(QUESTIONS[question - 1])))
                chat.undo()
            said = chat.ask(QUESTIONS[question]).text()
        if said != first.setdefault((about, question), said):
            outcome.mistake(f"question {number}: {said!r}, not {first[about, question]!r}")
        if number == warm_at(count):
            warm = process.memory_info().rss
    grown(outcome, warm, process.memory_info().rss)
    return outcome


def threads(count: int, random: Random, folder: Path) -> Outcome:
    """Sixteen threads, each with conversations of its own, on one model: the answers that one after the other gives."""
    model, outcome = open_nano(), Outcome()
    expected = [conversation(model, number) for number in range(len(IMAGES))]
    jobs = iter(range(count // TURNS))
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                number = next(jobs, None)
            if number is None:
                return
            about = number % len(IMAGES)
            try:
                said = conversation(model, about)
            except Exception as error:
                with lock:
                    outcome.crash(f"{type(error).__name__}: {error}")
                continue
            with lock:
                outcome.tried += TURNS
                for one, wanted in zip(said, expected[about], strict=True):
                    if one != wanted:
                        outcome.mistake(f"{one!r}, not {wanted!r}")

    started = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join(LIMIT * count)
        outcome.hangs += thread.is_alive()
    return outcome


CHECKS = [
    Check("load", "one conversation at a terminal", "turns", 1000, 40, turns),
    Check("load", "one opened model", "questions", 5000, 40, questions),
    Check("load", "sixteen threads on one model", "questions", 1600, 80, threads),
]
