"""One conversation about pictures. Its KV cache is kept from turn to turn. Opens no model."""

from __future__ import annotations

import itertools
import time
from collections.abc import Generator

from flashsloth.chat.answer import AnswerResult, TokenTimer
from flashsloth.chat.base_chat import ImageOptions
from flashsloth.chat.chat_model import ChatModel
from flashsloth.chat.prompt_chat import PromptChat
from flashsloth.chat.turns import GenerationRequest, Turn
from flashsloth.generation.engine import EncodedImage, KVState, TokenStream
from flashsloth.generation.events import Event, Finished, GenerationStats, Token
from flashsloth.generation.image_cache import CachedImage
from flashsloth.generation.text_stream import TextStream
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

    def _encoded(self, numbers: range) -> list[EncodedImage]:
        return self._pictures[numbers.start : numbers.stop]

    def _generate(self, request: GenerationRequest, result: AnswerResult) -> Generator[Event, None, None]:
        """Yield each token as it is computed, then Finished. Add the turn however the answer ends."""
        engine = self.model.engine
        stream = TextStream(self.model.loaded.processor.tokenizer.decode, request.stop)
        timer = TokenTimer(time.perf_counter())
        ids, visible = self.prompt_of(request)  # raises ContextTooLong before the pictures are encoded
        new_images = self._context_of(request)[1]
        replaced: Turn | None = None
        continued = request.continued.token_ids if request.continued is not None else ()
        result.token_ids += continued
        result.pieces += [stream.push(token) for token in continued]
        cached = 0
        try:
            replaced = self.turns.pop() if request.replaces_last else None
            with self._lock:  # waits for a running `prefill`, and keeps a late one from writing to the cache
                self._answering = True
                self._encode_locked()
                pictures = self._encoded(visible)
                cached = engine.reusable_prefix_length(ids, self._state, pictures)
                tokens = TokenStream(engine, self._state, ids, pictures, request.sampling, request.max_tokens)
                remaining = iter(tokens)
                first = next(remaining, None)  # now the state is not empty: `prefill` only encodes
            for token in itertools.chain(() if first is None else (first,), remaining):
                timer.tick()
                result.token_ids.append(token)
                yield result.record(Token(stream.push(token), token))
                if stream.stopped:
                    tokens.reason = "stop"
                    break
            result.reason = tokens.reason
        finally:
            self._answering = False
            rest = stream.finish() if result.reason else ""
            generated = len(result.token_ids) - len(continued)
            if result.reason is None and generated:
                result.reason = "interrupted"
            image_ms = sum(self._image_ms[visible.stop - new_images : visible.stop])
            result.stats = self.last_stats = self._stats(timer, ids, cached, generated, image_ms)
            self._end_turn(request, result, rest, new_images, replaced)
        if result.reason:
            yield result.record(Finished(rest, result.reason, result.stats))

    def _stats(
        self, timer: TokenTimer, ids: list[int], cached: int, generated: int, image_ms: float
    ) -> GenerationStats:
        config = self.model.config
        return GenerationStats(
            input_tokens=len(ids),
            visual_tokens=ids.count(config.image_token_id),
            query_tokens=ids.count(config.query_token_id),
            cached_tokens=cached,
            output_tokens=generated,
            image_ms=image_ms,
            ttft_ms=(timer.first - timer.start) * 1000 if timer.first else 0.0,
            decode_ms=(timer.last - timer.first) * 1000,
        )
