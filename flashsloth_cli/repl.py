"""The conversation at a terminal, and its plain form for pipes and dumb terminals. Computes nothing itself.

A line is a question, or a command when it begins with a slash. Ctrl-C while an answer comes stops the answer and
keeps what there is; at the prompt it clears the line, and twice on an empty line it leaves.
"""

from __future__ import annotations

import difflib
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from flashsloth.errors import FlashSlothError, InputError, OptionError
from flashsloth_cli import exits, inputs, opening, render, settings, streams
from flashsloth_cli.answering import begin, put, read_picture, show, show_stats, warn
from flashsloth_cli.keyboard import Keyboard

if TYPE_CHECKING:
    from flashsloth.processing.load import LoadedImage
    from flashsloth.session import Chat, FlashSloth
    from flashsloth_cli.options import Options

HELP = """\
/image PATH  talk about another picture
/new         begin again, same picture
/stats       numbers of the last answer
/help        this
/quit        leave, like Ctrl-D
Ctrl-C       stop an answer and keep it"""

ALIASES = {"/?": "/help", "/bye": "/quit", "/exit": "/quit", "/clear": "/new"}


class Repl:
    """One model, one conversation after another."""

    def __init__(self, options: Options, settled: settings.Settings, *, plain: bool) -> None:
        self.options = options
        self.settled = settled
        self.typed = streams.is_terminal(sys.stdin)
        self.fancy = streams.can_ask() and not plain and os.environ.get("TERM") != "dumb"
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
        self.model = opening.open_model(self.options, self.settled)
        opening.say_who_answers(self.options, self.settled)
        self._start()
        if self.typed and not self.options.quiet:
            about = f" about {self.image.source}" if self.image else ""
            trained = f" and {self.model.loaded.adapter}" if self.model.loaded.adapter else ""
            render.note(f"Talking with {self.model.name}{trained}{about}. /help lists commands, Ctrl-D leaves.")
        if given.question is not None:
            self._turn(given.question, self._answer)
        read = Keyboard(edited=self.fancy).read if self.typed else _piped_line
        while (line := read()) is not None:
            line = line.strip()
            if self._turn(line, self._command if line.startswith("/") else self._answer):
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

    def _turn(self, line: str, action: Callable[[str], bool]) -> bool:
        """One line of input; True to leave."""
        try:
            with streams.unechoed():
                return action(line)
        except FlashSlothError as error:
            code = exits.exit_code(error)
            render.show_library_error(error, code, as_json=False)
            self.code = self.code or (0 if self.typed else code)
        except KeyboardInterrupt:
            if not self.typed:
                raise
            with streams.unbothered():
                kept = self.chat.turns and self.chat.turns[-1].reason == "interrupted"
                render.note("(stopped; what was said stays in the conversation)" if kept else "(stopped)")
        return False

    def _answer(self, question: str) -> bool:
        if question:
            answer = put(self.chat, question, self.options, self.settled)
            warn(answer.warnings)
            show(answer, self.options)
            show_stats(answer, self.options, self.settled)
        return False

    def _command(self, line: str) -> bool:
        word, _, rest = line.partition(" ")
        action = self.commands.get(ALIASES.get(word, word))
        if action is not None:
            return action(rest.strip())
        if os.path.isfile(line):
            return self._image(line)
        if os.path.isfile(word):
            return self._image(word) or self._answer(rest.strip())
        near = difflib.get_close_matches(word, [*self.commands, *ALIASES], n=1) if len(word) > 2 else []
        meant = f"Did you mean {near[0]}? " if near else ""
        raise OptionError(f"unknown command {word}", hint=f"{meant}/help lists the commands.")

    def _image(self, path: str) -> bool:
        if not path:
            raise OptionError("/image needs a path or URL", hint="/image photo.jpg")
        image = read_picture(inputs.Picture(path), self.options)
        had_turns = bool(self.chat.turns)
        self.image = image
        self._start()
        fresh = "; this is a new conversation" if had_turns else ""
        render.note(f"{image.source}, {image.width} x {image.height}{fresh}")
        return False

    def _new(self, _: str) -> bool:
        self._start()
        render.note("a new conversation" + (f" about {self.image.source}" if self.image else ""))
        return False

    def _stats(self, _: str) -> bool:
        stats = self.chat.last_stats
        if stats is None:
            render.note("no answer yet")
        else:
            left = self.model.engine.context_length - self.chat.context_used
            form = render.form(self.model.loaded)
            render.note(f"{render.stats_line(stats)} · {form} · {left} tokens of context left")
        return False

    def _help(self, _: str) -> bool:
        streams.tell(HELP)
        return False


def _piped_line() -> str | None:
    """A line of stdin, None at its end."""
    try:
        return sys.stdin.readline() or None
    except UnicodeDecodeError as error:
        raise InputError("stdin is not text", hint="With --plain stdin holds one question a line.") from error
