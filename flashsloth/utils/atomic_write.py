"""Crash-safe writing: a file is replaced completely or not at all, even if the process is killed or the
power fails. Errors of full, missing and read-only disks are converted to DiskFull or InputError.

`output_target` has the rule for outputs whose name is a link. Everything that writes a file which a
user names, or a file beside it, follows this rule, with `atomic_write` or `open_output`.

`atomic_write` follows the usual steps:

1. Write to a scratch file in the same folder, so that it is on the same file system.
2. Force the contents of the scratch file onto the disk (fsync). Otherwise the renaming could reach the
   disk before the contents.
3. If the old file belongs to the same user, copy its permissions. Otherwise, and if there is no old
   file, the scratch file keeps the mode that it was created with, which obeys the umask. On file
   systems without modes this step does nothing.
4. Rename it to the name of that file. For every reader this is a single step.
5. Force the folder onto the disk, so that the renaming survives a power failure.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from flashsloth.errors import DiskFull, FlashSlothError, InputError
from flashsloth.utils import system

# the beginning of the names of files and folders that are not complete yet
SCRATCH_PREFIX = ".flashsloth-"
SCRATCH_END = re.compile("[0-9a-f]{8}")  # the rest of their names, as `create_scratch` makes them
# Matches the folders whose entries are the open files of a process.
STREAM_FOLDERS = re.compile(r"/dev/fd|/proc/\d+(/task/\d+)?/fd")
FREE_SPACE = "Free some space."
DISK_FULL_CODES = (errno.ENOSPC, errno.EDQUOT)
# Parts of messages that mean a full disk. They are needed because safetensors, tokenizers, hf_xet and
# torch.save raise exceptions of their own types.
DISK_FULL_MESSAGES = ("os error 28", "No space left", "PytorchStreamWriter", "inline_container")


def check_output_path(
    path: Path, *, force: bool, hint: str = "Choose another name, or replace it with --force."
) -> None:
    """Raise InputError if the path is a folder or a link that is not followed (`output_target`), if its
    parent does not exist, or if it exists and `force` is False. `hint` is the hint of the error for an
    existing file."""
    if os.path.isdir(path):
        raise InputError(f"{path} is a folder", hint="Name a file.")
    with suppress(OSError):  # a stream; some commands can write to it
        output_target(path)
    if os.path.lexists(path) and not force:
        raise InputError(f"{path} exists", hint=hint)
    if not os.path.isdir(path.parent):
        raise InputError(f"there is no folder {path.parent}", hint="Create it, or choose another file.")


def check_output_folder(folder: Path) -> None:
    """Raise InputError if a path cannot be the folder of a model. A link to a folder is followed."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file, not a folder", hint="Choose another folder.")
    if folder.is_symlink() and not folder.exists():
        raise link_refused(folder)
    check_utf8_path(folder)


def check_utf8_path(target: Path) -> None:
    """Raise InputError for a path that is not valid UTF-8, because safetensors cannot write to it."""
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
    """Convert the exceptions that any library raises when writing fails. They become DiskFull with the
    hint `full_hint`, or InputError with the hint `hint`."""
    try:
        yield
    except FlashSlothError:
        raise
    except Exception as error:
        if is_disk_full(error, target):
            raise DiskFull(f"the disk is full: {target} does not fit", hint=full_hint) from error
        reason = getattr(error, "strerror", None) or str(error)
        # libraries in Rust raise errors of other classes with "os error" in the message, for example
        # for a removed disk
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
    """Return whether the disk of a path is full. This is checked because some libraries raise an error
    that does not tell it."""
    with suppress(OSError):
        existing = next(p for p in (target, *target.parents) if p.exists())
        return shutil.disk_usage(existing).free < 2**20
    return False


@contextmanager
def atomic_write(
    path: Path,
    *,
    prefix: str = SCRATCH_PREFIX,
    mode: int = 0o666,
    durable: bool = True,
    replace_link: bool = False,
) -> Iterator[BinaryIO]:
    """Open a scratch file. If the block succeeds, the scratch file replaces `path` atomically. If the
    block raises an exception, the scratch file is deleted.

    Args:
        mode: the mode of a new file, without the bits of the umask. A file of this user that exists
            keeps its permissions.
        durable: whether to wait for the disk. If False, the file may be damaged after a power failure.
        replace_link: whether to replace `path` itself, even if it is a symbolic link, for files that no
            user names. If False, `output_target` tells which file is replaced.

    Raises: OSError; InputError for a link that is not followed.
    """
    if not replace_link:
        path = output_target(path)
    # The numbers in these comments are the steps in the docstring of this module. This is step 1.
    old = None
    with suppress(FileNotFoundError):
        old = own_permissions(os.lstat(path))
    # The new content may be as private as the old one, so it is, until step 3.
    file = create_scratch(path.parent, prefix, mode if old is None else 0o600)
    scratch = file.name
    try:
        with file:
            yield file
            # 2
            if durable:
                file.flush()
                os.fsync(file.fileno())
            # 3. Not by its name where the system can: another user may have replaced the scratch file.
            if old is not None:
                with suppress(OSError):  # some file systems have no modes
                    os.chmod(file.fileno() if os.chmod in os.supports_fd else scratch, old)
        # 4
        system.replace(scratch, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(scratch)
        raise
    # 5
    if durable:
        fsync_path(path.parent)


def output_target(path: Path) -> Path:
    """Return the file that is written if a user names `path` as an output.

    Only the last part of the name is checked: folders that are links are followed. If the name itself
    is a link, it is followed only if its target exists, is in the same folder and has the same owner.
    Otherwise an archive of pictures, or another user of a shared folder, could plant a link with the
    name of the output that leads to a file such as ~/.bash_profile. The names of the pictures, which
    are written, can be shell commands.

    The folder of the result has no links. It must be opened with `system.open_no_link`, or replaced,
    because the name may have become a link since.

    Raises: InputError for another link; OSError like `check_regular_file`.
    """
    check_regular_file(path)
    name = Path(os.path.realpath(path.parent), path.name)
    if not name.is_symlink():
        return name
    target = Path(os.path.realpath(name))
    with suppress(OSError):  # there is no target
        same_owner = target.lstat().st_uid == name.lstat().st_uid
        if same_owner and os.path.samefile(target.parent, name.parent):
            return target
    raise link_refused(path)


def link_refused(path: Path) -> InputError:
    """Return the error for an output whose name is a link that is not followed."""
    return InputError(
        f"{path} is a link to {os.path.realpath(path)}, and is not followed",
        hint="Name the target itself if you mean it, or remove the link.",
    )


def open_output(path: str | os.PathLike[str], flags: int) -> int:
    """Open an output file for `open(opener=...)`, without replacing it. Streams such as /dev/fd/3 and
    pipes are opened as they are. Raises: OSError; InputError for a link that is not followed."""
    if os.path.exists(path) and not os.path.isfile(path):
        handle = os.open(path, flags & ~(os.O_CREAT | os.O_TRUNC))
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return handle
        os.close(handle)  # the pipe has just been replaced, maybe by a link
    return system.open_no_link(output_target(Path(path)), flags)


def append(handle: int, record: bytes, end: int) -> int:
    """Write a record at the end of a file, which is at the position `end`, and return the position of
    the new end. The record is written completely or not at all: if writing fails, for example because
    the disk is full, the part that was written is removed. Raises: OSError."""
    try:
        rest = memoryview(record)
        while rest:  # a call may write only a part, usually because the disk is full
            rest = rest[os.write(handle, rest) :]
    except OSError:
        with suppress(OSError):  # a pipe or a device cannot be truncated
            os.ftruncate(handle, end)
        raise
    return end + len(record)


def own_permissions(status: os.stat_result) -> int | None:
    """Return the permissions of a file, for a file that replaces it. They have no set-user-id bit.
    Return None if it is not a file of this user: whoever made it could decide who may write the new
    one."""
    if stat.S_ISREG(status.st_mode) and system.is_own(status):
        return status.st_mode & 0o777
    return None


def create_scratch(folder: Path, prefix: str, mode: int) -> BinaryIO:
    """Create and open a file with a random name, and with `mode` without the bits of the umask. Nothing
    is opened that exists already, not even through a link. `tempfile` cannot do this: its files are
    private."""
    name = folder / f"{prefix}{secrets.token_hex(4)}"
    return open(name, "xb", opener=lambda path, flags: os.open(path, flags, mode))


def remove_scratch_files(folder: Path, prefixes: Container[str]) -> None:
    """Remove the scratch files of this user that killed processes left in a folder. Other files whose
    names begin like theirs are kept. Raises: OSError."""
    for path in folder.iterdir():
        if path.name[:-8] in prefixes and SCRATCH_END.fullmatch(path.name[-8:]):
            status = path.lstat()
            if system.is_own(status) and not stat.S_ISDIR(status.st_mode):
                path.unlink()


def apply_umask(folder: Path) -> None:
    """Give the files in a folder that this process has made the permissions that the umask gave the
    folder. Some libraries write files that only their owner can read, whatever the umask."""
    mode = folder.stat().st_mode & 0o666
    for path in folder.iterdir():
        if path.is_file():
            with suppress(OSError):  # some file systems have no modes
                path.chmod(mode)


def check_regular_file(path: Path) -> None:
    """Raise OSError for a path that must not be replaced by a file: a device, a pipe, or a link such as
    /dev/stdout, because another program may be writing to its target. OSError is also raised for a path
    with a NUL byte."""
    if "\0" in str(path):
        raise OSError(errno.EINVAL, "its name has a NUL byte", str(path))
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
    # The links are followed one by one, because the last target does not show whether one of them led
    # to a stream.
    link = os.path.abspath(path)
    for _ in range(40):  # the system does not follow more links than this
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
