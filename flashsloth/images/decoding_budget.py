"""The memory that all threads of this process together may take to decode pictures.

Before a thread decodes a picture it reserves the estimated bytes, and waits until they fit into
MAX_BYTES beside the pictures of other threads. A picture that would not fit even alone is decoded while
no other one is.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flashsloth.utils import system

MAX_BYTES = 2 * 10**9  # the limit for all pictures together, and for each of them
LARGE = MAX_BYTES // 16  # after a picture of this size the heap is released
PDF_BYTES = MAX_BYTES // 4  # assumed for a page of a PDF, whose process usually takes some 100 MB

_CHANGED = threading.Condition()
_RESERVED: dict[int, int] = {}  # bytes by the id of the thread that reads a picture


@contextmanager
def one_picture() -> Iterator[None]:
    """Read a picture. What `reserve` reserves for it in this thread is released when the block ends.
    Within another such block only the outer one counts, so that the bytes stay reserved while the
    decoded picture is scaled."""
    thread = threading.get_ident()
    is_inner = thread in _RESERVED
    try:
        reserve(0)
        yield
    finally:
        if not is_inner:
            if _RESERVED.get(thread, 0) >= LARGE:
                system.release_heap()
            with _CHANGED:
                _RESERVED.pop(thread, None)
                _CHANGED.notify_all()


def reserve(size: int) -> None:
    """Reserve bytes for the picture that this thread reads, in place of those that it has reserved, if
    they were fewer. Wait until there is room."""
    thread = threading.get_ident()
    with _CHANGED:
        # Nothing is reserved while a thread waits, so two threads can never wait for each other.
        size = max(size, _RESERVED.get(thread, 0))
        _RESERVED[thread] = 0
        _CHANGED.notify_all()
        _CHANGED.wait_for(lambda: sum(_RESERVED.values()) <= max(MAX_BYTES - size, 0))
        _RESERVED[thread] = size
