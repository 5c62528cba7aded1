"""The command line without a network: every lookup and connection is written to a log and refused.

python -m tests.trust.sealed LOG ask photo.jpg -p "What is this?"
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
PEERS = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")


def seal(log: str) -> None:
    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        """Let sockets of this machine (AF_UNIX) through: processes of one program may use them."""
        if event in LOOKUPS or (event in PEERS and arguments[0].family != socket.AF_UNIX):
            with open(log, "a", encoding="utf-8") as file:
                file.write(f"{event} {arguments}\n")
            raise OSError(f"sealed: {event} {arguments}")

    sys.addaudithook(refuse)


if __name__ == "__main__":
    seal(sys.argv.pop(1))
    sys.argv[0] = "flashsloth"
    os.environ.pop("HF_HUB_OFFLINE", None)  # this variable would hide connection attempts
    from flashsloth_cli.__main__ import main

    main()
