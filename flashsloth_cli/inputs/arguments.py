"""Turn the words of the command line and stdin into a question and pictures, and check that a command
may write a file, before anything is computed for it. The messages for wrong words are typer's, changed
where this program can say more. This module opens no picture and no model.

A word is a picture if a file of this name exists, if it is an address, if it begins like a path or ends
like the name of a picture, or if it is a pattern that matches files. One other word may be given
instead of -p: the question. stdin is read if it is named (`-`), or if the picture or the question is
missing.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from flashsloth.errors import ImageNotFound, ImageUndecodable, ImageUnreadable, InputError, OptionError
from flashsloth.images.sources import (
    GLOB,
    MAX_FILE_BYTES,
    candidate_paths,
    is_same_file,
    page_sources,
    source_kind,
    split_page,
)
from flashsloth.utils import atomic_write, safe_read, tracing
from flashsloth.utils.paths import expand, expand_text
from flashsloth.utils.text import close_name, command_line, error_reason, path_meant, printable_repr
from flashsloth_cli.options import KEYS
from flashsloth_cli.terminal import render, streams, text

STDIN = ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")  # paths that mean the same as -
MAX_PARTS = 1000  # maximum number of names with spaces that are looked for
NOT_READ = (
    "data waits on stdin and was not read; add - to read it, as a picture or as a part of the question"
)


@dataclass(frozen=True, slots=True)
class ImageArgument:
    """A picture to read, with its source. If it came on stdin, `data` contains its bytes."""

    source: str
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """The question or None, the pictures, and notes about the pictures. `command` is the name of the
    command that was typed, for hints."""

    question: str | None
    pictures: tuple[ImageArgument, ...]
    notes: tuple[str, ...] = ()
    command: str = "ask"


def is_picture(word: str) -> bool:
    """Return whether a word names a picture or a page of a picture."""
    is_address = word == "-" or source_kind(word) or word.lower().startswith("clipboard:")
    return bool(is_address or _exists(word) or _exists(split_page(word)[0]) or glob_files(word))


def _exists(word: str) -> bool:
    """Return whether one of the paths that `candidate_paths` returns for a word exists."""
    # A broken link also counts, because reading it then gives an error that names the link.
    return "\0" not in word and any(map(os.path.lexists, candidate_paths(word)))


def gather(
    words: Sequence[str],
    prompt: str | None,
    *,
    command: str = "ask",
    each: bool = False,
    reads_stdin: bool = True,
    needs_picture: bool = True,
    needs_question: bool = True,
) -> Inputs:
    """Sort the words, -p and stdin into a question and pictures. Hints name the `command`. With `each`
    a folder stands for its pictures. stdin is read only for something that is missing and needed, or if
    a word names it.

    Raises: OptionError for a command line that can never work, ImageError and InputError for missing or
    unreadable input.
    """
    # 1. Sort the words.
    sources, question = _sort(["-" if word in STDIN else word for word in words], prompt)
    if question is not None and not question.strip():
        if needs_question:
            raise OptionError(
                "the question is empty", hint=f'As in: flashsloth {command} photo.jpg "What is this?"'
            )
        question = None
    # A question such as "What is in a.png" ends like the name of a picture.
    asks = question is None and needs_question
    for source in sources if asks else ():
        is_missing = source_kind(source) == "path" and not (_exists(source) or glob_files(source))
        if " " in source and is_missing:
            raise ImageNotFound(
                f"no file {source}",
                hint=path_meant(
                    source, otherwise=f"If it is the question: {command_line('-p', source)}"
                ),
            )
    # 2. Read stdin if it is named, or if something is missing. Any other open pipe, such as the pipe
    # of a loop in a shell, must not block the command.
    piped = reads_stdin and streams.has_piped_stdin()
    if "-" in sources and not piped:
        raise OptionError(
            "- reads stdin, but nothing is piped in",
            hint=f"Pipe it in: cat a.png | flashsloth {command} -",
        )
    data = None
    notes = []
    if "-" in sources or (piped and (asks or (needs_picture and not sources))):
        question, data = _read_stdin(sources, question, command, needs_picture=needs_picture)
    # Somebody has piped this data in to be used, so print a note that it is ignored.
    elif piped and streams.has_waiting_data():
        notes.append(NOT_READ)
    # 3. Expand patterns. With `each` also expand folders.
    pictures = tuple(
        ImageArgument(one, data if one == "-" else None)
        for source in sources
        for one in _expanded(source, each=each, notes=notes)
    )
    return Inputs(question, pictures, tuple(notes), command)


def _sort(words: Sequence[str], prompt: str | None) -> tuple[list[str], str | None]:
    """Return the pictures among the words, and the question."""
    sources = [word for word in words if is_picture(word)]
    others = [word for word in words if word not in sources]
    question = None if prompt is None else prompt_text(prompt)
    if prompt is None and len(others) == 1:
        question = others.pop()
    if others:
        raise _unclear(words, others, prompt)
    if sources.count("-") > 1:
        raise OptionError("stdin can be only one picture", hint="Use - once.")
    return sources, question


def _unclear(words: Sequence[str], others: list[str], prompt: str | None) -> Exception:
    """Return the error for words beside -p, or for several words that could be the question. `others`
    are the words that are no pictures. The hint shows the question in quotes, or the name of a file
    that the shell has split at its spaces."""
    parts = (words[at:end] for end in range(len(words), 1, -1) for at in range(end - 1))
    for name in filter(_exists, map(" ".join, islice(parts, MAX_PARTS))):
        return ImageNotFound(
            f"no file {name.partition(' ')[0]}", hint=f"Quote the name: {command_line(name)}"
        )
    questions = others if prompt is None else [prompt, *others]
    quoted = command_line(" ".join(questions).strip())
    if all(" " in word.strip() for word in others):
        return OptionError(f"{len(questions)} words could be the question", hint=f"Give one: {quoted}")
    first = next(word for word in others if " " not in word.strip())
    return ImageNotFound(
        f"no file {first.strip() or command_line(first)}",
        hint=path_meant(first, otherwise=f"If it is part of the question, quote that: {quoted}"),
    )


def _read_stdin(
    sources: list[str], question: str | None, command: str, *, needs_picture: bool
) -> tuple[str | None, bytes | None]:
    """Read stdin. Return the question and the bytes of a picture.

    Text becomes the question, or is added to it, and `-` is removed from the sources. A picture is
    returned as bytes, and `-` is added to the sources if it is missing. Raises: InputError or
    ImageError for data of another kind.
    """
    from flashsloth.images.formats import identify

    hint = f"Pipe a picture in: cat a.png | flashsloth {command} -"
    data = streams.read_stdin(MAX_FILE_BYTES, hint)
    # A service or a loop may leave an empty pipe open as stdin, so this is an error only if `-` was
    # given.
    if not data.strip(b"\0 \t\r\n"):
        if "-" in sources:
            raise ImageUnreadable("stdin is empty", hint=hint)
        return question, None
    if identify(data):
        if "-" not in sources:
            sources.append("-")
        return question, data
    try:
        text = data.decode("utf-8-sig").strip("\n")
    except UnicodeDecodeError as error:
        raise InputError(
            "stdin is neither text nor a picture", hint="Pipe in UTF-8 text or a picture."
        ) from error
    sources[:] = [source for source in sources if source != "-"]
    if question is not None and needs_picture and not sources:
        raise ImageUndecodable(
            "stdin is text, not a picture",
            hint=f"Name the picture: flashsloth {command} photo.jpg - -p TEXT. "
            "For a list of pictures: flashsloth batch -",
        )
    return "\n\n".join(filter(None, (question, text))), None


def _expanded(source: str, *, each: bool, notes: list[str]) -> list[str]:
    """Return the files that match a pattern, or the source itself. With `each` return the pages of a
    file or the pictures of a folder, and add a line about skipped files to `notes`. Raises:
    ImageUnreadable for a folder without `each`."""
    if source == "-":
        return [source]
    folder = expand_text(source)
    if not os.path.isdir(folder):
        files = [source] if _exists(source) else glob_files(source) or [source]
    elif each:
        from flashsloth.batch.inputs import folder_pictures

        files = list(
            folder_pictures(folder, lambda name, counts: notes.append(text.skipped_files(name, counts)))
        )
    else:
        named = command_line(Path(source))
        raise ImageUnreadable(
            f"{source} is a folder, not a picture",
            hint=f"To ask about each of its pictures: flashsloth ask --each {named} -p TEXT, "
            f"or flashsloth batch {named} -p TEXT",
        )
    return [page for file in files for page in page_sources(file)] if each else files


def glob_files(word: str) -> list[str]:
    """Return the files that match a glob pattern, sorted, without those that a folder would skip. A
    pattern with a NUL matches nothing, because `glob` would raise an error for it."""
    files = sorted(glob.glob(expand_text(word))) if GLOB.search(word) and "\0" not in word else []
    if files:
        from flashsloth.batch.inputs import wanted_matches

        files = wanted_matches(files, word)
    return files


def prompt_text(prompt: str) -> str:
    """Return the text of -p TEXT, or the contents of the file of -p @FILE. A text that begins with @ is
    written with @@."""
    path = prompt_file(prompt)
    if path is None:
        return prompt[1:] if prompt.startswith("@@") else prompt
    try:
        # the file may be a pipe, such as @<(...) of the shell
        text = safe_read.read_text(path, pipe=True)
    except (OSError, ValueError) as error:
        raise InputError(
            f"the prompt file {path} cannot be read: {error_reason(error)}",
            hint=path_meant(path, then="Write a text that begins with @ as @@."),
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def prompt_file(prompt: str) -> Path | None:
    """Return the file of -p @FILE, or None for -p TEXT."""
    return expand(prompt[1:]) if prompt.startswith("@") and not prompt.startswith("@@") else None


def require_utf8(text: str, name: str) -> str:
    """Return the text. Raises: InputError if it was made from bytes that are not UTF-8, which Python
    represents as surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{name} is not text in UTF-8", hint="Write it in UTF-8.") from error
    return text


# Files that a command writes


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


# Wrong words

# Suggestions for names that other programs use. A key is a command and the word that was typed.
MEANT = {
    **{
        f"{name} {flag}": "the picture without it"
        for name in ("ask", "chat", "batch")
        for flag in ("-i", "--image", "-a", "--attachment")
    },
    # Other programs ask without a command.
    **{f"flashsloth {flag}": f"ask {flag}" for flag in ("-m", "--model", "-p", "--prompt", "-s")},
    **dict.fromkeys(("flashsloth --image", "flashsloth -a", "flashsloth -i"), "ask photo.jpg"),
    **{f"{name} --temp": "--temperature" for name in ("ask", "chat", "batch")},
    **dict.fromkeys(("ask -n", "chat -n"), "--max-tokens"),
    "ask -o": "--set KEY=VALUE, or > FILE",
    **dict.fromkeys(("ask --option", "chat -o", "chat --option"), "--set KEY=VALUE"),
    **{
        f"{name} --format": "--json"
        for name in ("list", "show", "search", "check", "ps", "doctor", "bench", "eval")
    },
    **dict.fromkeys(("ask --format", "ask -f"), "--json, or --schema SCHEMA"),
    **dict.fromkeys(("ask --stream", "chat --stream"), "the same without it (answers always stream)"),
    "chat --format": "--schema SCHEMA",
    **dict.fromkeys(("chat -p", "chat --prompt", "chat --question"), "the question without it"),
    **dict.fromkeys(("ask --question", "batch --question"), "--prompt"),
    **dict.fromkeys(("batch --csv", "batch --format"), "--output FILE.csv"),
    **{f"flashsloth {word}": "ask" for word in ("prompt", "generate", "describe", "caption")},
    **{f"flashsloth {word}": "pull" for word in ("download", "get", "update")},
    **{f"flashsloth {word}": "rm" for word in ("delete", "remove")},
    "flashsloth info": "show",
    "flashsloth version": "--version",
    **dict.fromkeys(("flashsloth settings", "flashsloth set"), "config"),
    "flashsloth models": "list",
    **dict.fromkeys(("flashsloth logs", "flashsloth history"), "sessions list"),
    "flashsloth explain": "ask --explain",
    "config list": "show",
    "config reset": "unset",
}


def unknown_command(error: Any, context: Any, words: Sequence[str], known: Sequence[str]) -> Exception:
    """Return the error with a suggestion: the closest of the `known` commands or, if the words are
    pictures, a whole command line."""
    if words:
        near = MEANT.get(f"{context.command.name} {words[0]}") or close_name(words[0], known)
        if words[0] == "run" and context.parent is None:
            near = command_line("chat", *(["-m", words[1]] if words[1:] else []))
        # With `data FILE` the user probably meant `data check FILE`.
        near = "check" if "check" in known and os.path.exists(words[0]) else near
        message = error.message.removesuffix(".")
        error.message = f"{message}. Did you mean {near!r}?" if near else f"{message}."
        error.hint = "" if near or context.parent is not None else _line_for(words)
    return error


def _line_for(words: Sequence[str]) -> str:
    """Return a command line for words that are pictures or a question without a command. Return "" for
    other words."""
    words = [word for word in words if word != "--help"]
    if os.path.isdir(words[0]):
        return command_line("flashsloth", "batch", words[0], "-p", "TEXT")
    pictures = [word for word in words if is_picture(word)]
    if not pictures or not (is_picture(words[0]) or " " in words[0]):
        return ""
    others = [word for word in words if word not in pictures]
    # several words without an option may be one question
    if not any(word.startswith("-") for word in others):
        words = [*pictures, " ".join(others) or "What is this?"]
    return command_line("flashsloth", "ask", *words)


def message_and_hint(error: Any) -> tuple[str, str]:
    """Return the message for wrong words, and a hint with the command that explains more."""
    # there is no context if the error comes before the name of a command
    context = getattr(error, "ctx", None)
    path = "flashsloth" if context is None else context.command_path
    hint = getattr(error, "hint", "") or f"{path} --help"
    # For `config set KEY=VALUE` suggest KEY VALUE.
    if context is not None and "=" in (pair := str(context.params.get("key"))):
        hint = f"{path} {command_line(*pair.split('=', 1))}"
    # An unknown option of a group of commands, such as the program itself. The group has hardly any
    # options, so it is probably an option of one of the commands.
    if hasattr(error, "possibilities") and hasattr(getattr(context, "command", None), "commands"):
        hint = f"Options come after the command; {path} COMMAND --help lists them."
    # Other servers take the model as an argument.
    if "extra argument" in error.message and path.endswith((" serve", " bench")):
        hint = f"{path} -m MODEL"
    from pydantic import ValidationError

    from flashsloth.utils.checked import EXPECTED

    if isinstance(invalid := error.__cause__, ValidationError):
        first = invalid.errors()[0]
        expected = EXPECTED.get(first["type"]) or first["msg"].removeprefix("Input should be ")
        error.message = f"must be {expected}, not {printable_repr(first['input'])}"
        if first["type"] == "value_error":  # raised by a function of this program
            error.message = str(first["ctx"]["error"])
    return _unknown_option(error) or error.format_message(), hint


def _unknown_option(error: Any) -> str | None:
    """Return the message for an unknown option, with the setting of that name if there is such a
    setting, else with the closest option. Return None for another error."""
    name = getattr(error, "option_name", None)
    context = getattr(error, "ctx", None)
    if name is None or context is None or not hasattr(error, "possibilities"):
        return None
    setting = name.removeprefix("--").replace("-", "_")
    flags = [
        flag
        for option in context.command.get_params(context)
        for flag in (*option.opts, *option.secondary_opts)
    ]
    # Commands without the flag --server ask no server, so this setting has no effect on them.
    is_setting = setting in KEYS and setting != "server"
    if is_setting and "--set" in flags and f"--{setting.replace('_', '-')}" not in flags:
        return f"{error.message}. It is a setting: --set {setting}=VALUE."
    near = MEANT.get(f"{context.command.name} {name}") or close_name(
        name, [flag for flag in flags if flag.startswith("--")]
    )
    return f"{error.message}. Did you mean {near}?" if near else f"{error.message}."
