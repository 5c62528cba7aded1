"""What the commands do not load. transformers with what it brings takes longer than an answer of nano,
and none of the modules here can be missed in a result: only in the seconds before it."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.commands.test_serve import served
from cli.conftest import QUESTION, Program

# drawing an embedding on the meta device imports torch._dynamo, and sympy with it
SLOW = {"transformers", "torch._dynamo", "sympy", "accelerate", "huggingface_hub", "jinja2"}


def loaded(printed: str) -> set[str]:
    """Return the modules that a program loaded, as it printed them when it ended."""
    names = set(printed.split())
    assert "torch.nn" in names
    return SLOW & names


def test_an_answer_loads_no_transformers(program: Program, picture: Path) -> None:
    done = program("ask", picture, QUESTION, "-q", driver="modules")
    assert done.code == 0
    assert loaded(done.err) == set()


@pytest.mark.parametrize("words", [("no.csv",), ("--resume",)])
def test_a_mistyped_name_of_a_training_loads_no_transformers(
    program: Program, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = program("finetune", *words, "-o", tmp_path / "new", driver="modules")
    names = set(done.err.split())
    assert done.code == 3
    assert "flashsloth.training.run_folder" in names
    assert {"torch", *SLOW} & names == set()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_other_commands_load_no_transformers(
    program: Program, picture: Path, home: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(
        json.dumps({"image": str(picture), "question": QUESTION, "answer": "A sign."}) + "\n"
    )
    commands: list[tuple[Any, ...]] = [
        ("chat", "--plain", picture),
        ("batch", picture, "-p", QUESTION),
        ("eval", rows),
    ]
    for words in commands:
        done = program(*words, "-q", driver="modules", input="")
        assert (done.code, loaded(done.err)) == (0, set()), words
    with served(home, driver="modules") as serving:
        body = {"messages": [{"role": "user", "content": "Hello?"}], "max_tokens": 4}
        assert serving.ask("POST", "/v1/chat/completions", body)[0] == 200
        serving.process.send_signal(signal.SIGTERM)
        serving.wait()
        assert loaded(" ".join(serving.seen)) == set()
