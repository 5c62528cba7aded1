"""One model of a server: what reads its requests, and the scheduler that answers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flashsloth.chat.local_model import ModelParts
from flashsloth.chat.prompt_ids import PromptIds
from flashsloth.server.scheduler import Scheduler
from flashsloth.sizes.model_sizes import LEGIBLE, STRONG, ModelSizes


class ServedModel:
    """A model for the requests of clients. Its parts stay available while its weights are not in
    memory.

    Args:
        facts: further facts for /v1/models.
        name: the name of the model for clients; None for the model's own name.
        defaults: values of answer settings, used where a request gives none. They take precedence over
            the model's own.
    """

    def __init__(
        self,
        parts: ModelParts,
        facts: dict[str, Any],
        scheduler: Scheduler,
        name: str | None = None,
        defaults: Mapping[str, Any] | None = None,
    ) -> None:
        self.config = parts.config
        self.pictures = parts.pictures
        self.grammars = parts.grammars
        self.generation_defaults = {**parts.files.generation_defaults, **(defaults or {})}
        self.device = parts.files.device
        self.facts = {
            **parts.facts.published(),
            **facts,
            **page_facts(self.config, self.pictures.max_side),
        }
        self.name = name or parts.name
        self.scheduler = scheduler
        self.grammars.prepare()  # prepared now, because later a request would have to wait for it
        # No function here may refer to `parts`: an opened model is one, whose memory must become free.
        grammars = self.grammars
        self.prompts = PromptIds(
            parts.prompt,
            self.pictures,
            self.config,
            self.config.text_config.max_position_embeddings,
            lambda: grammars,
        )

    def token_bytes(self, token: int) -> bytes:
        return self.grammars.prepare().tokenizer.decode_bytes([token])

    def health(self) -> dict[str, Any]:
        """Return the state of the model for /health."""
        scheduler = self.scheduler
        return {
            "status": "asleep" if scheduler.is_asleep else "ok",
            "model": self.name,
            "slots": scheduler.slots,
            "active": scheduler.active,
            "waiting": scheduler.waiting,
            "pictures_waiting": scheduler.pictures_waiting,
            "breakdowns": scheduler.counters["breakdowns"],
        }


def page_facts(config: ModelSizes, max_side: int | None) -> dict[str, Any]:
    """Return the facts that the page shows to a user about pictures.

    `context` is the maximum number of positions of a conversation. The model scales a picture to a
    square with `side` pixels on each side, and reads it as `tokens` visual tokens. In the scaled
    picture, letters must be at least `letters` pixels high to be readable. `measured` says whether the
    number `letters` was measured for this model or is a general estimate. The page warns if a picture
    is reduced by the factor `strong` or more. There is no `picture` if its tokens depend on its size.

    Args:
        max_side: the longest side to which pictures are reduced first; None for no limit.
    """
    scale = config.picture_scale
    context = config.text_config.max_position_embeddings
    if not config.visual_tokens(config.image_hd):
        return {"context": context, "picture": None}
    side = scale.side * (scale.grid if config.image_hd else 1)
    return {
        "context": context,
        "picture": {
            "side": min(side, max_side or side),
            "aspect": "pad" if config.image_hd else config.image_aspect_ratio,
            "letters": max(LEGIBLE, scale.readable or 0),
            "measured": scale.readable is not None,
            "strong": STRONG,
            "tokens": config.visual_tokens(config.image_hd),
        },
    }
