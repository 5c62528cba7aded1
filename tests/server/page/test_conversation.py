"""A conversation on the page in a real browser, as a user has it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from flashsloth.chat import ONE_PICTURE, FlashSloth
from flashsloth.images.reader import read_image
from flashsloth_cli.asking.models import NANO_LIMITS
from image_samples import encode
from server.helpers import RunningServer, alone, eventually, pages
from server.page.held_server import Streamed, holding, stream_of
from server.page.tab import Tab

pytestmark = pytest.mark.slow

SEE = "Describe the picture."
PHONE, DESKTOP, LARGE = ({"width": w, "height": h} for w, h in ((390, 844), (1280, 800), (2560, 1440)))
# on a screen that is larger nothing has less room
SIZES = pytest.mark.parametrize(
    "tab",
    [pytest.param(PHONE, id="phone"), pytest.param(DESKTOP, id="desktop", marks=pytest.mark.nightly)],
    indirect=True,
)


def axe_findings(tab: Tab) -> list[str]:
    """Return the serious findings of axe-core on what is shown now."""
    package = pytest.importorskip(
        "axe_playwright_python", reason="axe-playwright-python, which has axe-core"
    )
    if not tab.value("'axe' in window"):
        script = (Path(package.__path__[0]) / "axe.min.js").read_text(encoding="utf-8")
        tab.page.evaluate(f"{script};0")
    # it would describe every element that is as it should be, too
    found = tab.page.evaluate("() => axe.run({resultTypes: ['violations']})")["violations"]
    return [
        f"{each['id']}: {node['html'][:120]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def overflows(tab: Tab) -> bool:
    """Return whether the page is wider than its window."""
    return bool(tab.value("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize(
    "tab",
    [
        {**PHONE, "scheme": "dark"},
        DESKTOP,
        pytest.param({**LARGE, "scheme": "dark"}, marks=pytest.mark.nightly),
    ],
    indirect=True,
)
def test_first_conversation(tab: Tab, nano: FlashSloth, pictures: list[Image.Image]) -> None:
    """Open, drop, ask twice: the answers are the model's, the picture is large, and axe finds nothing
    serious."""
    tab.wait_for_text("#model", "nano · float32 on cpu")
    tab.wait_for_text("#note", NANO_LIMITS)
    assert axe_findings(tab) == []
    assert not overflows(tab)
    tab.drop_image(pictures[0], "shapes.png")
    assert "200 × 150, the model sees 144 × 144" in tab.text("#shelf li")
    assert axe_findings(tab) == []
    assert tab.ask(SEE) == alone(nano, SEE, pictures[0])[1]
    assert tab.ask("How many shapes are there?")
    assert "shapes.png 200 × 150" in tab.text("figcaption")
    assert "the model sees 144 × 144 in 16 tokens" in tab.text("figcaption")
    shown = tab.page.locator("figure img").bounding_box()
    assert shown["width"] * shown["height"] > tab.value("innerWidth * innerHeight") / 12
    meta = tab.text(".turn.last .meta")
    assert meta.startswith("nano · ")
    assert re.search(r"tokens · first after \d", meta)
    assert "tokens/s" in meta
    assert axe_findings(tab) == []
    assert not overflows(tab)
    tab.page.click("#settings-open")
    assert axe_findings(tab) == []
    dark = tab.value(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every(v => v < 60)"
    )
    assert dark == tab.value("matchMedia('(prefers-color-scheme: dark)').matches")


def test_pieces_arrive_and_a_stopped_answer_is_kept(
    server: RunningServer, tab: Tab, nano: FlashSloth, pictures: list[Image.Image]
) -> None:
    tab.drop_image(pictures[0])
    whole = alone(nano, SEE, pictures[0])[1]
    with holding(server) as held:
        tab.begin(SEE)
        seen = []
        for _ in range(4):
            held.allow(1)
            tab.wait_for_answer(len(seen[-1]) if seen else 0)
            seen += tab.answers()
        assert len(set(seen)) == 4
        assert all(whole.startswith(part) for part in seen)
        assert tab.text("#send") == "Stop"
        tab.page.press("#question", "Escape")
        part = tab.finished()
        assert whole.startswith(part)
        assert part != whole
        assert "stopped by you" in tab.text(".meta")
    eventually(lambda: server.is_idle)
    tab.click("Continue")
    assert tab.finished() == whole
    assert "stopped" not in tab.text(".meta")
    assert tab.page.locator(".turn button:text-is('Continue')").count() == 0
    assert tab.ask("How many shapes are there?")
    assert len(tab.answers()) == 2


def test_stopped_before_the_first_word(
    server: RunningServer, tab: Tab, pictures: list[Image.Image]
) -> None:
    """The question stays, and its picture goes with the next one."""
    tab.drop_image(pictures[1])
    with holding(server) as held:
        blocking = Streamed(server.port)
        eventually(lambda: server.scheduler.active)
        tab.begin(SEE)
        tab.page.click("#send")
        tab.finished()
        held.release()
        blocking.join(60)
    assert tab.answers() == [""]
    assert tab.page.locator(".turn button:text-is('Ask again')").count() == 1
    assert tab.ask("What is this?")
    urls = [
        p
        for message in tab.sent[-1]["messages"]
        if message["role"] == "user"
        for p in message["content"][1:]
    ]
    assert len(urls) == 1


def test_retry_and_edit(tab: Tab, nano: FlashSloth, pictures: list[Image.Image]) -> None:
    tab.drop_image(pictures[0])
    assert tab.ask(SEE)
    tab.click("Retry")
    tab.finished()
    assert len(tab.answers()) == 1
    assert tab.sent[-1]["temperature"] == 0.7
    assert tab.sent[-1]["messages"] == tab.sent[0]["messages"]
    assert "temperature 0.7" in tab.text(".meta")
    tab.click("Edit")
    assert tab.page.input_value("#question") == SEE
    tab.page.press("#question", "Escape")
    assert tab.page.input_value("#question") == ""
    assert tab.page.locator("#shelf li").count() == 0
    tab.page.press("#question", "ArrowUp")
    assert tab.page.input_value("#question") == SEE
    tab.page.fill("#question", "How many shapes are there?")
    tab.page.press("#question", "Enter")
    assert tab.finished() == alone(nano, "How many shapes are there?", pictures[0])[1]
    assert tab.page.locator(".ask h2").all_inner_texts() == ["How many shapes are there?"]


def test_pictures_of_an_edited_question_count_once(tab: Tab, pictures: list[Image.Image]) -> None:
    tab.drop_image(pictures[0])
    tab.ask(SEE)
    tab.click("Edit")
    assert tab.page.locator("figure .shelf .thumb").count() == 0  # which are shown for two or more
    tab.drop_image(pictures[1])
    assert tab.page.locator("figure .shelf .thumb").count() == 2
    tab.page.fill("#question", "And now?")
    tab.page.reload()
    tab.finished()
    assert tab.page.locator("#shelf li").count() == 0
    assert tab.page.input_value("#question") == ""
    assert tab.ask("What is this?")
    assert [len(message["content"]) for message in tab.sent[-1]["messages"]] == [
        2,
        len(tab.answers()[0]),
        13,
    ]


@SIZES
def test_a_new_picture_begins_a_conversation(
    tab: Tab, nano: FlashSloth, pictures: list[Image.Image]
) -> None:
    """As in chat; the one before is a click away."""
    tab.drop_image(pictures[0], "one.png")
    first = tab.ask(SEE)
    tab.drop_image(pictures[1], "two.png")
    assert "begins a new conversation" in tab.text("#begins")
    assert axe_findings(tab) == []
    tab.begin("What is here?")
    tab.wait_for_text(".turn", "What is here?")
    assert tab.finished() == alone(nano, "What is here?", pictures[1])[1]
    assert len(tab.sent[-1]["messages"]) == len(tab.answers()) == 1
    assert not overflows(tab)
    assert axe_findings(tab) == []
    tab.open_earlier(0)
    tab.wait_for_text(".answer", first)
    assert tab.answers() == [first]
    assert "one.png" in tab.text("figcaption")


def test_two_pictures_by_drop_and_paste(
    tab: Tab, nano: FlashSloth, pictures: list[Image.Image]
) -> None:
    tab.drop_image(pictures[0], "one.png")
    tab.give(("two.png", encode(pictures[1], "PNG")), kind="paste")
    tab.page.locator("#shelf li:not(.state)").nth(1).wait_for()
    assert tab.page.locator("#several").is_visible()
    assert tab.ask(SEE) == alone(nano, SEE, *pictures[:2])[1]
    assert tab.text(".turn.last .notes") == f"{ONE_PICTURE.format(2)}."
    assert "two.png" in tab.text("figcaption")
    tab.page.click("figure [aria-label='Show one.png']")
    assert "one.png" in tab.text("figcaption")
    tab.drop_image(pictures[2], "three.png")
    tab.page.click("text='Add to this one'")
    assert tab.ask("And here?")
    assert [len(message["content"]) for message in tab.sent[-1]["messages"]] == [
        3,
        len(tab.answers()[0]),
        2,
    ]
    tab.drop_image(pictures[3], "four.png")
    tab.page.click("#shelf [aria-label='Remove four.png']")
    assert tab.page.locator("#shelf li").count() == 0


@pytest.mark.parametrize(
    "tab", [{}, {"is_mobile": True, "has_touch": True}], ids=["computer", "phone"], indirect=True
)
def test_file_dialog(tab: Tab, pictures: list[Image.Image]) -> None:
    """A phone takes a photo in a dialog of its own."""
    is_phone = tab.value("navigator.maxTouchPoints > 0")
    assert tab.page.locator("#camera").is_visible() == is_phone
    with tab.page.expect_file_chooser() as chooser:
        tab.page.click("#camera" if is_phone else "#choose-big")
    assert (chooser.value.element.get_attribute("capture") == "environment") == is_phone
    chooser.value.set_files(
        [{"name": "a.png", "mimeType": "image/png", "buffer": encode(pictures[0], "PNG")}]
    )
    tab.wait_for_text("#shelf", "a.png")
    assert tab.ask(SEE)


def test_reload_keeps_the_conversation_and_another_tab_has_none(
    tab: Tab, pictures: list[Image.Image]
) -> None:
    assert "Kept in this tab only" in tab.text("#hints")
    tab.drop_image(pictures[0])
    answer = tab.ask(SEE)
    tab.page.fill("#question", "a draft")
    tab.page.reload()
    tab.wait_for_text(".answer", answer)
    assert tab.page.input_value("#question") == "a draft"
    assert tab.ask("How many shapes are there?")
    assert tab.sent[-1]["messages"][0] == tab.sent[0]["messages"][0]
    assert tab.value("[localStorage.length, document.cookie]") == [0, ""]
    assert tab.value("indexedDB.databases().then(found => found.length)") == 0
    other = tab.another()
    other.locator("#empty").wait_for()
    assert other.locator(".turn").count() == 0
    tab.page.click("#new")
    assert tab.page.locator(".turn").count() == 0
    tab.page.reload()
    tab.open_earlier(0)  # nothing is forgotten
    tab.wait_for_text(".answer", answer)
    assert not tab.page.locator("#earlier").is_visible()


@SIZES
def test_earlier_conversations(tab: Tab, pictures: list[Image.Image]) -> None:
    """The list tells them apart, each has its own field, and one that is deleted is gone with its
    picture."""
    for number, picture in enumerate(pictures[:3], 1):
        tab.drop_image(picture, f"{number}.png")
        tab.ask(SEE)
    tab.ask("And now?")
    tab.page.fill("#question", "a draft")
    assert tab.earlier() == [(SEE, "2.png"), (SEE, "1.png")]
    shown = tab.page.locator("#conversations .thumb img").evaluate_all(
        "nodes => nodes.map(each => each.src)"
    )
    assert len({*shown}) == 2
    assert axe_findings(tab) == []
    assert not overflows(tab)
    tab.page.press("#conversations", "Escape")
    tab.open_earlier(1)
    assert "1.png" in tab.text("figcaption")
    assert tab.page.input_value("#question") == ""
    assert tab.earlier() == [(SEE, "3.png · 2 questions"), (SEE, "2.png")]
    tab.page.click("#conversations [aria-label='Remove the conversation about 2.png']")
    assert tab.page.locator("#conversations li").count() == 1
    kept = tab.value("Object.keys(sessionStorage).map(each => sessionStorage[each])")
    assert [name in "".join(kept) for name in ("1.png", "2.png", "3.png")] == [True, False, True]
    tab.page.press("#conversations", "Escape")
    tab.page.reload()
    tab.open_earlier(0)
    assert len(tab.answers()) == 2
    assert tab.page.input_value("#question") == "a draft"


def test_a_draft_alone_is_kept(tab: Tab, pictures: list[Image.Image]) -> None:
    tab.drop_image(pictures[0])
    tab.ask(SEE)
    tab.page.click("#new")
    tab.page.fill("#question", "a draft")
    tab.open_earlier(0)
    assert tab.earlier() == [("a draft", "")]


@pytest.mark.parametrize(
    "tab",
    [
        pytest.param({**PHONE, "has_touch": True}, marks=pytest.mark.nightly),
        {"width": 360, "height": 640, "has_touch": True},
    ],
    indirect=True,
)
def test_an_answer_on_a_phone(tab: Tab, pictures: list[Image.Image]) -> None:
    """It is in sight: the picture makes room for it, and what asks stays in one row."""
    box = lambda selector: tab.page.locator(selector).bounding_box()  # noqa: E731
    tab.drop_image(pictures[0])
    before = box("figure img")["height"]
    tab.ask(SEE)
    tab.ask("How many shapes are there?")
    assert box("figure img")["height"] < before
    assert box("#stage")["height"] < tab.page.viewport_size["height"] / 4
    answer, actions, composer = box(".turn.last .answer"), box(".turn.last .actions"), box("#composer")
    assert box("#stage")["y"] + box("#stage")["height"] <= answer["y"]
    assert actions["y"] + actions["height"] <= composer["y"]
    assert not tab.page.locator("#room").is_visible()
    for names in (("choose", "camera", "send"), ("choose", "unedit", "send")):
        assert len({round(box(f"#{name}")["y"]) for name in names}) == 1
        assert not overflows(tab)
        tab.click("Edit")


# ---- files of several pages


@pytest.mark.parametrize(
    ("kind", "tab"),
    [
        ("TIFF", DESKTOP),
        ("GIF", PHONE),
        pytest.param("TIFF", PHONE, marks=pytest.mark.nightly),
        # the page treats it as a TIFF; the next test has one, too
        pytest.param("PDF", DESKTOP, marks=pytest.mark.nightly),
        pytest.param("PDF", PHONE, marks=pytest.mark.nightly),
        pytest.param("GIF", DESKTOP, marks=pytest.mark.nightly),
    ],
    indirect=["tab"],
)
def test_a_page_is_chosen(tab: Tab, nano: FlashSloth, pictures: list[Image.Image], kind: str) -> None:
    """The first answer says that it is about one page of several; another page begins a
    conversation."""
    file, name = pages(pictures[:3], kind), f"scan.{kind.lower()}"
    said = {
        page: alone(nano, SEE, read_image(file, page=page).image, max_tokens=512)[1] for page in (1, 2)
    }
    tab.drop((name, file), type="application/octet-stream")
    assert tab.ask(SEE) == said[1]
    assert tab.text(".turn.last .notes") == f"{name}: page 1 of 3."
    assert f"{name}: page 1 of 3" in tab.spoken()
    assert "Page of 3" in " ".join(tab.text("figcaption").split())
    assert axe_findings(tab) == []
    assert tab.ask("And now?")
    assert tab.text(".turn.last .notes") == ""  # which was said already
    tab.choose_page(2)
    assert f"{name}, page 2" in tab.text("#shelf")
    assert tab.page.locator("figure img").count() == 0
    assert axe_findings(tab) == []
    assert not overflows(tab)
    assert tab.ask(SEE) == said[2]
    [message] = tab.sent[-1]["messages"]
    assert message["content"][1]["image_url"]["flashsloth_page"] == 2
    tab.page.reload()
    assert tab.page.input_value("figcaption input") == "2"
    assert tab.ask("How many shapes are there?")
    assert tab.sent[-1]["messages"][0] == message
    tab.choose_page(99)  # the last
    tab.choose_page(1)
    assert tab.page.locator("#shelf li").count() == 1
    assert tab.ask(SEE) == said[1]
    assert tab.earlier() == [(SEE, f"{name}, page 2 · 2 questions"), (SEE, f"{name} · 2 questions")]


def test_a_page_before_the_first_question(
    tab: Tab, nano: FlashSloth, pictures: list[Image.Image]
) -> None:
    """Only the server counts the pages of what a browser does not show."""
    file = pages(pictures[:2], "PDF")
    tab.drop(("scan.pdf", file), type="application/pdf")
    tab.choose_page(7)
    tab.ask(SEE)
    assert tab.text(".turn.last .error p >> nth=0") == "scan.pdf, page 7: the file has 2 pages."
    tab.click("Edit")
    tab.choose_page(2)
    tab.page.press("#question", "Enter")
    assert tab.finished() == alone(nano, SEE, read_image(file, page=2).image, max_tokens=512)[1]
    tab.page.click("#new")
    tab.drop(("one.tiff", encode(pictures[0], "TIFF")), type="image/tiff")
    assert tab.page.locator("figcaption input").count() == 1
    assert tab.ask(SEE)
    assert tab.page.locator("figcaption input").count() == 0
    assert tab.text(".turn.last .notes") == ""


def test_conversation_too_large_for_a_reload_says_so(tab: Tab, pictures: list[Image.Image]) -> None:
    """The storage has room for one of these pictures."""
    large = encode(pictures[0], "PNG") + bytes(3_000_000)  # which are sent, and nobody decodes
    tab.drop(("1.png", large))
    assert "Kept in this tab only" in tab.text("#hints")
    tab.drop(("2.png", large))
    assert "too large for the storage" in tab.text("#hints")
    tab.page.click("#shelf [aria-label='Remove 1.png']")
    tab.page.click("#shelf [aria-label='Remove 2.png']")
    assert "Kept in this tab only" in tab.text("#hints")


def test_preferences_are_kept_and_nothing_else(tab: Tab) -> None:
    tab.page.click("#settings-open")
    tab.page.select_option("#theme", "dark")
    tab.page.select_option("#length", "128")
    tab.page.select_option("#temperature", "0.4")
    tab.page.click("#settings [data-close]")
    tab.page.click("#note-close")
    tab.ask("Hello.")
    assert (tab.sent[-1]["max_tokens"], tab.sent[-1]["temperature"]) == (128, 0.4)
    other = tab.another()
    assert other.evaluate("document.documentElement.dataset.theme") == "dark"
    assert other.locator("#note").is_hidden()
    kept = other.evaluate("JSON.parse(localStorage.flashsloth)")
    assert kept == {"theme": "dark", "length": "128", "temperature": "0.4", "noted": NANO_LIMITS}
    tab.page.click("#settings-open")
    tab.page.click("#forget")
    assert tab.value("localStorage.length") == 0


def test_500_turns(tab: Tab) -> None:
    """Typing and a streamed answer draw only what changes."""
    answer = "The picture shows **bars**.\n\n- red\n- blue\n\n| a | b |\n|---|---|\n| 1 | 2 |\n" * 2
    turn = {
        "pictures": [],
        "answer": answer,
        "state": "done",
        "tokens": 40,
        "model": "nano",
        "first": 30,
        "speed": 90,
    }
    turns = [{**turn, "question": f"Question {number}?"} for number in range(499)]
    talk = json.dumps({"turns": turns, "shelf": [], "chosen": None, "forgotten": 0, "draft": ""})
    tab.open_with({"talk": talk})
    tab.page.locator(".turn").nth(498).wait_for()
    pieces = ["word "] * 400
    tab.page.route("**/v1/chat/completions", lambda route: route.fulfill(body=stream_of(*pieces)))
    tab.value(
        "[...document.querySelectorAll('.turn')].slice(0, 490).forEach(node => { node.mark = 1 })"
    )
    tab.page.type("#question", "One more question about the picture?")
    tab.page.press("#question", "Enter")
    assert tab.finished().split() == ["word"] * 400
    assert tab.page.locator(".turn").count() == 500
    assert tab.value("[...document.querySelectorAll('.turn')].filter(node => node.mark).length") == 490
    assert tab.value("talk.scrollHeight - talk.scrollTop - talk.clientHeight") < 2


# ---- without a mouse, without a screen


PRESS = """options => {
  const event = new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true, ...options});
  return question.dispatchEvent(event) }"""


def test_enter_that_confirms_an_input_method_sends_nothing(tab: Tab) -> None:
    """In Safari such an Enter comes after the composition; only its keyCode tells it."""
    tab.page.fill("#question", "これは何?")
    for composing in ({"isComposing": True}, {"isComposing": False, "keyCode": 229}):
        assert tab.page.evaluate(PRESS, composing)  # the input method gets the key
        assert tab.page.locator(".turn").count() == 0
    assert not tab.page.evaluate(PRESS, {"keyCode": 13})
    tab.finished()
    assert [each["messages"][0]["content"] for each in tab.sent] == ["これは何?"]


def test_everything_by_keyboard(tab: Tab, pictures: list[Image.Image]) -> None:
    page = tab.page
    focused = (
        "(node => node === document.body ? 'BODY' : node.id || node.innerText)(document.activeElement)"
    )
    tab.wait_for_text("#model", "nano")
    assert tab.value(focused) == "question"
    tab.give(("a.png", encode(pictures[0], "PNG")), kind="paste")
    page.locator("#shelf li:not(.state)").wait_for()
    page.keyboard.type("Describe")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("the picture.")
    page.keyboard.press("Enter")
    tab.finished()
    assert tab.sent[-1]["messages"][0]["content"][0]["text"] == "Describe\nthe picture."
    assert tab.value(focused) == "question"
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(tab.value(focused))
        outline = tab.value("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none" or reached[-1] in ("BODY", "question"), reached[-1]
    assert {"new", "save", "settings-open", "Copy", "Retry", "Edit", "choose"} <= set(reached)
    page.locator(".turn.last button:text-is('Retry')").focus()
    page.keyboard.press("Enter")
    tab.finished()
    assert len(tab.sent) == 2
    page.locator("#settings-open").focus()
    page.keyboard.press("Enter")
    assert tab.value("settings.open")
    page.keyboard.press("Escape")
    assert not tab.value("settings.open")
    assert tab.value(focused) == "settings-open"
    page.locator("#save").focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert "<title>A conversation with nano" in Path(download.value.path()).read_text(encoding="utf-8")


def test_answers_are_read_by_sentences(tab: Tab) -> None:
    live = tab.page.locator("#live")
    assert (live.get_attribute("aria-live"), live.get_attribute("role")) == ("polite", "log")
    answer = "It is **red**. Dr. Who? Two bars:\n\n- one\n- two"
    pieces = [answer[at : at + 3] for at in range(0, len(answer), 3)]
    tab.page.route("**/v1/chat/completions", lambda route: route.fulfill(body=stream_of(*pieces)))
    tab.ask("What is it?")
    words = " ".join(tab.spoken())
    assert words == "It is red . Dr. Who? Two bars: - one - two"
    assert tab.value("document.querySelector('.answer').getAttribute('aria-live')") is None
    tab.ask("Again?")
    assert " ".join(tab.spoken()) == words


def test_reduced_motion(server: RunningServer, tab: Tab) -> None:
    style = "getComputedStyle(document.querySelector('.state'), '::before').animationName"
    with holding(server) as held:
        tab.begin("Hello.")
        tab.page.locator(".turn").wait_for()
        for preference, animation in (("no-preference", "turn"), ("reduce", "none")):
            tab.page.emulate_media(reduced_motion=preference)
            assert tab.value(style) == animation
        held.release()
        tab.finished()


# ---- out of the page


@pytest.mark.parametrize("tab", [{"permissions": ["clipboard-read", "clipboard-write"]}], indirect=True)
def test_save_and_copy(tab: Tab, pictures: list[Image.Image]) -> None:
    tab.drop_image(pictures[0], "<b>.png")
    answer = tab.ask("Describe <i>the</i> picture.")
    tab.click("Copy")
    tab.wait_for_text(".turn.last button", "Copied")
    assert tab.value("navigator.clipboard.readText()") == answer
    with tab.page.expect_download() as download:
        tab.page.click("#save")
    saved = Path(download.value.path()).read_text(encoding="utf-8")
    assert download.value.suggested_filename == "conversation.html"
    assert answer in saved
    assert "<script" not in saved
    other = tab.context.new_page()
    other.set_content(saved)
    assert other.locator("h2").inner_text() == "Describe <i>the</i> picture."
    assert other.locator("img").evaluate("image => [image.naturalWidth, image.alt]") == [200, "<b>.png"]
    assert other.locator("h2 i, b").count() == 0


@SIZES
def test_a_reload_shows_the_end(tab: Tab, pictures: list[Image.Image]) -> None:
    width, height = (tab.page.viewport_size[name] for name in ("width", "height"))
    answer = "\n\n".join(f"Paragraph {number} of an answer that is long." for number in range(14))
    tab.page.route("**/v1/chat/completions", lambda route: route.fulfill(body=stream_of(answer)))
    for picture in pictures[:3]:
        tab.drop_image(picture)
    for _ in range(9):
        tab.ask(SEE)
    rest = "talk.scrollHeight - talk.scrollTop - talk.clientHeight"
    for _ in range(3):
        tab.page.reload()
        tab.wait_for_text("#model", "nano")
        tab.eventually("document.querySelectorAll('.thumb img').length > 3")
        tab.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert tab.value(rest) < 2
        assert tab.page.locator("#latest").is_hidden()
        assert tab.page.locator(".turn.last .actions").bounding_box()["y"] < height
    tab.page.mouse.move(width * 0.75, height * 0.66)
    tab.page.mouse.wheel(0, -700)
    tab.eventually(f"{rest} > 500")
    tab.page.set_viewport_size({"width": width, "height": height + 40})
    tab.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert tab.value(rest) > 400  # who reads further up stays there


def test_where_it_looked(tab: Tab, pictures: list[Image.Image]) -> None:
    """The map lies under the answer, in the scale's colors; a second click or a new answer removes
    it."""
    tab.drop_image(pictures[0])
    tab.ask(SEE)
    tab.click("Where it looked")
    tab.page.locator(".maps canvas").wait_for()
    tab.wait_for_text(".maps p", "of its attention went to the picture")
    width, height = tab.value("(c => [c.width, c.height])(document.querySelector('.maps canvas'))")
    assert width / height == pytest.approx(pictures[0].width / pictures[0].height, rel=0.01)
    shades = tab.value(
        "(c => new Set([...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]).size)"
        "(document.querySelector('.maps canvas'))"
    )
    assert shades > 20
    assert axe_findings(tab) == []
    assert not overflows(tab)
    tab.click("Where it looked")
    tab.eventually("!document.querySelector('.maps canvas')")
    tab.click("Where it looked")
    tab.page.locator(".maps canvas").wait_for()
    tab.click("Retry")
    tab.finished()
    assert tab.page.locator(".maps canvas").count() == 0


def test_where_it_looked_fails_with_words(tab: Tab, pictures: list[Image.Image]) -> None:
    tab.ask("What can you do?")
    assert tab.page.locator("button:text-is('Where it looked')").count() == 0  # without a picture
    tab.drop_image(pictures[0])
    tab.ask(SEE)
    tab.page.route("**/v1/chat/explanations", lambda route: route.abort())
    tab.click("Where it looked")
    tab.wait_for_text(".maps p", "The server does not answer.")
