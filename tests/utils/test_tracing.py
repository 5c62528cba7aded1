"""tracing: the file is valid JSON at every moment, and events of a thread nest."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from flashsloth.utils import tracing

Events = list[dict[str, Any]]


def events(path: str | Path) -> Events:
    """Return the complete events of a trace, in the order of their ends. Their times nest."""
    found = [each for each in json.loads(Path(path).read_text()) if each["ph"] == "X"]
    for one in found:
        for other in found:
            is_apart = end(one) <= other["ts"] or end(other) <= one["ts"]
            assert one["tid"] != other["tid"] or is_apart or within(one, other) or within(other, one)
    return found


def end(event: dict[str, Any]) -> int:
    return int(event["ts"] + event["dur"])


def within(inner: dict[str, Any], outer: dict[str, Any]) -> bool:
    return bool(outer["ts"] <= inner["ts"] and end(inner) <= end(outer))


def names(path: str | Path) -> list[str]:
    return [event["name"] for event in events(path)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trace.json"


@contextmanager
def recorded(path: Path) -> Iterator[tracing.Trace]:
    trace = tracing.Trace(path)
    with tracing.recording(trace):
        yield trace


def step(answers: int = 1) -> None:
    with tracing.span(tracing.STEPS, answers=answers):
        pass


def test_the_file_is_valid_at_every_moment(path: Path) -> None:
    seen = []
    with recorded(path):
        seen.append(names(path))
        with tracing.span("outer", tiles=5):
            with tracing.span("inner"):
                seen.append(names(path))
            seen.append(names(path))
        for _ in range(12):
            step()
            seen.append(names(path))
    assert seen[:3] == [[], [], ["inner"]]
    assert set(map(tuple, seen[3:])) == {("inner", "outer", "steps")}
    inner, outer, steps = events(path)
    assert within(inner, outer)
    assert end(outer) <= steps["ts"]
    assert (outer["args"], steps["args"]) == ({"tiles": 5}, {"answers": 1, "count": 12})


def test_an_exception_ends_an_event(path: Path) -> None:
    with recorded(path), pytest.raises(KeyboardInterrupt), tracing.span("read"):
        raise KeyboardInterrupt
    assert names(path) == ["read"]


def test_without_a_trace_nothing_is_recorded(path: Path) -> None:
    with tracing.span("before"), recorded(path):
        pass
    step()
    assert names(path) == []


@pytest.mark.parametrize(
    "between",
    [lambda: step(2), lambda: tracing.span("prefill").__enter__(), lambda: in_thread("other", step)],
    ids=["other answers", "the begin of an event", "another thread"],
)
def test_only_steps_that_follow_one_another_are_one_event(
    path: Path, between: Callable[[], object]
) -> None:
    with recorded(path):
        step()
        step()
        between()
        step()
    counts = [each["args"]["count"] for each in events(path) if each["args"].get("answers") == 1]
    assert [counts[0], counts[-1]] == [2, 1]


def in_thread(name: str, function: Callable[[], object]) -> None:
    thread = threading.Thread(target=function, name=name)
    thread.start()
    thread.join()


def test_threads_have_their_names(path: Path) -> None:
    with recorded(path):
        step()
        in_thread("decode", step)
    document = json.loads(path.read_text())
    named = {each["tid"]: each["args"]["name"] for each in document if each["name"] == "thread_name"}
    assert [named[each["tid"]] for each in events(path)] == ["MainThread", "decode"]


def test_an_event_that_ends_later_is_left_out(path: Path) -> None:
    """Its thread may end after the command."""
    begun, go_on = threading.Event(), threading.Event()

    def late() -> None:
        with tracing.span("late"):
            begun.set()
            assert go_on.wait(30)

    thread = threading.Thread(target=late)
    with recorded(path):
        thread.start()
        assert begun.wait(30)
    go_on.set()
    thread.join()
    assert names(path) == []


def test_many_threads_write_whole_events(path: Path) -> None:
    def work() -> None:
        for _ in range(50):
            step()
            with tracing.span("prefill"):
                pass

    with recorded(path):
        threads = [threading.Thread(target=work) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert names(path).count("prefill") == 400


def test_a_full_disk_ends_the_file_before_the_event(path: Path) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with recorded(path) as trace:
        step()
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 40, hard))
            with tracing.span("prefill"):
                pass
            kept = names(path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        step()
    assert kept == ["steps"]
    assert trace.problem is not None
    assert names(path) == ["steps", "steps"]


def test_a_link_to_another_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "other.json").write_text("kept")
    link = tmp_path / "inside" / "trace.json"
    link.symlink_to(tmp_path / "other.json")
    from flashsloth.errors import InputError

    with pytest.raises(InputError):
        tracing.Trace(link)
    assert (tmp_path / "other.json").read_text() == "kept"
