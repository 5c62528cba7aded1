"""A Model Context Protocol server over stdin and stdout, with which agents look at pictures.

A call of a tool becomes a request of the chat protocol. It is answered by the user's running server if
that has the model open. Otherwise this process answers it with the application that `flashsloth serve`
runs, so that the same limits hold. The model is opened at the first call.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import signal
import socket
import stat
import sys
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from mcp import types
from mcp.server.lowlevel import Server as McpServer
from mcp.server.stdio import stdio_server
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from flashsloth import __version__
from flashsloth.errors import (
    FlashSlothError,
    ImageAddressRefused,
    ImageNotFound,
    ImageTooLarge,
    ImageUnreadable,
    OptionError,
    ServerError,
    UnknownModel,
)
from flashsloth.generation.constraint import constrain
from flashsloth.images.sources import parse_crop, source_kind, split_page
from flashsloth.server.http_client import MAX_REPLY, parse, requested
from flashsloth.server.protocol import CHAT_PATH, CHOICES
from flashsloth.utils.paths import NANO, expand
from flashsloth.utils.text import error_reason, printable, printable_source
from flashsloth_cli.asking import models as opening
from flashsloth_cli.servers.options import McpOptions, ServeOptions, check_url_hosts
from flashsloth_cli.servers.start import END_SECONDS, open_models
from flashsloth_cli.settings.settings import ResolvedOptions, own_question
from flashsloth_cli.terminal import render, streams

if TYPE_CHECKING:
    from http.client import HTTPConnection

    from flashsloth.server.app import Server
    from flashsloth.server.picture_reader import PictureProcesses
    from flashsloth.server.registry import ServerRecord

Result = TypeVar("Result")
INSTRUCTIONS = "Small vision-language models on this machine, which answer questions about pictures."
READ = "What does it say? Just the text."
CALLS = 4  # maximum number of calls that are answered at once; each may hold a picture of MAX_BYTES
# A picture is sent in base64, in a request of at most 64 MB, as to `flashsloth serve`.
MAX_BYTES = 46 * 2**20
CROP_SIDE = 1024  # maximum number of pixels of a side of a part that an agent gets
NOFOLLOW = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))


class Roots:
    """The folders whose files an agent may see."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = [Path(os.path.realpath(each)) for each in folders]

    @classmethod
    def of(cls, given: Sequence[Path] | None) -> Roots:
        """Return the folders that the user named, or the current one. Raises: OptionError for a folder
        that does not exist, and for a current one that is / or the home folder, because the user has
        probably not chosen it."""
        if not given:
            here = Path.cwd()
            if here in (Path.home(), Path(here.anchor)):
                raise OptionError(
                    f"an agent would see all pictures in {here}",
                    hint="Name the folders of its pictures: flashsloth mcp --root DIR",
                )
            return cls([here])
        folders = [expand(each) for each in given]
        for folder in folders:
            if not folder.is_dir():
                raise OptionError(f"--root {folder} is no folder", hint="Name a folder that exists.")
        return cls(folders)

    def read(self, path: str) -> bytes:
        """Return the bytes of a file. A relative path starts at the first folder.

        Raises: ImageNotFound for a file that is not inside of the folders, also if a link leads out of
            them; ImageUnreadable, ImageTooLarge.
        """
        label = printable_source(path)
        try:
            # The path is opened as it is then, without links: it could be replaced by one meanwhile.
            real = os.path.realpath(self.folders[0] / expand(path))
            if not any(Path(real).is_relative_to(folder) for folder in self.folders):
                raise ImageNotFound(
                    f"{label} is not in the folders that this server may read",
                    hint=f"They are {', '.join(map(str, self.folders))}; --root adds one.",
                )
            with os.fdopen(os.open(real, os.O_RDONLY | NOFOLLOW), "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise ImageUnreadable(f"{label} is not a regular file")
                data = file.read(MAX_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise ImageNotFound(f"no file {label}") from error
        except (OSError, ValueError) as error:
            raise ImageUnreadable(f"{label} cannot be read: {error_reason(error)}") from error
        if len(data) > MAX_BYTES:
            raise ImageTooLarge(f"{label} has more than {MAX_BYTES // 2**20} MB")
        return data


# The arguments of the tools


class Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")

    picture: str = Field(description="Path of a picture or a PDF. scan.pdf#2 is page 2.")


class Question(Arguments):
    model: str = Field("", description="Name of the model; empty for the first one.")
    question: str = Field(min_length=1, description="What to find out, in one sentence.")


class AskPicture(Question):
    schema_: dict[str, Any] | str | None = Field(
        None,
        alias="schema",
        description='JSON schema of the answer, or its fields, as in "total number, items [string]".',
    )


class Choose(Question):
    choices: list[str] = Field(min_length=2, description="The possible answers.")


class ReadText(Arguments):
    model: str = Field("", description="Name of the model; empty for the first one.")


class Crop(Arguments):
    box: str | list[int] = Field(
        description="Left, top, width and height, in pixels or percent: 10%,10%,50%,20%."
    )


class Agent:
    """Answers the calls of an agent.

    Args:
        of_models: the options of the models that this process opens, unless a server has them open.
    """

    def __init__(self, options: McpOptions, roots: Roots, of_models: Sequence[ResolvedOptions]) -> None:
        self.options = options
        self.roots = roots
        self.url_hosts = check_url_hosts(options.allow_url_host or [], fetches=options.allow_urls)
        self.of_models = of_models
        self._calls = asyncio.Semaphore(CALLS)
        # the server with the models of this process; None until one is needed
        self._opening: asyncio.Task[Server] | None = None
        self._server: Server | None = None
        self._app: Any = None  # the ASGI application of the server
        self._processes: PictureProcesses | None = None  # for `crop`
        self._running: set[asyncio.Task[None]] = set()
        self.tools: dict[str, tuple[str, type[Arguments], Callable[[Any], Any]]] = {
            "ask_picture": ("Answer a question about a picture.", AskPicture, self.ask),
            "choose": (
                "Decide which of several answers is right, with the probability of each.",
                Choose,
                self.choose,
            ),
            "read_text": ("Read the text in a picture or on a page.", ReadText, self.read_text),
            "crop": (
                f"Return a part of a picture, of at most {CROP_SIDE} pixels a side.",
                Crop,
                self.crop,
            ),
        }

    # ---- the protocol

    async def list_tools(self, *_: Any) -> types.ListToolsResult:
        """Return the tools with the schemas of their arguments, which name the models."""
        names = f"One of {', '.join(self.names)}; empty for the first one."

        def schema_of(kind: type[Arguments]) -> dict[str, Any]:
            schema = kind.model_json_schema()
            if "model" in schema["properties"]:
                schema["properties"]["model"]["description"] = names
            if self.options.allow_urls:
                schema["properties"]["picture"]["description"] += " Or its URL."
            return schema

        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=name,
                    description=text,
                    input_schema=schema_of(kind),
                    annotations=types.ToolAnnotations(
                        read_only_hint=True, open_world_hint=self.options.allow_urls
                    ),
                )
                for name, (text, kind, _) in self.tools.items()
            ]
        )

    async def call_tool(self, _: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        """Call a tool. What goes wrong is a result that the agent can read."""
        try:
            if params.name not in self.tools:
                raise OptionError(f"there is no tool {printable(params.name)}", hint="")
            _, kind, run = self.tools[params.name]
            given = kind.model_validate(params.arguments or {})
            async with self._calls:
                content = await run(given)
            return types.CallToolResult(content=content)
        except FlashSlothError as error:
            return refusal(f"{error}. {error.hint}".removesuffix(". "))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"]))
            return refusal(f"{place}: {first['msg']}")

    # ---- the tools

    async def ask(self, given: AskPicture) -> list[Any]:
        more: dict[str, Any] = {}
        if given.schema_ is not None:
            schema = constrain(given.schema_).schema
            more["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": schema},
            }
        reply = await self.reply(given.picture, given.question, given.model, **more)
        return answer_of(reply)

    async def choose(self, given: Choose) -> list[Any]:
        fields = {CHOICES: given.choices}
        reply = await self.reply(given.picture, given.question, given.model, **fields)
        answer, *notes = answer_of(reply)
        found = {each["text"]: round(each["probability"], 4) for each in reply[CHOICES]}
        text = json.dumps({"answer": answer.text, "probabilities": found}, ensure_ascii=False)
        return [types.TextContent(type="text", text=text), *notes]

    async def read_text(self, given: ReadText) -> list[Any]:
        of_model = self._of_model(given.model)
        question = own_question(of_model.flags, of_model.settings)
        return answer_of(
            await self.reply(given.picture, READ if question is None else question, given.model)
        )

    async def crop(self, given: Crop) -> list[Any]:
        from flashsloth.server.picture_reader import PictureProcesses

        box = parse_crop(cast(Any, given.box)).text
        url, page = await self._picture(given.picture)
        self._processes = self._processes or PictureProcesses()
        name = printable_source(given.picture)
        facts, pixels = await self._processes.decode(url, name, page=page, crop=box)
        part = Image.frombytes("RGB", tuple(facts["parts"][0][0]), pixels)
        part.thumbnail((CROP_SIDE, CROP_SIDE))
        file = io.BytesIO()
        part.save(file, "PNG")
        data = base64.b64encode(file.getvalue()).decode()
        return [types.ImageContent(type="image", data=data, mime_type="image/png")]

    # ---- requests

    async def reply(self, picture: str, question: str, model: str, **more: Any) -> dict[str, Any]:
        """Ask a model about a picture, and return the response of the chat protocol. Raises: the errors
        of the picture, the request and the model."""
        of_model = self._of_model(model)
        url, page = await self._picture(picture)
        image = {"url": url} if page is None else {"url": url, "flashsloth_page": page}
        parts = [{"type": "image_url", "image_url": image}, {"type": "text", "text": question}]
        body = {"messages": [{"role": "user", "content": parts}], **more}
        found = await in_thread(opening.find_running, of_model)
        if found is not None:
            return await self._post(cast("ServerRecord", found.record), body)
        # Otherwise the model is in this process. The first call makes the application, also for others
        # that come meanwhile, and if it is cancelled itself.
        if self._opening is None or (self._opening.done() and self._server is None):
            self._opening = asyncio.ensure_future(self._open_server())
        names = [*(await asyncio.shield(self._opening)).models]
        reply = await self._call(body | {"model": names[self.of_models.index(of_model)]})
        if "error" in reply:
            raise ServerError(reply["error"]["reason"], hint=reply["error"]["hint"])
        return reply

    def _of_model(self, name: str) -> ResolvedOptions:
        """Return the options of a model by the name with which it was given. Raises: UnknownModel."""
        if not name:
            return self.of_models[0]
        if name not in self.names:
            raise UnknownModel(
                f"the model {printable(name)!r} is not served",
                hint=f"Name one of {', '.join(self.names)}.",
            )
        return self.of_models[self.names.index(name)]

    @property
    def names(self) -> list[str]:
        """The names of the models, as they were given."""
        return [each.flags.model or each.default_model or NANO for each in self.of_models]

    async def _picture(self, word: str) -> tuple[str, int | None]:
        """Return a picture as a data: URL, and the page that its name has. Raises: ImageError."""
        kind = source_kind(word)
        if kind == "http":
            if not self.options.allow_urls:
                raise ImageAddressRefused(
                    "this server fetches no URLs", hint="It does with --allow-urls."
                )
            from flashsloth.images.http_fetch import fetch

            data = await in_thread(
                partial(fetch, private_hosts=[*self.url_hosts], max_bytes=MAX_BYTES), word
            )
            page = None
        elif kind in (None, "path"):
            file, page = split_page(word)
            data = await in_thread(self.roots.read, file)
        else:
            raise ImageNotFound(f"{printable_source(word)} is no path and no http(s) URL")
        return f"data:application/octet-stream;base64,{base64.b64encode(data).decode()}", page

    async def _post(self, record: ServerRecord, body: dict[str, Any]) -> dict[str, Any]:
        """Let a running server answer a request. If this task is cancelled, the connection is closed,
        so that the server stops its work."""
        connections: list[HTTPConnection] = []

        def post() -> dict[str, Any]:
            asked = body | {"model": record.name}
            with requested(record, CHAT_PATH, asked, on_connected=connections.append) as response:
                return dict(parse(response.read(MAX_REPLY)))

        try:
            return await in_thread(post)
        except asyncio.CancelledError:
            for each in connections:
                with suppress(OSError):
                    each.sock.shutdown(socket.SHUT_RDWR)
            raise

    async def _open_server(self) -> Server:
        self._server = await in_thread(self._make_server)
        self._app = self._server.app()
        return self._server

    def _make_server(self) -> Server:
        from flashsloth.server.app import Server

        shared = {name: value for name, value in vars(self.options).items() if name != "root"}
        models = open_models(ServeOptions(**shared), self.of_models, asleep=True)
        for each in models:
            each.served.scheduler.start(asleep=True)
        return Server([each.served for each in models])

    async def _call(self, body: dict[str, Any]) -> dict[str, Any]:
        """Let the application of this process answer a request. If this task is cancelled, the
        application notices that its client has left."""
        sent = bytearray()
        left = asyncio.Event()
        waiting = [{"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}]

        async def receive() -> Any:
            if waiting:
                return waiting.pop()
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.extend(message.get("body", b""))

        headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": CHAT_PATH,
            "raw_path": CHAT_PATH.encode(),
            "query_string": b"",
            "headers": headers,
        }
        answering = asyncio.ensure_future(self._app(scope, receive, send))
        self._running.add(answering)
        answering.add_done_callback(self._running.discard)
        try:
            await asyncio.shield(answering)
        finally:
            left.set()
        return dict(parse(sent))

    def close(self) -> None:
        """End the schedulers and the processes of this process."""
        if self._server is not None:
            for each in self._server.models.values():
                each.scheduler.close(END_SECONDS if each.scheduler.active else 0)
            self._server.processes.close()
        if self._processes is not None:
            self._processes.close()


async def in_thread(work: Callable[..., Result], *arguments: Any) -> Result:
    """Return what a function returns, which runs in a thread of its own. Unlike the threads of asyncio
    it keeps neither the process from ending, nor other functions waiting if a server is slow."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def set_result(result: Result | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(cast(Result, result))

    def run() -> None:
        result = failed = None
        try:
            result = work(*arguments)
        except BaseException as error:
            failed = error
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(set_result, result, failed)

    threading.Thread(target=run, name="agent", daemon=True).start()
    return await done


def answer_of(reply: dict[str, Any]) -> list[Any]:
    """Return the answer of a response and its warnings, as contents of a result."""
    [choice] = reply["choices"]
    notes = [each["message"] for each in reply.get("warnings", ())]
    if choice["finish_reason"] == "length":
        notes.append("the answer was cut")
    texts = [choice["message"]["content"], *(f"note: {each}" for each in notes)]
    return [types.TextContent(type="text", text=text) for text in texts]


def refusal(text: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)


# Running


async def serve(options: McpOptions, roots: Roots, of_models: Sequence[ResolvedOptions]) -> int:
    """Serve one client until stdin or a signal ends it. Return the number of the signal, or 0."""
    if streams.is_terminal(sys.stdin):
        render.note(
            "note: an agent's program starts this command and asks on its stdin; see docs/agents.md"
        )
    agent = Agent(options, roots, of_models)
    server = McpServer(
        "flashsloth",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=agent.list_tools,
        on_call_tool=agent.call_tool,
    )
    # A KeyboardInterrupt would be raised inside of any callback of the loop.
    signals: list[int] = []
    serving = asyncio.current_task()

    def end(number: int) -> None:
        signals.append(number)
        if serving is not None:
            serving.cancel()

    for each in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(each, end, each)
    try:
        async with AsyncExitStack() as stack:
            transport = stdio_server(cast(Any, lines()), cast(Any, Answers()))
            read, write = await stack.enter_async_context(transport)
            await server.run(read, write, server.create_initialization_options())
    except asyncio.CancelledError:
        if not signals:
            raise
    finally:
        agent.close()
    return signals[0] if signals else 0


class Answers:
    """stdout, as the SDK writes to it. A write waits in a thread, because the client may read late."""

    async def write(self, text: str) -> None:
        await in_thread(streams.write, text)

    async def flush(self) -> None:
        """Do nothing: every write was flushed."""


async def lines() -> AsyncIterator[str]:
    """Yield the lines of stdin. A thread reads them that does not keep the process from ending: the
    client may send nothing for hours, and nothing else would interrupt a read."""
    loop = asyncio.get_running_loop()
    received: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        with suppress(RuntimeError):  # the loop has ended
            for line in sys.stdin.buffer:
                loop.call_soon_threadsafe(received.put_nowait, line.decode(errors="replace"))
            loop.call_soon_threadsafe(received.put_nowait, "")

    threading.Thread(target=read, name="stdin", daemon=True).start()
    while line := await received.get():
        yield line
