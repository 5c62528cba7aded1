"""An answer left at any token, or broken off within any forward: what is asked next is answered as if nothing had been.

The expected answer is always that of a fresh state on the exact engine. `padded` and `ahead` are what a CUDA device
brings about: bucket lengths with masks, and tokens that are read when their successors are already being computed.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest
import torch
from PIL import Image

from flashsloth.chat import Chat, FlashSloth
from flashsloth.errors import OutOfMemory
from flashsloth.generation.engine import TokenStream
from generation.helpers import QUESTIONS, answer, driven, prompt, see

WAYS = [(padded, ahead) for padded in (False, True) for ahead in (False, True)]
NAMES = [f"{'padded' if padded else 'exact'}-{'ahead' if ahead else 'in step'}" for padded, ahead in WAYS]
LONG = "Describe the picture."  # nano answers with more than eight tokens


@pytest.fixture(params=WAYS, ids=NAMES)
def way(request: pytest.FixtureRequest, sloth: FlashSloth) -> FlashSloth:
    padded, ahead = request.param
    return driven(sloth, padded=padded, ahead=ahead)


EXPECTED: dict[tuple[object, ...], list[int]] = {}  # the same for all ways


def ask_next(sloth: FlashSloth, chat: Chat, image: Image.Image | None) -> None:
    """The chat goes on as a fresh conversation with its history does."""
    ids = chat._ids(QUESTIONS[0])
    key = (sloth.loaded.source.folder, image and image.tobytes(), *ids)
    if key not in EXPECTED:
        EXPECTED[key] = answer(sloth, ids, see(sloth, image) if image else None, 8)
    asked = chat.ask(QUESTIONS[0], max_tokens=8)
    asked.text()
    assert asked.token_ids == EXPECTED[key]


def test_closing_at_every_token(sloth: FlashSloth, way: FlashSloth, pictures: list[Image.Image]) -> None:
    whole = way.chat(pictures[1]).ask(LONG, max_tokens=24)
    whole.text()
    assert len(whole.token_ids) >= 8
    for after in range(min(len(whole.token_ids) + 1, 16)):
        chat = way.chat(pictures[1])
        reply = chat.ask(LONG, max_tokens=24)
        read = [event.id for event in islice(reply.events(), after)]
        reply.close()
        assert read == reply.token_ids == whole.token_ids[:after]
        assert [turn.token_ids for turn in chat.turns] == ([tuple(read)] if after else [])
        held = len(chat._state.ids)
        assert (held > 0) == (after > 0)
        ask_next(sloth, chat, pictures[1])
        assert chat.last_stats is not None
        assert chat.last_stats.cached_tokens == held  # nothing that was computed is computed again


@pytest.mark.parametrize("sloth", ["tiny"], indirect=True)
def test_closing_at_every_token_without_a_picture(sloth: FlashSloth, way: FlashSloth) -> None:
    whole = answer(sloth, sloth.chat()._ids(LONG), None, 12)
    assert len(whole) >= 8
    for after in range(len(whole)):
        chat = way.chat()
        reply = chat.ask(LONG, max_tokens=12)
        assert [event.id for event in islice(reply.events(), after)] == whole[:after]
        reply.close()
        ask_next(sloth, chat, None)


def test_closing_every_turn_of_a_conversation(sloth: FlashSloth, way: FlashSloth, pictures: list[Image.Image]) -> None:
    """Leftovers of one turn behind those of another, each answer one token longer than the last."""
    chat = way.chat(pictures[3])
    for turn in range(6):
        question = (LONG, *QUESTIONS)[turn % 4]
        ids = chat._ids(question)
        reply = chat.ask(question, max_tokens=12)
        read = [event.id for event in islice(reply.events(), turn + 1) if hasattr(event, "id")]
        reply.close()
        assert read == answer(sloth, ids, see(sloth, pictures[3]), turn + 1)[: len(read)]
        assert read
    ask_next(sloth, chat, pictures[3])


def test_leaving_a_run_at_every_token(sloth: FlashSloth, way: FlashSloth, pictures: list[Image.Image]) -> None:
    """The engine alone: the same ids again from the state that was left."""
    picture = see(way, pictures[2])
    ids = prompt(way, LONG, picture.visual_tokens)
    whole = answer(sloth, ids, picture, 16)
    for after in range(1, len(whole)):
        state = way.engine.new_state()
        tokens = iter(TokenStream(way.engine, state, ids, picture, max_tokens=16))
        assert list(islice(tokens, after)) == whole[:after]
        tokens.close()
        assert state.ids == ids + whole[: after - 1]  # the last one read was not yet anybody's past
        assert (
            list(TokenStream(way.engine, state, ids + whole[:after], picture, max_tokens=16 - after)) == whole[after:]
        )


ERRORS = {KeyboardInterrupt: KeyboardInterrupt, ValueError: ValueError, torch.OutOfMemoryError: OutOfMemory}


@pytest.fixture
def break_layer(tiny_sloth: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Raise in the n-th forward from now, at one decoder layer, once."""

    def arrange(layer: int, forward: int, error: type[BaseException]) -> None:
        broken = tiny_sloth.engine.decoder.layers[layer]
        whole, seen = broken.forward, []

        def forward_once(*args: Any, **given: Any) -> Any:
            seen.append(None)
            result = whole(*args, **given)  # its keys are in the cache by now
            if len(seen) == forward:
                raise error("planted")
            return result

        monkeypatch.setattr(broken, "forward", forward_once)

    return arrange


PLACES = [  # (ways, error, layer, forward): the exact way in step is test_turns.py's
    *((WAYS[1:], KeyboardInterrupt, layer, forward) for layer in (0, 2) for forward in (1, 2, 5)),
    *((WAYS, torch.OutOfMemoryError, 1, forward) for forward in (1, 3)),
    (WAYS, ValueError, 1, 2),
]


@pytest.mark.parametrize(
    ("way", "error", "layer", "forward"),
    [(way, *place) for ways, *place in PLACES for way in ways],
    indirect=["way"],
    ids=lambda value: getattr(value, "__name__", None) or (NAMES[WAYS.index(value)] if value in WAYS else None),
)
@pytest.mark.parametrize("sloth", ["tiny"], indirect=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_an_error_within_a_forward(
    tiny_sloth: FlashSloth,
    way: FlashSloth,
    pictures: list[Image.Image],
    break_layer: Callable[..., None],
    turn: int,
    forward: int,
    layer: int,
    error: type[BaseException],
) -> None:
    chat = way.chat(pictures[0])
    if turn == 2:
        chat.ask(QUESTIONS[2], max_tokens=6).text()
    expected = answer(tiny_sloth, chat._ids(QUESTIONS[1]), see(tiny_sloth, pictures[0]), 8)
    break_layer(layer, forward, error)
    reply = chat.ask(QUESTIONS[1], max_tokens=8)
    with pytest.raises(ERRORS[error]):
        reply.text()
    # read late, a token is lost with the forward that should have followed it
    assert reply.token_ids == expected[: max(0, forward - 1 - way.engine.ahead)]
    assert len(chat.turns) == turn - 1 + bool(reply.token_ids)
    ask_next(tiny_sloth, chat, pictures[0])
