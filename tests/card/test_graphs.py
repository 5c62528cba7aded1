"""Captured graphs on the simulated card: first uses, caches that grow, captures that fail, the life of
graphs."""

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
from card.runtime import Card
from flashsloth.chat import Chat, FlashSloth
from flashsloth.generation import cuda_graphs
from flashsloth.generation.cuda_graphs import CudaGraphs, GraphKey
from flashsloth.generation.decode_loop import DecodeLoop
from flashsloth.generation.engine import BUCKETS, Engine
from flashsloth.inference.attention import MIN_CAPACITY
from generation.helpers import QUESTIONS, prompt, see
from replies import said
from token_stream import prompt_ids

CUDA = torch.device("cuda")


@pytest.fixture
def captured(cuda: Card, native_folder: Path) -> FlashSloth:
    return flashsloth.open(native_folder, device="cuda", dtype="float32")


def asked(model: FlashSloth, picture: Image.Image) -> list[list[int]]:
    chat = model.chat(picture)
    return [said(chat.ask(question, max_tokens=10)) for question in QUESTIONS]


def in_turn(chats: list[Chat]) -> list[list[int]]:
    """Ask longer and longer questions in turns of all chats, whose caches grow."""
    questions = [QUESTIONS[turn % 3] + " And then?" * (15 * turn) for turn in (0, 3)]
    return [said(chat.ask(question, max_tokens=10)) for question in questions for chat in chats]


def test_a_cpu_captures_nothing(tiny_sloth: FlashSloth) -> None:
    assert CudaGraphs(torch.device("cpu")).disabled_reason == "cpu has no CUDA graphs"
    engine = Engine(tiny_sloth.loaded.model, tiny_sloth.loaded.decoder, graphs=False)
    assert engine.graphs.disabled_reason == "switched off"
    assert engine.graphs.run(GraphKey("tower", None, ()), lambda x: x + 1, x=torch.ones(1)).item() == 2


@pytest.mark.slow
def test_replays_give_the_same_answers(
    cuda: Card, captured: FlashSloth, tiny_sloth: FlashSloth, pictures: list[Image.Image]
) -> None:
    """Ask chats in turn, three of which differ in their pictures alone, then two on buffers that are
    used again. A graph of other shapes, of another chat's buffers, or of buffers that are gone, would
    change an answer."""
    chats, expected = (
        [*map(model.chat, pictures[:3]), model.chat(), model.chat(pictures[3], hd=True)]
        for model in (captured, tiny_sloth)
    )
    assert in_turn(chats) == in_turn(expected)
    assert chats[0].backend.state.cache.capacity > MIN_CAPACITY  # it has grown
    graphs, made = captured.engine.graphs, cuda.kernels["capture"]
    keys = set(graphs.captured)
    del chats
    for picture in pictures[1:3]:
        assert asked(captured, picture) == asked(tiny_sloth, picture)
    assert cuda.kernels["capture"] == made + len(set(graphs.captured) - keys)
    assert {key.kind for key in graphs.captured} == {"tower", "prefill", "decode"}
    assert {key.shape[0] for key in graphs.captured if key.kind == "prefill"} <= set(BUCKETS)
    assert graphs.problem == ""


def test_first_use_is_eager(cuda: Card, captured: FlashSloth, pictures: list[Image.Image]) -> None:
    """The prefill of another chat is its first use too."""
    picture, engine = see(captured, pictures[0]), captured.engine
    for state in (engine.new_state(), engine.new_state()):
        engine.prefill(prompt(captured, QUESTIONS[0], picture.visual_tokens), state, picture)
    assert cuda.kernels["capture"] == 0


def test_replayed_history_is_not_captured(
    cuda: Card, captured: FlashSloth, pictures: list[Image.Image]
) -> None:
    chat, engine = captured.chat(pictures[2]), captured.engine
    for question in QUESTIONS:
        chat.ask(question, max_tokens=4).text()
    ids, made = prompt_ids(chat, "Describe the picture."), cuda.kernels["capture"]
    engine.prefill(ids, engine.new_state(), chat.encoded)
    assert cuda.kernels["capture"] == made


def test_rows_of_a_batch_are_captured(captured: FlashSloth, pictures: list[Image.Image]) -> None:
    """In powers of two; their prefills are not, as rows move and grow with the others. A row that ended
    is free."""
    picture, engine = see(captured, pictures[0]), captured.engine
    ids, batch = prompt(captured, QUESTIONS[0], picture.visual_tokens), DecodeLoop[Any](engine, 3)
    for _ in range(5):
        engine.prefill(ids, batch.new_row(), picture)
        for _ in range(3):
            batch.decode([5] * len(batch.states))
    kept = [key for key in engine.graphs.captured if key.kind != "tower"]
    assert [(key.kind, key.shape[0]) for key in kept] == [
        ("decode", 1),
        ("decode", 2),
        ("decode", 4),
        ("decode", 8),
    ]
    batch.remove(batch.states[0])
    batch.decode([5] * 4)
    assert batch.cache.rows == 8


@pytest.mark.parametrize("after", [0, 3])
def test_a_capture_that_fails(
    captured: FlashSloth,
    tiny_sloth: FlashSloth,
    pictures: list[Image.Image],
    monkeypatch: Any,
    after: int,
) -> None:
    """The answers stay the same. A kind that cannot be captured is not tried again, but the others
    are."""
    graphs, capture, tried = captured.engine.graphs, torch.cuda.graph, list[Any]()

    def fail(graph: Any, **options: Any) -> Any:
        tried.append(graph)
        if len(tried) > after + 1:  # the first keeps the pool
            raise RuntimeError("operation not permitted\nwhile capturing")
        return capture(graph, **options)

    monkeypatch.setattr(torch.cuda, "graph", fail)
    for _ in range(2):
        assert asked(captured, pictures[1]) == asked(tiny_sloth, pictures[1])
    assert len(graphs.captured) <= after
    assert set(graphs.failures.values()) == {"operation not permitted"}
    assert len(graphs.failures) == len(tried) - after - 1 <= 3
    assert graphs.problem.startswith("capture of the ")


def add_one(
    graphs: CudaGraphs, key: GraphKey, function: Callable[[Tensor], Tensor] = lambda x: x + 1
) -> None:
    assert graphs.run(key, function, x=torch.zeros(1, device=CUDA)).item() == 1
    gc.collect()


def test_memory_that_runs_out_eagerly_is_an_error(cuda: Card) -> None:
    graphs = CudaGraphs(CUDA)
    for _ in range(2):
        with pytest.raises(torch.OutOfMemoryError):
            add_one(graphs, GraphKey("tower", None, ()), lambda x: x + torch.empty(2**40, device=CUDA))


@pytest.mark.parametrize("error", [None, RuntimeError, torch.OutOfMemoryError])
def test_graphs_stay_alive(cuda: Card, error: type[Exception] | None) -> None:
    """The deletion of one that was replaced or failed would free cuBLAS's workspace under the others. A
    call whose capture failed is not tried again."""
    graphs, live, other = CudaGraphs(CUDA), GraphKey("decode", 1, ()), GraphKey("prefill", 2, ())

    def run(x: Tensor) -> Tensor:
        if torch.cuda.is_current_stream_capturing() and error is not None and live in graphs.captured:
            raise error("while capturing")
        return x + 1

    for key in (live, live, other, other, other):
        add_one(graphs, key, run)
    graphs.captured.pop(other, None)
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
