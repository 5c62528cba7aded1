"""A row of a data set, independent of the file format, and its ids and labels. The ids are the same as
in a conversation. Uses no files.

The labels are the ids of each answer and of the token that ends it (`</s>` of the released model).
Everything else has the label -100 and no loss: questions, visual tokens, query tokens
(docs/how-it-works.md; goldens train_*), and answers that the row excludes from learning.

A row is encoded like a conversation at the moment when its last question is answered. In models that
think, an empty thought precedes the last answer, as it does when an answer is generated. Earlier
answers are encoded without a thought, as in the history of a conversation.

`token_spans` decodes an encoded sample, to show which parts of its text are learned and where its
visual and query tokens are. `TokenCounter` counts the tokens of samples.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal

from flashsloth.processing.prompt import PromptEncoder, PromptTurn
from flashsloth.sizes.model_sizes import ModelSizes


@dataclass(frozen=True, slots=True)
class QAPair:
    """A question with its answer."""

    question: str
    answer: str
    # False for an answer with `"weight": 0`, which is only context for later answers
    learned: bool = True


@dataclass(frozen=True, slots=True)
class Sample:
    """A conversation about at most one picture."""

    turns: tuple[QAPair, ...]
    # a path that can be opened from the working directory; None without a picture
    image: str | None = None
    system: str | None = None  # the text before the first turn; None means the model's default text
    source: str = ""  # file and line: "train.jsonl:17"
    category: str | None = None  # groups the scores of `flashsloth eval`; training ignores it


# Ids and labels

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


# Of a very long sample, at first only this many characters are encoded for each token of the limit. In
# English a token has four or five characters, so that this part usually exceeds the limit.
PART = 16
# A part must have this many tokens more than the limit before the whole sample counts as too long, as a
# word that was cut may become more tokens.
CUT = 64
MARGIN = 4  # tokens that are allowed in each turn for the spaces and newlines before its texts

Kind = Literal["text", "visual", "query"]


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """A run of ids of the same kind. For visual and query tokens, `text` is a description in angle
    brackets."""

    kind: Kind
    text: str
    ids: tuple[int, ...]
    learned: bool


def token_spans(prompt: PromptEncoder, encoded: Encoded, image: str | None = None) -> list[TokenSpan]:
    """Split the ids of a sample into runs of the same kind. In each run either all tokens are learned
    or none is."""
    kinds: dict[int, Kind] = {
        prompt.config.image_token_id: "visual",
        prompt.config.query_token_id: "query",
    }

    def kind_of(pair: tuple[int, int]) -> tuple[Kind, bool]:
        return kinds.get(pair[0], "text"), pair[1] != IGNORED

    pairs = zip(encoded.input_ids, encoded.labels, strict=True)
    spans = []
    decode = prompt.tokenizer.decode
    # the last token of the run before, because some decoders drop the space of a first one
    before = list[int]()
    for (kind, learned), run in groupby(pairs, kind_of):
        ids = [pair[0] for pair in run]
        of = f" of {os.path.basename(image)}" if kind == "visual" and image else ""
        described = f"<{len(ids)} {kind} token{'s' if len(ids) > 1 else ''}{of}>"
        text = decode(before + ids)[len(decode(before)) :] if kind == "text" else described
        spans.append(TokenSpan(kind, text, tuple(ids), learned))
        before = ids[-1:]
    return spans


def _last_part(sample: Sample, size: int) -> Sample:
    """Cut a sample to the last `size` characters of its turns, and the first `size` characters of its
    system text."""
    turns = list[QAPair]()
    left = size
    for turn in reversed(sample.turns):
        if left <= 0:
            break
        answer = turn.answer[:left]
        turns.append(QAPair(turn.question[: left - len(answer)], answer))
        left -= len(answer) + len(turns[-1].question)
    return replace(sample, turns=tuple(turns[::-1]), system=sample.system and sample.system[:size])


class TokenCounter:
    """Counts the tokens of samples. The number exceeds `limit` if and only if the sample does, but it
    is not always exact:

    - A token covers at least one byte of text. For most samples the number of bytes shows that they
      fit. They are not encoded, and the result is an upper bound.
    - Of a very long sample only a part is encoded if this part alone exceeds the limit. The result is
      the number of tokens of this part.
    """

    def __init__(
        self,
        prompt: PromptEncoder,
        config: ModelSizes,
        limit: int,
        encode: Callable[[PromptEncoder, Sample, int], Encoded] = encode_chat,
        largest: int | None = None,
    ) -> None:
        self.limit = limit
        self.prompt = prompt
        self._encode = encode
        # of a picture; an upper bound if `encode` reads each picture
        self._visual_tokens = config.visual_tokens(config.image_hd) if largest is None else largest
        self._system_bytes = len(config.system_prompt.encode())
        past: list[PromptTurn] = [("", 0, ())]
        last: list[PromptTurn] = [("", 0, None)]
        lengths = [len(prompt.conversation("", turns)) for turns in (past, past + past, past + last)]
        self.tokens_per_turn = max(lengths) - lengths[0] + MARGIN
        openings = [len(prompt.conversation(system, last)) for system in ("", "a")]
        self._first_turn = max(openings) + len(prompt.end_of_answer) + MARGIN

    def __call__(self, sample: Sample) -> int:
        # 1. Compare the bytes with the limit. Most samples have fewer bytes than the number of tokens
        #    allowed.
        bound = self.upper_bound(sample)
        size = PART * self.limit
        if bound <= self.limit:
            return bound
        # 2. Encode the last part of a very long sample, and larger parts until one exceeds the limit.
        while bound > 2 * size:
            tokens = self.exact(_last_part(sample, size))
            if tokens > self.limit + CUT:
                return tokens
            size *= 4
        # 3. Encode the whole sample.
        return self.exact(sample)

    def exact(self, sample: Sample) -> int:
        return len(self._encode(self.prompt, sample, self._visual_tokens).input_ids)

    def upper_bound(self, sample: Sample) -> int:
        """Return an upper bound of the number that `exact` returns, without using the tokenizer."""
        text = sum(len(turn.question.encode()) + len(turn.answer.encode()) for turn in sample.turns)
        system = self._system_bytes if sample.system is None else len(sample.system.encode())
        image = self._visual_tokens + 2 if sample.image else 0
        later = self.tokens_per_turn * (len(sample.turns) - 1)
        return text + system + self._first_turn + later + image
