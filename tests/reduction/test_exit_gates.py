"""Gates that decide for each prompt before which layer visual tokens leave: what they read, learn and
save."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save
from torch import Tensor

from conftest import draw
from flashsloth.chat import FlashSloth
from flashsloth.errors import SettingsFileError, UnsupportedModel
from flashsloth.evaluation import reduction_prompts
from flashsloth.evaluation.evaluate import open_dataset
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.decode_loop import Generation, Prompt
from flashsloth.inference.reduced_core import PromptRows
from flashsloth.reduction import dyvte
from flashsloth.reduction.dyvte import (
    ExitGates,
    ExitPolicy,
    GatePolicy,
    examples,
    fit_gates,
    gated_layers,
    state,
    stays_right,
    train,
    without_visual,
)
from flashsloth.reduction.eas import AnsweredPrompt
from flashsloth.reduction.recipe import Recipe, open_policy, weights_of
from generation.helpers import QUESTIONS, prompt, see
from reduction.helpers import refused, with_policy

LAYERS = list(range(2, 10))  # of nano with a gate: from EmbQ's to the last


@pytest.fixture(scope="module")
def prompts(nano: FlashSloth, drawn: Callable[..., Path]) -> list[AnsweredPrompt]:
    return list(reduction_prompts.prompts(nano, open_dataset([drawn(40)]), answers=True, turns=1))


@pytest.fixture(scope="module")
def recipe(nano: FlashSloth, prompts: list[AnsweredPrompt]) -> Recipe:
    return fit_gates(nano.engine.decoder, nano.config, prompts, -1.0, seed=3)


@pytest.fixture
def path(recipe: Recipe, tmp_path: Path) -> Path:
    recipe.write(tmp_path / "gates.json")
    return tmp_path / "gates.json"


def forced(leave: Callable[[int], float]) -> GatePolicy:
    """A policy whose gates prefer leaving before a layer by a fixed logit, whatever they read."""

    class Saying(ExitGates):
        def forward(self, states: Tensor, number: Any = None) -> Tensor:
            return torch.tensor([0.0, leave(LAYERS[number])])

    return GatePolicy(Saying(len(LAYERS), 192, 1), LAYERS, 0.0, 16)


@pytest.mark.parametrize(("layer", "padded"), [(2, False), (3, True), (4, False), (9, True)])
def test_the_first_gate_that_says_exit_is_an_exit_before_its_layer(
    nano: FlashSloth, layer: int, padded: bool
) -> None:
    gated, fixed = forced(lambda at: 1.0 if at >= layer else -1.0), ExitPolicy(layer, 16)
    found = []
    for policy in (gated, fixed):
        other = with_policy(nano, policy, padded=padded)
        image, state = see(other, draw(2)), other.engine.new_state()
        logits = other.engine.prefill(prompt(nano, QUESTIONS[1], image.visual_tokens), state, image)
        found.append((logits, other.engine.decode(7, state), other.engine.kept_by_layer(state)))
    for gate, exit in zip(*found, strict=True):
        assert torch.equal(gate, exit) if isinstance(gate, Tensor) else gate == exit
    assert found[0][2] == (16,) * layer + (0,) * (nano.config.text_config.num_hidden_layers - layer)


def test_text_alone_asks_no_gate(nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dyvte, "state", lambda *_: pytest.fail("a gate was asked"))
    other = with_policy(nano, forced(lambda layer: 1))
    other.engine.prefill([5, 6, 7], other.engine.new_state(), None)


def test_a_state_is_the_text_after_the_pictures() -> None:
    x = torch.randn(9, 4, generator=torch.Generator().manual_seed(0))
    pictures = torch.tensor([-1, 0, 0, 1, 1, -1, -1, -1, -1])
    rows = PromptRows(pictures, torch.zeros(9, dtype=torch.bool), torch.arange(9) < 8, 2)
    found = state(x, rows)
    text, last = x[5:7].mean(0), x[7]
    assert torch.allclose(
        found, torch.cat([part / part.pow(2).mean().sqrt() for part in (text, last)]), atol=1e-6
    )
    changed = x.clone()
    changed[[0, 1, 2, 3, 4, 8]] = 99.0  # before the pictures, the pictures, the padding
    assert torch.equal(state(changed, rows), found)
    for row in (5, 6, 7):
        changed = x.clone()
        changed[row] += torch.arange(4)
        assert not torch.equal(state(changed, rows), found)
    # the last row is all there is
    assert state(x[:6], rows.at(torch.arange(6)))[:4].tolist() == [0] * 4


@pytest.mark.slow
def test_answers_are_not_read(nano: FlashSloth, prompts: list[AnsweredPrompt]) -> None:
    given = prompts[0]
    answer = given.labels >= 0
    x = torch.where(answer[:, None], 9.0, given.x)
    other = AnsweredPrompt(x, given.embq, given.rows, given.labels)
    before, after = (examples(nano.engine.decoder, each, LAYERS)[0] for each in (given, other))
    assert torch.equal(before, after)


@torch.inference_mode()
def test_labels_are_those_of_the_engines_exits(nano: FlashSloth, prompts: list[AnsweredPrompt]) -> None:
    """Compared with the logits of the answer's tokens after the exit."""
    decoder: Any = nano.engine.decoder
    seen = set()
    for given in prompts[:6]:
        answer = (given.labels >= 0).nonzero().flatten()
        found = examples(decoder, given, LAYERS)[1].tolist()
        _, whole, without = without_visual(decoder, given, LAYERS)
        text = (given.rows.pictures < 0).nonzero().flatten().tolist()
        # private: the last step of the second computation
        logits = decoder._head(decoder.norm(whole))[answer - 1]
        for layer, label in zip(LAYERS, found, strict=True):
            left = decoder._head(decoder.norm(without[layer]))[
                [text.index(int(at) - 1) for at in answer]
            ]
            words = logits.log_softmax(-1), left.log_softmax(-1)
            losses = [-float(each.gather(1, given.labels[answer][:, None]).mean()) for each in words]
            expected = words[0].argmax(-1).tolist() == words[1].argmax(-1).tolist()
            assert label == (expected and losses[1] < 1.03 * losses[0] + 0.01)
            seen.add(label)
    assert seen == {0, 1}


def test_an_answer_stays_right_only_if_words_and_loss_do() -> None:
    whole = torch.tensor([[2.0, 0.0], [2.0, 0.0]])
    labels = torch.tensor([0, 0])
    assert stays_right(whole, whole, labels)
    assert stays_right(whole, whole * 2, labels)  # surer
    assert not stays_right(whole, whole * 0.5, labels)  # the same words, a higher loss
    assert not stays_right(whole, torch.tensor([[2.0, 0.0], [0.0, 2.0]]), labels)
    # better, but another
    assert not stays_right(whole, torch.tensor([[2.0, 0.0], [0.0, 2.0]]), torch.tensor([0, 1]))


def test_separable_prompts_are_told_apart() -> None:
    generator = torch.Generator().manual_seed(3)
    states = torch.randn(2, 200, 32, generator=generator)
    directions = torch.randn(2, 32, generator=generator)
    margins = torch.einsum("gnd,gd->gn", states, directions)
    states += (
        torch.einsum("gn,gd->gnd", margins.sign(), directions) / directions.norm(dim=1)[:, None, None]
    )
    may_leave = (margins > 0).long()
    gates = train(states[:, :150], may_leave[:, :150], steps=200)
    assert float((gates(states[:, 150:]).argmax(-1) == may_leave[:, 150:]).float().mean()) > 0.95


@pytest.mark.nightly
@pytest.mark.slow
def test_training_is_repeatable(nano: FlashSloth, prompts: list[AnsweredPrompt]) -> None:
    """And does not depend on the bias."""
    fits = [
        fit_gates(nano.engine.decoder, nano.config, iter(prompts[:12]), bias, seed=3)
        for bias in (-1.0, 2.0)
    ]
    assert fits[0].values["sha256"] == fits[1].values["sha256"]


def test_only_the_first_turn_is_learnt_from(nano: FlashSloth, drawn: Callable[..., Path]) -> None:
    dataset = open_dataset([drawn(3)])
    first, all_turns = (
        list(reduction_prompts.prompts(nano, dataset, answers=True, turns=turns)) for turns in (1, None)
    )
    assert [len(dataset[n].turns) > 1 for n in range(3)] == [True] * 3
    for one, more in zip(first, all_turns, strict=True):
        answer = (one.labels >= 0).nonzero().flatten().tolist()
        assert answer == list(range(answer[0], len(one.labels)))  # one run, at the end
        assert len(one.x) < len(more.x)


def test_an_answer_that_is_continued_is_decided_by_its_question(
    nano: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Tensor] = []
    monkeypatch.setattr(dyvte, "state", lambda x, rows: read.append(state(x, rows)) or read[-1])
    other = with_policy(nano, GatePolicy(ExitGates(len(LAYERS), 192, 1), LAYERS, 1.0, 16))
    with torch.no_grad():
        for parameter in other.engine.policy.gates.parameters():  # type: ignore[union-attr]
            parameter.zero_()
    image, ids = see(other, draw(1)), prompt(nano, QUESTIONS[0], 16)
    for begun in ([], [7], [7, 30, 12]):
        asked = Prompt(ids + begun, (image,), AnswerSettings(), len(begun))
        Generation(other.engine, asked, other.engine.new_state()).compute()
    assert len(read) == 3 * len(LAYERS)
    for number in range(len(LAYERS)):
        for again in read[number + len(LAYERS) :: len(LAYERS)]:
            torch.testing.assert_close(again, read[number], atol=1e-4, rtol=1e-4)


def test_what_cannot_be_fitted(nano: FlashSloth, prompts: list[AnsweredPrompt]) -> None:
    shallow = copy.copy(nano.config)
    shallow.text_config = replace(nano.config.text_config, num_hidden_layers=1)
    spoilt = [replace(prompts[0], x=prompts[0].x * torch.nan), *prompts[1:]]
    for config, given, problem in (
        (shallow, prompts, "single layer"),
        (nano.config, spoilt, "undefined"),
    ):
        with pytest.raises(UnsupportedModel, match=problem):
            fit_gates(nano.engine.decoder, config, given)


def test_gates_of_deep_models_are_before_every_second_layer(nano: FlashSloth) -> None:
    config = copy.copy(nano.config)
    assert gated_layers(config) == LAYERS
    config.text_config, config.embq_layer = replace(config.text_config, num_hidden_layers=32), 7
    assert gated_layers(config) == list(range(7, 32, 2))


@pytest.mark.slow
def test_damaged_values_are_refused(nano: FlashSloth, path: Path) -> None:
    first, *others = LAYERS
    outside = [first - 1, *others], [*LAYERS[:-1], nano.config.text_config.num_hidden_layers]
    unordered = [first, first, *others[1:]], LAYERS[::-1]
    layers = (None, [], LAYERS[:-1], *outside, *unordered)
    biases = ("1", True, 1e999, 10**400)
    wrong = [
        *({"layers": each} for each in layers),
        *({"exit_bias": each} for each in biases),
        {"sha256": "0"},
    ]
    refused(path, nano.config, *({"values": values} for values in wrong))


@pytest.mark.slow
def test_damaged_weights_are_refused(nano: FlashSloth, path: Path, recipe: Recipe) -> None:
    weights, tensors = weights_of(path), dict(recipe.tensors)
    whole, second = weights.read_bytes(), tensors["second"]
    wrong = second.float(), second[:, :, :4].contiguous(), torch.full_like(second, torch.nan)
    stored = [{"first": tensors["first"]}, tensors | {"third": second.clone()}]
    stored += [tensors | {"second": each} for each in wrong]
    for damage in (b"", b"no", whole[:-2], whole + b"0", whole[:-2] + b"ab", *map(save, stored)):
        weights.write_bytes(damage)
        with pytest.raises(SettingsFileError, match="damaged"):
            open_policy(path, nano.config)
    for make, problem in (
        (lambda: None, "missing"),
        (lambda: os.mkfifo(weights), "not a regular file"),  # without waiting for a writer
        (
            lambda: weights.write_bytes((10**7).to_bytes(8, "little") + b" " * 10**7),
            "does not hold the weights",
        ),
        (weights.mkdir, "damaged"),
    ):
        weights.unlink(missing_ok=True)
        make()
        assert not dyvte.are_gates(weights)
        with pytest.raises(SettingsFileError, match=problem):
            open_policy(path, nano.config)
