"""Compare a model with a reference: the same model in another preset, or another model with the same
tokenizer.

Both answer all questions. Besides, both compute the correct answers of the data set, with the correct
answers to earlier questions in the history, so that their distributions of the next token are about the
same text. The reference is asked first, and its model may be closed then: only the probabilities of its
most likely tokens are kept, 4 KB for each token of a correct answer.

    reference = ComparedAnswerer(flashsloth.open("nano"), AnswerSettings())
    for event in evaluate(data, reference):
        ...
    reference.close()
    model = flashsloth.open("nano", quant="int4")
    answerer = ComparedAnswerer(model, AnswerSettings(), reference=reference)
    for event in evaluate(data, answerer):
        ...
    values = answerer.as_values(len(data))
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Any, NamedTuple

import torch

from flashsloth.chat import FlashSloth
from flashsloth.chat.batched_answerer import BatchedAnswerer, Talk, suitable_batch_size
from flashsloth.chat.conversation import Question
from flashsloth.chat.document import model_fields
from flashsloth.devices import release_memory
from flashsloth.evaluation.metrics import ScoredAnswer, share
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.detail import NO_DOUBT
from flashsloth.generation.engine import EncodedImage, KVState
from flashsloth.generation.guided_decoding import Guide
from flashsloth.generation.sampling import Sampler

TOP = 256  # number of tokens whose probabilities are compared; all others count as one


class Position(NamedTuple):
    """A model's distribution of the next token: the most likely tokens of the reference (TOP,), the
    logarithms of their probabilities and of that of all other tokens (TOP + 1,), and the most likely
    token of the model itself."""

    tokens: torch.Tensor
    logs: torch.Tensor
    likeliest: int


@dataclass
class CorrectAnswer(Sampler):
    """Chooses the tokens of a correct answer, whatever the logits are, and keeps the distributions.
    `reference` has at least as many positions as there are ids; it is None for the reference itself."""

    ids: Sequence[int]
    reference: Sequence[Position] | None
    positions: list[Position] = field(default_factory=list)
    is_greedy = False

    def next(self, logits: torch.Tensor, guide: Guide | None = None) -> torch.Tensor:
        number = len(self.positions)
        logs = logits.cpu().double().log_softmax(0)  # MPS has no float64
        tokens = (
            logs.topk(min(TOP, len(logs))).indices.int()
            if self.reference is None
            else self.reference[number].tokens
        )
        others = logs.index_fill(0, tokens.long(), -torch.inf).logsumexp(0)
        # -1000 replaces the logarithm of a probability of 0, so that 0 times it is 0.
        kept = torch.cat([logs[tokens.long()], others[None]]).clamp(min=-1000).float()
        self.positions.append(Position(tokens, kept, int(logs.argmax())))
        return torch.tensor([self.ids[number]], device=logits.device)


class ComparedAnswerer(BatchedAnswerer):
    """Asks conversations, and computes the positions along their correct answers.

    Args:
        settings: without a constraint and without choices.
        batch_size: None for a number that suits the model.
        reference: the answerer of the reference, which has answered the same rows; None for the
            reference itself.
    """

    def __init__(
        self,
        model: FlashSloth,
        settings: AnswerSettings,
        batch_size: int | None = None,
        reference: ComparedAnswerer | None = None,
    ) -> None:
        super().__init__(model, settings, batch_size or suitable_batch_size(model))
        self.reference = reference
        self.facts = model_fields(model.facts)
        # by the number of the row: for each turn that fits into the context its own answer, and the
        # positions along the correct one
        self.found: dict[int, list[tuple[ScoredAnswer, list[Position]]]] = {}

    def close(self) -> None:
        """Drop the model, so that its memory is free. What was found stays."""
        device = self.model.engine.device
        del self.model
        release_memory(device)

    def _talk(
        self, key: int, questions: Sequence[Question], image: EncodedImage | None, state: KVState
    ) -> Talk:
        answers = yield from super()._talk(key, questions, image, state)
        known = repeat((None, None)) if self.reference is None else self.reference.found.get(key, ())
        found = self.found[key] = []
        for own, question, (_, reference), generation in zip(
            answers if isinstance(answers, list) else (),
            questions,
            known,
            # the same conversation again in the same row, whose cache has the beginning of the prompt
            super()._talk(key, questions, image, state),
            strict=False,
        ):
            ids = [
                *self.model.prompt.answer(question.expected),
                self.model.config.end_token_ids[0],
            ]
            ids = ids[: None if reference is None else len(reference)]
            settings = replace(self.settings, max_tokens=len(ids))
            generation.prompt = replace(generation.prompt, settings=settings, doubt=NO_DOUBT)
            generation.sampler = sampler = CorrectAnswer(ids, reference)
            yield generation
            scored = ScoredAnswer(0, "", question.expected, own.text)
            found.append((scored, sampler.positions))
        return answers

    def as_values(self, rows: int) -> dict[str, Any]:
        """Return for JSON how the model differs from the reference in the first rows of the data, as
        far as both have answered them. `kl` is the mean divergence from the reference in nats, None if
        a probability is no number."""
        assert self.reference is not None
        turns = [
            pair
            for number in range(rows)
            for pair in zip(
                self.found.get(number, ()), self.reference.found.get(number, ()), strict=False
            )
        ]
        pairs = [pair for own, other in turns for pair in zip(own[1], other[1], strict=False)]
        kl = sum(float((b.logs.exp() * (b.logs - a.logs)).sum()) for a, b in pairs)
        return {
            "model": self.reference.facts,
            "accuracy": share(sum(other.exact for _, (other, _) in turns), len(turns)),
            "equal_answers": share(
                sum(own.given == other.given for (own, _), (other, _) in turns), len(turns)
            ),
            "kl": share(kl, len(pairs)) if math.isfinite(kl) else None,
            "equal_top": share(sum(a.likeliest == b.likeliest for a, b in pairs), len(pairs)),
            "positions": len(pairs),
        }
