"""Choose the next token from logits, with pure functions.

The filters and their order are the same as in transformers: repetition penalty, temperature, top-k,
top-p, min-p. `answer_settings` declares the settings.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.guided_decoding import Guide


class Sampler:
    """Chooses the tokens of one answer on the device. The host waits for a token only in constrained
    decoding (with a guide). `prompt` has the ids before the answer."""

    def __init__(
        self, settings: AnswerSettings, vocabulary: int, prompt: Sequence[int], device: torch.device
    ) -> None:
        self.settings = settings
        penalises = settings.repetition_penalty not in (None, 1.0)
        self.seen = token_mask(prompt, vocabulary).to(device) if penalises else None
        self.generator: torch.Generator | None = None
        if settings.temperature:
            self.generator = torch.Generator(device=device)
            if settings.seed is None:
                self.generator.seed()
            else:
                self.generator.manual_seed(settings.seed)

    @property
    def is_greedy(self) -> bool:
        """Whether the next token is always the one with the largest logit."""
        return self.generator is None and self.seen is None

    def next(self, logits: Tensor, guide: Guide | None = None) -> Tensor:
        """Return the next token (1,) for logits (V,). With a guide the logits must already be masked by
        `forbid`."""
        draw = partial(choose, settings=self.settings, seen=self.seen, generator=self.generator)
        token = draw(logits) if guide is None else guide.choose(logits, draw)
        if self.seen is not None:
            self.seen.index_fill_(0, token, True)
        return token


def token_mask(ids: Sequence[int], vocabulary: int) -> Tensor:
    """Return a mask (V,) that is True at these ids."""
    mask = torch.zeros(vocabulary, dtype=torch.bool)
    mask[list(ids)] = True
    return mask


def choose(
    logits: Tensor, settings: AnswerSettings, seen: Tensor | None, generator: torch.Generator | None
) -> Tensor:
    """Return one token (1,) for logits (V,); `seen` (V,) is True at tokens of the prompt and the
    answer. A setting that is None is off."""
    scores = logits.float()
    if seen is not None:
        scores = penalise(scores, seen, settings.repetition_penalty or 1.0)
    if not settings.temperature:
        return scores.argmax().view(1)
    scores = scores / settings.temperature
    if settings.top_k:
        scores = keep_top_k(scores, settings.top_k)
    if settings.top_p is not None and settings.top_p < 1:
        scores = keep_top_p(scores, settings.top_p)
    if settings.min_p:
        scores = keep_min_p(scores, settings.min_p)
    return draw(scores.softmax(-1), generator)


def draw(probabilities: Tensor, generator: torch.Generator | None) -> Tensor:
    """Draw one token (1,) from probabilities (V,), by the method of torch.multinomial.
    torch.multinomial is not called, because it checks the probabilities, and the host waits for the
    device meanwhile."""
    return (
        (probabilities / torch.empty_like(probabilities).exponential_(1, generator=generator))
        .argmax()
        .view(1)
    )


def penalise(scores: Tensor, seen: Tensor, penalty: float) -> Tensor:
    """Divide the positive scores of seen tokens by the penalty and multiply the negative scores by
    it."""
    return torch.where(seen, torch.where(scores < 0, scores * penalty, scores / penalty), scores)


def keep_top_k(scores: Tensor, k: int) -> Tensor:
    """Set scores below the k-th largest to -inf."""
    return scores.masked_fill(scores < scores.topk(min(k, scores.numel())).values[-1], -math.inf)


def keep_top_p(scores: Tensor, p: float) -> Tensor:
    """Keep the smallest set of likeliest tokens whose total probability is at least p, and at least
    one token. The other scores become -inf."""
    ordered, order = scores.sort(descending=False)
    drop = ordered.softmax(-1).cumsum(-1) <= 1 - p
    drop[-1] = False
    return scores.masked_fill(torch.zeros_like(drop).scatter(0, order, drop), -math.inf)


def keep_min_p(scores: Tensor, p: float) -> Tensor:
    """Set to -inf the scores of tokens that are less than p times as likely as the likeliest token."""
    probabilities = scores.softmax(-1)
    return scores.masked_fill(probabilities < p * probabilities.max(), -math.inf)
