"""The OpenAI server, as README.md starts it: pictures as data URLs, many at once, and what users
type."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError, OpenAI

from conftest import HERE, OFFLINE, Report

TOKENS = 12
CONTROL = ["<image>", "<learnable>", "</s>"]
IDS = {"return_token_ids": True}


class Counts:
    """A worker's extension, through which the test asks for the counts of the op."""

    def embq_counts(self) -> tuple[int, int, int]:
        paged = self.model_runner.model.paged  # type: ignore[attr-defined]
        return paged.calls, paged.pieces, paged.splits


class Server:
    def __init__(self, folder: Path, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        arguments = ["--model", folder, "--served-model-name", "flashsloth", "--dtype", "float32"]
        arguments += [
            "--host",
            "127.0.0.1",
            "--port",
            self.port,
            "--max-model-len",
            1024,
            "--limit-mm-per-prompt",
        ]
        arguments += [
            '{"image": 4}',
            "--max-num-batched-tokens",
            96,
            "--worker-extension-cls",
            "test_server.Counts",
        ]
        arguments += ["--trust-request-mm-kwargs"]
        settings = {"VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_SERVER_DEV_MODE": "1", "PYTHONPATH": str(HERE)}
        command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", *map(str, arguments)]
        self.log = log
        with log.open("w") as out:
            self.process = subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **OFFLINE, **settings}
            )
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = OpenAI(base_url=f"{self.url}/v1", api_key="none", max_retries=0, timeout=300)

    def wait(self, seconds: int = 400) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            if self.is_healthy():
                return
            time.sleep(1)
        pytest.fail(f"the server did not start: {self.log.read_text()[-6000:]}")

    def is_healthy(self) -> bool:
        try:
            return urllib.request.urlopen(f"{self.url}/health", timeout=10).status == 200
        except OSError:
            return False

    def counts(self) -> list[int]:
        body = json.dumps({"method": "embq_counts"}).encode()
        request = urllib.request.Request(
            f"{self.url}/collective_rpc", body, {"Content-Type": "application/json"}
        )
        return json.load(urllib.request.urlopen(request, timeout=60))["results"][0]

    def ask(self, messages: Any, **options: Any) -> Any:
        keywords = {
            "model": "flashsloth",
            "temperature": 0,
            "max_tokens": TOKENS,
            "extra_body": IDS,
            **options,
        }
        return self.client.chat.completions.create(messages=messages, **keywords)


@pytest.fixture(scope="module")
def server(toys: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(toys / "native", tmp_path_factory.mktemp("server") / "log")
    try:
        started.wait()
        yield started
    finally:
        started.process.terminate()
        started.process.wait(60)


@pytest.fixture(scope="module")
def rows(toys: Path) -> list[dict[str, Any]]:
    return json.loads((toys / "native.json").read_text())


def is_right(row: dict[str, Any], reply: Any) -> bool:
    choice = reply.choices[0]
    same_ids = (reply.prompt_token_ids, choice.token_ids) == (row["ids"], row["answer"])
    return same_ids and choice.message.content.strip() == row["text"].strip()


def test_answers_are_those_of_flashsloth(server: Server, rows: list[dict[str, Any]]) -> None:
    before = server.counts()
    wrong = [row["name"] for row in rows if not is_right(row, server.ask(row["messages"]))]
    calls, pieces, splits = (now - then for now, then in zip(server.counts(), before, strict=True))
    assert wrong == []
    assert calls > 0
    assert splits > 3
    note("server, one by one", rows, wrong, pieces, splits)


def test_streamed(server: Server, rows: list[dict[str, Any]]) -> None:
    stream = server.ask(rows[0]["messages"], stream=True)
    assert (
        "".join(part.choices[0].delta.content or "" for part in stream).strip()
        == rows[0]["text"].strip()
    )


def test_tiles_are_chosen_by_a_request(server: Server, toys: Path) -> None:
    rows = json.loads((toys / "hd.json").read_text())  # the same weights, with tiles by default
    options = {"extra_body": {**IDS, "mm_processor_kwargs": {"hd": True}}}
    assert [
        row["name"] for row in rows if not is_right(row, server.ask(row["messages"], **options))
    ] == []


@pytest.mark.parametrize("token", CONTROL)
def test_typed_control_tokens_are_refused(
    server: Server, rows: list[dict[str, Any]], token: str
) -> None:
    picture = rows[0]["messages"][0]["content"][0]
    for content in (f"What does {token} mean?", [picture, {"type": "text", "text": token * 9}]):
        with pytest.raises(BadRequestError, match="control token") as refused:
            server.ask([{"role": "user", "content": content}])
        assert refused.value.status_code == 400
    assert is_right(rows[0], server.ask(rows[0]["messages"]))


@pytest.mark.parametrize(
    "prompt", ["<image>", "USER: <learnable> ASSISTANT:", [1, 1, 1], [1023] * 16, [5, 1023, 1]]
)
def test_placeholders_in_raw_prompts_are_refused(server: Server, prompt: Any) -> None:
    with pytest.raises(BadRequestError, match=r"<image>|<learnable>"):
        server.client.completions.create(model="flashsloth", prompt=prompt, max_tokens=2)
    assert server.is_healthy()


@pytest.mark.parametrize("token", [1, 1023])
@pytest.mark.parametrize("option", ["allowed_token_ids", "logit_bias"])
def test_a_sampler_made_to_choose_placeholders_stops_nothing(
    server: Server, rows: list[dict[str, Any]], token: int, option: str
) -> None:
    chosen = [token] if option == "allowed_token_ids" else {str(token): 100}
    row = next(row for row in rows if row["name"] == "two turns")
    server.ask(row["messages"], max_tokens=40, extra_body={option: chosen})
    assert is_right(row, server.ask(row["messages"]))


def test_raw_prompts(server: Server, rows: list[dict[str, Any]]) -> None:
    row = next(row for row in rows if row["name"] == "no picture")  # with its query tokens, as ids
    keywords = {"model": "flashsloth", "prompt": row["ids"], "max_tokens": TOKENS, "temperature": 0}
    reply = server.client.completions.create(**keywords, extra_body=IDS)
    assert reply.choices[0].token_ids == row["answer"]


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"role": "assistant", "content": "Hello."}],
        [{"role": "user", "content": "word " * 2_000_000}],
        [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Hello."}],
        [
            {
                "role": "user",
                "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}],
            }
        ],
        [
            {
                "role": "user",
                "content": [{"type": "video_url", "video_url": {"url": "data:video/mp4;base64,AAAA"}}],
            }
        ],
    ],
)
def test_messages_that_cannot_be_answered(server: Server, messages: Any) -> None:
    with pytest.raises(BadRequestError):
        server.ask(messages)
    assert server.is_healthy()


def test_200_requests_at_once(server: Server, rows: list[dict[str, Any]]) -> None:
    """Every tenth request has a typed control token; the answers to the others are right
    nevertheless."""
    typed = [{"role": "user", "content": "What is <learnable>?"}]

    async def ask_all() -> list[Any]:
        async with AsyncOpenAI(
            base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=600
        ) as client:
            keywords = {
                "model": "flashsloth",
                "temperature": 0,
                "max_tokens": TOKENS,
                "extra_body": IDS,
            }
            asked = [
                typed if number % 10 == 9 else rows[number % len(rows)]["messages"]
                for number in range(200)
            ]
            return await asyncio.gather(
                *(client.chat.completions.create(messages=m, **keywords) for m in asked),
                return_exceptions=True,
            )

    before = server.counts()
    replies = asyncio.run(ask_all())
    _, pieces, splits = (now - then for now, then in zip(server.counts(), before, strict=True))
    refused = [reply for number, reply in enumerate(replies) if number % 10 == 9]
    answered = [
        (rows[number % len(rows)], reply) for number, reply in enumerate(replies) if number % 10 != 9
    ]
    assert all(isinstance(reply, BadRequestError) for reply in refused)
    wrong = [
        row["name"]
        for row, reply in answered
        if isinstance(reply, Exception) or not is_right(row, reply)
    ]
    assert wrong == []
    assert splits > 20
    note("server, 200 at once, 20 of them refused", [row for row, _ in answered], wrong, pieces, splits)
    assert server.is_healthy()


def note(name: str, rows: list[dict[str, Any]], wrong: list[str], pieces: int, splits: int) -> None:
    changed = sum(row["answer"] != row["without_embq"] for row in rows)
    outcome = {
        "answers": len(rows),
        "wrong": wrong,
        "changed_by_embq": changed,
        "pieces": pieces,
        "splits": splits,
    }
    Report.rows.append((name, outcome))
