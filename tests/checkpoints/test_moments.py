"""The moments of a decoder's inputs over prompts with pictures, which GPTQ rounds for."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

import families
from checkpoints.test_importance import CPU
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints import model_files, packed_builder
from flashsloth.checkpoints.moments import Moments
from flashsloth.generation.engine import Engine
from flashsloth.inference.packed_layers import layer_class
from flashsloth.quantization import gptq, rounding
from flashsloth.quantization.linear import is_quantized
from flashsloth.quantization.presets import PRESETS
from flashsloth.sizes.families import FAMILIES, OWN_FORWARD
from generation.helpers import QUESTIONS, in_memory, pixel_values, prompt, see
from inference.test_families import config


def inputs_of_linears(model: Any, forwards: list[dict[str, Any]]) -> dict[str, Tensor]:
    """Return the inputs (T, K) of all linears of the decoder in forwards of transformers."""
    found = defaultdict[str, list[Tensor]](list)

    def hook(name: str) -> Any:
        return lambda _, args: found[name.removeprefix("layers.")].append(args[0].flatten(0, -2))

    hooks = [
        module.register_forward_pre_hook(hook(name))
        for name, module in model.language_model.named_modules()
        if type(module) is nn.Linear and name.startswith("layers.")
    ]
    with torch.no_grad():
        for each in forwards:
            model(**each)
    for hook in hooks:
        hook.remove()
    return {name: torch.cat(each) for name, each in found.items()}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_inputs_are_those_of_prompts_with_pictures(
    family: str, pictures: list[Image.Image]
) -> None:
    """Of transformers' forward with EmbQ, for two prompts with a picture and one without."""
    sloth = in_memory(families.model(family, made_of=config(family, {})))
    model = sloth.loaded.model
    image = see(sloth, pictures[0])
    asked = [
        (prompt(sloth, QUESTIONS[0], image.visual_tokens), [pictures[0]]),
        (prompt(sloth, QUESTIONS[1]), []),
        (prompt(sloth, QUESTIONS[2], image.visual_tokens), [pictures[0]]),
    ]
    given = [sloth.engine.prompt_inputs(ids, image if shown else None) for ids, shown in asked]
    forwards = [
        {"input_ids": torch.tensor([ids]), **pixel_values(sloth, *shown)} for ids, shown in asked
    ]
    inputs = inputs_of_linears(model, forwards)

    found: dict[str, list[Tensor]] = {}
    passes: list[None] = []

    class Kept(Moments):
        def measure(self, number: int, weights: Any) -> dict[str, Any]:
            result = super().measure(number, weights)
            found.update({f"{number}.{name}": each for name, each in result.items()})
            return result

    builder = packed_builder.PackedBuilder(
        model_files.build_empty(model.config),
        PRESETS["int4"],
        CPU,
        torch.float32,
        measure=lambda empty, kind: Kept(empty, kind, given, lambda: passes.append(None)),
    )
    tensors = {name: each.detach() for name, each in model.state_dict().items()}
    for name in packed_builder.in_layer_order(tensors):
        builder.accept(name, tensors[name])
    kind = layer_class(model.config.text_config)
    assert found
    for name, moments in found.items():
        number, _, part = name.partition(".")
        parts = (part,) if kind is None else kind.PRODUCTS[part].parts
        wanted = [inputs[f"{number}.{each}"] for each in parts]
        # linears with the same input, or with inputs side by side
        x = wanted[0] if kind is None or not kind.PRODUCTS[part].dim else torch.cat(wanted, 1)
        expected = [block.T @ block for block in gptq.split_columns(x, 64)]
        for actual, block in zip(moments, expected, strict=True):
            torch.testing.assert_close(actual, block, rtol=1e-3, atol=1e-4 * float(block.abs().max()))
    assert len(passes) == len(given) * model.config.text_config.num_hidden_layers


def built(sloth: FlashSloth, tensors: dict[str, Tensor]) -> packed_builder.PackedBuilder:
    """Round a model for one question about a picture."""
    image = see(sloth, Image.new("RGB", (48, 48), "red"))
    ids = prompt(sloth, QUESTIONS[0], image.visual_tokens)
    given = [sloth.engine.prompt_inputs(ids, image)]
    builder = packed_builder.PackedBuilder(
        model_files.build_empty(sloth.loaded.model.config),
        PRESETS["int4"],
        CPU,
        torch.float32,
        measure=lambda empty, kind: Moments(empty, kind, given, lambda: None),
    )
    for name in packed_builder.in_layer_order(tensors):
        builder.accept(name, tensors[name])
    return builder


@pytest.mark.parametrize("family", ["llama", OWN_FORWARD[0]])
def test_a_layer_that_does_not_fit_and_a_tied_head(family: str) -> None:
    """Linears of 80 rows or columns stay in floating point, the others are rounded."""
    sizes = {"intermediate_size": 80, "tie_word_embeddings": True}
    sloth = in_memory(families.model(family, made_of=config(family, sizes)))
    builder = built(sloth, {name: x.detach() for name, x in sloth.loaded.model.named_parameters()})
    kinds = {name.rpartition(".")[2]: is_quantized(linear) for name, linear in builder.built.items()}
    assert kinds["down_proj"] is False
    assert True in kinds.values()
    engine = Engine(builder.model.eval(), builder.finish())
    assert engine.prefill(prompt(sloth, QUESTIONS[0]), engine.new_state()).isfinite().all()


@pytest.mark.parametrize("family", ["llama", OWN_FORWARD[0]])
def test_activations_that_overflow(family: str) -> None:
    """The layers behind them are rounded without compensation."""
    sloth = in_memory(families.model(family, made_of=config(family, {})))
    tensors = {name: x.detach().clone() for name, x in sloth.loaded.model.named_parameters()}
    for name in tensors:
        if ".layers.1." in name and name.endswith(("up_proj.weight", "gate_proj.weight")):
            tensors[name] *= 1e30
    builder = built(sloth, tensors)
    layer = "model.language_model.layers.3."
    name = next(name for name in builder.built if re.fullmatch(rf"{layer}(mlp\.)?down_proj", name))
    found: Any = builder.built[name]
    expected = rounding.quantize_int4(tensors[f"{layer}mlp.down_proj.weight"])
    assert torch.equal(found.tensors()["weight"], expected[0])
