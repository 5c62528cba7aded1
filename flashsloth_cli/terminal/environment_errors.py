"""Recognise errors whose cause is an environment variable with a value that a library cannot use."""

from __future__ import annotations

import os
import sys
import traceback

from flashsloth.errors import FlashSlothError, OptionError, causes
from flashsloth.utils.text import error_reason

# If this variable is 2 or more, Python removes docstrings, but transformers reads its docstrings while
# it is imported.
DOCSTRINGS = "PYTHONOPTIMIZE"


def environment_error(error: BaseException) -> OptionError | None:
    """Return an error that names the environment variable that caused an exception. Return None if the
    exception has another cause.

    Libraries read most of their variables while they are imported. An unusable value may then raise any
    exception, such as "invalid literal for int() with base 10: '10s'". Sometimes an error of this
    program is raised from that exception.
    """
    ours = isinstance(error, FlashSlothError)
    for cause in causes(error):
        frames = traceback.extract_tb(cause.__traceback__)
        importing = any(frame.name == "<module>" for frame in frames)
        # An error of this program already says what is wrong. Its causes are of interest only if they
        # occurred during an import.
        if not isinstance(cause, FlashSlothError | OSError) and (importing or not ours):
            name = (
                DOCSTRINGS
                if importing and sys.flags.optimize > 1
                else _variable(cause, frames, importing)
            )
            if name:
                return OptionError(
                    f"the environment variable {name} cannot be used: {error_reason(cause)}",
                    hint=f"Correct it, or remove it: unset {name}",
                )
    return None


def _variable(error: BaseException, frames: traceback.StackSummary, importing: bool) -> str | None:
    """Return the name of the variable that an error is about.

    A line of the traceback contains the name of this variable, and the message of the error quotes its
    value. During an import one of the two is enough. Elsewhere both are required, because one alone
    could be a coincidence. Variables of this program are left out, because they are checked where they
    are read.
    """
    message = str(error)
    code = "".join(frame.line or "" for frame in frames)
    names = [name for name in os.environ if len(name) > 1 and not name.startswith("FLASHSLOTH_")]
    in_code = [name for name in names if f'"{name}"' in code or f"{name}=" in message]
    # huggingface_hub reads HF_ENDPOINT into a constant ENDPOINT, and fails in a later line that
    # contains only the name of the constant.
    in_code += [name for name in names if name.startswith("HF_") and f"({name[3:]})" in code]
    quoted = [name for name in names if repr(os.environ[name]) in message]
    found = [name for name in in_code if name in quoted]
    if importing:
        found += [*quoted, *in_code]
    return next(iter(found), None)
