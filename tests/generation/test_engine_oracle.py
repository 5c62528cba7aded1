"""Engine against transformers' generate: the same greedy ids for every picture, length and dtype.

Both kinds of prefill are tested: without padding, and padded to a bucket with a mask, as on a CUDA
device.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

import flashsloth
from conftest import draw
from flashsloth.chat import FlashSloth
from flashsloth.generation.engine import BUCKETS, EncodedImage
from generation.helpers import (
    QUESTIONS,
    TOKENS,
    conversation,
    driven,
    hf,
    inputs,
    pixel_values,
    prompt,
    see,
)
from paths import CASES


def long_prompt(sloth: FlashSloth, length: int, visual_tokens: int) -> list[int]:
    """Return a prompt of exactly this length, with a long question; words alone if it is too short for
    any."""
    words = [5 + (7 * i + length) % 300 for i in range(length)]
    ids = prompt(sloth, QUESTIONS[0], visual_tokens, system="")
    at = ids.index(sloth.config.query_token_id)
    missing = length - len(ids)
    return ids[:at] + words[:missing] + ids[at:] if missing >= 0 else words


def edges(context: int) -> Iterator[int]:
    """Yield the lengths at and next to each bucket that leave room for an answer."""
    for bucket in BUCKETS:
        yield from (b for b in (bucket - 1, bucket, bucket + 1) if b < context)


@pytest.mark.parametrize(
    "with_image", [pytest.param(True, marks=pytest.mark.slow), False], ids=["picture", "text"]
)
def test_every_bucket_edge(sloth: FlashSloth, with_image: bool) -> None:
    """The first ids and the logits before each of them."""
    variants = [driven(sloth, padded=p) for p in (False, True)]
    picture = see(sloth, draw(7)) if with_image else None
    pixels = pixel_values(sloth, draw(7)) if with_image else {}
    context, visual_tokens = sloth.engine.context_length, picture.visual_tokens if picture else 0
    shortest = len(prompt(sloth, QUESTIONS[0], visual_tokens, system=""))
    # longer ones are compared with a picture
    least, most = (shortest, context) if with_image else (0, 512)
    lengths = [length for length in edges(context) if least <= length <= most]
    for length in lengths:
        ids = long_prompt(sloth, length, visual_tokens)
        tokens, oracle = greedy_with_logits(
            sloth, min(2, context - length), input_ids=torch.tensor([ids]), **pixels
        )
        for variant in variants:
            ours = logits_along(variant, ids, picture, tokens)
            torch.testing.assert_close(
                ours, oracle, rtol=0, atol=1e-4, msg=lambda m, n=length: f"length {n}: {m}"
            )
            assert ours.argmax(-1).tolist() == tokens, length
    assert lengths[0] < (64 if with_image else 16)
    assert lengths[-1] == min(context - 1, most)


def greedy_with_logits(sloth: FlashSloth, count: int, **batch: Any) -> tuple[list[int], Tensor]:
    """Return transformers' greedy ids, including `</s>`, and the logits (count, V) before each."""
    done = hf(sloth).generate(
        **batch, do_sample=False, max_new_tokens=count, output_logits=True, return_dict_in_generate=True
    )
    logits = torch.stack([step[0].float() for step in done.logits])
    return done.sequences[0, batch["input_ids"].shape[1] :].tolist(), logits


def logits_along(
    variant: FlashSloth, ids: list[int], picture: EncodedImage | None, tokens: list[int]
) -> Tensor:
    """Return Engine's logits (count, V) before each token of an answer."""
    state = variant.engine.new_state()
    steps = [variant.engine.prefill(ids, state, picture)]
    steps += [variant.engine.decode(token, state) for token in tokens[:-1]]
    return torch.stack([step.float().cpu() for step in steps])


@pytest.mark.parametrize("past", [20, 250, 300, 430])
def test_every_bucket_edge_after_a_prefix(tiny_sloth: FlashSloth, past: int) -> None:
    """The same for ids after a cached prefix, up to buckets that exceed the context."""
    variant = driven(tiny_sloth, padded=True)
    words = [5 + (11 * i) % 300 for i in range(variant.engine.context_length)]
    state = variant.engine.new_state()
    for length in edges(variant.engine.context_length - past):
        # all but the last position are cached already
        variant.engine.prefill(words[:past], state, None)
        assert variant.engine.reusable_prefix_length(words[: past + length], state, None) == past
        ours = variant.engine.prefill(words[: past + length], state, None)
        with torch.no_grad():
            given = torch.tensor([words[: past + length]], device=ours.device)
            whole = hf(tiny_sloth)(input_ids=given).logits[0, -1]
        torch.testing.assert_close(
            ours, whole, rtol=0, atol=1e-4, msg=lambda m, n=length: f"{past} + {n}: {m}"
        )
        assert state.cache.capacity <= variant.engine.context_length
        del state.ids[:]


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["bfloat16", pytest.param("float16", marks=pytest.mark.nightly)])
def test_sixteen_bits(dtype: str) -> None:
    """Ten pictures as nano knows them. Sums in another order round differently, so nearly equal choices
    may differ.

    Logits must agree within two units in the last place of the largest logit, and ids wherever the
    oracle's best two are further apart than two such errors. Most ids must be decided like that.
    """
    sloth = flashsloth.open("nano", device="cpu", dtype=dtype)
    cases = json.loads((CASES / "cases.json").read_text(encoding="utf-8"))
    compared = close_calls = 0
    for number in range(10):
        image = Image.open(CASES / cases[number]["image"])
        question = cases[number]["turns"][0]["question"] if number % 2 else "Describe the picture."
        batch = inputs(sloth, [conversation(question, image)])
        tokens, oracle = greedy_with_logits(sloth, TOKENS, **batch)
        ids = batch["input_ids"][0].tolist()
        tolerance = 2 * torch.finfo(sloth.engine.dtype).eps * float(oracle.abs().max())
        best = oracle.topk(2).values
        decided = (best[:, 0] - best[:, 1]) > 2 * tolerance
        picture = see(sloth, image)
        for padded in (False, True):
            variant = driven(sloth, padded=padded)
            ours = logits_along(variant, ids, picture, tokens)
            torch.testing.assert_close(ours, oracle, rtol=0, atol=tolerance)
            assert ours.argmax(-1)[decided].tolist() == torch.tensor(tokens)[decided].tolist()
        compared += int(decided.sum())
        close_calls += int((~decided).sum())
    assert compared >= 60
    assert close_calls < compared / 4
