"""Turn messages into ids, as `flashsloth serve` does. Text that contains a control token is refused, as
it would otherwise act as that token."""

from __future__ import annotations

import asyncio
import copy
import threading
from itertools import repeat
from typing import Any

from flashsloth.chat.conversation import Turn
from flashsloth.errors import FlashSlothError
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.model.query_groups import find_groups
from flashsloth.processing.chat_frame import QUERY_TOKEN
from flashsloth.processing.prompt import (
    IMAGE_TOKEN,
    PromptEncoder,
    check_characters,
    prepare_tokenizer,
)
from flashsloth.server.messages import parse_messages
from flashsloth_vllm.rows import GroupLayout
from flashsloth_vllm.vllm_api import (
    BaseRenderer,
    CachedHfTokenizer,
    VllmConfig,
    VLLMValidationError,
    get_cached_tokenizer,
    parse_chat_messages,
    parse_chat_messages_async,
)


class FlashSlothTokenizer:
    """Loads a model's tokenizer and sets its end token. `<image>` is added if the tokenizer lacks it,
    as the released one does."""

    @classmethod
    def from_pretrained(cls, path_or_repo_id: Any, *args: Any, **kwargs: Any) -> Any:
        tokenizer = CachedHfTokenizer.from_pretrained(path_or_repo_id, *args, **kwargs)
        config = FlashSlothConfig.from_pretrained(
            path_or_repo_id, revision=kwargs.get("revision"), cache_dir=kwargs.get("download_dir")
        )
        prepare_tokenizer(tokenizer, config)
        tokenizer.eos_token = tokenizer.convert_ids_to_tokens(config.end_token_id)
        return get_cached_tokenizer(tokenizer)


class FlashSlothRenderer(BaseRenderer[Any]):
    """Renders messages as ids and checks ids. Requests that it refuses are answered with status 400."""

    def __init__(self, config: VllmConfig, tokenizer: Any) -> None:
        super().__init__(config, tokenizer)
        self.sizes: FlashSlothConfig = config.model_config.hf_config
        # A copy of the tokenizer that one thread uses at a time, because the encoder changes its state
        # for a while: whether `</s>` is a control token.
        self.encoder = PromptEncoder(copy.deepcopy(self.get_tokenizer()), self.sizes)
        self.lock = threading.Lock()

    def render_messages(self, messages: Any, params: Any) -> Any:
        ids = self.encode(messages, params)
        conversation, pictures, uuids = parse_chat_messages(
            messages, self.model_config, **self._media(params)
        )
        return conversation, self._prompt(ids, pictures, uuids)

    async def render_messages_async(self, messages: Any, params: Any) -> Any:
        loop = asyncio.get_running_loop()
        ids = await loop.run_in_executor(self._executor, self.encode, messages, params)
        parsed = await parse_chat_messages_async(messages, self.model_config, **self._media(params))
        conversation, pictures, uuids = parsed
        return conversation, self._prompt(ids, pictures, uuids)

    def _media(self, params: Any) -> dict[str, Any]:
        return {
            "content_format": "openai",
            "media_io_kwargs": params.media_io_kwargs,
            "mm_processor_kwargs": params.mm_processor_kwargs,
        }

    def _prompt(self, ids: list[int], pictures: Any, uuids: Any) -> dict[str, Any]:
        parts = {"prompt_token_ids": ids, "multi_modal_data": pictures, "multi_modal_uuids": uuids}
        return {name: value for name, value in parts.items() if value is not None}

    def encode(self, messages: Any, params: Any) -> list[int]:
        """Return the ids of a conversation, with one placeholder for each picture.

        Raises: VLLMValidationError for messages that FlashSloth cannot answer.
        """
        options = params.chat_template_kwargs or {}
        for name in ("tools", "documents", "continue_final_message"):
            if options.get(name):
                raise VLLMValidationError(f"FlashSloth does not support {name}", parameter=name)
        try:
            system, turns = parse_messages(list(messages))
            system = self.sizes.system_prompt if system is None else system
            self.check_texts(
                [system, *(text for turn in turns for text in (turn.question, turn.answer))]
            )
            with self.lock:
                return self.encode_turns(system, turns)
        except FlashSlothError as error:
            raise VLLMValidationError(str(error), parameter="messages") from error

    def check_texts(self, texts: list[str]) -> None:
        """Raise VLLMValidationError for a control token, ContextTooLong for texts so long that encoding
        them would take minutes."""
        check_characters(sum(map(len, texts)), self.model_config.max_model_len)
        for token in (IMAGE_TOKEN, QUERY_TOKEN, self.get_tokenizer().eos_token):
            if any(token in text for text in texts):
                raise VLLMValidationError(
                    f"a message has the control token {token} as text", parameter="messages"
                )

    def encode_turns(self, system: str, turns: tuple[Turn, ...]) -> list[int]:
        """Return the ids of a conversation whose last turn has no answer yet."""
        answers = [*(self.encoder.answer(turn.answer) for turn in turns[:-1]), None]
        parts = [
            (turn.question, turn.images or 0, ids) for turn, ids in zip(turns, answers, strict=True)
        ]
        return self.encoder.conversation(system, parts, repeat([self.encoder.config.image_token_id]))

    def _process_tokens(self, prompt: Any, **options: Any) -> Any:
        return self.checked(super()._process_tokens(prompt, **options))

    async def _process_tokens_async(self, prompt: Any, **options: Any) -> Any:
        return self.checked(await super()._process_tokens_async(prompt, **options))

    def checked(self, request: Any) -> Any:
        """Return a processed request if all its placeholders belong to pictures or to complete groups
        of query tokens.

        Raises: VLLMValidationError for other placeholders, which a client has typed or sent as ids.
        """
        ids = request["prompt_token_ids"]
        ranges = request.get("mm_placeholders", {}).get("image", [])
        if ids.count(self.sizes.image_token_id) != sum(each.length for each in ranges):
            raise VLLMValidationError(
                f"the prompt has {IMAGE_TOKEN} without a picture", parameter="prompt"
            )
        try:
            find_groups(ids, GroupLayout.of(self.sizes))
        except ValueError as error:
            raise VLLMValidationError(
                f"the prompt has {QUERY_TOKEN} as text: {error}", parameter="prompt"
            ) from error
        return request
