"""Encode a sample as ids and labels. The ids are the same as in a conversation. Uses no files.

The labels are the ids of each answer and of the token that ends it (`</s>` of the released model).
Everything else has the label -100 and no loss: questions, visual tokens, query tokens
(docs/how-it-works.md; goldens train_*), and answers that the row excludes from learning.

A row is encoded like a conversation at the moment when its last question is answered. In models that
think, an empty thought precedes the last answer, as it does when an answer is generated. Earlier
answers are encoded without a thought, as in the history of a conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flashsloth.data.sample import Sample
from flashsloth.processing.prompt import PromptEncoder, PromptTurn

IGNORED = -100


@dataclass(frozen=True, slots=True)
class Encoded:
    """The ids of a row, with one id for every visual and query token, and labels with the same
    length."""

    input_ids: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)

    def add(self, ids: list[int], *, learned: bool) -> None:
        self.input_ids.extend(ids)
        self.labels.extend(ids if learned else [IGNORED] * len(ids))


def encode_chat(
    prompt: PromptEncoder,
    sample: Sample,
    visual_tokens: int = 0,
    *,
    block: Sequence[int] | None = None,
) -> Encoded:
    """Encode a conversation as `flashsloth chat` does. `visual_tokens` is the number of visual tokens
    of a picture. If its ids are others than placeholders, they are given as `block`."""
    encoded = Encoded()
    block = [prompt.config.image_token_id] * visual_tokens if block is None else block
    system = prompt.config.system_prompt if sample.system is None else sample.system
    end = prompt.end_of_answer
    pictures = int(sample.image is not None)
    answers = [prompt.answer(turn.answer) for turn in sample.turns]
    turns: list[PromptTurn] = [
        (turn.question, pictures if number == 0 else 0, answer)
        for number, (turn, answer) in enumerate(zip(sample.turns, answers, strict=True))
    ]
    # the last answer is encoded as it is generated, not as history
    turns[-1] = (*turns[-1][:2], None)
    asked = prompt.turns(system, turns, [block])
    for number, (turn, (ids, _)) in enumerate(zip(sample.turns, asked, strict=True)):
        # the end of the answer before is encoded with that answer
        encoded.add(ids[len(end) :] if number else ids, learned=False)
        encoded.add(answers[number] + end, learned=turn.learned)
    return encoded


def encode_caption(prompt: PromptEncoder, sample: Sample, visual_tokens: int) -> Encoded:
    """Encode a picture, its caption, the query tokens and a newline, as in the first stage of the
    paper's training (golden plain_*).

    The caption is the sample's last answer; questions and system text are left out. Only the caption
    and the newline are labelled. The newline is the only labelled token after the query tokens. Without
    its label the loss would not depend on the query tokens.
    """
    encoded = Encoded()
    # with some tokenizers, such as Llama's, every text begins with a special token
    encoded.add(prompt.beginning, learned=False)
    encoded.add(
        [prompt.config.image_token_id] * (visual_tokens if sample.image is not None else 0),
        learned=False,
    )
    encoded.add(prompt.text(sample.turns[-1].answer), learned=True)
    encoded.add([prompt.config.query_token_id] * prompt.config.num_query_tokens, learned=False)
    encoded.add(prompt.text("\n", continued=True), learned=True)
    return encoded
