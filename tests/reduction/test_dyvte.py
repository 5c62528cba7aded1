"""The layer before which all visual tokens leave: how it is measured, and what its recipe does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from conftest import draw
from flashsloth.chat import FlashSloth
from flashsloth.errors import OptionError
from flashsloth.evaluation.evaluate import open_dataset
from flashsloth.evaluation.reduction_prompts import prompts
from flashsloth.inference.decoder import PromptInputs
from flashsloth.reduction.dyvte import ExitPolicy, divergences, first_exit, fit_exit
from flashsloth.reduction.recipe import open_policy
from generation.helpers import QUESTIONS, prompt, see
from reduction.helpers import refused, with_policy


@pytest.fixture(scope="module")
def measured(nano: FlashSloth, drawn: Callable[..., Path]) -> list[PromptInputs]:
    return list(prompts(nano, open_dataset([drawn(8)])))


@torch.inference_mode()
def test_divergences_are_those_of_answers_with_the_policy(nano: FlashSloth) -> None:
    decoder: Any = nano.engine.decoder
    image = see(nano, draw(1))
    ids = prompt(nano, QUESTIONS[1], image.visual_tokens)
    found = divergences(decoder, nano.engine.prompt_inputs(ids, image), first_exit(nano.config))
    plain = nano.engine.prefill(ids, nano.engine.new_state(), image).log_softmax(-1)
    for layer in range(len(decoder.layers)):
        expected = 0.0
        if layer >= first_exit(nano.config):
            other = with_policy(nano, ExitPolicy(layer, 16))
            exited = other.engine.prefill(ids, other.engine.new_state(), image).log_softmax(-1)
            expected = float((plain.exp() * (plain - exited)).sum())
        assert float(found[layer]) == pytest.approx(expected, abs=1e-4)


def test_the_earliest_layer_within_the_limit(nano: FlashSloth, measured: list[PromptInputs]) -> None:
    decoder: Any = nano.engine.decoder
    curve = (
        sum(divergences(decoder, each, first_exit(nano.config)) for each in measured) / len(measured)
    ).tolist()
    assert curve[first_exit(nano.config)] > 0
    for limit in (min(curve[first_exit(nano.config) :]) + 1e-6, 100.0):
        found = fit_exit(decoder, nano.config, measured, limit).values["layer"]
        assert curve[found] <= limit
        assert all(curve[layer] > limit for layer in range(first_exit(nano.config), found))
    with pytest.raises(OptionError, match="no layer"):
        fit_exit(decoder, nano.config, measured, min(curve[first_exit(nano.config) :]) / 2)
    with pytest.raises(OptionError, match="not a positive number"):
        fit_exit(decoder, nano.config, measured, 0)


def test_a_recipe_is_written_and_read(
    nano: FlashSloth, measured: list[PromptInputs], tmp_path: Path
) -> None:
    recipe, path = (
        fit_exit(nano.engine.decoder, nano.config, measured[:4], 100.0),
        tmp_path / "exit.json",
    )
    recipe.write(path)
    policy = open_policy(path, nano.config)
    assert isinstance(policy, ExitPolicy)
    assert policy.layer == first_exit(nano.config)
    layers = nano.config.text_config.num_hidden_layers
    assert recipe.kept_by_layer() == [16] * policy.layer + [0] * (layers - policy.layer)
    assert 0 < recipe.achieved["decoder"] < recipe.achieved["visual"] < 1
    refused(
        path,
        nano.config,
        *({"values": {"layer": layer}} for layer in (None, 0, layers, -1, 2.5, "3", True)),
    )
