"""schemathesis: whatever it makes of our description, there is no 500, no hang, and each response is as described."""

from __future__ import annotations

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

from flashsloth.server.openapi import openapi_document
from server.helpers import RunningServer, eventually

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
REQUESTS = [  # with the number of tries
    *(("POST", f"/v1/chat/{name}", mode, 60) for name in ("completions", "explanations") for mode in GenerationMode),
    *(("GET", path, GenerationMode.POSITIVE, 2) for path in openapi_document("")["paths"] if "chat" not in path),
]


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path", "mode", "count"), REQUESTS)
def test_conformance(server: RunningServer, method: str, path: str, mode: GenerationMode, count: int) -> None:
    operation = openapi.from_dict(openapi_document("nano"))[path][method]
    statuses: set[int] = set()

    @settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(st.data())
    def check(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        if isinstance(case.body, dict) and isinstance(case.body.get("messages"), list):
            case.body.setdefault("max_tokens", 4)
        response = case.call(base_url=server.url, timeout=60)
        case.validate_response(response, checks=CHECKS)
        statuses.add(response.status_code)

    check()
    assert statuses
    eventually(lambda: server.is_idle)
    assert server.request("GET", "/health")[0] == 200


def test_streamed_answer(server: RunningServer) -> None:
    """Each event of a stream has the schema's form. Drawn requests rarely stream."""
    operation = openapi.from_dict(openapi_document("nano"))["/v1/chat/completions"]["POST"]
    body = {"messages": [{"role": "user", "content": "Hello."}], "stream": True, "max_tokens": 4}
    response = operation.Case(body=body, media_type="application/json").call(base_url=server.url, timeout=60)
    assert response.headers["content-type"][0].startswith("text/event-stream")
    operation.validate_response(response)
