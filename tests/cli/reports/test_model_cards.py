"""Adapters in `show`, copies in `list`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from flashsloth_cli.reports import model_cards


@pytest.fixture
def adapter(cli: Callable[..., Any]) -> Path:
    """An adapter of `finetune`, from four rows, one of them for evaluation."""
    Image.new("RGB", (20, 12), "red").save("a.png")
    rows = [{"image": "a.png", "question": f"Who is number {n}?", "answer": f"It is {n}."} for n in range(4)]
    Path("rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    small = ("--batch-size", "2", "--max-steps", "2", "--set", "workers=0", "--device", "cpu")
    done = cli(
        *("finetune", "rows.jsonl", "-o", "of mine", "--eval-split", "0.25"),
        *("--set", "eval_every=1", "--rank", "4", *small),
    )
    assert done.code == 0, done.err
    return Path("of mine").absolute()


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


def test_list_available(cli: Callable[..., Any]) -> None:
    assert [row["name"] for row in cli("list", "--json").document["available"]] == ["flashsloth", "flashsloth-hd"]
    assert "flashsloth pull flashsloth-hd" in cli("list").out


@pytest.mark.parametrize(
    "odd",
    [
        {"data": {"files": 3}},
        {"seconds": float("inf")},
        {"best": []},
        {"recipe": {"stage": [float("nan")]}},
    ],
    ids=str,
)
def test_an_invalid_record_is_ignored(tmp_path: Path, odd: dict[str, Any]) -> None:
    """Both by `show` and by a resumed run."""
    record: dict[str, Any] = {
        "schema": "flashsloth.run/1",
        "base": {"name": "nano"},
        "recipe": {"method": "lora", "stage": None},
        "data": {"files": ["rows.jsonl"], "rows": 3, "evaluation_rows": 1},
        "steps": 2,
        "seconds": 1.5,
        "loss": 0.5,
        "best": None,
    }
    (tmp_path / "run.json").write_text(json.dumps(record))
    facts = model_cards.training_facts(tmp_path)
    assert facts is not None
    assert model_cards.training_lines(facts)["trained"] == "2 steps in 2 s"
    for name, value in odd.items():
        record[name] = {**record[name], **value} if isinstance(value, dict) else value
    (tmp_path / "run.json").write_text(json.dumps(record))
    assert model_cards.training_facts(tmp_path) is None


def test_show_with_an_invalid_record(cli: Callable[..., Any], adapter: Path) -> None:
    """The JSON is valid. An evaluation may end in NaN without ending the run."""
    record = json.loads((adapter / "run.json").read_text())
    (adapter / "run.json").write_text(json.dumps({**record, "loss": 0.5, "best": float("nan")}))
    trained = json.loads(cli("show", "./of mine", "--json").out, parse_constant=pytest.fail)["training"]
    assert (trained["loss"], trained["evaluation_loss"]) == (0.5, None)
    assert re.search("^score +loss 0.5$", cli("show", "./of mine").out, re.MULTILINE)
    (adapter / "run.json").write_text(json.dumps({**record, "data": {"files": 3}, "seconds": float("inf")}))
    assert json.loads(cli("show", "./of mine", "--json").out, parse_constant=pytest.fail)["training"] is None
    assert cli("show", "./of mine").code == 0
