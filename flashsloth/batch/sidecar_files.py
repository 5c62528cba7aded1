"""Read, replace and restore the files of sidecars. This module does not know what they contain.

If answers are written into FILE, the journal FILE.undo has a line for each sidecar that was about to
be replaced: its path, its bytes before that, and the digest of the new ones. The line is on the disk
before the sidecar is replaced, so `undo` also works after the process was killed at any time.

The journal is untrusted, like everything that lies beside pictures. `undo` changes only files that have
the name of a sidecar and exactly the bytes of which the journal has the digest, and follows no links.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from flashsloth.batch.xmp import MAX_BYTES
from flashsloth.errors import InputError
from flashsloth.utils import atomic_write, system
from flashsloth.utils.text import error_reason, printable_source

HEAD = b'{"schema": "flashsloth.undo/1", '  # the beginning of each line of a journal
MAX_LINE = 2 * MAX_BYTES
ENDINGS = (".xmp", ".txt")


def journal_of(output: Path) -> Path:
    """Return the path of a journal, which need not exist. Raises: InputError if another file or a link
    is there."""
    journal = output.with_name(f"{output.name}.undo")
    with (
        atomic_write.convert_os_errors(journal, hint="Choose another -o."),
        suppress(FileNotFoundError),
        open(journal, "rb", opener=system.open_no_link) as file,
    ):
        if file.read(len(HEAD)) not in (HEAD, b""):
            raise InputError(
                f"{journal} is not the journal of a batch", hint="Rename it, or choose another -o."
            )
    return journal


def scratch_prefix(path: Path) -> str:
    return f".{path.name[:50]}.unfinished-"


def real_path(path: Path) -> str:
    """Return the path of a sidecar in a folder without links. The sidecar itself may be a link."""
    return os.path.join(os.path.realpath(path.parent), path.name)


def read(path: Path) -> bytes | None:
    """Return the bytes of a sidecar, or None if it does not exist. Raises: InputError for a link, a
    folder or a device."""
    try:
        if path.is_symlink():
            raise atomic_write.link_refused(path)
        if path.exists() and not path.is_file():
            raise unwritable(path, "it is not a file")
        with open(path, "rb", opener=system.open_no_link) as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise unwritable(path, error_reason(error)) from error
    if len(data) > MAX_BYTES or (path.suffix == ".txt" and b"\0" in data):
        raise unwritable(path, "it is too large, or not text")
    return data


def replace(path: Path, before: bytes | None, after: bytes, journal: Path | None) -> None:
    """Replace a sidecar atomically, after its bytes `before` are in the journal. Raises: InputError,
    DiskFull."""
    if journal is not None:
        with atomic_write.convert_os_errors(journal, hint="Choose another -o."):
            _record(journal, path, before, after)
    _write(path, after)


def unwritable(path: Path, reason: str) -> InputError:
    return InputError(
        f"the sidecar {printable_source(str(path))} cannot be written: {reason}",
        hint="Check the folder and its permissions.",
    )


def _write(path: Path, data: bytes) -> None:
    with (
        atomic_write.convert_os_errors(path, hint="Check the permissions of the folder."),
        atomic_write.atomic_write(path, prefix=scratch_prefix(path), replace_link=True) as file,
    ):
        file.write(data)


def _record(journal: Path, path: Path, before: bytes | None, after: bytes) -> None:
    entry = {
        "path": real_path(path),
        "before": None if before is None else base64.b64encode(before).decode(),
        "after": _digest(after),
    }
    line = HEAD + json.dumps(entry)[1:].encode() + b"\n"
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
    handle = system.open_no_link(journal, flags)
    try:
        end = os.fstat(handle).st_size
        # What is in it may come from a sidecar that only its owner may read.
        if not end and os.chmod in os.supports_fd:
            with suppress(OSError):  # some file systems have no modes
                os.chmod(handle, 0o600)
        if end and system.read_at(handle, end - 1, 1) != b"\n":  # its last line was cut
            line = b"\n" + line
        atomic_write.append(handle, line, end)
        os.fsync(handle)
    finally:
        os.close(handle)
    if not end:
        atomic_write.fsync_path(journal.parent)


def _digest(data: bytes | None) -> str:
    """Return the digest of a file, or "" for a file that does not exist."""
    return "" if data is None else hashlib.sha256(data).hexdigest()


# Undo


def undo(output: Path) -> Iterator[tuple[str, str]]:
    """Restore each sidecar of the journal of an output file to its content before the batch. Remove it
    if it did not exist then. A sidecar that was changed afterwards is not touched. One that was changed
    between two runs is restored to its content before the second run.

    Yields: the path of each sidecar, and "restored", "removed", "" if it has its earlier bytes already,
        or the reason why it is left.

    Raises: InputError if there is no journal, DiskFull.
    """
    journal = journal_of(output)
    try:
        handle = system.open_no_link(journal, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise InputError(
            f"{journal} cannot be read: {error_reason(error)}",
            hint="Name the FILE of -o of a batch that has written sidecars.",
        ) from error
    with os.fdopen(handle, "rb") as file:
        for path, starts in _states(file).items():
            try:
                yield path, _restore(file, Path(path), starts)
            except (InputError, ValueError) as error:  # a path may have a NUL
                yield path, error_reason(error)


def _states(file: BinaryIO) -> dict[str, dict[str, int]]:
    """Return the states in which the batch knows each sidecar, by digest: the position of the line that
    has the first bytes before that state."""
    states: dict[str, dict[str, int]] = defaultdict(dict)
    start = 0
    for line in iter(partial(file.readline, MAX_LINE), b""):
        with suppress(ValueError, KeyError, TypeError, RecursionError):  # the line is incomplete
            path, before, after = _parse(line)
            # another run may have written the bytes before this one, so that its own are the first
            states[path][after] = states[path].setdefault(_digest(before), start)
        start += len(line)
    return states


def _parse(line: bytes) -> tuple[str, bytes | None, str]:
    """Return the path, the bytes before and the digest of the bytes after."""
    entry = json.loads(line)
    before = entry["before"]
    if before is not None:
        before = base64.b64decode(before, validate=True)
    return str(entry["path"]), before, str(entry["after"])


def _restore(file: BinaryIO, path: Path, starts: dict[str, int]) -> str:
    """Restore the first bytes of a sidecar. Return what was done, as in `undo`."""
    if path.suffix.lower() not in ENDINGS or not path.is_absolute():
        return "it is not the path of a sidecar"
    if real_path(path) != str(path):
        return "its folder is a link now"
    now = read(path)
    if _digest(now) not in starts:
        return "it was removed since" if now is None else "it was changed since"
    file.seek(starts[_digest(now)])
    _, before, _ = _parse(file.readline(MAX_LINE))
    if before == now:
        return ""
    if now is None:  # a batch only writes files, so this journal was not written by one
        return "it was removed since"
    if before is not None:
        _write(path, before)
        return "restored"
    with atomic_write.convert_os_errors(path, hint="Check the permissions of the folder."):
        path.unlink()
        atomic_write.fsync_path(path.parent)
    return "removed"
