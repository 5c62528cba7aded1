"""The HTTP application, which has the routes and converts requests into jobs for the scheduler."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, TypeAlias

import psutil
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from flashsloth.chat.chat import ONE_PICTURE
from flashsloth.chat.conversation import Conversation, Picture, Question
from flashsloth.errors import BadRequest, ContextTooLong, FlashSlothError, UnknownModel, thread_error
from flashsloth.generation.decode_loop import Prompt
from flashsloth.generation.detail import AUTO, NO_DOUBT
from flashsloth.processing.prompt import check_characters, check_length
from flashsloth.server import protocol, requests
from flashsloth.server.documents import openapi_document, page_response
from flashsloth.server.gate import (
    CLIENT_LEFT,
    MODEL,
    BodyReader,
    Gate,
    RequestRefused,
    error_response,
    reason_of,
)
from flashsloth.server.picture_reader import PictureProcesses, PictureReader, ReadPicture
from flashsloth.server.requests import Job, Kind
from flashsloth.server.responses import ResponsesFormat, parse_responses_request
from flashsloth.server.running_answer import AnswerFormat, RunningAnswer
from flashsloth.server.scheduler import COUNTERS, Scheduler
from flashsloth.server.security import AccessRules
from flashsloth.server.served_model import ServedModel
from flashsloth.utils.text import printable

# a metric has a name, a kind, a help text, and a mapping from suffixes of the name to values
Metric: TypeAlias = tuple[str, str, str, Mapping[str, float]]
# a function that checks a parsed body; it raises BadRequest
Parse: TypeAlias = Callable[[Any], Job]
# At most this many requests with a schema or a regular expression are checked at the same time.
GRAMMARS = 2
WHOLE_SIDE = 4096  # pixels of a side that suffice for a model that cuts pictures into many tiles


@dataclass(frozen=True, slots=True)
class Limits:
    """The maximum size of a request's body and the maximum number of its pictures."""

    body_bytes: int = 64 * 2**20
    images: int = 16


class Server:
    """Handles the requests for models. The first one answers requests that name none."""

    def __init__(
        self,
        models: Sequence[ServedModel],
        *,
        rules: AccessRules | None = None,
        limits: Limits | None = None,
        allow_urls: bool = False,
    ) -> None:
        self.models = {model.name: model for model in models}
        self.rules = rules or AccessRules()
        self.limits = limits or Limits()
        sides = [(model.facts["picture"] or {}).get("side", WHOLE_SIDE) for model in models]
        self.bodies = BodyReader(self.limits.body_bytes, max(sides))
        self._grammars = asyncio.Semaphore(GRAMMARS)
        # number of finished requests for an answer, by the model's name and the HTTP status
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.started = int(time.time())
        self.processes = PictureProcesses()
        self.readers = {
            model.name: PictureReader(
                model.pictures,
                self.processes,
                allow_urls=allow_urls,
                url_hosts=self.rules.url_hosts,
            )
            for model in models
        }

    def app(self) -> ASGIApp:
        chat = partial(self._answer, requests.parse_chat_request, AnswerFormat)
        responses = partial(self._answer, parse_responses_request, ResponsesFormat)
        routes = [
            Route("/", page_response(), methods=["GET"]),
            Route(protocol.CHAT_PATH, chat, methods=["POST"]),
            Route(protocol.RESPONSES_PATH, responses, methods=["POST"]),
            Route(protocol.EXPLAIN_PATH, self._explain, methods=["POST"]),
            Route(protocol.MODELS_PATH, self._models),
            Route(f"{protocol.MODELS_PATH}/{{name:path}}", self._models),
            Route("/health", self._health),
            Route("/metrics", self._metrics),
            Route("/openapi.json", lambda _: JSONResponse(openapi_document(", ".join(self.models)))),
        ]
        handlers: dict[Any, Any] = {
            404: self._no_route,
            405: self._no_route,
            ClientDisconnect: self._client_left,
            RuntimeError: self._thread_failed,
            FlashSlothError: self._failed,
            RequestRefused: self._failed,
            Exception: self._failed,
        }
        app = Starlette(routes=routes, exception_handlers=handlers)
        app.router.redirect_slashes = False  # other paths are refused by `_no_route`
        gate = Gate(app, self.rules, self.statuses)
        if not self.rules.origins:
            return gate
        return CORSMiddleware(
            gate,
            allow_origins=self.rules.origins,
            allow_methods=("GET", "POST"),
            allow_headers=("*",),
            expose_headers=("x-request-id", "retry-after", protocol.IGNORED_HEADER),
            allow_private_network=True,
        )

    # ---- routes

    async def _answer(self, parse: Parse, form_of: type[AnswerFormat], request: Request) -> Response:
        """Answer a request of one of OpenAI's protocols. `parse` checks its body, and `form_of` writes
        the answer in the format of that protocol."""
        # 1. Read the request, and hand its job to the scheduler.
        model, job, pictures, answer = await self._receive(request, parse)
        answer.submit(job)
        # 2. Respond with the whole answer.
        found: list[tuple[str | None, str]] = [
            (each.param, warning) for each in pictures for warning in each.warnings
        ]
        if len(pictures) > 1:
            found.append((None, ONE_PICTURE.format(len(pictures))))
        warnings = [
            {"message": warning, "param": param, "reason": reason_of(warning, param)}
            for param, warning in found
        ]
        pages = {each.param: each.pages for each in pictures if each.pages > 1}
        noted = {"warnings": warnings, protocol.PAGES: pages}
        form = form_of(job, model, noted)
        headers = {}
        if job.ignored:
            headers[protocol.IGNORED_HEADER] = ", ".join(job.ignored)
        if not job.body.stream:
            return JSONResponse(await form.whole(answer), headers=headers)
        # 3. Or stream it.
        with_stages = request.headers.get("x-flashsloth-progress") == "1"
        if not with_stages:
            # Begin the response only after the first event, so that an error before that event has its
            # own HTTP status.
            await answer.begin()
        headers["cache-control"] = "no-store"
        return StreamingResponse(
            form.chunks(answer, with_stages=with_stages),
            headers=headers,
            media_type="text/event-stream",
        )

    async def _explain(self, request: Request) -> Response:
        """Respond with maps that show where the model looks before it answers the request."""
        from flashsloth.explain.maps import Maps

        model, job, pictures, answer = await self._receive(request, requests.parse_chat_request)
        if not pictures:
            raise BadRequest("there is no picture to explain", param="messages")
        job.kind = Kind.EXPLANATION
        answer.submit(job)
        await answer.next()
        assert job.attention is not None
        attention = job.attention
        layouts = [model.pictures.layout(each.size, each.prepared[1]) for each in pictures]
        # Large maps take time. A thread makes them, so that the event loop can serve other requests.
        document = await run_in_threadpool(lambda: Maps.placed(attention, layouts).document())
        return JSONResponse({"object": "chat.explanation", "model": model.name, **document})

    async def _models(self, request: Request) -> Response:
        """Respond with the facts about a model if the path names it, else with a list of all models.
        /v1/models/ names none."""
        name = request.path_params.get("name")
        models = [
            {
                "id": model.name,
                "object": "model",
                "created": self.started,
                "owned_by": "flashsloth",
                "flashsloth": model.facts | {"limits": asdict(self.limits)},
            }
            for model in ([self._model(name)] if name else self.models.values())
        ]
        return JSONResponse(models[0] if name else {"object": "list", "data": models})

    async def _health(self, request: Request) -> Response:
        """Respond with the state of each model, and with that of all together, which is asleep if no
        model is in memory."""
        models = [model.health() for model in self.models.values()]
        states = {each["status"] for each in models}
        counts = {
            name: sum(each[name] for each in models)
            for name in ("slots", "active", "waiting", "pictures_waiting", "breakdowns")
        }
        status = "asleep" if states == {"asleep"} else "ok"
        return JSONResponse({"status": status, "model": models[0]["model"], **counts, "models": models})

    async def _metrics(self, request: Request) -> Response:
        return PlainTextResponse(
            metrics_text([*self.models.values()], self.statuses),
            media_type="text/plain; version=0.0.4",
        )

    # Starlette would run handlers that are not async in a thread, and fail again if no thread can be
    # started.

    async def _client_left(self, request: Request, error: Exception) -> Response:
        # Nobody receives this response. Its status appears in the log.
        return Response(status_code=CLIENT_LEFT)

    async def _failed(self, request: Request, error: Exception) -> Response:
        return error_response(error)

    async def _thread_failed(self, request: Request, error: RuntimeError) -> Response:
        """Respond if no thread can be started. Other errors of this class are unexpected."""
        known = thread_error(error)
        if known is None:
            raise error
        return error_response(known)

    async def _no_route(self, request: Request, error: Any) -> Response:
        path = request.url.path.rstrip("/")
        hint = "See /openapi.json for what is served."
        for served in (*protocol.ANSWER_PATHS, protocol.MODELS_PATH, protocol.EXPLAIN_PATH):
            # for example without /v1, or with it twice
            if path.endswith(served.removeprefix("/v1")) and request.url.path != served:
                hint = f"Did you mean {served}?"
        return error_response(
            RequestRefused(
                f"{request.method} {printable(request.url.path)} is not served",
                error.status_code,
                "not_served",
                hint=hint,
                headers=error.headers,
            )
        )

    # ---- requests

    def _model(self, name: str) -> ServedModel:
        """Return the model of this name, the first one for "". Raises: UnknownModel."""
        model = self.models.get(name or next(iter(self.models)))
        if model is None:
            raise UnknownModel(
                f"the model {printable(name)!r} is not served",
                hint=f"This server has {', '.join(self.models)}.",
            )
        return model

    async def _receive(
        self, request: Request, parse: Parse
    ) -> tuple[ServedModel, Job, Sequence[ReadPicture], RunningAnswer]:
        """Read a request and its pictures. Return its model, its job and the pictures that are in the
        prompt."""
        pictures: Sequence[Sequence[ReadPicture]] = [()]
        async with self.bodies.json(request) as body:
            # A check of a grammar may take seconds. So at most GRAMMARS requests with a grammar are
            # checked at the same time: the other threads stay free for requests without a grammar.
            fields = (protocol.REGEX, "response_format", "text")
            needs_grammar = isinstance(body, dict) and any(map(body.get, fields))
            grammars = self._grammars if needs_grammar else nullcontext()
            # 1. Check the request in a thread.
            async with grammars:
                if await request.is_disconnected():
                    raise ClientDisconnect
                job, model = await run_in_threadpool(self._check, parse, body)
            request.scope[MODEL] = model.name
            answer = RunningAnswer(model.scheduler, request)
            # 2. Read its pictures, because their sizes may decide how long the prompt is. If the client
            #    leaves, the reading is cancelled.
            if job.pictures:
                with model.scheduler.preparing():
                    settings = job.settings
                    ways = [settings.first_hd]
                    if settings.may_read_more:
                        ways.append(settings.most_hd)
                    reading = self.readers[model.name].read(job.pictures, ways)
                    pictures = await answer.prepare(reading)
            # 3. Encode the prompt, in a thread.
            async with grammars:
                shown = await run_in_threadpool(encode, model, job, *pictures)
            return model, job, shown, answer

    def _check(self, parse: Parse, body: Any) -> tuple[Job, ServedModel]:
        """Check a request without its pictures, and complete its settings. Return its job and its
        model. Raises: BadRequest, UnknownModel, ContextTooLong."""
        # 1. Check the body, the model's name and the number of pictures.
        job = parse(body)
        model = self._model(job.body.model)
        if len(job.pictures) > self.limits.images:
            raise BadRequest(
                f"the request has {len(job.pictures)} pictures; {self.limits.images} are allowed",
                param=job.pictures[self.limits.images].param,
            )
        # 2. Complete the settings with the model's own values.
        config = model.config
        config.check_hd(job.settings.hd or None)  # `detail: low` is no error
        defaults = model.generation_defaults
        if any(each.detail in ("high", "original") for each in job.pictures):
            defaults = {**defaults, "hd": config.image_hd}
        job.settings = settings = job.settings.completed(
            config.system_prompt,
            config.image_hd,
            defaults,
            schema_in_prompt=config.schema_in_prompt,
        )
        # 3. Encoding takes time, so a text that is certainly too long is refused before it is encoded.
        characters = sum(len(each.question) + len(each.answer) for each in job.turns)
        check_characters(len(settings.system or "") + characters, model.prompts.limit)
        #    So are pictures, before they are read: each has at least one visual token.
        if job.body.flashsloth_overflow == "error":
            visual = len(job.pictures) * (config.visual_tokens(settings.first_hd) or 1)
            placeholder = config.image_token_id
            check_length([placeholder] * visual, model.prompts.limit, placeholder)
        token_ids = {token for turn in job.turns for token in turn.token_ids}
        if not token_ids.isdisjoint(model.grammars.end_tokens):
            raise BadRequest(
                f"{protocol.IDS} have an end token",
                param="messages",
                hint="Send the ids as the stream has them: an answer ends before its end token.",
            )
        return job, model


def encode(
    model: ServedModel, job: Job, pictures: Sequence[ReadPicture], in_tiles: Sequence[ReadPicture] = ()
) -> Sequence[ReadPicture]:
    """Encode the prompt of a job for its model. If it may read more tiles later, encode that prompt,
    too. `in_tiles` are the same pictures in tiles. Return the pictures that are in the prompt. The
    messages are dropped, because they would stay in memory until the answer ends. Raises: BadRequest,
    ContextTooLong."""
    settings = job.settings
    job.prompt, shown, job.forgotten = _encode(model, job, pictures, hd=settings.first_hd)
    job.prepared = [each.prepared for each in shown]
    if job.prompt.doubt.keeps is None:
        try:
            prompt, tiles, forgotten = _encode(model, job, in_tiles, hd=settings.most_hd)
            job.in_tiles = prompt, [each.prepared for each in tiles], forgotten
        except ContextTooLong:  # one tile must do
            job.prompt = replace(job.prompt, doubt=NO_DOUBT)
    if settings.choices:
        job.kind = Kind.CHOICE
    elif settings.max_tokens == 0:
        job.kind = Kind.PROMPT
    job.turns = job.pictures = ()
    return shown


def _encode(
    model: ServedModel, job: Job, pictures: Sequence[ReadPicture], *, hd: bool | None
) -> tuple[Prompt, Sequence[ReadPicture], int]:
    """Return the prompt of a job, the pictures that are in it, and the number of turns that were
    dropped. `hd` is how the pictures were read."""
    # 1. Restore the conversation.
    settings = job.settings
    continues = job.body.continue_final_message
    turns = job.turns if continues else job.turns[:-1]
    conversation = Conversation(settings.system or "", hd, auto_hd=settings.hd == AUTO)
    blocks = [model.pictures.block(each.prepared[1]) for each in pictures]
    conversation.pictures = [Picture(None, block=block) for block in blocks]  # type: ignore[arg-type]
    conversation.restore(
        (), [model.prompts.with_ids(turn) for turn in turns], job.body.flashsloth_overflow
    )
    # 2. Encode the prompt. If it is too long, this may drop the oldest turns.
    continued = conversation.turns[-1] if continues else None
    with requests.name_field(protocol.CHOICES) if settings.choices else nullcontext():
        asked = Question.of(
            job.turns[-1].question, settings, continued=continued, replaces_last=continues
        )
        prompt = model.prompts.encode(conversation, asked)
    shown = conversation.context(*conversation.context_of(asked)).pictures
    return prompt, pictures[shown.start : shown.stop], conversation.forgotten


def metrics_text(models: Sequence[ServedModel], statuses: Mapping[tuple[str, int], int]) -> str:
    """Return all metrics in the text format of Prometheus. `statuses` has the number of finished
    answers by model and HTTP status. The model is "" for requests that were refused before it was
    known."""
    lines = header("requests_total", "counter", "Requests for an answer, by model and HTTP status.")
    for (name, status), count in sorted(statuses.items()):
        lines.append(f'flashsloth_requests_total{{model={label(name)},status="{status}"}} {count}')
    for same in zip(*(measured(each.scheduler) for each in models), strict=True):
        metric, kind, text, _ = same[0]
        lines += header(metric, kind, text)
        for model, (*_, values) in zip(models, same, strict=True):
            lines += [
                f"flashsloth_{metric}{suffix}{{model={label(model.name)}}} {number}"
                for suffix, number in values.items()
            ]
    lines += header("resident_bytes", "gauge", "Memory of the process.")
    lines.append(f"flashsloth_resident_bytes {psutil.Process().memory_info().rss}")
    return "\n".join([*lines, ""])


def header(name: str, kind: str, text: str) -> list[str]:
    """Return the lines before the values of a metric."""
    return [f"# HELP flashsloth_{name} {text}", f"# TYPE flashsloth_{name} {kind}"]


def label(name: str) -> str:
    """Return the name of a model as the value of a label, with quotation marks."""
    return json.dumps(name, ensure_ascii=False)


def measured(scheduler: Scheduler) -> list[Metric]:
    """Return the metrics of one model."""
    counters = scheduler.counters
    # Prometheus computes the mean of a summary from its sum and its count.
    first_tokens = {"_sum": counters["first_token_seconds"], "_count": counters["first_tokens"]}
    metrics: list[Metric] = [
        ("first_token_seconds", "summary", "Seconds from request to first token.", first_tokens)
    ]
    metrics += [
        (f"{name}_total", "counter", text, {"": counters[name]}) for name, text in COUNTERS.items()
    ]
    gauges = [
        ("slots", "Answers that can run at once.", scheduler.slots),
        ("slots_active", "Answers that are running.", scheduler.active),
        ("queue_length", "Requests that wait.", scheduler.waiting),
        (
            "pictures_waiting",
            "Of these, requests whose pictures are being read.",
            scheduler.pictures_waiting,
        ),
        ("cache_bytes", "Memory of kept prompts and pictures.", scheduler.memory_used),
        (
            "model_loaded",
            "1 if the model is in memory, 0 while it sleeps.",
            int(not scheduler.is_asleep),
        ),
    ]
    return metrics + [(name, "gauge", text, {"": value}) for name, text, value in gauges]
