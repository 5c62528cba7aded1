"""Names that the server and its own client share. They are paths, fields that OpenAI's protocol does
not have, and parts of responses. `requests.py` checks the fields of requests.

Imports neither torch nor a web framework.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flashsloth.generation.answer_record import GenerationStats

CHAT_PATH = "/v1/chat/completions"
RESPONSES_PATH = "/v1/responses"
ANSWER_PATHS = (CHAT_PATH, RESPONSES_PATH)  # the metrics count the requests to these paths
MODELS_PATH = "/v1/models"
# OpenAI's protocol does not have this path. Its response has maps that show where the model looks
# before it answers.
EXPLAIN_PATH = "/v1/chat/explanations"

# Fields that OpenAI's protocol does not have; docs/serve.md describes them.
CHOICES = "flashsloth_choices"
REGEX = "flashsloth_regex"
IN_PROMPT = "flashsloth_schema_in_prompt"
HD = "flashsloth_hd"
OVERFLOW = "flashsloth_overflow"
DETAILED = "flashsloth_details"
IDS = "flashsloth_ids"  # the token ids of an answer, in its message
ID = "flashsloth_id"  # the id of a token, in a chunk of a stream
# A field of a response. It maps the place of each file with several pages to the number of its pages.
PAGES = "flashsloth_pages"
# Our client scales a picture itself and sends it as a URL that begins with this. After it come the RGB
# bytes, in base64, of the squares that the vision tower reads.
SQUARES = "data:application/x-flashsloth-squares;base64,"

# Maps our codes of errors to OpenAI's codes where these differ.
CODES = {
    "context_too_long": "context_length_exceeded",
    "model_unknown": "model_not_found",
}
LEAST_LOGPROB = -9999.0  # in place of minus infinity, which JSON does not have
FINISH_REASONS = {None: None, "stop": "stop", "length": "length", "context": "length"}
IGNORED_HEADER = "x-flashsloth-ignored"
# Every response has this header. A client that is not the user's own knows by it that the server takes
# the fields CHOICES, REGEX and IN_PROMPT.
FIELDS_HEADER = "x-flashsloth-fields"
# With DETAILED the first and the last chunk of a stream have an object `flashsloth`. DETAILS maps
# attributes of AnswerRecord to the fields of this object.
DETAILS = {
    "input_tokens": "prompt_tokens",
    "visual_tokens": "image_tokens",
    "query_tokens": "query_tokens",
    "cached_tokens": "cached_tokens",
    "forgotten": "forgotten",
    "image_ms": "image_ms",
    "decode_ms": "decode_ms",
    "choices_mass": "choices_mass",
    "reason": "reason",
    "warnings": "warnings",
}


def logprob_entry(
    token_bytes: Callable[[int], bytes], token: int, logprob: float, top: Sequence[tuple[int, float]]
) -> Any:
    """Return the log probabilities of a token and of its alternatives, as in OpenAI's protocol.

    A token may be only a part of a character. `bytes` contains its exact bytes, `token` a readable
    text.
    """

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
