"""The conversation at a terminal, and its plain form for pipes and dumb terminals. Computes nothing itself.

A line is a question, or a command if it begins with a slash (`slash_commands.py`). Pictures in a line begin a new
conversation about them. Ctrl-C during an answer stops it and keeps its text; at the prompt it clears the line, and on
an empty line the second one leaves. Every turn is saved when it completes.
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
from flashsloth.images.reader import crop_image
from flashsloth.images.sources import not_found
from flashsloth.utils.close_names import did_you_mean
from flashsloth_cli.chat import hints, image_mentions
from flashsloth_cli.chat.line_editor import LineEditor
from flashsloth_cli.chat.plain_input import LineInput, PlainInput, join_lines, piped_line
from flashsloth_cli.chat.slash_commands import ALIASES, COMMANDS, LEAVING
from flashsloth_cli.config import prompt_templates
from flashsloth_cli.history import recording
from flashsloth_cli.inputs import arguments
from flashsloth_cli.runs import open_model, seen_pictures
from flashsloth_cli.runs.one_shot import (
    generation_options,
    moved,
    read_answer,
    read_picture,
    show,
    show_stats,
    start_chat,
    warn,
)
from flashsloth_cli.terminal import exit_codes, image_preview, render, streams, text

if TYPE_CHECKING:
    from PIL.Image import Image

    from flashsloth.chat import Answer, Chat, FlashSloth, Turn
    from flashsloth.history.store import History, Session
    from flashsloth.images.reader import LoadedImage
    from flashsloth_cli.config.resolved_options import ResolvedOptions
    from flashsloth_cli.runs.open_model import OpenedModel

NAME_WIDTH = 6  # columns of a picture's name below which the status line does not name the server
LOW_CONTEXT = 0.1  # share of the context below which a warning is shown


class Repl:
    """One model, and one conversation after another."""

    def __init__(
        self,
        options: ResolvedOptions,
        *,
        plain: bool,
        history: History | None = None,
        preview: image_preview.Method = "off",
    ) -> None:
        self.options, self.history, self.preview = options, history, preview
        self.interactive = streams.is_terminal(sys.stdin)
        self.has_editor = streams.can_ask() and not plain and os.environ.get("TERM") != "dumb"
        self.line_input: LineInput = PlainInput()
        self.model: OpenedModel
        self.chat: Chat
        self.recorder: recording.Recorder
        self.used = 0  # tokens of the context
        self.code = 0  # exit code of the first error, unless a person has seen it
        self.next_line = ""  # text to begin the next line with
        self.editing = False  # the next question replaces the last one
        self.multiline = False
        self.unanswered = ""  # the last question, if it was stopped before the first word of its answer

    def run(self, inputs: arguments.Inputs, session: Session | None = None) -> int:
        """Talk until the input ends or /quit, and return the exit code. `session` is a conversation to continue."""
        seen_pictures.check_crop(inputs, self.options)
        images = new = [read_picture(picture, self.options) for picture in inputs.pictures]
        self.options = self.options.with_flags(crop=None)  # is for the pictures of the command line
        if session is not None:
            if (note := recording.unused_adapter(session, self.options)) and not self.options.quiet:
                render.note(f"note: {note}")
            earlier, self.options = recording.restore(session, self.options)
            images = earlier + images
        self.model = open_model.open_for_chat(self.options)
        open_model.note_default_model(self.options)
        self.resume(session, images) if session is not None else self.start(images)
        if self.interactive and not self.options.quiet:
            self._greet(session)
        self._note_letters(new)
        if self.interactive:
            self.show_preview(self.preview)
        try:
            if self.has_editor:
                self.line_input = editor = self._editor()
                editor.open()
            if inputs.question is not None:
                self._run_line(inputs.question, self.ask)
            self._listen()
        finally:
            self.line_input.close()
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
                if self._run_line(line, self._command if line.startswith("/") else self._question_or_images):
                    return
            except KeyboardInterrupt:
                if not isinstance(self.line_input, LineEditor):
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

    def _editor(self) -> LineEditor:
        from flashsloth_cli.chat.completer import ReplCompleter

        history = recording.prompts_path() if self.history is not None else None
        return LineEditor(self._toolbar, ReplCompleter(self.loadable_sessions), history)

    def _greet(self, session: Session | None) -> None:
        adapter = f" and {self.model.loaded.adapter}" if self.model.loaded.adapter else ""
        about = self.about_images()
        server = f" through the server on {self.model.server}" if self.model.server else ""
        render.note(f"Talking with {self.model.name}{adapter}{about}{server}. /help lists commands, Ctrl-D leaves.")
        if session is not None and session.turns:
            turns = text.counted(len(session.turns), "turn")
            render.note(f"Continuing {session.name or session.id}, {turns}. The last one was:")
            self.show_last_turn(session)

    def show_last_turn(self, session: Session) -> None:
        for last in session.turns[-1:]:
            said = f"> {text.one_line(last.question)}\n{text.strip_control_chars(last.answer)}"
            streams.write_stderr(render.wrapped_for_stderr(said.rstrip("\n")))
            if last.reason == "interrupted":
                render.note(f"(interrupted; {'/continue continues it' if last.answer else '/retry asks again'})")

    # Conversations

    @property
    def images(self) -> list[LoadedImage]:
        """The pictures of this conversation, in order."""
        return self.chat.images

    def about_images(self) -> str:
        """Return " about " and the names of the pictures, or "" without any."""
        names = [image.source if len(self.images) == 1 else os.path.basename(image.source) for image in self.images]
        *before, last = names or [""]
        return f" about {', '.join(before)}{' and ' if before else ''}{last}" if names else ""

    def start(self, images: Sequence[LoadedImage]) -> None:
        """Begin a conversation. Its prompt is computed while the first question is typed."""
        self.chat = start_chat(self.model, images, self.options)
        self.recorder = recording.new_recorder(self.history, self.model.name, getattr(self, "recorder", None))
        self.editing = False
        self._prefill()

    def resume(self, session: Session, images: Sequence[LoadedImage]) -> None:
        """Continue a conversation. `images` are its own, then new ones, which come with the next question."""
        turns = recording.to_turns(session, self.model.name)
        self.chat = start_chat(self.model, images, self.options, turns)
        self.recorder = recording.Recorder(self.history, session, list(self.chat.turns))
        self.editing = False
        self.unanswered = session.turns[-1].question if len(turns) < len(session.turns) else ""
        self._prefill()

    def load(self, session: Session) -> None:
        """Leave this conversation for another one, with the model that is open."""
        images = recording.read_pictures(session)
        self.options = self.options.with_flags(system=session.system, hd=session.hd)
        self.resume(session, images)

    def switch_model(self, model: OpenedModel, options: ResolvedOptions) -> None:
        """Continue with another model, which reads the earlier answers as text."""
        turns = [replace(turn, token_ids=()) for turn in self.chat.turns]
        chat = start_chat(model, self.images, options, turns)
        self.model, self.options, self.chat = model, options, chat
        self.recorder = replace(self.recorder, saved=list(chat.turns))
        self._prefill()

    def _prefill(self) -> None:
        self.used = self.chat.context_used
        if self.interactive:
            threading.Thread(target=_prefill, args=(self.chat,), daemon=True).start()

    def record(self) -> None:
        warn(self.recorder.keep(self.chat, self.options))

    def replace_images(self, sources: Sequence[str]) -> None:
        """Begin a conversation about these pictures."""
        images = self._read_all(sources)
        ending = "; this is a new conversation" if self.chat.turns else ""
        self.start(images)
        for image in images:
            render.note(f"{image.source}, {image.width} x {image.height}{ending}")
        self._note_letters(images)
        self.show_preview(self.preview)

    def add_images(self, sources: Sequence[str]) -> None:
        """Add pictures to this conversation, to be sent with the next question."""
        for image in self._read_all(sources):
            self.chat.add_image(image)
            render.note(f"{len(self.images)}: {image.source}, {image.width} x {image.height}")
            self._note_letters([image])
            self.show_preview(self.preview, image.image)
        self._prefill()

    def crop_image(self, crop: str) -> None:
        """Put a part of the last picture in its place, or beside it if a question was asked about it already."""
        if not self.images:
            raise OptionError("there is no picture to crop", hint="Add one with /image PATH.")
        whole, staged = self.images[-1], self.chat.pending_images > 0
        part = crop_image(whole, crop)
        if staged:
            self.chat.remove_image(len(self.images))
        self.chat.add_image(part)
        ending = "in place of the whole" if staged else "added to the pictures"
        size = f"{part.width} x {part.height} of {whole.width} x {whole.height}"
        render.note(f"{len(self.images)}: {part.source}, {size}, {ending}")
        self._note_letters([part])
        self.show_preview(self.preview, part.image)
        self._prefill()

    def _note_letters(self, images: Sequence[LoadedImage]) -> None:
        """Print which letters of new pictures are lost."""
        for note in [] if self.options.quiet else seen_pictures.notes_of(self.chat, images, crop="/crop"):
            render.note(f"note: {note}")

    def _read_all(self, sources: Sequence[str]) -> list[LoadedImage]:
        return [read_picture(arguments.ImageArgument(source), self.options) for source in sources]

    def show_preview(self, method: image_preview.Method, *images: Image, as_input: bool = False) -> bool:
        """Draw these pictures in the terminal, or those of the conversation, or what the model gets of them. Return
        False if it can draw none and printed no reason."""
        if not self.images or method == "off" or not streams.is_terminal(sys.stderr):
            return False
        reason = image_preview.disabled_reason() if method == "auto" else None
        if reason is not None:
            self.preview = "off"  # so that the reason is printed once
            render.note(f"no preview, because {reason}; /look blocks draws one, --preview blocks draws each")
            return True
        method = image_preview.detect_method() if method == "auto" else method
        columns, rows = os.get_terminal_size(sys.stderr.fileno())
        for each in images or self._previews(as_input=as_input):
            streams.write_stderr(image_preview.draw(each, method, columns, rows))
        return True

    def _previews(self, *, as_input: bool) -> list[Image]:
        return [seen_pictures.model_input(self.chat, [i]) if as_input else i.image for i in self.images]

    # Lines

    def _run_line(self, line: str, action: Callable[[str], object]) -> bool:
        """Run one line of input. Return True to leave."""
        before = self.chat.turns[-1] if self.chat.turns else None
        try:
            if isinstance(self.line_input, LineEditor):
                with self.line_input.interruptible():
                    return bool(action(line))
            with streams.no_echo():
                return bool(action(line))
        except FlashSlothError as error:
            code = exit_codes.exit_code(error)
            render.show_error(hints.for_chat(str(error)), hints.hint(error))
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

    def ask(self, question: str) -> None:
        """Ask a question, or replace the last one if that is being edited."""
        filled = prompt_templates.fill(self.options.question_format, question)
        question = arguments.require_utf8(filled, "the question")
        editing, self.editing = self.editing, False
        self.unanswered = "" if editing else question
        options = self._generation_options()
        try:
            if editing:
                self.answer(lambda chat: chat.retry(question, **options), self._retried)
            else:
                self.answer(lambda chat: chat.ask(question, **options), self._asked)
        except ContextTooLong:
            self.editing = editing  # a shorter question may still replace the last one
            raise

    def retry(self, changes: dict[str, Any]) -> None:
        """Answer the last question again, this once with other settings."""
        options, unanswered = {**self._generation_options(), **changes}, self.unanswered
        if unanswered:
            self.answer(lambda chat: chat.ask(unanswered, **options), self._asked)
        else:
            self.answer(lambda chat: chat.retry(**options), self._retried)

    def continue_answer(self) -> None:
        options = self._generation_options()
        self.answer(lambda chat: chat.continue_answer(**options), lambda _: self.chat.turns[-1])

    def _generation_options(self) -> dict[str, Any]:
        return generation_options(self.options)

    def _asked(self, question: str) -> Turn:
        """Return a new turn, and save it: the program may be killed before its answer."""
        turn = recording.unfinished_turn(question, self.chat.pending_images)
        warn(self.recorder.keep(self.chat, self.options, turn))
        return turn

    def _retried(self, question: str) -> Turn:
        return recording.unfinished_turn(question, self.chat.turns[-1].visible_images + self.chat.pending_images)

    def answer(self, ask: Callable[[Chat], Answer], begin: Callable[[str], Turn]) -> None:
        """Ask, and print and save the answer while it is computed. Without its server the model is opened here. `begin`
        returns the turn of a question as it is before the first word."""
        answer = ask(self.chat)
        warn(answer.warnings)
        turn = begin(answer.question)

        def save(text: str) -> None:
            so_far = {"answer": turn.answer + text, "token_ids": tuple(answer.token_ids), "reason": "interrupted"}
            if answer.reason is None and not self.recorder.failed:  # afterwards the conversation has the turn
                warn(self.recorder.keep(self.chat, self.options, replace(turn, **so_far)))  # type: ignore[arg-type]

        def again(model: FlashSloth) -> Answer:
            nonlocal answer
            self.model, self.chat = model, moved(self.chat, model, self.recorder)
            before, answer = answer.warnings, ask(self.chat)
            warn([warning for warning in answer.warnings if warning not in before])
            return answer

        def read(answer: Answer) -> None:
            writer = self.line_input.answer_writer(markdown=answer.constraint is None)
            show(answer, self.options, recording.SavingWriter(writer, save))

        try:
            read_answer(answer, read, again, self.options)
        finally:
            if answer.reason is not None:  # the conversation has a turn for it
                self.unanswered = ""
        if answer.grammar_failed:
            render.note("(the answer became too large for its grammar; /set schema takes a smaller one)")
        elif answer.reason == "length":
            render.note(f"(cut at {self._generation_options()['max_tokens']} tokens; use /continue for more)")
        if not self.interactive:
            answer.value()  # raises AnswerIncomplete
        open_model.note_nano_limits(self.model, self.chat.turns[-1], self.options, in_chat=True)
        show_stats(self.chat.model, answer, self.options)
        if self.chat.overflow == "error" and self._is_low(left := self.context_left()):
            full = "the context is full; /undo removes the last turn, /new begins again"
            render.note(f"{left} tokens of context are left; /new begins again" if left > 1 else full)

    # The toolbar

    def context_left(self) -> int:
        """Return how many tokens of the context are left."""
        return max(0, self.model.context_length - self.chat.context_used)

    def _is_low(self, left: int) -> bool:
        return left < LOW_CONTEXT * self.model.context_length

    def _toolbar(self, width: int) -> str:
        """Return the line below the prompt. Where it is too long it says nothing of the weights, then cuts the name of
        the picture: the last part, which names the conversation, stays whole."""
        left = self.model.context_length - self.used
        images = self.images
        about = os.path.basename(images[-1].source) if images else "no picture"
        more = f" and {len(images) - 1} more" if len(images) > 1 else ""
        name = self.recorder.session.name or self.recorder.session.id if self.recorder.saved else "not saved yet"
        context = f"{'! ' if self._is_low(left) else ''}{left} tokens left"
        if left <= 1:
            context = "! context full: /new or /undo"
        server = self.model.server and f"server {self.model.server.partition('//')[2]}"
        how = [server or render.precision_and_device(self.model.loaded)]
        ends = [f"{context} · {name if self.history is not None else 'not saved'}"]

        def room() -> int:
            return width - text.cell_width(" " + " · ".join([self.model.name, *how, more, *ends]))

        if room() < (NAME_WIDTH if server else text.cell_width(about)):
            how = []
        return " " + " · ".join([self.model.name, *how, text.cut(about, max(room(), 1)) + more, *ends])

    def loadable_sessions(self) -> dict[str, str]:
        """Return the first questions of kept conversations by their names or ids."""
        if self.history is None:
            return {}
        with suppress(HistoryError):
            sessions = [each for each in self.history.list() if each.kind == "chat" or each.name]
            return {each.name or each.id: each.first for each in sessions}
        return {}


def _prefill(chat: Chat) -> None:
    with suppress(FlashSlothError):  # the question will raise it again
        chat.prefill()
