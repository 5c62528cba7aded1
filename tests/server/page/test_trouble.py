"""What goes wrong, on the page in a real browser: pictures, servers, keys, queues, and answers that
mean harm."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cli.commands.test_serve import served
from flashsloth.chat import FlashSloth
from flashsloth.errors import ImageUndecodable
from flashsloth.server.security import AccessRules
from image_samples import encode
from server.helpers import RunningServer, alone, eventually, serving
from server.page.held_server import Streamed, holding, stream_of
from server.page.tab import Tab

pytestmark = pytest.mark.slow

SEE = "Describe the picture."
KEY = "0123456789abcdef-key"


# ---- pictures


def test_files_that_cannot_be_read(tab: Tab, pictures: list[Image.Image]) -> None:
    """Each is named at once and can be removed; until then nothing is sent."""
    cut = {
        f"cut.{kind.lower()}": encode(pictures[0], kind)
        for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")
    }
    files = {name: data[: len(data) * 2 // 3] for name, data in cut.items()}
    files |= {
        "notes.txt": b"words",
        "empty.png": b"",
        "a.svg": b"<svg/>",
        "b<i>.png": b"\x89P",
        "a.tiff": b"words",
    }
    for name, data in files.items():
        tab.give((name, data), type="text/plain" if name.endswith("txt") else "image/png")
        tab.wait_for_text("#shelf li", f"{name} cannot be read: it is damaged or not a picture.")
        tab.page.locator("#shelf .state").wait_for(state="detached")
        assert tab.page.locator("#shelf img").count() == 0
        assert name in tab.spoken()[-1]
        tab.begin(SEE)
        tab.wait_for_text("#problem", f"Nothing was sent: remove {name} first.")
        tab.page.click(f"#shelf [aria-label='Remove {name}']")
        assert tab.page.locator("#shelf li").count() == 0
        assert tab.text("#problem") == ""
    assert tab.sent == []
    tab.give(("whole.png", encode(pictures[0], "PNG")), ("cut.png", encode(pictures[0], "PNG")[:-20]))
    tab.wait_for_text("#shelf", "cut.png cannot be read")
    tab.page.click("#shelf [aria-label='Remove cut.png']")
    assert tab.ask(SEE)
    assert len(tab.sent[0]["messages"][0]["content"]) == 2


MP4 = b"\0\0\0\x1cftypisom\0\0\x02\0isomiso2mp41\0\0\0\x08free" + bytes(999)


@pytest.mark.parametrize(
    ("name", "kind", "data"),
    [
        ("film.mp4", "video/mp4", MP4),
        ("film", "", MP4),
        ("film.mov", "", MP4.replace(b"isom", b"qt  ")),
        ("film.webm", "video/webm", b"\x1a\x45\xdf\xa3" + bytes(999)),
    ],
)
def test_film_is_refused_when_it_is_chosen(tab: Tab, name: str, kind: str, data: bytes) -> None:
    tab.give((name, data), type=kind)
    tab.wait_for_text("#shelf li.wrong", f"{name} cannot be read: it is a film.")
    tab.begin(SEE)
    assert name in tab.text("#problem")
    assert tab.sent == []


def test_picture_that_only_the_browser_can_read(tab: Tab) -> None:
    red = b'<svg xmlns="http://www.w3.org/2000/svg" width="80" height="60"><rect width="80" height="60"/></svg>'
    tab.give(("red.svg", red), type="image/svg+xml")
    tab.wait_for_text("#shelf li", "red.svg cannot be read: save it as PNG first.")


def test_picture_that_only_the_server_can_read(
    tab: Tab, nano: FlashSloth, pictures: list[Image.Image]
) -> None:
    tab.drop(("scan.tiff", encode(pictures[0], "TIFF")), type="image/tiff")
    assert "the server may read it" in tab.text("figure")
    assert tab.ask(SEE) == alone(nano, SEE, pictures[0])[1]


def test_picture_that_the_server_refuses(
    tab: Tab, pictures: list[Image.Image], nano: FlashSloth
) -> None:
    """It is named as the user named it, and the question can be asked without it."""
    tab.drop_image(pictures[0], "first.png")
    whole = encode(pictures[0], "TIFF")
    tab.drop(("scan *1*.tiff", whole[:6]), type="image/tiff")
    tab.ask(SEE)
    said = tab.text(".turn.last .error p >> nth=0")
    assert said.startswith("scan *1*.tiff: ")
    assert "messages[" not in said
    assert tab.text(".turn.last .error p >> nth=1") == ImageUndecodable.hint
    assert said[:-1] in tab.spoken()
    tab.page.reload()
    tab.wait_for_text(".turn.last .error", said)
    tab.click("Remove scan *1*.tiff and ask again")
    assert tab.finished() == alone(nano, SEE, pictures[0])[1]
    assert tab.page.locator(".turn .thumb").count() == 1
    assert tab.page.locator(".error:visible").count() == 0


def test_picture_of_an_earlier_question_that_the_server_refuses(tab: Tab) -> None:
    """It is carried into the next question, whose error names and removes it too."""
    tab.drop(("broken.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic and nothing else"), type="image/heic")
    tab.ask(SEE)
    tab.ask("And now?")
    assert tab.text(".turn.last .error p >> nth=0").startswith("broken.heic: ")
    tab.click("Remove broken.heic and ask again")
    assert tab.finished()
    assert [message["content"] for message in tab.sent[-1]["messages"]] == ["And now?"]


PLACE = "messages[0].content[1]"


def test_an_error_names_the_picture_and_keeps_the_words_of_the_server(
    tab: Tab, pictures: list[Image.Image]
) -> None:
    tab.drop_image(pictures[0], "pie $& chart.png")
    tab.ask(SEE)
    error = {
        "message": "not shown",
        "reason": "it is <b>red</b>",
        "hint": "Run `x --y`.",
        "code": "image",
    }
    for param, shown in ((PLACE, "pie $& chart.png: it is <b>red</b>."), (None, "It is <b>red</b>.")):
        sent = {"error": {**error, "param": param}}
        reply = lambda route: route.fulfill(status=400, json=sent)  # noqa: B023, E731
        tab.page.route("**/v1/chat/completions", reply)
        tab.click("Retry")
        tab.finished()
        assert tab.text(".turn.last .error p >> nth=0") == shown
        assert tab.text(".turn.last .error p >> nth=1") == error["hint"]
        assert tab.page.locator(".turn.last .error button").count() == bool(param)


def test_link_instead_of_a_file(tab: Tab) -> None:
    tab.value(
        """() => { const transfer = new DataTransfer();
        transfer.setData("text/uri-list", "https://elsewhere.example/a.png");
        const options = {dataTransfer: transfer, bubbles: true, cancelable: true};
        document.body.dispatchEvent(new DragEvent("drop", options)) }"""
    )
    assert "fetches nothing from elsewhere" in tab.text("#problem")


# ---- long work


def test_place_in_the_queue(nano: FlashSloth, open_tab: Callable[..., Tab]) -> None:
    with serving(lambda: nano, slots=1) as server, holding(server) as held:
        first, second, third = (open_tab(server.url) for _ in range(3))
        first.begin("Hello.")
        eventually(lambda: server.scheduler.active)
        second.begin("Hello.")
        second.wait_for_text(".state", "Waiting: next in the queue")
        third.begin("Hello.")
        third.wait_for_text(".state", "Waiting: number 2 in the queue")
        second.page.press("#question", "Escape")
        third.wait_for_text(".state", "Waiting: next in the queue")
        eventually(lambda: len(third.spoken()) == 1)  # once, though the place has changed
        assert third.spoken()[0].startswith("Waiting: ")
        held.release()
        assert first.finished() == third.finished()
        assert second.finished() == ""


def test_full_queue_is_asked_again(nano: FlashSloth, open_tab: Callable[..., Tab]) -> None:
    with serving(lambda: nano, slots=1, queue=1) as server, holding(server) as held:
        tab = open_tab(server.url)
        one = Streamed(server.port)
        eventually(lambda: server.scheduler.active)
        two = Streamed(server.port)
        eventually(lambda: server.scheduler.waiting)
        tab.begin("Hello.")
        tab.wait_for_text(".state", "The server is busy. Asking again in")
        held.release()
        assert tab.finished() == alone(nano, "Hello.")[1]
        for each in (one, two):
            each.join(60)


def test_sleeping_model(nano: FlashSloth, open_tab: Callable[..., Tab]) -> None:
    opens = threading.Event()
    opens.set()

    def open_model() -> FlashSloth:
        assert opens.wait(60)
        return nano

    with serving(open_model, keep_alive=0.2) as server:
        eventually(lambda: server.scheduler.is_asleep)
        opens.clear()
        server.scheduler.keep_alive = None  # once is enough
        tab = open_tab(server.url)
        tab.wait_for_text("#model", "asleep, opens with the next question")
        tab.begin("Hello.")
        tab.wait_for_text(".state", "Opening the model, which was asleep")
        opens.set()
        assert tab.finished() == alone(nano, "Hello.")[1]
        assert "asleep" not in tab.text("#model")


def test_full_context(tab: Tab, pictures: list[Image.Image]) -> None:
    """Forgetting the oldest turns keeps their pictures."""
    tab.drop_image(pictures[0])
    for _ in range(3):
        tab.ask("word " * 900)
    assert "positions" in tab.text(".turn.last .error")
    while tab.page.locator(".turn.last .error button").is_visible():
        tab.page.click(".turn.last .error button")
        tab.finished()
    assert tab.answers()[-1]
    assert "no longer seen by the model" in tab.page.locator(".meta").first.text_content()
    seen = len(tab.sent[-1]["messages"]) // 2  # earlier questions
    assert f"without the first {3 - 1 - seen} question" in tab.text(".turn.last .meta")
    sent = tab.sent[-1]["messages"]
    assert len(sent) < len(tab.sent[-2]["messages"])
    assert [part["type"] for part in sent[0]["content"]] == ["text", "image_url"]


def test_an_answer_that_fills_the_context_says_so(tab: Tab, nano: FlashSloth) -> None:
    """A larger limit would not help."""
    short = nano.chat().ask("word", max_tokens=1)
    short.text()
    tab.ask("word " * (nano.engine.context_length - short.stats.input_tokens))
    assert tab.text(".turn.last .meta").endswith("cut at the end of the context")


# ---- keys, and servers that are gone


def test_key(nano: FlashSloth, open_tab: Callable[..., Tab]) -> None:
    with serving(lambda: nano, rules=AccessRules(keys=(KEY,))) as server:
        tab = open_tab(server.url)
        for given, text in (("wrong-key-0123456", "It is one line"), (KEY, "The key was refused.")):
            tab.page.locator("#keying[open]").wait_for()
            tab.wait_for_text("#key-text", text)
            assert tab.value("key.offsetWidth / keying.offsetWidth") > 0.8
            tab.page.fill("#key", given)
            tab.page.press("#key", "Enter")
        tab.wait_for_text("#model", "nano")
        assert tab.ask("Hello.") == alone(nano, "Hello.")[1]
        tab.page.reload()
        tab.wait_for_text("#model", "nano")
        assert tab.value("sessionStorage.getItem('key')") == KEY
        assert tab.value("JSON.stringify(localStorage)") == "{}"
        other = tab.another()
        other.locator("#keying[open]").wait_for()
        other.keyboard.press("Escape")
        other.locator("#model").filter(has_text="no access").wait_for()
        tab.value("sessionStorage.setItem('key', 'revoked-0123456789')")
        tab.begin("And now?")
        tab.page.locator("#keying[open]").wait_for()
        tab.page.fill("#key", KEY)
        tab.page.press("#key", "Enter")
        assert tab.finished()


def test_server_that_dies_and_comes_back(
    open_tab: Callable[..., Tab], pictures: list[Image.Image], tmp_path: Path
) -> None:
    """The part of the answer stays, and so does the conversation."""
    with served(tmp_path / "one", driver="slow_server") as server:
        tab = open_tab(server.record.url)
        tab.drop_image(pictures[0])
        tab.begin("Describe the picture.")
        tab.wait_for_answer(3)
        os.kill(server.process.pid, signal.SIGKILL)
        part = tab.finished()
        assert part
        assert "The connection ended before the answer did." in tab.text(".turn.last .error")
        assert "ended early" in tab.text(".turn.last .meta")
        tab.page.locator("#lost").wait_for()
        assert "not answering" in tab.text("#model")
        tab.click("Retry")
        tab.finished()
        assert tab.answers() == [part]
        assert "The server does not answer." in tab.text(".turn.last .error")
    with served(tmp_path / "two", "--port", str(server.record.port)):
        tab.page.locator("#lost").wait_for(state="hidden")
        tab.wait_for_text("#model", "nano")
        tab.click("Continue")
        whole = tab.finished()
        assert whole.startswith(part)
        assert len(whole) > len(part)
        assert tab.ask("How many shapes are there?")


# ---- answers that mean harm

HOSTILE = [
    "<script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'><svg onload=alert(1)>",
    "[click](javascript:window.harmed=1) ![x](https://elsewhere.example/x.png) <https://elsewhere.example>",
    "a\u202eb\u2066c\u200bd\x1b[31mred\x07\x00 \U000e0041",
    "```html\n<iframe src='https://elsewhere.example'></iframe>\n```",
    "| <b>a</b> | b |\n|---|---|\n| <a href='//elsewhere.example'>x</a> | y |",
    "# <style>*{display:none}</style>\n> <form action='//elsewhere.example'><input autofocus onfocus=alert(1)>",
    "&lt;b&gt; &#x3c;script&#x3e; \\<b>",
    "</li></ol></section><h1>FlashSloth</h1>",
]
ALLOWED = {
    *("P", "PRE", "CODE", "UL", "OL", "LI", "STRONG", "EM", "S", "H3", "H4", "H5"),
    *("BLOCKQUOTE", "TABLE", "THEAD", "TBODY", "TR", "TH", "TD", "DIV", "HR"),
}


def test_answers_stay_text(tab: Tab, tmp_path: Path) -> None:
    """On the page and in the file, each in a conversation of its own."""
    saved = tmp_path / "conversation.html"
    for text in (*HOSTILE, "\n\n".join(HOSTILE)):
        pieces = [text[at : at + 7] for at in range(0, len(text), 7)]
        reply = lambda route: route.fulfill(body=stream_of(*pieces))  # noqa: B023, E731
        tab.page.route("**/v1/chat/completions", reply)
        tab.ask(text)
        elements = tab.value(
            "[...document.querySelectorAll('.answer *, .ask h2 *')].map(node => node.tagName)"
        )
        assert set(elements) <= ALLOWED
        attributes = (
            "[...document.querySelectorAll('.answer *')].flatMap(node => node.getAttributeNames())"
        )
        assert set(tab.value(attributes)) <= {"class", "tabindex", "start"}
        assert tab.value("window.harmed") is None
        shown = tab.value(
            "document.querySelector('#turns').textContent + document.querySelector('#live').textContent"
        )
        assert not any(mark in shown for mark in "\u202e\u2066\u200b\x1b\x07\x00\U000e0041")
        for word in ("window.harmed", "elsewhere.example", "<b>a</b>", "<iframe", "&#x3c;script&#x3e;"):
            if word in text:
                assert word in tab.value("document.querySelector('.answer').textContent")
        with tab.page.expect_download() as download:
            tab.page.click("#save")
        page = tab.context.new_page()
        requests: list[str] = []
        page.on("request", lambda request, to=requests: to.append(request.url))
        download.value.save_as(saved)
        page.goto(saved.as_uri())
        assert page.evaluate("window.harmed") is None
        assert page.locator("script, iframe, form, svg, a, img, input, base").count() == 0
        assert requests == [saved.as_uri()]
        page.close()
        tab.page.click("#new")


LONG = 100_000
MARKS = (
    "*a **b ",
    "**a ",
    "a** ",
    "_a __b ",
    "~~a ",
    "`a ``b ```c ",
    "`",
    "*",
    "**`_",
    "[a](",
    "![",
    "\\",
    "\\*",
)
MARKS += ("*a* **b** `c` ",)
SLOW_ONCE = {  # texts on which a pattern that goes back takes minutes and more
    "heading": "# " + " " * LONG + "x\u2028x",
    "heading of marks": "# " + "# " * (LONG // 2) + "x\u2028x",
    "item": "- " + " " * LONG + "\u2028x\u2028",
    "rule": "- " * (LONG // 2) + "x",
    "rule of spaces": "---" + " " * LONG + "x",
    "cells": "a|b\n" + " " * LONG + "x-",
    "cells after a dash": "a|b\n-" + " " * LONG + "x",
    "pipes": "|" * LONG + "\n|-|",
    "items": "- a\n" * (LONG // 4),
    "quotes": "> " * (LONG // 2),
    "fences": "```\n" * (LONG // 4),
    "nested items": "\n".join(" " * (2 * depth) + "- a" for depth in range(300)),
    "sentence": '."' * (LONG // 2) + "x",
    # blocks of up to 6,000 characters are searched for emphasis
    **{
        f"marks {number}": "\n\n".join([(text * 6000)[:5990]] * (LONG // 6000))
        for number, text in enumerate(MARKS)
    },
    "runs": "\n\n".join(["a".join("`" * length for length in range(1, 108))] * (LONG // 6000)),
}


def test_markdown_takes_time_in_proportion_to_the_text(tab: Tab) -> None:
    """100 kB each; a pattern that goes back would not end before the tests' own limit of time."""
    tab.ask("Hello.")
    tab.value("turns.hidden = true")  # the browser needs not lay out 100,000 cells
    for text in SLOW_ONCE.values():
        reply = lambda route: route.fulfill(body=stream_of(text))  # noqa: B023, E731
        tab.page.route("**/v1/chat/completions", reply)
        tab.page.press("#question", "ArrowUp")
        tab.page.press("#question", "Enter")
        tab.page.locator("#send:text-is('Ask')").wait_for()


def test_markdown(tab: Tab) -> None:
    text = "# Head\n\nOne **two** *three* `four` ~~five~~\nsix snake_case_name 2*3*4\n\n"
    text += "***all*** **a `b` c** \\*d\\* `\\` ``e`f`` **open `open\n\n"
    text += "1. a\n2. b\n   - c\n   - d\n\n> quote\n\n"
    text += "| a | b |\n|---|--:|\n| 1 | 2 |\n\n---\n\n```py\nx = '**'\n```\n\n- [ ] open"
    tab.page.route("**/v1/chat/completions", lambda route: route.fulfill(body=stream_of(*text)))
    tab.ask("Show it.")
    shape = """() => {
      const shape = node => node.nodeType === 3 ? node.data : [node.tagName, ...[...node.childNodes].map(shape)];
      return [...document.querySelector('.answer').childNodes].map(shape) }"""
    rest = "\nsix snake_case_name 2*3*4"
    assert tab.value(shape) == [
        ["H3", "Head"],
        [
            "P",
            "One ",
            ["STRONG", "two"],
            " ",
            ["EM", "three"],
            " ",
            ["CODE", "four"],
            " ",
            ["S", "five"],
            rest,
        ],
        [
            *(
                "P",
                ["STRONG", ["EM", "all"]],
                " ",
                ["STRONG", "a ", ["CODE", "b"], " c"],
                " ",
                "*",
                "d",
                "*",
                " ",
            ),
            *(["CODE", "\\"], " ", ["CODE", "e`f"], " **open `open"),
        ],
        ["OL", ["LI", "a"], ["LI", "b", ["UL", ["LI", "c"], ["LI", "d"]]]],
        ["BLOCKQUOTE", ["P", "quote"]],
        [
            "DIV",
            [
                "TABLE",
                ["THEAD", ["TR", ["TH", "a"], ["TH", "b"]]],
                ["TBODY", ["TR", ["TD", "1"], ["TD", "2"]]],
            ],
        ],
        ["HR"],
        ["PRE", ["CODE", "x = '**'"]],
        ["UL", ["LI", "[ ] open"]],
    ]


FOREIGN_TURNS = [  # each field in turn is none that the page could have left
    *(None, 3, "x", [], {}),
    {
        "question": {"a": 1},
        "pictures": "p1",
        "answer": 5,
        "state": "sending",
        "tokens": "many",
        "first": "<b>",
    },
    {
        "question": "Q",
        "pictures": ["p1", "p2", "p3", "p4", 5],
        "answer": "A",
        "state": "<b>",
        "speed": [],
        "x": 1,
    },
    {
        "question": "R",
        "answer": "",
        "state": "failed",
        "error": {"message": 5, "hint": [], "code": {}, "picture": 1},
    },
    {
        "question": "S",
        "answer": "",
        "state": "failed",
        "error": "text",
        "temperature": {},
        "model": 5,
        "context": "1",
    },
]
FOREIGN: list[Any] = [
    {"turns": 7, "shelf": {"a": 1}, "chosen": 5, "forgotten": "x", "draft": ["x"]},
    {"turns": FOREIGN_TURNS, "shelf": [None, 1, {}, "gone", "p1", "p2", "p3"], "forgotten": -3},
    "text",
]
FOREIGN_PICTURES = {
    "p1": {"id": "p1", "name": 5, "url": "https://elsewhere.example/x.png", "width": 5, "height": 5},
    "p2": {
        "id": "p9",
        "name": "a\u202eb",
        "url": "data:image/png;base64,iVBORw0KGgo=",
        "width": "x",
        "sent": 7,
    },
    "p3": {"url": "javascript:window.harmed=1"},
    "p4": [],
}
FOREIGN_SETTINGS = {"theme": {"x": 1}, "length": "1e9", "temperature": "hot", "noted": 5, "other": "x"}


def test_foreign_content_of_the_tab(tab: Tab) -> None:
    """Another program may have served this address before: what it left is checked, and nothing of it
    is fetched."""
    kept = {f"picture {name}": json.dumps(picture) for name, picture in FOREIGN_PICTURES.items()}
    for talk in FOREIGN:
        tab.open_with({**kept, "talk": json.dumps(talk)}, flashsloth=json.dumps(FOREIGN_SETTINGS))
        tab.wait_for_text("#model", "nano")
        tab.page.locator("#note").wait_for()
        tab.page.click("#settings-open")
        chosen = [tab.page.input_value(f"#{name}") for name in ("theme", "length", "temperature")]
        assert chosen == ["", "512", "0"]
        tab.page.click("#settings [data-close]")
        assert tab.page.locator("#shelf li").count() == (talk is FOREIGN[1])
        if talk is FOREIGN[1]:
            tab.page.click("#shelf [aria-label^='Remove']")
        tab.ask("Hello.")
        urls = re.findall(r'"url": "([^"]*)"', json.dumps(tab.sent[-1]))
        assert all(url.startswith("data:image/png;base64,") for url in urls)
        tab.page.reload()
        assert tab.value("window.harmed") is None


def test_error_of_the_server_in_the_middle(tab: Tab) -> None:
    event = b'data: {"error": {"reason": "memory <b>ran</b> out", "hint": "Ask less.", "code": "out_of_memory"}}\n\n'
    body = stream_of("A part").replace(b"data: [DONE]\n\n", event)
    tab.page.route("**/v1/chat/completions", lambda route: route.fulfill(body=body))
    assert tab.ask("Hello.") == "A part"
    assert tab.text(".turn.last .error p >> nth=0") == "Memory <b>ran</b> out."
    assert "Ask less." in tab.text(".turn.last .error")
    assert tab.page.locator("#lost").is_hidden()


ASK = """async ([url, body]) => {
  const tried = [], headers = type => ({"content-type": type});
  for (const type of ["application/json", "text/plain"]) {
    const options = {method: "POST", body, headers: headers(type)};
    try { tried.push((await fetch(url + "/v1/chat/completions", options)).status) }
    catch (error) { tried.push(error.name) }
  }
  const frame = document.createElement("iframe");
  frame.src = url + "/";
  document.body.append(frame);
  await new Promise(done => { frame.onload = done; frame.onerror = done });
  return [...tried, frame.contentDocument === null ? "closed" : frame.contentDocument.title];
}"""


def test_page_of_another_origin_cannot_frame_or_ask(server: RunningServer, browser: Any) -> None:
    """A page elsewhere: no frame, no answer that it could read, nothing computed."""
    page = browser.new_page()
    empty = {"body": "<!doctype html><body>", "content_type": "text/html"}
    page.route("http://elsewhere.example/**", lambda route: route.fulfill(**empty))
    page.goto("http://elsewhere.example/")
    answers = server.scheduler.counters["answers"]
    body = '{"messages": [{"role": "user", "content": "Hello."}]}'
    assert page.evaluate(ASK, [server.url, body]) == ["TypeError", "TypeError", "closed"]
    frame = page.frames[-1]
    assert (
        frame.url.startswith(("chrome-error://", "about:")) or frame.locator("#question").count() == 0
    )
    page.close()
    assert server.scheduler.counters["answers"] == answers
