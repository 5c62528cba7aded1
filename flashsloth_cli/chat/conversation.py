"""The conversation at the terminal, with its model, pictures, questions and record in the history, and
the lines that are read without the line editor. When one conversation ends, another may begin."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from typing import Any

from PIL.Image import Image

from flashsloth.chat import Answer, Chat, Turn
from flashsloth.errors import FlashSlothError, HistoryError, InputError, OptionError, ServerUnreachable
from flashsloth.history.store import Session
from flashsloth.images.reader import LoadedImage, crop_image
from flashsloth_cli.asking import models, single
from flashsloth_cli.history import recording
from flashsloth_cli.inputs import arguments
from flashsloth_cli.settings.settings import ResolvedOptions
from flashsloth_cli.terminal import image_preview, render, streams, text

LOW_CONTEXT = 0.1  # share of the context below which a warning is shown
WHOLE = "none"  # with this word /crop restores the whole picture
PROMPT = "> "
LEAVES = "(Ctrl-C again or Ctrl-D leaves)"


class Conversation:
    """The state of a conversation, which the slash commands read and change."""

    model: models.OpenedModel
    chat: Chat

    def __init__(
        self, options: ResolvedOptions, recorder: recording.Recorder | None = None, *, plain: bool
    ) -> None:
        """`recorder` saves the conversation. It may have an earlier conversation to continue."""
        self.options = options
        self.recorder = recorder or recording.Recorder(None, recording.new_session(""))
        self.history = self.recorder.history
        self.interactive = streams.is_terminal(sys.stdin)
        self.has_editor = streams.can_ask() and not plain and os.environ.get("TERM") != "dumb"
        self.line_input = PlainInput(asks=self.interactive)
        self.used = 0  # number of tokens of the context that are used
        self.next_line = ""  # text with which the next line begins
        # The whole pictures of which /crop has cut a part, by the digest of the part.
        self.wholes: dict[str, LoadedImage] = {}
        # Maps a question as the model reads it, filled into the template, to the question as typed. The
        # question that was typed last comes last.
        self.typed: dict[str, str] = {}
        # The last question, if it was refused, or stopped before the first word of its answer.
        self.unanswered = ""
        # The turn of a question whose answer a signal ended before its first word.
        self.unfinished: Turn | None = None

    def show_last_turn(self, session: Session) -> None:
        for last in session.turns[-1:]:  # a new conversation has no turn yet
            said = f"> {text.one_line(last.question)}\n{text.strip_control_chars(last.answer)}"
            streams.write_stderr(render.wrapped_for_stderr(said.rstrip("\n")))
            if last.reason == "interrupted":
                render.note(
                    f"(interrupted; {'/continue continues it' if last.answer else '/retry asks again'})"
                )

    @property
    def images(self) -> list[LoadedImage]:
        """The pictures of this conversation, in order."""
        return self.chat.images

    def about_images(self) -> str:
        """Return " about " and the names of the pictures, or "" without pictures."""
        names = [
            image.source if len(self.images) == 1 else os.path.basename(image.source)
            for image in self.images
        ]
        return f" about {' and '.join(names)}" if names else ""

    @property
    def as_set(self) -> str:
        """The settings that a new conversation keeps, as the end of a note."""
        names = self.options.set_names
        return f", with {' and '.join(names)} as set" if names else ""

    def start(self, images: Sequence[LoadedImage]) -> None:
        """Begin a new conversation. Its prompt is computed while the first question is typed. If the
        previous conversation was never saved, the new conversation takes over its name."""
        self.chat = single.start_chat(self.model, images, self.options)
        self.unanswered = ""
        self.wholes = {
            each.sha256: self.wholes[each.sha256] for each in images if each.sha256 in self.wholes
        }
        before = self.recorder.session
        self.recorder = recording.Recorder(
            self.history,
            recording.new_session(self.model.name, name=None if before.writes else before.name),
        )
        # A command such as /image changes the conversation, so the prompt must be computed again.
        self.prefill()

    def resume(self, session: Session, images: Sequence[LoadedImage]) -> None:
        """Continue a conversation. `images` contains its own pictures and then new pictures, which are
        sent with the next question."""
        turns = recording.to_turns(session, self.model.name)
        self.chat = single.start_chat(self.model, images, self.options, turns, session)
        self.recorder = recording.Recorder(
            self.history, replace(session, turns=session.turns[: len(turns)])
        )
        # `to_turns` leaves out a question without an answer. It is kept here, so that /retry asks it
        # again.
        self.unanswered = session.turns[-1].question if len(turns) < len(session.turns) else ""
        self.prefill()

    def count_used(self) -> None:
        """Count the tokens of the context that are used, unless a picture cannot be prepared. The next
        question will raise that error."""
        with suppress(FlashSlothError):
            self.used = self.chat.context_used

    def prefill(self) -> None:
        """Compute the prompt of the next question while it is typed."""
        chat = self.chat
        self.count_used()

        def compute() -> None:
            with suppress(FlashSlothError):  # the next question will raise the same error
                chat.prefill()
            # The user may have begun another conversation meanwhile. A server reports the number of
            # tokens with its reply.
            if self.chat is chat:
                self.count_used()

        # A person takes seconds to type, but in a pipe the question is already there. The thread is a
        # daemon, because the end of the program must not wait for it.
        if self.interactive:
            with suppress(RuntimeError):  # no thread can be started; the question then computes all
                threading.Thread(target=compute, daemon=True).start()

    def open_here(self, error: ServerUnreachable) -> None:
        """Open the model in this process and continue with it, because its server cannot do what is
        needed. `error` says what that is."""
        single.show_notes([f"{error}; the model is opened here"], self.options)
        model = models.open_model(self.options, image_cache=self.options.image_cache)
        chat = self.chat
        self.chat = model.chat(
            *chat.images,
            system=chat.system,
            hd=chat.settings().hd,
            turns=chat.turns,
            overflow=chat.overflow,
        )
        self.chat.hd = chat.hd
        self.model = model

    def record(self) -> None:
        render.warn(self.recorder.keep(self.chat, self.options, self.unfinished))

    def replace_images(self, sources: Sequence[str]) -> None:
        """Begin a conversation about these pictures."""
        self._start_about(self._read_all(sources))

    def _start_about(self, images: Sequence[LoadedImage], what: str = "") -> None:
        """Begin a conversation about these pictures. Print the name and the size of each picture, and
        print `what` after the last one."""
        had_turns = bool(self.chat.turns)
        self.start(images)
        if had_turns:
            what += f"; this is a new conversation{self.as_set}"
        for image in images:
            ending = what if image is images[-1] else ""
            render.note(f"{image.source}, {image.width} x {image.height}{ending}")
        self.note_pictures(images)
        if self.options.preview:
            self.show_preview()

    def add_images(self, sources: Sequence[str]) -> None:
        """Add pictures to this conversation, to be sent with the next question."""
        for image in self._read_all(sources):
            self._add_image(image)
        self.prefill()

    def _add_image(self, image: LoadedImage, what: str = "") -> None:
        self.chat.add_image(image)
        render.note(f"{len(self.images)}: {image.source}, {image.width} x {image.height}{what}")
        self.note_pictures([image])
        if self.options.preview:
            self.show_preview(image.image)

    def crop_image(self, crop: str) -> None:
        """Replace the last picture by a part of it. If the last picture is itself a part that was cut
        here, the new part is taken from the whole picture. With "none" the whole picture is used again.

        If a question was already asked about the picture, a new conversation begins in which the new
        picture replaces it. The reason is that the earlier answers are about the old picture, and that
        models are not trained on a picture together with a part of it.
        """
        if not self.images:
            raise OptionError("there is no picture to crop", hint="Add one with /image PATH.")
        last = self.images[-1]
        if crop == WHOLE and last.crop is None:
            raise OptionError(
                "the last picture is not cropped", hint="The model gets the whole picture."
            )
        what = " again"
        if crop == WHOLE:
            new = self.whole(last)
        else:
            uncut = self.wholes.get(last.sha256, last)
            new = crop_image(uncut, crop)
            what = f" of {uncut.width} x {uncut.height}; /crop {WHOLE} takes the whole again"
            self.wholes[new.sha256] = uncut
        if self.chat.pending_images > 0:
            self.chat.remove_image(len(self.images))
            self._add_image(new, what)
            self.prefill()
        else:
            self._start_about([*self.images[:-1], new], what)

    def whole(self, image: LoadedImage) -> LoadedImage:
        """Return the whole picture of which a picture is a part, or the picture itself if it is not a
        part. The whole picture is still in memory if /crop cut the part. If the part comes from the
        command line or the history, the whole picture is read again. Raises: ImageError."""
        whole = self.wholes.get(image.sha256, image)
        return whole if whole.crop is None else self._read_all([whole.source])[0]

    def note_pictures(self, images: Sequence[LoadedImage]) -> None:
        """Print the warnings about new pictures, such as further pages, and which letters are lost."""
        render.warn(warning for image in images for warning in image.warnings)
        single.show_notes(
            single.lost_letters(
                self.chat.model.facts, images, hd=self.chat.settings().most_hd, crop="/crop"
            ),
            self.options,
        )

    def _read_all(self, sources: Sequence[str]) -> list[LoadedImage]:
        return [
            single.read_picture(arguments.ImageArgument(source), self.options) for source in sources
        ]

    def show_preview(self, *images: Image, as_input: bool = False) -> bool:
        """Draw the given pictures in the terminal, or else the pictures of the conversation. With
        `as_input` the pictures of the conversation are drawn as the model receives them. Return False
        if the terminal cannot show pictures."""
        if not (streams.wants_styling(sys.stderr) and image_preview.is_drawable(sys.stderr)):
            return False
        columns, rows = os.get_terminal_size(sys.stderr.fileno())
        own = (
            single.model_input(self.chat, [each]) if as_input else each.image for each in self.images
        )
        for image in images or own:
            streams.write_stderr(image_preview.draw(image, columns, rows))
        return True

    def ask(self, question: str) -> None:
        # If the question is refused, or its answer stopped before the first word, the conversation has
        # no turn for it. /retry asks it again, and /edit replaces it.
        self.unanswered = self._filled(question)
        self._answer(self.chat.ask(self.unanswered, **self.options.answer))

    def _filled(self, question: str) -> str:
        filled = single.filled_question(question, self.options)
        self.typed.pop(filled, None)
        self.typed[filled] = question
        return filled

    def retry(self, question: str | None = None, **changes: Any) -> None:
        """Answer the last question again, or another `question` in its place. `changes` contains
        settings that apply only to this answer."""
        options = self.options.answer | changes
        if question is not None:
            question = self._filled(question)
        # There is no turn to replace, so the question is asked as a new question.
        if self.unanswered:
            self.unanswered = question or self.unanswered
            self._answer(self.chat.ask(self.unanswered, **options))
            return
        answer = self.chat.retry(question, **options)
        # After /undo or --continue the question that was typed last is not the one that is asked again.
        if answer.question != next(reversed(self.typed), ""):
            render.note(f"again: {text.one_line(answer.question)}")
        images = self.chat.turns[-1].visible_images + self.chat.pending_images
        self._answer(answer, Turn(answer.question, "", (), "interrupted", images))

    def continue_answer(self) -> None:
        self._answer(self.chat.continue_answer(**self.options.answer), self.chat.turns[-1])

    def _answer(self, answer: Answer, turn: Turn | None = None) -> None:
        """Print and save an answer while it is computed. `turn` is the turn that the answer replaces or
        continues, in its state before the first new word. A new turn is saved at once, because the
        program may be killed before its answer."""
        noted = {warning for image in self.images for warning in image.warnings}
        render.warn(warning for warning in answer.warnings if warning not in noted)
        noted |= {*answer.warnings}
        is_new = turn is None
        turn = turn or Turn(answer.question, "", (), "interrupted", self.chat.pending_images)

        def save(text: str) -> None:
            # A complete answer is already in the conversation, which `record` saves.
            if answer.reason is None and not self.recorder.failed:
                so_far = replace(
                    turn,
                    answer=turn.answer + text,
                    token_ids=tuple(answer.token_ids),
                    reason="interrupted",
                )
                render.warn(self.recorder.keep(self.chat, self.options, so_far))

        writer = self.line_input.answer_writer(markdown=answer.settings.constraint is None)
        try:
            if is_new:
                render.warn(self.recorder.keep(self.chat, self.options, turn))
            single.show_status(streams.ANSWERING, self.options)
            single.show(answer, recording.SavingWriter(writer, save))
        except SystemExit:
            # SIGTERM or SIGHUP ends the program. The question stays, as it does after kill -9.
            if is_new and answer.reason is None:
                self.unfinished = turn
            raise
        finally:
            if answer.reason is not None:  # the conversation now has a turn for the question
                self.unanswered = ""
        render.warn(warning for warning in answer.warnings if warning not in noted)
        if answer.grammar_failed:
            render.note(
                "(the answer became too large for its grammar; /set schema takes a smaller one)"
            )
        elif answer.reason == "length":
            # A foreign server cannot continue an answer.
            more = "/continue" if self.chat.model.facts.folder else "a larger /set max_tokens"
            render.note(f"(cut at {answer.settings.max_tokens} tokens; use {more} for more)")
        if not self.interactive:
            models.note_default_model(self.options, answer.record.text)
            answer.value()  # raises AnswerIncomplete
        single.show_stats(self.chat.model, answer.record, self.options)
        left = self.context_left()
        if self.chat.overflow == "error" and left is not None and self.is_low(left):
            render.note(
                f"{left} tokens of context are left; /new begins again"
                if left > 1
                else "the context is full; /undo removes the last turn, /new begins again"
            )

    def context_left(self, used: int | None = None) -> int | None:
        """Return how many tokens of the context are left. Return None for a foreign server, which does
        not report the length of its context. `used` is the number of used tokens if it is known.
        Otherwise the number is computed."""
        length = self.model.facts.context_length
        if length is None:
            return None
        return max(0, length - (self.chat.context_used if used is None else used))

    def is_low(self, left: int | None) -> bool:
        return left is not None and left < LOW_CONTEXT * (self.model.facts.context_length or 0)

    def loadable_sessions(self) -> dict[str, str]:
        """Return the first question of each saved conversation, by the conversation's name or id."""
        with suppress(HistoryError):
            kept = [] if self.history is None else self.history.list()
            return {
                each.name or each.id: each.first for each in kept if each.kind == "chat" or each.name
            }
        return {}


@dataclass(eq=False)
class PlainInput:
    """Reads lines from stdin, and provides the writer of answers. If a person types the lines (`asks`),
    Ctrl-C discards a line. On an empty line a second Ctrl-C ends the program."""

    asks: bool = True
    _warned: bool = False

    def read(self, default: str = "") -> str | None:
        """Return the next line, or None to end the program. `default` is the text with which the line
        begins."""
        while True:
            try:
                line = self._line(default)
            except EOFError:
                return None
            except KeyboardInterrupt:
                # Lines of a pipe are not typed, so there is no line to discard. Ctrl-C then ends the
                # program.
                if not self.asks:
                    raise
                if self._is_started():
                    self._warned = False
                elif self._warned:
                    return None
                else:
                    render.note(LEAVES)
                    self._warned = True
                default = ""
            else:
                # After a line, the next Ctrl-C counts as the first Ctrl-C again.
                self._warned = False
                return line

    def _line(self, default: str) -> str:
        if self.asks:
            streams.write_stderr(PROMPT, end="")
        try:
            line = sys.stdin.readline()
        except UnicodeDecodeError as error:
            raise InputError("stdin is not UTF-8 text", hint="Pipe in one question a line.") from error
        if not line:
            if self.asks:
                # Ctrl-D leaves the cursor behind the prompt.
                streams.write_stderr("")
            raise EOFError
        return line

    def _is_started(self) -> bool:
        """Return whether the line has text. This is not known at a plain terminal, so the result is
        False."""
        streams.write_stderr("")
        return False

    def answering(self) -> AbstractContextManager[None]:
        """Return a context in which a line is answered. Keys are not echoed meanwhile."""
        return streams.no_echo()

    def answer_writer(self, *, markdown: bool = True) -> render.AnswerWriter:
        """Return a writer for an answer, which may be in Markdown."""
        return render.StdoutWriter()

    def close(self) -> None:
        """Do nothing, because stdin stays open."""
