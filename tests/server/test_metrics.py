"""Metrics in Prometheus' text format."""

from __future__ import annotations

import re

import pytest
from PIL import Image

from server.helpers import STREAMED_PATHS, RunningServer, user

PREFIX = "flashsloth_"
METRIC = re.compile(
    r"# HELP (flashsloth_\w+) [^\n]+\.\n# TYPE \1 (counter|gauge|summary)\n((?:\1\S* \S+\n)*)"
)


def read(server: RunningServer) -> tuple[dict[str, float], dict[str, str]]:
    """Return the values by name and label, and the types by name; each name has a help text before its
    values."""
    status, headers, body = server.request("GET", "/metrics")
    assert (status, headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    found = METRIC.findall(body.decode())
    assert METRIC.sub("", body.decode()) == ""
    kinds = {name: kind for name, kind, _ in found}
    assert len(kinds) == len(found)
    assert [
        name for name, kind in kinds.items() if (kind == "counter") != name.endswith("_total")
    ] == []
    lines = [line.split(" ") for *_, values in found for line in values.splitlines()]
    return {name: float(value) for name, value in lines}, kinds


@pytest.mark.parametrize("path", STREAMED_PATHS)
def test_metrics(
    server: RunningServer, pictures: list[Image.Image], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "path", path)
    pictures = [pictures[STREAMED_PATHS.index(path)]]  # one that no other test has sent
    before, kinds = read(server)
    for question in ("What do you see?", "How many?"):
        body = {"messages": [user(question, pictures[0])], "max_tokens": 5}
        assert server.ask(body)[0] == 200
    assert server.ask({})[0] == 400
    after, _ = read(server)
    grown = {name: after[name] - before.get(name, 0) for name in after}
    assert all(value >= 0 for name, value in grown.items() if kinds.get(name) in ("counter", "summary"))
    wanted = {f'requests_total{{status="{status}"}}': count for status, count in ((200, 2), (400, 1))}
    wanted |= {"answers_total": 2, "images_total": 2}
    wanted |= {"images_cached_total": 1, "first_token_seconds_count": 2, "answers_failed_total": 0}
    assert {name: grown[PREFIX + name] for name in wanted} == wanted
    assert 2 < grown[PREFIX + "tokens_total"] <= 10
    assert 16 < grown[PREFIX + "prompt_tokens_cached_total"] < grown[PREFIX + "prompt_tokens_total"]
    assert 0 < grown[PREFIX + "first_token_seconds_sum"] < 60
    assert after[PREFIX + "cache_bytes"] > 0
    assert after[PREFIX + "resident_bytes"] > 10**7
    assert (
        after[PREFIX + "slots"],
        after[PREFIX + "model_loaded"],
        after[PREFIX + "queue_length"],
    ) == (4, 1, 0)
