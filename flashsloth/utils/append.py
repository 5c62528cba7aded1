"""Append records to a file, each as a whole or not at all, and read at any position. Works on file
descriptors."""

from __future__ import annotations

import os
import threading
from contextlib import suppress

_lock = threading.Lock()


def append(handle: int, record: bytes, end: int) -> int:
    """Write a record at the end of a file, whose position is `end`, and return the new end. If that
    fails, as on a full disk, the part that was written is removed. Raises: OSError."""
    try:
        rest = memoryview(record)
        while rest:  # a call may write less than it was given, usually because the disk is full
            rest = rest[os.write(handle, rest) :]
    except OSError:
        with suppress(OSError):  # a pipe or a device cannot be truncated
            os.ftruncate(handle, end)
        raise
    return end + len(record)


def read_at(handle: int, start: int, size: int) -> bytes:
    """Return bytes from any position of a file. Several threads and forked processes may call this on
    one descriptor."""
    if hasattr(os, "pread"):
        return os.pread(handle, size, start)
    with _lock:  # Windows
        os.lseek(handle, start, os.SEEK_SET)
        return os.read(handle, size)
