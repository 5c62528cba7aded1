"""Run Python in forks of a process that has imported torch and the modules of `ask` and `chat`, which
takes 2 of a command's 2.3 seconds.

`python preloaded.py SOCKET` is that process. `installed(folder)` starts it and writes a program
`python` that asks it for a fork. The fork becomes the module (`-m`) or the file that the command line
names, with the arguments, current folder, environment variables, streams, terminal, signals and exit
code of that program. It is for tests of what commands print and do. Tests of imports, of variables that
libraries read when they are imported, of closed streams and of job control start a process of their
own.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# What `ask` and `chat` import. No other libraries than these need: torch is one of them, but
# transformers and the web server are not.
MODULES = (
    "flashsloth_cli.app",
    "flashsloth_cli.asking.single",
    "flashsloth_cli.chat.prompt",
    "flashsloth_cli.commands.ask",
    "flashsloth_cli.history.recording",
    "flashsloth.chat.local_model",
    "flashsloth.checkpoints.loader",
    "flashsloth.processing.tokenizer",
)
# It gives up a terminal that it controls, for the fork to control: keys like Ctrl-C are signals there.
CLIENT = """#!{python} -IS
import fcntl, json, os, signal, socket, sys, termios
at_terminal = os.isatty(0) and os.getsid(0) == os.getpid()
if at_terminal:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # which follows
    fcntl.ioctl(0, termios.TIOCNOTTY)
with socket.socket(socket.AF_UNIX) as link:
    link.connect({address!r})
    line = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ), at_terminal])
    socket.send_fds(link, [line.encode()], [0, 1, 2])
    link.shutdown(socket.SHUT_WR)
    told = link.makefile()
    program = int(told.readline())
    for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, lambda number, _: os.kill(program, number))
    code = int(told.readline())
if code < 0:
    if -code != signal.SIGKILL:
        signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
sys.exit(code)
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
        program = folder / "python"
        program.write_text(CLIENT.format(python=sys.executable, address=address))
        program.chmod(0o755)
        try:
            yield program
        finally:
            process.kill()


def run(link: socket.socket) -> None:
    """Become the program that a client asks for."""
    parts, files = [], []
    while not parts or parts[-1]:
        data, received, *_ = socket.recv_fds(link, 2**16, 3)
        parts.append(data)
        files += received
    link.close()
    words, folder, variables, at_terminal = json.loads(b"".join(parts))
    if words[0] == "-P":  # which this process has
        del words[0]
    kind, *words = words
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    if at_terminal:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.chdir(folder)
    for name in "PYTHONPATH", "HF_HUB_DISABLE_TELEMETRY":  # the second is set by `import flashsloth`
        variables[name] = os.environ[name]
    os.environ.clear()
    os.environ.update(variables)
    sys.argv[:] = words
    if kind == "-m":
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv[:0] = [kind]
        if os.path.isfile(kind):
            sys.path.insert(0, os.path.dirname(kind))
        runpy.run_path(kind, run_name="__main__")


def watch(program: int, link: socket.socket) -> None:
    """Tell the client the exit code of its program, which is killed if the client was."""
    link.sendall(f"{program}\n".encode())
    ends = select.poll()
    ends.register(os.pidfd_open(program), select.POLLIN)
    ends.register(link, 0)  # only its end
    if all(file == link.fileno() for file, _ in ends.poll()):
        os.kill(program, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])
    with suppress(BrokenPipeError):
        link.sendall(f"{code}\n".encode())


def main() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under `nohup` it is ignored
    for module in MODULES:
        importlib.import_module(module)
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(sys.argv[1])
        listening.listen()
        print("ready", flush=True)
        while True:
            link, _ = listening.accept()
            # one child becomes the program, and the other one waits for it
            if os.fork() == 0:
                if (program := os.fork()) == 0:
                    run(link)
                watch(program, link)
                os._exit(0)
            link.close()


if __name__ == "__main__":
    gc.disable()
    main()
