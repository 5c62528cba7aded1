"""Functions that several scripts share, for options, for numbers as text, for rows that are measured in
processes of their own, and for `flashsloth serve` in a child process. Import it first: it puts the
checkout on sys.path."""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]  # tests/ has tiny.py and fake_hub.py
IMAGES = ROOT / "examples" / "images"
CHAT = "/v1/chat/completions"
HELP = {
    "sizes": "as of bench --random-weights",
    "hd": "five tiles",
    "tiny": "use tiny models, only to test the script",
}


def options_parser(doc: str | None, **defaults: Any) -> argparse.ArgumentParser:
    """Return a parser that prints the docstring unchanged and has an option for each default. The
    option is a flag if the default is False, and takes several values if the default is a list. The
    values have the type of the default."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in defaults.items():
        settings: dict[str, Any] = {"type": type(default), "default": default}
        if default is False:
            settings = {"action": "store_true"}
        elif isinstance(default, list):
            settings |= {"type": type(default[0]), "nargs": "+"}
        parser.add_argument(f"--{name.replace('_', '-')}", **settings, help=HELP.get(name))
    return parser


def median_and_range(values: Sequence[float], digits: int = 1) -> str:
    """Format numbers as `median (least-most)`."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def table_row(cells: Sequence[object]) -> str:
    """Return a row of a Markdown table."""
    return f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Return the lines of a Markdown table."""
    return [table_row(head), "|" + "---|" * len(head), *map(table_row, rows)]


def measure_rows(
    jobs: Iterable[Mapping[str, Any]], script: str, variables: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Measure each job in a process of its own: our engine as `flashsloth bench` does, other engines in
    `script`, which begins with `measure_if_child`. `variables` (NAME=VALUE) are set in the process."""
    from flashsloth import benchmark

    rows = []
    for job in jobs:
        print(f"{job['engine']}: {job['model']} {job['quant']} …", file=sys.stderr, flush=True)
        ours = job["engine"] == "flashsloth"
        command = benchmark.WORKER if ours else (sys.executable, script, "--child")
        changed = ("env", *variables) if variables else ()
        rows.append(benchmark.run(job, (*changed, *command)))
    return rows


def measure_if_child(measure: Callable[[dict[str, Any], Any], dict[str, Any]]) -> None:
    """Measure one job and exit, if `measure_rows` started this process."""
    if "--child" in sys.argv:
        from flashsloth.benchmark.runner import serve

        serve(measure)
        sys.exit()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def message(text: str, *pictures: bytes, **fields: Any) -> bytes:
    """Return the body of a chat request with one question and its pictures, which are encoded files."""
    urls = (f"data:image/png;base64,{base64.b64encode(data).decode()}" for data in pictures)
    content = [
        {"type": "text", "text": text},
        *({"type": "image_url", "image_url": {"url": url}} for url in urls),
    ]
    return json.dumps({"messages": [{"role": "user", "content": content}], **fields}).encode()


def post(port: int, body: bytes, path: str = CHAT, seconds: float = 600.0) -> dict[str, Any]:
    """Return the JSON of an answer. Raises: OSError if there is no answer or its status is not 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        reply: dict[str, Any] = json.loads(response.read())
        if response.status != 200:
            raise OSError(f"{response.status}: {reply}")
        return reply
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


def wait_for_health(port: int, process: subprocess.Popen[Any], seconds: float = 120.0) -> None:
    """Wait until a server has opened its model."""
    # A server process that has ended will never answer, so the wait ends then, too.
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        connection.close()
        time.sleep(0.1)
    raise SystemExit("error: the server has not started")


def fill(model: Any, tensors: Iterable[tuple[str, Any]], device: Any) -> None:
    """Replace the parameters of an empty model with tensors."""
    from torch import nn

    from flashsloth.checkpoints.model_files import put

    for name, tensor in tensors:
        put(model, name, nn.Parameter(tensor.to(device), requires_grad=False))


class Served:
    """`flashsloth serve` as a context manager. It measures memory and time, including those of the
    processes that the server starts."""

    def __init__(self, home: str, *words: str) -> None:
        import psutil

        self.port = free_port()
        command = [
            sys.executable,
            "-m",
            "flashsloth_cli",
            "serve",
            *words,
            "--port",
            str(self.port),
            "-q",
        ]
        env = {**os.environ, "FLASHSLOTH_HOME": home, "HOME": home}
        # The output would fill a pipe that nobody reads, and the server would then block.
        self.child = subprocess.Popen(
            command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.process, self.peak, self.ended = psutil.Process(self.child.pid), 0, threading.Event()
        self.sampler = threading.Thread(target=self._sample)

    def __enter__(self) -> Served:
        self.sampler.start()
        try:
            wait_for_health(self.port, self.child)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.sampler.join()
        self.child.terminate()
        self.child.wait(60)

    def _sample(self) -> None:
        # The system knows the peak of each process, but not the peak of their sum.
        while not self.ended.wait(0.02):
            self.peak = max(self.peak, self.memory())

    def _sum(self, value: Callable[[Any], float]) -> float:
        """Return the sum over the server and the processes that it has started, without those that have
        ended."""
        import psutil

        total = 0.0
        with suppress(psutil.Error):
            for each in (self.process, *self.process.children(recursive=True)):
                with suppress(psutil.Error):
                    total += value(each)
        return total

    def memory(self) -> int:
        """Return the resident bytes now."""
        return int(self._sum(lambda process: process.memory_info().rss))

    def cpu_seconds(self) -> float:
        """Return the processor time, including the time of processes that have ended."""
        return self._sum(lambda process: sum(process.cpu_times()[:2])) + sum(
            self.process.cpu_times()[2:4]
        )
