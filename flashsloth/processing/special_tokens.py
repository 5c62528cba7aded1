"""Choose the ids of a new model's special tokens, and the size to which the decoder's vocabulary must
grow for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from flashsloth.errors import InvalidConfiguration
from flashsloth.processing.chat_frame import PAPER, ChatFrame
from flashsloth.processing.prompt import IMAGE_TOKEN, QUERY_TOKEN, PromptEncoder, SpecialTokens

# a vocabulary grows to a multiple of this, because matrix kernels are slow for other sizes
MULTIPLE = 64
PAD_TOKEN = "<|flashsloth_pad|>"


def add_special_tokens(
    tokenizer: Any,
    vocabulary: int,
    frame: ChatFrame = PAPER,
    *,
    end_token_ids: Sequence[int] = (),
    may_grow: bool = True,
) -> SpecialTokens:
    """Add the special tokens of FlashSloth that a tokenizer of transformers lacks, and return the ids
    of all of them.

    New tokens take unused rows of the vocabulary. If there are too few, the vocabulary grows to the
    next multiple of 64. A separate padding token is added if the tokenizer has no padding token, or if
    it pads with the token that closes a turn.

    Args:
        vocabulary: the number of rows of the decoder's embedding.
        frame: the chat frame, as returned by `ChatFrame.of`. For PAPER, `</s>` is added as well.
        end_token_ids: further ids that end an answer, as in the decoder's generation_config.json.
        may_grow: whether the vocabulary may grow.

    Raises: InvalidConfiguration if the frame and the tokenizer do not belong together, or if the
        vocabulary would have to grow and may not.
    """
    # 1. Add the tokens that are missing. `</s>` is added to a tokenizer that lacks it, but the end
    #    token of another frame must already exist.
    end_tokens = [PAPER.after_answer] if frame.after_answer == PAPER.after_answer else []
    unknown = (None, tokenizer.unk_token_id)
    missing = [
        token
        for token in (QUERY_TOKEN, *end_tokens, IMAGE_TOKEN)
        if tokenizer.convert_tokens_to_ids(token) in unknown
    ]
    for token in missing:
        tokenizer.add_special_tokens({"additional_special_tokens": [token]}, False)
    end = _closing_id(tokenizer, frame)
    if frame is not PAPER and tokenizer.pad_token_id in (None, end):
        tokenizer.add_special_tokens({"pad_token": PAD_TOKEN}, False)
    elif tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token or PAPER.after_answer
    # 2. Look up the ids of all of them.
    other_ends = () if frame is PAPER else (*end_token_ids, tokenizer.eos_token_id)
    ends = (end, *(i for i in other_ends if i is not None))
    tokens = [QUERY_TOKEN, IMAGE_TOKEN, tokenizer.pad_token]
    ids = {token: int(tokenizer.convert_tokens_to_ids(token)) for token in tokens}
    # 3. Let the vocabulary grow if it has no rows for the new ids.
    rows = max(end, *ids.values()) + 1
    if rows > vocabulary and not may_grow:
        raise InvalidConfiguration(
            f"the text model's vocabulary of {vocabulary} has no room for {', '.join(missing or tokens)}",
            hint="Use a language model with spare token ids.",
        )
    if rows > vocabulary:
        vocabulary = -(-rows // MULTIPLE) * MULTIPLE
    # the reference adds the embedding of " ." to the query tokens (hf/modeling.py, `embed`)
    dot = tokenizer.encode(" .", add_special_tokens=False, split_special_tokens=True)
    made = SpecialTokens(
        image_token_id=ids[IMAGE_TOKEN],
        query_token_id=ids[QUERY_TOKEN],
        query_offset_token_id=int(dot[-1]),
        end_token_ids=tuple(dict.fromkeys(ends)),
        pad_token_id=ids[tokenizer.pad_token],
        vocab_size=vocabulary,
        turn_prefix_length=1,
        chat_frame=None if frame is PAPER else asdict(frame),
    )
    return replace(made, turn_prefix_length=PromptEncoder(tokenizer, made).turn_prefix_length)


def _closing_id(tokenizer: Any, frame: ChatFrame) -> int:
    """Return the id of the token that ends an answer. Raises: InvalidConfiguration."""
    ids = tokenizer.encode(frame.after_answer, add_special_tokens=False, split_special_tokens=False)
    if not ids or ids[-1] not in tokenizer.added_tokens_decoder:
        raise InvalidConfiguration(
            f"the tokenizer has no control token at the end of {frame.after_answer!r}",
            hint="Use the chat frame of this tokenizer: ChatFrame.of(tokenizer).",
        )
    return int(ids[-1])
