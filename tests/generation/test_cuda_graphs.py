"""Graphs without a CUDA device: `Captured` is replaced, and everything around it is the real thing."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from flashsloth.chat import FlashSloth
from flashsloth.errors import OutOfMemory
from flashsloth.generation import cuda_graphs
from flashsloth.generation.cuda_graphs import CudaGraphs, Function
from flashsloth.generation.engine import BUCKETS, Engine
from flashsloth.model.kv_cache import KeyValueCache
from generation.helpers import QUESTIONS, answer, driven, prompt, see


class Replayed:
    """What a captured graph does, step by step: buffers of its own for the inputs, and the function as it was when it
    was captured, on the keys and values that it then knew."""

    made = 0

    def __init__(self, function: Function, inputs: dict[str, Tensor]) -> None:
        type(self).made += 1
        self.function, self.inputs = function, {name: value.clone() for name, value in inputs.items()}
        function(**self.inputs)  # as the warm-up does
        self.buffers = addresses(function)

    @property
    def stale(self) -> bool:
        return addresses(self.function) != self.buffers

    def __call__(self, **inputs: Tensor) -> Any:
        assert inputs.keys() == self.inputs.keys()
        assert not self.stale, "replayed on buffers that have moved"
        for name, value in inputs.items():
            assert value.shape == self.inputs[name].shape, "the same key means the same shapes"
            assert value.dtype == self.inputs[name].dtype
            self.inputs[name].copy_(value)
        return self.function(**self.inputs)


def addresses(function: Function) -> list[int]:
    """Where the keys and values lie that a function closes over."""
    cells: Any = getattr(function, "__closure__", None) or ()
    caches = [cell.cell_contents for cell in cells if isinstance(cell.cell_contents, KeyValueCache)]
    return [buffer.data_ptr() for cache in caches for buffer in (cache.keys, cache.values)]


@pytest.fixture
def captured(sloth: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> FlashSloth:
    """The model as on a CUDA device whose graphs are of the kind above."""
    monkeypatch.setattr(cuda_graphs, "Captured", Replayed)
    monkeypatch.setattr(Replayed, "made", 0)
    way = driven(sloth, padded=True, ahead=True)
    way.engine.graphs.disabled_reason = ""
    return way


def test_a_processor_captures_nothing(tiny_sloth: FlashSloth) -> None:
    assert CudaGraphs(torch.device("cpu")).reason == "cpu has no CUDA graphs"
    assert CudaGraphs(torch.device("cuda")).reason == ""
    assert CudaGraphs(torch.device("cuda"), enabled=False).reason == "switched off"
    answer(tiny_sloth, prompt(tiny_sloth, QUESTIONS[0]), None)
    assert tiny_sloth.engine.graphs.captured == {}


def test_replays_answer_as_the_engine_does(
    sloth: FlashSloth, captured: FlashSloth, pictures: list[Image.Image]
) -> None:
    """Several turns of two chats side by side, a third on buffers that came back, and growth beneath them."""
    chats = [captured.chat(pictures[0]), captured.chat()]
    sizes = set()
    for turn in range(4):
        for chat in chats:
            question = QUESTIONS[turn % 3] + " And then?" * (15 * turn)
            ids = chat._ids(question)
            reply = chat.ask(question, max_tokens=10)
            reply.text()
            picture = see(sloth, pictures[0]) if chat.image else None
            assert reply.token_ids == answer(sloth, ids, picture, 10)
        sizes.add(chats[0]._state.cache.capacity)
    assert len(sizes) > 1 or captured.engine.context_length in sizes  # it grew on the way, where it can
    made, keys = Replayed.made, set(captured.engine.graphs.captured)
    del chat, chats, reply
    for picture in pictures[1:3]:
        chat = captured.chat(picture)
        ids = chat._ids(QUESTIONS[0])
        reply = chat.ask(QUESTIONS[0], max_tokens=10)
        reply.text()
        assert reply.token_ids == answer(sloth, ids, see(sloth, picture), 10)
        del chat, reply
    fresh = set(captured.engine.graphs.captured) - keys
    # a bucket that was not seen before, on these buffers if they grew; all else and the tower are replayed
    assert sorted(key[1] for key in fresh) in ([], ["prefill"], ["decode", "prefill"][: 2 if len(sizes) > 1 else 0])
    assert Replayed.made == made + len(fresh)
    assert captured.engine.graphs.disabled_reason == ""


def test_keys_tell_shapes_apart(captured: FlashSloth, pictures: list[Image.Image]) -> None:
    """A key holds the shape of everything that goes in (Replayed checks the rest), and goes with its buffers."""
    engine = captured.engine
    seen: dict[Any, dict[str, torch.Size]] = {}
    run = engine.graphs.run

    def note(key: Any, function: Function, **inputs: Tensor) -> Tensor:
        shapes = {name: value.shape for name, value in inputs.items()}
        assert seen.setdefault(key, shapes) == shapes
        return run(key, function, **inputs)

    engine.graphs.run = note  # type: ignore[method-assign]
    for image, hd in ((pictures[0], False), (pictures[1], True), (None, False)):
        picture = see(captured, image, hd=hd) if image else None
        state = engine.new_state()
        for length in (0, 1, 10, 30, 80):  # words added to the question, on to other buckets
            question = QUESTIONS[0] + " so" * length
            ids = prompt(captured, question, picture.visual_tokens if picture else 0)
            token = int(engine.prefill(ids, state, picture).argmax())
            engine.decode(token, state)
            kept = [key for key in engine.graphs.captured if key[0] == id(state.cache)]
            extents = {key[3] if key[1] == "prefill" else key[2] for key in kept}
            assert all(extent <= state.cache.capacity for extent in extents)
    kinds = {key[0] if key[0] == "tower" else key[1] for key in seen}
    assert kinds == {"tower", "prefill", "decode"}
    assert len([key for key in seen if key[0] == "tower"]) == 2
    rows = [key[2] for key in seen if key[1] == "prefill"]
    assert set(rows) <= set(BUCKETS)
    assert len(rows) > len(set(rows))  # equal rows, told apart by what the picture and the question bring


def test_a_history_that_is_read_anew_is_not_captured(
    sloth: FlashSloth, captured: FlashSloth, pictures: list[Image.Image]
) -> None:
    chat = captured.chat(pictures[2])
    for question in QUESTIONS:
        chat.ask(question, max_tokens=4).text()
    ids = chat._ids("Describe the picture.")
    made = Replayed.made
    engine = captured.engine
    got = engine.prefill(ids, engine.new_state(), chat._pictures)
    assert Replayed.made == made
    want = sloth.engine.prefill(ids, sloth.engine.new_state(), see(sloth, pictures[2]))
    torch.testing.assert_close(got, want, rtol=0, atol=1e-4)


class Refused:
    """A capture that fails at the n-th of its kind."""

    error: type[Exception] = RuntimeError
    after = 0
    asked = 0

    def __new__(cls, function: Function, inputs: dict[str, Tensor]) -> Any:
        cls.asked += 1
        if cls.asked > cls.after:
            function(**inputs)  # as the warm-up does
            raise cls.error("operation not permitted\nwhile capturing")
        return Replayed(function, inputs)


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> type[Refused]:
    monkeypatch.setattr(cuda_graphs, "Captured", Refused)
    monkeypatch.setattr(Refused, "asked", 0)
    return Refused


@pytest.mark.parametrize("after", range(4))
def test_where_capture_fails_everything_runs_eagerly(
    sloth: FlashSloth, pictures: list[Image.Image], refused: type[Refused], monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(refused, "after", after)
    way = driven(sloth, padded=True, ahead=True)
    way.engine.graphs.disabled_reason = ""
    chat = way.chat(pictures[1])
    for question in QUESTIONS:
        ids = chat._ids(question)
        reply = chat.ask(question, max_tokens=10)
        reply.text()
        assert reply.token_ids == answer(sloth, ids, see(sloth, pictures[1]), 10)
    assert way.engine.graphs.disabled_reason == "capture failed: operation not permitted"
    assert way.engine.graphs.captured == {}
    assert refused.asked == after + 1  # not tried again


def test_lack_of_memory_is_passed_on(
    tiny_sloth: FlashSloth, pictures: list[Image.Image], refused: type[Refused], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no reason never to capture again, and the conversation stays whole."""
    monkeypatch.setattr(refused, "error", torch.OutOfMemoryError)
    way = driven(tiny_sloth, padded=True, ahead=True)
    way.engine.graphs.disabled_reason = ""
    chat = way.chat(pictures[0])
    for after in range(3):  # the tower, then prefill, then decode
        monkeypatch.setattr(refused, "asked", 0)
        monkeypatch.setattr(refused, "after", min(after, 1))
        with pytest.raises(OutOfMemory):
            chat.ask(QUESTIONS[0], max_tokens=6).text()
        assert way.engine.graphs.disabled_reason == ""
        assert chat.turns == []
    monkeypatch.setattr(refused, "after", 100)
    ids = chat._ids(QUESTIONS[0])
    reply = chat.ask(QUESTIONS[0], max_tokens=6)
    reply.text()
    assert reply.token_ids == answer(tiny_sloth, ids, see(tiny_sloth, pictures[0]), 6)
    monkeypatch.setattr(refused, "after", 0)
    with pytest.raises(torch.OutOfMemoryError):
        way.engine.graphs.run(("tower", 0), lambda x: x, x=torch.zeros(1))


def test_switched_off(tiny_sloth: FlashSloth) -> None:
    engine = Engine(tiny_sloth.loaded.model, tiny_sloth.loaded.decoder, graphs=False)
    assert engine.graphs.disabled_reason == "switched off"
    assert engine.graphs.run("any", lambda x: x + 1, x=torch.ones(1)).item() == 2
