"""Answer a single question. The steps are to read the command line and the settings, to begin or
continue a conversation, and to print the answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.errors import AnswerIncomplete, NoPicture, OptionError
from flashsloth.utils import atomic_write
from flashsloth.utils.text import command_line, printable_source
from flashsloth_cli.asking import models
from flashsloth_cli.inputs import arguments
from flashsloth_cli.settings import prompt_templates
from flashsloth_cli.settings import settings as user_settings
from flashsloth_cli.terminal import clipboard, render, streams

if TYPE_CHECKING:
    from PIL import Image

    from flashsloth.chat import Answer, Chat, ChatModel, Turn
    from flashsloth.chat.chat import ModelFacts
    from flashsloth.generation.answer_record import AnswerRecord, FinishReason
    from flashsloth.history.store import Kind, Session
    from flashsloth.images.reader import LoadedImage
    from flashsloth_cli.asking.models import OpenedModel
    from flashsloth_cli.history.recording import Recorder
    from flashsloth_cli.options import Options
    from flashsloth_cli.settings.settings import ResolvedOptions
    from flashsloth_cli.terminal.render import AnswerWriter


def picture_data(picture: arguments.ImageArgument) -> bytes | None:
    """Return the bytes of a picture from stdin or the clipboard, or None for a picture with a path."""
    return clipboard.read() if picture.source == "clipboard:" else picture.data


def read_picture(picture: arguments.ImageArgument, options: ResolvedOptions) -> LoadedImage:
    """Read a picture. Commands call this before they open a model, so that a wrong path is reported at
    once."""
    from flashsloth.images.reader import read_image

    data = picture_data(picture)
    return read_image(
        picture.source if data is None else data,
        name=None if data is None else picture.source,
        reference=options.reference_preprocessing,
        allow_local=options.allow_local,
        crop=options.crop,
        pipe=True,
    )


def start_chat(
    model: OpenedModel,
    images: Sequence[LoadedImage],
    options: ResolvedOptions,
    turns: Sequence[Turn] = (),
    session: Session | None = None,
) -> Chat:
    """Start a conversation with the settings in `options`, after the earlier `turns` of a `session`."""
    chat = model.chat(
        *images, system=options.system, hd=options.hd, turns=turns, overflow=options.overflow or "error"
    )
    if chat.auto_hd and session is not None:
        chat.hd = model.facts.image_hd if session.in_tiles else False
    return chat


def filled_question(question: str | None, options: ResolvedOptions, command: str = "ask") -> str:
    """Return a question. If a template is used, the question is filled into its format. Raises:
    OptionError if there is no question, InputError if the question has bytes that are not UTF-8."""
    if question is None:
        raise OptionError(
            "no question was given",
            hint=f'Add one: flashsloth {command} photo.jpg "What is this?" or -p TEXT',
        )
    question = arguments.require_utf8(question, "the question")
    return (
        prompt_templates.fill(options.question_format, question)
        if options.question_format
        else question
    )


def read_settings() -> user_settings.Settings:
    """Read the settings, and print their warnings on stderr."""
    settings = user_settings.read()
    render.warn(settings.warnings)
    return settings


def read_line(
    words: Sequence[str] | None,
    prompt: str | None,
    template: str | None,
    options: Options | None = None,
    *,
    command: str = "ask",
    once: bool = True,
    each: bool = False,
    needs_picture: bool = True,
) -> tuple[arguments.Inputs, user_settings.Settings]:
    """Return the question and the pictures from a command line and stdin, and the settings. A template
    is applied to the question and to the settings. With `options` the question may be that of the
    model. stdin is read only if `once` is true, that is, if the command asks a single question."""
    settings = read_settings()
    chosen = None if template is None else prompt_templates.find(template)
    own = None if options is None else user_settings.own_question(options, settings)
    inputs = arguments.gather(
        words or [],
        prompt,
        command=command,
        each=each,
        reads_stdin=once,
        needs_picture=needs_picture,
        needs_question=own is None and (chosen is None or chosen.wants_question),
    )
    if chosen is not None:
        inputs, settings = apply_template(chosen, inputs, settings)
    return (inputs if inputs.question or own is None else replace(inputs, question=own)), settings


def apply_template(
    template: prompt_templates.Template, inputs: arguments.Inputs, settings: user_settings.Settings
) -> tuple[arguments.Inputs, user_settings.Settings]:
    """Apply a template to the inputs and the settings, print its warnings, and return both."""
    render.warn(template.warnings)
    return replace(inputs, question=template.first_question(inputs.question)), template.over(settings)


@contextmanager
def recorder_for(
    kind: Kind, go_on: bool, session: str | None, options: ResolvedOptions
) -> Iterator[Recorder | None]:
    """Yield a recorder for the conversation to continue, which is the last conversation (`go_on`) or
    the conversation that `session` names. If no conversation is continued, yield a recorder for a new
    conversation, or None if the options do not save it.

    For a new `chat` the history is opened at once, and for a new `ask` it is opened when the answer is
    saved. The history is closed at the end. Raises: SessionNotFound and HistoryError for a conversation
    that cannot be continued.
    """
    from flashsloth_cli.history import recording

    recorder = None
    if go_on or session is not None:
        recorder = recording.Recorder(
            *recording.open_previous(session, kind, enabled=not options.no_history)
        )
    elif options.history and kind == "ask":
        recorder = recording.Recorder(None, recording.new_session("", kind), late=True)
    elif options.history:
        recorder = recording.Recorder(recording.open_history(), recording.new_session("", kind))
    try:
        yield recorder
    finally:
        if recorder is not None and recorder.history is not None:
            recorder.history.close()


def no_picture(session: Session | None = None, command: str = "ask") -> NoPicture:
    """Return the error for a question without a picture. With --no-picture such a question is
    allowed."""
    reason = ""
    if session is not None and session.writes:
        reason = ", and the conversation has none"
    elif session is not None and session.name is not None:
        reason = f", and there is no conversation {session.name} yet"
    return NoPicture(
        f"no picture was given{reason}",
        hint=NoPicture.hint.replace("flashsloth ask", f"flashsloth {command}"),
    )


def answer_once(
    inputs: arguments.Inputs,
    options: ResolvedOptions,
    recorder: Recorder | None = None,
    *,
    show_input: Path | None = None,
    explain: Path | None = None,
) -> None:
    """Print the answer to one question about all the pictures.

    Args:
        recorder: the recorder that adds the answer to its conversation; None to save nothing.
        show_input: the file for the pictures as the model receives them; None for no file.
        explain: the file for the maps that show where the model looked; None for no file.

    Raises: OptionError if there is no question, NoPicture, and the errors of opening a model and
        answering.
    """
    # 1. Open the model and ask. A command line without a question fails before the model is opened.
    question = filled_question(inputs.question, options, inputs.command)
    chat, options = begin(inputs, options, recorder, explain)
    if show_input is not None:
        write_input(chat, show_input)
    answer = chat.ask(question, **options.answer)
    constraint = answer.settings.constraint
    # 2. Compute the answer. --json prints nothing until the whole answer is known.
    if options.json:
        answer.text()
    else:
        models.note_default_model(options)
        models.note_unused(chat.model, options)
        render.warn(before := answer.warnings)
        if options.verbose and constraint is not None:
            render.note(f"asked: {answer.question}")
        show_status(streams.ANSWERING, options)
        show(answer)
        render.warn([warning for warning in answer.warnings if warning not in before])
        if constraint is None:
            note_cut(answer.record.reason, answer.settings.max_tokens, options)
        models.note_default_model(options, answer.record.text)
    # 3. Explain and save the answer. An incomplete answer is saved too, and becomes an error only after
    #    that.
    looked = {}
    if explain is not None and is_complete(answer):
        looked = write_explanation(answer, explain, options)
    saving = [] if recorder is None else recorder.keep(chat, options)
    if options.json:
        answer.value()  # raises AnswerIncomplete
        session = None if recorder is None else recorder.session.id
        render.write_json(document_of(chat, answer, inputs.notes) | {"session": session} | looked)
    render.warn(saving)
    show_stats(chat.model, answer.record, options)
    answer.value()


def begin(
    inputs: arguments.Inputs, options: ResolvedOptions, recorder: Recorder | None, explain: Path | None
) -> tuple[Chat, ResolvedOptions]:
    """Open the model, and begin or continue a conversation about the pictures. Return the conversation
    and the options that apply in it."""
    from flashsloth_cli.history import recording

    if options.crop is not None and not inputs.pictures:
        raise crop_alone(inputs, options)
    # 1. Read the pictures of the command line and the pictures of the conversation that is continued.
    session = recorder.session if recorder is not None else None
    show_status(streams.READING, options)
    images = given = [read_picture(picture, options) for picture in inputs.pictures]
    show_notes(inputs.notes, options)
    if recorder is not None and session is not None:
        if session.writes or (session.name is not None and recorder.history is not None):
            show_notes([recording.describe(session)], options)
        show_notes(recording.changed_notes(session, options), options)
        earlier, options = recording.restore(session, options)
        images = earlier + given
    if explain is not None and not images:
        raise NoPicture(
            "no picture was given", hint='As in: flashsloth ask photo.jpg "Why?" --explain where.png'
        )
    if not images and not options.no_picture:
        raise no_picture(session, inputs.command)
    # 2. Open the model. --explain needs the weights in this process, so with it no server is asked.
    model: OpenedModel
    if explain is None:
        model = models.open_for_chat(options)
    elif models.foreign_url(options) is not None:
        raise OptionError(
            "a foreign server does not report where its model looked", hint="Leave out --explain."
        )
    else:
        model = models.open_model(options, image_cache=options.image_cache)
        from flashsloth.explain.attention import check_readable  # imports torch

        check_readable(model.engine)
    # 3. Begin the conversation.
    turns = recording.to_turns(session, model.name) if session is not None else ()
    chat = start_chat(model, images, options, turns, session)
    show_notes(lost_letters(model.facts, given, hd=chat.settings().most_hd), options)
    return chat, options


def show_notes(notes: Iterable[str], options: ResolvedOptions) -> None:
    """Print notes on stderr. -q hides them. --json hides them too, because an error document must be
    the only text on stderr."""
    for note in [] if options.quiet or options.json else notes:
        render.note(f"note: {note}")


def show_status(text: str, options: ResolvedOptions) -> None:
    """Show on stderr what is being done. Show nothing if stderr is not a terminal, or with -q or
    --json."""
    if not options.quiet and not options.json:
        streams.show_status(text)


def note_cut(reason: FinishReason | None, max_tokens: int, options: ResolvedOptions) -> None:
    """Print a note about an answer that was cut, at its maximum length or at the end of the context."""
    notes = {
        "length": f"cut at {max_tokens} tokens; --max-tokens allows more",
        "context": "cut, as the context is full",
    }
    show_notes([notes[reason]] if reason in notes else [], options)


def document_of(chat: Chat, answer: Answer, notes: Sequence[str]) -> dict[str, Any]:
    """Return the JSON document of a complete answer. `notes` are added to its warnings."""
    from flashsloth.chat.document import document, image_fields

    counts = chat.picture_tokens
    if len(counts) == 1:  # a server reports the number of all pictures together
        counts = [answer.record.visual_tokens or None]
    images = [
        image_fields(image, chat.model.facts, hd=chat.hd, tokens=tokens, cached=cached)
        for image, tokens, cached in zip(chat.images, counts, chat.images_from_cache, strict=True)
    ]
    value = {} if answer.settings.constraint is None else {"value": answer.value()}
    warnings = [*notes, *answer.warnings]
    return document(
        chat.model,
        answer.settings,
        answer.question,
        images,
        answer.record,
        warnings=warnings,
        **value,
    )


def is_complete(answer: Answer) -> bool:
    """Return whether an answer that has ended matches its constraint. An answer without a constraint
    counts as complete."""
    with suppress(AnswerIncomplete):
        answer.value()
        return True
    return False


def show(answer: Answer, out: AnswerWriter | None = None) -> None:
    """Print an answer while it is computed. In a pipe, an answer with a constraint such as a schema is
    printed only when it is complete. After Ctrl-C or an error the text so far stays, and the exception
    is raised again."""
    out = out or render.StdoutWriter()
    begun = False
    try:
        if answer.settings.constraint is not None and not streams.is_terminal(streams.answers()):
            text = answer.text()
            if not is_complete(answer):  # a script must not take a part for the whole answer
                return
            out.write(text)
        else:
            for piece in answer:
                begun = begun or bool(piece)
                out.write(piece)
    except BaseException:
        # A second Ctrl-C must not interrupt these steps. Otherwise the answer would stay open, and the
        # prompt of the shell would begin in the last line of the answer.
        with streams.ignore_sigint():
            answer.close()
            if begun:
                out.end()
        raise
    out.end()


def show_stats(model: ChatModel, answer: AnswerRecord, options: ResolvedOptions) -> None:
    """Print on stderr the probabilities of choices (only with -v), the warning of the model (only
    once), and the times and token counts of an answer (only if they are enabled)."""
    if options.verbose and answer.choices:
        render.note(", ".join(f"{choice.text} {choice.probability:.1%}" for choice in answer.choices))
    if model.warning is not None:
        render.note_once(f"warning: {model.warning}")
    if options.stats and answer.stats is not None:
        render.note(render.stats_line(answer.stats, model.facts))


# Functions about how the model receives pictures. They make notes about lost letters, the file of
# --show-input, and the file of --explain.


def lost_letters(
    model: ModelFacts, images: Iterable[LoadedImage], *, hd: bool | None, crop: str = "--crop"
) -> list[str]:
    """Return a note about each picture that is scaled down so much that letters of common sizes are
    lost, and about each that is reduced to the usual number of visual tokens. The note names the
    remedies: `crop` (the name of an option or a slash command), and --hd for a model that was trained
    with tiles or that can read more visual tokens."""
    from flashsloth.sizes.model_sizes import DETAIL, USUAL_TOKENS

    scale = model.scale_of(hd=hd)
    notes = list[str]()
    if scale is None:
        return notes
    lost = "cannot be read" if scale.readable is None else "are not read reliably"
    has_more = model.image_hd is not False and not hd
    if model.most_pixels:
        has_more = model.most_pixels[DETAIL.index(hd)] < model.most_pixels[-1]
    more = "--hd shows more, " if has_more and crop.startswith("-") else ""
    is_usual = hd is None and has_more and model.max_side is None
    limit = f" with at most {USUAL_TOKENS:,} visual tokens" if is_usual else ""
    for image in images:
        seen = scale.seen(image.width, image.height, hd=hd)
        # No letter in a narrow picture can be as tall as the smallest readable letters.
        letters = (
            f"letters under {seen.smallest_letters} pixels"
            if seen.smallest_letters <= min(image.width, image.height)
            else "its letters"
        )
        if seen.is_strong or (limit and seen.width < image.width):
            notes.append(
                f"{printable_source(image.source)}: {image.width}x{image.height}, seen at "
                f"{seen.width}x{seen.height}{limit}: {letters} {lost}; {more}{crop} X,Y,W,H shows a part larger"
            )
    return notes


def crop_alone(inputs: arguments.Inputs, options: ResolvedOptions) -> OptionError:
    """Return the error for --crop without a picture on the same command line."""
    return OptionError(
        "--crop needs a picture in the same line",
        hint="Name the picture again: "
        + command_line(
            "flashsloth", inputs.command, "photo.jpg", "--crop", str(options.crop), "-p", "TEXT"
        ),
    )


def model_input(chat: Chat, images: Sequence[LoadedImage]) -> Image.Image:
    """Return a single picture that shows all pictures as the model receives them. Raises: OptionError
    for a server that does not report it."""
    from flashsloth.processing.resizing import input_view, tile_view

    pictures = [image.image for image in images]
    scale = chat.model.facts.picture_scale
    if scale is not None:
        return input_view(pictures, scale, hd=chat.hd)
    return tile_view([chat.model.tiles(picture, hd=chat.hd) for picture in pictures])


def write_input(chat: Chat, path: Path) -> None:
    """Write a file with all pictures of a conversation as the model receives them. Raises: OptionError
    if the conversation has no picture, InputError, DiskFull."""
    if not chat.images:
        raise OptionError("--show-input needs a picture", hint="Name one, or leave --show-input out.")
    view = model_input(chat, chat.images)
    with atomic_write.convert_os_errors(path), atomic_write.atomic_write(path) as file:
        view.save(file, "PNG")


def write_explanation(answer: Answer, path: Path, options: ResolvedOptions) -> dict[str, Any]:
    """Write the maps that show where the model looked to a file, and return the field about them for
    the JSON document."""
    explanation = answer.explain()
    more = options.explain_panels
    explanation.save(path, tokens=more in ("tokens", "all"), pooling=more in ("pooling", "all"))
    show_notes([f"written to {path}"], options)
    return {"explanation": {"file": str(path), **explanation.document()}}
