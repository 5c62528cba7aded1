"""The command line in a process that may reach no other: who is looked up or connected to is written down and refused.

python -m benchmarks.trust.sealed LOG ask photo.jpg -p "What is this?"
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any, NoReturn

LOG = ""


def refuse(where: Any) -> NoReturn:
    with open(LOG, "a", encoding="utf-8") as file:
        file.write(f"{where}\n")
    raise OSError(f"sealed: {where}")


def seal(log: str) -> None:
    """From here on nothing leaves this process but through files and pipes."""
    global LOG
    LOG = log

    class Sealed(socket.socket):
        """Processes of one program may talk by files of the machine (AF_UNIX)."""

        def connect(self, address: Any) -> None:
            super().connect(address) if self.family == socket.AF_UNIX else refuse(address)

        def connect_ex(self, address: Any) -> int:
            return super().connect_ex(address) if self.family == socket.AF_UNIX else refuse(address)

        def sendto(self, *args: Any) -> int:
            return super().sendto(*args) if self.family == socket.AF_UNIX else refuse(args[-1])

        def bind(self, address: Any) -> None:
            super().bind(address) if self.family == socket.AF_UNIX else refuse(f"bind {address}")

    def lookup(host: Any, *args: Any, **kwargs: Any) -> NoReturn:
        refuse(host)

    socket.socket = Sealed  # type: ignore[misc]
    socket.getaddrinfo = lookup
    socket.gethostbyname = lookup
    socket.create_connection = lookup


def main() -> None:
    log = sys.argv.pop(1)
    sys.argv[0] = "flashsloth"
    os.environ.pop("HF_HUB_OFFLINE", None)  # which would hide what is asked for
    seal(log)
    from flashsloth_cli.__main__ import main as run

    run()


if __name__ == "__main__":
    main()
