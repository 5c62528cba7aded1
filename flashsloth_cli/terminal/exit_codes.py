"""Exit codes of the program that do not belong to an error of the library.

The errors of the library have their exit codes as `exit_code`: 2 for a command line that is wrong
whatever files exist, 3 for an existing output, a missing file or bad data, 4 for a model or an adapter
that cannot be opened.
"""

from __future__ import annotations

USAGE = 2
# Some rows have an error in place of an answer.
SOME_FAILED = 7
# The codes that a shell reports for a program that was ended by SIGINT or SIGPIPE: 128 plus the number
# of the signal.
INTERRUPTED = 130
CLOSED_PIPE = 141


def signal_code(error: BaseException | None) -> int | None:
    """Return the exit code of the signal that caused an error, or None if no signal caused it. The
    error may come later than the signal, for example in the cleanup of a library."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return INTERRUPTED
        if isinstance(error, SystemExit) and isinstance(error.code, int) and error.code > 128:
            return error.code  # 128 plus the number of the signal
        error = error.__context__
    return None
