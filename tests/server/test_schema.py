"""schemathesis: whatever it makes of our description, there is no 500, no hang, and each response is as
described."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.applications import Starlette

from flashsloth.server.documents import openapi_document
from flashsloth.server.protocol import ANSWER_PATHS, RESPONSES_PATH
from server.helpers import POST_PATHS, STREAMED_PATHS, RunningServer, body_for, eventually, user

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
REQUESTS = [  # with the number of tries
    *(("POST", path, mode, 60) for path in POST_PATHS for mode in GenerationMode),
    *(
        ("GET", path, GenerationMode.POSITIVE, 2)
        for path in openapi_document("")["paths"]
        if path not in POST_PATHS
    ),
]


def test_each_route_is_described(server: RunningServer) -> None:
    """The tests that walk over the description's paths then reach each route."""
    app: Any = server.server.app()
    while not isinstance(app, Starlette):
        app = app.app
    routes = {(route.path.replace(":path", ""), *route.methods - {"HEAD"}) for route in app.routes}
    paths = openapi_document("nano")["paths"]
    assert routes == {(path, *map(str.upper, methods)) for path, methods in paths.items()}
    assert {path for path, method in routes if method == "POST"} == {*POST_PATHS}
    assert {*ANSWER_PATHS} == {*STREAMED_PATHS}


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path", "mode", "count"), REQUESTS)
def test_conformance(
    server: RunningServer, method: str, path: str, mode: GenerationMode, count: int
) -> None:
    operation = openapi.from_dict(openapi_document("nano"))[path][method]
    statuses: set[int] = set()

    @settings(
        max_examples=count,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        if isinstance(case.body, dict) and (case.body.get("messages") or case.body.get("input")):
            case.body.setdefault("max_output_tokens" if path == RESPONSES_PATH else "max_tokens", 4)
        response = case.call(base_url=server.url, timeout=60)
        case.validate_response(response, checks=CHECKS)
        statuses.add(response.status_code)

    check()
    assert statuses
    eventually(lambda: server.is_idle)
    assert server.request("GET", "/health")[0] == 200


@pytest.mark.parametrize("path", STREAMED_PATHS)
def test_streamed_answer(server: RunningServer, path: str) -> None:
    """Each event of a stream has the schema's form. Drawn requests rarely stream."""
    operation = openapi.from_dict(openapi_document("nano"))[path]["POST"]
    body = body_for(path, {"messages": [user("Hello.")], "stream": True, "max_tokens": 4})
    response = operation.Case(body=body, media_type="application/json").call(
        base_url=server.url, timeout=60
    )
    assert response.headers["content-type"][0].startswith("text/event-stream")
    operation.validate_response(response)
