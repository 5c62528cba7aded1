"""`python -m flashsloth_cli` and the console script `flashsloth`: how the process begins and ends."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # built in; `signal` imports others, amid which Ctrl-C would print a traceback

INTERRUPT = _signal.getsignal(_signal.SIGINT)
if INTERRUPT is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # Ctrl-C ends in silence, until `main` has imported the rest

import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from typing import NoReturn  # noqa: E402

ENVIRONMENT = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
    "GOMP_SPINCOUNT": "1000",  # torch's threads wait by spinning, by default so long that a busy machine crawls
}


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    from flashsloth_cli.app import app
    from flashsloth_cli.terminal import exit_codes, streams

    streams.fill_closed()
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, streams.leave_by_signal)
    sys.unraisablehook = streams.resend_signal
    try:
        if INTERRUPT is signal.default_int_handler:
            signal.signal(signal.SIGINT, streams.interrupt)
        app(prog_name="flashsloth")
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except KeyboardInterrupt:  # before the command line was read, or a second one while the first was dealt with
        code = exit_codes.INTERRUPTED
    if code == exit_codes.INTERRUPTED and os.name == "posix" and streams.is_terminal(sys.stderr):
        streams.die_by_signal(signal.SIGINT)  # a shell's loop goes on after exit code 130, but not after this
    streams.write_stderr("", end="")
    os._exit(code)  # everything is written; to take torch and transformers apart again would take a second


if __name__ == "__main__":
    main()
