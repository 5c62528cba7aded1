"""The prompt_toolkit session of the line editor: its keys, its history of lines, and keys typed before it started."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from flashsloth.utils import system
from flashsloth_cli.chat.above_prompt import follow_resizes, ignore_outdated_reports

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.buffer import Buffer
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent


class KeyActions(Protocol):
    """What the keys do; `LineEditor` implements it."""

    @property
    def enter_sends(self) -> bool:
        """Whether Enter sends the line, or begins another one."""
        ...

    def submit(self, text: str) -> None: ...

    def interrupt(self) -> None: ...

    def leave(self) -> None: ...

    def lend_terminal(self, program: Awaitable[object]) -> None:
        """Keep the terminal for another program until it has ended."""
        ...


def make_session(actions: KeyActions, completer: Completer, history: Path | None) -> PromptSession[str]:
    """Create the session. `history` is a file that keeps the typed lines; without one they last as long as it."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.history import FileHistory, InMemoryHistory
    from prompt_toolkit.output import create_output

    from flashsloth_cli.chat.completer import CommandSuggestions

    if history is not None:
        with suppress(OSError):
            history.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(history, os.O_CREAT | os.O_RDWR, 0o600))
    writable = history is not None and os.access(history, os.W_OK | os.R_OK)
    session: PromptSession[str] = PromptSession(
        output=create_output(stdout=sys.stderr),
        multiline=True,
        erase_when_done=True,
        completer=completer,
        complete_while_typing=Condition(lambda: session.default_buffer.text.startswith("/")),
        auto_suggest=CommandSuggestions(),
        history=FileHistory(str(history)) if writable else InMemoryHistory(),
        key_bindings=_bindings(actions, lambda: not session.default_buffer.text),
        prompt_continuation=lambda width, *_: " " * width,
        reserve_space_for_menu=4,
    )
    session.app.min_redraw_interval = 0.008
    ignore_outdated_reports(session.app.renderer)
    follow_resizes(session.app)
    return session


def _bindings(actions: KeyActions, is_empty: Callable[[], bool]) -> KeyBindings:
    from prompt_toolkit.filters import Condition, is_searching
    from prompt_toolkit.key_binding import KeyBindings

    keys = KeyBindings()
    typing = ~is_searching

    def send(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if not buffer.text.strip():
            return
        text = buffer.text
        with suppress(OSError):  # a full disk
            buffer.append_to_history()
        buffer.reset()
        actions.submit(text)

    def newline(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    sends = Condition(lambda: actions.enter_sends)
    keys.add("enter", filter=typing & sends)(send)
    keys.add("escape", "enter", filter=typing & ~sends)(send)
    keys.add("escape", "enter", filter=typing & sends)(newline)
    keys.add("c-j", filter=typing)(newline)

    @keys.add("c-c", filter=typing)
    def interrupt(event: KeyPressEvent) -> None:
        actions.interrupt()

    @keys.add("c-x", "c-e", filter=typing)
    def edit(event: KeyPressEvent) -> None:
        actions.lend_terminal(event.current_buffer.open_in_editor())

    if not system.WINDOWS:

        @keys.add("c-z", filter=typing)
        def suspend(event: KeyPressEvent) -> None:
            from prompt_toolkit.application import run_in_terminal

            actions.lend_terminal(run_in_terminal(_stop))

    keys.add("tab", filter=typing)(lambda event: _complete(event.current_buffer, 1))
    keys.add("s-tab", filter=typing)(lambda event: _complete(event.current_buffer, -1))

    @keys.add("c-d", filter=typing & Condition(is_empty))
    def leave(event: KeyPressEvent) -> None:
        actions.leave()

    return keys


def _complete(buffer: Buffer, step: int) -> None:
    """Tab: complete at once what is certain, then go through the list, round and round. prompt_toolkit's own waits for
    a list that is made in the background, so that an Enter typed just after it sends the line as it was, and its second
    Tab takes a single completion back."""
    from prompt_toolkit.buffer import CompletionState
    from prompt_toolkit.completion import CompleteEvent, get_common_complete_suffix

    state = buffer.complete_state
    if state is not None and state.complete_index is not None:
        buffer.go_to_completion((state.complete_index + step) % len(state.completions))
        return
    asked = CompleteEvent(completion_requested=True)
    found = list(buffer.completer.get_completions(buffer.document, asked))
    common = get_common_complete_suffix(buffer.document, found)
    buffer.cancel_completion()
    if common:
        buffer.insert_text(common)
        found = list(buffer.completer.get_completions(buffer.document, asked)) if len(found) > 1 else []
    if found:
        buffer.complete_state = CompletionState(buffer.document, found)
        if not common:
            buffer.go_to_completion(0 if step > 0 else len(found) - 1)


def _stop() -> None:
    """Stop the process group, as Ctrl-Z does. The signal may reach any thread, so wait until it has: nothing may be
    drawn before."""
    os.kill(0, system.STOP)
    time.sleep(0.3)


def keep_typed_keys(session: PromptSession[str]) -> None:
    """Hand the session the keys that were typed before it started. The terminal, not yet in raw mode, has turned each
    Enter into Ctrl-J, which would be a new line of one question."""
    if system.WINDOWS:
        return
    from prompt_toolkit.input.typeahead import store_typeahead
    from prompt_toolkit.input.vt100_parser import Vt100Parser

    try:
        number, data = session.input.fileno(), b""
        with session.input.raw_mode():
            while select.select([number], [], [], 0)[0] and (more := os.read(number, 4096)):
                data += more
    except (OSError, ValueError, NotImplementedError):
        return
    keys: list[Any] = []
    parser = Vt100Parser(keys.append)
    parser.feed(data.decode(errors="replace").replace("\n", "\r"))
    parser.flush()
    store_typeahead(session.input, keys)
