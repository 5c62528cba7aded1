"""The OpenAPI document of the server."""

from __future__ import annotations

from typing import Any

from flashsloth.server.protocol import CHAT_PATH, CHOICES, CONTEXT_PATH, EXPLAIN_PATH
from flashsloth.server.requests import Body

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
        "components": {
            "schemas": {**_PARTS, "Request": _REQUEST, "Error": _ERROR},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}, {}],
    }


def _object(*required: str) -> dict[str, Any]:
    return {"type": "object", "required": list(required)}


def _closed(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    """Return the schema of an object without other fields."""
    return {**_object(*required), "additionalProperties": False, "properties": properties}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


_STRING: dict[str, Any] = {"type": "string"}
_EVENT = {"type": "object", "required": ["data"], "properties": {"data": _STRING}}  # one of a stream
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


def _request_schemas() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the schema of a request, whose fields may be null but for its messages, and those of its parts."""
    schema = Body.model_json_schema(ref_template="#/components/schemas/{model}")
    parts, fields = schema.pop("$defs"), schema["properties"]
    fields |= {name: _nullable(each) for name, each in fields.items() if name != "messages"}
    example = {"messages": [{"role": "user", "content": "What can you do?"}], "max_tokens": 16}
    return {**schema, "example": example}, parts


_REQUEST, _PARTS = _request_schemas()
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
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Request"}}},
        },
        "responses": {
            "200": {"description": summary, "content": content},
            **_errors("400", "404", "408", "413", "429", "503"),
        },
    }
