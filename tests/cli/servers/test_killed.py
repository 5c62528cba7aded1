"""Commands whose server is killed by SIGKILL while it answers them. The driver's answers take a tenth of a second a
token, and have as many as are allowed."""

from __future__ import annotations

import os
import random
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from cli.commands.test_serve import served

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")

KILLS = int(os.environ.get("FLASHSLOTH_TEST_KILLS", "12"))  # 100 take ten minutes
TOKENS = ("--max-tokens", "20")
QUESTION = "What is in the picture?"


def test_killed_in_the_middle(program: Any, home: Path, picture: Path) -> None:
    """What was printed stays, and the error is behind it."""
    screen, terminal = os.openpty()  # a pipe gets whole lines
    with served(home, driver="slow_server") as server, open(terminal, "wb") as stdout:
        command = program.start("ask", picture, QUESTION, *TOKENS, "-q", stdout=stdout)
        first = os.read(screen, 1)
        server.process.kill()
        _, err = command.communicate(timeout=60)
        out = first + os.read(screen, 10_000)
    os.close(screen)
    assert command.returncode == 6
    assert out.strip()
    assert "ended in the middle of the answer" in err
    assert out.count(b"\n") == 1


def outcome(words: tuple[str, ...], code: int, out: str, err: str, whole: set[str]) -> str:
    """Return what came of a command. A part of an answer has an error with it."""
    assert "Traceback" not in err, err
    if code != 0:
        assert code == 6, (code, err)
        assert "error" in err
        return "error"
    assert out.strip() in whole, (words, out)
    return "opened here" if "opened here" in err else "whole"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_killed_at_random_moments(program: Any, tmp_path: Path, home: Path, picture: Path) -> None:
    """`ask` and `chat` in turn, killed at moments spread over what a command takes: an answer of the server,
    one of this process (always so in test_gone_before_the_first_token), or an error."""
    forms: list[tuple[str, ...]] = [
        ("ask", str(picture), QUESTION),
        ("chat", "--plain", str(picture), "-p", QUESTION),
    ]
    whole = {program(*forms[0], *TOKENS, "--server", "none").out.strip()}
    draws, found, seconds = random.Random(7), list[str](), 0.0
    for number in range(KILLS):
        words = forms[number % len(forms)]
        with served(home, driver="slow_server") as server:
            if number == 0:
                began = time.monotonic()
                whole.add(program(*forms[0], *TOKENS).out.strip())
                seconds = time.monotonic() - began
            command = program.start(*words, *TOKENS)
            moment = (number + draws.random()) / KILLS  # 1.3: some come after the answer
            timer = threading.Timer(1.3 * seconds * moment, server.process.kill)
            timer.start()
            out, err = command.communicate(timeout=120)
            timer.cancel()
        found.append(outcome(words, command.returncode, out, err, whole))
    assert {"error", "whole"} <= set(found)
