"""Answer the rows of a batch with a model that a server has open. Imports neither torch nor transformers."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from flashsloth.answering.dialogues import AnswerSettings, Dialogue, Reply, ask_in_turn
from flashsloth.errors import ContextTooLong, ServerBusy
from flashsloth.images.reader import LoadedImage
from flashsloth.server.remote_chat import RemoteModel

PATIENCE = 600.0  # seconds for a server whose queue is full
BUSY_PAUSE = 1.0  # seconds, as the server's Retry-After
QUEUED = 4  # dialogues for each that is answered at once, so that a long answer keeps no slot empty


@dataclass(frozen=True, slots=True)
class RemoteDialogue(Dialogue):
    """A dialogue whose image is already resized and base64-encoded."""

    picture: str | None = None


class RemoteAnswerer:
    """Asks as many dialogues at once as the server has slots, or fewer. Answers to several at once have no times of
    their own, like those of a batch."""

    def __init__(self, model: RemoteModel, settings: AnswerSettings, at_once: int | None = None) -> None:
        self.model, self.settings = model, settings
        self.at_once = min(at_once or model.facts.slots, model.facts.slots)
        self.batch_size = QUEUED * self.at_once
        self.hd = model.facts.image_hd if settings.hd is None else settings.hd

    def dialogue(self, questions: tuple[str, ...], image: LoadedImage | None, system: str | None) -> Dialogue:
        """Return a dialogue with its picture reduced to what is sent."""
        picture = None if image is None else self.model.picture(image, hd=self.hd)
        return RemoteDialogue(
            questions, system=system, picture=picture, warnings=() if image is None else image.warnings
        )

    def answer(self, dialogues: Sequence[Dialogue]) -> Iterator[Reply]:
        """Yield a reply to each dialogue, in order. Raises: ServerError, ServerBusy, OutOfMemory."""
        pool = ThreadPoolExecutor(self.at_once, "flashsloth-questions")
        try:
            yield from pool.map(self._answer, dialogues)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _answer(self, dialogue: Dialogue) -> Reply:
        """Ask a dialogue's questions; again while too many requests of others wait."""
        assert isinstance(dialogue, RemoteDialogue)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self._asked(dialogue)
            except ServerBusy:
                if time.monotonic() > end:
                    raise
                time.sleep(BUSY_PAUSE)

    def _asked(self, dialogue: RemoteDialogue) -> Reply:
        settings = self.settings
        chat = self.model.chat(
            system=settings.system if dialogue.system is None else dialogue.system,
            hd=settings.hd,
            pictures=() if dialogue.picture is None else (dialogue.picture,),
        )
        reply = ask_in_turn(chat, dialogue.questions, settings)
        if not isinstance(reply, ContextTooLong):
            reply[0].warnings.extend(dialogue.warnings)
        if self.at_once == 1 or isinstance(reply, ContextTooLong):
            return reply
        return [replace(answer, stats=None) for answer in reply]
