"""What is asked, and what comes of it, with answerers that need no model."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cli.conftest import write_rows
from data.helpers import llava, messages
from flashsloth.batch.answer_rows import answer_rows
from flashsloth.batch.inputs import Row
from flashsloth.chat.answerer import Answerer, Answers, AnswerSettings, read_ahead
from flashsloth.chat.batched_answerer import BatchedAnswerer
from flashsloth.chat.conversation import Question
from flashsloth.errors import ContextTooLong
from flashsloth.evaluation.evaluate import ScoredSample, evaluate, open_dataset
from flashsloth.images import decoding_budget
from flashsloth.images.reader import LoadedImage, read_image
from flashsloth.utils import system
from replies import answered


class Echo(Answerer):
    """Answers each question with the question, and records the batches."""

    def __init__(self, batch_size: int = 2) -> None:
        self.batch_size = batch_size
        self.asked: list[list[str]] = []
        self.threads: set[threading.Thread] = set()

    def questions(
        self, texts: Iterable[str], image: LoadedImage | None, system: str | None
    ) -> list[Question]:
        self.threads.add(threading.current_thread())
        return [Question.of(text, AnswerSettings(system)) for text in texts]

    def answer(
        self, conversations: Iterable[tuple[Any, Sequence[Question]]]
    ) -> Iterator[tuple[Any, Answers]]:
        """Yield the answers of each batch in reverse."""
        source = iter(conversations)
        while group := list(islice(source, self.batch_size)):
            self.asked.append([questions[0].text for _, questions in group if questions])
            for key, questions in reversed(group):
                yield key, self._answers([question.text for question in questions])

    def _answers(self, texts: list[str]) -> Answers:
        if texts and "long" in texts[0]:
            return ContextTooLong("too long for it")
        return answered(*texts)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (20, 10), "red").save("red.png")
    Path("broken.png").write_bytes(Path("red.png").read_bytes()[:40])
    return tmp_path


def plain(number: int, **more: Any) -> dict[str, Any]:
    return {"question": f"q{number}", "answer": f"a{number}", **more}


def test_only_a_few_rows_are_read_ahead() -> None:
    """Their pictures are in memory."""
    taken: list[int] = []

    def rows() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    with read_ahead(rows(), str, depth=5) as prepared:
        for number in range(20):
            assert next(prepared) == str(number)
            assert len(taken) == number + 6


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param(range(99), id="every thread"),
        pytest.param(range(1), id="the first thread"),
        pytest.param(range(1, 99), id="every thread but the first"),
        pytest.param([1, 3], id="some threads"),
    ],
)
def test_each_row_is_read_once_if_threads_are_refused(
    monkeypatch: pytest.MonkeyPatch, refused: Container[int]
) -> None:
    """A pool queues a row although the thread for it cannot be started."""
    number = itertools.count()
    start = threading.Thread.start

    def try_to_start(thread: threading.Thread) -> None:
        if next(number) in refused:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", try_to_start)
    taken: list[int] = []

    def read(row: int) -> int:
        taken.append(row)
        return row

    with read_ahead(range(50), read) as prepared:
        assert list(prepared) == [*range(50)]
    assert sorted(taken) == [*range(50)]


def test_rows_are_read_in_this_thread_if_few_threads_can_be_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system, "can_start_threads", lambda _: False)
    with read_ahead(range(9), lambda _: threading.current_thread()) as prepared:
        assert {*prepared} == {threading.current_thread()}


def test_an_error_of_reading_reaches_its_row() -> None:
    with read_ahead([1, 0, 2], lambda row: 1 // row) as prepared:
        assert next(prepared) == 1
        with pytest.raises(ZeroDivisionError):
            next(prepared)


def test_events_in_the_order_of_rows(folder: Path) -> None:
    two = llava("<image>q", "a", "and?", "a", image="red.png", category="shapes")
    rows = [plain(1), "{", plain(3, image="no.png"), two, plain(5, image="broken.png")]
    data = write_rows("rows.jsonl", *rows, {"question": "a long one", "answer": "x"}, plain(7))
    answerer = Echo()
    events = list(evaluate(open_dataset([data]), answerer))
    results = [
        [(j.turn, j.given) for j in e.turns]
        if isinstance(e, ScoredSample)
        else str(e).removeprefix("rows.jsonl:")
        for e in events
    ]
    expected: list[Any] = [
        *([(1, "q1")], "2: json: ", "3: image_missing: no file no.png", [(1, "q"), (2, "and?")]),
        *("5: image_broken: ", "6: too_long: too long for it", [(1, "q7")]),
    ]
    for result, wanted in zip(results, expected, strict=True):
        assert result[: len(wanted)] == wanted
    assert (events[3].sample.category, events[3].sample.image) == ("shapes", "red.png")
    assert answerer.asked == [["q1"], ["q"], ["a long one"], ["q7"]]
    assert threading.main_thread() not in answerer.threads  # pictures are read meanwhile


def test_a_batch_holds_squares_of_its_pictures(nano: Any, folder: Path) -> None:
    """32 photographs took 1.6 GB."""
    held: list[Question] = []

    class Batched(BatchedAnswerer):
        def questions(self, *given: Any) -> list[Question]:
            questions = super().questions(*given)
            held.extend(questions)
            return questions

    answerer = Batched(nano, AnswerSettings(max_tokens=1), 2)
    data = write_rows("rows.jsonl", *(plain(number, image="red.png") for number in range(3)))
    assert len(list(evaluate(open_dataset([data]), answerer))) == 3
    assert [(each.image and each.image.image.size, each.prepared is None) for each in held] == [
        ((1, 1), False)
    ] * 3


def test_replies_that_wait_for_their_turn_are_counted(folder: Path) -> None:
    """The last of three is the first that is answered."""
    answerer = Echo(3)
    counted: list[int] = []
    answerer.on_reply = lambda: counted.append(len(counted) + 1)
    data = write_rows("rows.jsonl", *(plain(number, image="red.png") for number in range(3)))
    before = [len(counted) for _ in evaluate(open_dataset([data]), answerer)]
    assert (before, counted) == ([3, 3, 3], [1, 2, 3])


def evaluated(answerer: Answerer) -> list[Any]:
    data = write_rows("rows.jsonl", *(plain(number, image="red.png") for number in range(6)))
    return list(evaluate(open_dataset([data]), answerer))


def asked_in_a_batch(answerer: Answerer) -> list[Any]:
    rows = [Row(number, "red.png", f"q{number}", "red.png") for number in range(6)]
    return list(answer_rows(rows, answerer, {}))


@pytest.mark.parametrize("ask", [evaluated, asked_in_a_batch])
@pytest.mark.parametrize(("limit", "most"), [(2200, 1), (100, 1), (4400, 2)])
def test_pictures_that_are_read_at_once_share_the_memory(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    ask: Callable[[Answerer], list[Any]],
    limit: int,
    most: int,
) -> None:
    """A picture of 20x10 pixels is estimated at 2200 bytes, which are taken until it is scaled. One
    picture is always read, however small the limit is."""
    monkeypatch.setattr(decoding_budget, "MAX_BYTES", limit)
    full = threading.Event()  # `most` scale a picture and a further thread waits, or more scale one
    # private: tells when a thread waits
    changed = decoding_budget._CHANGED
    wait_for = changed.wait_for
    seen: list[int] = []

    class Scaling(Echo):
        running = 0
        has_waited = False

        def check(self) -> None:
            if self.running + self.has_waited > most:
                full.set()

        def questions(self, *given: Any) -> list[Question]:
            with changed:
                self.running += 1
                seen.append(self.running)
                self.check()
            assert full.wait(60)
            with changed:
                self.running -= 1
            return super().questions(*given)

    answerer = Scaling()
    answerer.settings = AnswerSettings()

    def waiting(is_room: Callable[[], bool]) -> bool:
        if not is_room():
            answerer.has_waited = True
            answerer.check()
        return wait_for(is_room)

    monkeypatch.setattr(changed, "wait_for", waiting)
    assert len(ask(answerer)) == 6
    assert max(seen) == most


def test_one_row_at_a_time_scales_its_pictures_ahead_too(nano: Any, folder: Path) -> None:
    answerer = Answerer(nano, AnswerSettings(max_tokens=1))
    [question] = answerer.questions(["What is it?"], read_image("red.png"), None)
    assert question.image is not None
    assert (question.image.image.size, question.prepared is None) == ((1, 1), False)
    [(_, reply)] = answerer.answer([(0, [question])])
    alone = nano.chat("red.png").ask("What is it?", max_tokens=1)
    assert isinstance(reply, list)
    assert reply[0].text == alone.text()


def test_the_batch_size_of_the_answerer(folder: Path) -> None:
    data = write_rows("rows.jsonl", *map(plain, range(7)))
    answerer = Echo(3)
    events = evaluate(open_dataset([data]), answerer)
    next(events)
    assert len(answerer.asked) == 1  # a batch is yielded before the next one begins
    assert len(list(events)) == 6
    assert [len(names) for names in answerer.asked] == [3, 3, 1]


# Data sets


def names(data: list[str], **options: Any) -> list[str]:
    return [sample.source for sample in open_dataset(data, **options)]


def test_a_limit_selects_random_rows(folder: Path) -> None:
    data = [write_rows("rows.jsonl", *map(plain, range(50)))]
    some = names(data, limit=10)
    assert len(some) == 10
    assert some == sorted(some, key=lambda name: int(name.partition(":")[2]))
    assert (
        some == names(data, limit=10) == names(data, limit=10, seed=0) != names(data, limit=10, seed=1)
    )
    assert names(data, limit=50) == names(data, limit=99, seed=3) == names(data)


def test_categories(folder: Path) -> None:
    first = write_rows(
        "one.jsonl", plain(1, category=" kind "), plain(2), plain(3, category=5), plain(4, category="")
    )
    write_rows("two.csv", "question,answer,category", "q,a,table", "q,a,")
    third = write_rows("three.jsonl", messages("q", "a", category="m"))

    def categories(*data: str) -> list[str | None]:
        events = evaluate(open_dataset(data), Echo())
        return [event.sample.category for event in events if isinstance(event, ScoredSample)]

    assert categories(first) == ["kind", None, None, None]
    assert categories(first, "two.csv") == ["kind", *["one.jsonl"] * 3, "table", "two.csv"]
    assert categories(third) == ["m"]
