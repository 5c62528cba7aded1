"""Measure a server: many clients at once and one by one, gaps between tokens, and first tokens.

python benchmarks/serve.py [--clients 1 2 4 8 16] [--tokens 64] [--random-weights flashsloth]
                           [--quant int4] [--llama-server PATH --llama-model FILE]

The server runs in this process with nano, or with random weights of a size; the clients are threads of
another process. Each client asks about a picture of its own that the server has not seen. It gets
`--tokens` tokens, because no token ends an answer. Times include reading the picture and the prefill.

gap        longest time between two tokens of 4 running answers, without and with a new client that
           sends a picture (the newcomer)
second     first token of a second question about a picture; `flashsloth bench` has it without a server
text       tokens per second of questions without a picture, all clients at once. llama.cpp's server
           has as many slots and gets prompts of the same length. FILE is a model of the same sizes, as
           `llama.py` writes it (Q4_K_M.gguf).
"""

from __future__ import annotations

import argparse
import http.client
import io
import itertools
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from common import CHAT, free_port, message, options_parser, post, wait_for_health

from flashsloth_cli.terminal import spinning

# this must be done before torch is imported
os.environ.update(spinning.variables(["serve"], os.environ))
Row = tuple[str, list[float]]
RUNNING = 4  # answers that are running when a new client asks
REPEATS = 5
PAUSE = 0.5  # seconds before a question, as if a person were typing
TOKEN_IDS = ("image_token_id", "query_token_id", "query_offset_token_id")

# ---- the clients' process


def body_of(number: int, question: str, tokens: int) -> bytes:
    """Return a question about a picture, a different one for each number."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (640, 480), (number % 256, number // 256 % 256, 120))
    ImageDraw.Draw(image).ellipse((50, 60, 300 + number % 200, 400), fill="white")
    file = io.BytesIO()
    image.save(file, "jpeg")
    # With log probabilities there is a chunk for each token, even for a token that adds no text yet.
    return message(question, file.getvalue(), max_tokens=tokens, stream=True, logprobs=True)


def ask(port: int, body: bytes, on_token: Callable[[int], None] = lambda _: None) -> list[float]:
    """Return the times of the request and of each token."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    times = [time.perf_counter()]
    connection.request("POST", CHAT, body, {"content-type": "application/json"})
    response = connection.getresponse()
    assert response.status == 200, response.read()
    for line in response:
        if line.startswith(b"data: {") and b'"logprobs":{' in line:
            times.append(time.perf_counter())
            on_token(len(times) - 1)
    connection.close()
    return times


def at_once(calls: list[Callable[[], Any]]) -> float:
    """Run calls in threads; return the seconds until all ended."""
    start = time.perf_counter()
    with ThreadPoolExecutor(len(calls)) as pool:
        for each in [pool.submit(call) for call in calls]:
            each.result()
    return time.perf_counter() - start


def text_body(number: int, tokens: int) -> bytes:
    """Return a question without a picture, of some 60 positions and different for each number."""
    return message(f"{number}: " + "What is left of it in the end? " * 6, max_tokens=tokens)


def text_throughput(port: int, llama: int | None, count: int, number: int, tokens: int) -> list[float]:
    """Return the tokens per second of `count` clients that ask at once without a picture, for this
    server and for llama.cpp's server with prompts of the same length."""
    positions = post(port, text_body(number, 1))["usage"]["prompt_tokens"]
    calls = [lambda n=n: post(port, text_body(number + n, tokens)) for n in range(1, count + 1)]
    found = [count * tokens / at_once(calls)]
    if llama is not None:
        bodies = [llama_body(number + n, positions, tokens) for n in range(count)]
        found.append(
            count
            * tokens
            / at_once([lambda body=body: post(llama, body, "/completion") for body in bodies])
        )
    return found


def llama_body(number: int, positions: int, tokens: int) -> bytes:
    request = {
        "prompt": [(number * 7919 + at * 104729) % 1000 for at in range(positions)],
        "n_predict": tokens,
        "ignore_eos": True,
        "temperature": 0,
        "cache_prompt": False,
    }
    return json.dumps(request).encode()


def longest_gap(port: int, first: int, tokens: int, *, newcomer: bool) -> float:
    """Return the longest time in seconds between two tokens of running answers, beginning when all of
    them run."""
    all_run = threading.Barrier(RUNNING + 1)
    results: list[list[float]] = []
    began: list[float] = []

    def wait(count: int) -> None:
        if count == 3:
            all_run.wait()

    def running(number: int) -> None:
        results.append(ask(port, body_of(number, "What is this?", tokens), wait))

    def come() -> None:
        body = body_of(first + RUNNING, "What is this?", 2)
        all_run.wait()
        began.append(time.perf_counter())
        if newcomer:
            ask(port, body)

    at_once([*(lambda n=n: running(first + n) for n in range(RUNNING)), come])
    return max(b - a for times in results for a, b in itertools.pairwise(times) if a > began[0])


def measure(options: argparse.Namespace) -> Iterator[Row]:
    """Measure a running server from outside. Yield the name and the values of each row of the
    tables."""
    port, tokens, number = options.port, options.tokens, 1000
    ask(port, body_of(0, "What is this?", 4))  # warm up
    first, second = [], []
    for repeat in range(REPEATS):
        for question, times in (("What is this?", first), ("Where is it, and how large?", second)):
            time.sleep(PAUSE)
            asked, token, *_ = ask(port, body_of(number + repeat, question, 2))
            times.append(token - asked)
    number += REPEATS
    yield (
        "first token: a new picture, a second question, ms",
        [1000 * statistics.median(times) for times in (first, second)],
    )
    gaps = []
    for newcomer in (False, True):
        gaps.append(1000 * longest_gap(port, number, tokens, newcomer=newcomer))
        number += RUNNING + 1
    yield f"longest gap of {RUNNING} running answers, and beside a newcomer, ms", gaps
    for count in options.clients:
        runs = []
        # Each picture is a new one, because a picture that the server has seen would cost less.
        for together in (False, True):
            bodies = [body_of(number + n, "What is this?", tokens) for n in range(count)]
            number += count
            calls = [lambda body=body: ask(port, body) for body in bodies]
            seconds = at_once(calls) if together else sum(at_once([call]) for call in calls)
            runs.append(count * tokens / seconds)
        yield f"{count} clients, tokens/s: one by one, at once, ratio", [*runs, runs[1] / runs[0]]
    for count in options.clients:
        found = text_throughput(port, options.llama_port, count, number, tokens)
        yield f"{count} clients, text at once, tokens/s (llama.cpp's)", found
        number += count + 1


# ---- the server's process


def open_model(options: argparse.Namespace) -> Any:
    """Open nano, or build a model of random weights with nano's tokenizer. No token of these models
    ends an answer."""
    import flashsloth

    model = flashsloth.open("nano", device=options.device)
    if options.random_weights is not None:
        from flashsloth.benchmark import measurement, random_weights
        from flashsloth.benchmark.runner import Job
        from flashsloth.chat import FlashSloth
        from flashsloth.processing.prompt import prepare_tokenizer

        name, sizes = random_weights.read_sizes(options.random_weights)
        sizes |= {key: getattr(model.config, key) for key in TOKEN_IDS}
        sizes["text_config"] = {
            **sizes.get("text_config", {}),
            "eos_token_id": model.config.end_token_id,
        }
        job = Job("flashsloth", name, sizes=sizes, device=options.device, quant=options.quant)
        built = measurement.open_model(measurement.make_task(job))
        tokenizer = model.loaded.tokenizer
        prepare_tokenizer(tokenizer, built.model.config)
        model = FlashSloth(replace(built, source=model.loaded.source, tokenizer=tokenizer))
    # every answer then has all its tokens
    model.engine.end_tokens = frozenset()
    return model


@contextmanager
def llama_server(options: argparse.Namespace) -> Iterator[int | None]:
    """Run llama.cpp's server beside ours, and yield its port; yield None if there is no such server."""
    if options.llama_server is None:
        yield None
        return
    port = free_port()
    sizes = {"-np": options.slots, "-c": options.slots * 512, "-t": os.cpu_count() or 1, "--port": port}
    words = [word for pair in sizes.items() for word in map(str, pair)]
    command = [options.llama_server, "-m", options.llama_model, "--host", "127.0.0.1", *words]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_health(port, process)
        post(port, llama_body(0, 60, 4), "/completion")  # warm up
        yield port
    finally:
        process.kill()
        process.wait()


def main() -> None:
    parser = options_parser(__doc__, clients=[1, 2, 4, 8, 16], tokens=64, slots=16, device="cpu")
    parser.add_argument("--random-weights", metavar="SIZE")
    parser.add_argument("--quant")
    parser.add_argument("--llama-server", metavar="PATH")
    parser.add_argument("--llama-model", metavar="FILE")
    # the option of the clients' process
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--llama-port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.port is not None:
        for row in measure(options):
            print(json.dumps(row), flush=True)
        return

    from flashsloth.server import http_server
    from flashsloth.server.app import Server
    from flashsloth.server.scheduler import Scheduler
    from flashsloth.server.served_model import ServedModel

    model = open_model(options)
    scheduler = Scheduler(lambda: model, slots=options.slots)
    scheduler.start()
    listening = http_server.tcp_socket("127.0.0.1", 0)
    server = Server([ServedModel(model, {}, scheduler)])
    threading.Thread(target=http_server.serve, args=(server, [listening]), daemon=True).start()
    numbers = ["--clients", *map(str, options.clients), "--tokens", str(options.tokens)]
    command = [sys.executable, str(Path(__file__)), "--port", str(listening.getsockname()[1]), *numbers]
    with llama_server(options) as port:
        if port is not None:
            command += ["--llama-port", str(port)]
        print(
            f"{options.random_weights or 'nano'}, {model.loaded.quant}, {model.loaded.dtype}, {options.device}"
        )
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as clients:
            for said in clients.stdout or ():
                print(line(*json.loads(said)), flush=True)
        if clients.returncode:
            raise SystemExit(clients.returncode)


def line(name: str, values: Sequence[float]) -> str:
    return f"{name:60}" + "".join(f"{value:10.2f}" for value in values)


if __name__ == "__main__":
    main()
