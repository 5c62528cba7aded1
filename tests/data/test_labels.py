"""The ids and labels of a sample, with a tokenizer of one token per letter."""

from __future__ import annotations

from typing import Any

import pytest

import tiny
from flashsloth.data.labels import IGNORED, Encoded, encode_caption, encode_chat
from flashsloth.data.sample import QAPair, Sample
from flashsloth.processing.prompt import PromptEncoder

CONFIG = tiny.config(system_prompt="Sys.", num_query_tokens=2)
IMAGE, QUERY, END = CONFIG.image_token_id, CONFIG.query_token_id, CONFIG.end_token_id
TWO = (QAPair("what?", "a cat"), QAPair("where?", ""))


class Letters:
    """A tokenizer: 1000 and the code of each letter, and `</s>` where control tokens are found."""

    def encode(self, text: str, *, split_special_tokens: bool, **options: Any) -> list[int]:
        before, end, after = text.partition("\0" if split_special_tokens else "</s>")
        letters = [[1000 + ord(letter) for letter in part] for part in (before, after)]
        return letters[0] + [END] * bool(end) + letters[1]


PROMPT = PromptEncoder(Letters(), CONFIG)


def of(*pieces: str | int | list[str | int]) -> Encoded:
    """Encode pieces; those in a list are labelled."""
    ids: list[int] = []
    labels: list[int] = []
    for piece in pieces:
        for part in piece if isinstance(piece, list) else [piece]:
            ids_of = [part] if isinstance(part, int) else PROMPT.text(part)
            ids += ids_of
            labels += ids_of if isinstance(piece, list) else [IGNORED] * len(ids_of)
    return Encoded(ids, labels)


@pytest.mark.parametrize(("system", "opening"), [(None, "Sys. USER:"), ("", "USER:"), ("Own.", "Own. USER:")])
@pytest.mark.parametrize("image", ["a.png", None])
def test_a_conversation(image: str | None, system: str | None, opening: str) -> None:
    encoded = encode_chat(PROMPT, Sample(TWO, image, system), 3)
    picture: tuple[str | int, ...] = (" ", IMAGE, IMAGE, IMAGE, "\n") if image else (" ",)
    assert encoded == of(
        *(opening, *picture, "what?", QUERY, QUERY, " ASSISTANT:", [" a cat", END]),
        *("USER:", " where?", QUERY, QUERY, " ASSISTANT:", [" ", END]),
    )


@pytest.mark.parametrize("image", ["a.png", None])
def test_a_caption_is_the_last_answer(image: str | None) -> None:
    turns = (QAPair("left out", "this too"), QAPair("and this", "a cat"))
    encoded = encode_caption(PROMPT, Sample(turns, image, "no"), 3)
    assert encoded == of(*([IMAGE] * 3 if image else []), ["a cat"], QUERY, QUERY, ["\n"])
