"""One conversation about pictures. Its KV cache is kept from turn to turn. Opens no model."""

from __future__ import annotations

import time
from collections.abc import Generator

from flashsloth.chat.base_chat import ImageOptions
from flashsloth.chat.chat_model import ChatModel
from flashsloth.chat.prompt_chat import PromptChat
from flashsloth.chat.turns import GenerationRequest, Turn
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.decode_loop import DecodeRequest, Generation, decode_alone
from flashsloth.generation.engine import EncodedImage, KVState
from flashsloth.generation.events import Event, Finished
from flashsloth.generation.image_cache import CachedImage
from flashsloth.processing.image_processor import tower_pixels


class Chat(PromptChat):
    """One conversation, with its pictures in `images` and its turns in `turns`. The KV cache is kept between turns, so
    that a question costs only its own tokens, and each picture is encoded once.

    EmbQ looks at all pictures so far. The released weights were trained on one picture per conversation.
    """

    model: ChatModel

    def __init__(self, model: ChatModel, system: str, hd: bool, image_options: ImageOptions | None = None) -> None:
        super().__init__(model, system, hd, image_options)
        self._pictures: list[EncodedImage] = []  # of the first pictures; the others are not encoded yet
        self._state: KVState = model.engine.new_state()
        self._answering = False  # while it is read, only the answer may write to the KV cache

    @property
    def images_from_cache(self) -> list[bool]:
        """Whether each picture that is encoded so far was read from the cache of encoded images."""
        return [isinstance(picture, CachedImage) for picture in self._pictures]

    def _forget_image(self, index: int) -> None:
        del self._pictures[index : index + 1]

    def prefill(self) -> None:
        """Encode the pictures and prefill everything before the next question, so that `ask` has less to do. Optional;
        may run in another thread while the question is typed. While an answer is read it only encodes.

        Raises: ContextTooLong, OutOfMemory.
        """
        with self._lock:
            self._encode_locked()
            if self._answering:
                return
            ids = self._ids()
            if self._state.ids[: len(ids)] != ids:
                self.model.engine.prefill(ids, self._state, self._encoded(self._visible()))

    def _encode_locked(self) -> None:
        for number in range(len(self._pictures), len(self.images)):
            start = time.perf_counter()
            pixels = tower_pixels(self.images[number].image, self.model.config, hd=self.hd)
            self._pictures.append(self.model.encode_image(pixels))
            self._image_ms[number] += (time.perf_counter() - start) * 1000

    def _encoded(self, numbers: range) -> tuple[EncodedImage, ...]:
        return tuple(self._pictures[numbers.start : numbers.stop])

    def _generate(self, request: GenerationRequest, record: AnswerRecord) -> Generator[Event, None, None]:
        """Yield each token as it is computed, then Finished. Add the turn however the answer ends."""
        record.asked = time.perf_counter()
        ids, visible = self.prompt_of(request)  # raises ContextTooLong before the pictures are encoded
        new_images = self._context_of(request)[1]
        replaced: Turn | None = None
        finished: Finished | None = None
        generation: Generation | None = None
        try:
            replaced = self.turns.pop() if request.replaces_last else None
            with self._lock:  # waits for a running `prefill`, and keeps a late one from writing to the cache
                self._answering = True
                self._encode_locked()
                generation = self._generation(request, ids, visible, record)
                tokens = decode_alone(generation)
                first = next(tokens, None)  # now the state is not empty: `prefill` only encodes
            yield from () if first is None else (first,)
            yield from tokens
        finally:
            self._answering = False
            record.image_ms = sum(self._image_ms[visible.stop - new_images : visible.stop])
            if generation is not None and (generation.has_ended or record.generated):
                finished = generation.finish()
            self._end_turn(request, record, new_images, replaced)
        if finished is not None:
            yield finished

    def _generation(
        self, request: GenerationRequest, ids: list[int], visible: range, record: AnswerRecord
    ) -> Generation:
        continued = () if request.continued is None else request.continued.token_ids
        wanted = DecodeRequest(
            ids, self._encoded(visible), request.sampling, request.max_tokens, request.stop, continued=len(continued)
        )
        return Generation(self.model.engine, wanted, self._state, self.model.loaded.processor.tokenizer.decode, record)
