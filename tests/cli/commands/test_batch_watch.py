"""`flashsloth batch --watch`: what is asked, what is written and when, and how it ends."""

from __future__ import annotations

import csv
import functools
import itertools
import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from cli.conftest import QUESTION as ASK
from cli.conftest import Result, read_rows
from flashsloth.batch.watch import FolderWatcher
from flashsloth.chat import FlashSloth, document
from flashsloth_cli.asking import watched
from messages import record
from paths import IMAGES
from server.helpers import eventually

LINE = ("batch", "in", "--watch", "-m", "nano", "-p", ASK)
STOP_SIGN = IMAGES / "stop-sign.png"
PIE_CHART = IMAGES / "pie-chart.png"

Watch = Callable[..., Result]


@pytest.fixture
def watching(cli, home: Path, nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """`watching(steps(), …)` watches `in` until the steps are done, which are followed by Ctrl-C. Each
    step yields the seconds until the next one; nobody sleeps."""
    Path("in").mkdir()
    answers = itertools.count()
    monkeypatch.setattr(document, "now", lambda: f"answer {next(answers)}")

    def run(steps: Iterator[float], *words: str) -> Result:
        now = wake = 0.0

        def sleep(seconds: float) -> None:
            nonlocal now, wake
            now += seconds
            while now >= wake:
                try:
                    wake += next(steps)
                except StopIteration:
                    raise KeyboardInterrupt from None

        made = functools.partial(FolderWatcher, clock=lambda: now, sleep=sleep)
        monkeypatch.setattr(watched, "FolderWatcher", made)
        return cli(*LINE, *words)

    return run


def put(source: Path, name: str) -> None:
    shutil.copyfile(source, Path("in", name))


def table(name: str = "scans.csv") -> dict[str, str]:
    """Return the answers of a table by id."""
    with open(name, newline="") as file:
        return {row["id"]: row["answer"] or row["error"] for row in csv.DictReader(file)}


def test_what_is_there_then_what_arrives(watching: Watch) -> None:
    """Two that are there; one copied in pieces, one renamed into the folder, one rewritten. Each is
    asked once per content, and the rows stay in the order in which they came."""
    put(STOP_SIGN, "2.png")
    put(PIE_CHART, "10.png")
    whole = PIE_CHART.read_bytes()
    tables = []

    def steps() -> Iterator[float]:
        yield 5
        tables.append(table())
        for end in range(0, len(whole), 500):
            Path("in/slow.png").write_bytes(whole[:end])
            yield 1
        Path("in/slow.png").write_bytes(whole)
        put(STOP_SIGN, ".hidden.png")
        put(STOP_SIGN, "renamed.png.part")
        yield 5
        assert "renamed.png" not in table()
        os.rename("in/renamed.png.part", "in/renamed.png")
        yield 5
        tables.append(table())
        put(PIE_CHART, "2.png")
        os.utime("in/10.png")  # the content is the same
        yield 5

    done = watching(steps(), "-o", "scans.csv")
    assert done.code == 130, done.err
    assert list(tables[0].items()) == [("2.png", "A stop sign."), ("10.png", tables[0]["10.png"])]
    pie = tables[0]["10.png"]
    assert pie.startswith("A pie chart")
    assert tables[1] == {**tables[0], "slow.png": pie, "renamed.png": "A stop sign."}
    assert table() == {**tables[1], "2.png": pie}
    rows = read_rows("scans.csv.jsonl")
    assert [(row["row"], row["id"]) for row in rows] == [
        *enumerate(["2.png", "10.png", "slow.png", "renamed.png"], 1)
    ]
    notes = [line for line in done.err.splitlines() if "answered" in line]
    assert [line.split()[0] for line in notes] == ["2", "1", "1", "1"]
    assert "stopped; 4 rows in scans.csv.jsonl" in done.err


def test_a_picture_that_ends_early(watching: Watch) -> None:
    """Nothing is written of it for two minutes; then its row has failed. When the rest comes, its row
    is replaced."""
    Path("in/a.png").write_bytes(PIE_CHART.read_bytes()[:-600])

    def steps() -> Iterator[float]:
        yield 100
        assert table() == {}
        yield 40
        assert "ends early" in table()["a.png"]
        put(PIE_CHART, "a.png")
        yield 5

    done = watching(steps(), "-o", "scans.csv")
    assert done.code == 130, done.err
    assert table()["a.png"].startswith("A pie chart")
    assert [row["row"] for row in read_rows("scans.csv.jsonl")] == [1]
    [note] = [
        line for line in done.err.splitlines() if "a.png cannot be read" in line and "2 min" in line
    ]
    assert done.err.count("failed: ") == 1
    record(note)


def test_each_outage_is_noted(watching: Watch) -> None:
    """Of the folder, of a file of the same name, and of the table."""
    lock = Path(".~lock.scans.csv#")

    def steps() -> Iterator[float]:
        for source in (STOP_SIGN, PIE_CHART):
            os.rename("in", "away")
            yield 5
            os.rename("away", "in")
            lock.touch()
            put(source, "a.png")
            Path("in/b.png").touch()
            yield 20
            lock.unlink()
            os.remove("in/b.png")
            yield 5

    done = watching(steps(), "-o", "scans.csv")
    assert done.code == 130, done.err
    noted = ("waiting for in: ", "b.png cannot be read", "warning: scans.csv is open")
    assert {text: done.err.count(text) for text in noted} == dict.fromkeys(noted, 2)


def test_pages(watching: Watch) -> None:
    """A scan that could not be read has a row; then one for each page; then it has one page less."""
    pages = [Image.open(path).convert("RGB") for path in (STOP_SIGN, PIE_CHART, STOP_SIGN)]
    Path("in/scan.tif").write_bytes(b"II*\0")

    def ids() -> list[str]:
        return [row["id"] for row in read_rows("kw.jsonl")]

    def steps() -> Iterator[float]:
        yield 140
        assert ids() == ["scan.tif"]
        pages[0].save("in/scan.tif", save_all=True, append_images=pages[1:])
        yield 5
        assert ids() == ["scan.tif#1", "scan.tif#2", "scan.tif#3"]
        pages[1].save("in/scan.tif", save_all=True, append_images=pages[2:])
        yield 5

    assert watching(steps(), "-o", "kw.jsonl").code == 130
    assert ids() == ["scan.tif#1", "scan.tif#2"]
    assert [row["response"][:5] for row in read_rows("kw.jsonl")] == ["A pie", "A sto"]


def test_a_restart_asks_nothing_twice(watching: Watch) -> None:
    """Answers stay, also those about pictures that are gone, or whose folder is away; what changed
    meanwhile is asked."""

    def steps(*changes: Callable[[], object]) -> Iterator[float]:
        for change in changes:
            change()
        yield 5

    put(STOP_SIGN, "a.png")
    put(PIE_CHART, "b.png")
    put(PIE_CHART, "c.png")
    watching(steps(), "-o", "scans.csv")
    created = [row["created"] for row in read_rows("scans.csv.jsonl")]
    os.rename("in", "away")
    done = watching(steps(), "-o", "scans.csv")
    assert done.err.count("waiting for in: No such file or directory") == 1
    assert [row["created"] for row in read_rows("scans.csv.jsonl")] == created
    os.rename("away", "in")
    os.remove("in/a.png")
    put(STOP_SIGN, "b.png")
    put(STOP_SIGN, "d.png")
    done = watching(steps(), "-o", "scans.csv")
    assert "2 answered; 4 rows in all" in done.err
    rows = read_rows("scans.csv.jsonl")
    assert [row["id"] for row in rows] == ["a.png", "b.png", "c.png", "d.png"]
    assert [row["created"] in created for row in rows] == [True, False, True, False]
    before = Path("scans.csv").read_bytes()
    done = watching(steps(), "-o", "scans.csv", "-p", "Is it red?")
    done.refused(3, "scans.csv.jsonl has 4 answers, none")
    assert Path("scans.csv").read_bytes() == before


@pytest.mark.parametrize("lock", [None, ".~lock.scans.csv#"], ids=["edited", "open elsewhere"])
def test_a_table_in_use_is_left(watching: Watch, lock: str | None) -> None:
    """With one warning, and written when it can be."""
    put(STOP_SIGN, "a.png")

    def steps() -> Iterator[float]:
        yield 5
        if lock is None:
            Path("scans.csv").write_text("mine\n")
        else:
            Path(lock).touch()
        before = Path("scans.csv").read_bytes()
        put(PIE_CHART, "b.png")
        yield 20
        put(STOP_SIGN, "a.png" if lock is None else "b.png")
        yield 20
        assert Path("scans.csv").read_bytes() == before
        assert len(read_rows("scans.csv.jsonl")) >= 2
        os.rename("scans.csv" if lock is None else lock, "mine")
        yield 1

    done = watching(steps(), "-o", "scans.csv")
    assert done.err.count("warning: scans.csv") == 1
    assert lock is None or f"or remove {lock}" in done.err
    assert list(table()) == ["a.png", "b.png"]


def test_a_removed_file_of_answers(watching: Watch) -> None:
    """Else every later answer would go nowhere, without a word."""
    put(STOP_SIGN, "a.png")

    def steps() -> Iterator[float]:
        yield 5
        os.remove("kw.jsonl")
        put(PIE_CHART, "b.png")
        yield 5

    watching(steps(), "-o", "kw.jsonl").refused(3, "kw.jsonl was ")


@pytest.mark.parametrize("when", ["before an answer", "before the end", "between runs"])
def test_the_way_out_without_the_answers_of_a_table(watching: Watch, when: str) -> None:
    """What the hint says ends in a watch, not in the next error."""
    put(STOP_SIGN, "a.png")
    lines = Path("scans.csv.jsonl")

    def steps() -> Iterator[float]:
        yield 5
        if when != "between runs":
            lines.unlink()
        if when == "before an answer":
            put(PIE_CHART, "b.png")
            yield 5

    done = watching(steps(), "-o", "scans.csv")
    assert "again to continue" not in done.err or when == "between runs"
    more = ()
    if when == "between runs":
        lines.unlink()
        watching(steps(), "-o", "scans.csv").refused(3, "with --force")
        more = ("--force",)
    else:
        assert done.code == (3 if when == "before an answer" else 130)
        assert "scans.csv.jsonl was " in done.err
        assert "Rename scans.csv and " in done.err
        record(done.err)
        os.rename("scans.csv", "before.csv")
        assert "a.png" in table("before.csv")
    assert watching(iter([5.0]), "-o", "scans.csv", *more).code == 130
    assert table()["a.png"] == "A stop sign."


def test_a_changed_picture_of_a_row_with_another_number(watching: Watch) -> None:
    """The file lost its first row: the other one gets its number, with its new answer."""
    put(STOP_SIGN, "a.png")
    put(STOP_SIGN, "b.png")
    watching(iter([5.0]), "-o", "scans.csv")
    lines = Path("scans.csv.jsonl")
    lines.write_bytes(lines.read_bytes().splitlines(keepends=True)[1])
    os.remove("scans.csv")
    put(PIE_CHART, "b.png")
    os.remove("in/a.png")
    Path(".~lock.scans.csv#").touch()  # nothing is renumbered before the answer

    def steps() -> Iterator[float]:
        yield 5
        os.remove(".~lock.scans.csv#")
        yield 5

    done = watching(steps(), "-o", "scans.csv")
    assert "1 answered; 1 row in all" in done.err
    assert table()["b.png"].startswith("A pie chart")
    assert [row["row"] for row in read_rows(lines)] == [1]


def test_columns_of_a_schema_and_of_an_earlier_input(watching: Watch) -> None:
    """What the input of an earlier batch said of a picture stays."""
    put(STOP_SIGN, "a.png")
    words = ("-o", "scans.csv", "--schema", "sign STOP|EXIT, red yes|no")
    watching(iter([5.0]), *words)
    lines = Path("scans.csv.jsonl")
    row = read_rows(lines)[0]
    lines.write_text(json.dumps({**row, "input": {"box": "7"}}) + "\n")
    os.remove("scans.csv")
    put(PIE_CHART, "b.png")
    watching(iter([5.0]), *words)
    with open("scans.csv", newline="") as file:
        rows = [*csv.DictReader(file)]
    assert [(row["box"], row["sign"] in ("STOP", "EXIT")) for row in rows] == [("7", True), ("", True)]


def test_sidecars(watching: Watch, cli) -> None:
    """Two pictures that would share one are an error of the later row alone, also if they come at
    different times. Undo knows all of them."""
    put(STOP_SIGN, "a.png")
    Image.open(PIE_CHART).convert("RGB").save("in/b.jpg")

    def steps() -> Iterator[float]:
        yield 5
        assert Path("in/a.txt").read_text() == "A stop sign.\n"
        put(PIE_CHART, "a.png")
        Image.open(PIE_CHART).convert("RGB").save("in/a.jpg")
        yield 5
        put(STOP_SIGN, "b.png")
        yield 5

    done = watching(steps(), "-o", "kw.jsonl", "--write", "txt", "--existing", "overwrite")
    assert done.code == 130, done.err
    assert Path("in/a.txt").read_text().startswith("A pie chart")
    errors = {row["id"]: row["error"] and row["error"]["message"] for row in read_rows("kw.jsonl")}
    assert errors == {
        "a.png": None,
        "b.jpg": None,
        "a.jpg": "the sidecar of in/a.jpg, in/a.txt, is also that of in/a.png",
        "b.png": "the sidecar of in/b.png, in/b.txt, is also that of in/b.jpg",
    }
    assert cli("batch", "--undo", "kw.jsonl").ok
    assert not list(Path("in").glob("*.txt"))


def test_refusals_are_counted(watching: Watch) -> None:
    put(STOP_SIGN, "a.png")
    put(PIE_CHART, "b.png")
    done = watching(
        iter([5]), "-o", "kw.jsonl", "--write", "xmp", "--set", "refusal=sign", "--existing", "append"
    )
    assert "1 refused, 0 cut, 1 written" in done.err
    assert [path.name for path in Path("in").glob("*.xmp")] == ["b.png.xmp"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-",), "not for standard input"),
        (("rows.csv",), "not for rows.csv"),
        (("in/*.png",), "not for in/*.png"),
        (("http://example.org/a.png",), "not for http://example.org/a.png"),
        (("in", "a.png"), "not for a.png"),
        (("in", "--shard", "1/2"), "--shard"),
        (("in", "--limit", "3"), "--limit"),
        (("in", "--dry-run"), "--dry-run"),
    ],
)
def test_what_cannot_be_watched(cli, home: Path, words: tuple[str, ...], message: str) -> None:
    cli("batch", *words, "--watch", "-p", ASK, "-o", "kw.jsonl").refused(2, "--watch", message)


@pytest.mark.parametrize("words", [(), ("-o", "-")])
def test_it_needs_a_file_and_a_question(cli, home: Path, words: tuple[str, ...]) -> None:
    cli(*LINE, *words).refused(2, "--watch needs ", "-o")
    cli(*LINE, "-o", "in/kw.png").refused(2, ".png", ".jsonl")
    assert not Path("in/kw.png").exists()
    cli("batch", "in", "--watch", "-o", "kw.jsonl").refused(2, "no question", "-p")


@pytest.mark.slow
def test_killed_and_started_again(
    program, home: Path, preloaded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real command: pictures that are there, copied slowly, renamed, rewritten; killed while they
    come, and started again with the same line. Each has one row, and no answer was asked for twice."""
    Path("in").mkdir()
    names = [f"{number}.png" for number in range(12)]
    for name in names:
        put(STOP_SIGN, name)
    line = (*LINE, "-q", "-o", "scans.csv")
    process = program.start(*line, driver="slow")
    lines = Path("scans.csv.jsonl")
    eventually(lambda: lines.exists() and lines.read_bytes().count(b"\n") >= 3, seconds=60)
    process.kill()
    process.wait()
    before_kill = lines.read_bytes().splitlines()[:3]
    # a fork is not killed before its client has ended, and would still have the file open
    monkeypatch.setattr("cli.conftest.python", preloaded)
    process = program.start(*line)
    eventually(lambda: lines.read_bytes().count(b"\n") == 12, seconds=60)
    data = PIE_CHART.read_bytes()
    with open("in/slow.png", "wb", buffering=0) as file:
        for start in range(0, len(data), len(data) // 5):
            file.write(data[start : start + len(data) // 5])
            time.sleep(1)
    put(PIE_CHART, "renamed.part")
    os.rename("in/renamed.part", "in/renamed.png")
    put(PIE_CHART, "0.png")
    names += ["slow.png", "renamed.png"]
    eventually(lambda: Path("scans.csv").exists() and len(table()) == 14, seconds=60)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 143
    rows = read_rows(lines)
    assert sorted(row["id"] for row in rows) == sorted(names)
    assert {row["id"]: row["response"] for row in rows} == table()
    assert table()["0.png"] == table()["slow.png"] == table()["renamed.png"]
    kept = set(lines.read_bytes().splitlines())
    assert [json.loads(line)["id"] for line in before_kill if line not in kept] in ([], ["0.png"])
    before = lines.read_bytes()
    process = program.start(*line)
    time.sleep(6)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert lines.read_bytes() == before
