"""Which requests are answered at all: by their host, their page's origin and their key."""

from __future__ import annotations

import json

import pytest

from flashsloth.server import protocol
from flashsloth.server.documents import openapi_document
from flashsloth.server.security import AccessRules, is_loopback
from server.helpers import KEY, PAGE, POST_PATHS, RULES, STREAMED_PATHS, RunningServer, body_for

OURS = [
    "localhost",
    "LOCALHOST:1",
    "127.0.0.1",
    "127.0.0.1:8766",
    "[::1]:8766",
    "10.0.0.7:80",
    "sloth.example:1",
]
NOT_OURS = [
    *(
        None,
        "",
        ":80",
        "page.example",
        "localhost.page.example",
        "127.0.0.1.nip.io",
        "127.0.0.1.page.example:8766",
    ),
    *(
        "2130706433",
        "0x7f.1",
        "127.1",
        "localhost.",
        "sloth.example.page.example",
        "localhost:80@page.example",
    ),
    *(
        "evil.sloth.example",
        "[::1",
        "[page.example]",
        "[::1]page.example",
        "[localhost]",
        "localhost/",
        "\x00",
    ),
]


def test_hosts() -> None:
    assert [host for host in OURS if not RULES.allows_host(host)] == []
    assert [host for host in NOT_OURS if RULES.allows_host(host)] == []


ALLOWED = [None, "http://localhost:1", "https://localhost:1", PAGE]
REFUSED = [
    *(
        "null",
        "",
        "http://localhost:2",
        "http://localhost",
        "http://LOCALHOST:1",
        "ftp://localhost:1",
        PAGE.upper(),
    ),
    *(f"{PAGE}:444", f"{PAGE}.evil.example", "http://page.example", "chrome-extension://abc"),
]


def test_origins() -> None:
    assert [origin for origin in ALLOWED if not RULES.allows_origin(origin, "localhost:1")] == []
    assert [origin for origin in REFUSED if RULES.allows_origin(origin, "localhost:1")] == []
    assert RULES.allows_origin("http://[::1]:1", "[::1]:1")


def test_keys() -> None:
    key = "0123456789abcdef"
    rules = AccessRules(keys=("another", "kü", key))
    assert rules.allows_key(f"Bearer {key}")
    assert rules.allows_key("Bearer kü".encode().decode("latin-1"))  # as the bytes of a header are read
    assert rules.allows_key(f"bearer  {key} ")
    for wrong in (
        None,
        "",
        key,
        f"Basic {key}",
        "Bearer",
        f"Bearer {key} x",
        f"Bearer{key}",
        f"Bearer {key},another",
    ):
        assert not rules.allows_key(wrong)
    for place in range(len(key)):
        assert not rules.allows_key(f"Bearer {key[:place]}x{key[place + 1 :]}")
        assert not rules.allows_key(f"Bearer {key[:place]}")
    assert not rules.allows_key(f"Bearer {key.upper()}")
    assert not rules.allows_key("Bearer kü")
    assert AccessRules().allows_key(None)


def test_loopback() -> None:
    for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost"):
        assert is_loopback(host)
    for host in ("0.0.0.0", "::", "192.168.1.2", "example.org", "", "127.0.0.1.nip.io"):
        assert not is_loopback(host)


# ---- over HTTP


QUESTION = {"messages": [{"role": "user", "content": "Hello."}], "max_tokens": 1}


def error_of(body: bytes) -> dict[str, str]:
    error: dict[str, str] = json.loads(body)["error"]
    assert {"message", "type", "param", "reason", "code", "hint"} == set(error)
    return error


PATHS = ("/nothing", "//", *(path.format(name="nano") for path in openapi_document("nano")["paths"]))


@pytest.mark.parametrize("path", PATHS)
def test_host_origin_and_key_of_every_path(guarded: RunningServer, path: str) -> None:
    """A name that was made to point here (DNS rebinding), a page elsewhere, and a program without a
    key."""
    for method in ("GET", "POST", "OPTIONS", "DELETE"):
        status, headers, body = guarded.request(method, path, headers={**KEY, "host": "evil.example"})
        assert (status, error_of(body)["code"]) == (403, "host_refused")
        for origin in ("null", "https://evil.example", PAGE.upper()):
            status, headers, body = guarded.request(method, path, headers={**KEY, "origin": origin})
            assert (status, error_of(body)["code"]) == (403, "origin_refused")
            assert "access-control-allow-origin" not in headers
        if path not in ("/", "/health"):
            status, headers, _ = guarded.request(method, path)
            assert (status, headers["www-authenticate"]) == (401, "Bearer")


def test_forwarded_headers_change_nothing(guarded: RunningServer) -> None:
    forwarded = {
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-host": "localhost",
        "forwarded": "host=localhost",
    }
    status, _, body = guarded.request(
        "GET", "/health", headers={**KEY, **forwarded, "host": "evil.example"}
    )
    assert (status, error_of(body)["code"]) == (403, "host_refused")


def test_request_line_with_a_whole_url(guarded: RunningServer) -> None:
    """Its path is served, and its host is checked in place of the header, as RFC 9112 has it."""
    for path in POST_PATHS:
        status, _, body = guarded.request("POST", f"{guarded.url}{path}", body_for(path, QUESTION), KEY)
        assert status == 200, body
    for target in (
        f"{guarded.url}/health",
        f"{guarded.url}/%68ealth?x=1",
        f"HTTP://localhost:{guarded.port}",
    ):
        assert guarded.request("GET", target, headers={"host": "evil.example"})[0] == 200
    assert guarded.request("GET", f"{guarded.url}/v1/models")[0] == 401
    for target in (
        "http://evil.example/health",
        "http:///health",
        f"http://me@localhost:{guarded.port}/health",
    ):
        status, _, body = guarded.request("GET", target, headers={"host": "localhost"})
        assert (status, error_of(body)["code"]) == (403, "host_refused")


@pytest.mark.parametrize("path", POST_PATHS)
def test_preflight(guarded: RunningServer, path: str) -> None:
    """A browser asks without the key, and only named pages get a permission."""
    asked = {
        "origin": PAGE,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type, x-stainless-os",
        "access-control-request-private-network": "true",
    }
    status, headers, _ = guarded.request("OPTIONS", path, headers=asked)
    assert status == 200
    assert headers["access-control-allow-origin"] == PAGE
    assert headers["access-control-allow-headers"] == asked["access-control-request-headers"]
    assert "POST" in headers["access-control-allow-methods"]
    assert headers["access-control-allow-private-network"] == "true"
    assert "origin" in headers["vary"].lower()
    for origin in ("null", "https://evil.example"):
        status, headers, _ = guarded.request("OPTIONS", path, headers={**asked, "origin": origin})
        assert status == 400
        assert "access-control-allow-origin" not in headers
    plain = guarded.request("OPTIONS", path, headers=KEY)
    assert plain[0] == 405


@pytest.mark.parametrize("path", STREAMED_PATHS)
def test_a_named_page(guarded: RunningServer, path: str) -> None:
    """Also an error can be read by it, and a stream."""
    for body, status in ((QUESTION, 200), ({**QUESTION, "stream": True}, 200), ({}, 400)):
        got, headers, _ = guarded.request("POST", path, body_for(path, body), {**KEY, "origin": PAGE})
        assert (got, headers["access-control-allow-origin"]) == (status, PAGE)
        exposed = headers["access-control-expose-headers"].split(", ")
        assert {"x-request-id", "retry-after", protocol.IGNORED_HEADER} <= {*exposed}
    got, headers, _ = guarded.request("POST", path, body_for(path, QUESTION), {"origin": PAGE})
    assert (got, headers["access-control-allow-origin"]) == (401, PAGE)
    _, headers, _ = guarded.request("GET", "/health")
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("path", POST_PATHS)
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_content_types_that_a_page_may_send_unasked(
    guarded: RunningServer, kind: str, path: str
) -> None:
    status, _, body = guarded.request(
        "POST", path, body_for(path, QUESTION), {**KEY, "content-type": kind}
    )
    assert (status, error_of(body)["code"]) == (400, "bad_request")
    assert "-H 'Content-Type: application/json'" in error_of(body)["message"]


def test_content_type_with_a_parameter(guarded: RunningServer) -> None:
    assert guarded.ask(QUESTION, **KEY, **{"content-type": "Application/JSON; charset=utf-8"})[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *(("GET", path, 404) for path in ("/index.html", "/v1", "/health/", "/v1/completions")),
        *(("GET", f"/v1/models/{name}", 404) for name in ("../../etc/passwd", "%0a%1b[31m")),
        ("POST", "/v1/embeddings", 404),
        *(("GET", path, 405) for path in POST_PATHS),
        ("GET", "/v1/responses/resp_1", 404),  # nothing is stored
        *(("POST", path, 405) for path in ("/", "/health")),
        ("DELETE", "/v1/models/nano", 405),
    ],
)
def test_what_is_not_served(guarded: RunningServer, method: str, path: str, status: int) -> None:
    got, headers, body = guarded.request(method, path, headers=KEY)
    assert got == status
    assert headers["content-type"] == "application/json"
    assert error_of(body)["code"] in ("not_served", "model_not_found")
    assert error_of(body)["message"].isprintable()
    assert ("allow" in headers) == (status == 405)


@pytest.mark.parametrize("path", [*POST_PATHS, "/v1/models"])
def test_a_path_that_is_almost_right(guarded: RunningServer, path: str) -> None:
    """A base URL without /v1, with it twice, or below another path."""
    for wrong in (
        path.removeprefix("/v1"),
        f"/v1{path}",
        f"/api{path}",
        f"{path.removeprefix('/v1')}/",
    ):
        status, _, body = guarded.request("POST", wrong, QUESTION, KEY)
        assert (status, error_of(body)["hint"]) == (404, f"Did you mean {path}?")
    method = "DELETE" if path == "/v1/models" else "GET"
    status, _, body = guarded.request(method, path, headers=KEY)
    assert (status, error_of(body)["hint"]) == (405, "See /openapi.json for what is served.")


def test_a_list_of_models_with_a_slash(guarded: RunningServer) -> None:
    lists = [guarded.request("GET", path, headers=KEY)[2] for path in ("/v1/models", "/v1/models/")]
    assert json.loads(lists[0]) == json.loads(lists[1])


def test_head(guarded: RunningServer) -> None:
    for path in ("/", "/health", "/v1/models", "/metrics", "/openapi.json"):
        status, headers, body = guarded.request("HEAD", path, headers=KEY)
        assert (status, body) == (200, b"")
        assert int(headers["content-length"]) > 0
    for path in POST_PATHS:
        assert guarded.request("HEAD", path, headers=KEY)[::2] == (405, b"")
