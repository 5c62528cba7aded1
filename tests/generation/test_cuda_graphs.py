"""CUDA graphs without a CUDA device: only CapturedGraph is replaced."""

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


class EagerGraph:
    """Behaves like a captured graph: copies inputs to fixed buffers and calls the captured function on the KV cache of
    that time."""

    made = 0

    def __init__(self, function: Function, inputs: dict[str, Tensor]) -> None:
        type(self).made += 1
        self.function, self.inputs = function, {name: value.clone() for name, value in inputs.items()}
        function(**self.inputs)  # the warm-up
        self.buffers = addresses(function)

    @property
    def stale(self) -> bool:
        return addresses(self.function) != self.buffers

    def __call__(self, **inputs: Tensor) -> Any:
        assert inputs.keys() == self.inputs.keys()
        assert not self.stale, "replayed after its buffers were reallocated"
        for name, value in inputs.items():
            assert value.shape == self.inputs[name].shape, "another shape under the same key"
            assert value.dtype == self.inputs[name].dtype
            self.inputs[name].copy_(value)
        return self.function(**self.inputs)


def addresses(function: Function) -> list[int]:
    """Return the addresses of the keys and values in a function's closure."""
    cells: Any = getattr(function, "__closure__", None) or ()
    caches = [cell.cell_contents for cell in cells if isinstance(cell.cell_contents, KeyValueCache)]
    return [buffer.data_ptr() for cache in caches for buffer in (cache.keys, cache.values)]


@pytest.fixture
def captured(sloth: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> FlashSloth:
    """The model as on a CUDA device, with EagerGraph for its captures."""
    monkeypatch.setattr(cuda_graphs, "CapturedGraph", EagerGraph)
    monkeypatch.setattr(EagerGraph, "made", 0)
    variant = driven(sloth, padded=True, ahead=True)
    variant.engine.graphs.disabled_reason = ""
    return variant


def test_cpu_captures_nothing(tiny_sloth: FlashSloth) -> None:
    assert CudaGraphs(torch.device("cpu")).disabled_reason == "cpu has no CUDA graphs"
    assert CudaGraphs(torch.device("cuda")).disabled_reason == ""
    assert CudaGraphs(torch.device("cuda"), enabled=False).disabled_reason == "switched off"
    answer(tiny_sloth, prompt(tiny_sloth, QUESTIONS[0]), None)
    assert tiny_sloth.engine.graphs.captured == {}


def test_replays_give_the_same_answers(sloth: FlashSloth, captured: FlashSloth, pictures: list[Image.Image]) -> None:
    """Several turns of two chats in turn, a third on reused buffers, and a cache that grows."""
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
    assert len(sizes) > 1 or captured.engine.context_length in sizes  # it has grown, unless it had the full length
    made, keys = EagerGraph.made, set(captured.engine.graphs.captured)
    del chat, chats, reply
    for picture in pictures[1:3]:
        chat = captured.chat(picture)
        ids = chat._ids(QUESTIONS[0])
        reply = chat.ask(QUESTIONS[0], max_tokens=10)
        reply.text()
        assert reply.token_ids == answer(sloth, ids, see(sloth, picture), 10)
        del chat, reply
    fresh = set(captured.engine.graphs.captured) - keys
    # a new bucket, or the first one on buffers that have grown; everything else, the tower too, is replayed
    assert sorted(key[1] for key in fresh) in ([], ["prefill"], ["decode", "prefill"][: 2 if len(sizes) > 1 else 0])
    assert EagerGraph.made == made + len(fresh)
    assert captured.engine.graphs.disabled_reason == ""


def test_keys_determine_shapes(captured: FlashSloth, pictures: list[Image.Image]) -> None:
    """A key determines the shapes of all inputs and is dropped with its buffers. EagerGraph checks the rest."""
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
        for length in (0, 1, 10, 30, 80):  # words added to the question, for other buckets
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
    assert len(rows) > len(set(rows))  # equal rows with different inputs of EmbQ


def test_replayed_history_is_not_captured(sloth: FlashSloth, captured: FlashSloth, pictures: list[Image.Image]) -> None:
    chat = captured.chat(pictures[2])
    for question in QUESTIONS:
        chat.ask(question, max_tokens=4).text()
    ids = chat._ids("Describe the picture.")
    made = EagerGraph.made
    engine = captured.engine
    logits = engine.prefill(ids, engine.new_state(), chat._pictures)
    assert EagerGraph.made == made
    expected = sloth.engine.prefill(ids, sloth.engine.new_state(), see(sloth, pictures[2]))
    torch.testing.assert_close(logits, expected, rtol=0, atol=1e-4)


class FailingCapture:
    """Raises `error` after a number of successful captures."""

    error: type[Exception] = RuntimeError
    after = 0
    attempts = 0

    def __new__(cls, function: Function, inputs: dict[str, Tensor]) -> Any:
        cls.attempts += 1
        if cls.attempts > cls.after:
            function(**inputs)  # the warm-up
            raise cls.error("operation not permitted\nwhile capturing")
        return EagerGraph(function, inputs)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> type[FailingCapture]:
    monkeypatch.setattr(cuda_graphs, "CapturedGraph", FailingCapture)
    monkeypatch.setattr(FailingCapture, "attempts", 0)
    return FailingCapture


@pytest.mark.parametrize("after", range(4))
def test_failing_capture_falls_back_to_eager(
    sloth: FlashSloth,
    pictures: list[Image.Image],
    failing: type[FailingCapture],
    monkeypatch: pytest.MonkeyPatch,
    after: int,
) -> None:
    monkeypatch.setattr(failing, "after", after)
    variant = driven(sloth, padded=True, ahead=True)
    variant.engine.graphs.disabled_reason = ""
    chat = variant.chat(pictures[1])
    for question in QUESTIONS:
        ids = chat._ids(question)
        reply = chat.ask(question, max_tokens=10)
        reply.text()
        assert reply.token_ids == answer(sloth, ids, see(sloth, pictures[1]), 10)
    assert variant.engine.graphs.disabled_reason == "capture failed: operation not permitted"
    assert variant.engine.graphs.captured == {}
    assert failing.attempts == after + 1  # not tried again


def test_out_of_memory_does_not_disable_captures(
    tiny_sloth: FlashSloth, pictures: list[Image.Image], failing: type[FailingCapture], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is passed on, the conversation stays usable, and captures are tried again."""
    monkeypatch.setattr(failing, "error", torch.OutOfMemoryError)
    variant = driven(tiny_sloth, padded=True, ahead=True)
    variant.engine.graphs.disabled_reason = ""
    chat = variant.chat(pictures[0])
    for after in range(3):  # the tower, then prefill, then decode
        monkeypatch.setattr(failing, "attempts", 0)
        monkeypatch.setattr(failing, "after", min(after, 1))
        with pytest.raises(OutOfMemory):
            chat.ask(QUESTIONS[0], max_tokens=6).text()
        assert variant.engine.graphs.disabled_reason == ""
        assert chat.turns == []
    monkeypatch.setattr(failing, "after", 100)
    ids = chat._ids(QUESTIONS[0])
    reply = chat.ask(QUESTIONS[0], max_tokens=6)
    reply.text()
    assert reply.token_ids == answer(tiny_sloth, ids, see(tiny_sloth, pictures[0]), 6)
    monkeypatch.setattr(failing, "after", 0)
    with pytest.raises(torch.OutOfMemoryError):
        variant.engine.graphs.run(("tower", 0), lambda x: x, x=torch.zeros(1))


def test_graphs_switched_off(tiny_sloth: FlashSloth) -> None:
    engine = Engine(tiny_sloth.loaded.model, tiny_sloth.loaded.decoder, graphs=False)
    assert engine.graphs.disabled_reason == "switched off"
    assert engine.graphs.run("any", lambda x: x + 1, x=torch.ones(1)).item() == 2
