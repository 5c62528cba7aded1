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

KILLS = int(os.environ.get("FLASHSLOTH_TEST_KILLS", "6"))
TOKENS = ("--max-tokens", "20")
QUESTION = "What is in the picture?"


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize("number", range(KILLS))
def test_killed_at_a_random_moment(program: Any, home: Path, picture: Path, number: int) -> None:
    """The moments are spread over what a command takes. It ends with an answer of the server, one of this process
    (always so in test_gone_before_the_first_token), or an error, and never with a part of an answer alone."""
    words = ("ask", picture, QUESTION, *TOKENS)
    with served(home, driver="slow_server") as server:
        began = time.monotonic()
        whole = {program(*words).out, program(*words, "--server", "none").out}
        moment = (time.monotonic() - began) * (number + random.Random(number).random()) / KILLS
        command = program.start(*words)
        timer = threading.Timer(moment, server.process.kill)
        timer.start()
        out, err = command.communicate(timeout=120)
        timer.cancel()
    assert "Traceback" not in err
    assert command.returncode in (0, 6), err
    if command.returncode == 0:
        assert out in whole
    else:
        assert "error: " in err
