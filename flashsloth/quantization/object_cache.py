"""Store the object code of compiled kernels on disk, so that a later process only has to link the code.

The code that is read here is executed. Files that another user wrote are not read (CacheFolder), and a
digest of name and content reveals damage. Programs of the same user are not guarded against: they can
execute any code anyway.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence

from flashsloth.utils.cache_folder import compiled_kernels

# Increase this number if the layout of an entry changes, or if the compilation changes in a way that
# `description` does not show.
FORMAT = 1
DIGEST_BYTES = 32  # the length of the digest at the beginning of an entry


def object_code(description: Sequence[object], make: Callable[[], bytes]) -> bytes:
    """Return the object code of a kernel. If an earlier process has stored the code, it is read from
    disk. Otherwise `make` is called and its result is stored.

    Args:
        description: everything on which the code depends, as values of JSON.

    Raises: the errors of `make`. If an entry cannot be read or written, no error is raised and the code
        is not stored.
    """
    try:
        folder = compiled_kernels()
    except OSError:
        return make()
    key = hashlib.sha256(json.dumps([FORMAT, *description]).encode()).hexdigest()
    entry = folder.get(key) or b""
    digest = entry[:DIGEST_BYTES]
    code = entry[DIGEST_BYTES:]
    if digest != _digest(key, code):
        code = make()
        folder.discard(key)  # a file that is overwritten would keep its permissions
        folder.put(key, _digest(key, code) + code)
    return code


def _digest(key: str, code: bytes) -> bytes:
    return hashlib.sha256(key.encode() + code).digest()
