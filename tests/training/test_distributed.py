"""Two processes learn the same as one with twice the batch size, also with the model in shards."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from flashsloth.training.run import train
from programs import run_python

from .helpers import make_data, metrics, recipe, record

STEPS = 6
RATE = 1e-3
SEED = (
    3  # with 0 one unit of SAP has a gradient of nothing but rounding, which differs between processors
)
# They move all scores of a softmax alike (in the text model where rotary embeddings leave keys alone),
# so that their gradient is nothing but rounding, which Adam makes steps of.
WITHOUT_EFFECT = re.compile(
    r".*\.(embq\.(read_\w+\.k_proj|norm_picture)|pooling\.mlp\.3|self_attn\.k_proj)\.bias"
)


def in_two_processes(*words: object) -> str:
    """Run a program in two processes, and return what they print."""
    launch = ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2")
    return run_python(*launch, *map(str, words), OMP_NUM_THREADS="1")


def learn_together(data: Path, evaluation: Path, model: Path, out: Path, method: str) -> None:
    """Run the program in two processes with batches of two."""
    words = ["-m", "flashsloth_cli", "finetune", data, "-m", model, "-o", out, f"--{method}", "-q"]
    words += [
        "--batch-size",
        2,
        "--set",
        "grad_accum=1",
        "--max-steps",
        STEPS,
        "--lr",
        RATE,
        "--seed",
        SEED,
    ]
    words += ["--set", "dropout=0"] if method == "lora" else []
    printed = in_two_processes(
        *words, "--set", "workers=0", "--device", "cpu", "--eval-data", evaluation
    )
    assert printed.count("\n") == 1  # the line to try, from one of them alone
    assert record(out)["compute"]["processes"] == 2


def learn_alone(data: Path, evaluation: Path, model: Path, out: Path, method: str) -> None:
    """Run the same in this process with batches of four."""
    same: dict[str, Any] = {"seed": SEED, "max_steps": STEPS, "lr": RATE, "dropout": 0.0}
    train(recipe(model, data, out, method=method, batch_size=4, eval_data=(str(evaluation),), **same))


def metric(out: Path, name: str) -> list[float]:
    return [line[name] for line in metrics(out) if name in line]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["lora", pytest.param("full", marks=pytest.mark.nightly)])
def test_two_processes_learn_what_one_does(method: str, without_dropout: Path, tmp_path: Path) -> None:
    """Also if one of them gets only rows without a picture; each row counts once in an evaluation of an
    odd number."""
    data = make_data(tmp_path / "data", 12, text_only=lambda number: number in (1, 2, 5, 7, 8, 11))
    evaluation = make_data(tmp_path / "held", 9, text_only=lambda number: number > 5)
    alone, together = tmp_path / "alone", tmp_path / "together"
    learn_alone(data, evaluation, without_dropout, alone, method)
    learn_together(data, evaluation, without_dropout, together, method)
    assert len(metric(alone, "loss")) == STEPS
    assert metric(together, "loss") == pytest.approx(metric(alone, "loss"), rel=1e-5)
    assert len(metric(alone, "eval_loss")) == 1
    assert metric(together, "eval_loss") == pytest.approx(metric(alone, "eval_loss"), rel=1e-5)
    [file] = [path.name for path in alone.glob("*.safetensors")]
    one, two = load_file(alone / file), load_file(together / file)
    assert one.keys() == two.keys()
    for tensor in one:
        far = RATE * STEPS if WITHOUT_EFFECT.fullmatch(tensor) else 1e-5
        torch.testing.assert_close(two[tensor], one[tensor], rtol=0, atol=far)


@pytest.mark.slow
def test_shards_learn_what_the_whole_learns() -> None:
    """One process has no picture: it does not hang."""
    found = json.loads(
        in_two_processes(Path(__file__).parent / "programs" / "sharded.py").splitlines()[-1]
    )
    assert found["loss"][0] == pytest.approx(found["loss"][1], rel=1e-5)
    assert len(found["norms"]) > 50
    for name, (got, wanted) in found["norms"].items():
        assert got == pytest.approx(wanted, rel=1e-4, abs=1e-6), name
