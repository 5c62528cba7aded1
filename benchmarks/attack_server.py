"""Attack a running server with pictures, and measure what others wait and how much memory it takes.

    python -m benchmarks.attack_server              # all attacks, one table; some minutes
    python -m benchmarks.attack_server NAME...      # some of them

Each attack starts `flashsloth serve -m nano` in a home of its own on 127.0.0.1, sends its requests, and asks "Hello"
half a second later. The table has, for each attack: its requests, how long "Hello" waited, the processor time and the
peak memory of the server with its processes, and its memory when all is answered and a minute later. The line "quiet"
is a server that nobody attacks. With PYTHONPATH another version of the program is attacked.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

PATIENCE = 600.0  # seconds that an answer may take
SETTLING = 60.0  # seconds after which memory is measured again
ONE_COLOR = bytes.fromhex("524946461e000000574542505650384c110000002f0fc0030007d0842634a1ff8188e87f0000")


def webp(width: int, height: int) -> bytes:
    """Return a lossless WebP of one color, 38 bytes at any size."""
    return ONE_COLOR[:21] + struct.pack("<I", (width - 1) | (height - 1) << 14) + ONE_COLOR[25:]


def png(width: int, height: int) -> bytes:
    """Return a black PNG of one bit a pixel."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    rows = b"".join([packer.compress(row) for _ in range(height)]) + packer.flush()
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b""))
    packed = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@dataclass
class Attack:
    """Requests of one kind, all at once."""

    requests: int
    pictures: list[bytes] = field(default_factory=list)  # of each request
    leaves_after: float | None = None  # seconds until the clients go; None: they wait for the answer


ATTACKS: dict[str, Attack] = {
    "quiet": Attack(0),
    "WebP of 179 megapixels, clients leave": Attack(48, [webp(16_383, 10_920)], 0.5),
    "the same, 300 clients that stay": Attack(300, [webp(16_383, 10_920)]),
    "WebP of 29 megapixels, clients leave": Attack(48, [webp(5_400, 5_400)], 0.5),
    "16 of them in each request, clients stay": Attack(48, [webp(5_400, 5_400 - n) for n in range(16)]),
    "1-bit PNG of 80 megapixels, clients stay": Attack(12, [png(10_000, 8_000)]),
}


@dataclass
class Result:
    hello_seconds: float
    cpu_seconds: float
    peak: int
    after: int
    settled: int
    statuses: dict[int, int]


class Served:
    """A server in a process of its own, and the memory that it takes with its children."""

    def __init__(self, home: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "flashsloth_cli", "serve", "-m", "nano", "--port", str(self.port)]
        environment = {**os.environ, "FLASHSLOTH_HOME": str(home), "HOME": str(home)}
        self.child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.process, self.peak, self.ended = psutil.Process(self.child.pid), 0, threading.Event()
        self._wait_until_it_answers()
        self._sampler = threading.Thread(target=self._sample)
        self._sampler.start()

    def _wait_until_it_answers(self) -> None:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5):
                return
            time.sleep(0.1)
        raise SystemExit("error: the server does not start")

    def memory(self) -> int:
        total = 0
        for each in [self.process, *self.process.children(recursive=True)]:
            with suppress(psutil.Error):
                total += each.memory_info().rss
        return total

    def cpu_seconds(self) -> float:
        """Return the processor time of the server and of its children, also of those that ended."""
        used = self.process.cpu_times()
        running = 0.0
        for each in self.process.children(recursive=True):
            with suppress(psutil.Error):
                running += sum(each.cpu_times()[:2])
        return used.user + used.system + used.children_user + used.children_system + running

    def _sample(self) -> None:
        while not self.ended.wait(0.02):
            self.peak = max(self.peak, self.memory())

    def post(self, body: bytes, seconds: float) -> int:
        """Send a question and return the status of the answer; 0 if it does not come in time."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            response.read()
            return response.status
        except OSError:
            return 0
        finally:
            connection.close()

    def close(self) -> None:
        self.ended.set()
        self._sampler.join()
        self.child.terminate()
        self.child.wait(60)


def question(text: str, pictures: list[bytes], max_tokens: int = 8) -> bytes:
    kind = {b"\x89PNG": "png", b"RIFF": "webp"}
    urls = [f"data:image/{kind[each[:4]]};base64,{base64.b64encode(each).decode()}" for each in pictures]
    content = [{"type": "text", "text": text}, *({"type": "image_url", "image_url": {"url": url}} for url in urls)]
    return json.dumps({"messages": [{"role": "user", "content": content}], "max_tokens": max_tokens}).encode()


def run(attack: Attack) -> Result:
    with tempfile.TemporaryDirectory() as home:
        served = Served(Path(home))
        try:
            return _run(attack, served)
        finally:
            served.close()


def _run(attack: Attack, served: Served) -> Result:
    assert served.post(question("Hello", []), PATIENCE) == 200
    before, body = served.cpu_seconds(), question("What is this?", attack.pictures)
    with ThreadPoolExecutor(attack.requests or 1) as clients:
        patience = PATIENCE if attack.leaves_after is None else attack.leaves_after
        sent = [clients.submit(served.post, body, patience) for _ in range(attack.requests)]
        time.sleep(attack.leaves_after or 0.5)
        start = time.perf_counter()
        status = served.post(question("Hello", []), PATIENCE)
        hello = time.perf_counter() - start if status == 200 else float("nan")
        statuses = [each.result() for each in sent]
    after, cpu = served.memory(), served.cpu_seconds() - before
    time.sleep(SETTLING if attack.requests else 0)
    counted = {status: statuses.count(status) for status in sorted(set(statuses))}
    return Result(hello, cpu, served.peak, after, served.memory(), counted)


def main(names: list[str]) -> int:
    print("| attack | requests | statuses | Hello, s | processor, s | peak, MB | then, MB | a minute later, MB |")
    print("|---|---|---|---|---|---|---|---|")
    for name in names or ATTACKS:
        attack, done = ATTACKS[name], run(ATTACKS[name])
        statuses = ", ".join(f"{count} x {status or 'left'}" for status, count in done.statuses.items())
        memory = " | ".join(f"{each / 1e6:,.0f}" for each in (done.peak, done.after, done.settled))
        figures = f"{done.hello_seconds:.2f} | {done.cpu_seconds:.1f} | {memory}"
        print(f"| {name} | {attack.requests} | {statuses} | {figures} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
