"""The training loss: at labelled positions, with and without pictures, with and without
checkpointing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import tiny
from flashsloth.data.sample import IGNORED
from flashsloth.training.model_setup import part_of
from flashsloth.training.recipe import COMPRESSION

from .helpers import batch

IN_USE = {"vision_tower", *COMPRESSION}


@pytest.fixture
def model() -> Any:
    """A new model for each test, with all parameters learning."""
    return tiny.model().requires_grad_(True)


def learn(
    model: Any, given: dict[str, Any], loss_only: bool = True, **more: Any
) -> tuple[Tensor, Gradients]:
    """Return the loss, and gradients by name."""
    model.zero_grad()
    with torch.enable_grad():
        loss = model(**given, loss_only=loss_only, **more).loss
        loss.backward()
    return loss.detach(), {name: p.grad for name, p in model.named_parameters()}


CASES = pytest.mark.parametrize(
    "given",
    [batch(), batch((False, False)), batch((True,)), batch((True, True), tiles=5)],
    ids=["mixed", "text", "picture", "five tiles"],
)


@CASES
def test_labelled_positions_give_the_loss_of_all_logits(given: dict[str, Tensor], model: Any) -> None:
    with torch.no_grad():
        whole = model(**given)
        short = model(**given, loss_only=True)
    assert short.logits is None
    assert whole.logits.shape[:2] == given["input_ids"].shape
    by_hand = F.cross_entropy(
        whole.logits[:, :-1].flatten(0, 1).double(), given["labels"][:, 1:].flatten()
    )
    mean = float(short.loss)
    assert [float(whole.loss), float(by_hand)] == pytest.approx([mean, mean], rel=1e-6)
    assert mean > 1
    count = int((given["labels"][:, 1:] != IGNORED).sum())  # the batches of a step share one
    with torch.no_grad():
        for items in (count, torch.tensor(count), 3 * count):
            found = [
                float(model(**given, loss_only=only, num_items_in_batch=items).loss)
                for only in (True, False)
            ]
            assert found == pytest.approx([mean * count / int(items)] * 2, rel=1e-6)


Gradients = dict[str, Tensor | None]


def check_equal(one: Gradients, other: Gradients) -> None:
    for name, gradient in one.items():
        assert (gradient is None) == (other[name] is None), name
        if gradient is not None:
            assert float((gradient - other[name]).norm()) <= 1e-5 * float(gradient.norm()) + 1e-7, name


@CASES
def test_gradients_are_the_same(given: dict[str, Tensor], model: Any) -> None:
    check_equal(*(learn(model, given, loss_only=only)[1] for only in (False, True)))


def test_without_labels(model: Any) -> None:
    given = batch()
    given["labels"] = torch.full_like(given["labels"], IGNORED)
    for more in ({}, {"num_items_in_batch": 1}):
        loss, gradients = learn(model, given, **more)
        assert float(loss) == 0
        assert sum(gradient is not None for gradient in gradients.values()) > 50
        assert all(not gradient.any() for gradient in gradients.values() if gradient is not None)


@pytest.mark.parametrize("tiles", [1, 5])
@pytest.mark.parametrize("shown", [(False, False), (True, False)], ids=["text", "mixed"])
def test_a_picture_that_no_row_shows(shown: tuple[bool, ...], tiles: int, model: Any) -> None:
    """It changes nothing, and all parts for pictures take part in the backward pass."""
    given = batch(shown)
    size = model.config.vision_config.image_size
    shape = (1, 3, size, size) if tiles == 1 else (1, tiles, 3, size, size)
    plain, without = learn(model, given)
    for pixels in (torch.zeros(shape), torch.randn(shape, generator=torch.Generator().manual_seed(3))):
        loss, gradients = learn(model, {**given, "dummy_pixel_values": pixels})
        assert torch.equal(loss, plain)
        for name, gradient in gradients.items():
            expected = without[name]
            if part_of(name) in IN_USE:
                assert gradient is not None, name
            if expected is None:
                assert gradient is None or not gradient.any(), name
            else:
                assert float((gradient - expected).norm()) <= 1e-6 * float(expected.norm()), name
    unused = {name for name, gradient in without.items() if gradient is None}
    assert bool(unused) == (not any(shown))


@pytest.mark.parametrize(
    "what", [lambda m: m, lambda m: m.requires_grad_(False).model.pooling.requires_grad_(True)]
)
def test_checkpointing_gives_the_same_gradients(what: Callable[[Any], Any]) -> None:
    """Also if nothing before the text model learns."""
    found = []
    for again in (False, True):
        model = tiny.model().requires_grad_(True)
        what(model)
        for module in model.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        model.config.text_config.attention_dropout = 0.0
        model.train()
        calls: list[int] = []
        model.language_model.layers[1].self_attn.q_proj.register_forward_pre_hook(
            lambda *_, calls=calls: calls.append(1)
        )
        if again:
            model.activation_checkpointing_enable({"use_reentrant": False})
        found.append((*learn(model, batch()), len(calls)))
    (loss, gradients, calls_kept), (loss_again, gradients_again, calls_again) = found
    assert (calls_kept, calls_again) == (1, 2)
    assert float(loss_again) == pytest.approx(float(loss), rel=1e-6)
    assert sum(gradient is not None for gradient in gradients.values()) > 3
    check_equal(gradients, gradients_again)
