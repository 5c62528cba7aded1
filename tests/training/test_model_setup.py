"""Which weights learn, and their source."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

import families
import tiny
from flashsloth.checkpoints import resolve, save
from flashsloth.errors import OptionError, UnsupportedModel
from flashsloth.sizes.families import FAMILIES
from flashsloth.training import model_setup
from flashsloth.training.memory_estimate import layer_bytes
from flashsloth.training.model_setup import linear_shapes, targeted
from flashsloth.training.recipe import Recipe

from .helpers import batch, saved_bytes

COMPRESSION = {"pooling", "projector", "embq", "query_tokens"}
ALL = {"vision_tower", *COMPRESSION, "text"}
PREFIXES = {
    "model.vision_tower.": "vision_tower",
    "model.pooling.": "pooling",
    "model.projector.": "projector",
    "model.language_model.embq.": "embq",
    "model.query_tokens.": "query_tokens",
    "model.language_model.": "text",
    "lm_head.": "text",
}
F32 = torch.float32


def part(name: str) -> str:
    """Return the part of a tensor by an independent table; LoRA's matrices are "lora"."""
    plain = name.removeprefix("base_model.model.")
    return (
        "lora"
        if ".lora_" in plain
        else next(PREFIXES[each] for each in PREFIXES if plain.startswith(each))
    )


def prepared(folder: Path, hd: bool = False, **changes: Any) -> tuple[model_setup.Sources, Any]:
    recipe = Recipe(model=str(folder), **changes)
    torch.manual_seed(0)
    sources = model_setup.find_sources(recipe)
    return sources, model_setup.prepare(model_setup.build(sources, recipe, F32, hd=hd), recipe, hd=hd)


@pytest.mark.parametrize(
    ("recipe", "hd", "wanted"),
    [
        ({"stage": "align", "method": "full"}, False, {"pooling", "projector"}),
        ({"stage": "instruct", "method": "full"}, False, COMPRESSION | {"text"}),
        ({"stage": "instruct", "method": "full"}, True, ALL),
        ({"stage": "instruct", "method": "full", "train_vision": False}, True, COMPRESSION | {"text"}),
        (
            {"stage": "align", "method": "full", "train_vision": True},
            False,
            {"vision_tower", "pooling", "projector"},
        ),
        ({"stage": "all", "method": "full"}, False, COMPRESSION | {"text"}),
        ({"method": "full"}, False, COMPRESSION | {"text"}),
        ({"method": "full", "train_vision": True}, False, ALL),
        ({"method": "full", "freeze_compression": True}, False, {"text"}),
        ({"method": "lora"}, False, COMPRESSION | {"lora"}),
        ({"method": "lora", "freeze_compression": True}, False, {"lora"}),
        ({"method": "lora", "train_vision": True}, False, COMPRESSION | {"lora", "vision_tower"}),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)
def test_parts_that_learn(
    recipe: dict[str, Any], hd: bool, wanted: set[str], native_folder: Path
) -> None:
    """Whole parts learn, and nothing else."""
    sources, model = prepared(native_folder, hd, **recipe)
    learning: dict[str, set[bool]] = {}
    for name, parameter in model.named_parameters():
        if ".original_module." not in name:
            learning.setdefault(part(name), set()).add(parameter.requires_grad)
        else:
            assert not parameter.requires_grad
    assert learning == {part_name: {part_name in wanted} for part_name in learning}
    assert wanted <= learning.keys() == ALL | ({"lora"} if recipe["method"] != "full" else set())
    counts = model_setup.count_by_part(sources.config, Recipe(**recipe), hd=hd)
    assert sum(count for count, _ in counts.values()) == sum(
        p.numel() for p in model.parameters() if p.requires_grad
    )
    assert {part_name for part_name, (count, _) in counts.items() if count} == wanted
    plain = tiny.tensors()
    for part_name in ALL:
        whole = sum(tensor.numel() for name, tensor in plain.items() if part(name) == part_name)
        assert counts[part_name] == (whole if part_name in wanted else 0, whole)


def test_targets_of_lora(native_folder: Path) -> None:
    """Only the text model's linears, although tower and EmbQ have some of the same names."""
    sources, model = prepared(native_folder, targets=("q_proj", "fc2"), rank=3)
    matrices = {name: tensor for name, tensor in model.named_parameters() if "lora_A" in name}
    names = {name.split(".lora_A")[0].removeprefix("base_model.model.") for name in matrices}
    places = [f"{n}.{place}" for n in range(3) for place in ("self_attn.q_proj", "mlp.fc2")]
    assert names == {f"model.language_model.layers.{place}" for place in places}
    assert {tensor.shape[0] for tensor in matrices.values()} == {3}
    shapes = linear_shapes(sources.config)
    with pytest.raises(OptionError, match="unknown target lm_head") as caught:
        targeted(shapes, ("q_proj", "lm_head"))
    assert "q_proj, k_proj, v_proj, dense, fc1, fc2" in caught.value.hint


@pytest.mark.parametrize("family", FAMILIES)
def test_memory_of_a_layer(family: str) -> None:
    """What autograd saves, against the estimate. Four numbers of Phi's GELU instead of one are too
    many."""
    config, recipe = families.config(family), Recipe(method="full")
    text = model_setup.prepare(families.model(family), recipe, hd=False).train().model.language_model
    rows = torch.randn(2, 32, config.text_config.hidden_size, requires_grad=True)
    found = (
        saved_bytes(text, lambda: text(inputs_embeds=rows, use_cache=False)) / 2 / 32 / len(text.layers)
    )
    assert 0.75 < layer_bytes(config, item=4, targets=None, dropout=0) / found < 1.25


@pytest.mark.parametrize("method", ["full", "lora"])
def test_the_tower_receives_gradients_when_it_learns(method: str, native_folder: Path) -> None:
    _, model = prepared(native_folder, method=method, train_vision=True)
    with torch.enable_grad():
        model.eval()(**batch((True,)), loss_only=True).loss.backward()
    tower = {n: p for n, p in model.named_parameters() if p.requires_grad and part(n) == "vision_tower"}
    assert len(tower) == sum(part(name) == "vision_tower" for name in tiny.tensors())
    moved = [name for name, p in tower.items() if p.grad is not None and float(p.grad.norm()) > 1e-8]
    still = sorted(name.split("encoder.")[-1] for name in tower.keys() - set(moved))
    # they move all scores of a softmax alike
    assert all(name.endswith("k_proj.bias") for name in still), still


@pytest.mark.parametrize("wanted", ["bfloat16", "float32"])
def test_dtypes(wanted: str, official_folder: Path) -> None:
    """Trained weights are float32, the others have the dtype of the computation."""
    dtype = getattr(torch, wanted)
    recipe = Recipe(model=str(official_folder), method="lora")
    built = model_setup.build(model_setup.find_sources(recipe), recipe, dtype, hd=False)
    model = model_setup.prepare(built, recipe, hd=False)
    for name, parameter in model.named_parameters():
        expected = F32 if part(name) in COMPRESSION | {"lora"} else dtype
        assert parameter.dtype == expected, name


def test_a_quantized_base_is_refused(tmp_path: Path) -> None:
    save.quantize(resolve.find("nano"), tmp_path / "int8", "int8")
    with pytest.raises(UnsupportedModel, match="quantized and cannot be trained"):
        model_setup.find_sources(Recipe(model=str(tmp_path / "int8")))


@pytest.mark.parametrize("change", ["num_query_tokens=3", "embq_width=16"])
def test_a_trained_part_keeps_its_size(change: str) -> None:
    with pytest.raises(OptionError, match=f"--set {change.partition('=')[0]}"):
        model_setup.find_sources(Recipe(model="nano", set=("pooling_window=5", change)))


# Sizes


def test_sizes_with_random_weights(sizes: Path) -> None:
    recipe = Recipe(init=str(sizes), stage="all", method="full")
    models = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        models.append(
            model_setup.build(sources := model_setup.find_sources(recipe), recipe, F32, hd=False)
        )
    model, config = models[0], sources.config
    assert (sources.name, sources.source, sources.stored) == ("sizes", None, F32)
    assert config.text_config.vocab_size > config.image_token_id
    assert sources.processor.tokenizer.convert_tokens_to_ids("</s>") == config.end_token_id == 2
    weights = [dict(one.named_parameters()) for one in models]
    assert all(tensor.isfinite().all() for tensor in weights[0].values())
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    different = [name for name in weights[0] if not torch.equal(weights[0][name], weights[2][name])]
    assert {part(name) for name in different} == ALL
    model_setup.prepare(model, recipe, hd=False)
    with torch.no_grad():
        loss = float(model.eval()(**batch((True,)), loss_only=True).loss)
    assert loss == pytest.approx(math.log(config.text_config.vocab_size), rel=0.1)


def test_frozen_random_weights_have_the_dtype_of_the_computation(sizes: Path) -> None:
    """As frozen weights of files have."""
    recipe = Recipe(init=str(sizes), stage="instruct", method="full", dtype="bfloat16")
    model = model_setup.build(model_setup.find_sources(recipe), recipe, torch.bfloat16, hd=False)
    kinds = {part(name): parameter.dtype for name, parameter in model.named_parameters()}
    assert kinds == {name: torch.bfloat16 if name == "vision_tower" else F32 for name in ALL}
