"""Exit codes: the one table of them. The library knows none; they are found here by an error's class.

2: the command line can never work, whatever lies on the disk. 3: an output that exists, a name that is not there, data
that is bad. 4: a model or an adapter that cannot be had.
"""

from __future__ import annotations

from flashsloth.errors import (
    ContextTooLong,
    FlashSlothError,
    InputError,
    ModelError,
    OptionError,
    ResourceError,
)

USAGE = 2
SOME_FAILED = 7
INTERRUPTED = 130
CLOSED_PIPE = 141

EXIT_CODES: dict[type[FlashSlothError], int] = {
    FlashSlothError: 1,
    OptionError: USAGE,
    InputError: 3,
    ModelError: 4,
    ResourceError: 5,
    ContextTooLong: 9,
}


def exit_code(error: FlashSlothError) -> int:
    """The code of the nearest class in the error's ancestry."""
    return next(EXIT_CODES[cls] for cls in type(error).__mro__ if cls in EXIT_CODES)


def signal_code(error: BaseException | None) -> int | None:
    """The exit code of a signal that something else went wrong about: a library's own cleaning up, mostly."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return INTERRUPTED
        if isinstance(error, SystemExit) and isinstance(error.code, int) and error.code > 128:
            return error.code
        error = error.__context__
    return None
