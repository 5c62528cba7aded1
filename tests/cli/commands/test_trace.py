"""`--trace` of ask, chat, batch and serve: which events a trace has, and which files it may be."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path

import pytest
from PIL import Image

from cli.conftest import QUESTION, Cli
from flashsloth.chat import FlashSloth
from flashsloth.server import registry
from flashsloth.utils import tracing
from server.command_server import command_server
from server.helpers import LONG, RunningServer, eventually, serving, user
from utils.test_tracing import end, events, names, recorded, within

OWN = ["read", "import", "open", "tower", "prefill", "steps"]  # of one answer by this process


def test_ask(cli: Cli, picture: Path) -> None:
    document = cli("ask", picture, QUESTION, "--trace", "t.json", "--json").ok.document
    found = events("t.json")
    assert [each["name"] for each in found] == OWN
    read, imported, opened, *computed = found
    assert within(imported, opened)
    for earlier, later in zip([read, opened, *computed], [opened, *computed], strict=False):
        assert end(earlier) <= later["ts"]
    # one step for each token and the end token, and as long as the answer says
    steps = computed[-1]
    assert steps["args"] == {"answers": 1, "count": document["usage"]["output_tokens"] + 1}
    assert steps["dur"] >= 1000 * document["timings"]["decode_ms"]
    assert computed[0]["dur"] <= 1000 * document["timings"]["image_ms"]


def test_variable(cli: Cli, picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASHSLOTH_TRACE", "t.json")
    assert cli("ask", picture, QUESTION).ok
    assert names("t.json") == OWN


def test_choices_are_compared_without_steps(cli: Cli, picture: Path) -> None:
    assert cli("ask", picture, "Is it red?", "--choices", "yes,no", "--trace", "t.json").ok
    assert names("t.json")[-3:] == ["tower", "prefill", "choices"]


def test_chat(cli: Cli, picture: Path) -> None:
    lines = f"{QUESTION}\nIs it red?\n"
    assert cli("chat", picture, "--trace", "t.json", input=lines).ok
    assert names("t.json") == [*OWN, "prefill", "steps"]


def test_batch(cli: Cli, picture: Path, square: Path) -> None:
    line = ["batch", picture, square, "-p", QUESTION, "-o", "rows.jsonl", "--trace", "t.json"]
    assert cli(*line).ok
    found = events("t.json")
    [tower] = [each for each in found if each["name"] == "tower"]
    reading = [each for each in found if each["name"] == "read"]
    assert len(reading) == 2
    assert all(each["tid"] != tower["tid"] and end(each) <= tower["ts"] for each in reading)
    steps = [each["args"]["answers"] for each in found if each["name"] == "steps"]
    assert steps[0] == 2


@pytest.mark.slow
def test_serve_with_two_requests(nano: FlashSloth, tmp_path: Path) -> None:
    """The second one joins while the first is answered: its prompt is computed between steps or around
    them."""
    path = tmp_path / "t.json"
    body = {"max_tokens": 150, **LONG}
    image = Image.new("RGB", (60, 40), "red")

    def ask(server: RunningServer, message: dict[str, object]) -> None:
        assert server.ask({**body, "messages": [message]})[0] == 200

    with serving(lambda: nano) as server, recorded(path):
        first = threading.Thread(target=ask, args=(server, user("Hello?")))
        first.start()
        eventually(lambda: server.scheduler.counters["first_tokens"])
        ask(server, user("What is this?", image))
        first.join()
    found = events(path)
    decoding = {each["tid"] for each in found if each["name"] in ("tower", "prefill", "steps")}
    assert len(decoding) == 1
    assert [each["name"] for each in found if each["tid"] not in decoding] == ["start", "read"]
    assert [each["name"] for each in found].count("prefill") == 2
    assert {each["args"]["answers"] for each in found if each["name"] == "steps"} == {1, 2}


def test_an_answer_by_a_server(cli: Cli, nano: FlashSloth, picture: Path) -> None:
    with command_server(nano) as server, registry.registered(server.record):
        port = str(server.record.port)
        document = cli("ask", picture, QUESTION, "--server", port, "--trace", "t.json", "--json")
    found = events("t.json")  # the server is in this process, too
    read, listed, connected, first, tokens = [e for e in found if e["tid"] == found[0]["tid"]]
    assert [read["name"], listed["name"], connected["name"]] == ["read", "connect", "connect"]
    assert [first["name"], tokens["name"]] == ["first token", "tokens"]
    assert end(listed) <= first["ts"]
    assert within(connected, first)
    assert end(first) <= tokens["ts"]
    assert tokens["args"]["count"] == document.ok.document["usage"]["output_tokens"]


@pytest.mark.parametrize("command", ["ask", "chat", "batch", "serve"])
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("missing/t.json", 3),
        ("folder.json", 3),
        ("exists.json", 3),
        ("/proc/t.json", 3),  # a folder where not even root may write
        ("t.png", 2),
        ("link.json", 3),
    ],
)
@pytest.mark.usefixtures("no_model")
def test_refused_files(cli: Cli, picture: Path, command: str, name: str, code: int) -> None:
    Path("folder.json").mkdir()
    Path("exists.json").write_text("kept")
    Path("link.json").symlink_to("/proc/version")
    line = {"ask": [picture, QUESTION], "chat": [picture], "serve": ["--port", "0"]}
    words = line.get(command, [picture, "-p", QUESTION, "-o", "rows.jsonl"])
    done = cli(command, *words, "--trace", name)
    assert done.code == code
    assert done.error
    assert Path("exists.json").read_text() == "kept"


@pytest.mark.usefixtures("no_model")
def test_a_server_in_the_background_is_not_started(cli: Cli) -> None:
    Path("exists.json").write_text("kept")
    assert cli("serve", "--background", "--port", "0", "--trace", "exists.json").code == 3


@pytest.mark.parametrize("command", ["ask", "chat", "batch"])
def test_force_replaces_a_file(cli: Cli, picture: Path, command: str) -> None:
    Path("t.json").write_text("old" * 1000)
    words = ["-o", "rows.jsonl"] if command == "batch" else []
    line = [command, picture, *words, "--trace", "t.json", "--force"]
    assert cli(*line, *(["-p", QUESTION] if command != "chat" else []), input="").ok
    assert "open" in names("t.json")


@pytest.mark.usefixtures("no_model")
def test_force_replaces_no_picture_and_no_file_beside_a_template(cli: Cli, picture: Path) -> None:
    path = Path("picture.json")
    path.write_bytes(picture.read_bytes())
    for line in (["ask", path, QUESTION], ["chat", path], ["batch", path, "-p", QUESTION, "-o", "o"]):
        cli(*line, "--trace", path, "--force").refused(3, "picture.json")
    line = ["ask", picture, QUESTION, "--trace", path, "--force", "--save-template", "mine"]
    cli(*line).refused(3, "picture.json")
    assert path.read_bytes() == picture.read_bytes()


def test_ctrl_c(cli: Cli, slow: None, picture: Path) -> None:
    assert cli("ask", picture, QUESTION, "--trace", "t.json").code == 130
    assert names("t.json") == OWN


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
@pytest.mark.usefixtures("forked")
def test_a_signal_leaves_valid_json(program, picture: Path, number: int, code: int) -> None:
    path = Path("t.json")
    process = program.start("ask", picture, QUESTION, "--trace", path, driver="slow")
    # The file exists for a moment before its first bracket is written.
    eventually(lambda: path.exists() and path.stat().st_size > 0 and "steps" in names(path), seconds=60)
    process.send_signal(number)
    assert process.wait(60) == code
    assert names(path) == OWN


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.usefixtures("forked")
def test_a_signal_to_a_server_leaves_valid_json(program) -> None:
    path = Path("t.json")
    process = program.start("serve", "--port", "0", "--trace", path)
    for line in process.stderr:
        if "try it:" in line:
            break
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 143
    assert names(path) == ["import", "open"]


def test_a_full_disk_is_a_warning(
    cli: Cli, picture: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = tracing.Trace.add

    def fail(trace: tracing.Trace, *event: object, **args: object) -> None:
        trace.problem = OSError("full")
        add(trace, *event, **args)

    monkeypatch.setattr(tracing.Trace, "add", fail)
    done = cli("ask", picture, QUESTION, "--trace", "t.json").ok
    assert done.out.strip() == expected
    assert "t.json" in done.err
    assert json.loads(Path("t.json").read_text())


def test_without_a_trace_a_step_only_looks_for_one(
    nano: FlashSloth, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = nano.chat(picture).ask(QUESTION)
    first = next(answer.events())
    monkeypatch.setattr(tracing, "span", None)
    assert first
    assert answer.text()
