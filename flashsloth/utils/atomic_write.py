"""Crash-safe writing: a file is replaced as a whole or not at all, even if the process is killed or the
power fails. Errors of full, missing and read-only disks become DiskFull or InputError.

`atomic_write` follows the usual steps:

1. Write to a scratch file in the same folder, and so on the same file system.
2. Force its contents onto the disk (fsync). Otherwise the renaming could reach the disk first.
3. Give it the mode of the file that it replaces.
4. Rename it over that file, which is a single step for every reader.
5. Force the folder onto the disk, so that the renaming survives a power failure.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from flashsloth.errors import DiskFull, FlashSlothError, InputError
from flashsloth.utils import system

SCRATCH_PREFIX = ".flashsloth-"  # of files and folders that are not complete yet
# Folders whose entries are the open files of a process.
STREAM_FOLDERS = re.compile(r"/dev/fd|/proc/\d+(/task/\d+)?/fd")
FREE_SPACE = "Free some space."
DISK_FULL_CODES = (errno.ENOSPC, errno.EDQUOT)
# Parts of messages that mean a full disk: safetensors, tokenizers, hf_xet and torch.save raise
# exceptions of their own types.
DISK_FULL_MESSAGES = ("os error 28", "No space left", "PytorchStreamWriter", "inline_container")


def check_output_path(
    path: Path, *, force: bool, hint: str = "Choose another name, or replace it with --force."
) -> None:
    """Raise InputError if the path is a folder, if its parent does not exist, or if it exists and
    `force` is False. `hint` is the hint of the last of these errors."""
    if os.path.isdir(path):
        raise InputError(f"{path} is a folder", hint="Name a file.")
    if os.path.lexists(path) and not force:
        raise InputError(f"{path} exists", hint=hint)
    if not os.path.isdir(path.parent):
        raise InputError(f"there is no folder {path.parent}", hint="Create it, or choose another file.")


def check_utf8_path(target: Path) -> None:
    """Raise InputError for a path that is not UTF-8: safetensors cannot write there."""
    path = os.path.abspath(target)
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"{path} is not a path in UTF-8", hint="Give another folder, or rename its parent."
        ) from error


@contextmanager
def convert_os_errors(
    target: Path, *, full_hint: str = FREE_SPACE, hint: str = "Give another file."
) -> Iterator[None]:
    """Convert the exceptions of any library that fails to write to DiskFull (with `full_hint`) or
    InputError (with `hint`)."""
    try:
        yield
    except FlashSlothError:
        raise
    except Exception as error:
        if is_disk_full(error, target):
            raise DiskFull(f"the disk is full: {target} does not fit", hint=full_hint) from error
        reason = getattr(error, "strerror", None) or str(error)
        # libraries in Rust write "os error" into errors of another class, as for a removed disk
        if isinstance(error, OSError) or "os error" in reason:
            raise InputError(f"{target} cannot be written: {reason}", hint=hint) from error
        raise


def is_disk_full(error: BaseException, target: Path | None = None) -> bool:
    """Return whether an error of any type means that the disk is full."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in DISK_FULL_CODES
    if any(part in str(error) for part in DISK_FULL_MESSAGES):
        return True
    return target is not None and _has_no_space(target)


def _has_no_space(target: Path) -> bool:
    """Return whether the disk of a path is full: some libraries raise an error that does not say so."""
    with suppress(OSError):
        existing = next(p for p in (target, *target.parents) if p.exists())
        return shutil.disk_usage(existing).free < 2**20
    return False


@contextmanager
def atomic_write(
    path: Path,
    *,
    prefix: str = SCRATCH_PREFIX,
    mode: int = 0o644,
    durable: bool = True,
    follow: bool = True,
) -> Iterator[BinaryIO]:
    """Open a scratch file that replaces `path` atomically if the block succeeds, and is deleted if it
    raises.

    A symbolic link stays a link, and its target is replaced; with `follow` False the link itself is
    replaced. An existing file keeps its mode, a new one gets `mode`. With `durable` False the call does
    not wait for the disk: after a power failure the file may be damaged.
    """
    check_regular_file(path)
    path = Path(os.path.realpath(path)) if follow else path
    # step 1 of the module's docstring; the numbers below are its other steps
    handle, scratch = tempfile.mkstemp(prefix=prefix, dir=path.parent)
    try:
        with open(handle, "wb") as file:
            yield file
            # 2
            if durable:
                file.flush()
                os.fsync(file.fileno())
        # 3
        with suppress(FileNotFoundError):
            status = os.stat(path, follow_symlinks=follow)
            mode = mode if stat.S_ISLNK(status.st_mode) else stat.S_IMODE(status.st_mode)
        os.chmod(scratch, mode)
        # 4
        system.replace(scratch, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(scratch)
        raise
    # 5
    if durable:
        fsync_path(path.parent)


def check_regular_file(path: Path) -> None:
    """Raise OSError for a path that must not be replaced by a file: a device, a pipe, and /dev/stdout
    and similar links, to whose target another program may be writing. A path with a NUL byte raises it,
    too."""
    if "\0" in str(path):
        raise OSError(errno.EINVAL, "its name has a NUL byte", str(path))
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
    # follow the links one by one, as the last target alone does not show that one led to a stream
    link = os.path.abspath(path)
    for _ in range(40):  # the system follows no more links than that
        folder = os.path.realpath(os.path.dirname(link))
        if STREAM_FOLDERS.fullmatch(folder):
            raise OSError(errno.EINVAL, "it is a stream of a program, not a file")
        link = os.path.join(folder, os.path.basename(link))
        if not os.path.islink(link):
            return
        link = os.path.join(folder, os.readlink(link))


def fsync_path(path: Path) -> None:
    """Force a file or folder onto the disk."""
    if system.WINDOWS and path.is_dir():
        return  # Windows cannot open folders
    # Windows flushes only files that are open for writing
    handle = os.open(path, os.O_RDWR if system.WINDOWS else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
