"""`ask` and `chat` with a server that runs: the same output as without one, and when it is not used."""

from __future__ import annotations

import itertools
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import QUESTION, Cli
from flashsloth.chat import FlashSloth
from flashsloth.server import http_client, registry, remote_answerer
from flashsloth_cli.asking import models
from flashsloth_cli.options import Options
from flashsloth_cli.settings.settings import resolve
from server.command_server import CommandServer, command_server, replying

CHANGING = {"id", "created", "server", "timings", "memory", "session"}


@pytest.fixture(scope="module")
def server(nano: FlashSloth) -> Iterator[CommandServer]:
    with command_server(nano) as made:
        yield made


@pytest.fixture
def own(server: CommandServer, home: Path) -> Iterator[CommandServer]:
    """A server that commands of this home find."""
    (home / "config.toml").write_text("history = true\n")
    with registry.registered(server.record):
        yield server


def documents(out: str, server: str | None) -> list[list[tuple[str, Any]]]:
    """Return the fields of the JSON documents of a server, in their order, without what differs between
    two runs."""
    found = [json.loads(line) for line in out.splitlines()]
    for each in found:
        assert each["server"] == server
        each["usage"]["cached_tokens"] = None
        for image in each["images"]:
            image["cached"] = None  # where encoding takes 0.2 s, the second run finds it in the cache
        each |= dict.fromkeys(CHANGING & each.keys())
    return [list(each.items()) for each in found]


def table(picture: Path, square: Path) -> dict[str, tuple[tuple[Any, ...], bytes | None]]:
    """Forms of asking, by name: the words, and what is piped in."""
    broken = square.with_name("broken.png")
    broken.write_bytes(picture.read_bytes()[:40])
    return {
        "stdin": (("ask", "-", "-p", QUESTION), picture.read_bytes()),
        "each, one broken": (("ask", "--each", picture, square, broken, "-p", QUESTION), None),
        "a part": (("ask", picture, QUESTION, "--crop", "0,0,50%,50%"), None),
        "sampled": (
            ("ask", picture, QUESTION, "--temperature", "1.5", "--seed", "3", "--set", "top_k=30"),
            None,
        ),
        "a number without an end": (("ask", picture, QUESTION, "--schema", "count integer"), None),
        "ended at its limit": (
            ("ask", picture, QUESTION, "--schema", "text", "--max-tokens", "14"),
            None,
        ),
        "too long": (("ask", picture, "-p", "word " * 3000), None),
        "piped": (
            ("chat", "--plain", picture),
            b"What is it?\n/set max_tokens 2\nWhere?\n/continue\n/retry\n/undo\nAnd?\n",
        ),
    }


@pytest.mark.slow
def test_the_same_output(own: CommandServer, cli: Cli, picture: Path, square: Path) -> None:
    """As text once, and as documents, where they can be written, which hold the text too."""
    for name, (words, stdin) in table(picture, square).items():
        more = () if name in ("a part", "piped") else ("--json",)
        there, here = (
            cli(*words, *more, *server, input=stdin) for server in ((), ("--server", "none"))
        )
        assert (there.code, there.err) == (here.code, here.err), name
        if more and here.out:
            assert documents(there.out, own.record.url) == documents(here.out, None), name
        else:
            assert there.out == here.out, name


def test_a_kept_conversation(own: CommandServer, cli: Cli, picture: Path) -> None:
    """Begun here and continued there, and the other way round."""
    expected = []
    for servers in (("none", "none", "none"), ("auto", "none", "auto")):
        asked = ((picture, QUESTION), ("-c", "Where?"), ("-c", "Why?"))
        outs = [
            cli("ask", *words, "--server", server) for words, server in zip(asked, servers, strict=True)
        ]
        saved = cli("sessions", "show", "--json").document
        turns = [(turn["question"], turn["answer"], turn["finish_reason"]) for turn in saved["turns"]]
        expected.append(([out.out for out in outs], turns))
    assert expected[0] == expected[1]


# Which server


def notes(result: Any) -> list[str]:
    return [line for line in result.err.splitlines() if "the model is opened here" in line]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": "0.0.1"}, "0.0.1"),
        ({"stamp": "of other files"}, "files of the model have changed"),
    ],
)
def test_a_server_out_of_date(
    own: CommandServer, cli: Cli, picture: Path, change: dict[str, Any], said: str
) -> None:
    """It is not used, with a note if the model is opened here and not if a second server answers."""
    old, words = (
        replace(own.record, pid=1, started="2025-01-01T00:00:00Z", **change),
        ("ask", picture, QUESTION),
    )
    with registry.registered(old):
        result = cli(*words, "--json")
        assert (result.document["server"], notes(result)) == (own.record.url, [])
        own.record.path.unlink()
        result = cli(*words, "--json")
        assert result.document["server"] is None
        [note] = notes(result)
        assert said in note
        assert notes(cli(*words, "-q")) == []
        cli(*words, "--server", old.url).refused(6, said, "leave out --server")


def test_a_server_that_hangs(
    own: CommandServer, cli: Cli, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its port is open and its record is held, but it answers nothing."""
    monkeypatch.setattr(http_client, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as hung:
        port = hung.getsockname()[1]
        record = replace(own.record, pid=1, port=port, url=f"http://127.0.0.1:{port}")
        with registry.registered(record):
            done = cli("ask", picture, QUESTION, "--server", str(port))
    done.refused(6, "does not answer", "leave out --server")


def test_two_servers_and_their_addresses(
    own: CommandServer, cli: Cli, nano: FlashSloth, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def who(*words: str) -> Any:
        return cli("ask", picture, QUESTION, "--json", *words).document["server"]

    with (
        command_server(nano) as second,
        registry.registered(replace(second.record, pid=7, started="2026-02-01T00:00:00Z")),
    ):
        port = second.record.port
        assert who() == own.record.url
        for address in (f"{second.record.url}/", f"localhost:{port}", f" {port} "):
            assert who("--server", address) == second.record.url
        monkeypatch.setenv("FLASHSLOTH_SERVER", "none")
        assert who() is None
        assert who("--server", "auto") == own.record.url
        login = cli("ask", picture, QUESTION, "--server", f"http://me:secret@127.0.0.1:{port + 1}")
        assert "secret" not in login.err
    cli("ask", picture, QUESTION, "--server", str(port)).refused(
        3, "no server of yours runs on", own.record.url
    )
    other = cli("ask", picture, QUESTION, "--server", own.record.url, "-m", "flashsloth")
    assert "runs model=nano; you asked for model=flashsloth" in other.error[0]


@pytest.mark.parametrize(
    ("serve", "ask", "same"),
    [
        ({}, {}, True),
        ({}, {"model": "./nano"}, False),  # a folder of that name
        ({}, {"quant": "int4"}, True),  # what the server chose itself
        ({"quant": "int4"}, {"quant": "4bit"}, True),
        ({"quant": "4bit"}, {"quant": "4bit"}, True),
        ({"quant": "int4"}, {}, False),  # who knows what would be chosen here
        ({}, {"dtype": "bfloat16"}, False),  # means no preset
        ({}, {"quant": "int8"}, False),
        ({}, {"device": "cuda"}, False),
        ({}, {"adapter": "/tmp"}, False),
        ({"adapter": "/tmp"}, {"adapter": "/tmp"}, True),
    ],
)
def test_the_same_model(
    server: CommandServer, home: Path, serve: dict[str, Any], ask: dict[str, Any], same: bool
) -> None:
    Path("nano").mkdir()
    asked = models.asked_model(resolve(Options(**serve)))
    record = replace(server.record, request=asked, quant="int4", dtype="bfloat16", device="cpu")
    assert models.matches(record, models.asked_model(resolve(Options(**ask)))) is same
    assert not models.matches(replace(record, request={}), asked)  # of an older version


def test_the_base_of_an_adapter(
    server: CommandServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--adapter alone is the same as with -m and the model it was trained on."""
    from flashsloth.checkpoints import adapter

    monkeypatch.setattr(adapter, "read", lambda folder: adapter.Adapter(folder, "nano", None, 1.0))
    asked = [
        models.asked_model(resolve(Options(model=model, adapter=tmp_path))) for model in ("nano", None)
    ]
    for one, other in (asked, reversed(asked)):
        assert models.matches(replace(server.record, request=one), other)


def test_a_conversation_says_who_answers(own: CommandServer, cli: Cli) -> None:
    lines = b"/model\n/model nano\n"
    through = f"through the server on {own.record.url}"
    assert cli("chat", "--plain", input=lines).err.count(through) == 2
    assert through not in cli("chat", "--plain", "--server", "none", input=lines).err


def test_an_explanation_opens_the_model_here(own: CommandServer, cli: Cli, picture: Path) -> None:
    lines = f"What is it?\n/explain {picture.with_name('where.png')}\nWhy?\n".encode()
    done = cli("chat", "--plain", picture, input=lines)
    assert len(notes(done)) == 1
    assert "does not explain" in notes(done)[0]
    assert picture.with_name("where.png").is_file()
    assert (
        done.out.splitlines()[0] == cli("ask", picture, "What is it?", "--server", "none").out.strip()
    )


# A server that ends


def test_gone_before_the_first_token(
    own: CommandServer, cli: Cli, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error says so; in a conversation the question can be asked again with the model opened
    here."""
    from flashsloth.server import remote_chat

    said = cli("ask", picture, QUESTION, "--server", "none").out
    with replying(b"") as port:
        gone, stream = replace(own.record, url=f"http://127.0.0.1:{port}"), remote_chat.stream
        monkeypatch.setattr(remote_chat, "stream", lambda _, *asked: stream(gone, *asked))
        monkeypatch.setattr(remote_answerer, "PAUSES", (0.001,) * 5)
        for words, code in ((("ask", picture), 6), (("ask", "--each", picture), 7)):
            done = cli(*words, "-p", QUESTION)
            assert (done.code, done.out) == (code, "")
            assert "does not answer" in done.error[0]
        monkeypatch.setattr(
            remote_chat, "stream", lambda _, *asked: own.record.path.unlink() or stream(gone, *asked)
        )
        talk = cli("chat", "--plain", picture, input=f"{QUESTION}\n/model nano\n/retry\n".encode())
    assert talk.out == said
    assert "does not answer" in talk.err


def test_gone_in_the_middle(
    own: CommandServer, cli: Cli, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flashsloth.server import remote_chat

    parts = remote_chat.stream

    def three_tokens(record: Any, *asked: Any) -> Iterator[Any]:
        yield from itertools.islice(parts(record, *asked), 3)
        raise http_client.ended(record, begun=True)

    whole = cli("ask", picture, QUESTION, "--server", "none").out
    monkeypatch.setattr(remote_chat, "stream", three_tokens)
    result = cli("ask", picture, QUESTION)
    assert (result.code, result.out == whole) == (6, False)
    assert whole.startswith(result.out.strip())
    assert "ended in the middle of the answer" in result.err
    assert cli("ask", picture, QUESTION, "--json").error_document["code"] == "server"
    talk = cli("chat", "--plain", picture, input=b"What is it?\n")
    assert (talk.code, "ended in the middle" in talk.err) == (6, True)
    # the first, whole one
    assert cli("sessions", "list", "--json").document["sessions"][0]["turns"] == 1


def test_what_a_client_loads(own: CommandServer, program: Any, picture: Path) -> None:
    for words in (("ask", picture, QUESTION), ("chat", "--plain", picture)):
        done = program(*words, "-q", driver="modules", input="")
        assert (
            done.code,
            {"torch", "transformers", "starlette", "uvicorn"} & set(done.err.split()),
        ) == (0, set())
