"""prompt-toolkit as the terminal's last lines, in a thread of its own: what is typed shows at once, whatever is
computed. Knows Ctrl-C and Ctrl-D; knows no commands."""

from __future__ import annotations

import os
import queue
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth_cli.chat.plain_input import LEAVES, PROMPT
from flashsloth_cli.terminal import streams
from flashsloth_cli.terminal.markdown_stream import MarkdownStream
from flashsloth_cli.terminal.render import AnswerWriter
from flashsloth_cli.terminal.text import strip_control_chars

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

WAITS = "(waits) "
MANY = " many lines: Alt-Enter, or Esc and then Enter, sends; Ctrl-C gives up"
LATEST = 2.0  # seconds after which no report of the cursor's place is expected any more


class LineEditor:
    """The terminal's last lines: a tail of the answer that grows, the line that is typed, and a toolbar.

    The editor's thread owns the terminal from the first `read` to `close`. Everything else that is written, from
    whatever thread, goes above its lines, by `streams.through_editor`. Lines typed amid an answer wait their turn.
    Ctrl-C during one raises KeyboardInterrupt in the main thread; at rest it discards the line, twice it leaves.
    """

    def __init__(self, toolbar: Callable[[], str], completer: Completer, history: Path | None) -> None:
        self._toolbar = toolbar
        self._lines: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        self._waiting: list[str] = []
        self._tail = ""
        self.discarded = False
        self._resting = False  # the main thread waits for a line
        self._warned = self._multiline = False
        self._session = _session(self, completer, history)
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._beside: Any = None
        self._failure: BaseException | None = None  # of writing, in the editor's thread

    # For the main thread

    def open(self) -> None:
        """Take the terminal, before there is a line to be read."""
        if self._thread is None:
            self._start("")

    def read(self, begun: str = "", *, multiline: bool = False) -> str | None:
        self._multiline, self.discarded = multiline, False
        self._resting = True
        try:
            if self._thread is None:
                self._start(begun)
            elif begun:
                self._call(lambda: self._begin(begun))
            self._call(self._session.app.invalidate)  # the toolbar tells of the turn that has just ended
            line = self._next()
        finally:
            self._resting = False
        if isinstance(line, BaseException):
            raise line
        if line is None:
            self.close()
            return None
        if self._waiting:
            self._waiting.pop(0)
        parts = strip_control_chars(line).split("\n")
        streams.write_stderr("\n".join(f"{PROMPT if at == 0 else '  '}{part}" for at, part in enumerate(parts)))
        return line

    def _next(self) -> str | BaseException | None:
        while True:
            # on Windows nothing interrupts a wait without an end; a Ctrl-C that came as the answer ended is late
            with suppress(queue.Empty, KeyboardInterrupt):
                return self._lines.get(timeout=0.5 if sys.platform == "win32" else None)

    def answer(self) -> AnswerWriter:
        return _Growing(self)

    def close(self) -> None:
        """Give the terminal back."""
        if self._thread is not None and self._thread.is_alive():
            self._call(self._leave)
            self._thread.join(5)
        if self._beside is not None:
            self._beside.__exit__(None, None, None)
            self._beside = None
        self._thread = None
        kept = []
        with suppress(queue.Empty):
            while True:
                kept.append(self._lines.get_nowait())
        for line in kept:
            if line is not None:  # typed ahead
                self._lines.put(line)

    def _leave(self) -> None:
        app = self._session.app
        if app.is_running and app.future is not None and not app.future.done():
            app.exit(result="")

    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        found = self._session.output.get_size()
        return max(found.columns, 10), max(found.rows, 5)

    def grow(self, done: str, tail: str) -> None:
        """Write what is done above, and show what is not yet."""

        def put() -> None:
            try:
                streams.write(done)
            except BaseException as error:  # raised with the next piece
                self._failure = error

        def change() -> None:
            self._tail = tail
            if done:
                self._above(put)
            else:
                self._session.app.invalidate()

        self._raise_failure()
        self._call(change)

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def finish(self, done: str) -> None:
        """Write the last of an answer above, and wait until it is there."""

        def put() -> None:
            self._tail = ""
            if done:
                streams.write(done)

        self._raise_failure()
        self._run_above(put)

    # Between the threads

    def _start(self, begun: str) -> None:
        started = threading.Event()

        def edit() -> None:
            try:
                self._session.prompt(
                    self._message,
                    default=begun,
                    handle_sigint=False,
                    pre_run=started.set,
                    bottom_toolbar=lambda: (MANY if self._multiline else self._toolbar())[: self.size()[0]],
                )
            except (EOFError, KeyboardInterrupt):
                pass
            except BaseException as error:  # goes on where the program waits
                self._lines.put(error)
            finally:
                self._ended.set()
                started.set()
                self._lines.put(None)

        self._ended.clear()
        _take_typed(self._session.input)
        sys.setswitchinterval(0.001)  # seconds after which a thread that computes lets a key through
        self._thread = threading.Thread(target=edit, daemon=True, name="line editor")
        self._thread.start()
        started.wait(10)
        self._beside = streams.through_editor(self._run_above)
        self._beside.__enter__()

    def _call(self, action: Callable[[], object]) -> None:
        """Do something in the editor's thread; it is not waited for."""
        loop = self._session.app.loop
        if loop is None or not self._session.app.is_running:
            action()
            return
        with suppress(RuntimeError):  # it has just ended
            loop.call_soon_threadsafe(action)

    def _run_above(self, write: Callable[[], None]) -> None:
        """Let something be written above the editor's lines, and wait until it is."""
        app = self._session.app
        if threading.current_thread() is self._thread or app.loop is None or not app.is_running:
            write()
            return
        done, failed = threading.Event(), list[BaseException]()

        def attempt() -> None:
            try:
                write()
            except BaseException as error:  # raised again where it belongs
                failed.append(error)

        def above() -> None:
            self._above(attempt, done.set)

        try:
            app.loop.call_soon_threadsafe(above)
        except RuntimeError:
            write()
            return
        while not done.wait(0.2):
            if self._ended.is_set():
                break
        if failed:
            raise failed[0]

    def _above(self, write: Callable[[], None], then: Callable[[], object] = lambda: None) -> None:
        """In the editor's thread: take its lines away, write, and put them back.

        The terminal stays as the editor set it, so that no key is taken for another one meanwhile.
        """
        app = self._session.app
        if app.loop is None or not app.is_running:
            write()
            then()
            return
        if not app._running_in_terminal:
            app.renderer.erase()
            try:
                write()
            finally:
                app.renderer.reset()
                app._request_absolute_cursor_position()
                app._redraw()
                then()
            return
        from prompt_toolkit.application import run_in_terminal

        async def after_the_others() -> None:  # another program, $EDITOR, has the terminal
            try:
                await run_in_terminal(write)
            finally:
                then()

        app.create_background_task(after_the_others())

    # In the editor's thread

    def _message(self) -> str:
        tail = f"{self._tail}\n" if self._tail else ""
        waiting = "".join(f"{WAITS}{line.splitlines()[0]}\n" for line in self._waiting)
        return f"{tail}{waiting}{PROMPT}"

    def _begin(self, text: str) -> None:
        from prompt_toolkit.document import Document

        self._session.default_buffer.document = Document(text)

    def submit(self, text: str) -> None:
        """Enter."""
        self._warned = self._multiline = False
        if not self._resting:
            self._waiting.append(text)
        self._lines.put(text)

    def interrupt(self) -> None:
        """Ctrl-C."""
        buffer = self._session.default_buffer
        if not self._resting:
            self._forget_waiting()
            _interrupt_main()
        elif buffer.text or self._multiline:
            buffer.reset()
            self._warned, self._multiline, self.discarded = False, False, True
        elif self._warned:
            self._lines.put(None)
        else:
            self._warned = True
            self._above(lambda: streams.write_stderr(LEAVES))

    def leave(self) -> None:
        """Ctrl-D on an empty line. An answer that comes is stopped, and kept as far as it is."""
        if not self._resting:
            self._forget_waiting()
            _interrupt_main()
        self._lines.put(None)

    def _forget_waiting(self) -> None:
        """What was to be asked next was asked in the belief that this answer would come."""
        self._waiting.clear()
        with suppress(queue.Empty):
            while True:
                self._lines.get_nowait()

    @property
    def sends(self) -> bool:
        """Whether Enter sends the line."""
        return not self._multiline


class _Growing:
    """An answer whose last lines still change."""

    def __init__(self, editor: LineEditor) -> None:
        self.editor = editor
        self.prose = MarkdownStream(markdown=not os.environ.get("NO_COLOR"))

    def piece(self, text: str) -> None:
        columns, rows = self.editor.size()
        done = self.prose.push(text, columns - 1, max(3, rows // 2 - 2))
        self.editor.grow(done, self.prose.tail(columns - 1))

    def end(self) -> None:
        self.editor.finish(self.prose.end(self.editor.size()[0] - 1))

    def broken_off(self) -> None:
        self.end()


def _take_typed(given: Any) -> None:
    """What was typed before the editor held the terminal, as keys. Of each Enter the terminal had made what Ctrl-J
    sends, which would be a new line within one question."""
    if sys.platform == "win32":
        return
    from prompt_toolkit.input.typeahead import store_typeahead
    from prompt_toolkit.input.vt100_parser import Vt100Parser

    try:
        place, data = given.fileno(), b""
        with given.raw_mode():
            while select.select([place], [], [], 0)[0] and (more := os.read(place, 4096)):
                data += more
    except (OSError, ValueError, NotImplementedError):
        return
    keys: list[Any] = []
    parser = Vt100Parser(keys.append)
    parser.feed(data.decode(errors="replace").replace("\n", "\r"))
    parser.flush()
    store_typeahead(given, keys)


def _interrupt_main() -> None:
    if sys.platform == "win32":
        import _thread

        _thread.interrupt_main()
    else:
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGINT)


def _stop() -> None:
    """Ctrl-Z. The signal may reach any thread, this one goes on until it does: nothing may be drawn before."""
    os.kill(0, signal.SIGTSTP)
    time.sleep(0.3)


def _session(editor: LineEditor, completer: Completer, history: Path | None) -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.history import FileHistory, InMemoryHistory
    from prompt_toolkit.output import create_output

    if history is not None:
        with suppress(OSError):
            history.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(history, os.O_CREAT | os.O_RDWR, 0o600))
    kept = history is not None and os.access(history, os.W_OK | os.R_OK)
    session: PromptSession[str] = PromptSession(
        output=create_output(stdout=sys.stderr),
        multiline=True,
        erase_when_done=True,
        completer=completer,
        complete_while_typing=Condition(lambda: session.default_buffer.text.startswith("/")),
        auto_suggest=AutoSuggestFromHistory(),
        history=FileHistory(str(history)) if kept else InMemoryHistory(),
        key_bindings=_bindings(editor),
        prompt_continuation=lambda width, *_: " " * width,
        reserve_space_for_menu=4,
    )
    session.app.min_redraw_interval = 0.008
    _heed_last_report(session.app.renderer)
    return session


def _heed_last_report(renderer: Any) -> None:
    """Let only the report that was asked for last tell where the editor's lines stand. The terminal answers late: by
    one from before something was written above, they would be taken to stand higher up, and push the rest off the
    screen to reach its end."""
    report, reset = renderer.report_absolute_cursor_row, renderer.reset
    outdated = 0  # reports on their way that say where the lines stood before
    began = time.monotonic()

    def begin_anew(*args: Any, **kwargs: Any) -> None:
        nonlocal outdated, began
        reset(*args, **kwargs)
        before, began = began, time.monotonic()
        while renderer._waiting_for_cpr_futures and began - before > LATEST:  # was lost on its way
            renderer._waiting_for_cpr_futures.popleft().set_result(None)
        outdated = len(renderer._waiting_for_cpr_futures)

    def heed(row: int) -> None:
        nonlocal outdated
        known = renderer._min_available_height
        report(row)
        if outdated:
            outdated -= 1
            renderer._min_available_height = known

    renderer.reset, renderer.report_absolute_cursor_row = begin_anew, heed


def _bindings(editor: LineEditor) -> KeyBindings:
    from prompt_toolkit.filters import Condition, is_searching
    from prompt_toolkit.key_binding import KeyBindings

    keys = KeyBindings()
    typing = ~is_searching

    def send(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if not buffer.text.strip():
            return
        text = buffer.text
        with suppress(OSError):  # a disk that is full
            buffer.append_to_history()
        buffer.reset()
        editor.submit(text)

    def newline(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    sends = Condition(lambda: editor.sends)
    keys.add("enter", filter=typing & sends)(send)
    keys.add("escape", "enter", filter=typing & ~sends)(send)
    keys.add("escape", "enter", filter=typing & sends)(newline)
    keys.add("c-j", filter=typing)(newline)

    @keys.add("c-c", filter=typing)
    def interrupt(event: KeyPressEvent) -> None:
        editor.interrupt()

    @keys.add("c-x", "c-e", filter=typing)
    def edit(event: KeyPressEvent) -> None:
        event.current_buffer.open_in_editor()

    if sys.platform != "win32":

        @keys.add("c-z", filter=typing)
        def suspend(event: KeyPressEvent) -> None:
            from prompt_toolkit.application import run_in_terminal

            run_in_terminal(_stop)

    @keys.add("c-d", filter=typing & Condition(lambda: not editor._session.default_buffer.text))
    def leave(event: KeyPressEvent) -> None:
        editor.leave()

    return keys
