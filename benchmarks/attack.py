"""Attack a running server. Measure how long other clients wait and how much memory the server takes.

    python benchmarks/attack.py                        # all attacks on all routes, half an hour
    python benchmarks/attack.py NAME...                # some attacks
    python benchmarks/attack.py --path /v1/responses   # one route
    python benchmarks/attack.py --second               # the second of two models, "Hello" to the first

Each attack on each route that takes questions starts `flashsloth serve -m nano` with an empty home
folder on 127.0.0.1 and sends its requests all at once, while another client asks "Hello" again and
again. For each attack the table has: how its requests ended, how long a "Hello" waited and how many of
them were refused, the processor time and the peak memory of the server with its processes, and the
server's memory when all requests are answered and a minute later. The line "quiet" is measured with a
server that nobody attacks. Set PYTHONPATH to attack another version of the program.
"""

from __future__ import annotations

import http.client
import shutil
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from common import Served, message, options_parser, post, table_row

from flashsloth.server.documents import openapi_document
from flashsloth.server.protocol import RESPONSES_PATH
from flashsloth.utils.paths import NANO_FOLDER
from image_bombs import one_color_webp, zeros
from image_samples import png

PATIENCE = 600.0  # seconds that an answer may take
SETTLING = 60.0  # seconds after which memory is measured again
MEGABYTE = 10**6
# The routes that take questions. A route that is added later is attacked, too.
PATHS = [path for path, methods in openapi_document("nano")["paths"].items() if "post" in methods]
IN_RESPONSES = {  # a field of the chat protocol -> the corresponding field of /v1/responses
    b'"messages"': b'"input"',
    b'"max_tokens"': b'"max_output_tokens"',
    b'"type": "text"': b'"type": "input_text"',
    b'"type": "image_url", "image_url": {"url": ': b'"type": "input_image", "image_url": ',
    b'"}}': b'"}',
}
HELLO = message("Hello.", max_tokens=4)
HEAD = (
    "attack",
    "route",
    "requests",
    "statuses",
    "Hello, s",
    "refused",
    "processor, s",
    "peak, MB",
    "then, MB",
    "later, MB",
)


@dataclass(frozen=True)
class Attack:
    """Requests of one kind."""

    requests: int
    body: Callable[[], bytes] = bytes  # if empty, the connections send nothing
    leaves_after: float = PATIENCE  # seconds until the clients disconnect
    missing: int = 0  # the number of bytes that are announced but never sent


def pictures(*each: bytes) -> Callable[[], bytes]:
    return partial(message, "What is this?", *each, max_tokens=8)


# Bodies are functions, so that large ones are made only when they are sent.
ATTACKS: dict[str, Attack] = {
    "quiet": Attack(0),
    "WebP of 179 megapixels, clients leave": Attack(48, pictures(one_color_webp(16_383, 10_920)), 0.5),
    "the same, 300 clients that stay": Attack(300, pictures(one_color_webp(16_383, 10_920))),
    "WebP of 25 megapixels, clients leave": Attack(48, pictures(one_color_webp(5_000, 5_000)), 0.5),
    "16 of them in each request, clients stay": Attack(
        48, pictures(*(one_color_webp(5_000, 5_000 - n) for n in range(16)))
    ),
    "1-bit PNG of 80 megapixels, clients stay": Attack(
        12, pictures(png(10_000, 8_000, b"", depth=1, color=0, packed=zeros(1_251 * 8_000)))
    ),
    "20 million empty lists": Attack(4, lambda: b'{"messages": [' + b"[]," * (20 * MEGABYTE) + b"[]]}"),
    "60 MB in a field without an effect": Attack(
        4, lambda: HELLO[:-1] + b', "user": "' + b"x" * (60 * MEGABYTE) + b'"}'
    ),
    # base64 encodes 3 bytes as 4 characters
    "60 MB that are not a picture": Attack(2, lambda: message("What is this?", bytes(45 * MEGABYTE))),
    "connections that send nothing": Attack(1_100, bytes, 5.0),
    "uploads that stop one byte before their end": Attack(
        4, lambda: b" " * (64 * MEGABYTE - 1), 5.0, 1
    ),
}


def send(port: int, path: str, attack: Attack, body: bytes) -> int:
    """Send a request. Return the HTTP status of the answer, or 0 if the client left before there was an
    answer."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=attack.leaves_after) as made:
            if body:
                head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                made.sendall(f"{head}Content-Length: {len(body) + attack.missing}\r\n\r\n".encode())
                with suppress(OSError):  # the request was refused before its end
                    made.sendall(body)
            reply = http.client.HTTPResponse(made)
            reply.begin()
            reply.read()
            return reply.status
    except (OSError, http.client.HTTPException):
        return 0


def hello(port: int) -> tuple[float, bool]:
    """Ask a question. Return the seconds until the answer, and whether there was an answer."""
    start = time.perf_counter()
    answered = False
    with suppress(OSError):
        post(port, HELLO, seconds=PATIENCE)
        answered = True
    return time.perf_counter() - start, answered


def run(attack: Attack, served: Served, path: str, *, second: bool) -> list[object]:
    """Return the cells of a row. With `second` the requests go to the second model."""
    post(served.port, HELLO)
    body = attack.body()
    if path == RESPONSES_PATH:
        for theirs, own in IN_RESPONSES.items():
            body = body.replace(theirs, own)
    if second:
        body = body.replace(b"{", b'{"model": "second", ', 1)
    cpu = served.cpu_seconds()
    # a thread for each client, so that all requests arrive at once
    with ThreadPoolExecutor(attack.requests or 1) as clients:
        sent = [clients.submit(send, served.port, path, attack, body) for _ in range(attack.requests)]
        time.sleep(min(attack.leaves_after, 0.5))
        hellos = [hello(served.port)]
        while not all(each.done() for each in sent):
            time.sleep(0.1)
            hellos.append(hello(served.port))
        statuses = Counter(each.result() for each in sent)
    cells = [
        attack.requests,
        ", ".join(f"{count} x {status or 'none'}" for status, count in sorted(statuses.items())),
        f"{max(seconds for seconds, _ in hellos):.2f}",
        f"{sum(not ok for _, ok in hellos)}/{len(hellos)}",
        f"{served.cpu_seconds() - cpu:.1f}",
        f"{served.peak / 1e6:,.0f}",
        f"{served.memory() / 1e6:,.0f}",
    ]
    time.sleep(SETTLING if attack.requests else 0)
    return [*cells, f"{served.memory() / 1e6:,.0f}"]


def allow_open_files() -> None:
    """Raise the limit on open files, because an attack opens more connections than the 1,024 files that
    a shell often allows."""
    with suppress(ImportError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if soft < 2_000 else soft, hard))


def main() -> None:
    parser = options_parser(__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="; ".join(ATTACKS))
    parser.add_argument("--path", action="append", choices=PATHS, help="default: every route")
    parser.add_argument("--second", action="store_true", help="attack the second model of a server")
    options = parser.parse_args()
    names = options.names or list(ATTACKS)
    if unknown := [name for name in names if name not in ATTACKS]:
        sys.exit(f"error: no attack is called {', '.join(unknown)}")
    allow_open_files()
    print(table_row(HEAD), "|" + "---|" * len(HEAD), sep="\n")
    for name in names:
        for path in options.path or PATHS:
            with tempfile.TemporaryDirectory() as home:
                words = ["-m", "nano"]
                if options.second:
                    words += ["-m", str(shutil.copytree(NANO_FOLDER, Path(home, "second")))]
                with Served(home, *words) as served:
                    cells = run(ATTACKS[name], served, path, second=options.second)
                print(table_row([name, path, *cells]), flush=True)


if __name__ == "__main__":
    main()
