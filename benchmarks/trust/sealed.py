"""The command line without a network: every lookup and connection is written to a log and refused.

python -m benchmarks.trust.sealed LOG ask photo.jpg -p "What is this?"
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any, NoReturn


def seal(log: str) -> None:
    def refuse(where: Any, *_: Any, **__: Any) -> NoReturn:
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{where}\n")
        raise OSError(f"sealed: {where}")

    def guard(name: str) -> Any:
        real = getattr(socket.socket, name)

        def guarded(self: socket.socket, *arguments: Any) -> Any:
            """Let sockets of this machine (AF_UNIX) through: processes of one program may use them."""
            return real(self, *arguments) if self.family == socket.AF_UNIX else refuse(f"{name} {arguments}")

        return guarded

    methods = {name: guard(name) for name in ("connect", "connect_ex", "sendto", "bind")}
    socket.socket = type("Sealed", (socket.socket,), methods)  # type: ignore[misc, assignment]
    socket.getaddrinfo = socket.gethostbyname = socket.create_connection = refuse  # type: ignore[assignment]


def main() -> None:
    seal(sys.argv.pop(1))
    sys.argv[0] = "flashsloth"
    os.environ.pop("HF_HUB_OFFLINE", None)  # which would hide what is asked for
    from flashsloth_cli.__main__ import main as run

    run()


if __name__ == "__main__":
    main()
