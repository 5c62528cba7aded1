"""stdout for answers alone, stderr for everything else, and what comes in on stdin; the one place that knows how a
terminal and its signals behave.

While a command runs, whatever a library prints, in Python or below it, goes to stderr: `apart` moves the real stdout
aside and hands it to the command.
"""

from __future__ import annotations

import _thread
import errno
import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import Any, NoReturn, TextIO

from flashsloth.errors import FlashSlothError, InputError

AGAIN = 0.02  # seconds until a signal that went unheard comes again
PATIENCE = 1.0  # seconds for which it waits for the end of an import
SLOW = ("torch", "transformers")  # packages whose import takes seconds

_answers: TextIO | None = None


class OutputError(FlashSlothError):
    """stdout cannot take the answer."""

    code = "output"
    hint = "Send stdout to a terminal, a pipe or a file on a disk with room."


def fill_closed() -> None:
    """Give a program that was started with a closed stdin, stdout or stderr (`<&-`) something in its place, so that no
    file it opens is taken for one of them. Reading finds nothing, writing to stdout fails, stderr swallows."""
    for number, flags in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, flags)  # takes the lowest free number
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as we run
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


# stdout and stderr


def answers() -> TextIO:
    """The stream for answers: the real stdout."""
    return _answers if _answers is not None else sys.stdout


@contextmanager
def convert_write_errors() -> Iterator[None]:
    """Inside, stdout is written to: a failure becomes an OutputError, BrokenPipeError where the reader has gone."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = "it is closed" if error.errno == errno.EBADF else error.strerror
        raise OutputError(f"stdout cannot be written to: {reason}") from error


def write(text: str) -> None:
    """Put text on stdout, at once."""

    def put() -> None:
        with convert_write_errors():
            answers().write(text)
            answers().flush()

    _aside(put)


def write_stderr(text: str, end: str = "\n") -> None:
    """Put text on stderr, at once; where nobody can read it, never mind."""

    def put() -> None:
        with suppress(OSError, ValueError):
            print(text, end=end, file=sys.stderr, flush=True)

    _aside(put)


Beside = Callable[[Callable[[], None]], None]
_beside: Beside | None = None


def _aside(put: Callable[[], None]) -> None:
    put() if _beside is None else _beside(put)


@contextmanager
def through_editor(through: Beside) -> Iterator[None]:
    """Inside, a line editor holds the terminal: what is to be written is handed to it, as a function that writes."""
    global _beside
    before, _beside = _beside, through
    try:
        yield
    finally:
        _beside = before


@contextmanager
def redirect_stdout() -> Iterator[None]:
    """Inside, `answers()` is stdout and `sys.stdout`, like file descriptor 1, leads to stderr."""
    global _answers
    outside = sys.stdout
    if _answers is not None:
        yield
        return
    try:
        real = outside.fileno() == 1
    except (OSError, ValueError, AttributeError):
        real = False
    with suppress(OSError, ValueError):
        outside.flush()
    kept = os.dup(1) if real else -1
    _answers = open(kept, "w", encoding=outside.encoding, errors="replace") if real else outside  # noqa: SIM115
    sys.stdout = sys.stderr
    if real:
        os.dup2(2, 1)
    try:
        yield
    finally:
        mine, _answers, sys.stdout = _answers, None, outside
        if real:
            with suppress(OSError):
                outside.flush()  # what a library left in there goes to stderr yet
            os.dup2(kept, 1)
            with suppress(OSError):  # `write` has told what there is to tell
                mine.close()


def discard_stdout() -> None:
    """After a reader has gone: what is still buffered goes nowhere, so that the interpreter ends in silence."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError):
        os.dup2(nowhere, 1)


# Terminals


def is_terminal(stream: TextIO) -> bool:
    """Whether a stream is a terminal; a closed one is none."""
    try:
        return stream.isatty()
    except (ValueError, AttributeError):
        return False


def wants_styling(stream: TextIO) -> bool:
    """Whether colours and moving lines are welcome there."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def can_ask() -> bool:
    """Whether there is somebody to be asked."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


def confirm(question: str) -> bool:
    """Ask on the terminal; anything but y or yes is a no."""
    said = ""

    def ask() -> None:
        nonlocal said
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        said = sys.stdin.readline()

    _aside(ask)
    return said.strip().lower() in ("y", "yes")


@contextmanager
def no_echo() -> Iterator[None]:
    """Inside, what is typed ahead is not shown amid the output; it waits for the next prompt."""
    global _echoing
    _stop_echo()
    try:
        yield  # never amid the handling of an error: what is raised in here would forget what it came from
    finally:
        if _echoing is not None:
            _echoing()
        _echoing = None


def _stop_echo() -> None:
    """Let the terminal show nothing that is typed. `_echoing` brings that back, and is there first."""
    global _echoing
    try:
        import termios
    except ImportError:  # Windows
        return
    try:
        place = sys.stdin.fileno()
        before = termios.tcgetattr(place)
    except (OSError, ValueError, AttributeError, termios.error):
        return
    quiet: list[Any] = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    _echoing = partial(termios.tcsetattr, place, termios.TCSANOW, before)
    termios.tcsetattr(place, termios.TCSANOW, quiet)


# Signals

_orderly: Callable[[SystemExit], object] | None = None
_echoing: Callable[[], None] | None = None  # what brings back that the terminal shows what is typed
_waiting: dict[int, float] = {}  # signals that are postponed, and since when
_sent_again: set[int] = set()  # those of them that come next


def interrupt(number: int, frame: FrameType | None) -> None:
    """For SIGINT: KeyboardInterrupt, as Python itself raises it, but not amid an import."""
    if not _is_postponed(number, frame):
        raise KeyboardInterrupt


def leave_by_signal(number: int, frame: FrameType | None) -> None:
    """For SIGTERM and SIGHUP: end the program like an error, so that unfinished files are removed."""
    if _orderly is None and _is_postponed(number, frame):
        return
    for other in ("SIGTERM", "SIGHUP"):  # a second one must not disturb what the first one has begun
        if hasattr(signal, other):
            signal.signal(getattr(signal, other), signal.SIG_IGN)
    leaving = SystemExit(128 + number)
    if _orderly is None:
        raise leaving
    _orderly(leaving)


@contextmanager
def leaving_through(orderly: Callable[[SystemExit], object]) -> Iterator[None]:
    """Inside, SIGTERM does not raise where it happens to come, but hands its SystemExit to a function."""
    global _orderly
    _orderly = orderly
    try:
        yield
    finally:
        _orderly = None


def resend_signal(missed: sys.UnraisableHookArgs) -> None:
    """For `sys.unraisablehook`. Where a signal comes while Python runs something that nothing can be raised from, as
    a weak reference's callback, its exception would be printed and forgotten: the signal is sent again."""
    value = missed.exc_value
    if isinstance(value, KeyboardInterrupt):
        _send_again(signal.SIGINT)
    elif isinstance(value, SystemExit) and isinstance(value.code, int) and value.code > 128:
        signal.signal(value.code - 128, leave_by_signal)
        _send_again(value.code - 128)
    else:
        sys.__unraisablehook__(missed)


def _is_postponed(number: int, frame: FrameType | None) -> bool:
    """Whether a signal came amid an import. There torch calls Python from C++, and an exception may end the process
    with a core dump, or be swallowed: the signal comes again until the import is through. After a second, or when
    another one is sent meanwhile, it ends the process where it is; amid the slow imports that a command begins with
    it does so at once, as nothing is open yet."""
    own = number in _sent_again
    _sent_again.discard(number)
    frames = []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    if not any(each.f_code.co_filename.startswith("<frozen importlib") for each in frames):
        _waiting.pop(number, None)
        return False
    packages = {str(each.f_globals.get("__name__")).partition(".")[0] for each in frames}
    if not packages.isdisjoint(SLOW) and not _has_model():
        leave_at_once(number)
    another = number in _waiting and not own
    since = _waiting.setdefault(number, time.monotonic())
    if another or time.monotonic() - since > PATIENCE:
        die_by_signal(number)
    _send_again(number)
    return True


def _has_model() -> bool:
    """Whether the slow imports are through, and something may be open."""
    return hasattr(sys.modules.get("flashsloth.model.modeling"), "FlashSlothForConditionalGeneration")


def leave_at_once(number: int) -> NoReturn:
    """End the process here, at a terminal by the signal itself. Nothing is raised, closed or written."""
    if os.name == "posix" and is_terminal(sys.stderr):
        die_by_signal(number)
    if _echoing is not None:
        _echoing()
    os._exit(128 + number)


def die_by_signal(number: int) -> None:
    """As if nobody had listened; only what is typed next is seen again."""
    if _echoing is not None:
        _echoing()
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


def _send_again(number: int) -> None:
    def wait() -> None:
        time.sleep(AGAIN)
        _sent_again.add(number)
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(main, number)  # which wakes it, too
        else:
            _thread.interrupt_main(signal.Signals(number))

    main = threading.main_thread().ident or 0

    _thread.start_new_thread(wait, ())  # a threading.Thread takes locks, which the interrupted code may hold


@contextmanager
def ignore_sigint() -> Iterator[None]:
    """Inside, another Ctrl-C does nothing: the first one is being dealt with."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


# stdin


def has_piped_stdin() -> bool:
    """Whether stdin is a pipe, a socket or a file: something to be read. A terminal or /dev/null is not."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return sys.stdin is not None and not is_terminal(sys.stdin)
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def read_stdin(ceiling: int) -> bytes:
    """All of stdin. Raises: InputError for more than `ceiling` bytes."""
    data = sys.stdin.buffer.read(ceiling + 1)
    if len(data) > ceiling:
        raise InputError(
            f"stdin holds more than {ceiling // 2**20} MB", hint="Is it meant for this program? --no-stdin leaves it."
        )
    return data
