"""A sample as text again, the way the model gets it: what is learned, and where visual and query tokens stand."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from flashsloth.data.labels import IGNORED, Encoded, encode_chat
from flashsloth.data.prompt_config import PromptConfig
from flashsloth.data.sample import Sample
from flashsloth.processing.prompt import PromptEncoder

Kind = Literal["text", "visual", "query"]


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """A run of ids of one kind. `text` of visual and query tokens is a description in angle brackets."""

    kind: Kind
    text: str
    ids: tuple[int, ...]
    learned: bool


def token_spans(prompt: PromptEncoder, encoded: Encoded, image: str | None = None) -> list[TokenSpan]:
    """The ids of a sample in runs that are learned or not; joined they are all of its ids."""
    kinds: dict[int, Kind] = {prompt.config.image_token_id: "visual", prompt.config.query_token_id: "query"}

    def sort(pair: tuple[int, int]) -> tuple[Kind, bool]:
        return kinds.get(pair[0], "text"), pair[1] != IGNORED

    pairs = zip(encoded.input_ids, encoded.labels, strict=True)
    found = []
    for (kind, learned), run in groupby(pairs, sort):
        ids = tuple(pair[0] for pair in run)
        text = prompt.tokenizer.decode(list(ids)) if kind == "text" else _described(kind, len(ids), image)
        found.append(TokenSpan(kind, text, ids, learned))
    return found


def _described(kind: str, count: int, image: str | None) -> str:
    of = f" of {os.path.basename(image)}" if kind == "visual" and image else ""
    return f"<{count} {kind} token{'s' if count > 1 else ''}{of}>"


class TokenCounter:
    """Tokens of samples, for `check`: exact where a row may be too long, else what it has at most.

    A token stands for a byte of text at least, so that most rows need not be encoded to know that they fit.
    """

    def __init__(
        self,
        prompt: PromptEncoder,
        layout: PromptConfig,
        limit: int,
        encode: Callable[[PromptEncoder, Sample, int], Encoded] = encode_chat,
    ) -> None:
        self.limit = limit
        self._prompt, self._encode = prompt, encode
        self._visual = layout.visual_tokens(layout.image_hd)
        self._system = len(layout.system_prompt.encode())
        self._of_a_turn = layout.num_query_tokens + len("\nUSER:  ASSISTANT: ") + 1

    def __call__(self, sample: Sample) -> int:
        most = self.at_most(sample)
        return most if most <= self.limit else self.exact(sample)

    def exact(self, sample: Sample) -> int:
        """All positions that the sample takes."""
        return len(self._encode(self._prompt, sample, self._visual).input_ids)

    def at_most(self, sample: Sample) -> int:
        """Not less than `exact`, without a tokenizer."""
        words = sum(len(turn.question.encode()) + len(turn.answer.encode()) for turn in sample.turns)
        system = self._system if sample.system is None else len(sample.system.encode())
        return words + system + self._of_a_turn * len(sample.turns) + (self._visual + 2 if sample.image else 0)
