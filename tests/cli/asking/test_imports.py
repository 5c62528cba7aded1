"""What the commands do not load. transformers with what it brings takes longer than an answer of nano,
and none of the modules here can be missed in a result: only in the seconds before it."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from cli.commands.test_serve import served
from cli.conftest import QUESTION, Program, write_rows
from programs import run_python

# drawing an embedding on the meta device imports torch._dynamo, and sympy with it
SLOW = {"transformers", "torch._dynamo", "sympy", "accelerate", "huggingface_hub", "jinja2"}
# only `quantize --calibrate` needs these
SLOW |= {
    "flashsloth.checkpoints.moments",
    "flashsloth.evaluation.calibrated_copy",
    "flashsloth.quantization.gptq",
}


def slow(names: Iterable[str]) -> set[str]:
    """Return the names of slow modules among those that a program has loaded."""
    loaded = set(names)
    assert "torch.nn" in loaded
    return SLOW & loaded


LOADED_BY_EACH = """
import json, sys
from typer.testing import CliRunner
from flashsloth_cli.app import app

loaded = []
for words in json.loads(sys.argv[1]):
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    if done.exit_code != 0:
        sys.exit(f"{words} failed")
    loaded.append([words, [*sys.modules]])
print(json.dumps(loaded))
"""


def test_answers_load_no_transformers(picture: Path, home: Path, tmp_path: Path) -> None:
    """In one process for all commands: the first that loads something slow is named."""
    rows = write_rows(
        tmp_path / "rows.jsonl", {"image": str(picture), "question": QUESTION, "answer": "A sign."}
    )
    words = [
        ["ask", str(picture), QUESTION, "-q"],
        ["chat", "--plain", str(picture), "-q"],
        ["batch", str(picture), "-p", QUESTION, "-q"],
        ["eval", str(rows), "-q"],
    ]
    for asked, names in json.loads(
        run_python("-c", LOADED_BY_EACH, json.dumps(words), folder=tmp_path)
    ):
        assert slow(names) == set(), asked


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
def test_a_server_loads_no_transformers(home: Path) -> None:
    with served(home, driver="modules") as serving:
        body = {"messages": [{"role": "user", "content": "Hello?"}], "max_tokens": 4}
        assert serving.ask("POST", "/v1/chat/completions", body)[0] == 200
        serving.process.send_signal(signal.SIGTERM)
        serving.wait()
        assert slow(" ".join(serving.seen).split()) == set()
