"""An answer that is closed at any token does not change the next answer. test_several_images.py has those that fail.

The expected answer is that of a fresh state on the exact engine. `padded` and `ahead` imitate a CUDA device: bucket
lengths with masks, and tokens that are read while the next ones are already computed.
"""

from __future__ import annotations

from itertools import islice

import pytest
from PIL import Image

from flashsloth.chat import Chat, FlashSloth
from generation.helpers import QUESTIONS, answer, driven, see
from token_stream import prompt_ids

pytestmark = pytest.mark.slow

MODES = [(padded, ahead) for padded in (False, True) for ahead in (False, True)]
NAMES = [f"{'padded' if padded else 'exact'}-{'ahead' if ahead else 'in step'}" for padded, ahead in MODES]
LONG = "Describe the picture."  # nano answers with more than eight tokens


@pytest.fixture(params=MODES, ids=NAMES)
def mode(request: pytest.FixtureRequest, sloth: FlashSloth) -> FlashSloth:
    padded, ahead = request.param
    return driven(sloth, padded=padded, ahead=ahead)


EXPECTED: dict[tuple[object, ...], list[int]] = {}  # the same in all modes


def ask_next(sloth: FlashSloth, chat: Chat, image: Image.Image | None) -> None:
    """Ask, and expect the answer of a fresh conversation with the same history."""
    ids = prompt_ids(chat, QUESTIONS[0])
    key = (sloth.loaded.source.folder, image and image.tobytes(), *ids)
    if key not in EXPECTED:
        EXPECTED[key] = answer(sloth, ids, see(sloth, image) if image else None, 8)
    asked = chat.ask(QUESTIONS[0], max_tokens=8)
    asked.text()
    assert asked.token_ids == EXPECTED[key]


def test_closing_at_every_token(sloth: FlashSloth, mode: FlashSloth, pictures: list[Image.Image]) -> None:
    whole = mode.chat(pictures[1]).ask(LONG, max_tokens=24)
    whole.text()
    assert len(whole.token_ids) >= 8
    for after in range(min(len(whole.token_ids) + 1, 16)):
        chat = mode.chat(pictures[1])
        reply = chat.ask(LONG, max_tokens=24)
        read = [event.id for event in islice(reply.events(), after)]
        reply.close()
        assert read == reply.token_ids == whole.token_ids[:after]
        assert [turn.token_ids for turn in chat.turns] == ([tuple(read)] if after else [])
        cached = len(chat.backend.state.ids)
        assert (cached > 0) == (after > 0)
        ask_next(sloth, chat, pictures[1])
        assert chat.last_stats.cached_tokens == cached  # nothing is computed twice
