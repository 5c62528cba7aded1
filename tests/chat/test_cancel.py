"""An answer that is closed at any token, or fails within any forward, does not change the next answer.

The expected answer is that of a fresh state on the exact engine. `padded` and `ahead` imitate a CUDA device: bucket
lengths with masks, and tokens that are read while the next ones are already computed.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import pytest
import torch
from PIL import Image

from flashsloth.chat import Chat, FlashSloth
from flashsloth.errors import OutOfMemory
from generation.helpers import QUESTIONS, answer, driven, prompt, see
from token_stream import TokenStream, prompt_ids

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
        assert chat.last_stats is not None
        assert chat.last_stats.cached_tokens == cached  # nothing is computed twice


def test_closing_a_stream_at_every_token(sloth: FlashSloth, mode: FlashSloth, pictures: list[Image.Image]) -> None:
    """The engine alone continues from the state of the closed stream."""
    picture = see(mode, pictures[2])
    ids = prompt(mode, LONG, picture.visual_tokens)
    whole = answer(sloth, ids, picture, 16)
    for after in range(1, len(whole)):
        state = mode.engine.new_state()
        tokens = iter(TokenStream(mode.engine, state, ids, picture, max_tokens=16))
        assert list(islice(tokens, after)) == whole[:after]
        tokens.close()
        assert state.ids == ids + whole[: after - 1]  # the last token read is not in the cache yet
        assert (
            list(TokenStream(mode.engine, state, ids + whole[:after], picture, max_tokens=16 - after)) == whole[after:]
        )


ERRORS = {KeyboardInterrupt: KeyboardInterrupt, ValueError: ValueError, torch.OutOfMemoryError: OutOfMemory}


FAILURES = [  # (modes, error, layer, forward); test_turns.py has exact, in step
    *((MODES[1:], KeyboardInterrupt, layer, forward) for layer in (0, 2) for forward in (1, 2, 5)),
    *((MODES, torch.OutOfMemoryError, 1, forward) for forward in (1, 3)),
    (MODES, ValueError, 1, 2),
]


@pytest.mark.parametrize(
    ("mode", "error", "layer", "forward"),
    [(mode, *failure) for modes, *failure in FAILURES for mode in modes],
    indirect=["mode"],
    ids=lambda value: getattr(value, "__name__", None) or (NAMES[MODES.index(value)] if value in MODES else None),
)
@pytest.mark.parametrize("sloth", ["tiny"], indirect=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_an_error_within_a_forward(
    tiny_sloth: FlashSloth,
    mode: FlashSloth,
    pictures: list[Image.Image],
    break_layer: Callable[..., None],
    turn: int,
    forward: int,
    layer: int,
    error: type[BaseException],
) -> None:
    chat = mode.chat(pictures[0])
    if turn == 2:
        chat.ask(QUESTIONS[2], max_tokens=6).text()
    expected = answer(tiny_sloth, prompt_ids(chat, QUESTIONS[1]), see(tiny_sloth, pictures[0]), 8)
    break_layer(layer, forward, error)
    reply = chat.ask(QUESTIONS[1], max_tokens=8)
    with pytest.raises(ERRORS[error]):
        reply.text()
    # read late, a token is lost with the forward that should have followed it
    assert reply.token_ids == expected[: max(0, forward - 1 - mode.engine.ahead)]
    assert len(chat.turns) == turn - 1 + bool(reply.token_ids)
    ask_next(tiny_sloth, chat, pictures[0])
