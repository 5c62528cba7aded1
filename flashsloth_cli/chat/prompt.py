"""The prompt of a conversation at a terminal, which uses a session of prompt_toolkit, and the writer
that draws an answer while it grows.

Keys that are typed during an answer are not shown. They wait for the next prompt.
"""

from __future__ import annotations

import os
import re
import select
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from itertools import compress
from pathlib import Path
from types import FrameType
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.filters import is_searching
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input, create_input
from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES
from prompt_toolkit.input.typeahead import get_typeahead, store_typeahead
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.output import create_output
from prompt_toolkit.shortcuts import CompleteStyle, PromptSession

from flashsloth.images.sources import has_picture_name, unquote
from flashsloth.utils import system
from flashsloth_cli import completion_values
from flashsloth_cli.chat.conversation import PROMPT, PlainInput
from flashsloth_cli.chat.slash_commands import ALIASES, COMMANDS, INPUT, SETTABLE
from flashsloth_cli.terminal import streams, text
from flashsloth_cli.terminal.markdown_stream import MarkdownStream

PASTE_ENDS = "\x1b[201~"
# prompt_toolkit requests a report of the cursor's position when a prompt begins.
CURSOR_REPORT = re.compile(r"\x1b\[\d+;\d+R")
# Escape sequences as in ECMA-48: control sequences, and the strings with which terminals reply to
# queries (OSC, DCS, and APC of kitty's graphics). A string has no control characters, so Enter ends one
# whose end was lost.
SEQUENCE = re.compile(
    r"\x1b(?:\[(?:\[.|[0-?]*[ -/]*[@-~])|(?:\][\dlL]|P[\d;]*[>!$+]|_G)[^\x00-\x1f]*(?:\x07|\x1b\\))"
)
# The beginning of one at the end of what was read, or nothing.
UNFINISHED = re.compile(
    r"(?:\x1b(?:\[\[?|\[[0-?]*[ -/]*|P[\d;]*|[\]_]"
    r"|(?:\][\dlL]|P[\d;]*[>!$+]|_G)[^\x00-\x1f]*\x1b?)?)?\Z"
)
# A key in xterm's protocol (CSI 27;MODIFIERS;CODE ~) or kitty's (CSI CODE;MODIFIERS:EVENT u), which a
# program that was killed may have left on. In tmux `extended-keys` turns the former on.
EXTENDED_KEY = re.compile(
    r"\x1b\[(?:27;(\d{1,3});(\d{1,6})~|(9|\d{2,6})(?::\d*)*(?:;(\d{1,3})(?::(\d))?(?:;[\d:]*)?)?u)"
)
# Sequences that prompt_toolkit handles besides those of its table: the report of the cursor's position,
# the beginning of a mouse event, and the end of a paste.
HANDLED = re.compile(rf"{CURSOR_REPORT.pattern}|\x1b\[M|{re.escape(PASTE_ENDS)}")
PATIENCE = 1.0  # seconds without input after which the end of a paste counts as lost
# Key bindings of prompt_toolkit that are turned off, because they send the line, repeat keys without
# end, or keep raw bytes.
NOT_BOUND = (
    (Keys.ControlO,),
    (Keys.ControlQ,),
    (Keys.ControlAt,),
    *((Keys.Escape, each) for each in "#*-0123456789"),
    *((Keys.ControlX, each) for each in "()e"),
)
# Characters that join emoji or change their appearance (the joiner, the style and the skin colors).
JOINS = dict.fromkeys([0x200D, 0xFE0F, *range(0x1F3FB, 0x1F400)], "\u200c")
TAKE_PICTURES = ("/image", "/add")
ARGUMENTS = {"/set": SETTABLE, "/look": (INPUT,)}
# The last word before the cursor, as a shell reads it. Its quote may still be open.
LAST_WORD = re.compile(r"""(?:\\.|'[^']*(?:'|$)|"(?:\\.|[^"\\])*(?:"|$)|[^\s'"\\])*\\?$""", re.ASCII)
MENTION = re.compile(r"""(?:^|\s)@((?:\\.|[^\s'"\\])*|'[^']*|"[^"]*)$""", re.ASCII)
SPECIAL = re.compile(r"""(?=[\s'"\\])""", re.ASCII)


class Prompt(PlainInput):
    """Reads lines with completion, history, search and a toolbar. It controls the terminal from `open`
    until `close`, so that keys are not echoed between two prompts either."""

    def __init__(
        self,
        toolbar: Callable[[int], str],
        sessions: Callable[[], dict[str, str]],
        history: Path | None,
    ) -> None:
        """`toolbar` returns the line below the prompt, which depends on the width of the window.
        `sessions` returns the first questions of saved conversations by their names. `history` is the
        file of earlier lines."""
        super().__init__()
        self._terminal = ExitStack()
        self._is_open = False
        self._session: PromptSession[str] = PromptSession(
            PROMPT,
            input=_input(),
            # stdout is for answers alone.
            output=create_output(stdout=sys.stderr),
            erase_when_done=True,
            completer=_LineCompleter(sessions),
            complete_style=CompleteStyle.READLINE_LIKE,
            auto_suggest=AutoSuggestFromHistory(),
            history=_history(history),
            key_bindings=_bindings(),
            bottom_toolbar=lambda: toolbar(self._session.output.get_size().columns),
            enable_suspend=True,
            input_processors=[_Unjoined()],
            prompt_continuation=lambda width, *_: " " * width,
        )
        self._session.app.ttimeoutlen = PATIENCE
        # Without the report of the cursor's position only the status line is at another place, so no
        # warning is printed if the terminal does not answer.
        self._session.app.renderer.cpr_not_supported_callback = None
        _erase_wrapped_rows(self._session.app)

    def open(self) -> None:
        if not self._is_open:
            self._terminal.enter_context(streams.no_echo(by_key=True))
            # Turn the marks around a paste off at the end, because the next program in this terminal
            # may not know them.
            self._terminal.callback(self._switch_pastes, on=False)
            self._is_open = True
            _keep_typed_keys(self._session.input)

    def close(self) -> None:
        """Stop controlling the terminal. Keys that were typed ahead are kept for the next `read`."""
        self._is_open = False
        self._terminal.close()

    def _line(self, default: str) -> str:
        self.open()
        with _signals_end(self._session.app) as check_signals:
            line = self._session.prompt(default=default, pre_run=check_signals)
        # The session erases its own rows at the end. The question is written as plain text, so that it
        # stays in the scrollback without the toolbar.
        streams.write_stderr(PROMPT + text.strip_control_chars(line).replace("\n", "\n  "))
        return line

    def _is_started(self) -> bool:
        return bool(self._session.default_buffer.text)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While the context lasts, Ctrl-C raises KeyboardInterrupt. This includes a Ctrl-C that was
        typed ahead after the line. Lines that were typed before that Ctrl-C are dropped, because they
        may depend on the answer."""
        self.open()
        keys = get_typeahead(self._session.input)
        stops = [at for at, each in enumerate(keys) if each.key == Keys.ControlC]
        try:
            if stops:
                raise KeyboardInterrupt
            self._switch_pastes(on=True)  # a paste during the answer must also become one line
            with _taken_again():
                yield
        except KeyboardInterrupt:
            keys = keys[stops[-1] + 1 :] if stops else []
            raise
        finally:
            store_typeahead(self._session.input, keys)

    def _switch_pastes(self, *, on: bool) -> None:
        output = self._session.output
        (output.enable_bracketed_paste if on else output.disable_bracketed_paste)()
        output.flush()

    def answer_writer(self, *, markdown: bool = True) -> LiveWriter:
        return LiveWriter(
            self._session.output.get_size, markdown=markdown and not os.environ.get("NO_COLOR")
        )


class LiveWriter:
    """Writes an answer. Finished blocks are written once. Lines that may still change are written again
    with each piece. `get_size` returns the present size of the window, which may change during an
    answer."""

    def __init__(self, get_size: Callable[[], Size], *, markdown: bool) -> None:
        self.stream = MarkdownStream(markdown=markdown)
        self.get_size = get_size
        self.tail = ""
        self.size = get_size()

    def write(self, text: str) -> None:
        rows, columns = self.get_size()
        # The tail is drawn again with each piece, so it must stay well below the height of the window.
        done = self.stream.push(text, columns - 1, max(3, rows // 2 - 2))
        self._draw(done, self.stream.tail(columns - 1))

    def end(self) -> None:
        self._draw(self.stream.end(self.get_size().columns - 1), "")

    def _draw(self, done: str, tail: str) -> None:
        """Append to the last line if that is enough, else write all lines again. A window reports a new
        size late, so appending, which erases little, is preferred."""
        size = self.get_size()
        before = self.tail
        same = os.path.commonprefix([before, tail])  # noqa: RUF071 - no paths
        resized = size != self.size
        self.size = size
        self.tail = tail
        if done or resized or "\n" in before[len(same) :]:
            # Rows that have scrolled out of the window can no longer be erased.
            up = min(
                before.count("\n") + _wrapped_rows(before.split("\n"), size.columns), size.rows - 1
            )
            streams.write(f"{_erased(up, below=up > 0)}{done}{tail}")
        else:
            back = text.cell_width(before[len(same) :])
            streams.write((f"\x1b[{back}D\x1b[K" if back else "") + tail[len(same) :])


@contextmanager
def _signals_end(app: Application[Any]) -> Iterator[Callable[[], None]]:
    """While the context lasts, SIGTERM and SIGHUP end the prompt, and are handled after it. If their
    handler raised SystemExit inside the event loop, it would end whatever task is running there, such
    as the one that loads the history. prompt_toolkit would then print the error and wait for Enter.

    At a second signal, in the background of a shell and without a terminal the process ends at once.
    prompt_toolkit cannot end a prompt there: a change of the terminal would stop the process, or fail.
    Nothing is lost, as the conversation is saved before each prompt.

    Yields a function that `app` must call before it runs, for signals that come before there is an
    event loop."""
    received = list[int]()

    def end() -> None:
        if received and not app.is_done:
            app.exit(exception=EOFError)

    def receive(number: int, frame: FrameType | None) -> None:
        received.append(number)
        if len(received) > 1 or system.in_background(sys.stdin.fileno()):
            streams.die_by_signal(number)
        elif app.loop is not None:
            app.loop.call_soon_threadsafe(end)

    # A signal that the parent process ignores stays ignored.
    handled = [each for each in streams.ENDING if signal.getsignal(each) is streams.leave_by_signal]
    try:
        with streams.handling(receive, *handled):
            yield end
    finally:
        if received:
            signal.raise_signal(received[0])


def _taken_again() -> AbstractContextManager[None]:
    """Return a context in which the terminal passes on each key when it is pressed. After Ctrl-Z and
    `fg` this mode is set again, because the shell has changed it."""
    switches = system.echo_switches(sys.stdin.fileno(), by_key=True)
    if switches is None:
        return nullcontext()
    number = signal.SIGCONT  # type: ignore[attr-defined, unused-ignore]
    return streams.handling(lambda *_: switches[0](), number)


def _erased(up: int, *, below: bool) -> str:
    """Return escape sequences that erase the screen from `up` rows above the cursor. The first row is
    erased separately, because tmux keeps a copy of a screen that is erased as a whole. `below` says
    whether there is a row below the first row. If there is none, the cursor cannot go down, and would
    end one row too high."""
    return "\r" + (f"\x1b[{up}A" if up else "") + "\x1b[K" + ("\x1b[B\x1b[J\x1b[A" if below else "")


def _wrapped_rows(lines: list[str], columns: int) -> int:
    """Return how many extra rows these lines take in a window that has become narrower. A line that
    still fits into one row takes no extra row."""
    # Some terminals cut long lines instead of wrapping them.
    cuts = os.environ.get("XTERM_VERSION") or os.environ.get("TERM", "").startswith("screen")
    if cuts and not os.environ.get("TMUX"):
        return 0
    return sum(max(text.cell_width(line) - 1, 0) // columns for line in lines)


def _erase_wrapped_rows(app: Application[Any]) -> None:
    """Make prompt_toolkit erase all rows that its lines take in a window that has become narrower.
    Otherwise it goes up only by the number of rows that it drew, and leaves the first rows on the
    screen."""
    erase = app.renderer.erase
    output = app.output

    def erase_all(*args: Any, **kwargs: Any) -> None:
        screen = app.renderer.last_rendered_screen
        columns = output.get_size().columns
        if screen is not None:
            cursor = screen.get_cursor_position(app.layout.current_window)
            ends = [max(screen.data_buffer[y], default=0) for y in range(cursor.y)]
            up = cursor.y + _wrapped_rows([" " * (end + 1) for end in ends] + [" " * cursor.x], columns)
            output.write_raw(_erased(up, below=up > 0 or screen.height > 1))
            output.cursor_down(cursor.y)
        erase(*args, **kwargs)

    setattr(app.renderer, "erase", erase_all)  # noqa: B010 - prompt_toolkit has no public way


class _Unjoined(Processor):
    """Shows joined emoji one by one. Some terminals draw joined emoji as a single picture and others as
    several pictures, so the cursor would be at the wrong place."""

    def apply_transformation(self, given: TransformationInput) -> Transformation:
        return Transformation([(part[0], part[1].translate(JOINS)) for part in given.fragments])


def _history(path: Path | None) -> History:
    if path is None:
        return InMemoryHistory()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Create the file before prompt_toolkit does, because other users must not be able to read the
        # questions in it.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return _FileHistory(str(path)) if os.access(path, os.W_OK | os.R_OK) else InMemoryHistory()


class _FileHistory(FileHistory):
    def store_string(self, string: str) -> None:
        with suppress(OSError, ValueError):  # the disk may be full, or the text may not be UTF-8
            super().store_string(string)


def _bindings() -> KeyBindings:
    keys = KeyBindings()

    # Most terminals send the same code for Enter and Shift-Enter, so other keys begin a new line.
    # During a search these keys accept the line that was found.
    @keys.add("c-j", filter=~is_searching)
    @keys.add("escape", "enter", filter=~is_searching)
    def newline(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add(Keys.BracketedPaste)
    def paste(event: KeyPressEvent) -> None:
        """Insert pasted text as prompt_toolkit does, but remove a report of the cursor's position that
        came between its parts."""
        event.current_buffer.insert_text(re.sub(r"\r\n?", "\n", CURSOR_REPORT.sub("", event.data)))

    @keys.add("c-x", "c-e", filter=~is_searching)
    def edit(event: KeyPressEvent) -> None:
        event.current_buffer.open_in_editor()  # prompt_toolkit's own binding would also send the line

    def ignore(event: KeyPressEvent) -> None:
        """Do nothing. This replaces prompt_toolkit's own binding."""

    for each in (*NOT_BOUND, (Keys.Vt100MouseEvent,), (Keys.WindowsMouseEvent,)):
        keys.add(*each)(ignore)  # a color code such as ESC[31m also looks like a mouse event
    return keys


def _input() -> Input:
    """Return the input of the terminal. If the end of a paste or of an escape sequence is lost, it ends
    after a moment without input."""
    if system.WINDOWS:
        return create_input()
    from prompt_toolkit.input.posix_utils import PosixStdinReader
    from prompt_toolkit.input.vt100 import Vt100Input  # type: ignore[attr-defined, unused-ignore]

    class Reader(PosixStdinReader):
        """Reads keys without what terminals report: focus events and replies to queries, which other
        programs have asked for. prompt_toolkit would type them into the line."""

        unfinished = ""  # the beginning of a sequence whose end was not read yet

        def read(self, count: int = 1024) -> str:
            return self.keys(super().read(count))

        def keys(self, text: str) -> str:
            text = self.unfinished + text
            end = UNFINISHED.search(text).start()  # type: ignore[union-attr]  # it matches at the end
            self.unfinished = text[end:]
            return SEQUENCE.sub(_plain_keys, text[:end])

    class Terminal(Vt100Input):
        def flush_keys(self) -> list[Any]:
            self.vt100_parser.feed(reader.unfinished)
            reader.unfinished = ""
            # prompt_toolkit has no public way to end a paste. Without this test_prompt.py fails.
            if self.vt100_parser._in_bracketed_paste:
                self.vt100_parser.feed(PASTE_ENDS)
            return super().flush_keys()

    made = Terminal(sys.stdin)
    # By default bytes that are not UTF-8 become surrogates, which cannot be saved or asked about.
    made.stdin_reader = reader = Reader(made.fileno(), errors="replace", encoding=sys.stdin.encoding)
    return made


def _plain_keys(found: re.Match[str]) -> str:
    """Return the keys that an escape sequence stands for, as terminals send them by default. Return ""
    for a sequence that is not a key."""
    key = EXTENDED_KEY.fullmatch(found[0])
    if key is None:
        return found[0] if found[0] in ANSI_SEQUENCES or HANDLED.fullmatch(found[0]) else ""
    code = int(key[2] or key[3])
    modifiers = int(key[1] or key[4] or 1) - 1  # 1 is Shift, 2 Alt, 4 Ctrl; 8 to 32 are others
    is_released = key[5] == "3"
    if code in (13, 57414) and not is_released:  # Enter, and that of the keypad
        return "\n" if modifiers & 7 else "\r"  # \n begins a new line, as Ctrl-J does
    # From 0xD800 on codes are surrogates, and kitty's numbers for keys without a character.
    if is_released or modifiers & 56 or code >= 0xD800:
        return ""
    character = chr(code).upper() if modifiers & 1 else chr(code)
    if modifiers & 4 and "@" <= character <= "~":
        character = chr(code & 0x1F)
    return f"\x1b{character}" if modifiers & 2 else character


def _keep_typed_keys(keys: Any) -> None:
    """Keep the keys that were typed before `open`. The terminal has turned each Enter into Ctrl-J,
    which would begin a new line of the same question. It is turned back into Enter."""
    if system.WINDOWS:
        return
    data = b""
    with suppress(OSError, ValueError):
        while select.select([keys.fileno()], [], [], 0)[0] and (more := os.read(keys.fileno(), 4096)):
            data += more
    keys.vt100_parser.feed(keys.stdin_reader.keys(data.decode(errors="replace").replace("\n", "\r")))
    store_typeahead(keys, keys.flush_keys())


class _LineCompleter(Completer):
    """Completes the word at the cursor with commands, settings, models, conversations and paths."""

    def __init__(self, sessions: Callable[[], dict[str, str]]) -> None:
        self.sessions = sessions
        self.paths = PathCompleter(expanduser=True)

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        text = document.text_before_cursor
        if "\n" in text:
            return
        command, space, rest = text.partition(" ")
        if text.startswith("/") and not space and "/" not in text[1:]:
            known = {f"{name} " if each.usage else name: each.help for name, each in COMMANDS.items()}
            found = _matching(text, known | dict.fromkeys(ALIASES, ""))
            # A text such as /tmp may also be the beginning of a path. In this case paths are offered
            # only if the Tab key was pressed.
            yield from found or (self._paths(text) if complete_event.completion_requested else ())
        elif command == "/export":
            yield from self._paths(rest)
        elif command in TAKE_PICTURES:
            yield from self._pictures(rest)
        elif command == "/load":
            yield from _matching(rest, self.sessions())
        elif command == "/model":
            yield from _matching(rest, dict(completion_values.models(rest)))
        elif command.startswith("/") and "/" not in command[1:]:
            yield from _matching(rest, dict.fromkeys(ARGUMENTS.get(command, ()), ""))
        elif command.startswith("/"):
            # The text is an absolute path such as /home/me/a.png, and not a command.
            yield from self._pictures(text)
        elif mention := MENTION.search(text):
            yield from self._pictures(mention[1])

    def _pictures(self, text: str) -> Iterable[Completion]:
        """Offer the folders and pictures that match. If none match, offer all files."""
        found = [*self._paths(text)]
        names = [path.display_text for path in found]
        fitting = [name.endswith("/") or has_picture_name(name) for name in names]
        return [*compress(found, fitting)] or found

    def _paths(self, text: str) -> Iterator[Completion]:
        """Complete the last word as a shell would. If this gives nothing, complete the whole text as
        one path with spaces."""
        word = LAST_WORD.search(text)[0]  # type: ignore[index]  # it matches at the end
        quote = word[0] if word[:1] in ("'", '"') and unquote(word) == word else ""
        start = word[1:] if quote else unquote(word).removesuffix("\\")
        found = [*self._files(start, quote, "" if quote else "\\")]
        yield from found or (self._files(text, "", "") if word != text else ())

    def _files(self, start: str, end: str, escape: str) -> Iterator[Completion]:
        """Yield the completions of the beginning of a path. A folder ends with a slash, a file with
        `end`."""
        for path in self.paths.get_completions(Document(start), CompleteEvent()):
            if path.display_text.startswith(".") and not re.search(r"(^|/)\.[^/]*$", start):
                continue  # a hidden file
            ending = "/" if path.display_text.endswith("/") else end
            # The replacement is a function, because a backslash in a replacement text of `re.sub`
            # begins an escape.
            yield Completion(SPECIAL.sub(lambda _: escape, path.text) + ending, display=path.display)


def _matching(start: str, names: dict[str, str]) -> list[Completion]:
    """Return the names that begin with `start`, each with its description."""
    return [
        Completion(name, -len(start), display=name.strip(), display_meta=description)
        for name, description in names.items()
        if name.startswith(start)
    ]
