"""The loop of a conversation at a terminal, in a pipe or at a dumb terminal. This module computes no
answers itself.

A line is a question, or a command if it begins with a slash (`slash_commands.py`). Pictures in a line
begin a new conversation about them. Ctrl-C during an answer stops it and keeps its text. At the prompt
Ctrl-C clears the line, and on an empty line a second Ctrl-C ends the program. Every turn is saved when
it is complete.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from flashsloth.errors import FlashSlothError, OptionError
from flashsloth.history.store import Session
from flashsloth.images.sources import not_found
from flashsloth.utils.text import command_line, did_you_mean
from flashsloth_cli.asking import models, single
from flashsloth_cli.chat import image_mentions
from flashsloth_cli.chat.conversation import Conversation
from flashsloth_cli.chat.slash_commands import (
    ALIASES,
    COMMANDS,
    INCOMPLETE,
    LEAVING,
    current_value,
    through_server,
)
from flashsloth_cli.history import recording
from flashsloth_cli.inputs import arguments
from flashsloth_cli.terminal import exit_codes, render, streams, text

HINTS = {  # hints for errors that only have the general hint of their class
    "image_not_found": "Check the path; after /image the Tab key completes it.",
    "image_address_refused": "If it is a server on this machine, start chat with --set allow_local=true.",
    "session_not_found": "/load lists the conversations.",
    "context_too_long": "Ask a shorter question, remove the last turn with /undo, or start again with /new.",
    "answer_incomplete": "Use /continue, allow more with /set max_tokens N, or bound the schema or the expression.",
    "out_of_memory": "Close other programs, or start chat with --quant int4.",
}


class Repl(Conversation):
    """Reads lines until the input ends, and runs them."""

    # The exit code of the first error. It stays 0 if a person at the terminal has seen the error.
    code = 0

    def run(self, inputs: arguments.Inputs) -> int:
        """Run the conversation until the input ends or /quit is typed, and return the exit code."""
        # 1. Read the pictures, and restore the conversation that is continued. If --session
        # names a conversation that does not exist, a new conversation gets this name.
        earlier = self.recorder.session
        session = earlier if earlier.writes or earlier.name is not None else None
        if session is not None and not (session.writes and self.interactive):
            single.show_notes([recording.describe(session)], self.options)
        if self.options.crop is not None and not inputs.pictures:
            raise single.crop_alone(inputs, self.options)
        images = new = [single.read_picture(picture, self.options) for picture in inputs.pictures]
        # --crop only applies to pictures of the command line
        self.options = self.options.with_flags(crop=None)
        if session is not None:
            single.show_notes(recording.changed_notes(session, self.options), self.options)
            images, self.options = recording.restore(session, self.options)
            images += new
        # 2. Open the model, begin or continue the conversation, and print which model it is with.
        self.model = models.open_for_chat(self.options)
        with streams.no_echo():  # for keys that are typed before the prompt controls the terminal
            models.note_default_model(self.options)
            models.note_unused(self.model, self.options)
            self.resume(session, images) if session is not None else self.start(images)
            if self.interactive and not self.options.quiet:
                self._greet(session)
            self.note_pictures(new)
            if self.interactive and self.options.preview:
                self.show_preview()
            if self.has_editor:
                from flashsloth_cli.chat.prompt import Prompt

                lines = recording.lines_path() if self.history is not None else None
                self.line_input = Prompt(self._toolbar, self.loadable_sessions, lines)
        # 3. Answer the question of the command line, then every line that is typed.
        try:
            if inputs.question is not None:
                self._run_line(inputs.question, self.ask)
            self._listen()
        finally:
            # Stop controlling the terminal before `record`, which may print a warning.
            self.line_input.close()
            with streams.ignore_sigint():
                self.record()
        if self.interactive and not self.options.quiet:
            self._note_way_back()
        return self.code

    def _note_way_back(self) -> None:
        """Print the command that continues this conversation, if it is saved."""
        kept = list(self.loadable_sessions())  # the newest conversation comes first
        name = self.recorder.session.name or self.recorder.session.id
        if self.chat.turns and name in kept:
            how = "-c" if name == kept[0] else command_line("--session", name)
            render.note(f"saved as {name}; flashsloth chat {how} continues it")

    def _listen(self) -> None:
        while True:
            try:
                default = self.next_line
                self.next_line = ""
                line = self.line_input.read(default)
                if line is None or line.strip().lower() in LEAVING:
                    return
                line = line.strip()
                if self._run_line(
                    line, self._command if line.startswith("/") else self._question_or_images
                ):
                    return
            except KeyboardInterrupt:
                if not self.has_editor:
                    raise
                # The editor handles Ctrl-C itself, so this Ctrl-C was meant for an answer that has just
                # ended.

    def _greet(self, session: Session | None) -> None:
        render.note(
            f"Talking with {self._model_name()}{self.about_images()}{through_server(self.model)}. "
            "/help lists commands, Ctrl-D leaves."
        )
        if session is not None and session.turns:
            render.note(
                f"Continuing {session.name or session.id}, {text.counted(len(session.turns), 'turn')}. "
                "The last one was:"
            )
            self.show_last_turn(session)

    # Lines

    def _run_line(self, line: str, action: Callable[[str], object]) -> bool:
        """Run one line of input. Return True to end the program."""
        before = self.chat.turns[-1] if self.chat.turns else None
        try:
            with self.line_input.answering():
                return bool(action(line))
        except FlashSlothError as error:
            is_general = error.hint == type(error).hint
            render.show_error(
                str(error), HINTS.get(error.code, error.hint) if is_general else error.hint
            )
            self.code = self.code or (0 if self.interactive else error.exit_code)
        # A library may raise another error after Ctrl-C.
        except (KeyboardInterrupt, Exception) as error:
            if not self.interactive or exit_codes.signal_code(error) != exit_codes.INTERRUPTED:
                raise
            with streams.ignore_sigint():
                last = self.chat.turns[-1] if self.chat.turns else None
                has_text = last is not None and last is not before and last.reason == "interrupted"
                kept = "; /retry asks again" if self.unanswered else ""
                if has_text:
                    kept = "; the answer so far stays in the conversation"
                render.note(f"(stopped{kept})")
        finally:
            with streams.ignore_sigint():
                self.record()
                self.count_used()
        return False

    def _command(self, line: str) -> bool:
        word, _, rest = line.partition(" ")
        if command := COMMANDS.get(ALIASES.get(word, word)):
            rest = rest.strip()
            if not rest and word in INCOMPLETE:
                raise OptionError(
                    f"{word} needs {command.usage}", hint=f"{word} {command.usage}: {command.help}."
                )
            if rest and not command.usage and command is not COMMANDS["/quit"]:
                raise OptionError(
                    f"{word} takes nothing after it, not {text.one_line(rest)}",
                    hint=f"Type {word} alone.",
                )
            return bool(command.action(self, rest))
        # The line is not a command. It may be the path of a dropped file, which also begins with a
        # slash.
        pictures, question = image_mentions.read(line)
        if pictures and not question.startswith(word):
            self._question_or_images(line)
            return False
        # No command has a second slash, so the word was meant as a path.
        if "/" in word[1:]:
            raise not_found(word)
        # A short word, such as /x, resembles several commands, so nothing is suggested for it.
        known = [*COMMANDS, *ALIASES] if len(word) > 2 else []
        raise OptionError(
            f"unknown command {text.one_line(word)}",
            hint=did_you_mean(word, known, then="/help lists the commands."),
        )

    def _question_or_images(self, line: str) -> None:
        pictures, question = image_mentions.read(line)
        if pictures:
            self.replace_images(pictures)
        if question:
            self.ask(question)

    def _model_name(self) -> str:
        return render.with_adapter(self.model.name, self.model.facts.adapter)

    def _toolbar(self, width: int) -> str:
        """Return the line below the prompt. The least important parts come last, and are left out if
        they do not fit."""
        left = self.context_left(self.used)
        images = self.images
        session = self.recorder.session
        picture = os.path.basename(images[-1].source) if images else "no picture"
        if len(images) > 1:
            picture += f" and {len(images) - 1} more"
        context = f"{'! ' if self.is_low(left) else ''}{left} tokens left"
        if left is None:
            context = f"{self.used} tokens"
        elif left <= 1:
            context = "! context full: /new or /undo"
        name = session.name or session.id if session.writes else "not saved yet"
        settings = [
            f"{name} {text.cut(current_value(self, name), 20)}" for name in self.options.set_names
        ]
        parts = [
            picture,
            context,
            *settings,
            self._model_name(),
            name if self.history is not None else "not saved",
            f"server {self.model.server.partition('//')[2]}"
            if self.model.server
            else render.precision_and_device(self.model.facts),
        ]
        while len(parts) > 1 and text.cell_width(" · ".join(parts)) >= width:
            parts.pop()
        return " " + text.cut(" · ".join(parts), width - 1)
