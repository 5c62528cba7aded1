"""The last lines of the terminal, edited by prompt_toolkit in a thread of its own, so that typing shows at once while
an answer is computed."""

from __future__ import annotations

import asyncio
import os
import queue
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from flashsloth.utils import system
from flashsloth_cli.chat.above_prompt import write_above
from flashsloth_cli.chat.key_bindings import keep_typed_keys, make_session
from flashsloth_cli.chat.plain_input import LEAVES, PROMPT
from flashsloth_cli.terminal import streams
from flashsloth_cli.terminal.markdown_stream import MarkdownStream
from flashsloth_cli.terminal.render import AnswerWriter
from flashsloth_cli.terminal.text import strip_control_chars

if TYPE_CHECKING:
    from prompt_toolkit.completion import Completer

WAITS = "(waits) "
MULTILINE = " many lines: Alt-Enter, or Esc and then Enter, sends; Ctrl-C gives up"


class LineEditor:
    """The tail of a growing answer, the line that is typed, and a toolbar.

    The editor's thread owns the terminal from `open` or the first `read` until `close`. All other output, from any
    thread, is written above these lines, by `streams.through_editor`. Lines typed during an answer are queued. Ctrl-C
    after Enter raises KeyboardInterrupt in the main thread, inside `interruptible`; at rest it discards the line, or
    leaves the second time.
    """

    def __init__(self, toolbar: Callable[[int], str], completer: Completer, history: Path | None) -> None:
        self._toolbar = toolbar
        self._lines: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        self._queued: list[str] = []  # the lines in `_lines`; "" for one that need not wait
        self._tail = ""
        self.discarded = False
        self._resting = False  # the main thread waits for a line, and none was sent
        self._interrupted = False  # Ctrl-C since a line was sent, before `interruptible`
        self._sigint = signal.getsignal(signal.SIGINT)
        self._lock = threading.Lock()  # for the three above and `_queued`
        self._warned = self._multiline = False
        self._session = make_session(self, completer, history)
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._output = ExitStack()  # inside, all output goes through this editor
        self._failure: BaseException | None = None  # of a write in the editor's thread
        self._lent: asyncio.Future[object] | None = None  # done when another program has given the terminal back

    # For the main thread

    def open(self) -> None:
        """Take the terminal without waiting for a line."""
        if self._thread is None:
            self._start("")

    def read(self, default: str = "", *, multiline: bool = False) -> str | None:
        self._multiline, self.discarded = multiline, False
        self._postpone_sigint()
        with self._lock:
            self._resting = not self._queued
            self._queued[:1] = [""] * len(self._queued[:1])
            self._interrupted = False  # it was meant for an answer that had just ended
        try:
            if self._thread is None:
                self._start(default)
            elif default:
                self._call(lambda: self._set_text(default))
            self._call(self._session.app.invalidate)  # the toolbar shows counts of the last turn
            line = self._next()
        finally:
            self._resting = False
        if isinstance(line, BaseException):
            raise line
        if line is None:
            self.close()
            return None
        with self._lock:
            del self._queued[:1]
        parts = strip_control_chars(line).split("\n")
        streams.write_stderr("\n".join(f"{PROMPT if at == 0 else '  '}{part}" for at, part in enumerate(parts)))
        return line

    def _next(self) -> str | BaseException | None:
        while True:
            with suppress(queue.Empty):  # on Windows nothing interrupts a wait without a timeout
                return self._lines.get(timeout=0.5 if system.WINDOWS else None)

    def _postpone_sigint(self) -> None:
        def remember(*_: object) -> None:
            self._interrupted = not self._resting

        signal.signal(signal.SIGINT, remember)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Inside, Ctrl-C raises KeyboardInterrupt; one since the line was sent does so at once."""
        try:
            signal.signal(signal.SIGINT, self._sigint)
            if self._interrupted:
                raise KeyboardInterrupt
            yield
        finally:
            self._postpone_sigint()

    def answer_writer(self, *, markdown: bool = True) -> AnswerWriter:
        return _EditorWriter(self, markdown=markdown and not os.environ.get("NO_COLOR"))

    def close(self) -> None:
        """Give the terminal back. Lines typed ahead stay for the next `read`."""
        if self._thread is not None and self._thread.is_alive():
            self._call(self._exit)
            self._thread.join(5)
        self._output.close()
        signal.signal(signal.SIGINT, self._sigint)
        self._thread = None
        lines = []
        with suppress(queue.Empty):
            while True:
                lines.append(self._lines.get_nowait())
        for line in lines:
            if line is not None:
                self._lines.put(line)

    def _exit(self) -> None:
        app = self._session.app
        if app.is_running and app.future is not None and not app.future.done():
            app.exit(result="")

    def size(self) -> tuple[int, int]:
        """Return columns and rows of the terminal."""
        size = self._session.output.get_size()
        return max(size.columns, 10), max(size.rows, 5)

    def grow(self, done: str, tail: str) -> None:
        """Write the finished lines of an answer above, and show its tail."""

        def write() -> None:
            try:
                streams.write(done)
            except BaseException as error:  # raised with the next piece
                self._failure = error

        def change() -> None:
            self._tail = tail
            if done:
                self._write_above(write)
            else:
                self._session.app.invalidate()

        self._raise_failure()
        self._call(change)

    def finish(self, done: str) -> None:
        """Write the last lines of an answer above, and wait until they are written."""

        def write() -> None:
            self._tail = ""
            if done:
                streams.write(done)

        self._raise_failure()
        self._run_above(write)

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    # Between the threads

    def _start(self, default: str) -> None:
        started = threading.Event()

        def edit() -> None:
            try:
                self._session.prompt(
                    self._message,
                    default=default,
                    handle_sigint=False,
                    pre_run=started.set,
                    bottom_toolbar=self._status,
                )
            except (EOFError, KeyboardInterrupt):
                pass
            except BaseException as error:  # raised by `read` in the main thread
                self._lines.put(error)
            finally:
                self._ended.set()
                started.set()
                self._lines.put(None)

        self._ended.clear()
        keep_typed_keys(self._session)
        interval = sys.getswitchinterval()
        sys.setswitchinterval(0.001)  # seconds after which a thread that computes lets a key through
        self._output.callback(sys.setswitchinterval, interval)
        self._thread = threading.Thread(target=edit, daemon=True, name="line editor")
        self._thread.start()
        started.wait(10)
        self._output.enter_context(streams.through_editor(self._run_above))

    def _call(self, action: Callable[[], object]) -> None:
        """Run an action in the editor's thread, without waiting for it."""
        loop = self._session.app.loop
        if loop is None or not self._session.app.is_running:
            action()
            return
        with suppress(RuntimeError):  # the loop has just ended
            loop.call_soon_threadsafe(action)

    def _run_above(self, write: Callable[[], None]) -> None:
        """Write above the editor's lines, and wait until it is done."""
        app = self._session.app
        if threading.current_thread() is self._thread or app.loop is None or not app.is_running:
            write()
            return
        done, failed = threading.Event(), list[BaseException]()

        def attempt() -> None:
            try:
                write()
            except BaseException as error:  # raised in the thread that writes
                failed.append(error)

        try:
            app.loop.call_soon_threadsafe(self._write_above, attempt, done.set)
        except RuntimeError:
            write()
            return
        while not done.wait(0.2):
            if self._ended.is_set():
                break
        if failed:
            raise failed[0]

    def _write_above(self, write: Callable[[], None], then: Callable[[], object] = lambda: None) -> None:
        """In the editor's thread: write above its lines, now or when another program gives the terminal back."""
        app = self._session.app
        if app.loop is None or not app.is_running:
            write()
            then()
        elif self._lent is None or self._lent.done():
            try:
                write_above(app, write)
            finally:
                then()
        else:
            from prompt_toolkit.application import run_in_terminal

            async def write_later() -> None:
                try:
                    await run_in_terminal(write)
                finally:
                    then()

            app.create_background_task(write_later())

    # In the editor's thread

    def _status(self) -> str:
        columns, _ = self.size()
        return (MULTILINE if self._multiline else self._toolbar(columns))[:columns]

    def _message(self) -> str:
        tail = f"{self._tail}\n" if self._tail else ""
        queued = "".join(f"{WAITS}{line.splitlines()[0]}\n" for line in self._queued if line)
        return f"{tail}{queued}{PROMPT}"

    def _set_text(self, text: str) -> None:
        from prompt_toolkit.document import Document

        self._session.default_buffer.document = Document(text)

    def submit(self, text: str) -> None:
        """Enter."""
        self._warned = self._multiline = False
        with self._lock:
            self._queued.append("" if self._resting else text)
            self._resting = False
            self._lines.put(text)

    def interrupt(self) -> None:
        """Ctrl-C."""
        buffer = self._session.default_buffer
        if self._stop_answer():
            pass
        elif buffer.text or self._multiline:
            buffer.reset()
            self._warned, self._multiline, self.discarded = False, False, True
        elif self._warned:
            self._lines.put(None)
        else:
            self._warned = True
            self._write_above(lambda: streams.write_stderr(LEAVES))

    def leave(self) -> None:
        """Ctrl-D on an empty line. It stops the current answer, which is kept as far as it is."""
        self._stop_answer()
        self._lines.put(None)

    def lend_terminal(self, program: Awaitable[object]) -> None:
        self._lent = asyncio.ensure_future(program)

    def _stop_answer(self) -> bool:
        """Interrupt the main thread unless it waits for a line. Drop the queued lines: they may have relied on the
        answer. One that the main thread is about to take stays, and is stopped as soon as it runs."""
        with self._lock:
            if self._resting:
                return False
            waiting = []
            with suppress(queue.Empty):
                while True:
                    waiting.append(self._lines.get_nowait())
            if "" in self._queued and waiting:
                self._lines.put(waiting[0])
            self._queued[:] = [line for line in self._queued if not line]
            system.signal_main(signal.SIGINT)
            return True

    @property
    def enter_sends(self) -> bool:
        return not self._multiline


class _EditorWriter:
    """Writes an answer whose last lines still change."""

    def __init__(self, editor: LineEditor, *, markdown: bool) -> None:
        self.editor = editor
        self.stream = MarkdownStream(markdown=markdown)

    def write(self, text: str) -> None:
        columns, rows = self.editor.size()
        done = self.stream.push(text, columns - 1, max(3, rows // 2 - 2))
        self.editor.grow(done, self.stream.tail(columns - 1))

    def end(self) -> None:
        self.editor.finish(self.stream.end(self.editor.size()[0] - 1))

    def abort(self) -> None:
        self.end()
