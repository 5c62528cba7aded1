"""Downloads: what is fetched, how long and how much at most, and which addresses are never reached."""

from __future__ import annotations

import base64
import gzip
import socket
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from PIL import Image

from flashsloth.errors import (
    ImageAddressRefused,
    ImageError,
    ImageFetchFailed,
    ImageTooLarge,
    OutOfThreads,
)
from flashsloth.images import http_fetch as module
from flashsloth.images.http_fetch import fetch
from flashsloth.images.reader import read_image
from image_samples import encode
from images import helpers
from trust.hostile_server import Answer, Server

PNG = encode(Image.new("RGB", (6, 4), "red"), "PNG")
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def answer(
    body: bytes = PNG, status: str = "200 OK", length: int | None = None, **headers: str
) -> bytes:
    """Return an answer, with headers like `Content_Encoding`."""
    headers = {"Content-Length": str(len(body) if length is None else length), **headers}
    lines = [
        f"HTTP/1.1 {status}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def redirect(to: str, status: str = "302 Found") -> bytes:
    return answer(b"", status, Location=to)


ANSWERS = {  # by the last part of the path
    "ok.png": answer(),
    "broken": answer(b"", "503 Service Unavailable"),
    "close-delimited": OK + b"\r\n" + PNG,
    "chunked": CHUNKED
    + b"7;a=b\r\n%b\r\n%X\r\n%b\r\n0\r\nTrailer: x\r\n\r\n" % (PNG[:7], len(PNG) - 7, PNG[7:]),
    "cut-chunk": CHUNKED + b"ffff\r\nshort",
    "long-chunk": CHUNKED + b"7\r\n%b\r\n0\r\n\r\n" % PNG,
    "zipped": answer(gzip.compress(PNG), Content_Encoding="GZIP"),
    "zipped-x": answer(gzip.compress(PNG), Content_Encoding="x-gzip"),
    "no-encoding": answer(Content_Encoding=""),
    "zipped-bomb": answer(gzip.compress(bytes(3 << 20)), Content_Encoding="gzip"),
    "zipped-cut": answer(gzip.compress(PNG)[:50], length=99, Content_Encoding="gzip"),
    "not-zipped": answer(Content_Encoding="gzip"),
    "brotli": answer(Content_Encoding="br"),
    "too-short": answer(length=len(PNG) + 10),
    "announced-giant": answer(length=10**12),
    "gibberish": b"SSH-2.0-OpenSSH\r\n\r\n",
    "loop": redirect("/loop"),
    "once": redirect("ok.png?a=b c#part", "307 Temporary Redirect"),
    **{
        f"five-{left}": redirect(f"/five-{left - 1}" if left > 1 else "/ok.png") for left in range(1, 7)
    },
    "to-file": redirect("file:///etc/passwd"),
    "to-private": redirect("http://nas.example/ok.png"),
    "to-loopback": redirect("http://[::1]/ok.png"),
    "to-nonsense": redirect("http://[oops/"),
}
ENDLESS = {
    "endless": Answer([OK + b"\r\n"], b"x" * 65536),
    "slow-body": Answer([OK + b"\r\n"], b"x", 0.02),
    "slow-head": Answer([OK + b"X-Slow: "], b"x", 0.02),
    "silent": Answer([], end="silence"),
}


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that behaves as badly as the path asks. Also stands in for a proxy."""
    answers = {name: Answer([data]) for name, data in ANSWERS.items()}
    with Server(answers | ENDLESS, Answer([answer(b"no", "404 Not Found")])) as running:
        yield running


@pytest.fixture
def site(server: Server) -> str:
    return f"http://127.0.0.1:{server.address[1]}"


def refusal(
    error: type[ImageError], url: str, *mentions: str, allow_local: bool = True, **options: Any
) -> ImageError:
    return helpers.refusal(error, url, *mentions, read=fetch, allow_local=allow_local, **options)


# What is fetched


def resolved(monkeypatch: pytest.MonkeyPatch, how: Any) -> None:
    # private: in getaddrinfo a name has no port of its own, and is asked for by others, too
    monkeypatch.setattr(module, "_resolve", how)


@pytest.mark.parametrize(
    "path",
    ["ok.png", "close-delimited", "chunked", "zipped", "zipped-x", "no-encoding", "once", "five-5"],
)
def test_a_picture_arrives(site: str, path: str) -> None:
    loaded = read_image(f"{site}/{path}", allow_local=True)
    assert (loaded.format, loaded.width, loaded.height) == ("PNG", 6, 4)
    assert loaded.source == f"{site}/{path}"


def test_user_agent_and_escaping_of_the_request(server: Server, site: str) -> None:
    assert fetch(f"{site}/a dir/é%20/ok.png?q=ü&r=[1]#part", allow_local=True) == PNG
    assert server.seen[-1].startswith("GET /a%20dir/%C3%A9%20/ok.png?q=%C3%BC&r=%5B1%5D HTTP/1.1\r\n")
    assert "User-Agent: flashsloth\r\n" in server.seen[-1]
    assert f"Host: {site.removeprefix('http://')}\r\n" in server.seen[-1]
    # bytes that are not UTF-8
    assert fetch(f"{site}/a\udcff.png/ok.png?\udcfe", allow_local=True) == PNG
    assert server.seen[-1].startswith("GET /a%FF.png/ok.png?%FE HTTP/1.1\r\n")
    assert fetch(f"{site}/once", allow_local=True) == PNG
    assert server.seen[-1].startswith("GET /ok.png?a=b%20c HTTP/1.1\r\n")


LOGIN = f"Authorization: Basic {base64.b64encode(b'me@home:p:w').decode()}\r\n"


def test_user_and_password_are_sent_to_their_own_server_alone(
    dns: dict[str, list[str]], server: Server
) -> None:
    dns |= {"nas.example": ["192.168.1.7"], "home.example": ["10.0.0.1"]}
    login = "http://me%40home:p%3Aw@home.example"
    assert fetch(f"{login}/once") == PNG
    assert [LOGIN in request for request in server.seen] == [True, True]
    assert fetch(f"{login}/to-private") == PNG  # on another host
    assert [LOGIN in request for request in server.seen[2:]] == [True, False]
    assert "me@home" not in server.seen[0]
    error = refusal(
        ImageFetchFailed, f"{login}/missing.png", "http://home.example/missing.png", allow_local=False
    )
    assert "p%3Aw" not in str(error)
    assert fetch("http://only-a-user@home.example/ok.png") == PNG
    assert base64.b64encode(b"only-a-user:").decode() in server.seen[-1]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("missing.png", "127.0.0.1 answered 404 Not Found"),
        ("broken", "answered 503 Service Unavailable"),
        ("loop", "redirects more than 5 times"),
        ("five-6", "redirects more than 5 times"),
        ("to-nonsense", "redirects to "),
        ("too-short", f" {len(PNG)} of {len(PNG) + 10} bytes"),
        *((name, " HTTP ") for name in ("cut-chunk", "long-chunk", "gibberish")),
        ("brotli", " br "),
        ("zipped-cut", " 50 of 99 bytes"),
        ("not-zipped", " gzip data "),
    ],
)
def test_failures_name_the_url_and_the_reason(site: str, path: str, reason: str) -> None:
    refusal(ImageFetchFailed, f"{site}/{path}", f"{site}/{path} cannot be fetched", reason)


# Connections


def test_the_next_address_of_a_host_is_tried(
    site: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/a.png"
        refusal(ImageFetchFailed, url, "127.0.0.1 refuses the connection")
        peers = [(socket.AF_INET, unused.getsockname()), (socket.AF_INET, server.address)]
        resolved(monkeypatch, lambda host, port: peers)
        assert fetch("http://twice.example/ok.png", allow_local=True) == PNG


def test_a_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        socket, "getaddrinfo", Mock(side_effect=socket.gaierror(-2, "Name or service not known"))
    )
    refusal(ImageFetchFailed, "https://nowhere.example/a.png", "nowhere.example cannot be found")


def test_a_thread_that_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = RuntimeError("can't start new thread")
    monkeypatch.setattr(threading.Thread, "start", Mock(side_effect=refused))
    with pytest.raises(OutOfThreads):
        fetch("https://nowhere.example/a.png")


def test_https_to_a_server_without_tls(site: str) -> None:
    refusal(
        ImageFetchFailed,
        site.replace("http:", "https:") + "/ok.png",
        "127.0.0.1 does not speak ",
    )


INVALID = (
    "http://%31%32%37.0.0.1/",
    "http://",
    "http:///a.png",
    "https:a.png",
    "http://[::1/a",
    "http://h:port/",
    "http://a b/",
)
SURROGATES = ("http://h/\ud800.png", "http://h/?\ud800", "http://\udcff/")


@pytest.mark.parametrize("url", [*INVALID, *SURROGATES, f"http://{'ü' * 99}/"])
def test_invalid_urls(url: str) -> None:
    refusal(ImageFetchFailed, url, "cannot be fetched: ")


# Limits


@pytest.mark.parametrize(
    ("path", "proxy"),
    [("slow-body", False), ("slow-head", False), ("silent", False), ("slow-body", True)],
)
def test_the_time_limit_ends_slow_responses(
    server: Server, site: str, path: str, proxy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if proxy:
        monkeypatch.setenv("http_proxy", site)
    url = f"http://pictures.example/{path}" if proxy else f"{site}/{path}"
    refusal(ImageFetchFailed, url, " 0.3 s", seconds=0.3)
    if path != "silent" and not proxy:
        assert server.left.wait(5)  # the connection is closed


def test_the_time_limit_holds_for_name_lookup(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    resolved(monkeypatch, lambda host, port: release.wait(20) and [])
    refusal(ImageFetchFailed, "http://slow.example/a.png", "slow.example did not deliver", seconds=0.2)
    release.set()


def test_the_size_limit_ignores_the_announced_length(site: str) -> None:
    refusal(ImageTooLarge, f"{site}/announced-giant", "announced-giant is larger than 64 MB")
    refusal(ImageTooLarge, f"{site}/endless", "endless is larger than 1 MB", max_bytes=2**20)
    refusal(ImageTooLarge, f"{site}/zipped-bomb", "zipped-bomb is larger than 1 MB", max_bytes=2**20)
    refusal(ImageTooLarge, f"{site}/ok.png", "is larger than", max_bytes=len(PNG) - 1)
    assert fetch(f"{site}/ok.png", allow_local=True, max_bytes=len(PNG)) == PNG


@pytest.mark.parametrize("size", [b"-1", b"-2", b"0x10", b"1_0", b"", b"f" * 17])
def test_chunks_of_an_invalid_size(size: bytes, server: Server, site: str) -> None:
    """A size of -1 made the fetcher read everything into memory; -2 raised a ValueError."""
    server.answer = Answer([CHUNKED, size + b"\r\n"], endless=b"x" * 65536)
    with pytest.raises((ImageFetchFailed, ImageTooLarge)):
        fetch(f"{site}/1", allow_local=True, seconds=5)
    # the buffers of a connection, not the whole answer
    assert server.sent < module.MAX_DOWNLOAD_BYTES + (32 << 20)


# Addresses


CLOUDS = (
    "100.100.100.200",
    "192.0.0.192",
    "[fd00:ec2::254]",
    "168.63.129.16",
    "[::ffff:100.100.100.200]",
)
LOOPBACK = (
    "127.0.0.1",
    "localhost",
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
)


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        *((host, "a loopback address") for host in (*LOOPBACK, "[64:ff9b::7f00:1]", "[2002:7f00:1::]")),
        *((host, "link-local") for host in ("169.254.169.254", "[fe80::1]")),
        *((host, "an unspecified address") for host in ("0.0.0.0", "[::]")),
        ("224.0.0.1", "a multicast address"),
        ("255.255.255.255", "a reserved address"),
        *((host, "") for host in CLOUDS),
    ],
)
def test_addresses_of_this_machine_and_its_link_are_refused(
    host: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))
    try:
        error = refusal(ImageAddressRefused, f"http://{host}:8/a.png", reason, allow_local=False)
    except ImageFetchFailed:  # a machine without IPv6 may not even parse some of them
        pytest.skip("this spelling does not resolve here")
    assert "allow_local" in error.hint


def test_addresses_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own address in a network is refused; others of that network are asked."""
    monkeypatch.setattr("socket.socket.connect", Mock(side_effect=ConnectionRefusedError))
    monkeypatch.setattr(
        "psutil.net_if_addrs", lambda: {"eth0": [SimpleNamespace(address="192.168.7.8")]}
    )
    refusal(
        ImageAddressRefused, "http://192.168.7.8/a.png", "192.168.7.8 is an address", allow_local=False
    )
    refusal(ImageFetchFailed, "http://192.168.7.9/a.png", "refuses the connection", allow_local=False)


def test_a_local_server_is_refused_by_default(server: Server, site: str) -> None:
    refusal(ImageAddressRefused, f"{site}/ok.png", "127.0.0.1 is a loopback address", allow_local=False)
    with pytest.raises(ImageAddressRefused):
        read_image(f"{site}/ok.png")
    assert server.seen == []


@pytest.fixture
def dns(server: Server, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Host names and their addresses. All connections go to the local server."""
    names: dict[str, list[str]] = {}
    connect = socket.socket.connect
    resolved(monkeypatch, lambda host, port: [(socket.AF_INET, (a, port)) for a in names[host]])
    monkeypatch.setattr(socket.socket, "connect", lambda sock, peer: connect(sock, server.address))
    return names


def test_private_addresses_are_allowed_without_a_redirect(dns: dict[str, list[str]]) -> None:
    dns |= {"nas.example": ["192.168.1.7"], "home.example": ["10.0.0.1"], "public.example": ["8.8.8.8"]}
    for name in dns:
        assert fetch(f"http://{name}/ok.png") == PNG
    assert fetch("http://home.example/to-private") == PNG  # from one private host to another


def test_redirects_are_checked(dns: dict[str, list[str]]) -> None:
    dns |= {"nas.example": ["192.168.1.7"], "public.example": ["8.8.8.8"], "::1": ["127.0.0.1"]}
    url = "http://public.example"
    refusal(
        ImageAddressRefused,
        f"{url}/to-private",
        "nas.example is 192.168.1.7, a private",
        allow_local=False,
    )
    refusal(ImageAddressRefused, f"{url}/to-loopback", "a loopback address", allow_local=False)
    refusal(ImageAddressRefused, f"{url}/to-file", "not file")
    assert fetch(f"{url}/to-private", allow_local=True) == PNG


@pytest.mark.parametrize(
    "host",
    [
        *("10.0.0.1", "172.16.0.1", "192.168.1.7", "100.64.0.1", "198.18.0.1", "192.0.2.1"),
        *("[fd00::7]", "[fec0::7]", "[::ffff:10.0.0.1]", "[::10.0.0.1]", "[2002:a00:1::]"),
        *("[64:ff9b::a00:1]", "[64:ff9b:1::a00:1]", "224.0.0.1", "[ff0e::1]", "0x0a.1", *LOOPBACK),
    ],
)
def test_what_is_not_public_is_refused_for_clients_of_a_server(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))
    try:
        refusal(ImageAddressRefused, f"http://{host}:8/a.png", allow_local=False, private_hosts=["nas"])
    except ImageFetchFailed:  # a machine without IPv6 may not even parse some of them
        pytest.skip("this spelling does not resolve here")


def test_for_clients_of_a_server_every_hop_is_public_or_named(dns: dict[str, list[str]]) -> None:
    dns |= {"nas.example": ["192.168.1.7"], "home.example": ["10.0.0.1"], "public.example": ["8.8.8.8"]}
    dns |= {"site.example": ["fec0::7"], "both.example": ["8.8.8.8", "fd00::7"], "::1": ["::1"]}
    nas, home, public = "http://nas.example", "http://home.example", "http://public.example"
    assert fetch(f"{public}/ok.png", private_hosts=[]) == PNG
    for url in (nas, home, "http://site.example", "http://both.example", f"{public}/to-private"):
        error = refusal(
            ImageAddressRefused, url, "a private address", allow_local=False, private_hosts=[]
        )
        assert "--allow-url-host" in error.hint
        # clients do not learn the addresses of the network
        assert not any(address in str(error) for address in ("192.", "10.", "fec0", "fd00"))
    named: dict[str, Any] = {"allow_local": False, "private_hosts": ["home.example"]}
    assert fetch(f"{home}/ok.png", **named) == PNG
    refusal(ImageAddressRefused, f"{home}/to-private", "nas.example is a private address", **named)
    refusal(ImageAddressRefused, f"{home}/to-loopback", "a loopback address", **named)
    assert fetch(f"{public}/to-private", private_hosts=["nas.example"]) == PNG


def test_one_refused_address_refuses_a_host_and_hosts_are_resolved_once(
    dns: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    dns["mixed.example"] = ["8.8.8.8", "127.0.0.1"]
    refusal(
        ImageAddressRefused, "http://mixed.example/ok.png", "127.0.0.1, a loopback", allow_local=False
    )
    answers = [[(socket.AF_INET, ("8.8.8.8", 80))], [(socket.AF_INET, ("127.0.0.1", 80))]]
    resolved(monkeypatch, lambda host, port: answers.pop(0))
    assert fetch("http://rebinding.example/ok.png") == PNG
    assert len(answers) == 1


# Proxies


def test_a_proxy_gets_the_whole_url(server: Server, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", site)
    resolved(monkeypatch, lambda host, port: pytest.fail("resolved here"))
    assert fetch("http://pictures.example/ok.png") == PNG
    assert server.seen[-1].startswith("GET http://pictures.example/ok.png HTTP/1.1\r\n")
    assert "User-Agent: flashsloth\r\n" in server.seen[-1]
    assert fetch("http://me%40home:p%3Aw@pictures.example/ok.png") == PNG
    assert server.seen[-1].startswith("GET http://pictures.example/ok.png HTTP/1.1\r\n")
    assert LOGIN in server.seen[-1]
    refusal(ImageFetchFailed, "http://pictures.example/nothing", "pictures.example answered 404")
    refusal(ImageFetchFailed, "http://pictures.example/loop", "redirects more than 5 times")


def test_names_are_checked_with_a_proxy(
    server: Server, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", site)
    for host in ("127.0.0.1:9", "localhost", "a.localhost.", "[::1]", "0x7f.1", "169.254.169.254"):
        refusal(ImageAddressRefused, f"http://{host}/ok.png", "is refused", allow_local=False)
    assert server.seen == []
    # which a proxy may decode
    refusal(ImageFetchFailed, "http://%31%32%37.0.0.1/ok.png", "no valid host")
    assert server.seen == []
    refusal(ImageAddressRefused, "http://pictures.example/to-loopback", "loopback", allow_local=False)


def test_https_goes_through_a_tunnel(
    server: Server, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", site)
    refusal(ImageFetchFailed, "https://pictures.example/a.png", "pictures.example", "404")
    assert server.seen[-1].startswith("CONNECT pictures.example:443 ")


def test_no_proxy_and_unsupported_proxies(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    refusal(ImageFetchFailed, "http://pictures.example/ok.png", "refuses the connection")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert fetch(f"{site}/ok.png", allow_local=True) == PNG
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    refusal(ImageFetchFailed, "http://pictures.example/ok.png", "proxy")
