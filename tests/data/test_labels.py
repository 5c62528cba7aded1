"""Which ids of a row are learned, letter by letter: pieces spelt out beside what the encoder makes of them."""

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
    """A letter, its code."""

    def encode(self, text: str, **options: Any) -> list[int]:
        return [1000 + ord(letter) for letter in text]


PROMPT = PromptEncoder(Letters(), CONFIG)


def of(*pieces: str | int | list[str | int]) -> Encoded:
    """What is learned stands in a list of its own."""
    ids: list[int] = []
    labels: list[int] = []
    for piece in pieces:
        for part in piece if isinstance(piece, list) else [piece]:
            made = [part] if isinstance(part, int) else PROMPT.text(part)
            ids += made
            labels += made if isinstance(piece, list) else [IGNORED] * len(made)
    return Encoded(ids, labels)


def test_what_is_not_learned_is_what_torch_leaves_out() -> None:
    assert IGNORED == -100


@pytest.mark.parametrize(("system", "said"), [(None, "Sys. USER:"), ("", "USER:"), ("Own.", "Own. USER:")])
@pytest.mark.parametrize("image", ["a.png", None])
def test_a_conversation(image: str | None, system: str | None, said: str) -> None:
    found = encode_chat(PROMPT, Sample(TWO, image, system), 3)
    picture: tuple[str | int, ...] = (" ", IMAGE, IMAGE, IMAGE, "\n") if image else (" ",)
    assert found == of(
        *(said, *picture, "what?", QUERY, QUERY, " ASSISTANT:", [" a cat", END]),
        *("USER:", " where?", QUERY, QUERY, " ASSISTANT:", [" ", END]),
    )


@pytest.mark.parametrize("image", ["a.png", None])
def test_a_caption_is_the_last_answer(image: str | None) -> None:
    turns = (QAPair("left out", "this too"), QAPair("and this", "a cat"))
    found = encode_caption(PROMPT, Sample(turns, image, "no"), 3)
    assert found == of(*([IMAGE] * 3 if image else []), ["a cat"], QUERY, QUERY, ["\n"])
