"""The scheduler alone: answers in company equal those alone, whoever joins, leaves or fails, and
whenever."""

from __future__ import annotations

import random
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import torch
from PIL import Image

import flashsloth
from flashsloth.chat import FlashSloth
from flashsloth.errors import OutOfMemory, ServerBusy
from flashsloth.generation.caches import KeptCaches
from flashsloth.generation.decode_loop import DecodeLoop
from flashsloth.generation.engine import Engine
from flashsloth.server.scheduler import Running, Scheduler
from server.helpers import LONG, Answered, Blocker, alone, eventually, job, submit

Run = Callable[..., Scheduler]


@pytest.fixture
def run(nano: FlashSloth) -> Iterator[Run]:
    """Start schedulers; close them in the end."""
    started: list[Scheduler] = []

    def start(open_model: Callable[[], FlashSloth] = lambda: nano, **options: Any) -> Scheduler:
        scheduler = Scheduler(open_model, **options)
        scheduler.start()
        started.append(scheduler)
        return scheduler

    yield start
    for scheduler in started:
        scheduler.close(30)
        assert not scheduler._thread.is_alive()  # no public name says that its thread has ended


def ids_of(answered: Answered) -> list[int]:
    """Wait for the end of an answer and return its ids."""
    assert answered.finished
    return answered.ids


def cancel(scheduler: Scheduler, answered: Answered) -> None:
    scheduler.cancel(answered.job)


# ---- the same answers

QUESTIONS = [
    "What do you see?",
    "How many shapes are there? Digits only.",
    "What colour is the circle?",
    "Hello.",
]


def test_context_full(run: Run, tiny_sloth: FlashSloth) -> None:
    """An answer that fills the context, in company of a short one."""
    room = tiny_sloth.engine.context_length - len(job(tiny_sloth, "word").job.prompt.ids)
    question = "word" + " word" * (room - 20)
    wanted = alone(tiny_sloth, question, max_tokens=500, **LONG)[0]
    scheduler = run(lambda: tiny_sloth)
    long = submit(scheduler, job(tiny_sloth, question, max_tokens=500, **LONG))
    short = submit(scheduler, job(tiny_sloth, "Hello."))
    assert (long.finished.reason, long.ids) == ("context", wanted)
    assert ids_of(short) == alone(tiny_sloth, "Hello.")[0]


Ids = Callable[[str, list[Image.Image], dict[str, Any]], list[int]]


@pytest.fixture(scope="module")
def ids_alone(nano: FlashSloth) -> Ids:
    """Return a function that answers without a scheduler, once to each question."""
    known: dict[Any, list[int]] = {}

    def ids(question: str, images: list[Image.Image], options: dict[str, Any]) -> list[int]:
        key = (question, tuple(map(id, images)), repr(options))
        if key not in known:
            known[key] = alone(nano, question, *images, **options)[0]
        return known[key]

    return ids


OPTIONS: list[dict[str, Any]] = [
    {},
    {"max_tokens": 2},
    {"stop": (" a",)},
    {"temperature": 1.0, "seed": 3},
    {"temperature": 2.0, "seed": 4, "top_p": 0.9, "max_tokens": 40},
    {"repetition_penalty": 1.3},
]


class Walk:
    """Submits jobs at random tokens of others and between the blocks of newcomers, where clients leave
    and fail, too; some steps of the batch fail."""

    def __init__(
        self, scheduler: Scheduler, model: FlashSloth, pictures: list[Image.Image], seed: int
    ) -> None:
        self.scheduler, self.model, self.pictures, self.chance = (
            scheduler,
            model,
            pictures,
            random.Random(seed),
        )
        self.made: list[tuple[Answered, tuple[Any, ...]]] = []
        self.cancelled: dict[int, int] = {}  # how many tokens they had by then
        self.failed = 0

    def more(self) -> None:
        question, options = self.chance.choice(QUESTIONS), self.chance.choice(OPTIONS)
        images = self.chance.sample(self.pictures, self.chance.choice([0, 1, 1, 1, 2]))
        answered = job(self.model, question, *images, on_token=self.act, **options)
        self.made.append((answered, (question, images, options)))
        submit(self.scheduler, answered)

    def act(self, answered: Answered) -> None:
        if self.chance.random() < 0.25 and len(self.made) < self.count:
            self.more()
        if self.chance.random() < 0.04:
            victim = self.chance.choice(self.made)[0]
            if not victim.ended.is_set():
                self.cancelled[id(victim)] = len(victim.ids)
                cancel(self.scheduler, victim)
        if self.chance.random() < 0.01 and id(answered) not in self.cancelled:
            self.failed += 1
            raise ValueError("of this one")

    def step(self, batch: DecodeLoop, tokens: list[int], original: Callable[..., Any]) -> Any:
        logits = original(batch, tokens)
        if self.chance.random() < 0.01:
            self.failed += len(tokens)
            with torch.inference_mode():
                batch.cache.pairs[:] = float("nan")
            raise RuntimeError("the device is gone")
        return logits

    def run(self, count: int, patch: pytest.MonkeyPatch) -> None:
        self.count, original = count, DecodeLoop.decode
        patch.setattr(DecodeLoop, "decode", lambda batch, tokens: self.step(batch, tokens, original))
        # the scheduler's clock, which decides when a newcomer gives way
        patch.setattr(self.scheduler, "_is_due", lambda: self.chance.random() < 0.3)
        while len(self.made) < count:
            self.more()
            eventually(lambda: not (self.scheduler.active or self.scheduler.waiting))


WALKS = [
    (0, 20),
    *(
        pytest.param(seed, 60, marks=[pytest.mark.slow, pytest.mark.nightly][: 1 + (seed > 2)])
        for seed in range(2, 12)
    ),
]


@pytest.mark.parametrize(("seed", "count"), WALKS)
def test_joins_and_leaves(
    run: Run, nano: FlashSloth, pictures: list[Image.Image], ids_alone: Ids, seed: int, count: int
) -> None:
    """Each answer is the one without company, or its beginning if its client left or it failed."""
    scheduler = run(slots=3)
    walk = Walk(scheduler, nano, pictures, seed)
    with pytest.MonkeyPatch.context() as patch:
        walk.run(count, patch)
    for answered, asked in walk.made:
        expected = ids_alone(*asked)
        if id(answered) in walk.cancelled:
            assert answered.ids == expected[: walk.cancelled[id(answered)]], asked
            assert answered.last is None
        elif isinstance(answered.last, Exception):
            assert answered.ids == expected[: len(answered.ids)], asked
            assert str(answered.error) in ("of this one", "the device is gone")
        else:
            assert answered.finished.reason in ("stop", "length")
            assert answered.ids == expected, asked
    counters, cancelled = scheduler.counters, len(walk.cancelled)
    ended = count - cancelled - walk.failed
    assert (counters["answers_cancelled"], counters["answers_failed"], counters["answers"]) == (
        cancelled,
        walk.failed,
        ended,
    )
    assert 0 < counters["images_cached"] < counters["images"]
    assert counters["prompt_tokens_cached"] > 0


# ---- cancelling


def test_cancel_while_queued(run: Run, nano: FlashSloth) -> None:
    scheduler = run(slots=1, queue=1)
    blocker = Blocker(scheduler, nano)
    waiting = submit(scheduler, job(nano, "Hello."))
    with pytest.raises(ServerBusy, match="2 requests 1 wait"):
        submit(scheduler, job(nano, "Hello."))
    cancel(scheduler, waiting)
    assert (scheduler.waiting, scheduler.counters["answers_cancelled"]) == (0, 1)
    other = submit(scheduler, job(nano, "Hello."))  # its place is free at once
    blocker.released.set()
    assert ids_of(other) == alone(nano, "Hello.")[0]
    assert waiting.ids == []
    assert waiting.last is None


def test_cancel_while_prefilling(run: Run, nano: FlashSloth, pictures: list[Image.Image]) -> None:
    """The computation ends at the next block, and the answer beside it goes on."""
    scheduler = run()
    give_way, calls = scheduler._give_way, []  # called between the blocks of a prefill
    newcomer = job(nano, QUESTIONS[0], pictures[0])

    def counted() -> None:
        if scheduler._joining is newcomer.job:  # those of its own
            calls.append(1)
            if len(calls) == 2:
                cancel(scheduler, newcomer)
        give_way()

    scheduler._give_way = counted  # type: ignore[method-assign]
    beside = submit(scheduler, job(nano, QUESTIONS[1], pictures[1]))
    submit(scheduler, newcomer)
    assert ids_of(beside) == alone(nano, QUESTIONS[1], pictures[1])[0]
    eventually(lambda: scheduler.counters["answers_cancelled"] == 1 or newcomer.ended.is_set())
    assert len(calls) == 2
    assert (newcomer.ids, newcomer.last) == ([], None)
    again = submit(scheduler, job(nano, QUESTIONS[0], pictures[0]))  # nothing half computed was kept
    assert ids_of(again) == alone(nano, QUESTIONS[0], pictures[0])[0]


def test_cancel_during_a_step(run: Run, nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token of this step is neither sent nor counted."""
    scheduler, answered, step = run(), job(nano, "Hello.", **LONG), DecodeLoop.decode

    def cancelled(*arguments: Any) -> Any:
        cancel(scheduler, answered)
        return step(*arguments)

    monkeypatch.setattr(DecodeLoop, "decode", cancelled)
    submit(scheduler, answered)
    eventually(lambda: scheduler.counters["answers_cancelled"] == 1 and not scheduler.active)
    assert len(answered.ids) == scheduler.counters["tokens"] == 1  # that of its prompt


# ---- errors


def test_an_error_of_one_request(run: Run, nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduler, prefill, bad = run(), nano.engine.prefill, job(nano, "What?")

    def fail(ids: list[int], *arguments: Any, **more: Any) -> Any:
        return 1 / 0 if ids == bad.job.prompt.ids else prefill(ids, *arguments, **more)

    monkeypatch.setattr(nano.engine, "prefill", fail)
    blocker = Blocker(scheduler, nano)
    beside = submit(scheduler, job(nano, "Hello."))
    submit(scheduler, bad)
    blocker.released.set()
    assert isinstance(bad.error, ZeroDivisionError)
    assert ids_of(beside) == alone(nano, "Hello.")[0]
    assert scheduler.counters["answers_failed"] == 1


@pytest.mark.parametrize(
    "place", [(DecodeLoop, "decode"), (Engine, "prefill")], ids=["step", "no memory"]
)
def test_nothing_from_before_an_error_is_used_after_it(
    run: Run, nano: FlashSloth, monkeypatch: pytest.MonkeyPatch, place: tuple[type, str]
) -> None:
    """What a device kept may be wrong after an error of a step; after a prompt without memory it is
    needed."""
    scheduler = run()
    for _ in range(2):
        kept = submit(scheduler, job(nano, "Hello."))
        assert kept.finished
    assert kept.finished.stats.cached_tokens > 0
    with monkeypatch.context() as patch:
        error = OutOfMemory("gone") if place[0] is Engine else RuntimeError("gone")
        patch.setattr(*place, mock.Mock(side_effect=error))
        assert str(submit(scheduler, job(nano, "Hello.")).error) == "gone"
    assert submit(scheduler, job(nano, "Hello.")).finished.stats.cached_tokens == 0


BOTH = (  # places of a step, where what happened before an error matters
    *("Scheduler._join_one", "Scheduler._prefill", "Scheduler._admit", "Scheduler._step"),
    *("Scheduler._send_token", "DecodeLoop.join", "DecodeLoop.remove", "DecodeLoop.choose"),
)
BEFORE = (
    *("Scheduler._wait_for_work", "Scheduler._load", "Scheduler._give_way", "Scheduler._is_due"),
    *("Scheduler._remove_ended", "Scheduler._fail", "KeptCaches.put", "KeptCaches.new_state"),
    *("KeptCaches.clear", "Running.end"),
)
PLACES = [
    *((place, False) for place in BOTH),
    *(pytest.param(place, True, marks=[pytest.mark.slow, pytest.mark.nightly]) for place in BOTH),
    *(pytest.param(place, False, marks=pytest.mark.slow) for place in BEFORE),
]


@pytest.mark.parametrize(
    ("place", "after"), PLACES
)  # private ones, too: an error of the program may come from any
def test_an_unexpected_error_anywhere(
    run: Run, nano: FlashSloth, ids_alone: Ids, monkeypatch: pytest.MonkeyPatch, place: str, after: bool
) -> None:
    """Every request ends, later ones get their answers, and the server tells."""
    scheduler, armed, (owner, name) = run(slots=3), threading.Event(), place.split(".")
    kind = {each.__name__: each for each in (Scheduler, DecodeLoop, KeptCaches, Running)}[owner]
    original = getattr(kind, name)

    def planted(self: Any, *values: Any) -> Any:
        result = original(self, *values) if after or not armed.is_set() else None
        if armed.is_set():
            armed.clear()
            raise RuntimeError("unexpected")
        return result

    monkeypatch.setattr(kind, name, planted)
    if name in ("_fail", "clear"):  # which an error of a step calls
        steps = DecodeLoop.decode
        monkeypatch.setattr(DecodeLoop, "decode", lambda *a: 1 / 0 if armed.is_set() else steps(*a))
    scheduler._is_due = partial(planted, scheduler) if name == "_is_due" else lambda: True
    running = submit(scheduler, job(nano, "Hello.", max_tokens=24, **LONG))
    eventually(lambda: running.ids)
    beside = submit(scheduler, job(nano, "Who are you?", max_tokens=8))
    armed.set()
    newcomers = [submit(scheduler, job(nano, "What are you?")) for _ in range(3)]
    assert all(answered.ended.wait(60) for answered in (running, beside, *newcomers))
    assert ids_of(submit(scheduler, job(nano, "What are you?"))) == ids_alone("What are you?", [], {})
    failed = [a for a in (running, beside, *newcomers) if isinstance(a.last, Exception)]
    assert not armed.is_set()
    assert (scheduler.counters["answers_failed"], scheduler._thread.is_alive()) == (len(failed), True)


def test_busy_while_it_closes(run: Run, nano: FlashSloth) -> None:
    """`close` finishes what runs and waits; new jobs are refused."""
    scheduler = run(slots=1)
    blocker = Blocker(scheduler, nano)
    waiting = submit(scheduler, job(nano, "Hello."))
    closing = threading.Thread(target=scheduler.close)
    closing.start()
    eventually(lambda: scheduler._closing)  # `close` waits, and says nothing meanwhile
    with pytest.raises(ServerBusy, match="stopping"):
        submit(scheduler, job(nano, "Hello."))
    blocker.released.set()
    closing.join(30)
    assert not closing.is_alive()
    assert ids_of(waiting) == alone(nano, "Hello.")[0]


def test_close_gives_up(run: Run, nano: FlashSloth) -> None:
    scheduler = run(slots=1)
    answers = [submit(scheduler, job(nano, "Hello.", max_tokens=1900, **LONG)) for _ in range(8)]
    eventually(lambda: answers[0].ids)
    scheduler.close(0)
    assert not scheduler._thread.is_alive()  # no public name says that its thread has ended
    assert sum(answered.last is not None for answered in answers) < 8
    assert (scheduler.active, scheduler.waiting) == (0, 0)


# ---- giving way


@pytest.mark.parametrize("name", ["nano", "tiny_sloth"])
def test_running_answers_get_tokens_between_blocks(
    run: Run, name: str, pictures: list[Image.Image], request: pytest.FixtureRequest
) -> None:
    """One for each block of the tower and each layer of a newcomer's prefill, however they are
    computed."""
    model = request.getfixturevalue(name)
    scheduler = run(lambda: model)
    scheduler._is_due = lambda: True  # type: ignore[method-assign]  # in place of its clock
    running = submit(scheduler, job(model, "Hello.", max_tokens=1900, **LONG))
    eventually(lambda: running.ids)
    lengths: list[int] = []
    newcomer = job(
        model, QUESTIONS[0], pictures[0], on_token=lambda _: lengths.append(len(running.ids))
    )
    prefill = scheduler._prefill  # where a newcomer begins

    def noted(new: Any) -> Any:
        lengths.append(len(running.ids))
        return prefill(new)

    scheduler._prefill = noted  # type: ignore[method-assign]
    submit(scheduler, newcomer)
    assert newcomer.finished
    cancel(scheduler, running)
    blocks = len(model.loaded.model.model.vision_tower.encoder.layers) + len(
        model.engine.decoder.layers
    )
    assert lengths[1] - lengths[0] == blocks + 1  # one before the first


# ---- what is kept


def test_memory_of_what_is_kept(run: Run, tiny_sloth: FlashSloth, pictures: list[Image.Image]) -> None:
    unlimited = run(lambda: tiny_sloth)
    for picture in pictures:
        assert submit(unlimited, job(tiny_sloth, QUESTIONS[0], picture)).finished
    eventually(lambda: not unlimited.active)
    needed = unlimited.memory_used
    limited = run(lambda: tiny_sloth, memory=needed // 4)
    for _ in range(2):
        for picture in pictures:
            got = submit(limited, job(tiny_sloth, QUESTIONS[0], picture))
            assert ids_of(got) == alone(tiny_sloth, QUESTIONS[0], picture)[0]
            assert 0 < limited.memory_used <= needed // 4
    assert limited.counters["images_cached"] < len(pictures)
    without = run(lambda: tiny_sloth, memory=0)
    assert submit(without, job(tiny_sloth, QUESTIONS[0], pictures[0])).finished
    assert without.memory_used == 0


# ---- sleep


def test_sleep_and_wake(run: Run, native_folder: Path) -> None:
    engines: list[weakref.ref[Any]] = []

    def open_model() -> FlashSloth:
        model = flashsloth.open(native_folder, device="cpu", dtype="float32")
        engines.append(weakref.ref(model.engine))
        return model

    scheduler = run(open_model, keep_alive=0.01)
    model = flashsloth.open(native_folder, device="cpu", dtype="float32")
    wanted = alone(model, "What?")[0]
    for count in range(1, 4):
        eventually(lambda: scheduler.is_asleep)
        assert scheduler.memory_used == 0
        eventually(lambda: engines[-1]() is None)  # its memory is free
        answered = submit(scheduler, job(model, "What?"))
        assert ids_of(answered) == wanted
        assert len(engines) == count + 1


def test_a_model_that_cannot_be_opened_again(run: Run, nano: FlashSloth) -> None:
    results: list[Any] = [nano, OutOfMemory("no memory"), nano]

    def open_model() -> FlashSloth:
        result = results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    scheduler = run(open_model, keep_alive=0.01)
    eventually(lambda: scheduler.is_asleep)
    assert str(submit(scheduler, job(nano, "Hello.")).error) == "no memory"
    assert submit(scheduler, job(nano, "Hello.")).finished
