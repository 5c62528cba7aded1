"""The conversation at a terminal, and its plain form for pipes and dumb terminals. Computes nothing itself.

A line is a question, or a command if it begins with a slash (`slash_commands.py`). Pictures in a line begin a new
conversation about them. Ctrl-C during an answer stops it and keeps its text; at the prompt it clears the line, and on
an empty line the second one leaves. Every turn is saved when it completes.
"""

from __future__ import annotations

import os
import shlex
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from flashsloth.errors import FlashSlothError, OptionError
from flashsloth.images.sources import not_found
from flashsloth.utils.close_names import did_you_mean
from flashsloth_cli.answers import models, picture_input
from flashsloth_cli.answers.single import read_picture
from flashsloth_cli.chat import hints, image_mentions
from flashsloth_cli.chat.conversation import Conversation
from flashsloth_cli.chat.plain_input import PlainInput, join_lines, piped_line
from flashsloth_cli.chat.slash_commands import ALIASES, COMMANDS, LEAVING
from flashsloth_cli.history import recording
from flashsloth_cli.inputs import arguments
from flashsloth_cli.terminal import exit_codes, render, streams, text

if TYPE_CHECKING:
    from flashsloth.chat import Turn
    from flashsloth.history.store import Session


class Repl(Conversation):
    """Reads lines until the input ends, and runs them."""

    code = 0  # exit code of the first error, unless a person has seen it

    def run(self, inputs: arguments.Inputs, session: Session | None = None) -> int:
        """Talk until the input ends or /quit, and return the exit code. `session` is a conversation to continue."""
        picture_input.check_crop(inputs, self.options)
        images = new = [read_picture(picture, self.options) for picture in inputs.pictures]
        self.options = self.options.with_flags(crop=None)  # is for the pictures of the command line
        if session is not None:
            if (note := recording.unused_adapter(session, self.options)) and not self.options.quiet:
                render.note(f"note: {note}")
            earlier, self.options = recording.restore(session, self.options)
            images = earlier + images
        self.model = models.open_for_chat(self.options)
        models.note_default_model(self.options)
        self.resume(session, images) if session is not None else self.start(images)
        if self.interactive and not self.options.quiet:
            self._greet(session)
        self.note_pictures(new)
        if self.interactive:
            self.show_preview(self.preview)
        try:
            if self.has_editor:
                self.line_input = self._prompt()
            if inputs.question is not None:
                self._run_line(inputs.question, self.ask)
            self._listen()
        finally:
            self.line_input.close()
            with streams.ignore_sigint():
                self.record()
        if self.interactive and not self.options.quiet:
            self._note_way_back()
        return self.code

    def _note_way_back(self) -> None:
        """Print how this conversation is continued, if it is kept."""
        kept = list(self.loadable_sessions())
        name = self.recorder.session.name or self.recorder.session.id
        if self.chat.turns and name in kept:
            how = "-c" if name == kept[0] else f"--session {shlex.quote(name)}"
            render.note(f"saved as {name}; flashsloth chat {how} continues it")

    def _listen(self) -> None:
        while True:
            try:
                line = self._read()
                if line is None:
                    return
                line = line.strip()
                line = "/quit" if line.lower() in LEAVING else line
                if self._run_line(line, self._command if line.startswith("/") else self._question_or_images):
                    return
            except KeyboardInterrupt:
                if not self.has_editor:
                    raise
                # meant for an answer that had just ended

    def _read(self) -> str | None:
        default, self.next_line = self.next_line, ""
        multiline, self.multiline = self.multiline, False
        if not self.interactive:
            return join_lines(lambda _: piped_line()) if multiline else piped_line()
        line = self.line_input.read(default, multiline=multiline)
        if self.line_input.discarded:
            self.editing = False
        return line

    def _prompt(self) -> PlainInput:
        from flashsloth_cli.chat.completer import ReplCompleter
        from flashsloth_cli.chat.prompt import Prompt

        prompt = Prompt(
            self._toolbar,
            ReplCompleter(self.loadable_sessions),
            recording.prompts_path() if self.history is not None else None,
        )
        prompt.open()
        return prompt

    def _greet(self, session: Session | None) -> None:
        adapter = f" and {self.model.facts.adapter}" if self.model.facts.adapter else ""
        about = self.about_images()
        server = f" through the server on {self.model.server}" if self.model.server else ""
        render.note(f"Talking with {self.model.name}{adapter}{about}{server}. /help lists commands, Ctrl-D leaves.")
        if session is not None and session.turns:
            turns = text.counted(len(session.turns), "turn")
            render.note(f"Continuing {session.name or session.id}, {turns}. The last one was:")
            self.show_last_turn(session)

    # Lines

    def _run_line(self, line: str, action: Callable[[str], object]) -> bool:
        """Run one line of input. Return True to leave."""
        before = self.chat.turns[-1] if self.chat.turns else None
        try:
            with self.line_input.answering():
                return bool(action(line))
        except FlashSlothError as error:
            code = error.exit_code
            render.show_error(hints.message(error, line), hints.hint(error, line))
            self.code = self.code or (0 if self.interactive else code)
        except (MemoryError, BrokenPipeError):
            raise
        except Exception as error:  # a bug ends the line, not the conversation
            code = exit_codes.signal_code(error) or 0
            if code == exit_codes.INTERRUPTED and self.interactive:
                self._note_stop(before)
            elif code:
                raise
            else:
                self._note_bug(error)
        except KeyboardInterrupt:
            if not self.interactive:
                raise
            self._note_stop(before)
        finally:
            with streams.ignore_sigint():
                self.record()
                self.used = self.chat.context_used
        return False

    def _note_stop(self, before: Turn | None) -> None:
        with streams.ignore_sigint():
            last = self.chat.turns[-1] if self.chat.turns else None
            stopped_turn = last is not None and last is not before and last.reason == "interrupted"
            render.note("(stopped; the answer so far stays in the conversation)" if stopped_turn else "(stopped)")

    def _note_bug(self, error: Exception) -> None:
        if self.options.verbose:
            streams.write_stderr(traceback.format_exc())
        hint = "This is a bug; chat --verbose shows where. Please report it."
        render.show_error(f"{type(error).__name__}: {error}", hint)
        self.code = self.code or (0 if self.interactive else 1)

    def _command(self, line: str) -> bool:
        word, _, rest = line.partition(" ")
        command = COMMANDS.get(ALIASES.get(word, word))
        if command is not None:
            self.editing = False
            if rest.strip() and not command.usage and command is not COMMANDS["/quit"]:
                raise OptionError(
                    f"{word} takes nothing after it, not {text.one_line(rest)}", hint=f"Type {word} alone."
                )
            return bool(command.action(self, rest.strip()))
        if image_mentions.starts_with_image(line):
            self._question_or_images(line)
            return False
        if "/" in word[1:]:
            raise not_found(image_mentions.first_picture(line))
        known = [*COMMANDS, *ALIASES] if len(word) > 2 else []
        hint = did_you_mean(word, known, then="/help lists the commands.")
        raise OptionError(f"unknown command {text.one_line(word)}", hint=hint)

    def _question_or_images(self, line: str) -> None:
        parsed = image_mentions.read(line)
        if parsed.pictures:
            self.replace_images(parsed.pictures)
        if parsed.question:
            self.ask(parsed.question)

    def _toolbar(self, width: int) -> str:
        """Return the line below the prompt. Where it is too long the parts go that a person needs least: last of all
        the picture's name, which is cut."""
        left, images = self.model.facts.context_length - self.used, self.images
        about = os.path.basename(images[-1].source) if images else "no picture"
        more = f" and {len(images) - 1} more" if len(images) > 1 else ""
        name = self.recorder.session.name or self.recorder.session.id if self.recorder.saved else "not saved yet"
        server = self.model.server and f"server {self.model.server.partition('//')[2]}"
        low = "! " if self.is_low(left) else ""
        parts = {
            "model": self.model.name,
            "how": server or render.precision_and_device(self.model.facts),
            "picture": about + more,
            "context": f"{low}{left} tokens left" if left > 1 else "! context full: /new or /undo",
            "name": name if self.history is not None else "not saved",
        }
        for least in ("how", "name", "model", "context"):
            if text.cell_width(_status(parts)) > width:
                parts.pop(least)
        room = width - text.cell_width(_status(parts) + more) + text.cell_width(about + more)
        return _status({**parts, "picture": text.cut(about, max(room, 1)) + more})


def _status(parts: dict[str, str]) -> str:
    return " " + " · ".join(parts.values())
