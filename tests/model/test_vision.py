"""Every tower: its patch features, and whole models with this tower."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor
from transformers import AutoConfig
from transformers.models.auto.modeling_auto import MODEL_MAPPING

import flashsloth
import tiny
from conftest import draw
from flashsloth.checkpoints import compose, model_files, safetensors_reader
from flashsloth.checkpoints.model_files import read_sizes
from flashsloth.errors import InvalidConfiguration, UnsupportedModel
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.families import make_tower
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration, save_folder
from flashsloth.inference import image_encoder
from flashsloth.model.vision import tower_blocks
from flashsloth.processing.pictures import tower_pixels
from flashsloth.quantization.linear import RoundedLinear
from flashsloth.sizes.families import MIXED_RESOLUTION, SIGLIP
from flashsloth.utils.paths import NANO_FOLDER
from flashsloth.utils.yield_point import yielding_to
from generation.helpers import conversation, generate, inputs
from generation.ways import MIXED

SIZES, SIDE = tiny.VISION, 48
CLIP = "clip_vision_model"
LEADING = {SIGLIP: 0, CLIP: 1}


@pytest.fixture(params=LEADING)
def vision(request: pytest.FixtureRequest) -> dict[str, Any]:
    if request.param == MIXED_RESOLUTION:
        return copy.deepcopy(MIXED)
    return {"model_type": request.param, **SIZES}


whole_models = pytest.mark.parametrize("vision", [*LEADING, MIXED_RESOLUTION], indirect=True)


def whole(vision: dict[str, Any], blocks: int = 3) -> Any:
    """The family's own model with random weights, and with one block more than the tower keeps."""
    values = {**vision, "num_hidden_layers": blocks}
    config = AutoConfig.for_model(values.pop("model_type"), **values)
    own = MODEL_MAPPING[type(config)](config).eval()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in own.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator))
    return own


def pixels(images: int = 2, side: int = SIDE) -> Tensor:
    return torch.randn(images, 3, side, side, generator=torch.Generator().manual_seed(1))


def composed(vision: dict[str, Any], **own: Any) -> FlashSlothConfig:
    return FlashSlothConfig(text_config=tiny.TEXT, vision_config=vision, **{**tiny.OWN, **own})


@torch.inference_mode()
def test_features_are_those_before_the_last_block(vision: dict[str, Any]) -> None:
    own, config = whole(vision), composed(vision)
    tower = make_tower(config.vision_config).eval()
    missing, extra = tower.load_state_dict(own.state_dict(), strict=False)
    assert not missing
    assert {n.split(".")[0] for n in extra if not n.startswith("encoder.layers.2.")} <= {
        "post_layernorm",
        "head",
    }
    before = LEADING[vision["model_type"]]
    expected = own(pixels(), output_hidden_states=True).hidden_states[2][:, before:]
    found = tower(pixels()).last_hidden_state
    assert found.shape == (2, config.patches_per_tile, 32)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)
    fused = image_encoder.encode_patches(tower, pixels())
    torch.testing.assert_close(fused, expected, rtol=1e-5, atol=1e-5)
    assert (
        tower(pixels(), output_hidden_states=True).hidden_states[-1].shape[1]
        == before + config.patches_per_tile
    )


@pytest.mark.parametrize("published", [True, False])
def test_a_published_folder_is_read(vision: dict[str, Any], published: bool, tmp_path: Path) -> None:
    """With the names of published checkpoints, or with the names of transformers' modules."""
    own = whole(vision)
    own.save_pretrained(tmp_path, save_original_format=published)
    config = composed(compose.without_last_block(compose.read_tower(tmp_path)))
    assert config.vision_config.num_hidden_layers == 2
    names = model_files.empty_shapes(config)
    found = compose.read_tower_tensors(tmp_path, names)
    assert found.keys() == {name for name in names if ".vision_tower." in name}
    expected = own.state_dict()
    for name, tensor in safetensors_reader.read_tensors(found):
        assert torch.equal(tensor, expected[name.removeprefix(compose.TOWER)]), name


def test_a_tower_inside_clip(tmp_path: Path) -> None:
    vision = {**SIZES, "patch_size": 16}
    data = {"model_type": "clip", "vision_config": vision, "text_config": {"hidden_size": 99}}
    (tmp_path / "config.json").write_text(json.dumps(data))
    read = compose.read_tower(tmp_path)
    assert (read.model_type, read.patch_size, read.hidden_size) == ("clip_vision_model", 16, 32)


@pytest.fixture
def folder(vision: dict[str, Any], tmp_path: Path) -> Path:
    """A saved model with the tower."""
    model = tiny.model(config=composed(vision, image_mean=[0.4, 0.5, 0.6], image_std=[0.2, 0.3, 0.4]))
    save_folder(model, model_files.read_processor(model.config, NANO_FOLDER), tmp_path / "model")
    return tmp_path / "model"


@whole_models
@torch.inference_mode()
def test_saved_opened_and_asked(folder: Path) -> None:
    opened = flashsloth.open(folder, device="cpu", dtype="float32")
    theirs = FlashSlothForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    values = torch.from_numpy(tower_pixels(draw(1), opened.config, hd=False))
    side = opened.config.vision_config.image_size
    assert values.shape == (3, side, side)
    encoded = theirs.get_image_features(values[None], output_hidden_states=True)
    assert encoded.last_hidden_state.shape == (1, 36, 32)
    tokens = opened.engine.encode_image(values.numpy()).tokens
    torch.testing.assert_close(tokens, encoded.pooler_output[0], rtol=1e-3, atol=1e-4)
    answer = opened.chat(draw(1)).ask("What is this?", max_tokens=8)
    assert answer.text()
    batch = inputs(opened, [conversation("What is this?", draw(1))])
    assert generate(opened, batch, 8) == [list(answer.token_ids)]
    theirs.save_pretrained(folder / "again")
    again = FlashSlothForConditionalGeneration.from_pretrained(folder / "again").state_dict()
    assert again.keys() == theirs.state_dict().keys()
    assert all(torch.equal(tensor, again[name]) for name, tensor in theirs.state_dict().items())
    assert read_sizes(folder).tokens_per_tile == opened.config.tokens_per_tile == 4
    with pytest.raises(ValueError, match="pixel_values must have the shape"):
        theirs.get_image_features(torch.zeros(1, 3, side + 8, side))


@whole_models
def test_every_weight_learns(vision: dict[str, Any]) -> None:
    """Gradient checkpointing gives the same gradients."""
    model: Any = tiny.model(config=composed(vision))
    question = [model.config.image_token_id] * 4 + [5, 6] + [model.config.query_token_id] * 9 + [7, 8]
    ids, found = torch.tensor([question]), []
    model.train()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    for name, weight in model.named_parameters():
        if ".gate." in name:
            weight.data *= 0.01  # large ones leave its tanh no gradient
    for checkpointed in (False, True):
        if checkpointed:
            model.activation_checkpointing_enable()
        model.zero_grad()
        shown = pixels(1, model.config.vision_config.image_size)
        model(input_ids=ids, pixel_values=shown, labels=ids).loss.backward()
        found.append({name: p.grad for name, p in model.model.vision_tower.named_parameters()})
    for name, gradient in found[0].items():
        assert gradient is not None, name
        # softmax ignores a bias of all keys
        assert gradient.abs().sum() > 0 or name.endswith("k_proj.bias"), name
        torch.testing.assert_close(gradient, found[1][name], rtol=1e-4, atol=1e-6)


def test_a_new_tower_has_drawn_weights(vision: dict[str, Any]) -> None:
    """Every module is initialised, also the ones with CLIP's class token."""
    model = model_files.build_empty(composed(vision))
    missing = {name for name, _ in model.named_parameters()}
    torch.manual_seed(0)
    compose.init_missing(model, missing)
    for name, parameter in model.model.vision_tower.named_parameters():
        assert parameter.isfinite().all(), name
        assert float(parameter.detach().abs().max()) < 5, name
        assert parameter.dim() == 1 or float(parameter.detach().std()) > 0, name


@whole_models
@pytest.mark.parametrize("quant", ["none", "int4", "own forward"])
@torch.inference_mode()
def test_blocks_are_yield_points(folder: Path, quant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if quant == "own forward":
        monkeypatch.setattr(image_encoder, "block_of", lambda _: None)
    opened = flashsloth.open(folder, device="cpu", quant="int4" if quant == "int4" else "none")
    calls: list[int] = []
    values = tower_pixels(draw(1), opened.config, hd=False)
    with yielding_to(lambda: calls.append(1)):
        opened.engine.encode_image(values)
    assert len(calls) == opened.config.vision_config.num_hidden_layers


@whole_models
@torch.inference_mode()
def test_int4_rounds_every_linear(folder: Path) -> None:
    """Every linear of the blocks; of two encoders, of the low-resolution one."""
    exact, opened = (flashsloth.open(folder, device="cpu", quant=quant) for quant in ("none", "int4"))
    tower = opened.loaded.model.model.vision_tower
    _, blocks = tower_blocks(tower)
    linears = [m for m in blocks.modules() if isinstance(m, torch.nn.Linear | RoundedLinear)]
    assert {type(m) for m in linears} == {RoundedLinear}
    assert len(linears) == 6 * len(blocks)
    assert sum(isinstance(m, RoundedLinear) for m in tower.modules()) == len(linears)
    values = torch.from_numpy(tower_pixels(draw(1), opened.config, hd=False))[None]
    own = image_encoder.encode_patches(
        exact.loaded.model.model.vision_tower, values.to(exact.engine.dtype)
    ).float()
    rounded = image_encoder.encode_patches(tower, values.to(opened.engine.dtype)).float()
    assert (rounded - own).norm() < 0.05 * own.norm()


def test_normalisation_of_a_tower(tmp_path: Path) -> None:
    read = compose.read_normalisation
    assert read(tmp_path, SIGLIP) == {}
    assert read(tmp_path, CLIP)["image_mean"] == [0.48145466, 0.4578275, 0.40821073]
    path = tmp_path / "preprocessor_config.json"
    path.write_text(json.dumps({"image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6]}))
    assert read(tmp_path, SIGLIP) == {"image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6]}
    path.write_text(json.dumps({"do_normalize": False}))
    assert read(tmp_path, SIGLIP) == {"image_mean": [0.0] * 3, "image_std": [1.0] * 3}
    wrong: list[dict[str, Any]] = [{"image_mean": value} for value in ([1, 2], "x", [10**400, 0, 0])]
    wrong += [{"image_std": value} for value in ([0, 1, 1], [1e-9, 1, 1], [1e999, 1, 1])]
    for each in wrong:
        path.write_text(json.dumps(each))
        with pytest.raises(InvalidConfiguration, match="preprocessor_config"):
            read(tmp_path, SIGLIP)
    for each in ({"do_rescale": False}, {"rescale_factor": 0.5}, {"rescale_factor": "x"}):
        path.write_text(json.dumps(each))
        with pytest.raises(UnsupportedModel, match="another range"):
            read(tmp_path, SIGLIP)


def test_pixels_are_normalised_as_configured() -> None:
    config = tiny.config(image_mean=[0.4, 0.5, 0.6], image_std=[0.2, 0.3, 0.4])
    found = tower_pixels(Image.new("RGB", (9, 9), (255, 0, 51)), config, hd=False)[:, 0, 0]
    assert found == pytest.approx([(1 - 0.4) / 0.2, -0.5 / 0.3, (0.2 - 0.6) / 0.4], rel=1e-5)


def test_wrong_sizes_and_wrong_normalisation(vision: dict[str, Any]) -> None:
    wrong: list[dict[str, Any]] = [
        {name: value} for name, value in zip(SIZES, (0, 10**9, "x", None, True, -8), strict=True)
    ]
    wrong += [
        {"hidden_act": "relu"},
        {"num_channels": 1},
        {"layer_norm_eps": -1.0},
        {"hidden_size": 30},
    ]
    means = ([0.5, 0.5], "x", [0.5, 0.5, math.nan], 0.5, [True, 1, 1], {})
    own = [{name: value} for name in ("image_mean", "image_std") for value in means]
    for sizes, normalisation in (*((each, {}) for each in wrong), *(({}, each) for each in own)):
        with pytest.raises(InvalidConfiguration):
            composed({**vision, **sizes}, **normalisation)


def test_other_towers_are_refused() -> None:
    for kind in ("siglip2_vision_model", "dinov2", "convnext", "phi", 5, None, ["vit"]):
        with pytest.raises(
            UnsupportedModel, match=r"vision_config: .*SigLIP 2 of fixed size, CLIP"
        ) as refused:
            composed({**SIZES, "model_type": kind})
        assert str(kind) in str(refused.value)
        assert "CONTRIBUTING.md" in refused.value.hint
