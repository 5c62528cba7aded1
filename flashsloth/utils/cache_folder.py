"""A cache in a folder. Its files can be computed again, and only the user who owns them can read them.
The least recently used files are removed.

This module handles names and bytes. Several processes may use a folder at the same time, and any of
them may be killed.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flashsloth.errors import FlashSlothError
from flashsloth.utils import system
from flashsloth.utils.atomic_write import SCRATCH_PREFIX, atomic_write
from flashsloth.utils.paths import user_folder

IMAGES_LIMIT = 10**9  # maximum bytes of all encoded images
KERNELS_LIMIT = 50 * 10**6  # maximum bytes of all compiled kernels
SCRATCH_SECONDS = 3600  # an unfinished file that is older was left by a killed process


@dataclass(frozen=True, slots=True)
class CacheFolder:
    """The entries of one kind in a folder.

    `get`, `put` and `discard` never raise an exception. If the folder cannot be read or written, or is
    a symbolic link, the cache is empty: the mode and the files of the link's target belong to somebody
    who may use them for other things. Parents of the folder may be links.

    Args:
        path: the folder. It is created with mode 0700 at the first write. Files have mode 0600,
            independent of the umask.
        suffix: the suffix of the files of entries. Files with other suffixes do not belong to the
            cache.
        limit: the maximum bytes of all entries.
        is_code: whether entries are executed. In that case an entry is used only if no other user may
            write to it or to the folder.
    """

    path: Path
    suffix: str
    limit: int
    is_code: bool = False

    def get(self, name: str) -> bytes | None:
        """Return the content of an entry, and mark the entry as the most recently used one. Return None
        if the entry is missing or is a symbolic link."""
        if os.path.islink(self.path):
            return None
        file = self.path / f"{name}{self.suffix}"
        try:
            with open(file, "rb", opener=system.open_no_link) as opened:
                status = os.fstat(opened.fileno())
                if status.st_size > self.limit:
                    return None
                if self.is_code and not all(map(system.is_own_alone, (status, self.path.lstat()))):
                    return None
                data = opened.read()
        except OSError:
            return None
        with suppress(OSError):  # the time cannot be set in a folder without write permission
            os.utime(file)
        return data

    def put(self, name: str, data: bytes) -> None:
        """Write an entry. If the limit is exceeded, remove the least recently used entries."""
        with suppress(OSError, FlashSlothError):
            if os.path.islink(self.path):
                return
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not system.WINDOWS and self.path.stat().st_mode & 0o777 != 0o700:
                self.path.chmod(0o700)
            # The write need not be durable, because the readers of an entry notice if a power failure
            # has damaged it.
            path = self.path / f"{name}{self.suffix}"
            with atomic_write(path, mode=0o600, durable=False, replace_link=True) as file:
                file.write(data)
            self._remove_oldest()

    def discard(self, name: str) -> None:
        """Remove an entry, if there is one."""
        with suppress(OSError):
            (self.path / f"{name}{self.suffix}").unlink()

    def size(self) -> tuple[int, int]:
        """Return the number of entries and their size in bytes."""
        found = [status.st_size for path, status in self._files() if path.name.endswith(self.suffix)]
        return len(found), sum(found)

    def clear(self) -> tuple[int, int]:
        """Remove all entries. Return their number and size in bytes. Raises: OSError if an entry cannot
        be removed."""
        removed = self.size()
        for path, _ in list(self._files()):
            path.unlink(missing_ok=True)
        return removed

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        """Yield the entries, and the unfinished files of this and other processes."""
        try:
            found = [] if os.path.islink(self.path) else list(os.scandir(self.path))
        except OSError:
            return
        for entry in found:
            if entry.name.endswith(self.suffix) or entry.name.startswith(SCRATCH_PREFIX):
                with suppress(OSError):  # another process removed the file
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode):
                        yield Path(entry.path), status

    def _remove_oldest(self) -> None:
        # `get` sets the time of an entry, so the newest entries are the most recently used ones
        newest_first = sorted(self._files(), key=lambda entry: entry[1].st_mtime, reverse=True)
        total = 0
        now = time.time()
        for path, status in newest_first:
            if path.name.endswith(self.suffix):
                total += status.st_size
                remove = total > self.limit
            else:
                remove = now - status.st_mtime > SCRATCH_SECONDS
            if remove:
                with suppress(OSError):
                    path.unlink()


def encoded_images() -> CacheFolder:
    """Return the cache of encoded images that `ask` and `chat` use. Its folder need not exist."""
    return CacheFolder(user_folder("cache") / "images", ".safetensors", IMAGES_LIMIT)


def compiled_kernels() -> CacheFolder:
    """Return the cache of compiled kernels (quantization/compiled.py). Its folder need not exist.
    Raises: OSError if there is neither a home folder nor a folder for temporary files."""
    return CacheFolder(user_folder("cache") / "kernels", ".o", KERNELS_LIMIT, is_code=True)
