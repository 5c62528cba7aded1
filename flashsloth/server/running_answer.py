"""The way of an answer from the scheduler's thread to its client, whole or as server-sent events."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing, suppress
from typing import Any, TypeVar

import torch
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from flashsloth import devices
from flashsloth.generation.events import Finished, GenerationStats, Token
from flashsloth.server import protocol
from flashsloth.server.jobs import Failed, Job, JobEvent, LoggedToken
from flashsloth.server.protocol import Begun, Ended, ResponseHeader
from flashsloth.server.requests import ChatRequest
from flashsloth.server.responses import safe_error, status_of
from flashsloth.server.scheduler import Scheduler

log = logging.getLogger("flashsloth.server")

T = TypeVar("T")
DONE = "data: [DONE]\n\n"


class RunningAnswer:
    """The events of one job, in the event loop. If the client leaves, the computation ends. Close it in the end."""

    def __init__(self, scheduler: Scheduler, request: Request) -> None:
        self.scheduler = scheduler
        self._request = request
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[JobEvent] = asyncio.Queue()
        self._job: Job | None = None
        self._watch: asyncio.Task[None] | None = None
        self.stats: GenerationStats | None = None  # after the last event

    def emit(self, event: JobEvent) -> None:
        """Add an event, from the scheduler's thread."""
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)

    async def prepare(self, work: Coroutine[Any, Any, T]) -> T:
        """Await the work before the job; cancel it if the client leaves. Raises: ClientDisconnect; what it raises."""
        task, watch = self._loop.create_task(work), self._watching()
        try:
            await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
        finally:
            task.cancel()
        await asyncio.wait({task})
        self.scheduler.counters.cancelled += 1
        raise ClientDisconnect

    def submit(self, job: Job) -> None:
        """Hand the job to the scheduler and watch the client. Raises: ServerBusy."""
        self.scheduler.submit(job)
        self._job = job
        if self._watching().done():  # the client has left
            self.scheduler.cancel(job)

    def _watching(self) -> asyncio.Task[None]:
        """Return the task that ends when the client leaves. The request's body must have been read."""
        if self._watch is None:
            self._watch = self._loop.create_task(self._watch_client())
        return self._watch

    def close(self) -> None:
        """End the computation, if it is still running."""
        if self._job is not None:
            self.scheduler.cancel(self._job)
        if self._watch is not None:
            self._watch.cancel()

    @property
    def stage(self) -> dict[str, Any]:
        """What is done for the request, with its position in the queue."""
        if self._job is None:
            return {"stage": "queued", "place": 0}
        position = self.scheduler.queue_position(self._job)
        return {"stage": "queued", "place": position} if position else {"stage": self._job.stage}

    async def next(self) -> JobEvent:
        """Wait for the next event. Raises: ClientDisconnect; the error of a failed job."""
        event = await self._events.get()
        if isinstance(event, Failed):
            raise event.error
        if isinstance(event, Finished):
            self.stats = event.stats
        return event

    async def _watch_client(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        if self._job is not None:
            self.scheduler.cancel(self._job)
        self._events.put_nowait(Failed(ClientDisconnect()))


class AnswerFormat:
    """Writes the answer to a request in the protocol's shapes.

    Args:
        token_bytes: returns the bytes of a token alone.
        begun: of a stream with details; then there is a chunk for each token, with its id.
        device: of the model.
    """

    def __init__(
        self,
        chat: ChatRequest,
        header: ResponseHeader,
        token_bytes: Callable[[int], bytes],
        begun: Begun | None = None,
        device: str = "cpu",
    ) -> None:
        self.chat, self.header, self.token_bytes, self.begun, self.device = chat, header, token_bytes, begun, device

    async def whole(self, answer: RunningAnswer, event: JobEvent) -> dict[str, Any]:
        """Return the response after the last event. `event` is the first one."""
        pieces, logprobs = [], []
        while not isinstance(event, Finished):
            piece, entry = self._piece(event)
            pieces.append(piece)
            logprobs.append(entry)
            event = await answer.next()
        usage = protocol.usage_object(event.stats)
        entries = None if self.chat.logprobs is None else logprobs
        return self.header.completion("".join([*pieces, event.text]), event.reason, usage, entries, event.choices)

    async def chunks(self, answer: RunningAnswer, event: JobEvent) -> AsyncIterator[str]:
        """Yield the response as server-sent events. `event` is the first one."""
        header, logged = self.header, self.chat.logprobs is not None
        begun = {} if self.begun is None else {"flashsloth": self.begun._asdict()}
        yield sse(header.chunk({"role": "assistant", "content": ""}) | header.warned | begun)
        try:
            while not isinstance(event, Finished):
                piece, entry = self._piece(event)
                named = {protocol.ID: token_of(event).id} if begun else {}
                if piece or logged or named:
                    yield sse(header.chunk({"content": piece, **named}, logprobs=[entry] if logged else None))
                event = await answer.next()
        except ClientDisconnect:
            return
        except Exception as error:
            yield error_event(error)
            return
        if event.text:
            yield sse(header.chunk({"content": event.text}))
        ended = {"flashsloth": self._ended(event)._asdict()} if begun else {}
        yield sse(header.chunk({}, event.reason) | protocol.choice_fields(event.choices) | ended)
        if self.chat.include_usage:
            yield sse(header.usage_chunk(protocol.usage_object(event.stats)))
        yield DONE

    def _ended(self, event: Finished) -> Ended:
        stats, peak = event.stats, devices.peak_memory(torch.device(self.device))
        return Ended(event.reason, stats.cached_tokens, stats.image_ms, stats.decode_ms, peak)

    def _piece(self, event: Any) -> tuple[str, Any]:
        """Return the text of a token, and its log probabilities if they were asked for."""
        if not isinstance(event, LoggedToken):
            return event.text, None
        return event.event.text, protocol.logprob_entry(self.token_bytes, event.event.id, event.logprob, event.top)


def token_of(event: Any) -> Token:
    return event.event if isinstance(event, LoggedToken) else event


class EventStream(Response):
    """A response that is sent while it is computed. However it ends, the answer is closed."""

    def __init__(self, answer: RunningAnswer, chunks: AsyncIterator[str]) -> None:
        self.answer, self.chunks = answer, chunks
        self.status_code, self.background = 200, None
        self.init_headers({"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async with aclosing(self.chunks) as chunks:  # type: ignore[type-var]
                async for chunk in chunks:
                    await send({"type": "http.response.body", "body": chunk.encode(), "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self.answer.close()


def error_event(error: Exception) -> str:
    """Return the last event of a stream that failed, and log an error that is not ours."""
    if safe_error(error) is not error:
        log.error("an answer failed", exc_info=error)
    return sse(protocol.error_object(safe_error(error), status_of(error)))


def sse(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"
