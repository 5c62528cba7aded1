"""The routes of this project's own commands: a conversation with its next question in, the events of the answer out.

They have what the OpenAI protocol lacks: token ids, answers that go on, the length of a conversation, times.
`command_protocol.py` describes requests and answers.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from typing import Any

import torch
from PIL import Image
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from flashsloth import devices
from flashsloth.chat.chat_model import ModelFacts
from flashsloth.chat.conversation import Conversation
from flashsloth.chat.prompt_ids import PromptIds, PromptModel
from flashsloth.errors import BadRequest, FlashSlothError
from flashsloth.generation.events import Finished, Token
from flashsloth.generation.guided_decoding import GrammarCompiler
from flashsloth.generation.sampling_settings import Sampling
from flashsloth.generation.text_stream import TextStream
from flashsloth.processing.image_processor import Pixels, stacked, tower_scaling
from flashsloth.server import command_protocol
from flashsloth.server.jobs import Explained, Job, JobEvent
from flashsloth.server.request_body import MAX_COMMAND_SEPARATORS, BodyReader
from flashsloth.server.responses import safe_error
from flashsloth.server.running_answer import EventStream, RunningAnswer
from flashsloth.server.scheduler import Scheduler

log = logging.getLogger("flashsloth.server")

KeyedPixels = tuple[bytes, Pixels]


class CommandRoutes:
    """Handles the requests of this project's commands.

    Args:
        facts: returns how the model is open, and the stamp of the files; after its sleep, of those it would open.
        keyed: returns pixels with the key under which the scheduler keeps their encoding.
        grammars: compiles schemas for the model's tokens.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        model: PromptModel,
        bodies: BodyReader,
        facts: Callable[[], tuple[ModelFacts, str]],
        keyed: Callable[[Pixels], KeyedPixels],
        grammars: GrammarCompiler,
    ) -> None:
        self.scheduler, self.model, self.bodies, self.facts, self.keyed = scheduler, model, bodies, facts, keyed
        self.prompts, self.grammars = PromptIds(model), grammars

    def routes(self) -> list[Route]:
        return [
            Route(command_protocol.MODEL_PATH, self._model),
            Route(command_protocol.CONTEXT_PATH, self._context, methods=["POST"]),
            Route(command_protocol.PREFILL_PATH, self._prefill, methods=["POST"]),
            Route(command_protocol.ANSWER_PATH, self._answer, methods=["POST"]),
            Route(command_protocol.EXPLAIN_PATH, self._explain, methods=["POST"]),
        ]

    async def _model(self, request: Request) -> Response:
        facts, stamp = await run_in_threadpool(self.facts)
        return JSONResponse({**asdict(facts), "stamp": stamp})

    async def _context(self, request: Request) -> Response:
        async with self.bodies.json(request, self._measured, MAX_COMMAND_SEPARATORS) as measured:
            return JSONResponse(measured)

    async def _prefill(self, request: Request) -> Response:
        event = await self._only_event(request, self._prefill_job)
        assert isinstance(event, Finished)
        return JSONResponse({"image_ms": event.stats.image_ms})

    async def _explain(self, request: Request) -> Response:
        event = await self._only_event(request, self._explain_job)
        assert isinstance(event, Explained)
        found = event.attention
        asked = None if found.asked is None else found.asked.tolist()
        return JSONResponse({"read": found.read[0].tolist(), "asked": asked, "kept": found.kept.tolist()})

    async def _only_event(self, request: Request, prepare: Callable[..., Job]) -> JobEvent:
        """Return the event of a job that has one."""
        answer = RunningAnswer(self.scheduler, request)
        async with self.bodies.json(request, partial(prepare, emit=answer.emit), MAX_COMMAND_SEPARATORS) as prepared:
            job = prepared
        try:
            answer.submit(job)
            return await answer.next()
        finally:
            answer.close()

    async def _answer(self, request: Request) -> Response:
        answer = RunningAnswer(self.scheduler, request)
        async with self.bodies.json(
            request, partial(self._answer_job, emit=answer.emit), MAX_COMMAND_SEPARATORS
        ) as prepared:
            begin, job = prepared
        try:
            answer.submit(job)
        except BaseException:
            answer.close()
            raise
        return EventStream(answer, self._lines(begin, answer), "application/x-ndjson")

    # ---- requests

    def _measured(self, body: Any) -> dict[str, int]:
        """Return the length of a conversation in tokens, and of how many turns it forgets for a question."""
        conversation = self._conversation(body, ())
        with _checked():
            if body["request"] is not None:
                self.prompts.make_room(
                    conversation, command_protocol.parse_request(body["request"], conversation.turns)
                )
        return {"used": len(self.prompts.so_far(conversation)), "forgotten": conversation.forgotten}

    def _prefill_job(self, body: Any, emit: Callable[[JobEvent], None]) -> Job:
        pictures = self._pictures(body)
        conversation = self._conversation(body, pictures)
        visible = conversation.visible()
        return Job(self.prompts.so_far(conversation), pictures[visible.start : visible.stop], Sampling(), 0, emit)

    def _explain_job(self, body: Any, emit: Callable[[JobEvent], None]) -> Job:
        pictures = self._pictures(body)
        conversation = self._conversation(body, pictures)
        with _checked():
            number = int(body["turn"])
            if not conversation.forgotten <= number < len(conversation.turns):
                raise BadRequest(f"there is no turn {number}", param="turn")
        visible = conversation.visible(number, conversation.turns[number].visible_images)
        if not visible:
            raise BadRequest("the turn saw no picture", param="turn")
        ids, shown = self.prompts.before_answer(conversation, number), pictures[visible.start : visible.stop]
        return Job(ids, shown, Sampling(), 0, emit, explains=True)

    def _answer_job(self, body: Any, emit: Callable[[JobEvent], None]) -> tuple[dict[str, Any], Job]:
        """Encode a question with its conversation. Return what the client learns before the answer, and the job.

        Raises: BadRequest, ContextTooLong, OptionError, SchemaError.
        """
        pictures = self._pictures(body)
        conversation = self._conversation(body, pictures)
        with _checked():
            request = command_protocol.parse_request(body["request"], conversation.turns)
        choices = None if request.choices is None else self.prompts.choices(conversation, [request.choices])
        ids = choices.first if choices is not None else self.prompts.checked(conversation, request)
        visible = conversation.visible_to(request)
        continued = request.continued.token_ids if request.continued is not None else ()
        stream, config = TextStream(self.model.prompt.tokenizer.decode, request.stop), self.model.config
        begin = {
            "input_tokens": len(ids),
            "visual_tokens": ids.count(config.image_token_id),
            "query_tokens": ids.count(config.query_token_id),
            "continued": "".join([stream.push(token) for token in continued]),
            "continued_ids": list(continued),
        }
        shown = pictures[visible.start : visible.stop]
        guide = None if request.constraint is None else self.grammars.guide(request.constraint)
        return begin, Job(
            *(ids, shown, request.sampling, request.max_tokens, emit, request.stop),
            continued=len(continued),
            guide=guide,
            choices=choices,
        )

    def _conversation(self, body: Any, pictures: Sequence[KeyedPixels]) -> Conversation:
        """Return the conversation of a request. Its pictures are only counted."""
        with _checked():
            fields = body["conversation"]
            conversation = Conversation(str(fields["system"]), bool(fields["hd"]))
            count = len(pictures) or int(fields["pictures"])
            if not 0 <= count <= self.model.context_length:
                raise BadRequest(f"{count} pictures do not fit into the context", param="pictures")
            conversation.images = [None] * count  # type: ignore[list-item]
            turns = self.prompts.with_ids(command_protocol.parse_turns(fields))
            conversation.restore((), turns, fields["overflow"])
            conversation.forgotten = int(fields["forgotten"])
            if not 0 <= conversation.forgotten <= len(turns):
                raise BadRequest("more turns are forgotten than there are", param="forgotten")
        return conversation

    def _pictures(self, body: Any) -> list[KeyedPixels]:
        """Return the pictures of a request: RGB bytes of the squares that the tower reads, one after another."""
        size = self.model.config.vision_config.image_size
        length, found = 3 * size * size, []
        with _checked():
            tiles = self.model.config.tiles if body["conversation"]["hd"] else 1
            for each in body["pictures"]:
                data = base64.b64decode(each, validate=True)
                if len(data) != tiles * length:
                    raise BadRequest(f"a picture has {len(data)} bytes, not {tiles * length}", param="pictures")
                parts = [data[start : start + length] for start in range(0, len(data), length)]
                squares = [Image.frombytes("RGB", (size, size), part) for part in parts]
                found.append(self.keyed(stacked(squares, tower_scaling(self.model.config))))
            if len(found) != body["conversation"]["pictures"]:
                raise BadRequest("the conversation has other pictures", param="pictures")
        return found

    # ---- answers

    async def _lines(self, begin: Mapping[str, Any], answer: RunningAnswer) -> AsyncIterator[str]:
        yield line({"begin": begin})
        started = False
        try:
            while True:
                event = await answer.next()
                if not started:
                    facts, stamp = await run_in_threadpool(self.facts)
                    yield line({"start": {"stamp": stamp}})
                    started = True
                if isinstance(event, Finished):
                    peak = devices.peak_memory(torch.device(facts.device))
                    end = {"text": event.text, "reason": event.reason, "stats": asdict(event.stats), "peak_bytes": peak}
                    end["choices"] = event.choices
                    yield line({"end": end})
                    return
                assert isinstance(event, Token)
                yield line({"text": event.text, "id": event.id})
        except ClientDisconnect:
            return
        except Exception as error:
            if safe_error(error) is not error:
                log.exception("an answer failed")
            yield line({"error": error_fields(safe_error(error))})


def line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":")) + "\n"


def error_fields(error: Exception) -> dict[str, str]:
    """Return what a client needs to raise an error again."""
    if isinstance(error, FlashSlothError):
        return {"code": error.code, "message": str(error), "hint": error.hint}
    return {"code": "server", "message": str(error), "hint": ""}


@contextmanager
def _checked() -> Iterator[None]:
    """Raise BadRequest for a request that does not have the fields and types of this version."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        hint = "Client and server must be of the same version."
        raise BadRequest("the request is not one of this version", param=None, hint=hint) from error
