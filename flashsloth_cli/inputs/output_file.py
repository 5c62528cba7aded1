"""Check that a command may write a file, before anything is computed for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flashsloth.errors import InputError, OptionError
from flashsloth.utils import atomic_write, tracing
from flashsloth.utils.paths import expand
from flashsloth.utils.text import error_reason
from flashsloth_cli.terminal import render


def output_file(
    path: Path,
    *suffixes: str,
    force: bool = False,
    inputs: Iterable[str] = (),
    other: Path | None = None,
    hint: str | None = None,
) -> Path:
    """Return the path of a file to write, with ~ replaced by the home folder.

    Args:
        inputs: the files that the command reads.
        other: another file that the command writes, and replaces too with `force`.
        hint: the hint if the file exists. Without it the hint names --force and the files that it
            replaces.

    Raises:
        OptionError: the path has none of the suffixes.
        InputError: the file cannot be written there, it exists and `force` is not set, or it is an
            input.
    """
    from flashsloth.images.sources import is_same_file

    path = expand(path)
    if suffixes and path.suffix.lower() not in suffixes:
        raise OptionError(
            f"{path} does not end in {' or '.join(suffixes)}", hint=f"As in: name{suffixes[0]}"
        )
    replaced = [str(each) for each in (path, other) if each is not None and expand(each).exists()]
    atomic_write.check_output_path(
        path,
        force=force,
        hint=hint or f"Choose another name, or replace {' and '.join(replaced)} with --force.",
    )
    # The same file may have two names, by a link or on a file system that ignores case.
    if path.exists() and any(is_same_file(each, path.stat()) for each in inputs):
        raise InputError(f"{path} is also an input", hint="Choose another name.")
    if path.is_file():  # the shell's `>(cat)` is a pipe, not a file
        with atomic_write.convert_os_errors(path):
            atomic_write.check_regular_file(path)
    return path


@contextmanager
def traced(path: Path | None, **how: Any) -> Iterator[None]:
    """While the context lasts, record a trace in a file. If `path` is None, do nothing. `how` are
    arguments of `output_file`, which raises the errors."""
    if path is None:
        yield
        return
    # The hint does not name --force, which in `batch` would replace the answers, too.
    path = output_file(path, ".json", **{"hint": "Choose another name, or remove it.", **how})
    with atomic_write.convert_os_errors(path):
        trace = tracing.Trace(path)
    try:
        with tracing.recording(trace):
            yield
    finally:
        if trace.problem is not None:
            render.warn([f"{path} is incomplete: {error_reason(trace.problem)}"])
