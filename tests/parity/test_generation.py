"""Greedy answers of transformers' generate; those of our engine are tested in test_engine.py."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from .reference import Golden, close, expand, golden, names, quick_first
from .test_prefill import batch


def generate(model, count: int, **inputs: Any) -> tuple[Tensor, Tensor]:
    """Return greedy ids (B, count) and their logits (B, count, V), without stopping at `</s>`."""
    prompt = inputs["input_ids"].shape[1] if "input_ids" in inputs else 0
    done = model.generate(
        **inputs,
        do_sample=False,
        max_new_tokens=count,
        eos_token_id=None,
        output_logits=True,
        return_dict_in_generate=True,
    )
    return done.sequences[:, prompt:], torch.stack(done.logits, dim=1)


def check_margins(case: Golden) -> None:
    """The margins of the recorded choices are large enough to compare ids for equality."""
    assert case["top2_margin"].shape == case["new_ids"].shape
    assert case["top2_margin"].min() > 2e-3


@pytest.mark.parametrize("name", [*quick_first("generate", 0), *quick_first("hd")])
def test_transformers_generate(small, name: str) -> None:
    """Of one tile and of five."""
    case = golden(name)
    check_margins(case)
    pixels = case.pixels()
    ids = torch.tensor(
        [expand(case.ids, small.config, small.config.visual_tokens(hd=pixels.dim() == 5))]
    )
    new, logits = generate(small, len(case.new_ids), input_ids=ids, pixel_values=pixels)
    assert new[0].tolist() == case.new_ids
    close(logits, case["step_logits"], case.tol())


@pytest.mark.parametrize("name", names("batch"))
def test_batch_padded_on_the_left(small, name: str) -> None:
    """Rows of unequal length decode like single rows, which the reference's batch does not."""
    case = golden(name)
    assert case["generate_rows_margin"].min() > 2e-3
    _, ids, mask, pixels = batch(name, small.config, "left")
    new, _ = generate(small, 12, input_ids=ids, attention_mask=mask, pixel_values=pixels)
    assert new.tolist() == case["generate_rows"].tolist()


@pytest.mark.parametrize("name", names("textonly"))
def test_no_picture_as_the_reference_infers(full, name: str) -> None:
    """Generate from token embeddings, as in test_prefill."""
    case = golden(name)
    check_margins(case)
    embeds = full.get_input_embeddings()(case["input_ids"])
    new, logits = generate(full, 24, inputs_embeds=embeds)
    assert new[0].tolist() == case.new_ids
    close(logits[0][:, case["vocab_sample"]], case["step_logits_sampled"][0], case.tol())
