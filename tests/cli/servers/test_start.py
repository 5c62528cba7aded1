"""Where a server listens, whom it answers, and how its page is opened, without a model."""

from __future__ import annotations

import os
import sys
import webbrowser
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli.conftest import Cli
from cli.servers.test_listing import RECORD
from flashsloth.errors import OptionError, ServerError, ServerUnreachable, SettingsFileError
from flashsloth.server import registry
from flashsloth.server.http_server import tcp_socket
from flashsloth_cli.options import Options
from flashsloth_cli.servers import options, start
from flashsloth_cli.servers.options import ServeOptions
from flashsloth_cli.settings.settings import resolve

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions")

KEY = "0123456789abcdef-a-key"


# The port


def test_port_of_an_command_server(home: Path) -> None:
    with start.port_socket(ServeOptions(port=0)) as made:
        port = made.getsockname()[1]
        record = replace(RECORD, pid=os.getpid(), port=port)
        with (
            registry.registered(record),
            pytest.raises(ServerError, match="nano is served on http") as raised,
        ):
            start.port_socket(ServeOptions(port=port))
        assert f"flashsloth stop {os.getpid()}" in (raised.value.hint or "")


def test_ports() -> None:
    with tcp_socket("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(
            ServerError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use$"
        ):
            tcp_socket("127.0.0.1", port)
    with tcp_socket("127.0.0.1", port):
        pass
    with pytest.raises(ServerError, match="cannot listen"):
        tcp_socket("host.invalid", 0)


# Files that change while the model sleeps


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "chat_template.jinja"])
def test_files_that_changed_are_not_opened(tmp_path: Path, name: str) -> None:
    """Nor another snapshot: its clients would get answers of a model that the record does not name."""
    for folder in ("model", "other"):
        (tmp_path / folder).mkdir()
    for file in ("config.json", "model.safetensors"):
        (tmp_path / "model" / file).write_text("one")
    source, other = (SimpleNamespace(folder=tmp_path / folder) for folder in ("model", "other"))
    files = start.OpenedFiles()
    for _ in range(2):
        files.check(source, None)
    (source.folder / name).write_text("another")
    for changed in (source, other):
        with pytest.raises(ServerUnreachable, match="have changed"):
            files.check(changed, None)


def test_opened_again_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less memory than before must not give clients another preset than the record says."""
    asked: list[Any] = []
    facts: Any = SimpleNamespace(quant="int4", dtype="bfloat16", device="cuda:0")
    first: Any = SimpleNamespace(name="nano")

    def opened(given: Any, **_: Any) -> Any:
        asked.append(given)
        return first

    monkeypatch.setattr(start.opening, "open_model", opened)
    of_model = resolve(Options.of(ServeOptions(), model=None))
    open_model = start.opener(facts, first, of_model, start.OpenedFiles())
    assert open_model() is first
    assert asked == []
    open_model()
    assert (asked[0].quant, asked[0].dtype, asked[0].device) == ("int4", "bfloat16", "cuda:0")
    assert asked[0].offline


# Who may ask


@pytest.mark.parametrize(
    ("text", "permissions", "problem"),
    [
        ("# later\n\n", 0o600, "has no key"),
        (KEY, 0o644, "can be read by other users"),
        (KEY, 0o660, "can be read by other users"),
        ("short\n", 0o600, "unusable key"),
        (f"{KEY}\nkéy-with-more-than-16\n", 0o600, "unusable key"),
    ],
)
@pytest.mark.usefixtures("no_model")
def test_key_file(cli: Cli, tmp_path: Path, text: str, permissions: int, problem: str) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(text)
    path.chmod(permissions)
    done = cli("serve", "--api-key-file", path)
    assert done.code == 3
    assert problem in done.error[0]
    assert KEY not in done.err


def test_the_hint_of_a_key_file_is_quoted_for_a_shell(tmp_path: Path) -> None:
    path = tmp_path / "my keys;id.txt"
    path.touch(0o600)
    with pytest.raises(SettingsFileError, match="has no key") as caught:
        options.read_key_file(path)
    assert caught.value.hint.endswith(f" >> '{path}'")


def test_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(f"# of the office\n{KEY}\n\n  {KEY}2  \n")
    path.chmod(0o400)
    assert options.read_key_file(path) == (KEY, f"{KEY}2")


def test_the_key_of_ask_and_chat(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in the record alone, another one for each server, and counts beside those of the file."""
    path, tokens = tmp_path / "keys.txt", []
    path.touch(0o600)
    path.write_text(KEY)

    def serve(server: Any, *_: object, **__: object) -> None:
        [record] = registry.running()
        tokens.append(record.token)
        assert server.rules.keys == (KEY, record.token)

    monkeypatch.setattr("flashsloth.server.http_server.serve", serve)
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
    assert options.parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["0", "", "-1", "10 m", "soon", "1e3", "400d", "9" * 400])
def test_no_duration(text: str) -> None:
    with pytest.raises(OptionError, match="keep-alive"):
        options.parse_duration(text)


@pytest.mark.parametrize(
    "origin", ["*", "example.org", "https://example.org/", "null", "app://*", "app://"]
)
def test_no_origin(origin: str) -> None:
    with pytest.raises(OptionError, match="not an origin"):
        options.check_origins([origin])


@pytest.mark.parametrize(
    "host", ["", "http://nas.home", "nas.home:80", "me@nas", "*", "10.0.0.0/8", "fd00::7"]
)
def test_no_host_of_urls(host: str) -> None:
    with pytest.raises(OptionError, match="not a host"):
        options.check_url_hosts([host], fetches=True)


def test_hosts_of_urls() -> None:
    hosts = ["NAS.home", "192.168.1.7", "[FD00::7]"]
    assert options.check_url_hosts(hosts, fetches=True) == ("nas.home", "192.168.1.7", "fd00::7")
    with pytest.raises(OptionError, match="no effect without --allow-urls"):
        options.check_url_hosts(hosts, fetches=False)


def test_origins_of_extensions_and_apps() -> None:
    origins = (
        "chrome-extension://abc",
        "moz-extension://a-b",
        "app://obsidian.md",
        "tauri://localhost",
    )
    assert options.check_origins([*origins, "vscode-webview://1f"]) == (*origins, "vscode-webview://1f")


def test_addresses_of_the_page() -> None:
    pages = {
        "127.0.0.1": "127.0.0.1",
        "0.0.0.0": "127.0.0.1",
        "::": "[::1]",
        "192.168.1.2": "192.168.1.2",
    }
    for host, shown in pages.items():
        assert replace(RECORD, host=host, port=80).page == f"http://{shown}:80/"


def test_terminal_without_windows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    start.open_page("http://127.0.0.1:1/").join(30)
    assert "open http://127.0.0.1:1/ yourself" in capsys.readouterr().err


def test_browser_is_started(
    opens_models: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened = tmp_path / "opened"
    program = tmp_path / "browser.py"
    program.write_text(f"import sys; open({str(opened)!r}, 'w').write(sys.argv[1])")
    monkeypatch.setenv("BROWSER", f"{sys.executable} {program} %s")
    monkeypatch.setattr(webbrowser, "_tryorder", None)
    monkeypatch.setattr(webbrowser, "_browsers", {})
    start.open_page("http://127.0.0.1:1/").join(30)
    assert opened.read_text() == "http://127.0.0.1:1/"
