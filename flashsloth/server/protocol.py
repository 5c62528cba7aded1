"""The OpenAI chat protocol: its paths, fields of ours and responses; `requests.py` checks what is
received.

Imports neither torch nor a web framework.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flashsloth.generation.answer_record import GenerationStats

CHAT_PATH = "/v1/chat/completions"
RESPONSES_PATH = "/v1/responses"
ANSWER_PATHS = (CHAT_PATH, RESPONSES_PATH)  # whose requests are counted
MODELS_PATH = "/v1/models"
EXPLAIN_PATH = "/v1/chat/explanations"  # ours: where the model looks before it answers
# a field of ours: texts to choose from, in the response with their probabilities
CHOICES = "flashsloth_choices"
REGEX, IN_PROMPT = "flashsloth_regex", "flashsloth_schema_in_prompt"
HD, OVERFLOW, DETAILED = "flashsloth_hd", "flashsloth_overflow", "flashsloth_details"
IDS, ID = "flashsloth_ids", "flashsloth_id"  # of an answer in a message, of a token in a chunk
PAGES = "flashsloth_pages"  # of a response: how many pages files have, by the place of the picture
# then RGB bytes of the squares that the tower reads
SQUARES = "data:application/x-flashsloth-squares;base64,"
# as OpenAI names them
CODES = {"context_too_long": "context_length_exceeded", "model_unknown": "model_not_found"}
LEAST_LOGPROB = -9999.0  # as JSON has no infinity
FINISH_REASONS = {None: None, "stop": "stop", "length": "length", "context": "length"}
IGNORED_HEADER = "x-flashsloth-ignored"
# fields of `flashsloth` in the first and the last chunk of a stream with details, by those of
# AnswerRecord
DETAILS = {"input_tokens": "prompt_tokens", "visual_tokens": "image_tokens"} | {
    name: name
    for name in (
        "query_tokens",
        "cached_tokens",
        "forgotten",
        "image_ms",
        "decode_ms",
        "reason",
        "warnings",
    )
}


def logprob_entry(
    token_bytes: Callable[[int], bytes], token: int, logprob: float, top: Sequence[tuple[int, float]]
) -> Any:
    """Return the log probabilities of one token and its alternatives. A token may be a part of a
    character."""

    def entry(token: int, logprob: float) -> dict[str, Any]:
        own = token_bytes(token)
        return {
            "token": own.decode(errors="replace"),
            "logprob": max(logprob, LEAST_LOGPROB),
            "bytes": list(own),
        }

    return {**entry(token, logprob), "top_logprobs": [entry(each, value) for each, value in top]}


def usage_object(stats: GenerationStats) -> dict[str, Any]:
    """Return the token counts of an answer."""
    return {
        "prompt_tokens": stats.input_tokens,
        "completion_tokens": stats.output_tokens,
        "total_tokens": stats.input_tokens + stats.output_tokens,
        "prompt_tokens_details": {
            "cached_tokens": stats.cached_tokens,
            "image_tokens": stats.visual_tokens,
        },
    }
