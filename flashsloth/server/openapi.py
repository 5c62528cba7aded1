"""The OpenAPI document of the server."""

from __future__ import annotations

from typing import Any

from flashsloth.generation.choice_list import MAX_CHARACTERS, MAX_CHOICES
from flashsloth.server.protocol import (
    CHAT_PATH,
    CHOICES,
    CONTEXT_PATH,
    DETAILED,
    EXPLAIN_PATH,
    HD,
    IDS,
    IN_PROMPT,
    OVERFLOW,
    REGEX,
)
from flashsloth.server.requests import DETAILS, MAX_STOPS, MAX_TOP_LOGPROBS, OTHERS, ROLES

_EXPLAIN = "Say where the model looks before it answers; how to answer is ignored"
_MEASURE = "Say how long the conversation is, and how many turns it must forget; nothing is computed"


def openapi_document(model: str) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "flashsloth serve", "version": "1", "description": f"Talk with pictures: {model}"},
        "paths": {
            CHAT_PATH: {
                "post": _post("Answer a question about pictures", _COMPLETION, **{"text/event-stream": _EVENT})
            },
            EXPLAIN_PATH: {"post": _post(_EXPLAIN, _EXPLANATION)},
            CONTEXT_PATH: {"post": _post(_MEASURE, _CONTEXT)},
            "/v1/models": {"get": _operation("List the model", _object("object", "data"))},
            "/v1/models/{name}": {"get": _operation("Describe the model", _object("id", "object"), path="name")},
            "/health": {"get": {**_operation("Say whether the server answers", _object("status")), "security": []}},
            "/metrics": {"get": _operation("Counters for Prometheus", {"type": "string"}, "text/plain")},
            "/openapi.json": {"get": _operation("This document", _object("openapi"))},
            "/": {"get": {**_operation("The page", {"type": "string"}, "text/html"), "security": []}},
        },
        "components": {"schemas": {"Error": _ERROR}, "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{"key": []}, {}],
    }


def _object(*required: str) -> dict[str, Any]:
    return {"type": "object", "required": list(required)}


def _closed(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    """Return the schema of an object without other fields."""
    return {**_object(*required), "additionalProperties": False, "properties": properties}


def _others(kind: str) -> dict[str, Any]:
    """Return the schemas of an object's fields without an effect."""
    return {name: {} if values is None else {"enum": [*values, None]} for name, values in OTHERS[kind].items()}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


_STRING: dict[str, Any] = {"type": "string"}
_EVENT = {"type": "object", "required": ["data"], "properties": {"data": _STRING}}  # one of a stream
_BOOLEAN: dict[str, Any] = {"type": "boolean"}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_ERROR = {
    **_object("error"),
    "properties": {
        "error": {
            **_object("message", "type", "code"),
            "properties": {
                "message": _STRING,
                "type": _STRING,
                "param": {"type": ["string", "null"]},
                "code": _STRING,
                "hint": _STRING,
            },
        }
    },
}
_TEXT = _closed(("type", "text"), type={"const": "text"}, text=_STRING, **_others("part"))
_PICTURE = _closed(
    ("type", "image_url"),
    type={"const": "image_url"},
    **_others("part"),
    image_url=_closed(
        ("url",),
        **_others("image_url"),
        url={"type": "string", "description": "A data: URL; http(s): where the server was started with --allow-urls."},
        detail={"enum": list(DETAILS), "description": "low for a small picture, if those of all pictures are low"},
    ),
)
_MESSAGE = _closed(
    ("role",),
    role={"enum": list(ROLES)},
    content={
        "anyOf": [_STRING, {"type": "array", "minItems": 1, "items": {"anyOf": [_TEXT, _PICTURE]}}, {"type": "null"}]
    },
    **_others("message") | {"name": _STRING},
    **{IDS: {"description": "The tokens of the assistant's answer", "anyOf": [{"type": "array"}, {"type": "null"}]}},
)
_FIELDS: dict[str, dict[str, Any]] = {
    "model": _STRING,
    "messages": {
        "type": "array",
        "minItems": 1,
        "items": _MESSAGE,
        "description": "System messages come first; of the others the last is the user's, and a first one of the "
        "assistant is ignored. With "
        "continue_final_message the last is the assistant's.",
    },
    "max_tokens": {"type": "integer", "minimum": -1},
    "max_completion_tokens": {"type": "integer", "minimum": -1},
    "temperature": {"anyOf": [{"const": 0}, {"type": "number", "minimum": 0.001, "maximum": 1000}]},
    "top_p": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    "top_k": {"type": "integer", "minimum": -1},
    "min_p": {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
    "repetition_penalty": {"type": "number", "minimum": 0.001, "maximum": 1000},
    "seed": {"type": "integer", "minimum": -1, "maximum": 2**64 - 1},
    "stop": {"anyOf": [_STRING, {"type": "array", "maxItems": MAX_STOPS, "items": _STRING}]},
    "continue_final_message": {**_BOOLEAN, "description": "The last message is the assistant's, to be continued."},
    "response_format": {
        "anyOf": [
            _closed(("type",), type={"enum": ["text", "json_object"]}),
            _closed(
                ("type", "json_schema"),
                type={"const": "json_schema"},
                json_schema=_closed((), name=_STRING, description=_STRING, strict=_BOOLEAN, schema={"type": "object"}),
            ),
        ],
        "description": "The answer is a JSON object, or JSON of a schema. Not together with stop.",
    },
    "stream": _BOOLEAN,
    "stream_options": _closed(
        (), include_usage=_BOOLEAN, include_obfuscation={}, continuous_usage_stats={"const": False}
    ),
    CHOICES: {
        "type": "array",
        "minItems": 2,
        "maxItems": MAX_CHOICES,
        "items": {"type": "string", "minLength": 1, "maxLength": MAX_CHARACTERS},
        "description": "Answer with the likeliest of these texts, and return the probability of each.",
    },
    REGEX: {**_STRING, "description": "The whole answer matches this regular expression. Not with response_format."},
    IN_PROMPT: {**_BOOLEAN, "description": "Whether the question tells the model of the schema or the expression."},
    HD: {**_BOOLEAN, "description": "Five tiles a picture, or one, whatever their detail."},
    OVERFLOW: {"enum": ["error", "drop-oldest"], "description": "What happens if the conversation is too long."},
    DETAILED: {**_BOOLEAN, "description": "The stream has the id of each token, and what the answer took."},
    "logprobs": _BOOLEAN,
    "top_logprobs": {"type": "integer", "minimum": 0, "maximum": MAX_TOP_LOGPROBS},
    **_others(""),
}
_REQUEST = {
    **_closed(("messages",), **{n: s if n == "messages" else _nullable(s) for n, s in _FIELDS.items()}),
    "example": {"messages": [{"role": "user", "content": "What can you do?"}], "max_tokens": 16},
}
_COMPLETION = {
    **_object("id", "object", "created", "model", "choices", "usage"),
    "properties": {
        "object": {"const": "chat.completion"},
        "choices": {
            "type": "array",
            "items": {
                **_object("index", "message", "finish_reason"),
                "properties": {
                    "message": {**_object("role", "content"), "properties": {"content": _STRING}},
                    "finish_reason": {"enum": ["stop", "length"]},
                },
            },
        },
        CHOICES: {
            "type": "array",
            "items": _closed(("text", "probability"), text=_STRING, probability={"type": "number"}),
        },
        "warnings": {"type": "array", "items": _STRING, "description": "That a picture ends early or has more pages"},
        "usage": {
            **_object("prompt_tokens", "completion_tokens", "total_tokens"),
            "properties": {"prompt_tokens": _COUNT, "completion_tokens": _COUNT, "total_tokens": _COUNT},
        },
    },
}


_CONTEXT = {
    **_object("object", "model", "context_length", "prompt_tokens", "forgotten"),
    "properties": {
        "object": {"const": "chat.context"},
        **dict.fromkeys(("context_length", "prompt_tokens", "forgotten"), _COUNT),
    },
}
_MAP = {"type": "array", "items": {"type": "array", "items": {"type": "number", "minimum": 0}}}
_EXPLANATION = {
    **_object("object", "model", "unit", "share", "on_padding", "pictures"),
    "properties": {
        "object": {"const": "chat.explanation"},
        "unit": {"const": "times chance"},
        "share": {"type": "number", "description": "How much of the attention goes to the pictures, 0 to 1"},
        "on_padding": {"type": "number", "description": "How much of that falls beside the pictures, 0 to 1"},
        "pictures": {
            "type": "array",
            "description": "Of each picture where the decoder looked, and what stood out for EmbQ, as rows of cells",
            "items": {
                **_object("looked", "stood_out"),
                "properties": {"looked": _MAP, "stood_out": _nullable(_MAP), "held": _MAP},
            },
        },
    },
}


def _errors(*statuses: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    texts = {
        "400": "A field is wrong or not supported",
        "401": "The key is missing or wrong",
        "403": "The host or the page's origin is not allowed",
        "404": "The model is not served",
        "405": "The method is not served",
        "408": "The request took too long to arrive",
        "413": "The request is too large",
        "429": "Too many requests wait",
        "503": "Memory ran out, or the model cannot be opened",
    }
    return {status: {"description": texts[status], "content": content} for status in ("401", "403", "405", *statuses)}


def _operation(
    summary: str, schema: dict[str, Any], kind: str = "application/json", *, path: str | None = None
) -> dict[str, Any]:
    parameters = [{"name": path, "in": "path", "required": True, "schema": {"type": "string"}}] if path else []
    found = {"description": summary, "content": {kind: {"schema": schema}}}
    return {
        "summary": summary,
        "parameters": parameters,
        "responses": {"200": found, **_errors(*(["404"] if path else []))},
    }


def _post(summary: str, schema: dict[str, Any], **others: Any) -> dict[str, Any]:
    """Return the operation of a path that takes a request for an answer; `others` are further kinds of its reply."""
    content = {kind: {"schema": each} for kind, each in {"application/json": schema, **others}.items()}
    return {
        "summary": summary,
        "requestBody": {"required": True, "content": {"application/json": {"schema": _REQUEST}}},
        "responses": {
            "200": {"description": summary, "content": content},
            **_errors("400", "404", "408", "413", "429", "503"),
        },
    }
