"""The conversation at a terminal, and its plain form for pipes and dumb terminals. Computes nothing itself.

A line is a question, or a command when it begins with a slash. Ctrl-C while an answer comes stops the answer and
keeps what there is; at the prompt it clears the line, and twice on an empty line it leaves.
"""

from __future__ import annotations

import difflib
import os
import shlex
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from flashsloth.errors import FlashSlothError, OptionError
from flashsloth_cli import exits, inputs, opening, render, settings, streams
from flashsloth_cli.answering import AskOptions, begin, put, read_picture

if TYPE_CHECKING:
    from flashsloth.processing.load import LoadedImage
    from flashsloth.session import Chat, FlashSloth

HELP = """\
/image PATH   talk about another picture (a new conversation)
/new          begin again with the same picture
/stats        numbers of the last answer
/help         this
/quit         leave (also Ctrl-D)
Ctrl-C stops an answer and keeps what was said."""

ALIASES = {"/?": "/help", "/bye": "/quit", "/exit": "/quit", "/clear": "/new"}


class Repl:
    """One model, one conversation after another."""

    def __init__(self, options: AskOptions, settled: settings.Settings, *, plain: bool, color: bool) -> None:
        self.options = options
        self.settled = settled
        self.typed = streams.is_terminal(sys.stdin)
        self.fancy = self.typed and not plain and os.environ.get("TERM") != "dumb"
        self.color = color and streams.wants_styling(sys.stderr)
        self.model: FlashSloth
        self.chat: Chat
        self.image: LoadedImage | None = None
        self.code = 0  # of the first error, where no person sees it
        self.commands: dict[str, Callable[[str], bool]] = {
            "/image": self._image,
            "/new": self._new,
            "/stats": self._stats,
            "/help": self._help,
            "/quit": lambda _: True,
        }

    def run(self, given: inputs.Inputs) -> int:
        """Talk until the input ends or /quit; the exit code."""
        if len(given.pictures) > 1:
            raise OptionError("one picture a conversation", hint="Give one, and change it later with /image.")
        if given.pictures:
            self.image = read_picture(given.pictures[0], self.options)
        self.model = opening.open_model(self.options.model, self.settled)
        self._start()
        if self.typed and not self.options.model.quiet:
            about = f" about {self.image.source}" if self.image else ""
            render.note(f"Talking with {self.model.name}{about}. /help lists commands, Ctrl-D leaves.")
        if given.question is not None:
            self._answer(given.question)
        read = self._prompt_reader() if self.fancy else self._line_reader
        while (line := read()) is not None:
            if self._turn(line.strip()):
                break
        return self.code

    def _start(self) -> None:
        """A new conversation; its picture is read by the model while the first question is typed."""
        self.chat = begin(self.model, self.image, self.options, self.settled)
        if self.typed:
            threading.Thread(target=self._prepare, args=(self.chat,), daemon=True).start()

    def _prepare(self, chat: Chat) -> None:
        with suppress(FlashSlothError):  # the question will meet the same trouble, and tell it
            chat.prepare()

    def _turn(self, line: str) -> bool:
        """One line of input; True to leave."""
        try:
            if line.startswith("/"):
                return self._command(line)
            if line:
                self._answer(line)
        except FlashSlothError as error:
            code = exits.exit_code(error)
            render.show_library_error(error, code, as_json=False)
            self.code = self.code or (0 if self.typed else code)
        return False

    def _answer(self, question: str) -> None:
        answer = put(self.chat, question, self.options, self.settled)
        for warning in answer.warnings:
            render.note(f"warning: {warning}")
        out = render.TextOut()
        try:
            for piece in answer:
                out.piece(piece)
        except KeyboardInterrupt:
            answer.close()
            out.broken_off()
            if not self.typed:
                raise
            render.note("(stopped; what was said stays in the conversation)")
            return
        out.end()
        wanted = self.options.stats or self.settled.get("stats", default=False)
        if wanted and answer.stats is not None:
            render.note(render.stats_line(answer.stats))

    def _command(self, line: str) -> bool:
        word, _, rest = line.partition(" ")
        action = self.commands.get(ALIASES.get(word, word))
        if action is not None:
            return action(rest.strip())
        if os.path.exists(line) or os.path.exists(word):
            return self._image(line if os.path.exists(line) else word)
        near = difflib.get_close_matches(word, [*self.commands, *ALIASES], n=1)
        meant = f"Did you mean {near[0]}? " if near else ""
        raise OptionError(f"unknown command {word}", hint=f"{meant}/help lists the commands.")

    def _image(self, argument: str) -> bool:
        if not argument:
            raise OptionError("/image needs a path or URL", hint="/image photo.jpg")
        path = argument if os.path.exists(argument) else " ".join(_split(argument))
        image = read_picture(inputs.Picture(path), self.options)
        had_turns = bool(self.chat.turns)
        self.image = image
        self._start()
        fresh = "; this is a new conversation" if had_turns else ""
        render.note(f"{image.source}, {image.width} x {image.height}{fresh}")
        return False

    def _new(self, argument: str) -> bool:
        self._start()
        render.note("a new conversation" + (f" about {self.image.source}" if self.image else ""))
        return False

    def _stats(self, argument: str) -> bool:
        last: Any = self.chat.last_answer
        if last is None or last.stats is None:
            render.note("no answer yet")
        else:
            left = self.model.engine.context_length - self.chat.context_used
            render.note(f"{render.stats_line(last.stats)} · {left} tokens of context left")
        return False

    def _help(self, argument: str) -> bool:
        print(HELP, file=sys.stderr)
        return False

    def _prompt_reader(self) -> Callable[[], str | None]:
        """Lines edited with prompt-toolkit, with a history for as long as the program runs."""
        from prompt_toolkit import PromptSession
        from prompt_toolkit.output import create_output

        session: PromptSession[str] = PromptSession(output=create_output(stdout=sys.stderr))
        warned = False

        def read() -> str | None:
            nonlocal warned
            while True:
                try:
                    line = session.prompt("> ")
                except EOFError:
                    return None
                except KeyboardInterrupt:
                    if warned and not session.default_buffer.text:
                        return None
                    warned = not session.default_buffer.text
                    if warned:
                        render.note("(Ctrl-C again or Ctrl-D leaves)")
                    continue
                warned = False
                return line

        return read

    def _line_reader(self) -> str | None:
        """One line of stdin; on a terminal behind a prompt on stderr."""
        if self.typed:
            print("> ", end="", file=sys.stderr, flush=True)
        try:
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            if not self.typed:
                raise
            print(file=sys.stderr)
            return None
        except UnicodeDecodeError as error:
            raise OptionError("stdin is not text", hint="With --plain stdin holds one question a line.") from error
        return line if line else None


def _split(words: str) -> list[str]:
    try:
        return shlex.split(words)
    except ValueError:  # a lone quote
        return [words]
