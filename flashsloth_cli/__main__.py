"""The start and the end of the process, for `python -m flashsloth_cli` and the script `flashsloth`."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # built in; importing `signal` first would leave time for a Ctrl-C with a traceback

INTERRUPT = _signal.getsignal(_signal.SIGINT)
if INTERRUPT is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # Ctrl-C ends silently until `main` handles it

import itertools  # noqa: E402
import os  # noqa: E402
import re  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
from typing import NoReturn  # noqa: E402

ENVIRONMENT = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
    # The current folder may contain untrusted files. With these variables no program that a library
    # starts is taken from there. Such programs are helpers in Python, for example multiprocessing's
    # resource tracker, and on Windows also clip.exe and nvidia-smi.
    "PYTHONSAFEPATH": "1",
    "NoDefaultCurrentDirectoryInExePath": "1",
}
# Commands that do not import numpy, and are quicker without a look at the threads.
WITHOUT_NUMPY = {"sessions", "templates", "cache", "config", "list", "ps", "stop"}
# Options of `ask` that hide the status line. A word that is only the value of an option also matches,
# which does no harm.
NO_STATUS = re.compile("-[a-z]*[hq]|--(help|quiet|json)")


def set_environment(words: list[str]) -> str | None:
    """Set the environment variables that libraries read when they are imported. `words` is the command
    line without the name of the program. Return a warning if HOME had to be replaced because it is not
    an absolute path."""
    from flashsloth.utils import system
    from flashsloth_cli.terminal import spinning

    kernels = spinning.KERNELS.get(os.environ.get("FLASHSLOTH_KERNELS", ""), {})
    for name, value in (ENVIRONMENT | kernels).items():
        os.environ.setdefault(name, value)
    os.environ.update(spinning.variables(words, os.environ))
    # OpenBLAS, which comes with numpy, starts a thread for each processor, and raises SIGINT if it
    # cannot. This program does not need these threads.
    if not WITHOUT_NUMPY & {*words[:1]} and not system.can_start_threads(os.cpu_count() or 1):
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        tempfile.gettempdir()
    except FileNotFoundError:  # the machine is read-only, or its disk is full
        # transformers imports torch._dynamo, which creates the folder of this variable, by default in
        # the temporary folder. The root folder always exists, so nothing has to be created.
        os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", os.path.abspath(os.sep))
    given = os.environ.get("HOME")
    if system.WINDOWS or (given is not None and os.path.isabs(given)):
        return None
    # Libraries keep files below HOME. With a relative path they would write them into the current
    # folder.
    home = system.home_from_passwd()
    os.environ["HOME"] = home or system.temporary_home()
    if home and given is None:  # a service usually has no HOME, so this needs no warning
        return None
    problem = (
        "this user has no home folder" if given is None else f"HOME={given} is not an absolute path"
    )
    return f"warning: {problem}; using {os.environ['HOME']}"


def main() -> NoReturn:
    """Run the command line and exit with its exit code."""
    # Remove entries that are not folders. An editable install of a package whose folders have no
    # __init__.py adds such an entry.
    sys.path[:] = filter(os.path.isabs, sys.path)
    # Options such as -q may stand before the command (app.BEFORE).
    words = [*itertools.dropwhile(lambda word: word.startswith("-"), sys.argv[1:])]
    warning = set_environment(words)
    from flashsloth.utils import system
    from flashsloth_cli.terminal import exit_codes, render, streams

    streams.repair()
    # While a shell asks for completions, a warning would appear in the line that the user types.
    if warning is not None and "_FLASHSLOTH_COMPLETE" not in os.environ:
        render.note(warning)
    for number in streams.ENDING:
        # A signal that the parent process ignores stays ignored, as SIGHUP does under `nohup`.
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, streams.leave_by_signal)
    sys.unraisablehook = streams.resend_signal
    try:
        # A shell without job control starts programs in the background with SIGINT ignored. SIGINT then
        # stays ignored too.
        if INTERRUPT is signal.default_int_handler:
            signal.signal(signal.SIGINT, streams.interrupt)
        # Show the status before typer is imported, which takes a while. Do not show it while a pipe is
        # read, because the program that writes to the pipe may ask something at this terminal.
        if (
            words[:1] == ["ask"]
            and not any(map(NO_STATUS.match, sys.argv))
            and not streams.has_piped_stdin()
        ):
            streams.show_status(streams.READING)
        from flashsloth_cli.app import app

        app(prog_name="flashsloth")
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    # Ctrl-C came before the commands run, or a second Ctrl-C came while the first was being handled.
    except KeyboardInterrupt:
        code = exit_codes.INTERRUPTED
    finally:
        # This erases the line of `show_status` and turns the echo of the terminal on again.
        streams.write_stderr("", end="")
    if code == exit_codes.INTERRUPTED and not system.WINDOWS and streams.is_terminal(sys.stderr):
        # A loop in a shell would continue after exit code 130, but it ends after the signal.
        streams.die_by_signal(signal.SIGINT)
    os._exit(code)  # All output is written, and a normal exit would take a second to unload torch.


if __name__ == "__main__":
    main()
