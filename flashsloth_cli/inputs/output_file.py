"""Which files a command may write, checked before anything is computed for them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flashsloth.errors import InputError, OptionError
from flashsloth.utils import atomic_write
from flashsloth.utils.atomic_write import check_output_path
from flashsloth.utils.paths import expand


def output_file(
    path: Path, *suffixes: str, force: bool = False, inputs: Iterable[str] = (), hint: str | None = None
) -> Path:
    """Return the path of a file to write, with the home folder for ~. `inputs` are the files that are
    read; `hint` is shown if the file exists.

    Raises: OptionError if it has none of the suffixes, InputError if it cannot be there, exists and
    `force` is not set, or is an input.
    """
    from flashsloth.images.sources import is_same_file

    path = expand(path)
    if suffixes and path.suffix.lower() not in suffixes:
        raise OptionError(
            f"{path} does not end in {' or '.join(suffixes)}", hint="Choose another name."
        )
    check_output_path(
        path, force=force, hint=hint or "Choose another name, or replace it with --force."
    )
    if path.exists() and any(is_same_file(each, path.stat()) for each in inputs):
        raise InputError(f"{path} is also an input", hint="Choose another name.")
    if path.is_file():  # not for the pipe of `>(cat)`
        with atomic_write.convert_os_errors(path):
            atomic_write.check_regular_file(path)
    return path
