"""The HTTP application: its routes, and how a request becomes a job of the scheduler."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from flashsloth.chat import FlashSloth
from flashsloth.chat.chat_model import ModelFacts
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.errors import BadRequest, FlashSlothError, OptionError, UnknownModel
from flashsloth.generation.choice_list import ChoicePrompt, choice_prompt, choice_question
from flashsloth.generation.constraint import constrained_question
from flashsloth.generation.context import check_characters, check_length, context_length
from flashsloth.generation.guided_decoding import GrammarCompiler
from flashsloth.generation.sampling_settings import Sampling
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.server import progress, protocol
from flashsloth.server.command_routes import CommandRoutes
from flashsloth.server.gate import CLIENT_LEFT, Gate
from flashsloth.server.jobs import Explained, Job, JobEvent
from flashsloth.server.metrics import metrics_text
from flashsloth.server.openapi import openapi_document
from flashsloth.server.page import Page, page_facts
from flashsloth.server.picture_reader import PictureReader, keyed
from flashsloth.server.protocol import ChatRequest, ResponseHeader
from flashsloth.server.request_body import BodyReader
from flashsloth.server.responses import RequestRefused, error_response
from flashsloth.server.running_answer import AnswerFormat, EventStream, RunningAnswer
from flashsloth.server.scheduler import Scheduler
from flashsloth.server.security import AccessRules
from flashsloth.utils.text import printable

DEFAULT_MAX_TOKENS = 512


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may have."""

    body_bytes: int = 64 * 2**20
    images: int = 16


@dataclass(frozen=True, slots=True)
class ServedModel:
    """The parts of the model that stay while its weights sleep."""

    name: str
    config: FlashSlothConfig
    prompt: PromptEncoder
    grammars: GrammarCompiler
    generation_defaults: dict[str, Any]
    facts: dict[str, Any]  # for /v1/models

    @property
    def context_length(self) -> int:
        return context_length(self.config)

    @classmethod
    def of(cls, model: FlashSloth, facts: dict[str, Any]) -> ServedModel:
        model.grammars.prepare()  # not while others wait for their answers
        return cls(model.name, model.config, model.prompt, model.grammars, model.loaded.generation_defaults, facts)


class Server:
    """Handles the requests for one model, with `model_facts` also those of this project's commands (command_routes)."""

    def __init__(
        self,
        scheduler: Scheduler,
        model: ServedModel,
        *,
        rules: AccessRules | None = None,
        limits: Limits | None = None,
        allow_urls: bool = False,
        model_facts: Callable[[], tuple[ModelFacts, str]] | None = None,
    ) -> None:
        self.scheduler, self.model = scheduler, model
        self.rules, self.limits = rules or AccessRules(), limits or Limits()
        self.bodies = BodyReader(self.limits.body_bytes)
        self.statuses: Counter[int] = Counter()  # of finished requests for an answer
        self.started = int(time.time())
        self._command_routes = []
        if model_facts is not None:
            routes = CommandRoutes(scheduler, model, self.bodies, model_facts, keyed, model.grammars)
            self._command_routes = routes.routes()
        self.pictures = PictureReader(model.config, allow_urls=allow_urls)

    def app(self) -> ASGIApp:
        routes = [
            Route("/", Page(), methods=["GET"]),
            Route(protocol.CHAT_PATH, self._chat, methods=["POST"]),
            Route(protocol.EXPLAIN_PATH, self._explain, methods=["POST"]),
            Route("/v1/models", self._models),
            Route("/v1/models/{name:path}", self._one_model),
            Route("/health", self._health),
            Route("/metrics", self._metrics),
            Route("/openapi.json", self._openapi),
            *self._command_routes,
        ]
        handlers: dict[Any, Any] = {404: self._no_route, 405: self._no_route, ClientDisconnect: self._left}
        handlers |= dict.fromkeys((FlashSlothError, RequestRefused, Exception), self._error)
        app = Starlette(routes=routes, exception_handlers=handlers)
        app.router.redirect_slashes = False
        return Gate(app, self.rules, self.statuses)

    # ---- routes

    async def _chat(self, request: Request) -> Response:
        answer = RunningAnswer(self.scheduler, request)
        try:
            async with self.bodies.json(request, protocol.parse_chat_request) as chat:
                self._check_model(chat.model)
                job = await run_in_threadpool(self._job, chat, answer.emit)
                warnings: list[str] = []
                if chat.pictures:
                    with self.scheduler.preparing():
                        pictures = await answer.prepare(self.pictures.read(chat.pictures, hd=self._hd(chat)))
                    job.pixels = [each.pixels for each in pictures]
                    warnings = [warning for each in pictures for warning in each.warnings]
                chat = replace(chat, exchanges=())  # the pictures are not held while the answer runs
            answer.submit(job)
            form = AnswerFormat(chat, ResponseHeader(self.model.name, tuple(warnings)), self._token_bytes)
            if chat.stream and progress.is_wanted(request.headers):
                return noted(EventStream(answer, progress.chunks(answer, form)), chat)
            first = await answer.next()  # so that an error before the first token has its status
            if chat.stream:
                return noted(EventStream(answer, form.chunks(answer, first)), chat)
            response = noted(JSONResponse(await form.whole(answer, first)), chat)
        except BaseException:
            answer.close()
            raise
        answer.close()
        return response

    async def _explain(self, request: Request) -> Response:
        """Answer with maps of where the model looks before it answers this request."""
        from flashsloth.explain.maps import Maps, Tiling

        answer = RunningAnswer(self.scheduler, request)
        try:
            async with self.bodies.json(request, protocol.parse_chat_request) as chat:
                self._check_model(chat.model)
                job = await run_in_threadpool(self._job, chat, answer.emit)
                if not chat.pictures:
                    raise BadRequest("there is no picture to explain", param="messages")
                with self.scheduler.preparing():
                    pictures = await answer.prepare(self.pictures.read(chat.pictures, hd=self._hd(chat)))
                job.pixels, job.explains = [each.pixels for each in pictures], True
            answer.submit(job)
            event = await answer.next()
            assert isinstance(event, Explained)
            config = self.model.config
            tiling = Tiling(self._hd(chat), config.tile_grid, config.image_aspect_ratio)
            maps = await run_in_threadpool(Maps.placed, event.attention, [each.size for each in pictures], tiling)
            header = {"object": "chat.explanation", "model": self.model.name}
            return JSONResponse(header | await run_in_threadpool(maps.document))
        finally:
            answer.close()

    async def _models(self, request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [self._model_object()]})

    async def _one_model(self, request: Request) -> Response:
        self._check_model(request.path_params["name"])
        return JSONResponse(self._model_object())

    def _model_object(self) -> dict[str, Any]:
        return {
            "id": self.model.name,
            "object": "model",
            "created": self.started,
            "owned_by": "flashsloth",
            "flashsloth": {**self.model.facts, **page_facts(self.model.config), "limits": asdict(self.limits)},
        }

    async def _health(self, request: Request) -> Response:
        scheduler = self.scheduler
        return JSONResponse(
            {
                "status": "asleep" if scheduler.is_asleep else "ok",
                "model": self.model.name,
                "slots": scheduler.slots,
                "active": scheduler.active,
                "waiting": scheduler.waiting,
                "pictures_waiting": scheduler.pictures_waiting,
                "breakdowns": scheduler.counters.breakdowns,
            }
        )

    async def _metrics(self, request: Request) -> Response:
        return PlainTextResponse(metrics_text(self.scheduler, self.statuses), media_type="text/plain; version=0.0.4")

    async def _openapi(self, request: Request) -> Response:
        return JSONResponse(openapi_document(self.model.name))

    async def _no_route(self, request: Request, error: Any) -> Response:
        message = f"{request.method} {printable(request.url.path)} is not served"
        refused = RequestRefused(message, error.status_code, "not_served", "See /openapi.json for what is served.")
        response = error_response(refused)
        response.headers.update(error.headers or {})
        return response

    async def _error(self, request: Request, error: Exception) -> Response:
        return error_response(error)

    async def _left(self, request: Request, error: Exception) -> Response:
        return Response(status_code=CLIENT_LEFT)  # nobody gets it

    # ---- requests

    def _check_model(self, name: str) -> None:
        if name not in ("", self.model.name):
            hint = f"This server has {self.model.name}."
            raise UnknownModel(f"the model {printable(name)!r} is not served", hint=hint)

    def _token_bytes(self, token: int) -> bytes:
        return self.model.grammars.prepare().tokenizer.decode_bytes([token])

    def _job(self, chat: ChatRequest, emit: Callable[[JobEvent], None]) -> Job:
        """Encode the text of a request, whose pictures are still to be read. Raises: BadRequest, ContextTooLong."""
        if len(chat.pictures) > self.limits.images:
            message = f"the request has {len(chat.pictures)} pictures; {self.limits.images} are allowed"
            raise BadRequest(message, param="messages")
        try:
            sampling = Sampling(**{**self.model.generation_defaults, **chat.sampling})
        except OptionError as error:
            raise BadRequest(str(error), param=None, hint=error.hint) from error
        config, limit = self.model.config, self.model.context_length
        ids, continued = self._ids(chat, config.visual_tokens(self._hd(chat)), limit)
        check_length(ids, limit, config.image_token_id)
        length = chat.max_tokens or DEFAULT_MAX_TOKENS
        guide = None if chat.constraint is None else self.model.grammars.guide(chat.constraint)
        choices = self._choices(chat, ids) if chat.choices else None
        ids = ids if choices is None else choices.first
        return Job(ids, (), sampling, length, emit, chat.stop, chat.logprobs, continued, guide, choices)

    def _choices(self, chat: ChatRequest, ids: list[int]) -> ChoicePrompt:
        """Return the choices of a request, whose prompt has these ids. Raises: BadRequest, ContextTooLong."""
        last, prompt = chat.exchanges[-1], self.model.prompt
        after_picture = bool(last.pictures)
        prefix = ids[: len(ids) - len(prompt.question(last.question, after_picture=after_picture))]
        try:
            asked = choice_question(last.question, chat.choices)
            return choice_prompt(prompt, prefix, [asked], after_picture=after_picture, limit=self.model.context_length)
        except OptionError as error:
            raise BadRequest(str(error), param=protocol.CHOICES, hint=error.hint) from error

    def _hd(self, chat: ChatRequest) -> bool:
        return self.model.config.image_hd and (not chat.pictures or any(p.detail != "low" for p in chat.pictures))

    def _ids(self, chat: ChatRequest, visual_tokens: int, limit: int) -> tuple[list[int], int]:
        """Return the ids of a conversation, and how many of them are the part of an answer to continue. Answers are
        encoded from their text."""
        prompt, system = self.model.prompt, self.model.config.system_prompt if chat.system is None else chat.system
        check_characters(len(system) + sum(len(e.question) + len(e.answer or "") for e in chat.exchanges), limit)
        turns = [
            (each.question, len(each.pictures), None if each.answer is None else prompt.answer(each.answer))
            for each in chat.exchanges
        ]
        last = turns[-1]
        begun = (last[2] or []) if chat.continues else []
        turns[-1] = constrained_question(last[0], chat.constraint), last[1], None if chat.continues else last[2]
        return prompt.conversation(system, turns, visual_tokens) + begun, len(begun)


def noted(response: Response, chat: ChatRequest) -> Response:
    """Return a response with a header that names what of its request was ignored."""
    if chat.ignored:
        response.headers[protocol.IGNORED_HEADER] = ", ".join(chat.ignored)
    return response
