"""Run `flashsloth` in forks of a process that has imported torch, which takes a new process 1.5 of its
2 seconds.

`python preloaded.py SOCKET` is that process. `installed(folder)` starts it and writes a program
`flashsloth` that asks it to run a command line: with the arguments, current folder, environment
variables, streams and exit code of that program. For tests of what commands print; others, of signals,
terminals, or what is imported, start a process of their own.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLIENT = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as link:
    link.connect({address!r})
    line = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)])
    socket.send_fds(link, [line.encode()], [0, 1, 2])
    link.shutdown(socket.SHUT_WR)
    sys.exit(int(link.makefile().read()))
"""


@contextmanager
def installed(folder: Path, root: Path) -> Iterator[Path]:
    """Yield the program, which is in the folder and works until the end of the context. `root` has the
    packages to import."""
    address = str(folder / "socket")
    line = [sys.executable, "-P", __file__, address]
    env = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(line, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        program = folder / "flashsloth"
        program.write_text(CLIENT.format(python=sys.executable, address=address))
        program.chmod(0o755)
        yield program
        process.kill()


def run(link: socket.socket) -> None:
    """Become the program that a client asks for."""
    parts, files = [], []
    while not parts or parts[-1]:
        data, received, *_ = socket.recv_fds(link, 2**16, 3)
        parts.append(data)
        files += received
    link.close()
    words, folder, variables = json.loads(b"".join(parts))
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    variables["PYTHONPATH"] = os.environ["PYTHONPATH"]
    os.environ.clear()
    os.environ.update(variables)
    sys.argv[1:] = words
    runpy.run_module("flashsloth_cli", run_name="__main__", alter_sys=True)


def main() -> None:
    import torch  # noqa: F401

    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(sys.argv[1])
        listening.listen()
        print("ready", flush=True)
        while True:
            link, _ = listening.accept()
            # one child becomes the program, and the other one waits for it and tells the exit code
            if os.fork() == 0:
                if (program := os.fork()) == 0:
                    run(link)
                code = os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])
                link.sendall(str(code).encode())
                os._exit(0)
            link.close()


if __name__ == "__main__":
    gc.disable()
    main()
