"""Compute the answers of one conversation in this process. Its KV cache is kept from turn to turn. Opens no model."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Protocol

from flashsloth.chat.conversation import Conversation
from flashsloth.chat.prompt_ids import PromptIds, PromptModel
from flashsloth.chat.turns import GenerationRequest, Turn
from flashsloth.generation import choices
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.choice_list import ChoiceQuestion
from flashsloth.generation.decode_loop import DecodeRequest, Generation, decode_alone
from flashsloth.generation.engine import EncodedImage, Engine, KVState
from flashsloth.generation.events import Event, Finished
from flashsloth.generation.guided_decoding import GrammarCompiler
from flashsloth.generation.image_cache import CachedImage
from flashsloth.processing.image_processor import tower_pixels

if TYPE_CHECKING:
    from flashsloth.explain.explanation import Explanation
    from flashsloth.processing.image_processor import Pixels


class LocalModel(PromptModel, Protocol):
    """The parts of `FlashSloth` that compute."""

    engine: Engine
    grammars: GrammarCompiler

    def encode_image(self, pixels: Pixels) -> EncodedImage:
        """Encode one image, (3, S, S) or (tiles, 3, S, S), or return it from the cache of encoded images."""
        ...


class LocalBackend:
    """Answers the questions of one conversation, as ChatBackend. `state` has its KV cache, `pictures` its first
    pictures, encoded; the others are not encoded yet."""

    def __init__(self, model: LocalModel) -> None:
        self.model = model
        self.prompts = PromptIds(model)
        self.pictures: list[EncodedImage] = []
        self.state: KVState = model.engine.new_state()
        self._answering = False  # while it is read, only the answer may write to the KV cache

    def images_from_cache(self, conversation: Conversation) -> list[bool]:
        return [isinstance(picture, CachedImage) for picture in self.pictures]

    def context_used(self, conversation: Conversation) -> int:
        return len(self.prompts.so_far(conversation))

    def make_room(self, conversation: Conversation, request: GenerationRequest) -> bool:
        return self.prompts.make_room(conversation, request)

    def forget_image(self, index: int) -> None:
        del self.pictures[index : index + 1]

    def prefill(self, conversation: Conversation) -> None:
        with conversation.lock:
            self._encode(conversation)
            if self._answering:
                return
            ids = self.prompts.so_far(conversation)
            if self.state.ids[: len(ids)] != ids and not self.model.engine.drops_tokens:  # else with the question
                self.model.engine.prefill(ids, self.state, self.encoded(conversation.visible()))

    def _encode(self, conversation: Conversation) -> None:
        """Encode the pictures that are not encoded yet. The conversation is locked."""
        for number in range(len(self.pictures), len(conversation.images)):
            start = time.perf_counter()
            pixels = tower_pixels(conversation.images[number].image, self.model.config, hd=conversation.hd)
            self.pictures.append(self.model.encode_image(pixels))
            conversation.encode_ms[number] += (time.perf_counter() - start) * 1000

    def encoded(self, numbers: range) -> tuple[EncodedImage, ...]:
        return tuple(self.pictures[numbers.start : numbers.stop])

    def generate(
        self, conversation: Conversation, request: GenerationRequest, record: AnswerRecord
    ) -> Generator[Event, None, None]:
        record.asked = time.perf_counter()
        if request.choices is not None:
            yield from self._answer_with_choice(conversation, request, request.choices, record)
            return
        ids = self.prompts.checked(conversation, request)  # raises ContextTooLong before the pictures are encoded
        visible, new_images = conversation.visible_to(request), conversation.context_of(request)[1]
        replaced: Turn | None = None
        finished: Finished | None = None
        generation: Generation | None = None
        try:
            replaced = conversation.turns.pop() if request.replaces_last else None
            with conversation.lock:  # waits for a running `prefill`, and keeps a late one from writing to the cache
                self._answering = True
                self._encode(conversation)
                generation = self._generation(request, ids, visible, record)
                tokens = decode_alone(generation)
                first = next(tokens, None)  # now the state is not empty: `prefill` only encodes
            yield from () if first is None else (first,)
            yield from tokens
        finally:
            self._answering = False
            record.image_ms = sum(conversation.encode_ms[visible.stop - new_images : visible.stop])
            if generation is not None and (generation.has_ended or record.generated):
                finished = generation.finish()
            conversation.end_turn(request, record, new_images, replaced)
        if finished is not None:
            yield finished

    def explain(self, conversation: Conversation, number: int) -> Explanation:
        from flashsloth.explain.attention import compute_attention
        from flashsloth.explain.explanation import Explanation
        from flashsloth.explain.maps import split_words

        config, turn = self.model.config, conversation.turns[number]
        with conversation.lock:  # `prefill` waits, which computes in another thread
            self._encode(conversation)
            visible = conversation.visible(number, turn.visible_images)
            ids = self.prompts.before_answer(conversation, number)
            images = [conversation.images[index].image for index in visible]
            pixels = [tower_pixels(image, config, hd=conversation.hd) for image in images]
            found = compute_attention(self.model.engine, ids, turn.token_ids, self.encoded(visible), pixels)
        words = split_words(self.model.prompt.tokenizer.decode, turn.token_ids)
        return Explanation.of(found, images, config.picture_scale, turn.question, words, hd=conversation.hd)

    def choose(self, conversation: Conversation, questions: Sequence[ChoiceQuestion]) -> list[list[float]]:
        prompt = self.prompts.choices(conversation, questions)
        with conversation.lock:
            self._encode(conversation)
            images = self.encoded(conversation.visible())
            return choices.choose(self.model.engine, prompt, self.state, images)

    def _answer_with_choice(
        self, conversation: Conversation, request: GenerationRequest, asked: ChoiceQuestion, record: AnswerRecord
    ) -> list[Event]:
        """Add the turn of a question to be answered with a choice, and return the events of its answer."""
        prompt = self.prompts.choices(conversation, [asked])
        visible, new_images = conversation.visible(), conversation.pending_images
        try:
            with conversation.lock:
                self._encode(conversation)
                record.image_ms = sum(conversation.encode_ms[visible.stop - new_images : visible.stop])
                images = self.encoded(visible)
                return choices.answer_with_choice(self.model.engine, prompt, self.state, images, record)
        finally:
            conversation.end_turn(request, record, new_images, None)

    def _generation(
        self, request: GenerationRequest, ids: list[int], visible: range, record: AnswerRecord
    ) -> Generation:
        continued = () if request.continued is None else request.continued.token_ids
        wanted = DecodeRequest(
            ids, self.encoded(visible), request.sampling, request.max_tokens, request.stop, continued=len(continued)
        )
        guide = None if request.constraint is None else self.model.grammars.guide(request.constraint)
        return Generation(self.model.engine, wanted, self.state, self.model.prompt.tokenizer.decode, record, guide)
