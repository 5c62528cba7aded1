"""A single answer, for `ask` and for `chat` with one question."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.errors import NoPicture, OptionError, ServerUnreachable
from flashsloth_cli.answers import models, picture_input
from flashsloth_cli.answers.documents import answer_document
from flashsloth_cli.config import prompt_templates
from flashsloth_cli.config import settings as user_settings
from flashsloth_cli.config.settings import Settings
from flashsloth_cli.inputs import arguments
from flashsloth_cli.terminal import clipboard, render, streams

if TYPE_CHECKING:
    from flashsloth.chat import Answer, Chat, ChatModel, FlashSloth, Turn
    from flashsloth.history.store import Kind, Session
    from flashsloth.images.reader import LoadedImage
    from flashsloth_cli.answers.models import OpenedModel
    from flashsloth_cli.config.resolved_options import ResolvedOptions
    from flashsloth_cli.history.recording import Recorder
    from flashsloth_cli.terminal.render import AnswerWriter


def read_picture(picture: arguments.ImageArgument, options: ResolvedOptions) -> LoadedImage:
    """Read a picture, before any model is opened, so that a wrong path fails at once."""
    from flashsloth.images.reader import read_image

    data = clipboard.read() if picture.source == "clipboard:" else picture.data
    return read_image(
        data if data is not None else picture.source,
        reference=options.reference_preprocessing,
        allow_local=options.allow_local,
        name=picture.source if data is not None else None,
        crop=options.crop,
    )


def start_chat(
    model: OpenedModel, images: Sequence[LoadedImage], options: ResolvedOptions, turns: Sequence[Turn] = ()
) -> Chat:
    """Start a conversation with these settings, perhaps with earlier turns."""
    if options.system is not None:
        arguments.require_utf8(options.system, "the system text")
    return model.chat(*images, system=options.system, hd=options.hd, turns=turns, overflow=options.overflow or "error")


def generation_options(options: ResolvedOptions) -> dict[str, Any]:
    """Return the arguments of `Chat.ask` for these settings."""
    return {
        "max_tokens": options.max_tokens,
        "stop": options.stop,
        "schema": options.constraint,
        **{name: getattr(options, name) for name in user_settings.SAMPLING},
    }


def ask(chat: Chat, question: str, options: ResolvedOptions) -> Answer:
    text = arguments.require_utf8(prompt_templates.fill(options.question_format, question), "the question")
    return chat.ask(text, choices=options.choice_texts, **generation_options(options))


def warn(warnings: Iterable[str]) -> None:
    for warning in warnings:
        render.note(f"warning: {warning}")


def read_settings() -> Settings:
    """Read the settings, and print their warnings on stderr."""
    settings = user_settings.read()
    warn(settings.warnings)
    return settings


def read_line(
    words: Sequence[str] | None,
    prompt: str | None,
    template: str | None,
    *,
    command: str = "ask",
    once: bool = True,
    each: bool = False,
    needs_picture: bool = True,
) -> tuple[arguments.Inputs, Settings]:
    """Return the question and the pictures of a command line and of stdin, and the settings, with a template applied to
    both. stdin is only for a single question, which `once` says."""
    settings = read_settings()
    asks = template is None or prompt_templates.find(template).wants_question
    inputs = arguments.gather(
        words or [],
        prompt,
        command=command,
        each=each,
        reads_stdin=once,
        needs_picture=needs_picture,
        needs_question=asks,
    )
    return apply_template(template, inputs, settings, once=once)


def apply_template(
    name: str | None, inputs: arguments.Inputs, settings: Settings, *, once: bool
) -> tuple[arguments.Inputs, Settings]:
    """Return the inputs and the settings with a template applied to both. `once`: there is a single question.

    Raises: TemplateNotFound, SettingsFileError; OptionError for a template without its question.
    """
    if name is None:
        return inputs, settings
    template = prompt_templates.find(name)
    warn(template.warnings)
    if once and template.wants_question and inputs.question is None:
        hint = f'Add one: flashsloth {inputs.command} photo.jpg -t {name} "Is it red?"'
        raise OptionError(f"template {name} needs a question", hint=hint)
    return replace(inputs, question=template.first_question(inputs.question)), template.over(settings)


def check_session_options(go_on: bool, session: str | None) -> None:
    """Raise OptionError for --continue with --session."""
    if go_on and session is not None:
        raise OptionError(
            "--continue and --session exclude each other",
            hint="Use --continue for the last conversation, or --session NAME for another one.",
        )


@contextmanager
def recorder_for(
    kind: Kind, go_on: bool, session: str | None, options: ResolvedOptions, *, late: bool = True
) -> Iterator[Recorder | None]:
    """Yield a recorder for the named or last conversation, else for a new one if the options save it, else None.

    The history of a new one is opened `late`, at the first save, or at once, and closed at the end.
    Raises: OptionError, SessionNotFound and HistoryError for a conversation that cannot be continued.
    """
    from flashsloth_cli.history import recording

    recorder = None
    if go_on or session is not None:
        recorder = recording.Recorder(*recording.open_previous(session, kind, enabled=not options.no_history))
    elif options.history:
        history = None if late else recording.open_history()
        recorder = recording.Recorder(history, recording.new_session("", kind), late=late)
    try:
        yield recorder
    finally:
        if recorder is not None:
            recorder.close()


def check_picture(
    images: Sequence[object], options: ResolvedOptions, session: Session | None = None, command: str = "ask"
) -> None:
    """Raise NoPicture for a question without a picture, unless --no-picture allows it."""
    if images or options.no_picture:
        return
    reason = ""
    if session is not None and session.writes:
        reason = ", and the conversation has none"
    elif session is not None and session.name is not None:
        reason = f", and there is no conversation {session.name} yet"
    hint = NoPicture.hint.replace("flashsloth ask", f"flashsloth {command}")
    raise NoPicture(f"no picture was given{reason}", hint=hint)


def answer_once(
    inputs: arguments.Inputs,
    options: ResolvedOptions,
    recorder: Recorder | None = None,
    *,
    show_input: Path | None = None,
) -> None:
    """Print the answer to one question about all the pictures. A `recorder` adds it to its conversation. What the model
    gets of the pictures is written to `show_input`.

    Raises: OptionError without a question, NoPicture, and the errors of opening a model and answering.
    """
    from flashsloth_cli.history import recording

    question = require_question(inputs)
    picture_input.check_crop(inputs, options)
    session = recorder.session if recorder is not None else None
    images, notes = [read_picture(picture, options) for picture in inputs.pictures], Notes(inputs)
    if session is not None:
        if session.writes or session.name is not None:
            notes.add(recording.describe(session))
        if session.writes and options.flags.system not in (None, session.system):
            notes.add("the new system text also applies to the earlier turns")
        if adapter_note := recording.unused_adapter(session, options):
            notes.add(adapter_note)
        earlier, options = recording.restore(session, options)
        images = earlier + images
    if not options.json:
        notes.show(options)
    check_picture(images, options, session, inputs.command)
    model = models.open_for_chat(options)
    turns = recording.to_turns(session, model.name) if session is not None else ()
    chat = start_chat(model, images, options, turns)
    for note in picture_input.notes_of(chat, chat.images[len(chat.images) - chat.pending_images :]):
        notes.add(note)
    if show_input is not None:
        picture_input.write_input(chat, show_input)
    print_answer(chat, question, options, recorder, notes=notes)


class Notes:
    """Notes about a question and its conversation, to be printed on stderr once. Those about its inputs also go into
    the document."""

    def __init__(self, inputs: arguments.Inputs) -> None:
        self.notes, self.documented = list(inputs.notes), inputs.notes

    def add(self, note: str) -> None:
        self.notes.append(note)

    def show(self, options: ResolvedOptions) -> None:
        """Print them, unless -q hides them."""
        for note in [] if options.quiet else self.notes:
            render.note(f"note: {note}")
        self.notes = []


def require_question(inputs: arguments.Inputs) -> str:
    """Return the question. Raises: OptionError without one."""
    if inputs.question is None:
        hint = f'Add one: flashsloth {inputs.command} photo.jpg "What is this?" or -p TEXT'
        raise OptionError("no question was given", hint=hint)
    return inputs.question


def print_answer(
    chat: Chat,
    question: str,
    options: ResolvedOptions,
    recorder: Recorder | None = None,
    *,
    notes: Notes | None = None,
    out: AnswerWriter | None = None,
    first: bool = True,
    row: dict[str, Any] | None = None,
    after: Callable[[Answer], dict[str, Any]] | None = None,
) -> FlashSloth | None:
    """Ask, print the answer on stdout, and its notes on stderr. `row` is added to its document, and what `after`
    returns, which is called with the whole answer.

    Return the model if it was opened here, because its server did not begin to answer.
    """
    opened: FlashSloth | None = None
    answer = ask(chat, question, options)

    def again(model: FlashSloth) -> Answer:
        nonlocal chat, opened, answer
        opened = model
        chat = moved(chat, model)
        before, answer = answer.warnings, ask(chat, question, options)
        if not options.json:  # those of the first answer were printed
            warn([warning for warning in answer.warnings if warning not in before])
        return answer

    if options.json:  # before any note, so that an error is alone on stderr
        answer = read_answer(answer, lambda each: each.text(), again, options)
        if not is_complete(answer) and recorder is not None:
            recorder.keep(chat, options)
        answer.value()
    note_question(answer, options, notes, first=first)
    if not options.json:
        given = answer.warnings
        answer = read_answer(answer, lambda each: show(each, options, out), again, options)
        warn([warning for warning in answer.warnings if warning not in given])
        if answer.reason == "length" and answer.constraint is None and not options.quiet:
            render.note(f"note: cut at {answer.max_tokens} tokens; --max-tokens allows more")
    more = {} if after is None or not is_complete(answer) else after(answer)
    documented = notes.documented if notes is not None else ()
    keep_answer(chat, answer, options, recorder, documented, {**(row or {}), **more})
    if answer.reason is not None:
        models.note_nano_limits(chat.model, chat.turns[-1], options)
    show_stats(chat.model, answer, options)
    answer.value()  # raises AnswerIncomplete
    return opened


def note_question(answer: Answer, options: ResolvedOptions, notes: Notes | None, *, first: bool) -> None:
    """Print the notes of a question on stderr: before its answer, with --json after it."""
    if notes is not None:
        notes.show(options)
    if first:
        models.note_default_model(options)
    warn(answer.warnings)
    if options.verbose and answer.constraint is not None:
        render.note(f"asked: {answer.question}")


def keep_answer(
    chat: Chat,
    answer: Answer,
    options: ResolvedOptions,
    recorder: Recorder | None,
    notes: Sequence[str],
    more: dict[str, Any],
) -> None:
    """Save an answer that was read, and print its probabilities, with --json its document: with `notes` among its
    warnings, and the fields of `more`."""
    continued = recorder is not None and recorder.session.writes  # a save may give it another id
    if recorder is not None and (continued or not options.json):
        warn(recorder.keep(chat, options))
    if options.verbose and answer.choices:
        render.note(", ".join(f"{choice.text} {choice.probability:.1%}" for choice in answer.choices))
    if not options.json:
        return
    session = recorder.session.id if recorder is not None else None
    document = {**answer_document(chat, answer), "session": session, "warnings": [*notes, *answer.warnings]}
    render.write_json({**document, **more})
    if recorder is not None and not continued:
        warn(recorder.keep(chat, options))


def read_answer(
    answer: Answer, read: Callable[[Answer], object], again: Callable[[FlashSloth], Answer], options: ResolvedOptions
) -> Answer:
    """Read an answer and return it. If its server does not begin to answer, open the model here, ask `again`, and
    return that answer. Raises: ServerUnreachable if --server names the server."""
    try:
        read(answer)
    except ServerUnreachable as error:
        answer = again(models.open_after(error, options))
        read(answer)
    return answer


def moved(chat: Chat, model: FlashSloth) -> Chat:
    """Return a conversation as one with the same model, opened here."""
    return model.chat(*chat.images, system=chat.system, hd=chat.hd, turns=chat.turns, overflow=chat.overflow)


def is_complete(answer: Answer) -> bool:
    """Return whether an answer that has ended has the form that was asked for, if any."""
    return answer.constraint is None or answer.reason == "stop"


def show(answer: Answer, options: ResolvedOptions, out: AnswerWriter | None = None) -> None:
    """Print an answer while it is computed, into a pipe one of a schema only if it is complete. After Ctrl-C or an
    error its text so far stays, and it is raised again."""
    out = out or render.StdoutWriter()
    try:
        if answer.constraint is not None and not streams.is_terminal(streams.answers()):
            text = answer.text()
            if not is_complete(answer):  # a script must not take a part for the whole
                return
            out.write(text)
        else:
            for piece in answer:
                out.write(piece)
    except BaseException:
        with streams.ignore_sigint():
            answer.close()
            out.abort()
        raise
    out.end()


def show_stats(model: ChatModel, answer: Answer, options: ResolvedOptions) -> None:
    """Print the numbers of an answer on stderr if they are enabled, and once what the model warns of."""
    if model.warning is not None:
        render.note_once(f"warning: {model.warning}")
    if options.stats and answer.stats is not None:
        render.note(f"{render.stats_line(answer.stats)} · {render.precision_and_device(model.facts)}")
