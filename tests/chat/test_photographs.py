"""Conversations about real photographs. nano was not trained on any: only what must hold for every answer is tested."""

from __future__ import annotations

import photos
from flashsloth.chat import FlashSloth

ASK = "Describe the picture."


def test_answer_does_not_depend_on_how_a_photograph_is_stored(nano: FlashSloth) -> None:
    upright = photos.photo("koala.jpg")
    pixels = nano.chat(photos.encoded(upright, "PNG")).ask(ASK, max_tokens=12).text()
    assert pixels
    for data in (photos.encoded(upright, "WEBP", lossless=True, method=0), photos.encoded(upright, "TIFF")):
        assert nano.chat(data).ask(ASK, max_tokens=12).text() == pixels


def test_conversation_about_three_photographs(nano: FlashSloth) -> None:
    chat = nano.chat(*photos.PATHS[:2])
    first = chat.ask(ASK, max_tokens=12).text()
    chat.add_image(photos.PATHS[2])
    assert first
    assert chat.ask("And this one?", max_tokens=12).text()
    assert len(chat.images) == 3
