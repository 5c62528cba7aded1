"""The page at `/` without a browser: its file, its headers, its policy, and what it asks of the
server."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from graphlib import CycleError
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.server import documents
from flashsloth.server.documents import EXPORT, IMPORT, INLINE, bundle, page_response
from server.helpers import RunningServer, eventually, serving, user
from server.page.held_server import Streamed, holding

HTML = bytes(page_response().body).decode()
MODULES = {
    path.stem: path.read_text(encoding="utf-8")
    for path in (Path(documents.__file__).parent / "page").glob("*.js")
}


class Elements(HTMLParser):
    """Collects the tags of a document with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_size() -> None:
    """It is served as it is written, indented and with comments."""
    assert len(HTML.encode()) <= 82_000


def test_modules() -> None:
    """Modules import only names that are exported, every export is imported somewhere, and exported
    names are unique. The script has no import or export statements left."""
    exported = {name: EXPORT.findall(text) for name, text in MODULES.items()}
    imported: dict[str, set[str]] = {name: set() for name in MODULES}
    for text in MODULES.values():
        for line in IMPORT.finditer(text):
            imported[line[1]] |= set(re.findall(r"[\w$]+", line[0].partition("}")[0])) - {"import"}
    assert {name: set(each) for name, each in exported.items()} == imported
    names = [name for each in exported.values() for name in each]
    assert len(names) == len(set(names))
    assert not re.search(r"^\s*(import|export)\b", bundle(MODULES), re.MULTILINE)


def test_modules_run_after_those_that_they_import() -> None:
    last = 'import { b } from "./second.js";\nc(b);\n'
    second = 'import { $ } from "./first.js";\n\nconst hidden = 1;\nexport const b = $ + hidden;\n'
    first = "export const $ = 1;\nexport async function d() {}\n"
    script = bundle({"a-last": last, "first": first, "second": second})
    assert script.index("const $ = 1") < script.index("const b =") < script.index("c(b)")
    assert "const { $, d } = (() => {" in script
    with pytest.raises(CycleError):
        bundle({"second": second, "first": f'import {{ b }} from "./second.js";\n{first}'})


def test_nothing_from_elsewhere() -> None:
    """Only the name of SVG's namespace is a URL in it, and every element is complete without a file."""
    assert set(re.findall(r"[a-z]+://[^'\"\s)]+", HTML)) == {"http://www.w3.org/2000/svg"}
    for tag, attributes in Elements(HTML).found:
        assert tag not in ("iframe", "object", "embed", "base", "frame", "source", "track")
        for name in ("src", "srcset", "data", "action", "formaction", "style", "ping", "poster"):
            assert name not in attributes, (tag, attributes)
        assert attributes.get("href", "#") is not None
        assert (attributes.get("href") or "#").startswith(("#", "data:image/svg+xml,"))
        assert not any(name.startswith("on") for name in attributes)
    assert "@import" not in HTML
    assert "url(" not in HTML


def test_script_makes_no_html_and_no_code() -> None:
    [script] = [content for kind, content in INLINE.findall(HTML) if kind == "script"]
    for word in (
        "innerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "DOMParser",
        "srcdoc",
    ):
        assert word not in script, word
    assert re.findall(r"\bouterHTML\b", script) == ["outerHTML"]  # read once, to save a conversation
    assert not re.search(r"outerHTML\s*=", script)


def directives(policy: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in policy.split("; "))}


def test_headers(guarded: RunningServer) -> None:
    status, headers, body = guarded.request("GET", "/")
    assert (status, body.decode()) == (200, HTML)
    assert headers["content-type"] == "text/html; charset=utf-8"
    policy = directives(headers["content-security-policy"])
    assert [tag for tag, _ in Elements(HTML).found if tag in ("script", "style")] == ["style", "script"]
    for kind, content in INLINE.findall(HTML):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert policy[f"{kind}-src"] == [f"'sha256-{digest}'"]
    for name in ("default-src", "base-uri", "form-action", "frame-ancestors", "trusted-types"):
        assert policy[name] == ["'none'"]
    assert policy["connect-src"] == ["'self'"]
    assert policy["img-src"] == ["'self'", "data:", "blob:"]
    assert policy["require-trusted-types-for"] == ["'script'"]
    assert not any("unsafe" in value or "*" in value for values in policy.values() for value in values)
    others = {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
    }
    assert {**others, "cross-origin-opener-policy": "same-origin"}.items() <= headers.items()
    assert not any(name.startswith("access-control") for name in headers)


# ---- what the page asks for


def test_facts(server: RunningServer) -> None:
    [model] = json.loads(server.request("GET", "/v1/models")[2])["data"]
    facts = model["flashsloth"]
    sizes = {"side": 144, "aspect": "square", "tokens": 16}
    assert facts["picture"] == {**sizes, "letters": 22, "measured": True, "strong": 4}
    assert facts["context"] == 2048
    assert facts["limits"] == {"body_bytes": 64 * 2**20, "images": 16}


def streamed(server: RunningServer, **headers: str) -> str:
    body = {
        "messages": [user("Describe the picture.", Image.new("RGB", (40, 40), "red"))],
        "stream": True,
    }
    status, _, text = server.request("POST", "/v1/chat/completions", body, headers)
    assert status == 200
    return text.decode()


def stages(text: str) -> list[dict[str, Any]]:
    return [
        json.loads(line.removeprefix(": flashsloth "))
        for line in text.split("\n")
        if line.startswith(":")
    ]


def test_progress_only_if_asked_for(server: RunningServer) -> None:
    plain, asked = streamed(server), streamed(server, **{"x-flashsloth-progress": "1"})
    assert stages(plain) == []
    found = stages(asked)
    assert found[-1].keys() == {"stage", "image_ms", "first_token_ms", "decode_ms"}
    assert found[-1]["stage"] == "done"
    assert found[-1]["first_token_ms"] > 0

    def texts(stream: str) -> list[str]:
        chunks = [json.loads(line[6:]) for line in stream.split("\n") if line.startswith("data: {")]
        return [chunk["choices"][0]["delta"].get("content", "") for chunk in chunks]

    assert texts(asked) == texts(plain)
    assert asked.endswith("data: [DONE]\n\n")


def test_stages_of_a_request_that_waits(nano: FlashSloth) -> None:
    with serving(lambda: nano, slots=1) as server, holding(server) as held:
        waiting = [Streamed(server.port) for _ in range(3)]
        eventually(lambda: server.scheduler.waiting == 2)
        eventually(
            lambda: {1, 2} <= {stage.get("place") for each in waiting for stage in stages(each.text)}
        )
        [second] = [each for each in waiting if {"stage": "queued", "place": 2} in stages(each.text)]
        held.release()
        for each in waiting:
            each.join(60)
            assert each.text.endswith("data: [DONE]\n\n")
            assert stages(each.text)[-1]["stage"] == "done"
        others = [each for each in waiting if each is not second]
        assert sum({"stage": "queued", "place": 1} in stages(each.text) for each in others) == 1
        assert second.text.index('"place":2') < second.text.index('"stage":"done"')
