"""A second encoder for details (MRA) is added to a model, trained with it, and stays in what is
saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import ConvNextConfig, ConvNextForImageClassification

import flashsloth
import tiny
from damages import changed
from flashsloth.checkpoints import model_files
from flashsloth.errors import (
    FlashSlothError,
    OptionError,
    SettingsFileError,
    TensorMismatch,
    UnsupportedModel,
)
from flashsloth.training import model_setup
from flashsloth.training.memory_estimate import convnext_numbers
from flashsloth.training.recipe import Recipe

from . import helpers
from .helpers import Run, make_data, saved_bytes, weights

SIZES = 'patch_size = 2\ndepths = [1, 1, 1, 1]\nhidden_sizes = [8, 8, 16, 24]\nhidden_act = "gelu"\n'
OF_LOW = "model.vision_tower.low_resolution."
OF_HIGH = "model.vision_tower.high_resolution."


@pytest.fixture
def sizes(tmp_path: Path) -> Path:
    path = tmp_path / "convnext.toml"
    path.write_text(SIZES)
    return path


@pytest.fixture
def convnext(tmp_path: Path) -> Path:
    """A published ConvNeXt: a classifier with other names of the same tensors."""
    torch.manual_seed(0)
    config = ConvNextConfig(patch_size=2, depths=[1, 1, 1, 1], hidden_sizes=[8, 8, 16, 24])
    ConvNextForImageClassification(config).save_pretrained(tmp_path / "convnext")
    return tmp_path / "convnext"


def recipe(model: Path, high_res: Path, tmp_path: Path, **changes: Any) -> Recipe:
    values: dict[str, Any] = {
        "stage": "instruct",
        "method": "full",
        "max_steps": 3,
        "lr": 1e-2,
        **changes,
    }
    return helpers.recipe(
        model, make_data(tmp_path / "data"), tmp_path / "out", high_res=str(high_res), **values
    )


def built(recipe: Recipe) -> Any:
    torch.manual_seed(0)
    return model_setup.build(model_setup.find_sources(recipe), recipe, torch.float32, hd=False)


def test_the_weights_of_both_folders_stay(native_folder: Path, convnext: Path, tmp_path: Path) -> None:
    chosen = recipe(native_folder, convnext, tmp_path)
    new, old = dict(built(chosen).named_parameters()), tiny.tensors()
    for name, tensor in old.items():
        assert torch.equal(new[name.replace("model.vision_tower.", OF_LOW)], tensor), name
    stored = ConvNextForImageClassification.from_pretrained(convnext).convnext.state_dict()
    found = {name.removeprefix(OF_HIGH): p for name, p in new.items() if name.startswith(OF_HIGH)}
    assert found.keys() == {name for name in stored if not name.startswith("layernorm.")}
    assert all(torch.equal(tensor, stored[name]) for name, tensor in found.items())
    sources = model_setup.find_sources(chosen)
    assert sources.processor.image_processor.size == sources.config.vision_config.image_size == 96


def test_all_parts_of_the_tower_learn_only_if_it_does(
    native_folder: Path, sizes: Path, tmp_path: Path
) -> None:
    for train_vision, parts in (
        (None, set()),
        (True, {"low_resolution", "high_resolution", "adapters", "fusion"}),
    ):
        chosen = recipe(native_folder, sizes, tmp_path, train_vision=train_vision)
        learning = model_setup.trainable(model_setup.prepare(built(chosen), chosen, hd=False))
        assert {
            name.split(".")[2] for name in learning if model_setup.part_of(name) == "vision_tower"
        } == parts


@pytest.mark.slow
def test_trained_saved_and_continued(native_folder: Path, sizes: Path, tmp_path: Path) -> None:
    first = recipe(native_folder, sizes, tmp_path, train_vision=True, checkpointing=True)
    run = Run(first)
    assert run.losses[-1] < run.losses[0]
    opened = flashsloth.open(tmp_path / "out", device="cpu", dtype="float32")
    tower = opened.loaded.model.model.vision_tower
    assert tower.config.model_type == "mixed_resolution"
    assert float(tower.fusion.slow.weight.detach().abs().sum()) > 0
    again = {
        "model": str(tmp_path / "out"),
        "output": str(tmp_path / "two"),
        "stage": "align",
        "max_steps": 1,
    }
    Run(replace(first, high_res=None, train_vision=None, **again))
    assert weights(tmp_path / "two") != weights(tmp_path / "out")
    assert model_files.read_config(tmp_path / "two").vision_config.image_size == 96


def test_what_does_not_fit_is_refused(
    native_folder: Path, sizes: Path, convnext: Path, tmp_path: Path
) -> None:
    def problem(high_res: Path, error: type[FlashSlothError], match: str) -> None:
        with pytest.raises(error, match=match):
            model_setup.find_sources(recipe(native_folder, high_res, tmp_path))

    with pytest.raises(OptionError, match="adds no encoder"):
        recipe(native_folder, sizes, tmp_path, stage=None, method="lora")
    problem(native_folder, UnsupportedModel, "not a ConvNeXt")
    for text, says in (
        (SIZES + "width = 3\n", "unknown size width"),
        (SIZES.replace("[1, 1, 1, 1]", "[1, 1]"), "must agree"),
        ("", "lacks depths and hidden_sizes"),
    ):
        sizes.write_text(text)
        problem(sizes, SettingsFileError, says)
    changed("config.json", hidden_sizes=[8, 8, 16, 32])(convnext)
    problem(convnext, TensorMismatch, "has shape")
    sizes.write_text(SIZES)
    Run(recipe(native_folder, sizes, tmp_path, max_steps=1))
    with pytest.raises(OptionError, match="needs a model with a SigLIP tower"):
        model_setup.find_sources(recipe(tmp_path / "out", sizes, tmp_path))


def test_memory_of_its_layers(native_folder: Path, sizes: Path, tmp_path: Path) -> None:
    """What autograd saves, against the estimate."""
    tower = (
        built(recipe(native_folder, sizes, tmp_path)).model.vision_tower.train().requires_grad_(True)
    )
    found = saved_bytes(tower, lambda: tower.details(torch.randn(1, 3, 96, 96)))
    assert 0.8 < 4 * convnext_numbers(tower.config, kept=True) / found < 1.25
