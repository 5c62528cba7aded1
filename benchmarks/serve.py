"""Measure a server: many clients at once beside the same ones after another, gaps, and first tokens.

python benchmarks/serve.py [--clients 1 2 4 8 16] [--tokens 64] [--random-weights flashsloth [--quant int4]]

The server runs in this process with nano, or with random weights of a size; the clients are threads of another process.
Each client asks about a picture of its own that the server has not seen, and gets `--tokens` tokens: no token ends an
answer. Times include reading the picture and the prefill.

gap        the longest time between two tokens of 4 running answers, without and with a newcomer's picture
second     first token of a second question about the same picture, beside the engine's own without HTTP
"""

from __future__ import annotations

import argparse
import base64
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
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("GOMP_SPINCOUNT", "1000")  # before torch is imported, as the command line does
RUNNING = 4  # answers that a newcomer comes to
REPEATS = 5

# ---- the clients' process


def picture_url(number: int) -> str:
    """Return a picture as a data: URL, a different one for each number."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (640, 480), (number % 256, number // 256 % 256, 120))
    ImageDraw.Draw(image).ellipse((50, 60, 300 + number % 200, 400), fill="white")
    file = io.BytesIO()
    image.save(file, "jpeg")
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


def body_of(number: int, question: str, tokens: int) -> bytes:
    content = [{"type": "text", "text": question}, {"type": "image_url", "image_url": {"url": picture_url(number)}}]
    logged = {"stream": True, "logprobs": True}  # a chunk for each token, also for those without text
    return json.dumps({"messages": [{"role": "user", "content": content}], "max_tokens": tokens, **logged}).encode()


def ask(port: int, body: bytes, on_token: Callable[[int], None] = lambda _: None) -> list[float]:
    """Return the times of the request and of each token."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    times = [time.perf_counter()]
    connection.request("POST", "/v1/chat/completions", body, {"content-type": "application/json"})
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
    threads = [threading.Thread(target=call) for call in calls]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def longest_gap(port: int, first: int, tokens: int, *, newcomer: bool) -> float:
    """Return the longest time between two tokens of running answers, in seconds, from when all of them run."""
    all_run = threading.Barrier(RUNNING + 1)
    results: list[list[float]] = []
    began: list[float] = []

    def wait(count: int) -> None:
        if count == 3:
            all_run.wait()

    def running(number: int) -> None:
        body = body_of(number, "What is this?", tokens)
        results.append(ask(port, body, wait))

    def come() -> None:
        body = body_of(first + RUNNING, "What is this?", 2)
        all_run.wait()
        began.append(time.perf_counter())
        if newcomer:
            ask(port, body)

    at_once([*(lambda n=n: running(first + n) for n in range(RUNNING)), come])
    return max(b - a for times in results for a, b in itertools.pairwise(times) if a > began[0])


def client(options: argparse.Namespace) -> dict[str, Any]:
    """Measure a running server from outside."""
    port, tokens, number = options.port, options.tokens, 1000
    ask(port, body_of(0, "What is this?", 4))  # warm up
    throughput = []
    for count in options.clients:
        runs = []
        for together in (False, True):
            bodies = [body_of(number + n, "What is this?", tokens) for n in range(count)]
            number += count
            calls = [lambda body=body: ask(port, body) for body in bodies]
            seconds = at_once(calls) if together else sum(at_once([call]) for call in calls)
            runs.append(count * tokens / seconds)
        throughput.append((count, *runs))
    gaps = {}
    for newcomer in (False, True):
        gaps[newcomer] = longest_gap(port, number, tokens, newcomer=newcomer)
        number += RUNNING + 1
    first, second = [], []
    for repeat in range(REPEATS):
        for question, times in (("What is this?", first), ("Where is it, and how large?", second)):
            asked, token, *_ = ask(port, body_of(number + repeat, question, 2))
            times.append(token - asked)
    medians = {"first": statistics.median(first), "second": statistics.median(second)}
    return {"throughput": throughput, "gap": gaps[False], "gap_with_newcomer": gaps[True], **medians}


# ---- the server's process


def open_model(options: argparse.Namespace) -> Any:
    """Open nano, or build a model of random weights with nano's tokenizer. None of their tokens ends an answer."""
    import flashsloth

    model = flashsloth.open("nano", device=options.device)
    if options.random_weights is not None:
        from flashsloth.benchmark import backends, prompts, random_weights
        from flashsloth.benchmark.runner import Job
        from flashsloth.chat import FlashSloth
        from flashsloth.checkpoints.loader import LoadedModel
        from flashsloth.processing.processor import FlashSlothProcessor

        name, sizes = random_weights.read_sizes(options.random_weights)
        job = Job("flashsloth", name, sizes=sizes, device=options.device, quant=options.quant)
        built = backends.open_flashsloth(prompts.make_task(job))
        processor = FlashSlothProcessor.from_config(built.model.config, model.loaded.processor.tokenizer)
        dtype = str(built.dtype).removeprefix("torch.")
        source, device = model.loaded.source, model.loaded.device
        model = FlashSloth(LoadedModel(source, built.model, built.decoder, processor, device, dtype, built.quant))
    text = model.config.text_config
    text.eos_token_id = text.vocab_size
    return model


def engine_seconds(model: Any) -> tuple[float, float]:
    """Return the engine's own times to a first token in seconds: with a new picture, and after its prefix."""
    from flashsloth.generation.engine import TokenStream
    from flashsloth.images.reader import read_image
    from flashsloth.processing.image_processor import tower_pixels

    engine, prompt, config = model.engine, model.prompt, model.config
    visual = config.visual_tokens(config.image_hd)
    first, second = [], []
    for number in range(REPEATS + 1):
        url = picture_url(500 + number)
        start = time.perf_counter()
        image = engine.encode_image(tower_pixels(read_image(url).image, config, hd=config.image_hd))
        opening, state = prompt.opening(config.system_prompt, visual), engine.new_state()
        ids = opening + prompt.question("What is this?", after_picture=True)
        next(iter(TokenStream(engine, state, ids, image, max_tokens=2)))
        first.append(time.perf_counter() - start)
        ids = opening + prompt.question("Where is it, and how large?", after_picture=True)
        start = time.perf_counter()
        next(iter(TokenStream(engine, state, ids, image, max_tokens=2)))
        second.append(time.perf_counter() - start)
    return statistics.median(first[1:]), statistics.median(second[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 2, 4, 8, 16])
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--slots", type=int, default=16)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--random-weights", metavar="SIZE")
    parser.add_argument("--quant")
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)  # of the clients' process
    options = parser.parse_args()
    if options.port is not None:
        print(json.dumps(client(options)))
        return

    from flashsloth.server import run
    from flashsloth.server.app import ServedModel, Server
    from flashsloth.server.scheduler import Scheduler

    model = open_model(options)
    own_first, own_second = engine_seconds(model)
    scheduler = Scheduler(lambda: model, slots=options.slots)
    scheduler.start()
    listening = run.tcp_socket("127.0.0.1", 0)
    server = Server(scheduler, ServedModel.of(model, {}))
    threading.Thread(target=run.serve, args=(server, [listening]), daemon=True).start()
    numbers = ["--clients", *map(str, options.clients), "--tokens", str(options.tokens)]
    command = [sys.executable, str(Path(__file__)), "--port", str(listening.getsockname()[1]), *numbers]
    got = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    print(f"{options.random_weights or 'nano'}, {model.loaded.quant}, {model.loaded.dtype}, {options.device}")
    print(f"{'clients':>8} {'one by one, tokens/s':>21} {'at once, tokens/s':>18} {'ratio':>6}")
    for count, alone, together in got["throughput"]:
        print(f"{count:8} {alone:21.1f} {together:18.1f} {together / alone:6.2f}")
    milliseconds = {name: value * 1000 for name, value in got.items() if name != "throughput"}
    print(f"longest gap of {RUNNING} running answers: {milliseconds['gap']:.0f} ms,", end=" ")
    print(f"with a newcomer's picture {milliseconds['gap_with_newcomer']:.0f} ms")
    for name, own in (("first", own_first), ("second", own_second)):
        time_ms = milliseconds[name]
        print(
            f"{name} question, first token: {time_ms:.1f} ms, engine {own * 1000:.1f} ms, {time_ms / own / 1000:.2f}x"
        )


if __name__ == "__main__":
    main()
