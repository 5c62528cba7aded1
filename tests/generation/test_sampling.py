"""Sampling: each filter and their order against transformers, and the frequencies of sampled tokens."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from transformers.generation.logits_process import (
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from flashsloth.errors import InputError, OptionError
from flashsloth.generation.answer_settings import SAMPLING, AnswerSettings
from flashsloth.generation.engine import Engine
from flashsloth.generation.sampling import (
    choose,
    keep_min_p,
    keep_top_k,
    keep_top_p,
    penalise,
    token_mask,
)
from token_stream import TokenStream

WORDS = 60


@st.composite
def logits(draw: st.DrawFn) -> Tensor:
    """Random scores, some equal, some far apart."""
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**32)))
    scores = torch.randn(WORDS, generator=generator) * draw(st.sampled_from([0.0, 0.1, 1.0, 5.0, 50.0]))
    return scores.round(decimals=draw(st.sampled_from([0, 1, 4])))


def same(ours: Tensor, processor: Any, scores: Tensor, seen: list[int] | None = None) -> None:
    theirs = processor(torch.tensor([seen or [0]]), scores[None].clone())[0]
    assert torch.equal(ours, theirs)


@given(logits(), st.integers(1, 2 * WORDS), st.floats(0.001, 0.999))
def test_filters(scores: Tensor, k: int, share: float) -> None:
    before = scores.clone()
    for kept, processor in (
        (keep_top_k(scores, k), TopKLogitsWarper(k)),
        (keep_top_p(scores, share), TopPLogitsWarper(share)),
        (keep_min_p(scores, share), MinPLogitsWarper(share)),
    ):
        same(kept, processor, scores)
        assert torch.isfinite(kept).any()
        assert torch.equal(scores, before)


@given(logits(), st.floats(0.1, 10), st.lists(st.integers(0, WORDS - 1), min_size=1, max_size=80))
def test_repetition_penalty(scores: Tensor, penalty: float, seen: list[int]) -> None:
    penalised = penalise(scores, token_mask(seen, scores.numel()), penalty)
    same(penalised, RepetitionPenaltyLogitsProcessor(penalty), scores, seen)


def probabilities(
    monkeypatch: pytest.MonkeyPatch, scores: Tensor, settings: AnswerSettings, seen: list[int]
) -> Tensor:
    """Return the probabilities that `choose` samples from."""
    drawn: list[Tensor] = []

    def watch(weights: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        drawn.append(weights.clone())
        return weights.argmax(keepdim=True)

    with monkeypatch.context() as patch:
        patch.setattr("flashsloth.generation.sampling.draw", watch)
        choose(scores, settings, token_mask(seen, scores.numel()), torch.Generator())
    assert len(drawn) == 1
    return drawn[0]


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": 0.7},
        {"temperature": 1.7, "top_k": 20, "top_p": 0.7, "min_p": 0.05, "repetition_penalty": 1.4},
        {"temperature": 0.6, "top_k": 3, "top_p": 0.5, "min_p": 0.3, "repetition_penalty": 0.7},
    ],
    ids=lambda options: " ".join(options),
)
def test_order_is_that_of_transformers(
    monkeypatch: pytest.MonkeyPatch, tiny_model: Any, options: dict[str, float]
) -> None:
    """Compare with the scores that `generate` samples from, for a prompt and the answer so far."""
    ids = torch.tensor([[5, 6, 7, 300, 301, 302, 5]])
    off = {"top_k": 0, "top_p": 1.0, "min_p": None, "repetition_penalty": 1.0}
    torch.manual_seed(0)
    done = tiny_model.generate(
        ids,
        do_sample=True,
        max_new_tokens=4,
        eos_token_id=None,
        output_scores=True,
        output_logits=True,
        return_dict_in_generate=True,
        **{**off, **options},
    )
    assert len(done.scores) == 4
    for step in range(4):
        seen = done.sequences[0, : ids.shape[1] + step].tolist()
        ours = probabilities(monkeypatch, done.logits[step][0], AnswerSettings(**options), seen)
        assert torch.equal(ours, done.scores[step][0].softmax(-1))


@given(logits(), st.lists(st.integers(0, WORDS - 1), max_size=10))
def test_greedy_takes_the_largest(scores: Tensor, seen: list[int]) -> None:
    """Of the other settings only the repetition penalty matters."""
    assert choose(scores, AnswerSettings(), None, None) == int(scores.argmax())
    assert choose(scores, AnswerSettings(top_k=1, top_p=0.1, min_p=0.9), None, None) == int(
        scores.argmax()
    )
    if seen:
        mask = token_mask(seen, scores.numel())
        penalised = penalise(scores, mask, 1.5)
        assert choose(scores, AnswerSettings(repetition_penalty=1.5), mask, None) == int(
            penalised.argmax()
        )


def test_an_answers_own_tokens_are_penalised(tiny_model: Any) -> None:
    options: dict[str, Any] = {"do_sample": False, "max_new_tokens": 12, "eos_token_id": None}
    expected = tiny_model.generate(torch.tensor([[5, 6, 7]]), repetition_penalty=1.5, **options)[
        0, 3:
    ].tolist()
    engine = Engine(tiny_model)
    assert (
        list(TokenStream(engine, engine.new_state(), [5, 6, 7], repetition_penalty=1.5, max_tokens=12))
        == expected
    )


def test_frequencies_are_the_probabilities() -> None:
    """The frequency of each of the 8 tokens is within Hoeffding's bound of its probability. The seed is
    fixed."""
    scores = torch.tensor([1.0, 0.5, 2.0, 0.0, -1.0, 1.5, 0.7, 1.2])
    wanted = TopPLogitsWarper(0.75)(torch.tensor([[0]]), scores[None])[0].softmax(-1)
    assert int((wanted > 0).sum()) == 4
    generator, counts, samples = torch.Generator().manual_seed(11), torch.zeros(8), 8_000
    for _ in range(samples):
        counts[choose(scores, AnswerSettings(temperature=1.0, top_p=0.75), None, generator)] += 1
    bound = math.sqrt(math.log(2 * 8 / 1e-9) / (2 * samples))  # 0.038, which 1 of 10^9 seeds exceeds
    assert (counts / samples - wanted).abs().max() <= bound
    assert not counts[wanted == 0].any()


def test_seed_repeats_the_answer(tiny_model: Any) -> None:
    """In the engine, although torch's global generator is used in between; it is not used itself."""
    engine = Engine(tiny_model)

    def answer(seed: int | None) -> list[int]:
        torch.rand(3)
        before = torch.get_rng_state()
        ids = list(
            TokenStream(
                engine, engine.new_state(), [5, 6, 7], temperature=1.5, seed=seed, max_tokens=12
            )
        )
        assert torch.equal(before, torch.get_rng_state())
        return ids

    assert answer(1) == answer(1)
    assert len({tuple(answer(seed)) for seed in range(5)}) == 5
    assert answer(None) != answer(None)


@pytest.mark.parametrize(
    "options",
    [
        *({name: value} for name in SAMPLING for value in ("hot", [1], True, 1j)),
        *({name: value} for name in ("seed", "top_k") for value in (1.5, "1")),
        *({"temperature": value} for value in (-0.1, math.inf, math.nan)),
        {"top_k": -1},
        *({"top_p": value} for value in (0.0, 1.01, math.nan)),
        *({"min_p": value} for value in (-0.1, 1.0, math.nan)),
        *({"repetition_penalty": value} for value in (0.0, -1.0, math.inf, math.nan)),
    ],
    ids=str,
)
def test_values_out_of_range(options: dict[str, Any]) -> None:
    [name] = options
    problem = rf"^{name} must be .+, not .+$"
    with pytest.raises(OptionError, match=problem) as caught:
        AnswerSettings(**options)
    assert isinstance(caught.value, InputError)
    assert caught.value.hint


@pytest.mark.parametrize("name", [*SAMPLING, "seed"])
def test_values_at_the_edge(name: str) -> None:
    edges = {
        "temperature": (0.0, 100.0),
        "top_k": (0,),
        "top_p": (1.0, 1e-6),
        "min_p": (0.0, 0.999),
        "seed": (0,),
    }
    for value in edges.get(name, (0.01,)):
        settings = AnswerSettings(**{"temperature": 1.0, name: value})
        assert 0 <= choose(torch.arange(5.0), settings, None, torch.Generator().manual_seed(0)) < 5
