"""Names that the server and its own client share. They are paths, fields that OpenAI's protocol does
not have, and parts of responses. `requests.py` checks the fields of requests.

Imports neither torch nor a web framework.
"""

from __future__ import annotations

from flashsloth.generation.answer_record import ANSWER_FIELDS

CHAT_PATH = "/v1/chat/completions"
RESPONSES_PATH = "/v1/responses"
ANSWER_PATHS = (CHAT_PATH, RESPONSES_PATH)  # the metrics count the requests to these paths
MODELS_PATH = "/v1/models"
# OpenAI's protocol does not have this path. Its response has maps that show where the model looks
# before it answers.
EXPLAIN_PATH = "/v1/chat/explanations"

# Fields that OpenAI's protocol does not have; docs/serve.md describes them.
CHOICES = ANSWER_FIELDS["choices"]
REGEX = "flashsloth_regex"
IN_PROMPT = "flashsloth_schema_in_prompt"
HD = "flashsloth_hd"
THRESHOLD = "flashsloth_detail_threshold"
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
    **{name: name for name in ANSWER_FIELDS if name != "choices"},  # those are in the field CHOICES
    "reason": "reason",
    "warnings": "warnings",
}
