"""Mixed resolution (MRA): a SigLIP that reads details of a ConvNeXt between its blocks."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import tiny
from flashsloth.checkpoints import compose, model_files
from flashsloth.errors import InvalidConfiguration, OptionError, SettingsFileError, UnsupportedModel
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.families import make_tower
from flashsloth.hf.mixed_resolution import (
    MixedResolutionConfig,
    MixedResolutionTower,
    ResolutionAdapter,
    ZeroLinear,
)
from flashsloth.hf.size_file import read_sizes_file
from flashsloth.sizes.families import MIXED_RESOLUTION
from generation.ways import MIXED
from model.test_vision import composed, pixels

LOW, HIGH = MIXED["low_resolution"], MIXED["high_resolution"]
SIDE = 96  # 6 x 6 cells of 16 pixels
SIGLIP_LARGER = {"hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 4, "patch_size": 14}


@pytest.fixture
def tower() -> MixedResolutionTower:
    torch.manual_seed(0)
    made: MixedResolutionTower = make_tower(composed(copy.deepcopy(MIXED)).vision_config).eval()
    return made


def train_slow_weights(tower: nn.Module) -> None:
    """Fill the weights that are zero at first, as a training would."""
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for module in tower.modules():
            if isinstance(module, ZeroLinear):
                module.weight.copy_(0.2 * torch.randn(module.weight.shape, generator=generator))


@torch.inference_mode()
def test_an_adapter_against_its_formulas() -> None:
    adapter = ResolutionAdapter(32, 24, side=6)
    train_slow_weights(adapter)
    features, details = torch.randn(2, 36, 32), torch.randn(2, 36, 24)
    w, gelu = {name: p.detach() for name, p in adapter.named_parameters()}, nn.functional.gelu
    u = gelu(details @ w["slow.0.weight"].T + w["slow.0.bias"]) @ w["slow.2.weight"].T
    padded = nn.functional.pad(features.view(2, 6, 6, 32), (0, 0, 3, 3, 3, 3))
    windows = padded.unfold(1, 7, 1).unfold(2, 7, 1)  # (2, 6, 6, 32, 7, 7)
    mixed = gelu((windows * w["fast_conv.weight"][:, 0]).sum((-1, -2)) + w["fast_conv.bias"]).view(
        2, 36, 32
    )
    f = features + mixed @ w["fast_linear.weight"].T
    both = torch.cat([f.mean(1), u.mean(1)], 1)
    wide = gelu(both @ w["gate.0.weight"].T + w["gate.0.bias"])
    gate = (wide @ w["gate.2.weight"].T + w["gate.2.bias"]).tanh()
    assert gate.shape == (2, 1)
    torch.testing.assert_close(adapter(features, details), f + gate[:, None] * u, rtol=1e-5, atol=1e-5)


@torch.inference_mode()
def test_details_change_the_features_only_of_a_trained_tower(
    tower: MixedResolutionTower, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, seen = pixels(1, SIDE), tower.scaled_down(pixels(1, SIDE))
    stripes = torch.tensor([1.0, -1.0]).repeat(SIDE // 2)
    fine = plain + stripes * stripes[:, None]  # pixel by pixel: the mean of any two neighbours stays
    torch.testing.assert_close(
        tower.scaled_down(fine)[..., 1:-1, 1:-1], seen[..., 1:-1, 1:-1], rtol=0, atol=1e-5
    )
    monkeypatch.setattr(tower, "scaled_down", lambda _: seen)
    before, after = (tower(x).last_hidden_state for x in (plain, fine))
    assert torch.equal(before, after)
    train_slow_weights(tower)
    before, after = (tower(x).last_hidden_state for x in (plain, fine))
    assert float((before - after).abs().max()) > 0.01


# Sizes


def test_the_sizes_follow_from_the_encoders() -> None:
    full = MixedResolutionConfig()
    assert (full.image_size, full.patch_size, full.hidden_size, full.side) == (864, 32, 1152, 27)
    assert full.adapted_blocks == (7, 14, 20)
    larger = MixedResolutionConfig(low_resolution={**SIGLIP_LARGER, "image_size": 448})
    assert (larger.image_size, larger.side, larger.adapted_blocks) == (1024, 32, (1, 2, 3))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"image_size": 112}, "image_size must be 96, not 112: low_resolution has 6 x 6 patches"),
        ({"patch_size": 8}, "patch_size must be 16"),
        ({"hidden_size": 64}, "hidden_size must be 32"),
        ({"low_resolution": 5}, "low_resolution must be an object"),
        (
            {"low_resolution": {**LOW, "model_type": "dinov2"}},
            "low_resolution must be a siglip_vision_model",
        ),
        ({"low_resolution": {**LOW, "num_hidden_layers": 10**9}}, "num_hidden_layers must be at most"),
        ({"high_resolution": {**HIGH, "model_type": "swin"}}, "high_resolution must be a convnext"),
        ({"high_resolution": {**HIGH, "depths": [1, 1]}}, "must agree"),
        ({"high_resolution": {**HIGH, "depths": [1, 1, 10**9, 1]}}, "must be at most"),
        (
            {"high_resolution": {**HIGH, "hidden_sizes": [8, 8, 0, 8]}},
            "hidden_sizes must be a positive",
        ),
        ({"high_resolution": {**HIGH, "num_channels": 4}}, "num_channels must be 3"),
        ({"high_resolution": {**HIGH, "hidden_act": "eval"}}, "hidden_act must be one of"),
        ({"high_resolution": {**HIGH, "drop_path_rate": 2.0}}, "drop_path_rate must be 0 to 1"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(change: dict[str, Any], problem: str) -> None:
    with pytest.raises((InvalidConfiguration, UnsupportedModel), match=problem):
        composed({**MIXED, **change})


def test_a_file_of_sizes_names_both_encoders(tmp_path: Path) -> None:
    path = tmp_path / "sizes.toml"
    own, low, high = tiny.SIZES.partition("[vision_config]")[0], {**LOW}, {**HIGH}
    tables = {"": {"model_type": MIXED_RESOLUTION}, ".low_resolution": low, ".high_resolution": high}
    for name, values in tables.items():
        own += f"\n[vision_config{name}]\n" + "\n".join(
            f"{key} = {json.dumps(value)}" for key, value in values.items()
        )
    path.write_text(own)
    sizes = read_sizes_file(path, changes=["vision_config.high_resolution.depths=[1, 1, 1, 1]"])
    assert FlashSlothConfig(**sizes).vision_config.high_resolution.depths == [1, 1, 1, 1]
    with pytest.raises(OptionError, match=r"unknown size vision_config\.high_resolution\.width"):
        read_sizes_file(path, changes=["vision_config.high_resolution.width=3"])
    path.write_text(own + "\nwidth = 3\n")
    with pytest.raises(SettingsFileError, match=r"unknown size vision_config\.high_resolution\.width"):
        read_sizes_file(path)


def test_a_stranger_sets_no_other_attributes() -> None:
    values = {
        **MIXED,
        "low_resolution": {**LOW, "to_dict": 5},
        "high_resolution": {**HIGH, "stage_names": 5},
    }
    made = composed(values).vision_config
    assert callable(made.low_resolution.to_dict)
    assert made.high_resolution.stage_names[0] == "stem"


# Whole models: those of test_vision, and


def test_new_weights_are_drawn_and_add_nothing() -> None:
    model = model_files.build_empty(composed(copy.deepcopy(MIXED)))
    torch.manual_seed(0)
    compose.init_missing(model, {name for name, _ in model.named_parameters()})
    tower = model.model.vision_tower.eval()
    for name, parameter in tower.named_parameters():
        assert parameter.isfinite().all(), name
    assert float(tower.adapters[0].gate[0].weight.detach().std()) > 0
    assert (
        float(tower.high_resolution.encoder.stages[0].layers[0].layer_scale_parameter.detach().mean())
        == 0.5
    )
    with torch.inference_mode():
        seen = tower.low_resolution(tower.scaled_down(pixels(2, SIDE))).last_hidden_state
        assert torch.equal(tower(pixels(2, SIDE)).last_hidden_state, seen)


@torch.inference_mode()
@pytest.mark.parametrize(
    ("blocks", "adapted"), [(1, (1,)), (2, (1, 2)), (5, (2, 3, 4)), (8, (2, 4, 6))]
)
def test_towers_of_other_depths(blocks: int, adapted: tuple[int, ...]) -> None:
    """The estimate of a run's time cuts the tower (training/dry_run.py)."""
    vision = composed(copy.deepcopy(MIXED)).vision_config
    vision.num_hidden_layers = blocks
    assert vision.low_resolution.num_hidden_layers == blocks
    assert vision.adapted_blocks == adapted
    assert make_tower(vision).eval()(pixels(1, SIDE)).last_hidden_state.shape == (1, 36, 32)
