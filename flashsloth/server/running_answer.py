"""Deliver an answer from the scheduler's thread to the HTTP client, whole or as server-sent events.

A client that sends the header `X-FlashSloth-Progress: 1` also gets comments between the events. Until
the first token they report the stages of the request, and at the end they report how long the answer
took. Clients that do not know these comments skip them, as the format of server-sent events prescribes.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import torch
from starlette.requests import ClientDisconnect, Request

from flashsloth import devices
from flashsloth.generation.answer_record import AnswerRecord, Event, Finished, GenerationStats, Token
from flashsloth.server import protocol
from flashsloth.server.gate import error_object
from flashsloth.server.requests import Job, JobEvent, LoggedToken
from flashsloth.server.scheduler import Scheduler
from flashsloth.server.served_model import ServedModel

log = logging.getLogger("flashsloth.server")

T = TypeVar("T")
LEAST_LOGPROB = -9999.0  # in place of minus infinity, which JSON does not have
FINISH_REASONS = {None: None, "stop": "stop", "length": "length", "context": "length"}
POLL_SECONDS = 0.1  # interval at which the stage of a job is read


class RunningAnswer:
    """Receives the events of one job in the event loop. If the client leaves, the job is cancelled."""

    def __init__(self, scheduler: Scheduler, request: Request) -> None:
        self.scheduler = scheduler
        self._request = request
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[JobEvent] = asyncio.Queue()
        # the event that `begin` has returned; `next` returns it again
        self._first: JobEvent | None = None
        self._job: Job | None = None
        self._watch: asyncio.Task[None] | None = None

    def _emit(self, event: JobEvent) -> None:
        """Add an event. The scheduler's thread calls this."""
        with suppress(RuntimeError):  # the event loop may have ended
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)

    async def prepare(self, work: Coroutine[Any, Any, T]) -> T:
        """Await work that must be done before the job is submitted. If the client leaves, cancel the
        work.
        Raises: ClientDisconnect, and the errors of the work."""
        task = self._loop.create_task(work)
        watch = self._watching()
        try:
            await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
        finally:
            task.cancel()  # this has no effect if the task is done
        # The client has left.
        await asyncio.wait({task})
        self.scheduler.counters["answers_cancelled"] += 1
        raise ClientDisconnect

    def submit(self, job: Job) -> None:
        """Hand the job to the scheduler and watch the client. Raises: ServerBusy."""
        job.emit = self._emit
        job.queued = time.perf_counter()
        self.scheduler.submit(job)
        self._job = job
        if self._watching().done():  # the client has left
            self.scheduler.cancel(job)

    def _watching(self) -> asyncio.Task[None]:
        """Return the task that ends when the client leaves. Call this only after the body of the
        request was read, because the task takes all further ASGI messages of the request."""
        if self._watch is None:
            self._watch = self._loop.create_task(self._watch_client())
        return self._watch

    async def _watch_client(self) -> None:
        kind = ""
        while kind != "http.disconnect":  # this message also comes after a complete response
            kind = (await self._request.receive())["type"]
        if self._job is not None:
            self.scheduler.cancel(self._job)
        self._events.put_nowait(ClientDisconnect())

    async def begin(self) -> Event:
        """Wait for the next event and return it. `next` will return the same event again. Raises: the
        errors of `next`."""
        if self._first is None:
            self._first = await self._events.get()
        if isinstance(self._first, Exception):
            raise self._first
        return self._first

    async def next(self) -> Event:
        """Wait for the next event. Raises: ClientDisconnect, or the error of a failed job."""
        event = await self.begin()
        self._first = None
        return event

    async def stages(self) -> AsyncIterator[dict[str, Any]]:
        """Until there is an event, yield the stage of the job whenever it changes. While the job is
        queued, the stage includes its position in the queue, which is 1 for the next job."""
        assert self._job is not None
        sent = None
        while self._first is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self.begin()
                return
            stage: dict[str, Any] = {"stage": self._job.stage}
            if place := self.scheduler.queue_position(self._job):
                stage = {"stage": "queued", "place": place}
            if stage != sent:
                yield stage
            sent = stage


class AnswerFormat:
    """Writes the answer to a request in the format of the chat protocol. `noted` has fields of the
    response about the pictures of the request. Empty fields are left out."""

    def __init__(self, job: Job, model: ServedModel, noted: Mapping[str, Any]) -> None:
        self.fields = job.body
        self.model = model
        self.job = job
        self.noted = {name: value for name, value in noted.items() if value}
        self.id = f"chatcmpl-{uuid.uuid4().hex}"
        self.created = int(time.time())

    @property
    def record(self) -> AnswerRecord:
        """The record of the answer, which is empty until its prompt is computed."""
        return self.job.record or AnswerRecord()

    async def whole(self, answer: RunningAnswer) -> dict[str, Any]:
        """Wait until the answer has ended, and return the whole response."""
        # The text after the last token comes with Finished.
        pieces = []
        logprobs = []
        while not isinstance(event := await answer.next(), Finished):
            pieces.append(event.text)
            logprobs.append(self._logprobs(event))
        message = {"role": "assistant", "content": "".join([*pieces, event.text]), "refusal": None}
        choice = self._choice("message", message, event.reason, logprobs)
        return self._response(
            "chat.completion",
            choice,
            usage=usage_object(event.stats),
            **self.record.described(in_response=True),
            **self.noted,
        )

    async def chunks(self, answer: RunningAnswer, *, with_stages: bool) -> AsyncIterator[str]:
        """Yield the response as server-sent events. With `with_stages` also yield comments about its
        progress. If an error occurs, it is sent as the last event."""
        try:
            if with_stages:
                async for stage in answer.stages():
                    yield comment(stage)
            async for piece in self.pieces(answer, with_stages=with_stages):
                yield piece
        except ClientDisconnect:
            return
        except Exception as error:
            status, sent = error_object(error)
            if status == 500:  # the client does not get the text of the error, see `error_object`
                log.error("an answer failed", exc_info=error)
            yield self.error(sent)

    async def pieces(self, answer: RunningAnswer, *, with_stages: bool) -> AsyncIterator[str]:
        """Yield the events of the protocol. With `with_stages` also yield a comment with the times of
        the answer.
        Raises: the errors of `RunningAnswer.next`."""
        # 1. Send the role when the prompt is computed. The details in this chunk contain the counts and
        #    times of the prompt.
        await answer.begin()
        yield self._chunk({"role": "assistant", "content": ""}, **self.noted, **self._details())
        # 2. Send the tokens. If a token ends inside a character, its text comes with a later token.
        while not isinstance(event := await answer.next(), Finished):
            ids = {protocol.ID: event.id} if self.fields.flashsloth_details else {}
            if event.text or ids or self.fields.logprobs:
                yield self._chunk({"content": event.text, **ids}, logprobs=[self._logprobs(event)])
        # 3. Send the text after the last token, and the reason why the answer ended.
        if event.text:
            yield self._chunk({"content": event.text})
        yield self._chunk(
            {}, event.reason, **self.record.described(in_response=True), **self._details()
        )
        # 4. Send the token counts and the times, if the client asks for them.
        if self.fields.stream_options.include_usage:
            yield self._sse(usage=usage_object(event.stats))
        if with_stages:
            done = {
                "stage": "done",
                "image_ms": round(event.stats.image_ms, 1),
                "first_token_ms": round(event.stats.ttft_ms, 1),
                "decode_ms": round(event.stats.decode_ms, 1),
            }
            yield comment(done)
        yield "data: [DONE]\n\n"

    def error(self, sent: dict[str, Any]) -> str:
        """Return an error as an event of a stream."""
        return sse(sent)

    def _details(self) -> dict[str, Any]:
        """Return details of the answer so far, if the request asks for them."""
        if not self.fields.flashsloth_details:
            return {}
        record = self.record
        details = {
            **{theirs: getattr(record, own) for own, theirs in protocol.DETAILS.items()},
            "forgotten": self.job.forgotten,
            "decode_ms": record.stats and record.stats.decode_ms,
            "continued": record.pieces[0] if record.continued else "",
            "continued_ids": record.token_ids[: record.continued],
            "peak_bytes": devices.peak_memory(torch.device(self.model.device)),
        }
        return {"flashsloth": details}

    def _chunk(
        self,
        delta: dict[str, Any],
        reason: str | None = None,
        logprobs: Sequence[Any] | None = None,
        **fields: Any,
    ) -> str:
        return self._sse(self._choice("delta", delta, reason, logprobs), **fields)

    def _sse(self, *choices: dict[str, Any], **fields: Any) -> str:
        return sse(self._response("chat.completion.chunk", *choices, **fields))

    def _choice(
        self, name: str, content: dict[str, Any], reason: str | None, logprobs: Sequence[Any] | None
    ) -> dict[str, Any]:
        logged = None
        if self.fields.logprobs and logprobs is not None:
            logged = {"content": logprobs, "refusal": None}
        return {
            "index": 0,
            name: content,
            "finish_reason": FINISH_REASONS[reason],
            "logprobs": logged,
        }

    def _response(self, kind: str, *choices: dict[str, Any], **fields: Any) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model.name,
            "choices": choices,
            **fields,
        }

    def _logprobs(self, event: Token) -> Any:
        if isinstance(event, LoggedToken):
            return logprob_entry(self.model.token_bytes, event.id, event.logprob, event.top)
        return None


def sse(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"


def comment(value: dict[str, Any]) -> str:
    return f": flashsloth {json.dumps(value, separators=(',', ':'))}\n\n"


def logprob_entry(
    token_bytes: Callable[[int], bytes], token: int, logprob: float, top: Sequence[tuple[int, float]]
) -> Any:
    """Return the log probabilities of a token and of its alternatives, as in OpenAI's protocol.

    A token may be only a part of a character. `bytes` contains its exact bytes, `token` a readable
    text.
    """

    def entry(token: int, logprob: float) -> dict[str, Any]:
        own = token_bytes(token)
        return {
            "token": own.decode(errors="replace"),
            "logprob": max(logprob, LEAST_LOGPROB),
            "bytes": list(own),
        }

    return {**entry(token, logprob), "top_logprobs": [entry(each, value) for each, value in top]}


def usage_object(stats: GenerationStats) -> dict[str, Any]:
    """Return the token counts of an answer."""
    return {
        "prompt_tokens": stats.input_tokens,
        "completion_tokens": stats.output_tokens,
        "total_tokens": stats.input_tokens + stats.output_tokens,
        "prompt_tokens_details": {
            "cached_tokens": stats.cached_tokens,
            "image_tokens": stats.visual_tokens,
        },
    }
