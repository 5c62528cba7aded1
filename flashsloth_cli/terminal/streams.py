"""Functions for stdin, for stdout (which has only answers), for stderr (which has everything else), and
for the signals of a terminal.

While a command runs, the output of libraries (in Python or C) goes to stderr, and `redirect_stdout`
keeps the real stdout for answers.
"""

from __future__ import annotations

import _thread
import errno
import io
import os
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn, TextIO

from flashsloth.errors import FlashSlothError, InputError, OptionError
from flashsloth.utils import system
from flashsloth.utils.progress import ignore

# The signals that end the program; Windows has no SIGHUP.
ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
RESEND_AFTER = 0.02  # seconds after which a postponed or lost signal is sent again
PATIENCE = 1.0  # maximum number of seconds that a signal waits for the end of an import
ERASE = "\r\x1b[K"
# Texts for `show_status`.
READING = "reading the input"
ANSWERING = "answering"
SLOW = ("torch", "transformers")  # packages whose import takes seconds

_answers: TextIO | None = None


class OutputError(FlashSlothError):
    """stdout cannot be written to."""

    code = "output"
    hint = "Send stdout to a terminal, a pipe, or a file on a disk with free space."


def repair() -> None:
    """Open /dev/null in place of a closed stdin, stdout or stderr (`<&-`), so that no other file gets
    its number. After that stdin is empty, writing to stdout fails, and text for stderr is discarded.

    Let stdout and stderr wait for their readers if they are non-blocking.
    """
    # stdout is opened for reading, so that writing an answer there is an error and the answer is not
    # lost silently.
    for number, flags in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, flags)  # this gets the lowest free number
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - open until the end
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not system.is_blocking(stream.fileno()):
            setattr(sys, name, _open_waiting(stream.fileno(), stream, stream.errors, closefd=False))


class _WaitingFile(io.FileIO):
    """A file that is written as if it were blocking. A program that shares a pipe or a terminal with
    this one, such as one in Node.js, may have made it non-blocking. A write then fails if the reader
    comes late. The file is not changed to blocking, because the other program would notice that."""

    _gave_up = False  # whether a signal has ended the wait for the reader, who still does not read

    def write(self, data: Any, /) -> int:
        import select

        rest = memoryview(data)
        while rest:
            count = super().write(rest)
            if count is not None:
                rest, self._gave_up = rest[count:], False
            # After the signal nothing waits again, so that the program ends. The text is lost.
            elif self._gave_up:
                break
            else:
                self._gave_up = True
                select.select([], [self], [])
                self._gave_up = False
        return len(data)


def _open_waiting(number: int, like: TextIO, errors: str, *, closefd: bool) -> TextIO:
    """Open a file descriptor for text in the encoding of another stream."""
    if system.WINDOWS:  # files are blocking there, and FileIO cannot write to a console
        return open(number, "w", encoding=like.encoding, errors=errors, closefd=closefd)
    # Without a buffer, as one writes a text twice if a signal comes between a write and its end.
    file: Any = _WaitingFile(number, "w", closefd=closefd)
    return io.TextIOWrapper(file, like.encoding, errors, write_through=True)


# stdout and stderr


def answers() -> TextIO:
    """Return the stream for answers, which is the real stdout."""
    return _answers or sys.stdout


@contextmanager
def convert_write_errors() -> Iterator[None]:
    """Convert errors of writing to stdout to OutputError. A BrokenPipeError is not converted, because
    it only means that the reader has closed the pipe."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = "it is closed" if error.errno == errno.EBADF else error.strerror
        raise OutputError(f"stdout cannot be written to: {reason}") from error


def write(text: str) -> None:
    """Write text to stdout, and flush."""
    _status.close()
    with convert_write_errors():
        answers().write(text)
        answers().flush()


def write_stderr(text: str, end: str = "\n") -> None:
    """Write text to stderr, and flush. Errors are ignored."""
    _status.close()
    with suppress(OSError, ValueError):
        print(text, end=end, file=sys.stderr, flush=True)


@contextmanager
def redirect_stdout() -> Iterator[None]:
    """While the context lasts, `sys.stdout` and file descriptor 1 are stderr, and `answers()` returns
    the real stdout."""
    global _answers
    outside = sys.stdout
    if _answers is not None:
        yield
        return
    # A program that calls a command may have put an object without a file in place of sys.stdout.
    try:
        real = outside.fileno() == 1
    except (OSError, ValueError, AttributeError):
        real = False
    with suppress(OSError, ValueError):
        outside.flush()
    # With `replace`, a character that the encoding lacks does not end a command that took long.
    copy = os.dup(1) if real else -1
    _answers = _open_waiting(copy, outside, "replace", closefd=True) if real else outside
    sys.stdout = sys.stderr
    if real:
        os.dup2(2, 1)
    try:
        yield
    finally:
        stream = _answers
        _answers = None
        sys.stdout = outside
        if real:
            with suppress(OSError):
                outside.flush()  # buffered output of libraries still goes to stderr
            os.dup2(copy, 1)
            with suppress(OSError):  # `write` has already reported errors
                stream.close()


# Terminals

_status = ExitStack()  # its callbacks end the line of `show_status` and of `show_line`


def show_status(text: str) -> None:
    """Show in one line of a terminal what is being done, until this module writes something else. Until
    then keys are not echoed."""
    if wants_styling(sys.stderr):
        show_line(text)
        _status.enter_context(no_echo())


def show_line(text: str) -> None:
    """Show a text in one line of stderr, which is a terminal, until this module writes something
    else."""
    write_stderr(text, end="")
    _status.callback(write_stderr, ERASE, end="")


def is_terminal(stream: TextIO) -> bool:
    """Return whether a stream is an open terminal."""
    try:
        return stream.isatty()
    except (ValueError, AttributeError):
        return False


def wants_styling(stream: TextIO) -> bool:
    """Return whether colors and lines that change may be written to a stream."""
    styled = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return styled and is_terminal(stream) and system.supports_ansi(stream)


def can_ask() -> bool:
    """Return whether a person at a terminal can be asked a question."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


def agree(question: str, yes: bool, *, required: bool = False) -> bool:
    """Return whether a person at the terminal agrees to a question. With `yes` (-y) nobody is asked.
    Without a terminal the answer is no. Raises: OptionError if an answer is `required` and nobody can
    be asked."""
    if yes or not can_ask():
        if required and not yes:
            raise OptionError(f"without a terminal nobody can answer: {question}", hint="Add -y.")
        return yes
    write_stderr(f"{question} [y/N] ", end="")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


@contextmanager
def no_echo(*, by_key: bool = False) -> Iterator[None]:
    """While the context lasts, the terminal does not echo keys. The keys are kept for the next prompt.
    With `by_key` each key can be read at once, and not only after Enter."""
    global _restore_echo
    before = _restore_echo
    switches = None
    with suppress(OSError, ValueError, AttributeError):  # stdin may be closed
        if switches := system.echo_switches(sys.stdin.fileno(), by_key=by_key):
            # `_restore_echo` is set first, because a signal may come before the next line.
            turn_off, _restore_echo = switches
            turn_off()
    try:
        yield  # outside of `suppress`, so that an error that is raised inside keeps its context
    finally:
        if switches is not None:
            switches[1]()
        _restore_echo = before


# Signals


_restore_echo: Callable[[], None] = ignore  # `no_echo` replaces it
_postponed: dict[int, float] = {}  # the time of the first postponement of each signal
_resent: set[int] = set()  # signals that this module is about to send again
_held = False  # whether all signals wait (`hold_signals`)


def interrupt(number: int, frame: FrameType | None) -> None:
    """Handle SIGINT by raising KeyboardInterrupt, but not during an import and not in
    `hold_signals`."""
    if not _is_postponed(number, frame):
        raise KeyboardInterrupt


def leave_by_signal(number: int, frame: FrameType | None) -> None:
    """Handle SIGTERM and SIGHUP by raising SystemExit, so that unfinished files are removed."""
    if not _is_postponed(number, frame):
        for other in ENDING:  # a second signal must not disturb the cleanup
            # Not SIG_IGN: Python would print an OSError about a signal that has already arrived.
            signal.signal(other, ignore)
        raise SystemExit(128 + number)


def resend_signal(missed: sys.UnraisableHookArgs) -> None:
    """Handle `sys.unraisablehook`. Python prints and drops an exception that is raised in some
    callbacks, such as the callback of a weak reference. If it came from a signal, send the signal
    again."""
    value = missed.exc_value
    if isinstance(value, KeyboardInterrupt):
        _send_again(signal.SIGINT)
    elif isinstance(value, SystemExit) and isinstance(value.code, int) and value.code > 128:
        signal.signal(value.code - 128, leave_by_signal)
        _send_again(value.code - 128)
    else:
        sys.__unraisablehook__(missed)


def _is_postponed(number: int, frame: FrameType | None) -> bool:
    """Return whether a signal came in `hold_signals` or during an import. If so, send it again later.

    During an import no exception may be raised: torch calls Python from C++, where an exception may
    crash the process or be lost. If the import takes longer than PATIENCE seconds, or if another signal
    comes, the process ends without cleanup. During the imports at the start of the program it ends at
    the first signal, because nothing is open yet.
    """
    # A signal that this module sends again is not another Ctrl-C of the user.
    resent = number in _resent
    _resent.discard(number)
    if _held:
        _send_again(number)
        return True
    frames = []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    # The functions of importlib are among the frames while a module is imported.
    if not any(each.f_code.co_filename.startswith("<frozen importlib") for each in frames):
        _postponed.pop(number, None)
        return False
    packages = {str(each.f_globals.get("__name__")).partition(".")[0] for each in frames}
    network = sys.modules.get("flashsloth.model.network")
    # Nothing that needs a cleanup is opened before the modules of the model are imported.
    slow = not packages.isdisjoint(SLOW) and not hasattr(network, "Network")
    if slow or not hasattr(sys.modules.get("flashsloth_cli.app"), "app"):
        leave_at_once(number)
    another = number in _postponed and not resent
    since = _postponed.setdefault(number, time.monotonic())
    if another or time.monotonic() - since > PATIENCE:
        die_by_signal(number)
    _send_again(number)
    return True


def leave_at_once(number: int) -> NoReturn:
    """End the process without cleanup. At a terminal it is ended by the signal itself."""
    if not system.WINDOWS and is_terminal(sys.stderr):
        # Erase the line of `show_status`.
        os.write(2, ERASE.encode() if wants_styling(sys.stderr) else b"\n")
        die_by_signal(number)
    _restore_echo()
    os._exit(128 + number)


def die_by_signal(number: int) -> NoReturn:
    """End the process by a signal, after restoring the echo of the terminal."""
    _restore_echo()
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)
    # The signal does not end process 1 (a container without --init), and a blocked one only waits.
    os._exit(128 + number)


def _send_again(number: int) -> None:
    def wait() -> None:
        time.sleep(RESEND_AFTER)
        _resent.add(number)
        system.signal_main(number)

    # This is not a threading.Thread, because that needs locks that the interrupted code may hold.
    _thread.start_new_thread(wait, ())


@contextmanager
def hold_signals() -> Iterator[None]:
    """While the context lasts, signals wait. Use this for a step that must be done completely or not at
    all."""
    global _held
    _held = True
    try:
        yield
    finally:
        _held = False


@contextmanager
def handling(handler: Callable[[int, FrameType | None], object], *numbers: int) -> Iterator[None]:
    """While the context lasts, a handler handles these signals."""
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, other in before.items():
            signal.signal(number, other)


def ignore_sigint() -> AbstractContextManager[None]:
    """Return a context in which Ctrl-C does nothing, because an earlier Ctrl-C is being handled."""
    return handling(ignore, signal.SIGINT)


# stdin


def has_piped_stdin() -> bool:
    """Return whether stdin is a pipe, a socket or a file, rather than a terminal or /dev/null."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return sys.stdin is not None and not is_terminal(sys.stdin)
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def has_waiting_data() -> bool:
    """Return whether data can be read from stdin at once."""
    try:
        return system.waiting_bytes(sys.stdin.fileno()) > 0
    except (OSError, ValueError, AttributeError):
        return False


def read_stdin(max_bytes: int, hint: str) -> bytes:
    """Read stdin. Raises: OptionError with the hint if nothing is piped in, InputError for more than
    `max_bytes`."""
    if not has_piped_stdin():
        raise OptionError("- reads stdin, but nothing is piped in", hint=hint)
    data = sys.stdin.buffer.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise InputError(
            f"stdin has more than {max_bytes // 2**20} MB", hint="Pipe in a smaller picture or text."
        )
    return data


def at_terminal() -> bool:
    """Return whether a person at a terminal types the input and reads the answers."""
    return is_terminal(sys.stdin) and is_terminal(answers())
