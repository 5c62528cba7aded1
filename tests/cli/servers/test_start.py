"""Where a server listens and whom it answers, without a model."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli.servers.test_listing import RECORD
from flashsloth.checkpoints.folder import stamp as stamp_of
from flashsloth.errors import OptionError, ServerError, ServerUnreachable
from flashsloth.server import registry
from flashsloth.server.run import tcp_socket
from flashsloth_cli.config.settings import resolve
from flashsloth_cli.options import Options
from flashsloth_cli.servers import access, start
from flashsloth_cli.servers.options import ServeOptions

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions")

KEY = "0123456789abcdef-a-key"


# The port


def test_port_of_an_command_server(home: Path) -> None:
    with start.port_socket(ServeOptions(port=0)) as made:
        port = made.getsockname()[1]
        record = replace(RECORD, pid=os.getpid(), port=port)
        with registry.registered(record), pytest.raises(ServerError, match="nano is served on http") as raised:
            start.port_socket(ServeOptions(port=port))
        assert f"flashsloth stop {os.getpid()}" in (raised.value.hint or "")


def test_ports() -> None:
    with tcp_socket("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(ServerError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use$"):
            tcp_socket("127.0.0.1", port)
    with tcp_socket("127.0.0.1", port):
        pass
    with pytest.raises(ServerError, match="cannot listen"):
        tcp_socket("host.invalid", 0)


# Files that change while the model sleeps


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text('{"system_prompt": "Be kind."}')
    (folder / "model.safetensors.index.json").write_text("one")
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "chat_template.jinja", "merges.txt"])
def test_files_that_changed_are_not_opened(model_folder: Path, name: str) -> None:
    """Its clients would get answers of a model that the record does not name."""
    source: Any = SimpleNamespace(folder=model_folder)
    files = start.OpenedFiles()
    files.check(source, None)
    files.check(source, None)
    assert files.stamp == stamp_of(model_folder)
    (model_folder / name).write_text("another")
    with pytest.raises(ServerUnreachable, match="have changed"):
        files.check(source, None)
    assert files.stamp != stamp_of(model_folder)


def test_another_snapshot_needs_a_new_server(model_folder: Path) -> None:
    other = model_folder.with_name("other")
    other.mkdir()
    files = start.OpenedFiles()
    files.check(SimpleNamespace(folder=model_folder), None)  # type: ignore[arg-type]
    with pytest.raises(ServerUnreachable, match="have changed"):
        files.check(SimpleNamespace(folder=other), None)  # type: ignore[arg-type]


def test_opened_again_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less memory than before must not give clients another preset than the record says."""
    asked: list[Any] = []
    facts = SimpleNamespace(quant="int4", dtype="bfloat16", device="cuda:0")
    first: Any = SimpleNamespace(facts=facts)
    monkeypatch.setattr(start.opening, "open_model", lambda options, *_, **__: asked.append(options))
    open_model = start.opener(first, resolve(Options.of(ServeOptions())), start.OpenedFiles())
    assert open_model() is first
    assert asked == []
    open_model()
    assert (asked[0].quant, asked[0].dtype, asked[0].device) == ("int4", "bfloat16", "cuda:0")
    assert asked[0].offline


# Who may ask


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.org", ""])
def test_address_for_others_needs_keys(cli: Callable[..., Any], host: str) -> None:
    done = cli("serve", "--host", host)
    assert done.code == 2
    assert "--api-key-file" in done.error[0]
    access.check_address(host, has_keys=True)


@pytest.mark.parametrize(
    ("text", "permissions", "problem"),
    [
        ("", 0o600, "has no key"),
        ("# later\n\n", 0o600, "has no key"),
        (KEY, 0o644, "can be read by other users"),
        (KEY, 0o660, "can be read by other users"),
        ("short\n", 0o600, "unusable key"),
        (f"{KEY}\nkéy-with-more-than-16\n", 0o600, "unusable key"),
        (None, 0o600, "cannot be read"),
    ],
)
def test_key_file(
    cli: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    text: str | None,
    permissions: int,
    problem: str,
) -> None:
    monkeypatch.setattr(start.opening, "open_model", lambda *_, **__: pytest.fail("a server would start"))
    path = tmp_path / "keys.txt"
    if text is not None:
        path.write_text(text)
        path.chmod(permissions)
    done = cli("serve", "--api-key-file", path)
    assert done.code == 3
    assert problem in done.error[0]
    assert KEY not in done.err


def test_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(f"# of the office\n{KEY}\n\n  {KEY}2  \n")
    path.chmod(0o400)
    assert access.read_key_file(path) == (KEY, f"{KEY}2")


def test_the_key_of_ask_and_chat(cli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in the record alone, another one for each server, and counts beside those of the file."""
    path, tokens = tmp_path / "keys.txt", []
    path.touch(0o600)
    path.write_text(KEY)

    def serve(server: Any, *_: object, **__: object) -> None:
        [record] = registry.running()
        tokens.append(record.token)
        assert server.rules.keys == (KEY, record.token)

    monkeypatch.setattr("flashsloth.server.run.serve", serve)
    for _ in range(2):
        assert cli("serve", "--port", "0", "--api-key-file", path).code == 0
    assert len({*tokens}) == 2
    assert min(map(len, tokens)) > 40
    rules = start.check(ServeOptions(host="0.0.0.0", api_key_file=path))
    assert rules.allows_key(f"Bearer {KEY}")
    assert not rules.allows_key(None)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10m", 600.0), ("30s", 30.0), ("90", 90.0), ("1.5h", 5400.0), ("1d", 86400.0), ("never", None)],
)
def test_duration(text: str, seconds: float | None) -> None:
    assert access.parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["0", "", "-1", "10 m", "soon", "1e3", "400d", "9" * 400])
def test_no_duration(text: str) -> None:
    with pytest.raises(OptionError, match="keep-alive"):
        access.parse_duration(text)


@pytest.mark.parametrize("origin", ["*", "example.org", "https://example.org/", "null", "app://*", "app://"])
def test_no_origin(origin: str) -> None:
    with pytest.raises(OptionError, match="not an origin"):
        access.check_origins([origin])


def test_origins_of_extensions_and_apps() -> None:
    origins = ("chrome-extension://abc", "moz-extension://a-b", "app://obsidian.md", "tauri://localhost")
    assert access.check_origins([*origins, "vscode-webview://1f"]) == (*origins, "vscode-webview://1f")
