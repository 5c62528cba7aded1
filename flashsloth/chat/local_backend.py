"""Compute the answers of one conversation in this process. Its KV cache is kept from turn to turn. Opens no model."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Protocol

from flashsloth.chat.conversation import Conversation
from flashsloth.chat.prompt_ids import PromptIds, PromptModel
from flashsloth.chat.turns import GenerationRequest
from flashsloth.generation import choices
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.choice_list import ChoiceQuestion
from flashsloth.generation.decode_loop import DecodeRequest, Generation, decode_alone
from flashsloth.generation.engine import EncodedImage, Engine, KVState
from flashsloth.generation.events import Token
from flashsloth.generation.guided_decoding import GrammarCompiler
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
    """Answers the questions of one conversation, as ChatBackend. `state` has its KV cache."""

    def __init__(self, model: LocalModel) -> None:
        self.model = model
        self.prompts = PromptIds(model)
        self.state: KVState = model.engine.new_state()
        self._answering = False  # while it is read, only the answer may write to the KV cache

    def context_used(self, conversation: Conversation) -> int:
        return len(self.prompts.so_far(conversation))

    def prefill(self, conversation: Conversation) -> None:
        with conversation.lock:
            images = self._encode(conversation, conversation.visible())
            if self._answering:
                return
            ids = self.prompts.so_far(conversation)
            if self.state.ids[: len(ids)] != ids and not self.model.engine.drops_tokens:  # else with the question
                self.model.engine.prefill(ids, self.state, images)

    def _encode(self, conversation: Conversation, visible: range) -> tuple[EncodedImage, ...]:
        """Encode the pictures that are not encoded yet. Return the visible ones. The conversation is locked."""
        model, hd = self.model, conversation.hd
        conversation.encode(lambda image: model.encode_image(tower_pixels(image.image, model.config, hd=hd)))
        return tuple(conversation.encoded[visible.start : visible.stop])

    def generate(
        self, conversation: Conversation, request: GenerationRequest, record: AnswerRecord
    ) -> Generator[Token, None, None]:
        self.prompts.make_room(conversation, request)
        model, visible = self.model, conversation.visible_to(request)
        if request.choices is not None:
            prompt = self.prompts.choices(conversation, [request.choices])
            with conversation.lock:
                images = self._encode(conversation, visible)
                chosen = choices.answer_with_choice(model.engine, prompt, self.state, images, record)
            yield from chosen
            return
        ids = self.prompts.checked(conversation, request)  # raises ContextTooLong before the pictures are encoded
        continued = 0 if request.continued is None else len(request.continued.token_ids)
        guide = None if request.constraint is None else model.grammars.guide(request.constraint)
        generation: Generation | None = None
        try:
            with conversation.lock:  # waits for a running `prefill`, and keeps a late one from writing to the cache
                self._answering = True
                images = self._encode(conversation, visible)
                asked = DecodeRequest(ids, images, request.sampling, request.max_tokens, request.stop, continued)
                decode = model.prompt.tokenizer.decode
                generation = Generation(model.engine, asked, self.state, decode, record, guide)
                tokens = decode_alone(generation)
                first = next(tokens, None)  # now the state is not empty: `prefill` only encodes
            yield from () if first is None else (first,)
            yield from tokens
        finally:
            self._answering = False
            if generation is not None:
                generation.flush()

    def explain(self, conversation: Conversation, number: int) -> Explanation:
        from flashsloth.explain.attention import compute_attention
        from flashsloth.explain.explanation import Explanation
        from flashsloth.explain.maps import split_words

        config, turn = self.model.config, conversation.turns[number]
        with conversation.lock:  # `prefill` waits, which computes in another thread
            visible = conversation.visible(number, turn.visible_images)
            encoded = self._encode(conversation, visible)
            ids = self.prompts.before_answer(conversation, number)
            images = [conversation.images[index].image for index in visible]
            pixels = [tower_pixels(image, config, hd=conversation.hd) for image in images]
            found = compute_attention(self.model.engine, ids, turn.token_ids, encoded, pixels)
        words = split_words(self.model.prompt.tokenizer.decode, turn.token_ids)
        return Explanation.of(found, images, config.picture_scale, turn.question, words, hd=conversation.hd)

    def choose(self, conversation: Conversation, questions: Sequence[ChoiceQuestion]) -> list[list[float]]:
        prompt = self.prompts.choices(conversation, questions)
        with conversation.lock:
            images = self._encode(conversation, conversation.visible())
            return choices.choose(self.model.engine, prompt, self.state, images)
