"""Several models in one server: which one answers, how they share memory, and what is said of each."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from PIL import Image

import flashsloth
from flashsloth.chat import FlashSloth
from flashsloth.errors import OutOfMemory
from flashsloth.server import model_memory
from flashsloth.server.model_memory import ModelMemory
from server.helpers import RunningServer, eventually, serving_models, user

SIZE = 100  # bytes of each model, as far as the memory of these tests is concerned
NAMES = ("one", "two", "three")


def opened() -> FlashSloth:
    return flashsloth.open("nano", device="cpu")


@contextmanager
def three(fitting: int, **options: Any) -> Iterator[RunningServer]:
    """Serve three models, of which this many fit into memory."""
    memory = ModelMemory(fitting * SIZE)
    shared = {"model_memory": memory, "model_bytes": SIZE}
    with serving_models(dict.fromkeys(NAMES, opened), **shared, **options) as server:
        yield server


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with three(2) as running:
        yield running


def asleep(server: RunningServer) -> list[str]:
    models = json.loads(server.request("GET", "/health")[2])["models"]
    return [each["model"] for each in models if each["status"] == "asleep"]


def question(text: str, *images: Image.Image, model: str = "", **fields: Any) -> dict[str, Any]:
    return {"messages": [user(text, *images)], "max_tokens": 12, "model": model, **fields}


def test_the_request_names_the_model(server: RunningServer, pictures: list[Image.Image]) -> None:
    """Without a name the first model answers."""
    for name in ("three", "two", "one", ""):
        status, answer = server.ask(question("What do you see?", pictures[0], model=name))
        assert (status, answer["model"]) == (200, name or "one")
    status, refused = server.ask(question("What do you see?", model="four"))
    assert (status, refused["error"]["code"]) == (404, "model_not_found")
    assert all(name in refused["error"]["hint"] for name in NAMES)


def test_each_is_listed_before_it_is_opened(nano: FlashSloth) -> None:
    with three(3) as server:
        assert asleep(server) == ["two", "three"]
        listed = json.loads(server.request("GET", "/v1/models")[2])["data"]
        assert [each["id"] for each in listed] == [*NAMES]
        assert {each["flashsloth"]["context_length"] for each in listed} == {nano.facts.context_length}
        alone = json.loads(server.request("GET", "/v1/models/two")[2])
        assert alone == listed[1]
        metrics = server.request("GET", "/metrics")[2].decode()
        assert 'flashsloth_model_loaded{model="one"} 1' in metrics
        assert 'flashsloth_model_loaded{model="two"} 0' in metrics


def test_the_least_recently_used_is_closed(pictures: list[Image.Image]) -> None:
    with three(2) as server:
        for name in ("one", "two", "one", "three"):
            assert server.ask(question("How many?", model=name))[0] == 200
        assert asleep(server) == ["two"]


class Asked:
    """Asks a server in a thread, and keeps the status and the body of the reply."""

    def __init__(self, server: RunningServer, body: dict[str, Any]) -> None:
        self.ended = 0.0
        self.reply: tuple[int, Any] = (0, None)

        def run() -> None:
            self.reply = server.ask(body)
            self.ended = time.perf_counter()

        self.thread = threading.Thread(target=run)
        self.thread.start()

    def status(self) -> int:
        self.thread.join(60)
        return self.reply[0]


@contextmanager
def held_steps(server: RunningServer, name: str) -> Iterator[threading.Event]:
    """Let the answers of a model wait for their second token until the event is set."""
    own = server.server.models[name].scheduler
    go_on = threading.Event()
    step = own._step

    def held() -> None:
        if own._running:
            go_on.wait(60)
        step()

    own._step = held  # type: ignore[method-assign]
    try:
        yield go_on
    finally:
        go_on.set()
        own._step = step  # type: ignore[method-assign]


def test_it_waits_for_answers_and_goes_before_later_requests() -> None:
    """A model waits until the one whose memory it needs has answered, but not for what that one is
    asked later."""
    with three(1) as server, held_steps(server, "one") as go_on:
        first = Asked(server, question("How many?", model="one"))
        eventually(lambda: server.server.models["one"].scheduler._running)
        other = Asked(server, question("How many?", model="two"))
        eventually(lambda: server.server.models["two"].scheduler.active)
        later = Asked(server, question("How many?", model="one"))
        eventually(lambda: server.server.models["one"].scheduler.waiting)
        assert asleep(server) == ["two", "three"]
        go_on.set()
        assert [each.status() for each in (first, other, later)] == [200, 200, 200]
        assert first.ended < other.ended < later.ended


def test_a_client_that_waits_for_memory_may_leave() -> None:
    with three(1) as server, held_steps(server, "one"):
        Asked(server, question("How many?", model="one"))
        eventually(lambda: server.server.models["one"].scheduler._running)
        two = server.server.models["two"].scheduler
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        body = json.dumps(question("How many?", model="two"))
        connection.request("POST", server.path, body, {"content-type": "application/json"})
        eventually(lambda: two.active)
        connection.close()
        eventually(lambda: not two.active)
        assert two.counters["answers_cancelled"] == 1


def test_memory_that_does_not_become_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is 503, to be asked again; the model of the running answer is not disturbed."""
    with three(1) as server, held_steps(server, "one") as go_on:
        first = Asked(server, question("How many?", model="one"))
        eventually(lambda: server.server.models["one"].scheduler._running)
        with monkeypatch.context() as patch:
            patch.setattr(model_memory, "WAIT_SECONDS", 0.2)
            status, headers, body = server.request(
                "POST", server.path, question("How many?", model="two"), {}
            )
        assert (status, headers["retry-after"]) == (503, "1")
        assert json.loads(body)["error"]["code"] == OutOfMemory("").code
        go_on.set()
        assert first.status() == 200
        assert server.ask(question("How many?", model="two"))[0] == 200


def test_a_model_that_cannot_be_opened_gives_its_memory_back() -> None:
    calls: list[int] = []

    def open_two() -> FlashSloth:
        calls.append(1)
        if len(calls) == 2:  # the first call is for the parts of the model
            raise OutOfMemory("no memory")
        return opened()

    memory = ModelMemory(SIZE)
    models = {"one": opened, "two": open_two}
    with serving_models(models, model_memory=memory, model_bytes=SIZE) as server:
        assert server.ask(question("How many?", model="two"))[0] == 503
        assert memory.used == 0
        assert server.ask(question("How many?", model="two"))[0] == 200
        assert server.ask(question("How many?", model="one"))[0] == 200


@pytest.mark.slow
def test_many_clients(pictures: list[Image.Image]) -> None:
    """Three models with memory for two: all answers are those of a model alone, and a model that is
    asked rarely is answered, too."""
    alone = opened()
    wanted = [str(alone.chat(each).ask("What do you see?", max_tokens=12)) for each in pictures[:3]]
    end = time.monotonic() + 20
    wrong: list[Any] = []
    counts = dict.fromkeys(NAMES, 0)
    with three(2, queue=64) as server:

        def ask(number: int) -> None:
            # one client of twelve asks the third model
            name = "three" if number == 0 else NAMES[number % 2]
            while time.monotonic() < end:
                at = (number + counts[name]) % 3
                status, answer = server.ask(question("What do you see?", pictures[at], model=name))
                text = status == 200 and answer["choices"][0]["message"]["content"]
                if text != wanted[at]:
                    wrong.append((name, status, answer))
                counts[name] += 1

        clients = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
        for each in clients:
            each.start()
        for each in clients:
            each.join(120)
        assert server.server.models["one"].scheduler.model_memory.used <= 2 * SIZE
    assert wrong == []
    assert min(counts.values()) >= 3, counts
