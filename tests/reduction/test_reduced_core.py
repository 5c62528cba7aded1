"""Rows that are left out have no more influence than rows to which nothing attends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import families
import flashsloth
from conftest import draw
from flashsloth.chat import FlashSloth
from flashsloth.errors import OptionError, UnsupportedModel
from flashsloth.explain.explanation import HELD
from flashsloth.generation.engine import Engine
from flashsloth.inference import compiled_step
from flashsloth.inference.reduced_core import PromptRows, ReductionPolicy
from flashsloth.reduction.dyvte import ExitPolicy
from flashsloth.reduction.fitprune import FitPrune
from generation.helpers import QUESTIONS, prompt, see
from reduction.helpers import masked_prefill, with_policy
from replies import said


def drops(sloth: FlashSloth) -> list[int]:
    """Return a recipe that drops before and after EmbQ's layer."""
    count = 3 if sloth.config.visual_tokens(False) > 4 else 1
    return [count, 1, 1, *[0] * (len(sloth.engine.decoder.layers) - 3)]


def dropping(sloth: FlashSloth) -> FitPrune:
    return FitPrune(drops(sloth), sloth.config.visual_tokens(False), sloth.config.embq_layer)


def by_hand(policy: FitPrune, length: int) -> Any:
    """Choose rows as FitPrune does for a prompt of this length, independently of its code."""
    gone: set[int] = set()

    def choose(layer: int, shares: Tensor, rows: PromptRows) -> Tensor:
        found = torch.zeros(len(rows.pictures), dtype=torch.bool)
        for picture in range(int(rows.pictures.max()) + 1):
            visual = [i for i, p in enumerate(rows.pictures.tolist()) if p == picture]
            left = [i for i in visual if i not in gone]
            text = [i for i in range(visual[-1] + 1, length) if rows.pictures[i] < 0]
            text = [i for i in text if layer >= policy.embq_layer or not rows.queries[i]]
            score = {j: float(shares[left, j].mean() * shares[text, j].mean()) for j in left}
            for j in sorted(left, key=lambda j: score[j])[: policy.drops[layer]]:
                found[j] = True
                gone.add(j)
        return found

    return choose


def reduced_logits(sloth: FlashSloth, ids: list[int], images: Any) -> Tensor:
    return sloth.engine.prefill(ids, sloth.engine.new_state(), images)


@pytest.mark.parametrize("padded", [False, True])
@torch.inference_mode()
def test_removed_rows_are_as_if_nobody_saw_them(sloth: FlashSloth, padded: bool) -> None:
    policy = dropping(sloth)
    other = with_policy(sloth, policy, padded=padded)
    image = see(other, draw(3))
    ids = prompt(sloth, QUESTIONS[2], image.visual_tokens)
    length = len(ids)
    expected = masked_prefill(sloth, sloth.engine.prompt_inputs(ids, image), by_hand(policy, length))
    state = other.engine.new_state()
    torch.testing.assert_close(
        other.engine.prefill(ids, state, image), expected[-1], atol=2e-5, rtol=1e-5
    )
    for token in (7, 30, 12):  # with the cache: the rows that are left, at the positions that they had
        ids = [*ids, token]
        found = other.engine.decode(token, state)
        expected = masked_prefill(
            sloth, sloth.engine.prompt_inputs(ids, image), by_hand(policy, length)
        )
        torch.testing.assert_close(found, expected[-1], atol=2e-5, rtol=1e-5)


@torch.inference_mode()
def test_several_pictures_and_questions(sloth: FlashSloth) -> None:
    policy = dropping(sloth)
    other = with_policy(sloth, policy)
    images = [see(other, draw(number)) for number in (1, 2)]
    ids = prompt(sloth, QUESTIONS[0], images[0].visual_tokens)
    ids += [8, 9, sloth.config.end_token_id, *prompt(sloth, QUESTIONS[1], images[1].visual_tokens)]
    expected = masked_prefill(sloth, sloth.engine.prompt_inputs(ids, images), by_hand(policy, len(ids)))
    torch.testing.assert_close(reduced_logits(other, ids, images), expected[-1], atol=2e-5, rtol=1e-5)


def test_tokens_that_leave_early_are_dark(nano: FlashSloth, tmp_path: Path) -> None:
    chat = with_policy(nano, dropping(nano)).chat(draw(1))
    answer = chat.ask("What is this?", max_tokens=4, temperature=0)
    said(answer)
    explanation = answer.explain()
    assert explanation.held is not None
    values = explanation.held[0]
    depth = nano.config.text_config.num_hidden_layers
    layers, cells = np.unique((values * depth).round().astype(int), return_counts=True)
    # 16 tokens of 9 patches: 3 leave after the first layer, 1 after the second, 1 after the third
    assert dict(zip(layers.tolist(), (cells // 9).tolist(), strict=True)) == {
        1: 3,
        2: 1,
        3: 1,
        depth: 11,
    }
    assert explanation.document()["pictures"][0]["held"]
    explanation.save(tmp_path / "held.png")
    assert HELD in [panel.title for panel in explanation.panels()[0]]


@pytest.mark.parametrize("layer", [1, 2, 5])
@torch.inference_mode()
def test_exit(nano: FlashSloth, layer: int) -> None:
    other = with_policy(nano, ExitPolicy(layer, 16))
    image = see(other, draw(1))
    ids = prompt(nano, QUESTIONS[0], image.visual_tokens)
    gone = lambda at, shares, rows: (rows.pictures >= 0) & (at >= layer - 1)  # noqa: E731
    expected = masked_prefill(nano, nano.engine.prompt_inputs(ids, image), gone)
    torch.testing.assert_close(reduced_logits(other, ids, image), expected[-1], atol=2e-5, rtol=1e-5)


def test_choices_read_the_whole_picture(nano: FlashSloth) -> None:
    texts = ("circle", "triangle")
    found = [
        [choice.probability for choice in each.chat(draw(1)).choose(QUESTIONS[0], choices=texts)[0]]
        for each in (nano, with_policy(nano, dropping(nano)))
    ]
    assert found[0] == pytest.approx(found[1], abs=1e-6)


@pytest.mark.parametrize("quant", ["int4", "int8"])
def test_quantized_decode_with_caches_of_several_lengths(quant: str) -> None:
    """The compiled step reads the positions that each layer has, as torch's operators do."""
    sloth = flashsloth.open("nano", quant=quant, dtype="bfloat16")
    other = with_policy(sloth, dropping(sloth))
    image = see(other, draw(3))
    ids = prompt(sloth, QUESTIONS[2], image.visual_tokens)
    found = []
    for available in (compiled_step.available, lambda *args: False):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compiled_step, "available", available)
            state = other.engine.new_state()
            other.engine.prefill(ids, state, image)
            found.append(
                torch.stack([other.engine.decode(token, state) for token in (7, 30, 12)]).float()
            )
    torch.testing.assert_close(found[0], found[1], atol=0.15, rtol=0.05)
    assert (found[0].argmax(-1) == found[1].argmax(-1)).all()


def test_a_prompt_of_other_pictures_is_refused(nano: FlashSloth) -> None:
    other = with_policy(nano, dropping(nano))
    with pytest.raises(OptionError, match="16 visual tokens, not 80"):
        said(other.chat(draw(1), hd=True).ask("What is this?"))


def test_other_decoders_are_refused() -> None:
    with pytest.raises(UnsupportedModel, match="olmo2"):
        Engine(families.model("olmo2")).reduce(ReductionPolicy())
