"""The conversation at a terminal, and its plain form for pipes and dumb terminals. Computes nothing itself.

A line is a question, or a command when it begins with a slash (`slash_commands.py`); pictures among its words are
talked about from there on. Ctrl-C while an answer comes stops the answer and keeps what there is; at the prompt it
clears the line, and twice on an empty line it leaves. Every turn is saved as it completes.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flashsloth.errors import ContextTooLong, FlashSlothError, HistoryError, OptionError
from flashsloth.utils.close_names import did_you_mean
from flashsloth_cli.chat import hints, image_mentions
from flashsloth_cli.chat.line_editor import LineEditor
from flashsloth_cli.chat.plain_input import LineInput, PlainInput, gathered, piped_line
from flashsloth_cli.chat.slash_commands import ALIASES, COMMANDS, LEAVING
from flashsloth_cli.config import prompt_templates
from flashsloth_cli.config.settings import Settings
from flashsloth_cli.history import recording
from flashsloth_cli.inputs import arguments
from flashsloth_cli.runs import open_model
from flashsloth_cli.runs.one_shot import generation_options, read_picture, show, show_stats, start_chat, warn
from flashsloth_cli.terminal import exit_codes, image_preview, render, streams, text

if TYPE_CHECKING:
    from flashsloth.chat import Answer, Chat, FlashSloth, Turn
    from flashsloth.history.store import History, Session
    from flashsloth.images.reader import LoadedImage
    from flashsloth_cli.options import Options

ROOM = 0.1  # of the context; less is worth a warning


class Repl:
    """One model, one conversation after another."""

    def __init__(
        self,
        options: Options,
        settings: Settings,
        *,
        plain: bool,
        history: History | None = None,
        shown: image_preview.Method = "off",
    ) -> None:
        self.options, self.settings, self.history, self.shown = options, settings, history, shown
        self.typed = streams.is_terminal(sys.stdin)
        self.fancy = streams.can_ask() and not plain and os.environ.get("TERM") != "dumb"
        self.keyboard: LineInput = PlainInput()
        self.model: FlashSloth
        self.chat: Chat
        self.recorder: recording.Recorder
        self.used = 0  # positions of the context
        self.code = 0  # of the first error, where no person sees it
        self.begun = ""  # what the next line begins with
        self.editing = False  # the next question takes the last one's place
        self.multiline = False
        self.unanswered = ""  # the last question, where it was stopped before its first word

    def run(self, given: arguments.Inputs, earlier: Session | None = None) -> int:
        """Talk until the input ends or /quit; the exit code. `earlier` is a conversation to go on with."""
        images = [read_picture(picture, self.options) for picture in given.pictures]
        if earlier is not None:
            shown, self.options = recording.restore(earlier, self.options)
            images = shown + images
        self.model = open_model.open_model(self.options, self.settings)
        open_model.note_default_model(self.options, self.settings)
        self.resume(earlier, images) if earlier is not None else self.start(images)
        if self.typed and not self.options.quiet:
            self._greet(earlier)
        if self.typed:
            self.look(self.shown)
        try:
            if self.fancy:
                self.keyboard = editor = self._editor()
                editor.open()
            if given.question is not None:
                self._turn(given.question, self.ask)
            self._listen()
        finally:
            self.keyboard.close()
            with streams.ignore_sigint():
                self.record()
        return self.code

    def _listen(self) -> None:
        while True:
            try:
                line = self._read()
                if line is None:
                    return
                line = line.strip()
                line = "/quit" if line.lower() in LEAVING else line
                if self._turn(line, self._command if line.startswith("/") else self.say):
                    return
            except KeyboardInterrupt:
                if not isinstance(self.keyboard, LineEditor):
                    raise
                # it was for an answer that had just ended

    def _read(self) -> str | None:
        begun, self.begun = self.begun, ""
        multiline, self.multiline = self.multiline, False
        if not self.typed:
            return gathered(lambda _: piped_line()) if multiline else piped_line()
        line = self.keyboard.read(begun, multiline=multiline)
        if self.keyboard.discarded:
            self.editing = False
        return line

    def _editor(self) -> LineEditor:
        from flashsloth_cli.chat.completer import ReplCompleter

        kept = recording.prompts_path() if self.history is not None else None
        return LineEditor(self._toolbar, ReplCompleter(self.saved), kept)

    def _greet(self, earlier: Session | None) -> None:
        trained = f" and {self.model.loaded.adapter}" if self.model.loaded.adapter else ""
        render.note(f"Talking with {self.model.name}{trained}{self.about()}. /help lists commands, Ctrl-D leaves.")
        if earlier is not None and earlier.turns:
            turns = text.counted(len(earlier.turns), "turn")
            render.note(f"Going on with {earlier.name or earlier.id}, {turns}. The last one was:")
            self.show_last(earlier)

    def show_last(self, earlier: Session) -> None:
        """What was said last in a conversation."""
        for last in earlier.turns[-1:]:
            streams.write_stderr(f"> {text.one_line(last.question)}\n{text.strip_control_chars(last.answer)}")

    # Conversations

    @property
    def images(self) -> list[LoadedImage]:
        """The pictures of this conversation, in order."""
        return self.chat.images

    def about(self) -> str:
        """ " about " them, in a line of text; nothing where there is none."""
        names = [image.source if len(self.images) == 1 else os.path.basename(image.source) for image in self.images]
        *before, last = names or [""]
        return f" about {', '.join(before)}{' and ' if before else ''}{last}" if names else ""

    def start(self, images: Sequence[LoadedImage]) -> None:
        """A new conversation; its pictures are read by the model while the first question is typed."""
        self.chat = start_chat(self.model, images, self.options, self.settings)
        self.recorder = recording.new_recorder(self.history, self.model.name, getattr(self, "recorder", None))
        self.editing = False
        self._prefill()

    def resume(self, earlier: Session, images: Sequence[LoadedImage]) -> None:
        """Go on with an earlier conversation; its pictures, and those that come with the next question."""
        turns = recording.to_turns(earlier, self.model.name)
        self.chat = start_chat(self.model, images, self.options, self.settings, turns)
        self.recorder = recording.Recorder(self.history, earlier, list(self.chat.turns))
        self.editing = False
        self._prefill()

    def load(self, earlier: Session) -> None:
        """Leave this conversation for an earlier one, with the model that is open."""
        images = recording.read_pictures(earlier)
        self.options = replace(self.options, system=earlier.system, hd=earlier.hd)
        self.resume(earlier, images)

    def switch_model(self, model: FlashSloth, options: Options) -> None:
        """Let another model go on with what was said, which it reads as text."""
        spoken = [replace(turn, token_ids=()) for turn in self.chat.turns]
        chat = start_chat(model, self.images, options, self.settings, spoken)
        self.model, self.options, self.chat = model, options, chat
        self.recorder = replace(self.recorder, saved=list(chat.turns))
        self._prefill()

    def _prefill(self) -> None:
        self.used = self.chat.context_used
        if self.typed:
            threading.Thread(target=_prepare, args=(self.chat,), daemon=True).start()

    def record(self) -> None:
        """Save the conversation as it is."""
        warn(self.recorder.keep(self.chat, self.options))

    def stage(self, sources: Sequence[str]) -> None:
        """Talk about these pictures. A conversation about others ends."""
        images = self._read_all(sources)
        had_turns = bool(self.chat.turns)
        self.start(images)
        fresh = "; this is a new conversation" if had_turns else ""
        for image in images:
            render.note(f"{image.source}, {image.width} x {image.height}{fresh}")
        self.look(self.shown)

    def add(self, sources: Sequence[str]) -> None:
        """Talk about these pictures too, from the next question on."""
        for image in self._read_all(sources):
            self.chat.add_image(image)
            render.note(f"{len(self.images)}: {image.source}, {image.width} x {image.height}")
            self.look(self.shown, image)
        self._prefill()

    def _read_all(self, sources: Sequence[str]) -> list[LoadedImage]:
        return [read_picture(arguments.Picture(source), self.options) for source in sources]

    def look(self, how: image_preview.Method, *images: LoadedImage) -> bool:
        """Show these pictures in the terminal, or all there are; False where it cannot and did not say why."""
        if not self.images or how == "off" or not streams.is_terminal(sys.stderr):
            return False
        reason = image_preview.disabled_reason() if how == "auto" else None
        if reason is not None:
            self.shown = "off"  # it is said once
            render.note(f"no preview, as {reason}; /look blocks draws one, --preview blocks each")
            return True
        how = image_preview.detect_method() if how == "auto" else how
        columns, rows = os.get_terminal_size(sys.stderr.fileno())
        for image in images or self.images:
            streams.write_stderr(image_preview.draw(image.image, how, columns, rows))
        return True

    # Lines

    def _turn(self, line: str, action: Callable[[str], object]) -> bool:
        """One line of input; True to leave."""
        before = self.chat.turns[-1] if self.chat.turns else None
        try:
            if isinstance(self.keyboard, LineEditor):
                return bool(action(line))
            with streams.no_echo():
                return bool(action(line))
        except FlashSlothError as error:
            code = exit_codes.exit_code(error)
            render.show_error(str(error), hints.hint(error))
            self.code = self.code or (0 if self.typed else code)
        except (MemoryError, BrokenPipeError):
            raise
        except Exception as error:  # a bug; it costs the line, not the conversation
            signalled = exit_codes.signal_code(error)
            if signalled == exit_codes.INTERRUPTED and self.typed:
                self._note_stop(before)
            elif signalled is not None:
                raise
            else:
                self._note_bug(error)
        except KeyboardInterrupt:
            if not self.typed:
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
            kept = last is not None and last is not before and last.reason == "interrupted"
            render.note("(stopped; what was said stays in the conversation)" if kept else "(stopped)")

    def _note_bug(self, error: Exception) -> None:
        if self.options.verbose:
            streams.write_stderr(traceback.format_exc())
        hint = "This is a bug; chat --verbose shows where. Please report it."
        render.show_error(f"{type(error).__name__}: {error}", hint)
        self.code = self.code or (0 if self.typed else 1)

    def _command(self, line: str) -> bool:
        word, _, rest = line.partition(" ")
        command = COMMANDS.get(ALIASES.get(word, word))
        if command is not None:
            self.editing = False
            return bool(command.action(self, rest.strip()))
        if image_mentions.starts_with_image(line):
            return self._talk(image_mentions.read(line))
        known = [*COMMANDS, *ALIASES] if len(word) > 2 else []
        hint = did_you_mean(word, known, then="/help lists the commands.")
        raise OptionError(f"unknown command {text.one_line(word)}", hint=hint)

    def say(self, line: str) -> bool:
        """A line that is no command: pictures, a question, or both."""
        return self._talk(image_mentions.read(line)) if line else False

    def _talk(self, line: image_mentions.ParsedLine) -> bool:
        if line.pictures:
            self.stage(line.pictures)
        if line.question:
            self.ask(line.question)
        return False

    def ask(self, question: str) -> None:
        """Put a question, in the last one's place where that was edited."""
        question = arguments.require_utf8(prompt_templates.fill(self.settings.get("form"), question), "the question")
        editing, self.editing = self.editing, False
        self.unanswered = "" if editing else question
        try:
            self.answer(self.chat.retry(question, **self._how()) if editing else self.chat.ask(question, **self._how()))
        except ContextTooLong:
            self.editing = editing  # a shorter one may take its place
            raise

    def retry(self, changed: dict[str, Any]) -> None:
        """Ask the last question again, this once with other settings; also one that was stopped before its answer."""
        how = {**self._how(), **changed}
        self.answer(self.chat.ask(self.unanswered, **how) if self.unanswered else self.chat.retry(**how))

    def go_on(self) -> None:
        """Let the last answer go on."""
        self.answer(self.chat.continue_answer(**self._how()))

    def _how(self) -> dict[str, Any]:
        return generation_options(self.options, self.settings)

    def answer(self, answer: Answer) -> None:
        """Show an answer as it comes."""
        warn(answer.warnings)
        try:
            show(answer, self.options, self.keyboard.answer())
        finally:
            if answer.reason is not None:  # there is a turn, if only of some words
                self.unanswered = ""
        if answer.reason == "length":
            render.note(f"(cut at {self._how()['max_tokens']} tokens; /continue goes on)")
        open_model.note_nano_limits(self.model, self.chat.turns[-1], self.options, self.settings, inside=True)
        show_stats(self.chat.model, answer, self.options, self.settings)
        if self.chat.overflow == "error" and (left := self.room()) < ROOM * self.model.engine.context_length:
            full = "the context is full; /undo takes the last turn back, /new begins again"
            render.note(f"{left} tokens of context are left; /new begins again" if left > 1 else full)

    # Telling

    def room(self) -> int:
        """Return how many tokens of the context are left."""
        return max(0, self.model.engine.context_length - self.chat.context_used)

    def _toolbar(self) -> str:
        left = self.model.engine.context_length - self.used
        images = self.images
        shown = os.path.basename(images[-1].source) if images else "no picture"
        shown += f" and {len(images) - 1} more" if len(images) > 1 else ""
        kept = self.recorder.session.name or self.recorder.session.id if self.recorder.saved else "not saved yet"
        warning = "! " if left < ROOM * self.model.engine.context_length else ""
        room = f"{warning}{left} tokens left" if left > 1 else "! context full: /new or /undo"
        parts = [self.model.name, render.precision_and_device(self.model.loaded), shown, room]
        return " " + " · ".join([*parts, kept if self.history is not None else "not saved"])

    def saved(self) -> dict[str, str]:
        """What can be loaded: names or ids, with what was first asked."""
        if self.history is None:
            return {}
        with suppress(HistoryError):
            listed = [each for each in self.history.list() if each.kind == "chat" or each.name]
            return {each.name or each.id: each.first for each in listed}
        return {}


def _prepare(chat: Chat) -> None:
    with suppress(FlashSlothError):  # the question will meet the same trouble, and tell it
        chat.prefill()
