"""`batch`, `eval` and `ask --each` with a server: several questions at once, what is asked again, and
which answers a file keeps."""

from __future__ import annotations

import itertools
import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cli.conftest import QUESTION, Cli, Program, read_rows
from data.helpers import write_rows
from flashsloth.server import registry, remote_answerer
from server.command_server import TOKEN, CommandServer, command_server
from server.helpers import eventually
from server.published_servers import (
    CUT,
    DROP,
    KINDS,
    PublishedServer,
    Refusal,
    answer_to,
    published_server,
)


@pytest.fixture(params=KINDS)
def each_kind(request: pytest.FixtureRequest, home: Path) -> Iterator[PublishedServer]:
    with published_server(request.param) as stub:
        yield stub


@pytest.fixture
def stub(home: Path, no_model: None) -> Iterator[PublishedServer]:
    with published_server() as stub:
        yield stub


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries of milliseconds."""
    monkeypatch.setattr(remote_answerer, "PAUSES", (0.001,) * 5)
    monkeypatch.setattr(remote_answerer, "LONGEST_PAUSE", 0.002)


def rows_of(count: int, picture: Path, name: str = "rows.jsonl") -> Path:
    return write_rows(name, *({"image": str(picture), "question": f"number {n}"} for n in range(count)))


def answers(path: str | Path) -> list[str]:
    rows = read_rows(path)
    assert [row["row"] for row in rows] == list(range(1, len(rows) + 1))
    assert not any(row["error"] for row in rows)
    return [row["response"] for row in rows]


def expected_answers(count: int) -> list[str]:
    return [answer_to(f"number {n}") for n in range(count)]


def troubled(number: int, _: str) -> Any:
    """Every fifth connection drops, before or in the middle of the answer; others are busy or fail."""
    if number % 5 == 0:
        return DROP if number % 2 else CUT
    if number % 11 == 0:
        return Refusal(429, headers={"Retry_After": "1"})
    return Refusal(503 if number % 2 else 500) if number % 17 == 0 else None


@pytest.mark.slow
def test_500_rows_of_a_troubled_server_killed_three_times(
    program: Program, picture: Path, each_kind: PublishedServer
) -> None:
    """Each row is in the file once and in order, and no row that the file has is asked again."""
    each_kind.fault = troubled
    each_kind.drops_lists = True
    words = (
        "batch",
        rows_of(500, picture),
        "-o",
        "out.jsonl",
        "--server",
        each_kind.url,
        "--batch-size",
        "12",
    )
    quick = {"driver": "quick_tries"}
    for least in (60, 180, 320):
        process = program.start(*words, **quick)
        eventually(lambda least=least: lines("out.jsonl") > least, 120)
        process.send_signal(signal.SIGKILL)
        process.wait()
        # the last line may be cut
        rows = map(json.loads, Path("out.jsonl").read_bytes().split(b"\n")[:-1])
        kept = {row["prompt"] for row in rows if row["error"] is None}
        begun = len(each_kind.asked)
    # A row may fail six times, as a third of all requests fails.
    ended = [program(*words, **quick).code for _ in range(3)]
    assert ended[-1] == 0
    assert answers("out.jsonl") == expected_answers(500)
    assert kept.isdisjoint(each_kind.asked[begun:])


def lines(path: str) -> int:
    return Path(path).read_bytes().count(b"\n") if Path(path).exists() else 0


def test_the_order_and_the_number_of_requests(cli: Cli, picture: Path, stub: PublishedServer) -> None:
    """Lines on stdout are in order although later rows are answered first. Four are asked at once."""
    stub.seconds = 0.02
    stub.together = 4
    stub.answer = lambda question: time.sleep(0.1 * (question in ("number 0", "number 5"))) or question
    words = ("batch", rows_of(12, picture), "--server", stub.url)
    done = cli(*words).ok
    assert [row["response"] for row in done.rows] == [f"number {n}" for n in range(12)]
    assert stub.most == 4
    assert (done.rows[0]["server"], done.rows[0]["model"]["name"]) == (stub.url, stub.model)
    first, *_, last = done.err.splitlines()
    assert stub.url in first
    assert stub.model in first
    assert "1,200 tokens" in last
    stub.together = 0
    assert cli(*words, "--batch-size", "1", "-q").ok.err == ""
    stub.most = 0
    stub.together = 7
    assert cli(*words, "--batch-size", "7").ok
    assert stub.most == 7


def test_settings_and_the_key(
    cli: Cli, picture: Path, stub: PublishedServer, home: Path, monkeypatch: Any
) -> None:
    """A server in the settings is asked. `-m` names its model."""
    (home / "config.toml").write_text(f'server = "{stub.url}/v1"\n')
    monkeypatch.setenv("FLASHSLOTH_SERVER_KEY", "a-key")
    done = cli("batch", picture, "-p", QUESTION, "-m", "another", "-o", "out.jsonl").ok
    assert stub.url in done.err.splitlines()[0]
    assert (stub.bodies[0]["model"], stub.keys) == ("another", {"Bearer a-key"})
    assert "a-key" not in Path("out.jsonl").read_text() + done.err


@pytest.mark.parametrize(
    ("fault", "tries"),
    [
        (Refusal(429), 6),
        (Refusal(500), 6),
        (Refusal(503, headers={"Retry_After": "999"}), 6),
        (Refusal(502, headers={"Retry_After": "Wed, 21 Oct 2026 07:28:00 GMT"}), 6),
        (DROP, 6),
        (CUT, 6),
        (Refusal(400), 1),
        (Refusal(413), 1),
        (Refusal(422), 1),
    ],
)
def test_a_row_that_fails(
    cli: Cli, picture: Path, stub: PublishedServer, quick: None, fault: Any, tries: int
) -> None:
    """Temporary errors are tried six times, others once. The other rows are answered."""
    stub.fault = lambda _, question: fault if question == "number 1" else None
    words = ("batch", rows_of(3, picture), "-o", "out.jsonl", "--server", stub.url)
    assert cli(*words).code == 7
    assert [bool(row["error"]) for row in read_rows("out.jsonl")] == [False, True, False]
    assert stub.asked.count("number 1") == tries
    stub.fault = lambda *_: None
    begun = len(stub.asked)
    assert cli(*words).ok
    assert stub.asked[begun:] == ["number 1"]
    assert answers("out.jsonl") == expected_answers(3)


def test_the_pauses(
    cli: Cli, picture: Path, stub: PublishedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They grow from one second to 16. A server may name another time, up to 60 seconds."""
    waited = list[float]()
    monkeypatch.setattr(
        threading.Event, "wait", lambda _, seconds=None: waited.append(seconds) or False
    )
    for headers, expected in (
        ({}, [1, 2, 4, 8, 16]),
        ({"Retry_After": "7"}, [7] * 5),
        ({"Retry_After": "600"}, [60] * 5),
        ({"Retry_After": "soon"}, [1, 2, 4, 8, 16]),
    ):
        waited.clear()
        stub.fault = lambda *_, headers=headers: Refusal(429, headers=headers)
        assert cli("batch", rows_of(1, picture), "--server", stub.url).code == 7
        assert [each for each in waited if each is not None] == expected


@pytest.mark.parametrize("status", [401, 403, 404, 302])
def test_a_server_that_refuses_all(
    cli: Cli, picture: Path, stub: PublishedServer, quick: None, status: int
) -> None:
    """The run ends, and the rows that have no answer stay unasked."""
    stub.fault = lambda number, _: Refusal(status) if number > 2 else None
    words = (
        "batch",
        rows_of(50, picture),
        "-o",
        "out.jsonl",
        "--server",
        stub.url,
        "--batch-size",
        "1",
    )
    done = cli(*words)
    assert (done.code, done.error_code) == (6, "server" if status == 302 else "server_unreachable")
    assert [row["error"] for row in read_rows("out.jsonl")] == [None, None]
    assert len(stub.asked) == 3
    stub.fault = lambda *_: None
    assert cli(*words).ok
    assert stub.asked.count("number 0") == 1
    assert answers("out.jsonl") == expected_answers(50)


def test_no_connection(
    cli: Cli, picture: Path, home: Path, no_model: None, quick: None, monkeypatch: Any
) -> None:
    """After six tries the run ends, and no row has an error."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    connect, tries = registry.connection, itertools.count()
    monkeypatch.setattr(registry, "connection", lambda *how: next(tries) is None or connect(*how))
    done = cli("batch", picture, "-p", QUESTION, "-m", "m", "-o", "out.jsonl", "--server", url)
    assert (done.code, next(tries), read_rows("out.jsonl")) == (6, 6, [])


def test_ctrl_c(program: Program, picture: Path, stub: PublishedServer) -> None:
    """It ends the run within two seconds, also while the server is silent or a pause lasts."""
    for fault in (None, Refusal(429, headers={"Retry_After": "50"})):
        stub.wait = threading.Event()
        stub.asked.clear()
        stub.fault = lambda *_, fault=fault: fault
        words = ("batch", rows_of(9, picture), "-o", "out.jsonl", "--server", stub.url, "-m", "m")
        process = program.start(*words)
        eventually(lambda: len(stub.asked) == 4, 60)
        if fault is not None:
            stub.wait.set()
            eventually(lambda: stub.running == 0)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert (process.returncode, "Traceback" in err) == (130, False)
        assert time.monotonic() - begun < 2
        stub.wait.set()


def test_a_dry_run(cli: Cli, picture: Path, stub: PublishedServer) -> None:
    done = cli("batch", rows_of(3, picture), "--server", stub.url, "--dry-run").ok
    assert stub.url in done.out
    assert stub.model in done.out
    assert stub.asked == []


def test_two_models_in_one_file(cli: Cli, picture: Path, stub: PublishedServer) -> None:
    """Neither another model nor another address continues a file, unless the user says that the model
    is the same there."""
    rows = rows_of(2, picture)
    words = ("batch", rows, "-o", "out.jsonl", "--server")
    assert cli(*words, stub.url, "--limit", "1").ok
    cli(*words, stub.url, "-m", "another").refused(3, "another model")
    with published_server() as other:
        cli(*words, other.url).refused(3, stub.url, "any_server=true")
        cli(*words, other.url, "-m", "another", "--set", "any_server=true").refused(3, "another model")
        cli(*words, other.url, "--max-tokens", "9", "--set", "any_server=true").refused(
            3, "--max-tokens"
        )
        assert cli(*words, other.url, "--set", "any_server=true").ok
        assert (stub.asked, other.asked) == (["number 0"], ["number 1"])
        assert answers("out.jsonl") == expected_answers(2)
        # the file has answers of both addresses now
        cli(*words, other.url).refused(3, stub.url)
        assert "2 of 2 done" in cli(*words, stub.url, "--set", "any_server=true").ok.err
        assert len(stub.asked + other.asked) == 2


def test_a_file_of_this_process(cli: Cli, nano: Any, picture: Path, home: Path) -> None:
    with published_server() as stub:
        words = ("batch", picture, "-p", QUESTION, "-o", "out.jsonl")
        assert cli(*words, "-m", "nano").ok
        cli(*words, "--server", stub.url, "--set", "any_server=true").refused(3, "another model")
        assert stub.asked == []


# A server of this user


@pytest.fixture
def own(nano: Any, home: Path) -> Iterator[CommandServer]:
    """A server that commands of this home find."""
    with command_server(nano, slots=3) as made, registry.registered(made.record):
        yield made


def comparable(path: str) -> list[dict[str, Any]]:
    """Return the rows of a file without what differs between two runs of the same rows."""
    rows = read_rows(path)
    for row in rows:
        for name in ("id", "created", "server", "timings", "memory"):
            del row[name]
        row["usage"]["cached_tokens"] = None
        # probabilities depend on what is computed together
        if "choices" in row:
            shares = [each.pop("probability") for each in row["choices"]]
            row["likeliest"] = shares.index(max(shares))
            assert 0 < row.pop("choices_mass") <= 1
        for image in row["images"]:
            image["cached"] = None
    return rows


@pytest.fixture
def drawings(tmp_path: Path) -> Path:
    """A folder with twelve different pictures."""
    (tmp_path / "drawings").mkdir()
    for number in range(12):
        drawn = Image.new("RGB", (120, 90), "white")
        drawn.paste(("red", "blue", "green")[number % 3], (10, 10, 40 + 5 * number, 70))
        drawn.save(tmp_path / "drawings" / f"{number:02}.png")
    return tmp_path / "drawings"


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("--schema", "color red|blue|green, count integer"),
        ("--choices", "red,blue,green"),
        ("--no-hd", "-s", "Be short."),
    ],
)
def test_the_same_answers_as_in_this_process(
    cli: Cli, own: CommandServer, drawings: Path, more: tuple[str, ...]
) -> None:
    """The rows are equal, so that a file goes on in either."""
    words = ("batch", drawings, "-p", "Which color is it?", "-o")
    assert cli(*words, "here.jsonl", "--server", "none", *more).ok
    assert cli(*words, "there.jsonl", *more).ok
    assert {row["server"] for row in read_rows("there.jsonl")} == {own.record.url}
    assert comparable("here.jsonl") == comparable("there.jsonl")
    for name, server in (("here.jsonl", "auto"), ("there.jsonl", "none")):
        assert "12 of them before" in cli(*words, name, "--server", server, *more).ok.err


def test_a_server_asks_as_many_at_once_as_it_has_slots(own: CommandServer) -> None:
    from flashsloth.generation.answer_settings import AnswerSettings

    assert remote_answerer.RemoteAnswerer(own.model, AnswerSettings()).batch_size == 3


def test_a_dry_run_with_a_server_of_ones_own(cli: Cli, own: CommandServer, drawings: Path) -> None:
    done = cli("batch", drawings, "-p", QUESTION, "--dry-run").ok
    assert own.record.url in done.out
    assert (
        cli("batch", drawings, "-p", QUESTION, "--dry-run", "--server", "none").ok.out.count("http")
        == 0
    )


@pytest.mark.parametrize("choices", [(), ("--choices", "red,blue")])
def test_eval(cli: Cli, own: CommandServer, drawings: Path, choices: tuple[str, ...]) -> None:
    dialogues = [
        {
            "image": str(path),
            "messages": [
                {"role": "user", "content": "<image>Which color is it?"},
                {"role": "assistant", "content": ("red", "blue", "green")[number % 3]},
                {"role": "user", "content": "Is it blue?"},
                {"role": "assistant", "content": "blue, no"},
            ],
        }
        for number, path in enumerate(sorted(drawings.iterdir()))
    ]
    words = ("eval", write_rows("rows.jsonl", *dialogues), "--json", *choices)
    here, there = cli(*words, "--server", "none").ok.document, cli(*words).ok.document
    assert (here["server"], there["server"]) == (None, own.record.url)
    assert there["count"] > 12
    for name in here.keys() - {"created", "seconds", "server", "batch_size", "calibration", "model"}:
        assert here[name] == there[name], name
    if choices:
        assert here["calibration"]["nll"] == pytest.approx(there["calibration"]["nll"], abs=1e-3)


def test_eval_with_a_foreign_server(
    cli: Cli, picture: Path, stub: PublishedServer, quick: None
) -> None:
    """A row that it refuses does not count."""
    stub.fault = lambda _, question: Refusal(400) if question == "number 2" else None
    data = [
        {"image": str(picture), "question": f"number {n}", "answer": answer_to(f"number {n}")}
        for n in range(4)
    ]
    done = cli("eval", write_rows("rows.jsonl", *data), "--server", stub.url, "--json")
    document = json.loads(done.out)
    assert (done.code, document["faults"], document["accuracy"]) == (7, 1, 1.0)
    assert (document["problems"][0]["kind"], document["server"]) == ("server", stub.url)
    words = ("eval", "rows.jsonl", "--server", stub.url)
    assert stub.url in cli(*words).err.splitlines()[0]
    stub.fault = lambda *_: Refusal(401)
    assert cli(*words, "--json").error_document["code"] == "server_unreachable"


def test_a_comparison_asks_no_server(
    cli: Cli, stub: PublishedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that the line names is an error, one of the settings is not asked."""
    words = ("eval", write_rows("qa.jsonl", {"question": "1?", "answer": "1"}), "--against", "none")
    for named in (("--server", stub.url), ("--set", f"server={stub.url}")):
        cli(*words, *named).refused(2, "--against")
    monkeypatch.setenv("FLASHSLOTH_SERVER", stub.url)
    with pytest.raises(pytest.fail.Exception, match="a model was opened"):
        cli(*words)
    assert stub.asked == []


def test_each_picture_at_once(cli: Cli, drawings: Path, stub: PublishedServer) -> None:
    stub.seconds = 0.05
    stub.together = 4
    done = cli("ask", "--each", drawings, "-p", QUESTION, "--server", stub.url).ok
    assert [line.partition(": ")[0][-6:] for line in done.out.splitlines()] == [
        f"{number:02}.png" for number in range(12)
    ]
    assert stub.most == 4


@pytest.mark.slow
def test_a_watched_folder(program: Program, drawings: Path, stub: PublishedServer) -> None:
    """Pictures that arrive are asked, a failed one again, and a second run asks nothing again."""
    words = ("batch", drawings, "--watch", "-p", QUESTION, "-o", "out.jsonl", "--server", stub.url)
    process = program.start(*words)
    eventually(lambda: lines("out.jsonl") == 12, 60)
    Image.new("RGB", (9, 9)).save(drawings / "new.png")
    eventually(lambda: lines("out.jsonl") == 13, 60)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert "1,200 tokens in" in process.communicate()[1]
    process = program.start(*words)
    Image.new("RGB", (9, 9), "red").save(drawings / "newer.png")
    eventually(lambda: lines("out.jsonl") == 14, 60)
    stub.fault = lambda *_: Refusal(401)
    Image.new("RGB", (9, 9), "blue").save(drawings / "newest.png")
    assert process.wait(60) == 6
    assert len(stub.asked) == 15
    assert [row["error"] for row in read_rows("out.jsonl")] == [None] * 14


def test_few_threads(program: Program, picture: Path, stub: PublishedServer) -> None:
    """Where no thread starts, rows are asked one after another."""
    words = ("batch", rows_of(3, picture), "-o", "out.jsonl", "--server", stub.url)
    done = program(*words, driver="few_threads")
    assert done.code == 0, done.err
    assert (answers("out.jsonl"), stub.most) == (expected_answers(3), 1)


@pytest.mark.slow
def test_a_real_flashsloth_of_another_user(
    cli: Cli, nano: Any, drawings: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets the fields of choices and schemas, so that its rows are those of this process."""
    monkeypatch.setenv("FLASHSLOTH_SERVER_KEY", TOKEN)
    words = ("batch", drawings, "-p", "Which color is it?")
    with command_server(nano) as other:
        for more in (("--choices", "red,blue,green"), ("--schema", "color red|blue|green")):
            here, there = (
                cli(*words, *more, "--server", server).ok.rows for server in ("none", other.record.url)
            )
            assert [row["response"] for row in here] == [row["response"] for row in there]
            assert {row["server"] for row in there} == {other.record.url}


# Schemas


SCHEMA = "shop, total number, paid cash|card, day date"
GOOD = {"shop": "tulip", "total": 3.5, "paid": "cash", "day": "2026-01-31"}


def replies(*texts: str) -> Any:
    """Return a function that returns these texts in turn."""
    following = iter(texts)
    return lambda _: next(following)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(GOOD),
        f"```json\n{json.dumps(GOOD, indent=2)}\n```",
        f"\n```\n{json.dumps(GOOD)}\n```\n",
        f"```json {json.dumps(GOOD)}```",
        f"```JSON{json.dumps(GOOD)}\n```",
    ],
)
def test_a_fence_is_taken_off(cli: Cli, picture: Path, stub: PublishedServer, text: str) -> None:
    stub.answer = replies(text, text)
    words = ("-p", "Read it.", "--schema", SCHEMA, "--server", stub.url)
    assert json.loads(cli("ask", picture, *words).ok.out) == GOOD
    [row] = cli("batch", picture, *words).ok.rows
    assert (row["value"], json.loads(row["response"])) == (GOOD, GOOD)
    assert len(stub.asked) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The shop is tulip.", "JSON"),
        (json.dumps(GOOD | {"total": "3.5"}), "$.total"),
        (json.dumps(GOOD | {"paid": "cheque"}), "$.paid"),
        (json.dumps(GOOD | {"day": "yesterday"}), "$.day"),
        (json.dumps(GOOD | {"more": 1}), "more"),
        (json.dumps({"shop": "tulip"}), "total"),
        (json.dumps(GOOD | {"total": float("nan")}), "NaN"),
        (json.dumps([GOOD]), "object"),
        ("[" * 100_000, "JSON"),
        ("", "JSON"),
    ],
)
def test_an_answer_that_does_not_fit(
    cli: Cli, picture: Path, stub: PublishedServer, text: str, said: str
) -> None:
    """It is asked once more, with what did not fit. Then it is an error, and no value of a table."""
    words = ("batch", picture, "-p", "Read it.", "--schema", SCHEMA, "--server", stub.url)
    stub.answer = replies(text, json.dumps(GOOD))
    [row] = cli(*words).ok.rows
    assert (row["value"], row["usage"]["input_tokens"]) == (GOOD, 200)
    first, second = stub.asked
    assert second.startswith(first)
    assert said in second.removeprefix(first)
    stub.answer = replies(text, text)
    assert cli(*words, "-o", "out.csv").code == 7
    [row] = read_rows("out.csv.jsonl")
    assert (row["error"]["code"], row["response"], row["value"]) == ("answer_incomplete", None, None)
    assert said in row["error"]["message"]
    header, cells = Path("out.csv").read_text(encoding="utf-8").splitlines()[:2]
    assert "tulip" not in cells or header.split(",").index("error") < cells.index("tulip")
    assert len(stub.asked) == 4


def test_a_schema_that_a_server_ignores_in_ask_and_chat(
    cli: Cli, picture: Path, stub: PublishedServer
) -> None:
    stub.answer = lambda _: "It is a shop."
    words = (picture, "--server", stub.url, "--schema", SCHEMA)
    done = cli("ask", *words, "-p", "Read it.")
    assert (done.code, done.out, done.error_code) == (8, "", "answer_incomplete")
    talk = cli("chat", "--plain", *words, input=b"Read it.\n")
    assert talk.code == 8
    assert len(stub.asked) == 4


def test_a_pattern_that_takes_years(cli: Cli, picture: Path, stub: PublishedServer) -> None:
    """A server cannot stop this program by a text for which Python's `re` takes years."""
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(x+x+)+y$"}}}
    stub.answer = lambda _: json.dumps({"a": "x" * 60})
    words = ("ask", picture, "-p", "Read it.", "--schema", json.dumps(schema), "--server", stub.url)
    assert cli(*words).code == 8


# Choices


def test_choices_by_the_first_token(cli: Cli, picture: Path, each_kind: PublishedServer) -> None:
    """Case and blanks do not count. The shares add up to one; the mass says how much was found."""
    each_kind.tokens = [
        (" Yes", 0.4),
        ("No", 0.2),
        ("yes", 0.1),
        ("no", 0.06),
        ("y", 0.04),
        ("It", 0.1),
    ]
    done = cli(
        "batch", picture, "-p", "Is it red?", "--choices", "yes,no", "--server", each_kind.url
    ).ok
    [row] = done.rows
    assert row["response"] == "yes"
    shares = {each["text"]: each["probability"] for each in row["choices"]}
    assert shares == pytest.approx({"yes": 0.54 / 0.8, "no": 0.26 / 0.8})
    assert row["choices_mass"] == pytest.approx(0.8)
    [body] = each_kind.bodies
    sent = {name: body[name] for name in ("logprobs", "top_logprobs", "max_tokens")}
    assert sent == {"logprobs": True, "top_logprobs": 20, "max_tokens": 1}
    assert "flashsloth" not in json.dumps(body)
    each_kind.tokens = [("no", 0.9), (" Yes", 0.1)]
    words = ("ask", picture, "-p", "{choices}?", "--choices", "yes,no", "--server", each_kind.url)
    assert cli(*words).ok.out == "no\n"
    assert each_kind.asked[-1] == "yes, no?"


@pytest.mark.parametrize(
    "choices",
    ["yes,Yes it is", "a red car,a blue car", "1,12", "10,11", "may,maybe", "red car,Red house"],
)
def test_choices_that_begin_alike(cli: Cli, picture: Path, stub: PublishedServer, choices: str) -> None:
    first = choices.split(",")[0]
    for command in ("ask", "batch"):
        words = (command, picture, "-p", QUESTION, "--choices", choices, "--server", stub.url)
        cli(*words).refused(2, first)
    assert stub.asked == []


@pytest.mark.parametrize("tokens", [None, [("It", 0.9)], [("bl", 0.9), ("blue", 0.05)]])
def test_tokens_that_are_no_choice(cli: Cli, picture: Path, stub: PublishedServer, tokens: Any) -> None:
    """A reply without probabilities, or with tokens that are no choice or several, is no answer."""
    stub.tokens = tokens
    words = ("-p", "Which color?", "--choices", "blue,black", "--server", stub.url)
    done = cli("batch", picture, *words)
    [row] = done.rows
    assert (done.code, row["response"]) == (7, None)
    assert row["error"]["code"] == ("server" if tokens is None else "answer_incomplete")
    assert cli("ask", picture, *words).code == (6 if tokens is None else 8)


def test_choices_of_a_data_set(cli: Cli, picture: Path, stub: PublishedServer) -> None:
    stub.tokens = [("blue", 0.8), ("red", 0.2)]
    data = [
        {"image": str(picture), "question": "Which?", "answer": each}
        for each in ("red", "blue", "blue")
    ]
    words = ("eval", write_rows("rows.jsonl", *data), "--choices", "red,blue", "--server", stub.url)
    document = cli(*words, "--json").ok.document
    assert document["accuracy"] == pytest.approx(2 / 3, abs=1e-3)
