"""The commands of a conversation, which are lines that begin with a slash."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flashsloth.chat import Turn
from flashsloth.errors import OptionError, ServerUnreachable
from flashsloth.generation.answer_settings import SAMPLING, names_in
from flashsloth.utils.paths import expand
from flashsloth.utils.text import command_line, did_you_mean, printable
from flashsloth_cli.asking import models, single
from flashsloth_cli.chat import image_mentions
from flashsloth_cli.chat.conversation import Conversation
from flashsloth_cli.history import export_formats, recording
from flashsloth_cli.inputs.arguments import output_file, require_utf8
from flashsloth_cli.options import KEYS
from flashsloth_cli.settings.settings import CONSTRAINTS, ResolvedOptions, parse_value, value_text
from flashsloth_cli.terminal import clipboard, render, streams
from flashsloth_cli.terminal.text import counted, gigabytes, one_line, strip_control_chars

SETTABLE = (*names_in("chat"), "stats")  # the settings that /set changes
RETRIED = (*SAMPLING, "max_tokens")  # the settings that /retry takes
LEAVING = ("exit", "quit", ":q")  # typed alone, these words end the program, as in other programs
QUOTED = re.compile(r"""\A(['"])(.*)\1\Z""", re.DOTALL)  # a value in one pair of quotes
INPUT = "input"  # with this word /look shows the pictures as the model receives them
LISTED = 10  # number of conversations that /load shows
KNOWN = f"Known: {', '.join(SETTABLE)}."
RETRY = "As in: /retry temperature=0.8, or /retry 0.8; /edit TEXT asks another question instead."
LEGEND = "where it looked: dark is 0, bright is {:g} times chance; /explain FILE writes all maps"
KEYS_OF_HELP = (  # the keys that /help lists after the commands
    ("Ctrl-C", "stop an answer"),
    ("Ctrl-J", "begin a new line"),
    ("@PATH", "a picture in the text"),
)
NO_PREVIEW = "this terminal cannot show pictures"
WRITE_TO_FILE = "/export FILE writes it to a file."
NO_HISTORY = "there is no history: it is turned off, cannot be written, or questions come from a pipe without --session"


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command. `usage` names its argument, and `help` describes the command in one line. The
    action returns True to end the program."""

    action: Callable[[Conversation, str], bool | None]
    usage: str
    help: str


def _images(talk: Conversation, _: str) -> None:
    if not talk.images:
        render.note("no picture; /image PATH adds one")
    sent = len(talk.images) - talk.chat.pending_images
    for number, image in enumerate(talk.images, 1):
        visual = talk.chat.picture_tokens[number - 1]
        tokens = f", {visual} visual tokens" if visual else ""
        turned = ", turned as its EXIF data says" if image.orientation_applied else ""
        pending = ", with the next question" if number > sent else ""
        render.note(
            f"{number}: {image.source}, {image.format}, {image.width} x {image.height}{turned}{tokens}"
            f"{pending}"
        )


def _take_images(talk: Conversation, rest: str, take: Callable[[Sequence[str]], None]) -> None:
    """Call `take` with the pictures of an argument, and ask the question that follows them, if any."""
    pictures, question = image_mentions.sources(rest)
    take(pictures)
    if question:
        talk.ask(question)


def _drop(talk: Conversation, rest: str) -> None:
    count = len(talk.images)
    digits = "1" if not rest and count == 1 else rest
    # `int` raises an error for thousands of digits, so a long text of digits does not count as a
    # number.
    number = int(digits) if digits.isdecimal() and len(digits) < 9 else 0
    if not 1 <= number <= count:
        raise OptionError(
            f"there is no picture {printable(rest)}" if rest else "/drop needs the number of a picture",
            hint="/images lists the pictures.",
        )
    # The turns so far are about this picture, so a new conversation begins without it.
    if count == 1:
        talk.start(())
        render.note(f"no picture; this is a new conversation{talk.as_set}")
    else:
        render.note(f"removed {talk.chat.remove_image(number).source}")


def _look(talk: Conversation, rest: str) -> None:
    if rest not in ("", INPUT):
        raise OptionError(f"unknown view {rest}", hint=f"/look {INPUT} shows what the model gets.")
    if not talk.images:
        raise OptionError("there is no picture to show", hint="Add one with /image PATH.")
    if not talk.show_preview(as_input=rest == INPUT):
        render.note(f"{NO_PREVIEW}; /images lists them")


def _explain(talk: Conversation, rest: str) -> None:
    """Write the maps of the last answer to a file, or draw the main map in the terminal."""
    from flashsloth.explain.explanation import TOP

    path = Path(image_mentions.argument(rest)) if rest else None
    path = path and output_file(path, ".png", hint="Choose another name.")
    try:
        explanation = talk.chat.explain()
    except ServerUnreachable as error:
        talk.open_here(error)
        explanation = talk.chat.explain()
    if path is not None:
        explanation.save(path)
        render.note(f"written to {path}")
    else:
        shown = talk.show_preview(*(explanation.overlay(n) for n in range(len(explanation.images))))
        render.note(LEGEND.format(TOP) if shown else f"{NO_PREVIEW}; /explain FILE writes a .png")


def _system(talk: Conversation, rest: str) -> None:
    if rest:
        text = "" if rest in ('""', "none") else rest
        talk.options = talk.options.with_flags(system=text)
        talk.start(talk.images)
        render.note(f"a new conversation with this system text{talk.as_set}")
    else:
        streams.write_stderr(strip_control_chars(talk.chat.system) or "(none)")


def _set(talk: Conversation, rest: str) -> None:
    # Both NAME=X and NAME X are accepted. In `stop a=b` the equals sign belongs to the value.
    name, _, value = rest.partition("=" if "=" in rest.partition(" ")[0] else " ")
    name = name.replace("-", "_")
    if not name:
        for each in SETTABLE:
            streams.write_stderr(f"{each:<20} {current_value(talk, each)}")
    elif name == "default":
        talk.options = talk.options.with_flags(**dict.fromkeys(SETTABLE))
        render.note("all settings are reset; /set lists them")
    elif name not in SETTABLE:
        hint = did_you_mean(name, SETTABLE, then=KNOWN)
        if f"/{name}" in COMMANDS:
            hint = f"Type /{name} instead."
        elif name in KEYS:
            again = command_line("flashsloth", "chat", "--set", f"{name}=VALUE")
            hint = f"It is chosen when chat begins: {again}"
        raise OptionError(f"unknown setting {name}", hint=hint)
    elif value.strip():
        parsed = _parsed(name, value, f"/set {name} default resets it.")
        options = talk.options.with_flags(**{name: parsed})
        _check_constraint(talk.model, options)
        talk.options = options
        render.note(f"{name} is {current_value(talk, name)}")
        models.note_unused(talk.model, options)
    else:
        reset = f"; /set {name} default resets it" if talk.options.is_set(name) else ""
        render.note(f"{name} is {current_value(talk, name)}{reset}")


def _check_constraint(model: models.OpenedModel, options: ResolvedOptions) -> None:
    """Raise OptionError if the server of a model is a foreign server that cannot follow the
    constraint."""
    if model.server is not None and model.facts.folder is None:
        from flashsloth.server.remote_chat import RemoteModel

        assert isinstance(model, RemoteModel)
        model.check_settings(options.constraint, ())


def current_value(talk: Conversation, name: str) -> str:
    """Return the current value as text, such as `0.5`, or `0.0, the default`."""
    if talk.options.is_set(name):
        value = getattr(talk.options, name)
        return one_line(value) if isinstance(value, str) else value_text(value)
    default = talk.model.facts.generation_defaults.get(name, KEYS[name].default)
    return f"{value_text(default)}, the default"


def _parsed(name: str, text: str, hint: str) -> Any:
    """Return the value of a setting. Return None for "default" or "none". For a schema or a regular
    expression "off" also means None. Raises: OptionError for a wrong value.

    One pair of quotes around the whole value is removed, because people type it as in a shell.
    Everything inside the quotes is kept, including the backslashes of a regular expression.
    """
    text = text.strip()
    if text in ("", "default", "none") or (text == "off" and name in CONSTRAINTS):
        return None
    try:
        return parse_value(name, QUOTED.sub(r"\2", text))
    except OptionError as error:
        raise OptionError(str(error), hint=hint) from error


def _retry(talk: Conversation, rest: str) -> None:
    changes = {}
    for word in rest.split():
        name, _, value = word.rpartition("=")
        # A number without a name, as in /retry 0.8, is a temperature.
        name = (name or "temperature").replace("-", "_")
        if name not in RETRIED:
            raise OptionError(f"unknown setting {name}", hint=did_you_mean(name, RETRIED, then=RETRY))
        if name in changes:
            raise OptionError(f"{name} is given twice", hint=RETRY)
        changes[name] = _parsed(name, value, RETRY)
    models.note_unused(talk.model, talk.options.with_flags(**changes))
    talk.retry(**changes)


def _last(talk: Conversation, missing: str) -> Turn:
    """Return the last turn. Raises: OptionError if there is no turn. `missing` completes the message of
    the error."""
    if not talk.chat.turns:
        raise OptionError(f"there is {missing}", hint="Ask something first.")
    return talk.chat.turns[-1]


def _edit(talk: Conversation, rest: str) -> None:
    question = talk.unanswered or _last(talk, "no question to edit").question
    if rest:
        talk.retry(rest)
    elif talk.has_editor and (question in talk.typed or talk.options.question_format is None):
        talk.next_line = f"/edit {talk.typed.get(question, question)}"  # the template is applied again
    else:
        raise OptionError(
            "/edit needs TEXT", hint=f"It replaces the last question: {one_line(question)}"
        )


def _undo(talk: Conversation, _: str) -> None:
    question = _last(talk, "nothing to undo").question
    talk.chat.undo()
    render.note(f"removed the turn: {one_line(question)}")


def _copy(talk: Conversation, _: str) -> None:
    caveat = clipboard.write(_last(talk, "no answer to copy").answer)
    render.note(f"copied the last answer to the clipboard{caveat}")


def _save(talk: Conversation, rest: str) -> None:
    rest = image_mentions.argument(rest)
    if talk.history is None:
        raise OptionError(NO_HISTORY, hint=WRITE_TO_FILE)
    _last(talk, "nothing to save yet")
    if require_utf8(rest, "the name") and talk.history.id_of_name(rest) not in (
        None,
        talk.recorder.session.id,
    ):
        raise OptionError(
            f"another conversation has the name {rest}",
            hint="Choose another name; in the shell, "
            f"`{command_line('flashsloth', 'sessions', 'rm', rest)}` removes that conversation.",
        )
    # A conversation must be in the history before it can be renamed.
    talk.record()
    if talk.recorder.failed:
        raise OptionError("this conversation could not be saved", hint=WRITE_TO_FILE)
    if rest:
        # Without this, a signal after the renaming would leave a name in the history that this
        # conversation does not know.
        with streams.hold_signals():
            talk.recorder.session = talk.history.rename(talk.recorder.session, rest)
    name = talk.recorder.session.name or talk.recorder.session.id
    render.note(
        f"saved as {name}; {command_line('flashsloth', 'chat', '--session', name)} continues it"
    )


def _load(talk: Conversation, rest: str) -> None:
    if talk.history is None:
        raise OptionError(NO_HISTORY, hint="Leave, and start chat with a history.")
    if not rest:
        for name, first in list(talk.loadable_sessions().items())[:LISTED]:
            streams.write_stderr(f"{name:<10} {one_line(first)}")
        render.note("/load NAME continues one of them")
    else:
        session = talk.history.find(image_mentions.argument(rest))
        # If a picture is missing, this raises an error, and the present conversation continues
        # unchanged.
        images = recording.read_pictures(session)
        talk.options = talk.options.with_flags(system=session.system, hd=session.hd)
        talk.resume(session, images)
        name = session.name or session.id
        render.note(f"{name}: {counted(len(session.turns), 'turn')}{talk.about_images()}")
        talk.show_last_turn(session)


def _export(talk: Conversation, rest: str) -> None:
    _last(talk, "nothing to export yet")
    path = expand(image_mentions.argument(rest))
    export_formats.write(
        talk.recorder.current(talk.chat, talk.options),
        path,
        export_formats.format_from_path(path),
        force=False,
    )
    render.note(f"written to {path}")


def _new(talk: Conversation, _: str) -> None:
    talk.start([talk.whole(image) for image in talk.images])
    render.note(f"a new conversation{talk.about_images()}{talk.as_set}")


def _stats(talk: Conversation, _: str) -> None:
    if (stats := talk.chat.last_stats) is None:
        render.note("no answer yet")
    else:
        left = talk.context_left()
        line = render.stats_line(stats, talk.model.facts)
        if left is not None:  # a foreign server does not report these values
            line += (
                f" · peak memory {gigabytes(talk.model.peak_memory())} · {left} tokens of context left"
            )
        render.note(line)


def _model(talk: Conversation, rest: str) -> None:
    if not rest:
        render.note(f"{talk.model.name}, {_how(talk.model)}")
        return
    # Stop controlling the terminal, because the user is asked before a download, and its progress is
    # shown.
    talk.line_input.close()
    adapter = talk.model.facts.adapter
    # An adapter fits only the model that it was trained on. The conversation is changed only after the
    # new model is open, so that the old model continues to answer if opening fails.
    options = talk.options.with_flags(model=rest, adapter=None)
    model = models.open_for_chat(options)
    _check_constraint(model, options)
    # The new model reads earlier answers as text, because their token ids belong to the old model.
    talk.chat = single.start_chat(
        model, talk.images, options, [replace(turn, token_ids=()) for turn in talk.chat.turns]
    )
    talk.model = model
    talk.options = options
    talk.prefill()
    without = f" without the adapter {adapter}" if adapter else ""
    render.note(f"{model.name} continues{without}, {_how(model)}")


def _how(model: models.OpenedModel) -> str:
    """Return the precision and the device of a model, and the server that it is open in."""
    return render.precision_and_device(model.facts) + through_server(model)


def through_server(model: models.OpenedModel) -> str:
    """Return " through the server on URL", or "" for a model that is open in this process."""
    return f" through the server on {model.server}" if model.server else ""


def _help(talk: Conversation, rest: str) -> None:
    name = f"/{rest.removeprefix('/')}"
    name = ALIASES.get(name, name)
    if rest and name not in COMMANDS:
        raise OptionError(
            f"unknown command {one_line(rest)}",
            hint=did_you_mean(name, COMMANDS, then="/help lists all."),
        )
    rows = [(f"{each} {command.usage}".strip(), command.help) for each, command in COMMANDS.items()]
    rows = [row for row in (*rows, *KEYS_OF_HELP) if not rest or row[0].partition(" ")[0] == name]
    wide = max(len(usage) for usage, _ in rows)
    streams.write_stderr("\n".join(f"{usage:<{wide}}  {help}" for usage, help in rows))


COMMANDS: dict[str, Command] = {
    "/image": Command(
        lambda talk, rest: _take_images(talk, rest, talk.replace_images), "PATH", "a new picture"
    ),
    "/add": Command(
        lambda talk, rest: _take_images(talk, rest, talk.add_images), "PATH", "add a picture"
    ),
    "/images": Command(_images, "", "list the pictures"),
    "/drop": Command(_drop, "[N]", "remove a picture"),
    "/paste": Command(lambda talk, _: talk.replace_images(("clipboard:",)), "", "picture in clipboard"),
    "/crop": Command(lambda talk, rest: talk.crop_image(rest), "X,Y,W,H", "read a part; none: all"),
    "/look": Command(_look, "[input]", "show the picture"),
    "/explain": Command(_explain, "[FILE]", "show where it looked"),
    "/system": Command(_system, "[TEXT]", "change the system text"),
    "/set": Command(_set, "[NAME X]", "temperature and others"),
    "/retry": Command(_retry, "[0.8]", "answer again"),
    "/edit": Command(_edit, "[TEXT]", "edit the last question"),
    "/undo": Command(_undo, "", "remove the last turn"),
    "/continue": Command(lambda talk, _: talk.continue_answer(), "", "go on with the answer"),
    "/copy": Command(_copy, "", "copy the last answer"),
    "/save": Command(_save, "[NAME]", "name the conversation"),
    "/load": Command(_load, "[NAME]", "continue another one"),
    "/export": Command(_export, "FILE", "as .md, .json, .html"),
    "/new": Command(_new, "", "begin again"),
    "/stats": Command(_stats, "", "speed and memory"),
    "/model": Command(_model, "[NAME]", "change the model"),
    "/help": Command(_help, "[NAME]", "this list"),
    "/quit": Command(lambda *_: True, "", "leave, like Ctrl-D"),
}
INCOMPLETE = ("/image", "/add", "/crop", "/export")  # these commands need an argument
ALIASES = {"/?": "/help", "/h": "/help", "/bye": "/quit", "/exit": "/quit", "/clear": "/new"}
