"""Variants of the model: means instead of SAP, no pooling, no query tokens, query tokens without EmbQ.
Each can be trained, saved and opened; that each way to answer gives the same is in
tests/generation/test_ways.py."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

import flashsloth
import tiny
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints import model_files, resolve, save
from flashsloth.errors import InvalidConfiguration, ModelUnavailable, OptionError
from flashsloth.hf.modeling import save_folder
from flashsloth.hf.size_file import read_sizes_file
from flashsloth.training import model_setup
from flashsloth.training.recipe import Recipe
from flashsloth.utils.paths import NANO_FOLDER

from .helpers import Run, recipe, record

NOTHING = {"pooling": "average", "pooling_window": 1, "num_query_tokens": 0}
VARIANTS: dict[str, tuple[dict[str, Any], set[str]]] = {  # what is set, and the missing weights
    "average": ({"pooling": "average"}, {"pooling"}),
    "queries=0": ({"num_query_tokens": 0}, {"query_tokens", "embq"}),
    "embq=false": ({"embq": False}, {"embq"}),
    "nothing": (NOTHING, {"pooling", "query_tokens", "embq"}),
}
PICTURE = Image.linear_gradient("L").convert("RGB")


def opened(variant: str, folder: Path) -> FlashSloth:
    """Save random weights whose answers depend on the whole prompt, and open them."""
    config = tiny.config(**VARIANTS[variant][0])
    save_folder(tiny.model(config=config), model_files.read_processor(config, NANO_FOLDER), folder)
    return flashsloth.open(folder, device="cpu", dtype="float32")


# From --set to answers


@pytest.mark.parametrize("variant", VARIANTS)
def test_train_save_and_open(
    variant: str, sizes: Path, short: Callable[..., Recipe], out: Path
) -> None:
    wanted, absent = VARIANTS[variant]
    changes = tuple(f"model.{name}={str(value).lower()}" for name, value in wanted.items())
    new = {"model": None, "init": str(sizes), "stage": "all", "method": "full"}
    assert len(Run(short(**new, set=changes, max_steps=2, lr=1e-2)).losses) == 2
    assert record(out)["recipe"]["set"] == list(changes)
    saved = json.loads((out / "config.json").read_text())
    assert {name: saved[name] for name in wanted} == wanted
    sloth = flashsloth.open(out, device="cpu", dtype="float32")
    there = {model_setup.part_of(name) for name, _ in sloth.loaded.model.named_parameters()}
    assert there == {"vision_tower", "pooling", "projector", "embq", "query_tokens", "text"} - absent
    answer = sloth.chat(PICTURE).ask("What do you see?", max_tokens=4)
    answer.text()
    visual = 36 if "pooling_window" in wanted else 4
    assert (answer.stats.query_tokens, answer.stats.visual_tokens) == (
        wanted.get("num_query_tokens", 9),
        visual,
    )


@pytest.mark.parametrize(
    ("variant", "method"), [("average", "lora"), ("queries=0", "lora"), ("embq=false", "full")]
)
def test_finetune(variant: str, method: Any, data: Path, out: Path, tmp_path: Path) -> None:
    base = opened(variant, tmp_path / "base").loaded.model.state_dict()
    Run(recipe(tmp_path / "base", data, out, method=method, rank=2, max_steps=1))
    source = {"adapter": out} if method == "lora" else {"model": out}
    trained = flashsloth.open(**source, device="cpu", dtype="float32").loaded.model.state_dict()
    assert trained.keys() == base.keys()
    learned = {name for name, tensor in trained.items() if not torch.equal(tensor, base[name])}
    # without EmbQ by the text model
    assert ("model.query_tokens.weight" in learned) == (variant != "queries=0")
    assert learned


def test_quantize(tmp_path: Path) -> None:
    opened("embq=false", tmp_path / "plain")
    save.quantize(resolve.find(tmp_path / "plain"), tmp_path / "int8", "int8")
    sloth = flashsloth.open(tmp_path / "int8", device="cpu")
    assert (sloth.config.has_embq, sloth.loaded.quant) == (False, "int8")


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_process_without_a_picture(variant: str) -> None:
    """Every parameter takes part, and nothing changes."""
    model = tiny.model(config=tiny.config(**VARIANTS[variant][0])).train()
    model.requires_grad_(True)
    nothing = model.model.zero_vision_term(torch.zeros(1, 3, 48, 48))
    assert float(nothing.detach()) == 0
    nothing.backward()
    for name, parameter in model.named_parameters():
        if model_setup.part_of(name) in ("pooling", "projector", "embq", "query_tokens"):
            assert parameter.grad is not None, name


# --set


def test_a_tokenizer_is_not_downloaded_without_consent(
    sizes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for any model: never with --offline, else after a question."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def find(name: str, **options: Any) -> Any:
        calls.append((name, options))
        raise ModelUnavailable(f"{name} is not here")

    monkeypatch.setattr(model_setup.resolve, "find", find)
    recipe = Recipe(init=str(sizes), set=("tokenizer=some/tokenizer",), stage="all", method="full")
    with pytest.raises(ModelUnavailable):
        model_setup.find_sources(recipe, offline=True, confirm=bool)
    assert calls == [("some/tokenizer", {"offline": True, "confirm": bool})]


def test_any_size_can_be_set(sizes: Path) -> None:
    changes = (
        "vision_config.hidden_size=64",
        "text_config.resid_pdrop = 0.0",
        "model.pooling_window=2",
    )
    changes += (
        "system_prompt=Hi.",
        "tokenizer=nano",
        "model.num_query_tokens=3",
        "image_aspect_ratio='pad'",
    )
    values = read_sizes_file(sizes, extra_keys=("tokenizer",), changes=changes)
    assert (values["vision_config"]["hidden_size"], values["text_config"]["resid_pdrop"]) == (64, 0.0)
    own = {"pooling_window": 2, "system_prompt": "Hi.", "tokenizer": "nano", "num_query_tokens": 3}
    assert {**values, **own, "image_aspect_ratio": "pad"} == values
    sizes.write_text("embq_layer = 0\n")  # without the table
    assert read_sizes_file(sizes, (), changes[:1]) == {
        "embq_layer": 0,
        "vision_config": {"hidden_size": 64},
    }
    sizes.write_text(tiny.SIZES)
    config = model_setup.from_sizes(sizes, changes[:4]).config
    assert (config.vision_config.hidden_size, config.pooling_window, config.system_prompt) == (
        64,
        2,
        "Hi.",
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("model.poling=average", "unknown size model.poling: Did you mean pooling"),
        ("vision_confg.hidden_size=64", "Did you mean vision_config.hidden_size"),
        *(
            (change, "unknown size")
            for change in ("vision_config.num_query_tokens=3", "vision_config=3", "model.=3")
        ),
        *((change, "KEY=VALUE") for change in ("pooling", "=3", "pooling=", "")),
        ("model.pooling=max", "pooling must be one of attention, average, not 'max'"),
        ("model.embq=no", "embq"),
        ("model.num_query_tokens=-1", "num_query_tokens must be 0 or a positive whole number, not -1"),
        ("text_config.hidden_size=33", "heads do not divide the width 33"),
        ("vision_config.hidden_size=wide", "hidden_size"),
    ],
)
def test_a_wrong_size_is_named(change: str, message: str, sizes: Path) -> None:
    with pytest.raises((OptionError, InvalidConfiguration)) as caught:
        model_setup.from_sizes(sizes, [change])
    assert f"--set {change}" in str(caught.value)
    assert message in f"{caught.value}: {caught.value.hint}"
