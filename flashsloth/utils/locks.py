"""Locks on file systems that may have none, such as some network drives. The work is done there too,
with a warning."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from flashsloth.utils import system

if TYPE_CHECKING:  # its import takes a while, and the history does not need it
    from filelock import FileLock

NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def are_missing(folder: Path) -> bool:
    """Return whether a folder has no locks for SQLite, which says that its file is locked then."""
    try:
        system.lock_record(folder)
    except OSError as error:
        return error.errno in NO_LOCKS
    return False


def acquire(lock: FileLock, target: Path, timeout: float = 0) -> str:
    """Acquire the lock that keeps other processes from writing to `target`. Wait for `timeout` seconds,
    or for ever if it is negative.

    Returns: "", or a warning if the file system has no locks. There is no lock file then.

    Raises: Timeout if another process holds the lock; OSError.
    """
    try:
        lock.acquire(timeout=timeout)
        return ""
    except NotImplementedError:  # ENOSYS in older versions of filelock
        pass
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
    with suppress(OSError):
        os.unlink(lock.lock_file)
    return f"the file system of {target} has no locks: let no second process write there"
