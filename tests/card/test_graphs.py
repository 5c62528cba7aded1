"""Captured graphs on the pretended card: first uses, caches that grow, captures that fail, the life of graphs."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

import flashsloth
from card.state import Card
from flashsloth.chat import Chat, FlashSloth
from flashsloth.generation import cuda_graphs
from flashsloth.generation.cuda_graphs import CudaGraphs, GraphKey
from flashsloth.generation.decode_loop import DecodeLoop
from flashsloth.generation.engine import BUCKETS, Engine
from generation.helpers import QUESTIONS, answer, prompt, see
from replies import said
from token_stream import prompt_ids

CUDA = torch.device("cuda")
Ask = Callable[[Chat, str], None]


@pytest.fixture
def captured(cuda: Card, native_folder: Path) -> FlashSloth:
    return flashsloth.open(native_folder, device="cuda", dtype="float32")


@pytest.fixture
def ask(tiny_sloth: FlashSloth) -> Ask:
    """Ask a question in a chat on the card, and compare the answer with that of the CPU."""

    def check(chat: Chat, question: str) -> None:
        seen = [see(tiny_sloth, image.image, hd=chat.hd) for image in chat.images]
        expected = answer(tiny_sloth, prompt_ids(chat, question), *(seen or [None]), 10)
        assert said(chat.ask(question, max_tokens=10)) == expected

    return check


def test_a_cpu_captures_nothing(tiny_sloth: FlashSloth) -> None:
    assert CudaGraphs(torch.device("cpu")).disabled_reason == "cpu has no CUDA graphs"
    answer(tiny_sloth, prompt(tiny_sloth, QUESTIONS[0]), None)
    assert tiny_sloth.engine.graphs.captured == {}
    engine = Engine(tiny_sloth.loaded.model, tiny_sloth.loaded.decoder, graphs=False)
    assert engine.graphs.disabled_reason == "switched off"
    assert engine.graphs.run(GraphKey("tower", 0, ()), lambda x: x + 1, x=torch.ones(1)).item() == 2


def test_replays_give_the_same_answers(cuda: Card, captured: FlashSloth, ask: Ask, pictures: list[Image.Image]) -> None:
    """Several turns of three chats in turn, whose caches grow, then two on buffers that are used again. A graph of
    other shapes, or of buffers that are gone, would change an answer."""
    chats = [captured.chat(pictures[0]), captured.chat(), captured.chat(pictures[3], hd=True)]
    graphs, sizes = captured.engine.graphs, set()
    for turn in range(4):
        for chat in chats:
            ask(chat, QUESTIONS[turn % 3] + " And then?" * (15 * turn))
        sizes.add(chats[0].backend.state.cache.capacity)
    assert len(sizes) > 1 or captured.engine.context_length in sizes  # it has grown, unless it had the full length
    made, keys = cuda.kernels["capture"], set(graphs.captured)
    del chat, chats
    for picture in pictures[1:3]:
        ask(captured.chat(picture), QUESTIONS[0])
    assert cuda.kernels["capture"] == made + len(set(graphs.captured) - keys)
    assert {key.kind for key in graphs.captured} == {"tower", "prefill", "decode"}
    assert {key.shape[0] for key in graphs.captured if key.kind == "prefill"} <= set(BUCKETS)
    assert graphs.problem == ""


def test_first_use_is_eager(cuda: Card, captured: FlashSloth, pictures: list[Image.Image]) -> None:
    """A single question captures nothing but its decode steps."""
    picture, engine = see(captured, pictures[0]), captured.engine
    ids, state = prompt(captured, QUESTIONS[0], picture.visual_tokens), engine.new_state()
    token = int(engine.prefill(ids, state, picture).argmax())
    assert cuda.kernels["capture"] == 0
    for _ in range(3):
        token = int(engine.decode(token, state).argmax())
    assert {key.kind for key in engine.graphs.captured} == {"decode"}
    see(captured, pictures[1])
    engine.prefill(ids, engine.new_state(), picture)  # of another owner: its first use
    assert {key.kind for key in engine.graphs.captured} == {"decode", "tower"}


def test_replayed_history_is_not_captured(
    cuda: Card, tiny_sloth: FlashSloth, captured: FlashSloth, pictures: list[Image.Image]
) -> None:
    chat, engine = captured.chat(pictures[2]), captured.engine
    for question in QUESTIONS:
        chat.ask(question, max_tokens=4).text()
    ids, made = prompt_ids(chat, "Describe the picture."), cuda.kernels["capture"]
    logits = engine.prefill(ids, engine.new_state(), chat.encoded)
    assert cuda.kernels["capture"] == made
    expected = tiny_sloth.engine.prefill(ids, tiny_sloth.engine.new_state(), see(tiny_sloth, pictures[2]))
    torch.testing.assert_close(logits.cpu(), expected, rtol=0, atol=1e-4)


def test_rows_of_a_batch_are_captured(captured: FlashSloth, pictures: list[Image.Image]) -> None:
    """In powers of two; their prefills are not, as rows move and grow with the others. A row that ended is free."""
    picture, engine = see(captured, pictures[0]), captured.engine
    ids, batch = prompt(captured, QUESTIONS[0], picture.visual_tokens), DecodeLoop[Any](engine, 3)
    for _ in range(5):
        engine.prefill(ids, batch.add(), picture)
        for _ in range(3):
            batch.decode([5] * len(batch.states))
    kept = [key for key in engine.graphs.captured if key.kind != "tower"]
    assert [(key.kind, key.shape[0]) for key in kept] == [("rows", 1), ("rows", 2), ("rows", 4), ("rows", 8)]
    batch.remove(0)
    batch.decode([5] * 4)
    assert batch.cache.rows == 8


@pytest.mark.parametrize(("after", "error"), [(0, RuntimeError), (3, RuntimeError), (3, torch.OutOfMemoryError)])
def test_a_capture_that_fails(
    captured: FlashSloth, ask: Ask, pictures: list[Image.Image], monkeypatch: Any, after: int, error: type[Exception]
) -> None:
    """The answers stay the same. A kind that cannot be captured is not tried again, but the others are; without memory
    only that very call runs eagerly."""
    graphs, capture, tried = captured.engine.graphs, torch.cuda.graph, list[Any]()

    def fail(graph: Any, **options: Any) -> Any:
        tried.append(graph)
        if len(tried) > after + 1:  # the first keeps the pool
            raise error("operation not permitted\nwhile capturing")
        return capture(graph, **options)

    monkeypatch.setattr(torch.cuda, "graph", fail)
    for _ in range(2):
        chat = captured.chat(pictures[1])
        for question in QUESTIONS:
            ask(chat, question)
        del chat
    failed = len(tried) - after - 1
    assert len(graphs.captured) <= after
    if error is RuntimeError:
        assert set(graphs.failures.values()) == {"operation not permitted"}
        assert len(graphs.failures) == failed <= 3
        assert graphs.problem.startswith("capture of the ")
    else:
        assert (graphs.failures, graphs.problem) == ({}, "")
        assert 0 < len(graphs._eager) <= failed  # private: no public name tells what is not captured again


def add_one(graphs: CudaGraphs, key: GraphKey, function: Callable[[Tensor], Tensor] = lambda x: x + 1) -> None:
    assert graphs.run(key, function, x=torch.zeros(1, device=CUDA)).item() == 1
    gc.collect()


def test_memory_that_runs_out_eagerly_is_an_error(cuda: Card) -> None:
    graphs = CudaGraphs(CUDA)
    for _ in range(2):
        with pytest.raises(torch.OutOfMemoryError):
            add_one(graphs, GraphKey("tower", 0, ()), lambda x: x + torch.empty(2**40, device=CUDA))


@pytest.mark.parametrize("error", [None, RuntimeError, torch.OutOfMemoryError])
def test_graphs_stay_alive(cuda: Card, error: type[Exception] | None) -> None:
    """The deletion of one that was replaced or failed would free cuBLAS's workspace under the others."""
    graphs, live, other = CudaGraphs(CUDA), GraphKey("decode", 1, ()), GraphKey("prefill", 2, ())

    def run(x: Tensor) -> Tensor:
        if torch.cuda.is_current_stream_capturing() and error is not None and live in graphs.captured:
            raise error("while capturing")
        return x + 1

    for key in (live, live, other, other):
        add_one(graphs, key, run)
    graphs.forget(2)
    gc.collect()
    assert set(graphs.captured) == {live}
    assert len(cuda.graphs) == 3  # with the one that keeps the pool
    assert bool(graphs.failures) == (error is RuntimeError)


def test_many_graphs_are_deleted_together(cuda: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then they are captured again."""
    monkeypatch.setattr(cuda_graphs, "MAX_GRAPHS", 4)
    graphs, counts = CudaGraphs(CUDA), []
    keys = [GraphKey("decode", owner, ()) for owner in range(4)]
    for key in [*keys, *keys, keys[0]]:
        add_one(graphs, key)
        counts.append(len(cuda.graphs))
    assert counts == [0, 0, 0, 0, 2, 3, 4, 2, 3]
    assert set(graphs.captured) == {keys[3], keys[0]}
