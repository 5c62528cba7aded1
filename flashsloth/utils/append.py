"""Append records to a file, and read at any position. Each record is written completely or not at all.
The functions work on file descriptors."""

from __future__ import annotations

import os
import threading
from contextlib import suppress

_lock = threading.Lock()


def append(handle: int, record: bytes, end: int) -> int:
    """Write a record at the end of a file, which is at the position `end`, and return the position of
    the new end. If writing fails, for example because the disk is full, the part that was written is
    removed. Raises: OSError."""
    try:
        rest = memoryview(record)
        while rest:  # a call may write only a part, usually because the disk is full
            rest = rest[os.write(handle, rest) :]
    except OSError:
        with suppress(OSError):  # a pipe or a device cannot be truncated
            os.ftruncate(handle, end)
        raise
    return end + len(record)


def read_at(handle: int, start: int, size: int) -> bytes:
    """Return bytes from any position of a file. Several threads and forked processes may call this
    function with the same descriptor."""
    if hasattr(os, "pread"):
        return os.pread(handle, size, start)
    with _lock:  # Windows
        os.lseek(handle, start, os.SEEK_SET)
        return os.read(handle, size)
