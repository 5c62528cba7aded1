"""Append whole records to a file, and read at any position of one. Takes file descriptors."""

from __future__ import annotations

import os
import threading
from contextlib import suppress

_lock = threading.Lock()


def append(handle: int, record: bytes, end: int) -> int:
    """Write a record at the end of a file, or nothing if the disk is full. Return the new end. Raises:
    OSError."""
    try:
        rest = memoryview(record)
        while rest:  # usually once; more often on a full disk
            rest = rest[os.write(handle, rest) :]
    except OSError:
        with suppress(OSError):  # a pipe or a device cannot be truncated
            os.ftruncate(handle, end)
        raise
    return end + len(record)


def read_at(handle: int, start: int, size: int) -> bytes:
    """Return bytes of a file, independent of its position. May be called by several threads and forked
    processes."""
    if hasattr(os, "pread"):
        return os.pread(handle, size, start)
    with _lock:  # Windows
        os.lseek(handle, start, os.SEEK_SET)
        return os.read(handle, size)
