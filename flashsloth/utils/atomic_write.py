"""Write files whole or not at all, and convert the errors of full, missing and read-only disks."""

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

SCRATCH_PREFIX = ".flashsloth-"  # of files and folders until they are complete
STREAM_FOLDERS = re.compile(r"/dev/fd|/proc/\d+(/task/\d+)?/fd")
FREE_SPACE = "Free some space."
DISK_FULL_CODES = (errno.ENOSPC, errno.EDQUOT)
# of safetensors, tokenizers, hf_xet and torch.save, which raise errors of their own
DISK_FULL_MESSAGES = ("os error 28", "No space left", "PytorchStreamWriter", "inline_container")


def check_output_path(
    path: Path, *, force: bool, hint: str = "Choose another name, or replace it with --force."
) -> None:
    """Raise InputError if the path is a folder, its folder is missing, or it exists and `force` is not
    set. `hint` is shown if it exists."""
    if os.path.isdir(path):
        raise InputError(f"{path} is a folder", hint="Name a file.")
    if os.path.lexists(path) and not force:
        raise InputError(f"{path} exists", hint=hint)
    if not os.path.isdir(path.parent):
        raise InputError(f"there is no folder {path.parent}", hint="Create it, or choose another file.")


def check_utf8_path(target: Path) -> None:
    """Raise InputError for a path that is not UTF-8, which safetensors cannot write to."""
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
    """Raise DiskFull (with `full_hint`) or InputError (with `hint`) if any library fails to write."""
    try:
        yield
    except FlashSlothError:
        raise
    except Exception as error:
        if is_disk_full(error, target):
            raise DiskFull(f"the disk is full: {target} does not fit", hint=full_hint) from error
        reason = getattr(error, "strerror", None) or str(error)
        # the latter: a file size limit, a removed disk
        if isinstance(error, OSError) or "os error" in reason:
            raise InputError(f"{target} cannot be written: {reason}", hint=hint) from error
        raise


def is_disk_full(error: BaseException, target: Path | None = None) -> bool:
    """Return whether an error of any type means that the disk is full."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in DISK_FULL_CODES
    return any(part in str(error) for part in DISK_FULL_MESSAGES) or (
        target is not None and _has_no_space(target)
    )


def _has_no_space(target: Path) -> bool:
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
    """Open a scratch file that replaces `path` in one step, on the disk, if the block succeeds; else
    delete it.

    A link stays a link, and its target is replaced; with `follow` False the link is replaced. An
    existing file keeps its mode; a new one gets `mode`. With `durable` False the call does not wait for
    the disk: a power failure may leave a damaged file.
    """
    check_regular_file(path)
    path = Path(os.path.realpath(path)) if follow else path
    handle, scratch = tempfile.mkstemp(prefix=prefix, dir=path.parent)
    try:
        with open(handle, "wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            status = os.stat(path, follow_symlinks=follow)
            mode = mode if stat.S_ISLNK(status.st_mode) else stat.S_IMODE(status.st_mode)
        os.chmod(scratch, mode)
        system.replace(scratch, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(scratch)
        raise
    if durable:
        fsync_path(path.parent)


def check_regular_file(path: Path) -> None:
    """Raise OSError for a path that must not be replaced by a file (a device, a pipe, /dev/stdout and
    similar links, whose target another program may be writing to), and for a NUL byte."""
    if "\0" in str(path):
        raise OSError(errno.EINVAL, "its name has a NUL byte", str(path))
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
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
    """Flush a file or folder to the disk."""
    if system.WINDOWS and path.is_dir():
        return  # Windows cannot open folders
    # there only what is written can be flushed
    handle = os.open(path, os.O_RDWR if system.WINDOWS else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
