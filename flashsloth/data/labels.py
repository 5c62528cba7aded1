"""A sample as ids with labels: the very ids that a conversation makes of it. Knows a tokenizer; knows no files.

Labels repeat the ids where something is learned: each answer with the `</s>` behind it. Everything else is -100, so
that neither questions nor the places of visual and query tokens are trained on (docs/parity.md; goldens train_*).
"""

from __future__ import annotations

from dataclasses import dataclass

from flashsloth.data.sample import Sample
from flashsloth.processing.prompt import PromptEncoder

IGNORED = -100


@dataclass(frozen=True, slots=True)
class Encoded:
    """`input_ids` with every visual and query token in a place of its own, and `labels` of the same length."""

    input_ids: list[int]
    labels: list[int]


class _Pieces:
    def __init__(self) -> None:
        self.ids: list[int] = []
        self.labels: list[int] = []

    def add(self, ids: list[int], *, learned: bool) -> None:
        self.ids += ids
        self.labels += ids if learned else [IGNORED] * len(ids)

    def whole(self) -> Encoded:
        return Encoded(self.ids, self.labels)


def encode_chat(prompt: PromptEncoder, sample: Sample, visual_tokens: int) -> Encoded:
    """The conversation as `flashsloth chat` renders it; `visual_tokens` of the picture, if the sample has one."""
    pieces = _Pieces()
    shown = sample.image is not None
    system = prompt.config.system_prompt if sample.system is None else sample.system
    pieces.add(prompt.opening(system, visual_tokens if shown else 0), learned=False)
    end = [prompt.config.end_token_id]
    for number, turn in enumerate(sample.turns):
        if number:
            pieces.add(prompt.between_turns()[1:], learned=False)
        pieces.add(prompt.question(turn.question, after_picture=shown and number == 0), learned=False)
        pieces.add(prompt.text(f" {turn.answer}") + end, learned=True)
    return pieces.whole()


def encode_caption(prompt: PromptEncoder, sample: Sample, visual_tokens: int) -> Encoded:
    """The paper's first stage: picture, caption, query tokens, newline (golden plain_*).

    The caption is the last answer; what was asked is left out, and so is the system text. Learned are the caption and
    the newline, which is all that the query tokens see of the loss.
    """
    pieces = _Pieces()
    config = prompt.config
    pieces.add([config.image_token_id] * (visual_tokens if sample.image is not None else 0), learned=False)
    pieces.add(prompt.text(sample.turns[-1].answer), learned=True)
    pieces.add([config.query_token_id] * config.num_query_tokens, learned=False)
    pieces.add(prompt.text("\n"), learned=True)
    return pieces.whole()
