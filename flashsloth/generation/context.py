"""The length of the context, and whether a prompt leaves room in it for an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flashsloth.errors import ContextTooLong

if TYPE_CHECKING:
    from flashsloth.config.model_config import FlashSlothConfig

LONGEST_TOKEN = 256  # characters; longer than any entry of the vocabularies


def context_length(config: FlashSlothConfig) -> int:
    """Return the maximum number of positions, including visual and query tokens."""
    return int(config.text_config.max_position_embeddings)


def check_length(ids: Sequence[int], limit: int, image_token: int) -> None:
    """Raise ContextTooLong if a context of `limit` positions has none left for an answer."""
    if len(ids) + 1 <= limit:
        return
    message = (
        f"the prompt has {len(ids)} tokens, including visual and query tokens; "
        f"the context has {limit} positions, and the answer needs at least one"
    )
    visual = sum(token == image_token for token in ids)
    if visual > limit // 2:
        raise ContextTooLong(message, hint=f"{visual} of them are visual tokens: ask about fewer pictures at once.")
    raise ContextTooLong(message)


def check_characters(count: int, limit: int) -> None:
    """Raise ContextTooLong for a text that cannot fit, before it is encoded, which would take minutes."""
    if count > limit * LONGEST_TOKEN:
        raise ContextTooLong(f"the text has {count:,} characters; the context holds {limit} tokens")
