"""Exit codes, by the class of an error.

2: a wrong command line, whatever files there are. 3: an existing output, a missing file, bad data. 4: a model or an
adapter that cannot be opened.
"""

from __future__ import annotations

from flashsloth.errors import (
    AnswerIncomplete,
    ContextTooLong,
    CropOutside,
    FlashSlothError,
    InputError,
    ModelError,
    OptionError,
    ResourceError,
    ServerBusy,
    ServerError,
)

USAGE = 2
SOME_FAILED = 7
INCOMPLETE = 8
INTERRUPTED = 130
CLOSED_PIPE = 141

EXIT_CODES: dict[type[FlashSlothError], int] = {
    FlashSlothError: 1,
    OptionError: USAGE,
    CropOutside: USAGE,
    InputError: 3,
    ModelError: 4,
    ResourceError: 5,
    ServerBusy: 6,
    ServerError: 6,
    AnswerIncomplete: INCOMPLETE,
    ContextTooLong: 9,
}


def exit_code(error: FlashSlothError) -> int:
    """Return the code of the nearest class of the error that has one."""
    return next(EXIT_CODES[cls] for cls in type(error).__mro__ if cls in EXIT_CODES)


def signal_code(error: BaseException | None) -> int | None:
    """Return the exit code of the signal that caused an error, for example in the cleanup of a library, or None."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return INTERRUPTED
        if isinstance(error, SystemExit) and isinstance(error.code, int) and error.code > 128:
            return error.code
        error = error.__context__
    return None
