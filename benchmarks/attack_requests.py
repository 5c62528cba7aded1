"""Attack a server with bodies and connections, and measure what another client waits for its "Hello".

    python benchmarks/attack_requests.py

Starts `flashsloth serve -m nano` in a temporary home for each attack, over 127.0.0.1 only, and prints a table. Runs on
Linux; each attack ends after at most ATTACK_SECONDS.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ATTACK_SECONDS = 30.0
HELLO = json.dumps({"messages": [{"role": "user", "content": "Hello."}], "max_tokens": 4}).encode()
MEGABYTE = 10**6


@contextmanager
def server() -> Iterator[tuple[int, int]]:
    """Run a server and yield its port and its process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "FLASHSLOTH_HOME": home}
        command = [sys.executable, "-m", "flashsloth_cli", "serve", "-m", "nano", "--port", str(port), "-q"]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            end = time.monotonic() + 120
            while hello(port)[0] != 200:
                if time.monotonic() > end or process.poll() is not None:
                    raise SystemExit("the server has not started")
                time.sleep(0.2)
            yield port, process.pid
        finally:
            process.kill()
            process.wait()


def hello(port: int) -> tuple[int, float]:
    """Ask a question; return the status, 0 for none, and the seconds until the answer."""
    start, asked = time.monotonic(), http.client.HTTPConnection("127.0.0.1", port, timeout=ATTACK_SECONDS)
    try:
        asked.request("POST", "/v1/chat/completions", HELLO, {"content-type": "application/json"})
        status = asked.getresponse().status
    except (OSError, http.client.HTTPException):
        status = 0
    finally:
        asked.close()
    return status, time.monotonic() - start


def post(port: int, body: bytes, announced: int | None = None) -> socket.socket:
    """Send a request, or the begin of one that announces more, and return its connection."""
    made = socket.create_connection(("127.0.0.1", port), timeout=ATTACK_SECONDS)
    size = len(body) if announced is None else announced
    made.sendall(
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % size
    )
    with suppress(OSError):  # it was refused before its end
        made.sendall(body)
    return made


def lists(port: int) -> list[socket.socket]:
    """Four bodies of 60 MB with 20 million empty lists each."""
    body = b'{"messages": [' + b"[]," * (20 * MEGABYTE) + b"[]]}"
    return [post(port, body) for _ in range(4)]


def ignored_field(port: int) -> list[socket.socket]:
    """Four bodies with 60 MB in a field without an effect."""
    body = HELLO[:-1] + b', "user": "' + b"x" * (60 * MEGABYTE) + b'"}'
    return [post(port, body) for _ in range(4)]


def one_string(port: int) -> list[socket.socket]:
    """Two bodies with a data: URL of 60 MB whose content is not a picture."""
    url = b"data:image/png;base64," + b"A" * (60 * MEGABYTE)
    content = b'[{"type": "image_url", "image_url": {"url": "' + url + b'"}}]'
    body = b'{"messages": [{"role": "user", "content": ' + content + b"}]}"
    return [post(port, body) for _ in range(2)]


def silent(port: int) -> list[socket.socket]:
    """1,100 connections that send nothing; fewer where this process may open fewer files."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if soft < 2_000 else soft, hard))
    return [socket.create_connection(("127.0.0.1", port), timeout=ATTACK_SECONDS) for _ in range(1_100)]


def unfinished(port: int) -> list[socket.socket]:
    """Four uploads that stop one byte before their end."""
    return [post(port, b" " * (64 * MEGABYTE - 1), 64 * MEGABYTE) for _ in range(4)]


ATTACKS: tuple[Callable[[int], list[socket.socket]], ...] = (lists, ignored_field, one_string, silent, unfinished)


def peak_megabytes(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) // 1024


def run(attack: Callable[[int], list[socket.socket]], port: int, opened: list[int]) -> None:
    """Attack, keep the connections open for a while and note how many there are."""
    made = attack(port)
    opened[0] = len(made)
    time.sleep(5)
    for each in made:
        each.close()


def main() -> None:
    print(f"{'attack':<16}{'connections':>12}{'longest wait s':>16}{'refused':>9}{'peak MB: before':>17}{'after':>8}")
    for attack in ATTACKS:
        with server() as (port, process):
            before, opened = peak_megabytes(process), [0]

            thread = threading.Thread(target=run, args=(attack, port, opened))
            thread.start()
            waits, refused, end = [0.0], 0, time.monotonic() + ATTACK_SECONDS
            while thread.is_alive() and time.monotonic() < end:
                status, seconds = hello(port)
                waits.append(seconds)
                refused += status != 200
                time.sleep(0.1)
            thread.join(ATTACK_SECONDS)
            row = f"{attack.__name__:<16}{opened[0]:>12}{max(waits):>16.2f}{refused:>5}/{len(waits) - 1:<3}"
            print(f"{row}{before:>17}{peak_megabytes(process):>8}", flush=True)


if __name__ == "__main__":
    main()
