"""A tab with the page, and what a user does in it."""

from __future__ import annotations

import base64
from typing import Any

from PIL import Image

from flashsloth.images.reader import read_image
from image_samples import encode

GIVE = """({files, kind}) => {
  const transfer = new DataTransfer();
  for (const {name, type, data} of files) {
    const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0));
    transfer.items.add(new File([bytes], name, {type}));
  }
  const options = {clipboardData: transfer, dataTransfer: transfer, bubbles: true, cancelable: true};
  document.body.dispatchEvent(kind === "paste" ? new ClipboardEvent(kind, options) : new DragEvent(kind, options));
}"""
VIOLATIONS = (
    "addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective))"
)
WAIT = """async () => {
  for (let left = 2000; !(%s); left--) {
    if (!left) throw new Error("the condition never held");
    await new Promise(done => setTimeout(done, 10));
  }
}"""
# the browser's own line for a status of 400 and more, or for no answer
EXPECTED = ("Failed to load resource",)


class Tab:
    """The page of a server in a context of its own. `problems` and `elsewhere` must stay empty."""

    def __init__(self, context: Any, url: str) -> None:
        self.context, self.url = context, url
        self.problems: list[str] = []
        self.elsewhere: list[str] = []
        self.sent: list[dict[str, Any]] = []  # bodies of the requests for answers
        self.page = self.another()

    def another(self) -> Any:
        """Open one more tab of the same browser."""
        page = self.context.new_page()
        page.set_default_timeout(20_000)
        page.add_init_script(VIOLATIONS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", self._request)
        page.goto(f"{self.url}/")
        return page

    def open_with(self, kept: dict[str, str], **settings: str) -> None:
        """Open the page where the storage of this tab has this and nothing else."""
        self.page.goto(f"{self.url}/health")  # the page itself would store something when it is left
        self.page.evaluate(
            """([kept, settings]) => {
            sessionStorage.clear();
            Object.assign(sessionStorage, kept);
            Object.assign(localStorage, settings);
        }""",
            [kept, settings],
        )
        self.page.goto(f"{self.url}/")

    def close(self) -> None:
        """Leave the context as a new one. What else a page may store, another context never sees: the
        storage of a session ends with its tab, and test_conversation.py shows that nothing but
        localStorage remains."""
        self.page.evaluate("localStorage.clear()")
        for page in self.context.pages[1:]:
            page.close()

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(EXPECTED):
            self.problems.append(message.text)

    def _request(self, request: Any) -> None:
        if not request.url.startswith((f"{self.url}/", "data:", f"blob:{self.url}/")):
            self.elsewhere.append(request.url)
        if request.url.endswith("/v1/chat/completions"):
            self.sent.append(request.post_data_json)

    # ---- what a user does

    def give(self, *files: tuple[str, bytes], kind: str = "drop", type: str = "image/png") -> None:
        """Drop or paste files."""
        given = [
            {"name": name, "type": type, "data": base64.b64encode(data).decode()}
            for name, data in files
        ]
        self.page.evaluate(GIVE, {"files": given, "kind": kind})

    def drop(self, *files: tuple[str, bytes], type: str = "image/png") -> None:
        """Drop pictures and wait until they lie beside the question."""
        before = self.page.locator("#shelf li").count()
        self.give(*files, type=type)
        self.page.locator("#shelf li:not(.state)").nth(before + len(files) - 1).wait_for()
        self.page.locator("#shelf .state").wait_for(state="detached")

    def drop_image(self, image: Image.Image, name: str = "picture.png") -> None:
        self.drop((name, encode(image, "PNG")))

    def begin(self, question: str) -> None:
        """Ask by the keyboard, without waiting."""
        self.page.fill("#question", question)
        self.page.press("#question", "Enter")

    def ask(self, question: str) -> str:
        """Ask, wait for the end, and return the answer."""
        with self.page.expect_request("**/v1/chat/completions"):
            self.begin(question)
        return self.finished()

    def finished(self) -> str:
        """Wait until no answer runs; return the last one."""
        self.page.locator("#send:text-matches('^Ask')").wait_for()
        return self.answers()[-1]

    def click(self, name: str) -> None:
        """Click a button of the last turn."""
        self.page.locator(f".turn.last button:text-is('{name}')").click()

    def choose_page(self, number: int) -> None:
        """Choose a page of the picture that is shown."""
        self.page.fill("figcaption input", str(number))
        self.page.press("figcaption input", "Enter")

    def earlier(self) -> list[tuple[str, str]]:
        """Open the list of earlier conversations, and return the question of each and what it is
        about."""
        self.page.click("#earlier")
        questions, about = ("#conversations b", "#conversations .small:not(p)")
        return list(
            zip(
                *(self.page.locator(each).all_inner_texts() for each in (questions, about)), strict=True
            )
        )

    def open_earlier(self, number: int) -> None:
        """Open one of the list, 0 for the one that was left last."""
        self.earlier()
        self.page.locator("#conversations li").nth(number).locator("button").first.click()

    # ---- what is seen

    def answers(self) -> list[str]:
        return self.page.locator(".answer").all_inner_texts()

    def text(self, selector: str) -> str:
        return self.page.locator(selector).inner_text()

    def wait_for_text(self, selector: str, text: str) -> None:
        self.page.locator(selector).filter(has_text=text).first.wait_for()

    def sent_picture(self) -> Image.Image:
        """Return the only picture of the last question, as the server reads it."""
        [url] = [
            part["image_url"]["url"]
            for part in self.sent[-1]["messages"][-1]["content"]
            if "image_url" in part
        ]
        return read_image(url, name="picture").image

    def wait_for_answer(self, length: int) -> None:
        """Wait until the last answer has more characters than this."""
        self.eventually(f"document.querySelector('.turn.last .answer')?.innerText.length > {length}")

    def value(self, expression: str) -> Any:
        return self.page.evaluate(expression)

    def eventually(self, expression: str) -> None:
        """Wait until an expression is true. The page's policy keeps playwright's own way from
        working."""
        self.page.evaluate(WAIT % expression)

    def spoken(self) -> list[str]:
        """Return what a screen reader was given since the last question."""
        return self.page.locator("#live p").all_inner_texts()
