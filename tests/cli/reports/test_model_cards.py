"""Adapters in `show`, copies in `list`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cli.conftest import write_rows


@pytest.fixture
def adapter(cli: Callable[..., Any], made_once: Callable[..., Path]) -> Path:
    """An adapter of `finetune`, from four rows, one of them for evaluation."""

    def make(out: Path) -> None:
        Image.new("RGB", (20, 12), "red").save("a.png")
        rows = [{"image": "a.png", "question": f"Who is number {n}?", "answer": f"It is {n}."} for n in range(4)]
        small = ("--batch-size", "2", "--max-steps", "2", "--set", "workers=0", "--device", "cpu", "--rank", "4")
        more = ("--eval-split", "0.25", "--set", "eval_every=1")
        done = cli("finetune", write_rows("rows.jsonl", *rows), "-o", out, *small, *more)
        assert done.code == 0, done.err

    return made_once("of mine", make, Path.cwd())


def test_show_an_adapter(cli: Callable[..., Any], adapter: Path) -> None:
    """Base, rank, data and score."""
    shown = cli("show", "./of mine", "--json").document
    assert (shown["schema"], shown["kind"], shown["base"], shown["rank"]) == ("flashsloth.show/1", "adapter", "nano", 4)
    trained = shown["training"]
    assert trained["data"] == {"files": ["rows.jsonl"], "rows": 3, "evaluation_rows": 1}
    assert trained["steps"] == 2
    assert trained["loss"] > 0
    assert trained["evaluation_loss"] > 0
    assert shown["parameters"] > 0
    out = cli("show", "./of mine").out
    for line in (
        "base        nano",
        "rank        4, alpha 8, on dense, fc1, fc2, k_proj, q_proj, v_proj",
        "data        .*rows.jsonl: 3 rows, 1 to evaluate on",
        r"trained     2 steps in \d+ s",
        r"score       loss [\d.]+, evaluation loss [\d.]+",
    ):
        assert re.search(f"^{line}$", out, re.MULTILINE), (line, out)
    assert "# of mine" in out
    (adapter / "run.json").unlink()  # as one that came from elsewhere
    assert cli("show", "./of mine", "--json").document["training"] is None
    assert "score" not in cli("show", "./of mine").out


def test_show_an_unfinished_run(cli: Callable[..., Any]) -> None:
    Path("begun").mkdir()
    Path("begun/run.json").write_text("{}")
    done = cli("show", "./begun")
    assert done.code == 4
    assert "--resume" in done.error[1]


def test_list_of_quantized_copies(cli: Callable[..., Any], home: Path) -> None:
    copy = home / "cache" / "quantized" / "int4-0123456789abcdef"
    copy.mkdir(parents=True)
    (copy / "config.json").write_text(json.dumps({"quantization_config": {"preset": "int4"}}))
    for model in ("some-org/some-model", "/models/mine"):
        (copy / "copied_from.json").write_text(json.dumps({"model": model}))
        [listed] = cli("list", "--json").document["copies"]
        assert (listed["model"], listed["quant"], listed["path"]) == (model, "int4", str(copy))
        assert cli("list").out.splitlines()[2].split()[-3:] == ["int4", "of", model]
    (copy / "config.json").write_text("[")  # damaged
    assert cli("list", "--json").document["copies"][0]["quant"] is None


def test_show_with_an_invalid_record(cli: Callable[..., Any], adapter: Path) -> None:
    """The JSON is valid. An evaluation may end in NaN without ending the run."""
    record = json.loads((adapter / "run.json").read_text())
    (adapter / "run.json").write_text(json.dumps({**record, "loss": 0.5, "best": float("nan")}))
    trained = json.loads(cli("show", "./of mine", "--json").out, parse_constant=pytest.fail)["training"]
    assert (trained["loss"], trained["evaluation_loss"]) == (0.5, None)
    assert re.search("^score +loss 0.5$", cli("show", "./of mine").out, re.MULTILINE)
    odd = ({"data": {"files": 3}}, {"seconds": float("inf")}, {"best": []}, {"recipe": {"stage": [float("nan")]}})
    for change in odd:
        (adapter / "run.json").write_text(json.dumps(record | change))
        assert json.loads(cli("show", "./of mine", "--json").out, parse_constant=pytest.fail)["training"] is None
        assert cli("show", "./of mine").code == 0
