"""Checks of captured graphs: their working memory, their first uses, conversations that decode
together, and too little memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import torch

from cards.check import CLOSE, Machine, NotHere, Row, at_most, difference
from flashsloth import devices
from flashsloth.benchmark import measurement, random_weights
from flashsloth.benchmark.measurement import FlashSlothBackend, make_task, random_plan
from flashsloth.checkpoints import model_files
from flashsloth.generation.cuda_graphs import GraphKey
from flashsloth.generation.decode_loop import DecodeLoop
from flashsloth.generation.engine import Engine, KVState

# Lengths of prompts without a picture, in different buckets. 145 is the usual length with a picture.
LENGTHS = (40, 200, 400)
GIGABYTES = (8, 6, 4)
BALLAST_LEFT = 96 * 2**20  # bytes that are left free in addition to the memory of an eager call


def words(count: int) -> list[int]:
    return [11 + 7 * number % 300 for number in range(count)]


def decode(engine: Engine, state: KVState, steps: int) -> torch.Tensor:
    """Decode the most likely tokens and return the last logits."""
    logits = engine.decode(11, state)
    for _ in range(steps - 1):
        logits = engine.decode(int(logits.argmax()), state)
    return logits


def workspace(machine: Machine) -> Iterator[Row]:
    """Capture the tower and decode steps, grow a cache, run out of memory in a capture, allocate
    memory, and replay. cuBLAS's workspaces must still exist then. A second conversation, whose cache
    does not grow, replays its decode steps to the end."""
    backend = machine.backend()
    engine, task = backend.engine, backend.task
    eager = Engine(backend.model.model, engine.decoder, graphs=False)
    expected = eager.encode_image(task.pixels())
    image = engine.encode_image(task.pixels())
    engine.encode_image(task.pixels())  # captures the tower
    state, second = (engine.new_state() for _ in range(2))
    other, second_other = (eager.new_state() for _ in range(2))
    for each in (state, second):
        engine.prefill(task.ids, each, image)
        decode(engine, each, 3)
    before = state.cache.capacity
    longer = [*state.ids, *words(before + 1 - len(state.ids))]
    engine.prefill(longer, state, image)
    yield Row(1, "cache grown", f"{before} -> {state.cache.capacity} positions")
    eager.prefill(longer, other, expected)
    eager.prefill(task.ids, second_other, expected)
    decode(eager, second_other, 3)
    for after in ("", " after a capture without memory"):
        if after:
            yield capture_without_memory(machine, engine)
        taken = [torch.randn(2**22, device=machine.device) for _ in range(4 if machine.tiny else 64)]
        found = {
            "tower replayed": (engine.encode_image(task.pixels()).tokens, expected.tokens),
            "decode recaptured": (decode(engine, state, 3), decode(eager, other, 3)),
            "decode replayed": (decode(engine, second, 3), decode(eager, second_other, 3)),
        }
        for name, pair in found.items():
            yield at_most(1, f"{name}{after}, error", difference(*pair), CLOSE, "")
        del taken
    if machine.cuda:
        yield Row(
            1, "graphs", engine.graphs.problem or "captured", "captured", not engine.graphs.problem
        )


def capture_without_memory(machine: Machine, engine: Engine) -> Row:
    """Let a capture request more memory than the card has, after a product. The call must then run
    eagerly."""
    x = torch.ones(256, 256, dtype=machine.dtype, device=machine.device)
    captures = []

    def function(x: torch.Tensor) -> torch.Tensor:
        y = x @ x
        if machine.cuda and torch.cuda.is_current_stream_capturing():
            captures.append(torch.cuda.get_device_properties(machine.device).total_memory)
            torch.empty(captures[-1], dtype=torch.uint8, device=machine.device)
        return y

    for _ in range(2):
        found = engine.graphs.run(GraphKey("check", None, ()), function, x=x)
    tried = (
        f"{len(captures)} captures, eager result {'right' if torch.equal(found, x @ x) else 'wrong'}"
    )
    wanted = f"{int(machine.cuda)} captures, eager result right"
    return Row(
        1, "capture without memory", tried, wanted, tried == wanted and not engine.graphs.failures
    )


def first_uses(machine: Machine) -> Iterator[Row]:
    """Time the first token of three prompts at their first, second and third use."""
    backend = machine.backend()
    engine = backend.engine
    engine.prefill(words(90), engine.new_state())  # a process's first operations
    for length in LENGTHS[: 1 if machine.tiny else None]:
        state, times = engine.new_state(), []
        for _ in range(3):
            del state
            state = engine.new_state()
            measurement.synchronize(machine.device)
            began = time.perf_counter()
            int(engine.prefill(words(length), state).argmax())
            times.append((time.perf_counter() - began) * 1000)
        yield Row(
            4, f"uses 1 to 3, {length} positions", f"{times[0]:.1f}, {times[1]:.1f}, {times[2]:.1f} ms"
        )
        yield at_most(4, f"first use, {length} positions", times[0], 100, "ms", 1)
        yield at_most(4, f"third use, {length} positions", times[2], 14, "ms", 1)


def rows(machine: Machine) -> Iterator[Row]:
    """Decode conversations together, captured and eagerly. Measure the difference of the logits and the
    time of a step."""
    backend = machine.backend()
    eager = Engine(backend.model.model, backend.engine.decoder, graphs=False)
    for count in (1, 3) if machine.tiny else (1, 3, 16):
        batches = [DecodeLoop(engine, count) for engine in (backend.engine, eager)]
        for batch in batches:
            for number in range(count):
                batch.engine.prefill(words(40 + 3 * number), batch.new_row())
        for _ in range(3):  # eager, captured, replayed
            captured, expected = (batch.decode(words(count)) for batch in batches)
        name = f"{count} conversations together"
        yield at_most(4, f"{name}, error", difference(captured, expected), CLOSE, "")
        times = [machine.milliseconds(partial(batch.decode, words(count))) for batch in batches]
        yield at_most(
            4, f"{name}, a step (eagerly {times[1]:.2f} ms)", times[0], round(times[1], 2), "ms"
        )


@contextmanager
def limited(machine: Machine, gigabytes: float) -> Iterator[None]:
    """Limit the memory of this process; `devices.free_memory` reports the rest of it."""
    total = torch.cuda.mem_get_info(machine.device)[1]
    # The limit applies only to torch. The library calls `free_memory` for the memory of the whole card,
    # so this function is replaced, too.
    limit, whole = int(gigabytes * 1e9), devices.free_memory
    torch.cuda.set_per_process_memory_fraction(min(1.0, limit / total), machine.device)

    def free_memory(device: torch.device) -> int:
        free = whole(device)
        return min(free, limit - torch.cuda.memory_reserved(device)) if device.type == "cuda" else free

    devices.free_memory = free_memory
    try:
        yield
    finally:
        devices.free_memory = whole
        torch.cuda.set_per_process_memory_fraction(1.0, machine.device)


def little_memory(machine: Machine) -> Iterator[Row]:
    """Open and use the model within the memory of smaller cards; each limit runs in a process of its
    own."""
    if not machine.cuda:
        raise NotHere("needs a CUDA device")
    gigabytes = float(machine.options["gigabytes"])
    with limited(machine, gigabytes), torch.inference_mode():
        # the preset that the default chooses within this memory
        task = make_task(replace(machine.job(), quant="auto", dtype=None))
        infos = random_weights.infos(model_files.build_empty(task.config))
        chosen = random_plan(task, infos).preset.name
        yield Row(
            5,
            f"{gigabytes:g} GB: auto chooses",
            chosen,
            "none, int4 or nf4",
            chosen in ("none", "int4", "nf4"),
        )
        try:
            backend = machine.backend(quant=chosen, hd=True)
        except devices.OutOfMemory as error:
            yield Row(
                5,
                f"{gigabytes:g} GB",
                f"{error} {error.hint}",
                "runs, in 4 GB with a hint",
                gigabytes < 6,
            )
            return
        yield from whole_context(machine, backend, gigabytes)
        yield from without_room(machine, backend, gigabytes)


def whole_context(machine: Machine, backend: FlashSlothBackend, gigabytes: float) -> Iterator[Row]:
    """Prefill a prompt with tiles, then let the cache grow to the whole context."""
    engine, task = backend.engine, backend.task
    name = f"{gigabytes:g} GB: HD prefill, cache to {engine.context_length}"
    try:
        image, state = engine.encode_image(task.pixels()), engine.new_state()
        engine.prefill(task.ids, state, image)
        engine.prefill([*state.ids, *words(engine.context_length - 64 - len(state.ids))], state, image)
        decode(engine, state, 3)
    except devices.OutOfMemory as error:
        yield Row(5, name, str(error), "runs", False)
        return
    yield Row(5, name, f"peak {devices.peak_memory(machine.device) / 1e9:.2f} GB", "runs", True)


def without_room(machine: Machine, backend: FlashSlothBackend, gigabytes: float) -> Iterator[Row]:
    """Let memory run out while graphs are captured. The calls must then run eagerly."""
    engine, task = backend.engine, backend.task
    image, state = engine.encode_image(task.pixels()), engine.new_state()
    torch.cuda.reset_peak_memory_stats(machine.device)
    before = torch.cuda.memory_allocated(machine.device)
    expected = engine.prefill(task.ids, state, image)
    # the memory that an eager call takes
    taken = torch.cuda.max_memory_allocated(machine.device) - before
    state = KVState(state.cache)  # the second use of the same cache is captured
    devices.release_memory(machine.device)
    room = devices.free_memory(machine.device) - taken - BALLAST_LEFT
    ballast = torch.empty(max(room, 1), dtype=torch.uint8, device=machine.device)
    name = f"{gigabytes:g} GB: no room for captures"
    try:
        found = engine.prefill(task.ids, state, image)
        decode(engine, state, 4)
    except devices.OutOfMemory as error:
        yield Row(5, name, str(error), "runs eagerly", False)
    else:
        error = difference(found, expected)
        yield Row(
            5,
            name,
            f"{engine.graphs.problem or 'no failure kept'}, error {error:.3f}",
            "runs",
            error <= CLOSE,
        )
    del ballast
