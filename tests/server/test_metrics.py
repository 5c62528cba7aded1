"""Metrics in Prometheus' text format, and what docs/serve.md says of them and of memory."""

from __future__ import annotations

import re

import pytest
from PIL import Image

from flashsloth.hf.config import FlashSlothConfig
from flashsloth.inference.attention import capacity_for
from flashsloth.sizes.families import cached_values
from paths import ROOT
from server.helpers import STREAMED_PATHS, RunningServer, user

PREFIX = "flashsloth_"
METRIC = re.compile(
    r"# HELP (flashsloth_\w+) [^\n]+\.\n# TYPE \1 (counter|gauge|summary)\n((?:\1\S* \S+\n)*)"
)


def read(server: RunningServer) -> tuple[dict[str, float], dict[str, str]]:
    """Return the values by name and label, without the label of the only model, and the types by name;
    each name has a help text before its values."""
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
    return {name.replace('{model="nano"}', ""): float(value) for name, value in lines}, kinds


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
    requests = {("nano", 200): 2, ("", 400): 1}  # the second was refused before its model was known
    wanted = {
        f'requests_total{{model="{model}",status="{status}"}}': count
        for (model, status), count in requests.items()
    }
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


def section(title: str) -> str:
    page = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")
    return page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_metric_is_documented(server: RunningServer) -> None:
    rows = re.findall(r"^\| (`.*?) \|", section("Metrics"), re.MULTILINE)
    _, kinds = read(server)
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(
        name.removeprefix(PREFIX) for name in kinds
    )


def test_the_memory_of_answers_is_documented() -> None:
    """For the released sizes, in 16 bit."""
    sizes = FlashSlothConfig().text_config
    bytes_per_position = 2 * cached_values(sizes)
    lengths = (256, 512, 1024, 2048)
    assert [capacity_for(length, sizes.max_position_embeddings) for length in lengths] == [*lengths]
    rows = re.findall(r"^\| (\d+)\D*? \| (\d\..*) \|$", section("Memory"), re.MULTILINE)
    assert [int(answers) for answers, _ in rows] == [1, 2, 8]
    for answers, cells in rows:
        wanted = [f"{bytes_per_position * length * int(answers) / 1e9:.2f} GB" for length in lengths]
        assert cells.split(" | ") == wanted
