"""The importance of columns for int4: the mean squares of the inputs of a decoder's linears."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import families
from flashsloth.checkpoints import importance, load_plan, model_files, packed_builder, resolve
from flashsloth.checkpoints.importance import Importance
from flashsloth.checkpoints.safetensors_reader import read_tensors
from flashsloth.errors import NonFiniteWeights
from flashsloth.inference.packed_layers import layer_class
from flashsloth.quantization import rounding
from flashsloth.quantization.presets import PRESETS
from flashsloth.sizes.families import FAMILIES, OWN_FORWARD
from flashsloth.utils.paths import NANO_FOLDER
from inference.test_families import config

CPU = torch.device("cpu")


def built(model: Any, tensors: dict[str, Tensor]) -> tuple[Any, dict[str, Tensor]]:
    """Build an int4 decoder. Return it with the importance of each linear of its layers."""
    found: dict[str, Tensor] = {}
    measure = Importance.measure

    def kept(self: Importance, number: int, weights: Any) -> dict[str, Tensor]:
        result = measure(self, number, weights)
        found.update({f"{number}.{name}": each for name, each in result.items()})
        return result

    empty = model_files.build_empty(model.config)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Importance, "measure", kept)
        builder = packed_builder.PackedBuilder(empty, PRESETS["int4"], CPU, torch.float32)
        for name in packed_builder.in_layer_order(tensors):
            builder.accept(name, tensors[name])
    return builder.finish(), found


def inputs_of_linears(model: Any, ids: Tensor) -> dict[str, Tensor]:
    """Return the mean squares of the inputs of all linears in a forward of transformers."""
    found: dict[str, Tensor] = {}

    def hook(name: str) -> Any:
        def keep(_: nn.Module, args: tuple[Tensor, ...]) -> None:
            found[name] = args[0].flatten(0, -2).square().mean(0)

        return keep

    text = families.causal(model).base_model
    hooks = [
        module.register_forward_pre_hook(hook(name.removeprefix("layers.")))
        for name, module in text.named_modules()
        if type(module) is nn.Linear
    ]
    with torch.no_grad():
        text(input_ids=ids[None], use_cache=False)
    for each in hooks:
        each.remove()
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_the_inputs_are_those_of_a_forward(family: str) -> None:
    """Of a plain forward over the drawn tokens, in families with and without packed layers."""
    model = families.model(family, made_of=config(family, {}))
    tensors = {name: each.detach() for name, each in model.state_dict().items()}
    _, found = built(model, tensors)
    expected = inputs_of_linears(model, importance._drawn_ids(model.get_input_embeddings().weight))
    kind = layer_class(model.config.text_config)
    assert found
    for name, actual in found.items():
        number, _, part = name.partition(".")
        parts = (part,) if kind is None else kind.PRODUCTS[part].parts
        wanted = [expected[f"{number}.{each}"] for each in parts]
        # linears with the same input, or with inputs side by side
        joined = wanted[0] if kind is None or not kind.PRODUCTS[part].dim else torch.cat(wanted)
        torch.testing.assert_close(actual, joined, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("threads", [2, 4])
def test_the_same_for_any_number_of_threads(threads: int) -> None:
    model = families.model("llama", made_of=config("llama", {"num_hidden_layers": 24}))
    tensors = {name: each.detach() for name, each in model.state_dict().items()}
    before = torch.get_num_threads()
    found = []
    try:
        for count in (1, threads):
            torch.set_num_threads(count)
            found.append(built(model, tensors)[1])
            assert torch.get_num_threads() == count
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(each, found[1][name]) for name, each in found[0].items())


def test_there_is_no_dropout() -> None:
    """A model that was just made is in training mode."""
    model = families.model("granite", made_of=config("granite", {"attention_dropout": 0.5}))
    tensors = {name: each.detach() for name, each in model.state_dict().items()}
    found = [built(model, tensors)[1] for _ in range(2)]
    assert all(torch.equal(each, found[1][name]) for name, each in found[0].items())


def outlier_weight() -> tuple[Tensor, Tensor]:
    """Return a weight (128, 256), and inputs (512, 256) of which one in each 64 is 30 times larger."""
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(128, 256, generator=generator)
    x = torch.randn(512, 256, generator=generator)
    x[:, ::64] *= 30
    return weight, x


def output_error(weight: Tensor, x: Tensor, columns: Tensor | None) -> float:
    rounded = rounding.dequantize_int4(*rounding.quantize_int4(weight, 64, columns))
    return float((x @ (rounded - weight).T).square().mean().sqrt())


def test_large_inputs_are_rounded_better() -> None:
    weight, x = outlier_weight()
    mean_squares = x[:64].square().mean(0)
    assert output_error(weight, x, mean_squares) < output_error(weight, x, None) / 2


@pytest.mark.parametrize("value", [0.0, 1.0, 7.3, 1e-30, 1e30, float("nan"), float("inf")])
@pytest.mark.parametrize("group", [32, 64])
def test_equal_importances_change_nothing(value: float, group: int) -> None:
    """Nor do those of an input that is always 0, or that are not finite."""
    weight, _ = outlier_weight()
    plain = rounding.quantize_int4(weight, group)
    found = rounding.quantize_int4(weight, group, torch.full((256,), value))
    assert all(map(torch.equal, plain, found))


def test_dead_columns_are_rounded_too() -> None:
    """One column is all that matters, but the others keep their weights."""
    weight, _ = outlier_weight()
    columns = torch.zeros(256)
    columns[5] = 1e6
    rounded = rounding.dequantize_int4(*rounding.quantize_int4(weight, 64, columns))
    error = (rounded - weight).square().mean(0).sqrt()
    assert error[5] < error.median()
    assert error.max() < 1


@contextmanager
def changed(folder: Path, name: str, value: float) -> Iterator[dict[str, Tensor]]:
    plan = load_plan.make_plan(resolve.ModelSource("nano", folder), device="cpu", quant="int4")
    tensors = dict(read_tensors(plan.infos))
    tensors[name] = tensors[name].clone()
    tensors[name].view(-1)[0] = value
    yield tensors


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_weight_that_is_not_finite_is_refused_before_its_layer_runs(value: float) -> None:
    """So that the error names its own file, which is that of the tensor that is read."""
    name = "model.language_model.layers.1.mlp.fc1.weight"
    plan = load_plan.make_plan(resolve.find("nano"), device="cpu", dtype="float32", quant="int4")
    model = model_files.build_empty(plan.config)
    builder = packed_builder.PackedBuilder(model, plan.preset, plan.device, plan.dtype)
    with changed(NANO_FOLDER, name, value) as tensors:
        for each in packed_builder.in_layer_order(tensors):
            if each == name:
                with pytest.raises(NonFiniteWeights):
                    builder.accept(each, tensors[each])
                break
            builder.accept(each, tensors[each])
    assert builder.missing[1]


@pytest.mark.parametrize("family", ["llama", OWN_FORWARD[0]])
def test_activations_that_overflow(family: str) -> None:
    """The importances behind them are equal ones."""
    model = families.model(family, made_of=config(family, {}))
    tensors = {name: each.detach().clone() for name, each in model.state_dict().items()}
    for name in tensors:
        if ".layers.1." in name and name.endswith(("up_proj.weight", "gate_proj.weight")):
            tensors[name] *= 1e30
    decoder, found = built(model, tensors)
    assert not all(each.isfinite().all() for each in found.values())
    assert decoder.layers


def test_unused_embeddings_are_not_drawn() -> None:
    words = torch.randn(1000, 8)
    words[::2] = 0
    ids = importance._drawn_ids(words)
    assert len(ids) == importance.TOKENS
    assert (ids % 2).all()
    assert len(importance._drawn_ids(torch.zeros(1000, 8))) == importance.TOKENS


@pytest.mark.parametrize("preset", ["none", "int8"])
def test_other_presets_measure_nothing(preset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Importance, "__init__", None)
    plan = load_plan.make_plan(resolve.find("nano"), device="cpu", dtype="float32", quant=preset)
    assert plan.build()
