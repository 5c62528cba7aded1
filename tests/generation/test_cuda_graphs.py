"""CUDA graphs without a CUDA device: only CapturedGraph is replaced."""

from __future__ import annotations

import contextlib
import gc
import weakref
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from flashsloth.chat import FlashSloth
from flashsloth.generation import cuda_graphs
from flashsloth.generation.cuda_graphs import CudaGraphs, Function, GraphKey
from flashsloth.generation.decode_loop import DecodeLoop
from flashsloth.generation.engine import BUCKETS, Engine
from generation.helpers import QUESTIONS, EagerGraph, answer, capturing, driven, prompt, see
from replies import said
from token_stream import prompt_ids


@pytest.fixture
def captured(tiny_sloth: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> FlashSloth:
    """The model as on a CUDA device, with EagerGraph for its captures."""
    return capturing(tiny_sloth, monkeypatch)


def test_cpu_captures_nothing(tiny_sloth: FlashSloth) -> None:
    assert CudaGraphs(torch.device("cpu")).disabled_reason == "cpu has no CUDA graphs"
    assert CudaGraphs(torch.device("cuda")).disabled_reason == ""
    assert CudaGraphs(torch.device("cuda"), enabled=False).disabled_reason == "switched off"
    answer(tiny_sloth, prompt(tiny_sloth, QUESTIONS[0]), None)
    assert tiny_sloth.engine.graphs.captured == {}
    engine = Engine(tiny_sloth.loaded.model, tiny_sloth.loaded.decoder, graphs=False)
    assert engine.graphs.disabled_reason == "switched off"
    assert engine.graphs.run(GraphKey("tower", 0, ()), lambda x: x + 1, x=torch.ones(1)).item() == 2


def test_replays_give_the_same_answers(
    tiny_sloth: FlashSloth, captured: FlashSloth, pictures: list[Image.Image]
) -> None:
    """Several turns of two chats in turn, a third on reused buffers, and a cache that grows."""
    chats = [captured.chat(pictures[0]), captured.chat()]
    sizes = set()
    for turn in range(4):
        for chat in chats:
            question = QUESTIONS[turn % 3] + " And then?" * (15 * turn)
            ids = prompt_ids(chat, question)
            picture = see(tiny_sloth, pictures[0]) if chat.images else None
            assert said(chat.ask(question, max_tokens=10)) == answer(tiny_sloth, ids, picture, 10)
        sizes.add(chats[0].backend.state.cache.capacity)
    assert len(sizes) > 1 or captured.engine.context_length in sizes  # it has grown, unless it had the full length
    made, keys = EagerGraph.made, set(captured.engine.graphs.captured)
    del chat, chats
    for picture in pictures[1:3]:
        chat = captured.chat(picture)
        ids = prompt_ids(chat, QUESTIONS[0])
        assert said(chat.ask(QUESTIONS[0], max_tokens=10)) == answer(tiny_sloth, ids, see(tiny_sloth, picture), 10)
        del chat
    fresh = set(captured.engine.graphs.captured) - keys
    assert EagerGraph.made == made + len(fresh)
    assert {key.kind for key in captured.engine.graphs.captured} == {"tower", "prefill", "decode"}
    assert captured.engine.graphs.problem == ""


def test_first_use_is_eager(captured: FlashSloth, pictures: list[Image.Image]) -> None:
    """A single question captures nothing but its decode steps."""
    picture = see(captured, pictures[0])
    ids = prompt(captured, QUESTIONS[0], picture.visual_tokens)
    state = captured.engine.new_state()
    token = int(captured.engine.prefill(ids, state, picture).argmax())
    assert EagerGraph.made == 0
    for _ in range(3):
        token = int(captured.engine.decode(token, state).argmax())
    assert {key.kind for key in captured.engine.graphs.captured} == {"decode"}
    see(captured, pictures[1])
    captured.engine.prefill(ids, captured.engine.new_state(), picture)  # of another owner: its first use
    assert {key.kind for key in captured.engine.graphs.captured} == {"decode", "tower"}


class FakeGraph:
    def replay(self) -> None:
        pass


class FakeCuda:
    """Stands for torch.cuda in captures; `deleted` counts the graphs that were deleted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made = self.deleted = 0
        self.capturing = False
        self.error_at_end: Exception | None = None  # of a capture that was interrupted
        for name in ("CUDAGraph", "graph"):
            monkeypatch.setattr(torch.cuda, name, getattr(self, name))
        stream = SimpleNamespace(wait_stream=lambda other: None)
        for name in ("Stream", "current_stream", "graph_pool_handle"):
            monkeypatch.setattr(torch.cuda, name, lambda: stream)
        for name in ("stream", "device", "synchronize"):
            monkeypatch.setattr(torch.cuda, name, contextlib.nullcontext)

    def CUDAGraph(self) -> Any:
        graph = FakeGraph()
        self.made += 1
        weakref.finalize(graph, self.count_deleted)
        return graph

    def count_deleted(self) -> None:
        self.deleted += 1

    @contextlib.contextmanager
    def graph(self, *_: Any, **__: Any) -> Iterator[None]:
        self.capturing = True
        try:
            yield
        except RuntimeError:
            if self.error_at_end is not None:
                raise self.error_at_end from None
            raise
        finally:
            self.capturing = False


@pytest.mark.parametrize("error", [None, RuntimeError, torch.OutOfMemoryError])
def test_graphs_stay_alive(monkeypatch: pytest.MonkeyPatch, error: type[Exception] | None) -> None:
    """The deletion of one that was replaced or failed would free cuBLAS's workspace under the others."""
    fake, graphs = FakeCuda(monkeypatch), CudaGraphs(torch.device("cpu"))
    graphs.disabled_reason = ""

    def run(x: Tensor) -> Tensor:
        if fake.capturing and error is not None and live in graphs.captured:
            raise error("while capturing")
        return x + 1

    live, other = GraphKey("decode", 1, ()), GraphKey("prefill", 2, ())
    for key in (live, live, other, other):
        assert graphs.run(key, run, x=torch.zeros(1)).item() == 1
    graphs.forget(2)
    gc.collect()
    assert set(graphs.captured) == {live}
    assert (fake.made, fake.deleted) == (3, 0)  # with the one that keeps the pool
    assert bool(graphs.failures) == (error is RuntimeError)


def test_many_graphs_are_deleted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then they are captured again."""
    monkeypatch.setattr(cuda_graphs, "MAX_GRAPHS", 4)
    fake, graphs = FakeCuda(monkeypatch), CudaGraphs(torch.device("cpu"))
    graphs.disabled_reason = ""
    keys = [GraphKey("decode", owner, ()) for owner in range(4)]
    for key in keys * 2:
        graphs.run(key, lambda x: x + 1, x=torch.zeros(1))
        gc.collect()
        assert fake.deleted in (0, 4)
    assert set(graphs.captured) == {keys[3]}
    assert (fake.made, fake.deleted) == (6, 4)
    graphs.run(keys[0], lambda x: x + 1, x=torch.zeros(1))
    assert set(graphs.captured) == {keys[3], keys[0]}


def test_memory_that_runs_out_is_found_behind_the_error_of_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupted capture may end with an error of its own; other captures of this kind go on."""
    fake, graphs = FakeCuda(monkeypatch), CudaGraphs(torch.device("cpu"))
    graphs.disabled_reason = ""
    fake.error_at_end = RuntimeError("operation failed due to a previous error during capture")

    def run(x: Tensor) -> Tensor:
        if fake.capturing:
            raise torch.OutOfMemoryError("no memory")
        return x + 1

    for _ in range(2):
        assert graphs.run(GraphKey("tower", 0, ()), run, x=torch.zeros(1)).item() == 1
    assert graphs.problem == ""


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
            kept = [key for key in engine.graphs.captured if key.owner == id(state.cache)]
            extents = {key.shape[1] if key.kind == "prefill" else key.shape[0] for key in kept}
            assert all(extent <= state.cache.capacity for extent in extents)
    assert {key.kind for key in seen} == {"tower", "prefill", "decode"}
    assert len([key for key in seen if key.kind == "tower"]) == 2
    rows = [key.shape[0] for key in seen if key.kind == "prefill"]
    assert set(rows) <= set(BUCKETS)
    assert len(rows) > len(set(rows))  # equal rows with different inputs of EmbQ


def test_replayed_history_is_not_captured(
    tiny_sloth: FlashSloth, captured: FlashSloth, pictures: list[Image.Image]
) -> None:
    chat = captured.chat(pictures[2])
    for question in QUESTIONS:
        chat.ask(question, max_tokens=4).text()
    ids = prompt_ids(chat, "Describe the picture.")
    made = EagerGraph.made
    engine = captured.engine
    logits = engine.prefill(ids, engine.new_state(), chat.encoded)
    assert EagerGraph.made == made
    expected = tiny_sloth.engine.prefill(ids, tiny_sloth.engine.new_state(), see(tiny_sloth, pictures[2]))
    torch.testing.assert_close(logits, expected, rtol=0, atol=1e-4)


class FailingCapture:
    """Raises `error` after a number of successful captures."""

    error: type[Exception] = RuntimeError
    after = 0
    attempts = 0

    def __new__(cls, function: Function, inputs: dict[str, Tensor], memory: None) -> Any:
        cls.attempts += 1
        if cls.attempts > cls.after:
            function(**inputs)  # the warm-up
            raise cls.error("operation not permitted\nwhile capturing")
        return EagerGraph(function, inputs, memory)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> type[FailingCapture]:
    monkeypatch.setattr(cuda_graphs, "CapturedGraph", FailingCapture)
    monkeypatch.setattr(cuda_graphs, "CaptureMemory", lambda device: None)
    monkeypatch.setattr(FailingCapture, "attempts", 0)
    return FailingCapture


@pytest.mark.parametrize(
    ("after", "error"), [(0, RuntimeError), (3, RuntimeError), (3, torch.OutOfMemoryError)], ids=str
)
def test_failing_capture_falls_back_to_eager(
    tiny_sloth: FlashSloth,
    pictures: list[Image.Image],
    failing: type[FailingCapture],
    monkeypatch: pytest.MonkeyPatch,
    after: int,
    error: type[Exception],
) -> None:
    """The answers stay the same. A kind that cannot be captured is not tried again, but the others are; without memory
    only that very call runs eagerly."""
    monkeypatch.setattr(failing, "after", after)
    monkeypatch.setattr(failing, "error", error)
    variant = driven(tiny_sloth, padded=True, ahead=True)
    graphs = variant.engine.graphs
    graphs.disabled_reason = ""
    for _ in range(2):
        chat = variant.chat(pictures[1])
        for question in QUESTIONS:
            ids = prompt_ids(chat, question)
            expected = answer(tiny_sloth, ids, see(tiny_sloth, pictures[1]), 10)
            assert said(chat.ask(question, max_tokens=10)) == expected
        del chat
    failed = failing.attempts - after
    assert len(graphs.captured) <= after
    if error is RuntimeError:
        assert set(graphs.failures.values()) == {"operation not permitted"}
        assert len(graphs.failures) == failed <= 3
        assert graphs.problem.startswith("capture of the ")
    else:
        assert graphs.failures == {}
        # private: no public name tells what is not captured again
        assert len(graphs._eager) <= failed
        assert graphs.problem == ""


def test_memory_that_runs_out_eagerly_is_an_error(tiny_sloth: FlashSloth, failing: type[FailingCapture]) -> None:
    graphs = driven(tiny_sloth, padded=True).engine.graphs
    graphs.disabled_reason = ""

    def run(x: Tensor) -> Tensor:
        raise torch.OutOfMemoryError("no memory")

    for _ in range(2):
        with pytest.raises(torch.OutOfMemoryError):
            graphs.run(GraphKey("tower", 0, ()), run, x=torch.zeros(1))


def test_rows_of_a_batch_are_captured(captured: FlashSloth, pictures: list[Image.Image]) -> None:
    """In powers of two; their prefills are not, as rows move and grow with the others. A row that ended is free."""
    picture = see(captured, pictures[0])
    ids = prompt(captured, QUESTIONS[0], picture.visual_tokens)
    batch = DecodeLoop(captured.engine, 3)
    for _ in range(5):
        captured.engine.prefill(ids, batch.add(), picture)
        for _ in range(3):
            batch.decode([5] * len(batch.states))
    kept = [key for key in captured.engine.graphs.captured if key.kind != "tower"]
    assert [(key.kind, key.shape[0]) for key in kept] == [("rows", 1), ("rows", 2), ("rows", 4), ("rows", 8)]
    batch.remove(0)
    batch.decode([5] * 4)
    assert batch.cache.rows == 8
