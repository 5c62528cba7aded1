"""Encode a sample as ids and labels. The ids are the same as in a conversation. Uses no files.

The labels are the ids of each answer and of the token that ends it (`</s>` of the released model). Everything else is
-100 and has no loss: questions, visual tokens and query tokens (docs/how-it-works.md; goldens train_*).

A row is the conversation as it is when the last question is answered: if the model thinks, the last answer follows the
empty thought that it is generated after, earlier ones do not, as in the history.
"""

from __future__ import annotations

from dataclasses import dataclass

from flashsloth.data.sample import Sample
from flashsloth.processing.prompt import PromptEncoder

IGNORED = -100


@dataclass(frozen=True, slots=True)
class Encoded:
    """`input_ids` with one id for every visual and query token, and `labels` of the same length."""

    input_ids: list[int]
    labels: list[int]


class _Builder:
    def __init__(self) -> None:
        self.ids: list[int] = []
        self.labels: list[int] = []

    def add(self, ids: list[int], *, learned: bool) -> None:
        self.ids += ids
        self.labels += ids if learned else [IGNORED] * len(ids)

    def encoded(self) -> Encoded:
        return Encoded(self.ids, self.labels)


def encode_chat(prompt: PromptEncoder, sample: Sample, visual_tokens: int) -> Encoded:
    """Encode the conversation as `flashsloth chat` renders it. `visual_tokens` is the number for one picture."""
    builder = _Builder()
    has_image = sample.image is not None
    system = prompt.config.system_prompt if sample.system is None else sample.system
    builder.add(prompt.opening(system, visual_tokens if has_image else 0), learned=False)
    end, between = prompt.end_of_answer, prompt.between_turns()
    for number, turn in enumerate(sample.turns):
        if number:
            builder.add(between[len(end) :], learned=False)
        is_last = number == len(sample.turns) - 1
        asked = prompt.question(turn.question, after_picture=has_image and number == 0)
        builder.add(asked if is_last else prompt.as_history(asked), learned=False)
        builder.add(prompt.answer(turn.answer) + end, learned=True)
    return builder.encoded()


def encode_caption(prompt: PromptEncoder, sample: Sample, visual_tokens: int) -> Encoded:
    """Encode picture, caption, query tokens and newline, as in the paper's first stage (golden plain_*). The caption is
    the last answer; questions and system text are left out. A token that all texts begin with (Llama's) comes before
    the picture. Caption and newline are labelled: only the newline gives the query tokens a loss."""
    builder = _Builder()
    config = prompt.config
    builder.add(prompt.beginning, learned=False)
    builder.add([config.image_token_id] * (visual_tokens if sample.image is not None else 0), learned=False)
    builder.add(prompt.text(sample.turns[-1].answer), learned=True)
    builder.add([config.query_token_id] * config.num_query_tokens, learned=False)
    builder.add(prompt.text("\n", continued=True), learned=True)
    return builder.encoded()
