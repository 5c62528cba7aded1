"""Writing to a disk that may be full, gone or forbidden: files that are there whole or not at all, and what the disk
refuses as one of our errors. Knows no format and no model."""

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

SCRATCH_PREFIX = ".flashsloth-"  # how files and folders are called until they are whole
STREAMS = re.compile(r"/dev/fd|/proc/\d+(/task/\d+)?/fd")
FREE = "Free some space."
FULL = (errno.ENOSPC, errno.EDQUOT)
FULL_SAID = (  # how safetensors, tokenizers, hf_xet and torch.save put it, which raise errors of their own
    "os error 28",
    "No space left",
    "PytorchStreamWriter",
    "inline_container",
)


def check_current_folder() -> None:
    """Raises InputError where the current folder was removed: there transformers does not import, and torch's library
    for matrices ends the whole process."""
    try:
        os.getcwd()
    except OSError as error:
        raise InputError(
            f"the current folder cannot be used: {error.strerror}", hint="Was it removed? Go into another one: cd"
        ) from error


def check_utf8_path(target: Path) -> None:
    """Raises InputError for a folder whose path is no UTF-8: safetensors writes to none."""
    path = os.path.abspath(target)
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"{path} is no path in UTF-8", hint="Give another folder, or rename the one it is in."
        ) from error


@contextmanager
def convert_os_errors(target: Path, *, full_hint: str = FREE, hint: str = "Give another file.") -> Iterator[None]:
    """DiskFull, or InputError, naming the target, for what the disk does not take, whichever library was writing.
    `full_hint` and `hint` are their hints."""
    try:
        yield
    except FlashSlothError:
        raise
    except Exception as error:
        if is_disk_full(error, target):
            raise DiskFull(f"the disk is full: {target} does not fit", hint=full_hint) from error
        said = getattr(error, "strerror", None) or str(error)
        if isinstance(error, OSError) or "os error" in said:  # the latter: a file size limit, a disk that has gone
            raise InputError(f"{target} cannot be written: {said}", hint=hint) from error
        raise


def is_disk_full(error: BaseException, target: Path | None = None) -> bool:
    """Whether an error says that the disk is full, whatever kind of error it is."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in FULL
    return any(sign in str(error) for sign in FULL_SAID) or (target is not None and _no_room(target))


def _no_room(target: Path) -> bool:
    with suppress(OSError):
        place = next(p for p in (target, *target.parents) if p.exists())
        return shutil.disk_usage(place).free < 2**20
    return False


@contextmanager
def atomic_write(path: Path, *, prefix: str = SCRATCH_PREFIX, mode: int = 0o644) -> Iterator[BinaryIO]:
    """A file that takes this one's place, on the disk and in one step, when all went well, and vanishes when not.

    A link stays one, and what it leads to is replaced. The file keeps the mode that it has; a new one gets `mode`.
    """
    check_regular_file(path)
    path = Path(os.path.realpath(path))
    handle, scratch = tempfile.mkstemp(prefix=prefix, dir=path.parent)
    try:
        with open(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            mode = stat.S_IMODE(os.stat(path).st_mode)
        os.chmod(scratch, mode)
        os.replace(scratch, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(scratch)
        raise
    fsync_path(path.parent)


def check_regular_file(path: Path) -> None:
    """Raises OSError for what no file must be put in the place of: a device, a pipe, a stream; and for a name that no
    file can have."""
    if "\0" in str(path):
        raise OSError(errno.EINVAL, "no name has a NUL byte in it", str(path))
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
    refuse_stream(path)


def refuse_stream(path: Path) -> None:
    """Raises OSError for /dev/stdout and its like, which may lead to a file that another program is writing."""
    place = os.path.abspath(path)
    for _ in range(40):  # links that one leads through; more the system does not follow
        folder = os.path.realpath(os.path.dirname(place))
        if STREAMS.fullmatch(folder):
            raise OSError(errno.EINVAL, "it is a stream of a program, not a file")
        place = os.path.join(folder, os.path.basename(place))
        if not os.path.islink(place):
            return
        place = os.path.join(folder, os.readlink(place))


def fsync_path(path: Path) -> None:
    """Wait until a file or folder has reached the disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folders
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
