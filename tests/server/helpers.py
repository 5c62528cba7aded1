"""A server in this process, clients for it, and jobs for its scheduler."""

from __future__ import annotations

import base64
import http.client
import io
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import openai
import uvicorn
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.generation.answer_record import Finished, Token
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.decode_loop import Prompt
from flashsloth.processing.pictures import tower_pixels
from flashsloth.server import http_server
from flashsloth.server.app import Server
from flashsloth.server.documents import openapi_document
from flashsloth.server.protocol import CHAT_PATH, EXPLAIN_PATH, RESPONSES_PATH
from flashsloth.server.requests import Body, Job, JobEvent
from flashsloth.server.scheduler import Scheduler
from flashsloth.server.security import AccessRules
from flashsloth.server.served_model import ServedModel
from image_samples import encode

# of the server `guarded`: a page that may ask it, its rules, and the header with its key
PAGE = "https://page.example"
RULES = AccessRules(hosts=("sloth.example",), origins=(PAGE,), keys=("k" * 32,))
KEY = {"authorization": f"Bearer {'k' * 32}"}
# Routes of the server's description, which test_schema.py compares with its table of routes
POST_PATHS = [path for path, methods in openapi_document("nano")["paths"].items() if "post" in methods]
STREAMED_PATHS = [
    path
    for path in POST_PATHS
    if "text/event-stream"
    in openapi_document("nano")["paths"][path]["post"]["responses"]["200"]["content"]
]
LONG = {"temperature": 8.0, "seed": 1}  # nano hardly ever ends such an answer


def eventually(condition: Callable[[], Any], seconds: float = 30) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition never held"
        time.sleep(0.002)


# ---- a server


Response = tuple[int, dict[str, str], bytes]


def request(
    port: int, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> Response:
    """Send one request on a connection of its own; a body that is not bytes is sent as JSON."""
    sent = {} if body is None else {"content-type": "application/json"}
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, body, {**sent, **(headers or {})})
        response = connection.getresponse()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()


def body_for(path: str, body: Any) -> Any:
    """Return the body of a chat request as a route has it; what is no object is sent as it is. A new
    route that takes requests needs an entry here, so that the tests which walk over all of them ask
    it."""
    forms = {CHAT_PATH: dict, EXPLAIN_PATH: about_a_picture, RESPONSES_PATH: as_responses_request}
    return forms[path](body) if isinstance(body, dict) else body


def about_a_picture(body: dict[str, Any]) -> dict[str, Any]:
    """Give a picture to a question without one."""
    messages = [
        user(each["content"], Image.new("RGB", (60, 40), "red"))
        if isinstance(each.get("content"), str)
        else each
        for each in body.get("messages", ())
    ]
    return {**body, "messages": messages}


def as_responses_request(body: dict[str, Any]) -> dict[str, Any]:
    sent = {name: value for name, value in body.items() if name != "seed"}
    for theirs, own in (("messages", "input"), ("max_tokens", "max_output_tokens")):
        if theirs in sent:
            sent[own] = sent.pop(theirs)
    if "response_format" in sent:
        sent["text"] = {"format": sent.pop("response_format")}
    parts = {
        "text": lambda part: {"type": "input_text", "text": part["text"]},
        "image_url": lambda part: {"type": "input_image", "image_url": part["image_url"]["url"]},
    }
    if "input" in sent:
        sent["input"] = [
            {**each, "content": [parts[part["type"]](part) for part in each["content"]]}
            if isinstance(each["content"], list)
            else each
            for each in sent["input"]
        ]
    return sent


@dataclass
class RunningServer:
    """A server in this process. `ask` posts to `path`."""

    server: Server
    scheduler: Scheduler
    uvicorn: uvicorn.Server
    port: int
    path: str = CHAT_PATH

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, **options: Any) -> openai.OpenAI:
        return openai.OpenAI(
            base_url=f"{self.url}/v1", **{"api_key": "any", "max_retries": 0, **options}
        )

    @property
    def is_idle(self) -> bool:
        """Whether nothing is computed, queued or sent."""
        return not (self.scheduler.active or self.scheduler.waiting or self.uvicorn.server_state.tasks)

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Response:
        return request(self.port, method, path, body, headers)

    def ask(self, body: Any, **headers: str) -> tuple[int, Any]:
        """POST a chat request to the route, as it has it; return the status and the parsed body."""
        status, _, text = self.request("POST", self.path, body_for(self.path, body), headers)
        return status, json.loads(text)


@contextmanager
def serving(
    open_model: Callable[[], FlashSloth],
    *,
    facts: dict[str, Any] | None = None,
    slots: int = 4,
    **options: Any,
) -> Iterator[RunningServer]:
    """Run a server on a free port until the end of the context. Options are the scheduler's and the
    server's."""
    with serving_models({None: open_model}, facts=facts, slots=slots, **options) as server:
        yield server


SCHEDULED = ("queue", "keep_alive", "model_memory", "model_bytes")  # options of a scheduler


@contextmanager
def serving_models(
    models: Mapping[Any, Callable[[], FlashSloth]],
    *,
    facts: dict[str, Any] | None = None,
    slots: int = 4,
    **options: Any,
) -> Iterator[RunningServer]:
    """Run a server with several models by their names. Only the first one is opened at once. Options
    are the schedulers', the server's, and `defaults` of each model."""
    own = {name: options.pop(name) for name in SCHEDULED if name in options}
    defaults = options.pop("defaults", None)
    served = []
    for name, open_model in models.items():
        scheduler = Scheduler(open_model, slots=slots, **own)
        scheduler.start(asleep=bool(served))
        served.append(ServedModel(open_model(), facts or {"quant": "none"}, scheduler, name, defaults))
    scheduler = served[0].scheduler
    server = Server(served, **options)
    listening, begun, made = http_server.tcp_socket("127.0.0.1", 0), threading.Event(), []
    port, original = listening.getsockname()[1], uvicorn.Server.run

    def spy(self: uvicorn.Server, *arguments: Any, **named: Any) -> None:
        made.append(self)
        begun.set()
        original(self, *arguments, **named)  # requests wait at the socket, which listens already

    with mock.patch.object(uvicorn.Server, "run", spy):
        thread = threading.Thread(target=http_server.serve, args=(server, [listening]))
        thread.start()
        assert begun.wait(30)
    try:
        yield RunningServer(server, scheduler, made[0], port)
    finally:
        made[0].should_exit = True
        thread.join(30)
        for each in served:
            each.scheduler.close(30)
    assert not thread.is_alive()


def encoded_url(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def data_url(image: Image.Image) -> str:
    image.save(file := io.BytesIO(), "png")
    return encoded_url(file.getvalue())


def pages(images: list[Image.Image], kind: str = "TIFF") -> bytes:
    """Return a file with an image on each page."""
    first, *rest = [image.copy() for image in images]  # Pillow leaves an encoder's settings in them
    return encode(first, kind, save_all=True, append_images=rest)


def warning_of(place: str, reason: str) -> dict[str, str]:
    """Return a warning about the picture at a place of the request, as the server sends it."""
    return {"message": f"{place}: {reason}", "param": place, "reason": reason}


def user(text: str, *images: Image.Image) -> dict[str, Any]:
    """Return a user's message, the pictures after its text as clients send them."""
    parts = [{"type": "image_url", "image_url": {"url": data_url(image)}} for image in images]
    return {"role": "user", "content": [{"type": "text", "text": text}, *parts] if parts else text}


# ---- jobs


@dataclass
class Answered:
    """Collects the events of a job. `on_token` is called in the scheduler's thread, with this."""

    on_token: Callable[[Answered], None] = lambda _: None
    ids: list[int] = field(default_factory=list)
    last: Finished | Exception | None = None
    job: Job | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    def emit(self, event: JobEvent) -> None:
        assert self.last is None, "an event after the last one"
        if isinstance(event, Token):
            self.ids.append(event.id)
            self.on_token(self)
        else:
            self.last = event
            self.ended.set()

    @property
    def finished(self) -> Finished:
        assert self.ended.wait(60)
        assert isinstance(self.last, Finished), self.last
        return self.last

    @property
    def error(self) -> Exception:
        assert self.ended.wait(60)
        assert isinstance(self.last, Exception), self.last
        return self.last


def job(
    model: FlashSloth, question: str, *images: Image.Image, max_tokens: int = 24, **options: Any
) -> Answered:
    """Return what will collect the answer to a question; its `job` can be submitted. Options are
    `on_token` and those of an answer."""
    config, answered = model.config, Answered(options.pop("on_token", lambda _: None))
    pixels = [(image.tobytes(), tower_pixels(image, config, hd=config.image_hd)) for image in images]
    blocks = [model.pictures.block(each) for _, each in pixels]
    ids = model.prompt.conversation(config.system_prompt, [(question, len(images), None)], blocks)
    settings = AnswerSettings(max_tokens=max_tokens, **options)
    prompt = Prompt(ids, (), settings)
    answered.job = Job(
        Body.model_construct(), settings, prompt=prompt, prepared=pixels, emit=answered.emit
    )
    return answered


def submit(scheduler: Scheduler, answered: Answered) -> Answered:
    scheduler.submit(answered.job)
    return answered


class Blocker:
    """A job that stops the scheduler's thread at its first token until it is released."""

    def __init__(self, scheduler: Scheduler, model: FlashSloth) -> None:
        self.reached, self.released = threading.Event(), threading.Event()
        submit(scheduler, job(model, "Hello.", on_token=self._stop, max_tokens=1))
        assert self.reached.wait(30)

    def _stop(self, _: Answered) -> None:
        self.reached.set()
        assert self.released.wait(60)


def alone(
    model: FlashSloth, question: str, *images: Image.Image, **options: Any
) -> tuple[list[int], str]:
    """Return the ids and the text of an answer without a server."""
    answer = model.chat(*images).ask(question, **{"max_tokens": 24, **options})
    text = answer.text()
    return list(answer.token_ids), text
