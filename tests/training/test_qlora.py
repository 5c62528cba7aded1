"""QLoRA over a base in NF4: the adapter learns, the base does not, and merging uses the stored
weights."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import torch

import flashsloth
from flashsloth.checkpoints import adapter, model_files, resolve, save
from flashsloth.quantization import bnb
from flashsloth.training import model_setup
from flashsloth.training.run import train
from flashsloth.utils.paths import NANO_FOLDER

from .helpers import metrics, recipe

pytestmark = pytest.mark.slow


def digest(model: torch.nn.Module) -> dict[str, str]:
    """Return digests of all frozen tensors, with the packed ones."""
    return {
        name: hashlib.sha256(p.detach().contiguous().view(torch.uint8).numpy().tobytes()).hexdigest()
        for name, p in model.named_parameters()
        if not p.requires_grad
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, receipts: Path) -> Any:
    """A short run, its model, and digests of the base before it."""
    out, prepare, state = tmp_path_factory.mktemp("qlora") / "out", model_setup.prepare, {}

    def watched(*given: Any, **options: Any) -> Any:
        state["model"] = prepare(*given, **options)
        state["before"] = digest(state["model"])
        return state["model"]

    with mock.patch.object(model_setup, "prepare", watched):
        train(
            recipe(
                Path("nano"),
                receipts / "train.jsonl",
                out,
                method="qlora",
                max_steps=12,
                batch_size=None,
            )
        )
    return out, state["model"], state["before"]


def test_the_text_model_in_nf4_stays_and_the_loss_falls(run: Any) -> None:
    out, model, before = run
    base = model.base_model.model
    packed = {
        name
        for name, module in base.named_modules()
        if bnb.is_quantized(module) and "base_layer" in name
    }
    assert len(packed) == 6 * model_files.read_config(NANO_FOLDER).text_config.num_hidden_layers
    assert all(name.startswith("model.language_model.layers.") for name in packed)
    assert len(before) > 100
    assert digest(model) == before
    losses = [line["loss"] for line in metrics(out)]
    assert len(losses) == 12
    assert sum(losses[-3:]) < 0.6 * sum(losses[:3])


def test_merged_and_adapter_are_equal(run: Any, tmp_path: Path) -> None:
    """Both are applied to the stored weights, not to the quantized ones."""
    out, *_ = run
    merged = save.convert(resolve.find("nano"), tmp_path / "merged", adapter=adapter.read(out))
    opened, whole = flashsloth.open(adapter=out), flashsloth.open(merged)
    weights = dict(whole.loaded.model.named_parameters())
    for name, weight in opened.loaded.model.named_parameters():
        assert torch.equal(weight, weights[name]), name
    untouched = dict(flashsloth.open("nano").loaded.model.named_parameters())
    changed = [name for name in weights if not torch.equal(weights[name], untouched[name])]
    assert any(name.endswith("q_proj.weight") for name in changed)
    assert not any(name.startswith("model.vision_tower.") for name in changed)
