"""The documents that the server sends about itself: the web page at `/`, and the OpenAPI document,
which the tests also use as the list of all routes.

The page is one document with a strict Content-Security-Policy, and loads nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from graphlib import TopologicalSorter
from http import HTTPStatus
from importlib import resources
from typing import Any

from pydantic.json_schema import models_json_schema
from starlette.responses import Response

from flashsloth.server.protocol import CHAT_PATH, CHOICES, EXPLAIN_PATH, PAGES, RESPONSES_PATH
from flashsloth.server.requests import Body
from flashsloth.server.responses import ResponsesBody

INLINE = re.compile(r"<(script|style)[^>]*>(.*?)</\1>", re.DOTALL)
# The only forms of imports and exports that `bundle` knows. An exported name never gets another value.
IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n+', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|(?:async )?function) ([\w$]+))", re.MULTILINE)
FIXED_POLICY = (
    "default-src 'none'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",  # scripts cannot have text parsed as HTML
    "trusted-types 'none'",
)
HEADERS = {
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-cache",
}


def page_response() -> Response:
    """Return the response with the page. Its Content-Security-Policy allows only the page's own script
    and style sheet, by their hashes.

    The same object can answer all requests, because sending a Response of Starlette does not change it.
    """
    folder = resources.files("flashsloth.server").joinpath("page")
    html, style = [
        folder.joinpath(name).read_text(encoding="utf-8") for name in ("page.html", "page.css")
    ]
    modules = {
        each.name.removesuffix(".js"): each.read_text(encoding="utf-8")
        for each in folder.iterdir()
        if each.name.endswith(".js")
    }
    html = html.replace("</style>", f"\n{style}</style>")
    html = html.replace("</script>", f"\n{bundle(modules)}</script>")
    # The hash of an inline script allows this script and no other.
    policy = [*FIXED_POLICY]
    for kind, content in INLINE.findall(html):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        policy.append(f"{kind}-src 'sha256-{digest}'")
    headers = {**HEADERS, "content-security-policy": "; ".join(policy)}
    return Response(html, headers=headers, media_type="text/html")


def bundle(modules: Mapping[str, str]) -> str:
    """Return one script with these ES modules, by their names. Each becomes a function that runs once,
    after the modules that it imports. What it exports gets the same names outside of the function;
    therefore exported names are unique, and everything else is private. Raises: graphlib.CycleError if
    modules import each other."""
    imported = {name: IMPORT.findall(text) for name, text in sorted(modules.items())}
    parts = []
    for name in TopologicalSorter(imported).static_order():
        exports = ", ".join(EXPORT.findall(modules[name]))
        body = EXPORT.sub("", IMPORT.sub("", modules[name]))
        parts.append(f"const {{ {exports} }} = (() => {{\n{body}return {{ {exports} }};\n}})();\n")
    return "".join(parts)


# The OpenAPI document

Schema = dict[str, Any]


def object_of(optional: Schema | None = None, **required: Schema) -> Schema:
    """Return the schema of an object with required and optional fields. Other fields are allowed."""
    return {"type": "object", "required": [*required], "properties": {**required, **(optional or {})}}


def list_of(items: Schema, **fields: str) -> Schema:
    return {"type": "array", "items": items, **fields}


def nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
MAP = list_of(list_of({"type": "number", "minimum": 0}))
EVENT = object_of(data=TEXT)  # an event of a stream
PARAM = {
    **nullable(TEXT),
    "description": "The field, or the place of the picture, as in messages[0].content[1]",
}
REASON = {**TEXT, "description": "The message without this place and without the hint"}
ERROR = object_of(
    error=object_of({"param": PARAM, "hint": TEXT}, message=TEXT, reason=REASON, type=TEXT, code=TEXT)
)
CHOICE = {**object_of(text=TEXT, probability={"type": "number"}), "additionalProperties": False}
NOTED: Schema = {
    "warnings": list_of(
        object_of(message=TEXT, param=PARAM, reason=REASON),
        description="For example that a picture's file ends early, or has pages that were not read",
    ),
    PAGES: {
        "type": "object",
        "additionalProperties": {"type": "integer", "minimum": 2},
        "description": "How many pages files have, by the place of the picture, as in messages[0].content[1]",
    },
}
COMPLETION = object_of(
    {CHOICES: list_of(CHOICE), **NOTED},
    id=TEXT,
    object={"const": "chat.completion"},
    created=COUNT,
    model=TEXT,
    choices=list_of(
        object_of(
            index=COUNT,
            message=object_of(role=TEXT, content=TEXT),
            finish_reason={"enum": ["stop", "length"]},
        )
    ),
    usage=object_of(prompt_tokens=COUNT, completion_tokens=COUNT, total_tokens=COUNT),
)
RESPONSE = object_of(
    {**NOTED, "instructions": nullable(TEXT)},
    id=TEXT,
    object={"const": "response"},
    created_at=COUNT,
    model=TEXT,
    status={"enum": ["completed", "incomplete"]},
    output=list_of(object_of(id=TEXT, role=TEXT, content=list_of(object_of(text=TEXT)))),
    usage=object_of(input_tokens=COUNT, output_tokens=COUNT, total_tokens=COUNT),
)
EXPLANATION = object_of(
    object={"const": "chat.explanation"},
    model=TEXT,
    unit={"const": "times chance"},
    share={"type": "number", "description": "How much of the attention goes to the pictures, 0 to 1"},
    on_padding={"type": "number", "description": "How much of `share` falls on padding, 0 to 1"},
    pictures=list_of(
        object_of({"held": MAP}, looked=MAP, stood_out=nullable(MAP)),
        description="For each picture, where the decoder looked and what stood out for EmbQ, as rows of cells",
    ),
)
NAME = {"name": "name", "in": "path", "required": True, "schema": TEXT}


@cache  # making it takes milliseconds, and clients may ask for it again and again
def openapi_document(model: str) -> dict[str, Any]:
    """Return the document of a server for this model."""
    _, described = models_json_schema(
        [(Body, "validation"), (ResponsesBody, "validation")],
        ref_template="#/components/schemas/{model}",
    )
    schemas = described["$defs"]
    question = "What can you do?"
    for kind, needed, example in (
        ("Body", "messages", {"messages": [{"role": "user", "content": question}], "max_tokens": 16}),
        ("ResponsesBody", "input", {"input": question, "max_output_tokens": 16}),
    ):
        # A field that is null is treated as if it were missing, so every optional field may be null.
        properties = schemas[kind]["properties"]
        properties |= {name: nullable(each) for name, each in properties.items() if name != needed}
        schemas[kind]["example"] = example
    without_key: dict[str, Any] = {"security": []}  # overrides the `security` of the document
    stream = {"text/event-stream": {"schema": EVENT}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "flashsloth serve",
            "version": "1",
            "description": f"Talk with pictures: {model}",
        },
        "paths": {
            CHAT_PATH: post("Answer a question about pictures", "Body", COMPLETION, **stream),
            RESPONSES_PATH: post(
                "The same in the Responses protocol", "ResponsesBody", RESPONSE, **stream
            ),
            EXPLAIN_PATH: post("Say where the model looks before it answers", "Body", EXPLANATION),
            "/v1/models": get("List the model", object_of(object=TEXT, data={})),
            "/v1/models/{name}": get(
                "Describe the model", object_of(id=TEXT, object=TEXT), 404, parameters=[NAME]
            ),
            "/health": get("Say whether the server answers", object_of(status=TEXT), **without_key),
            "/metrics": get("Counters for Prometheus", TEXT, kind="text/plain"),
            "/openapi.json": get("This document", object_of(openapi=TEXT)),
            "/": get("The page", TEXT, kind="text/html", **without_key),
        },
        "components": {
            "schemas": {**schemas, "Error": ERROR},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}, {}],
    }


def content_of(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def get(
    summary: str, schema: Schema, *statuses: int, kind: str = "application/json", **fields: Any
) -> dict[str, Any]:
    return {"get": operation(summary, {kind: {"schema": schema}}, *statuses, **fields)}


def post(summary: str, body: str, schema: Schema, **others: Any) -> dict[str, Any]:
    """Return the description of a path for requests for an answer. `others` are further content types
    of its response."""
    return {
        "post": operation(
            summary,
            {"application/json": {"schema": schema}, **others},
            *(400, 404, 408, 413, 415, 429, 503),
            requestBody={"required": True, "content": content_of(body)},
        )
    }


def operation(summary: str, replies: dict[str, Any], *statuses: int, **fields: Any) -> dict[str, Any]:
    responses: dict[str, Any] = {
        "200": {"description": summary, "content": replies},
        **{
            str(each): {"description": HTTPStatus(each).phrase, "content": content_of("Error")}
            for each in (401, 403, 405, *statuses)
        },
    }
    return {"summary": summary, "responses": responses, **fields}
