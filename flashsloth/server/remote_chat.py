"""A model that a server of this user has open, and conversations with it. Imports neither torch nor transformers.

It has the interface of `FlashSloth`. The server stores no conversation: each request sends all of it.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flashsloth.chat import Chat, ImageOptions, Overflow, Turn
from flashsloth.chat.chat_model import ModelFacts
from flashsloth.chat.conversation import Conversation
from flashsloth.chat.turns import GenerationRequest
from flashsloth.errors import FlashSlothError, ServerUnreachable
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.choice_list import ChoiceQuestion
from flashsloth.generation.events import Choice, Event, Finished
from flashsloth.generation.sampling_settings import Sampling
from flashsloth.images.reader import LoadedImage
from flashsloth.server import client, command_protocol, stamps
from flashsloth.server.registry import ServerRecord

if TYPE_CHECKING:
    from flashsloth.explain.explanation import Explanation


@dataclass(slots=True)
class RemoteModel:
    """A model that a server has open. The name and the adapter of `facts` are what this process would have opened;
    `stamp` is that of the files, as the server said it."""

    record: ServerRecord
    facts: ModelFacts
    stamp: str
    peak_bytes: int = field(default=0, init=False)  # of the server, as of the last answer
    warning: str | None = field(default=None, init=False)  # that the server has opened other files

    @property
    def name(self) -> str:
        return self.facts.name

    @property
    def server(self) -> str:
        return self.record.url

    def peak_memory(self) -> int:
        """Return the peak memory of the server, as of the last answer."""
        return self.peak_bytes

    def check_stamp(self, stamp: str) -> None:
        """Raise ServerUnreachable if the server has other files open than those that are there now."""
        if stamp != stamps.stamp(self.facts.folder, self.facts.adapter):
            problem = f"the files of the model have changed since the server on {self.record.url} opened them"
            raise ServerUnreachable(problem, hint="Start the server again.")
        if self.stamp not in ("", stamp):  # its files changed while it slept
            self.warning = f"the files of the model have changed; the server on {self.record.url} opened the new ones"

    def chat(
        self,
        *images: Any,
        system: str | None = None,
        hd: bool | None = None,
        turns: Sequence[Turn] = (),
        overflow: Overflow = "error",
        pictures: Sequence[str] = (),
        **image_options: Any,
    ) -> Chat:
        """Begin a conversation. Arguments and errors are those of `FlashSloth.chat`; `pictures` are further images that
        `picture` has reduced already."""
        system = self.facts.system_prompt if system is None else system
        hd = self.facts.image_hd if hd is None else hd
        chat = Chat(self, RemoteBackend(self, pictures), system, hd, ImageOptions(**image_options))  # type: ignore[typeddict-item]
        chat.images += [None] * len(pictures)  # type: ignore[list-item]  # they are only counted
        chat.encode_ms += [0.0] * len(pictures)
        chat.restore(images, turns, overflow)
        return chat

    def picture(self, image: LoadedImage, *, hd: bool) -> str:
        """Resize an image to the squares that the tower reads, and encode them as base64."""
        from flashsloth.processing.resizing import scaled_squares

        tiles = scaled_squares(image.image, self.facts.picture_scale, hd=hd)
        return base64.b64encode(b"".join(tile.tobytes() for tile in tiles)).decode()


class RemoteBackend:
    """Lets a server answer the questions of one conversation, as ChatBackend. `pictures` are the conversation's first
    pictures, resized and encoded as base64 already."""

    def __init__(self, model: RemoteModel, pictures: Sequence[str] = ()) -> None:
        self.model, self.pictures = model, list(pictures)
        self._measured: tuple[Any, int] = (None, 0)  # a state of the conversation, and its length

    def images_from_cache(self, conversation: Conversation) -> list[bool]:
        return [False] * len(conversation.images)  # a server does not use the cache on disk

    def forget_image(self, index: int) -> None:
        del self.pictures[index : index + 1]

    def context_used(self, conversation: Conversation) -> int:
        """Return the length of the conversation so far, in tokens, or what it was if the server does not answer."""
        fields = command_protocol.conversation_fields(conversation)
        if fields != self._measured[0]:
            try:
                body = {"conversation": fields, "request": None}
                self._measured = fields, client.post(self.model.record, command_protocol.CONTEXT_PATH, body)["used"]
            except FlashSlothError:
                return self._measured[1]
        return self._measured[1]

    def make_room(self, conversation: Conversation, request: GenerationRequest) -> bool:
        """Let the server say how many turns to drop from the prompt. Return whether there are more than before."""
        if conversation.overflow == "error" or not conversation.turns:
            return False
        fields, before = command_protocol.conversation_fields(conversation), conversation.forgotten
        body = {"conversation": fields, "request": command_protocol.request_fields(request)}
        try:
            reply = client.post(self.model.record, command_protocol.CONTEXT_PATH, body)
            conversation.forgotten = reply["forgotten"]
        except ServerUnreachable:
            return False  # the question itself says so
        return conversation.forgotten > before

    def prefill(self, conversation: Conversation) -> None:
        """Let the server compute everything before the next question. Raises: the errors of the server."""
        with conversation.lock:
            body = self._body(conversation)
            pending = len(conversation.images) - conversation.pending_images
        reply = client.post(self.model.record, command_protocol.PREFILL_PATH, body, client.SILENT_SECONDS)
        with conversation.lock:
            if pending < len(conversation.encode_ms):
                conversation.encode_ms[pending] += reply["image_ms"]

    def _body(self, conversation: Conversation) -> dict[str, Any]:
        """Return a conversation with its pictures as JSON fields. The conversation is locked."""
        for number in range(len(self.pictures), len(conversation.images)):
            start = time.perf_counter()
            self.pictures.append(self.model.picture(conversation.images[number], hd=conversation.hd))
            conversation.encode_ms[number] += (time.perf_counter() - start) * 1000
        return {"conversation": command_protocol.conversation_fields(conversation), "pictures": list(self.pictures)}

    def choose(self, conversation: Conversation, questions: Sequence[ChoiceQuestion]) -> list[list[float]]:
        """Ask the questions one after another, without keeping their turns."""
        shares = []
        for each in questions:
            room = self.model.facts.context_length
            request = GenerationRequest(each.orders[0], Sampling(), room, (), None, False, choices=each)
            record = AnswerRecord()
            for _ in self.generate(conversation, request, record):
                pass
            conversation.turns.pop()
            shares.append([choice.probability for choice in record.choices or ()])
        return shares

    def generate(
        self, conversation: Conversation, request: GenerationRequest, record: AnswerRecord
    ) -> Generator[Event, None, None]:
        """Yield each token as it arrives, then Finished. Add the turn however the answer ends."""
        record.asked, new_images = time.perf_counter(), conversation.context_of(request)[1]
        shown = conversation.visible_to(request).stop
        with conversation.lock:
            body = self._body(conversation) | {"request": command_protocol.request_fields(request)}
        end: dict[str, Any] = {}
        replaced: Turn | None = None
        finished: Finished | None = None
        lines = client.answer(self.model.record, body)
        try:
            for line in lines:
                if "begin" in line:
                    begin_record(record, line["begin"])
                    replaced = conversation.turns.pop() if request.replaces_last else None
                elif "start" in line:
                    self.model.check_stamp(line["start"]["stamp"])
                elif "end" in line:
                    end = line["end"]
                    self.model.peak_bytes = end["peak_bytes"]
                    end_record(record, end)
                else:
                    yield record.add(line["id"], line["text"])
        finally:
            lines.close()
            record.image_ms += sum(conversation.encode_ms[shown - new_images : shown])
            if record.reason or record.generated:
                finished = record.finish(end.get("text", ""))
            conversation.end_turn(request, record, new_images, replaced)
        if finished is not None:
            yield finished

    def explain(self, conversation: Conversation, number: int) -> Explanation:
        """Let the server compute where the model looked. The answer has no maps of its own words.

        Raises: ServerUnreachable, and the errors of the server.
        """
        import numpy as np

        from flashsloth.explain.explanation import Explanation
        from flashsloth.explain.maps import Attention, Tiling

        with conversation.lock:
            body = self._body(conversation) | {"turn": number}
        reply = client.post(self.model.record, command_protocol.EXPLAIN_PATH, body, client.SILENT_SECONDS)
        turn, facts = conversation.turns[number], self.model.facts
        visible = conversation.visible(number, turn.visible_images)
        images = [conversation.images[index].image for index in visible]
        try:
            read, kept = (np.asarray(reply[name], np.float32) for name in ("read", "kept"))
            asked = None if reply["asked"] is None else np.asarray(reply["asked"], np.float32)
            tiling = Tiling(conversation.hd, facts.picture_scale.grid, facts.picture_scale.aspect)
            whole = [(turn.answer, [0])]
            return Explanation.of(Attention(read[None], asked, kept), images, tiling, turn.question, whole)
        except (LookupError, TypeError, ValueError) as error:
            raise ServerUnreachable(f"the reply of the server on {self.model.server} is not an explanation") from error


def begin_record(record: AnswerRecord, begin: Mapping[str, Any]) -> None:
    """Record what the server says before an answer."""
    record.input_tokens, record.visual_tokens = begin["input_tokens"], begin["visual_tokens"]
    record.query_tokens = begin["query_tokens"]
    record.continue_from(begin["continued_ids"], begin["continued"])


def end_record(record: AnswerRecord, end: Mapping[str, Any]) -> None:
    """Record what the server says after an answer. The first token is timed as it came here, decoding as the server
    measured it, since tokens may arrive together."""
    stats = end["stats"]
    record.reason, record.cached_tokens = end["reason"], stats["cached_tokens"]
    record.image_ms, record.decode_ms = stats["image_ms"], stats["decode_ms"]
    record.choices = tuple(Choice(*each) for each in end.get("choices") or ()) or None
