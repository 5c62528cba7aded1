"""What a line that begins with a slash does: the commands of a conversation, as data."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flashsloth.errors import ImageNotFound, OptionError
from flashsloth.utils.paths import expand
from flashsloth_cli.config.settings import TYPES
from flashsloth_cli.history import export_formats
from flashsloth_cli.inputs.arguments import glob_files, require_utf8
from flashsloth_cli.runs import open_model
from flashsloth_cli.runs.one_shot import SAMPLING
from flashsloth_cli.terminal import clipboard, image_preview, render, streams
from flashsloth_cli.terminal.text import counted, gigabytes, one_line, strip_control_chars

if TYPE_CHECKING:
    from flashsloth_cli.chat.command_context import CommandContext

LEAVING = ("exit", "quit", ":q")  # typed alone, as in other programs
LISTED = 10  # conversations that /load shows
SETTABLE = (*SAMPLING, "max_tokens", "stop", "stats")


@dataclass(frozen=True, slots=True)
class Command:
    """`usage` is what stands behind its name, `help` one line. The action returns True to leave."""

    action: Callable[[CommandContext, str], bool | None]
    usage: str
    help: str


def _image(context: CommandContext, rest: str) -> None:
    context.stage(_sources("/image", rest))


def _add(context: CommandContext, rest: str) -> None:
    context.add(_sources("/add", rest))


def _sources(command: str, rest: str) -> Sequence[str]:
    """The pictures that stand behind a command; what reads like none of them is one path with spaces."""
    from flashsloth_cli.chat import image_mentions

    if not rest:
        raise OptionError(f"{command} needs a path or URL", hint=f"{command} photo.jpg")
    try:
        found = image_mentions.read(rest)
    except ImageNotFound:  # is said better where it is read
        found = image_mentions.ParsedLine((), rest)
    if found.question and (files := glob_files(rest)):
        return files
    return (rest,) if found.question else found.pictures


def _images(context: CommandContext, _: str) -> None:
    if not context.images:
        render.note("no picture; /image PATH takes one")
    tokens = context.model.config.visual_tokens(context.chat.hd)
    for number, image in enumerate(context.images, 1):
        turned = ", turned as its EXIF data says" if image.orientation_applied else ""
        size = f"{image.format}, {image.width} x {image.height}{turned}, {tokens} visual tokens"
        waits = ", with the next question" if number > len(context.images) - context.chat.waiting else ""
        render.note(f"{number}: {image.source}, {size}{waits}")


def _drop(context: CommandContext, rest: str) -> None:
    if len(context.images) < 2:
        if not context.images or rest not in ("", "1"):
            raise OptionError("there is no such picture to drop", hint="/images lists them.")
        context.start(())
        render.note("no picture; this is a new conversation")
        return
    if not rest.isdecimal() or len(rest) > 9:
        raise OptionError("which picture?", hint=f"/drop 1 to /drop {len(context.images)}; /images lists them.")
    render.note(f"without {context.chat.remove_image(int(rest)).source}")


def _paste(context: CommandContext, _: str) -> None:
    context.stage(("clipboard:",))


def _look(context: CommandContext, rest: str) -> None:
    if rest and rest not in image_preview.METHODS:
        raise OptionError(f"there is no preview {rest}", hint=f"Known: {', '.join(image_preview.METHODS)}.")
    if not context.images:
        raise OptionError("there is no picture to look at", hint="/image PATH takes one.")
    how: Any = rest or (context.shown if context.shown != "off" else "auto")
    if not context.look(how):
        for image in context.images:
            render.note(f"{image.source}, {image.width} x {image.height}; this terminal shows no pictures")


def _system(context: CommandContext, rest: str) -> None:
    if not rest:
        streams.write_stderr(strip_control_chars(context.chat.system) or "(none)")
        return
    text = "" if rest in ('""', "none") else require_utf8(rest, "the system text")
    context.options = replace(context.options, system=text)
    context.start(context.images)
    render.note("a new conversation with this system text")


def _set(context: CommandContext, rest: str) -> None:
    name, _, value = rest.partition("=" if "=" in rest.partition(" ")[0] else " ")
    name = name.replace("-", "_")
    if not name:
        for each in SETTABLE:
            streams.write_stderr(f"{each:<20} {_shown(context, each).removeprefix('the ')}")
        return
    if name not in SETTABLE:
        raise OptionError(f"there is no setting {name}", hint=f"Known: {', '.join(SETTABLE)}.")
    if not value.strip():
        render.note(f"{name} is {_shown(context, name)}; /set {name} default goes back")
        return
    wanted = _value(name, value.strip())
    context.options = replace(context.options, **{name: wanted})
    if name == "stats" and not wanted:  # which a flag cannot say
        context.settings = replace(context.settings, values={**context.settings.values, "stats": False})
    render.note(f"{name} is {_shown(context, name)}")


def _shown(context: CommandContext, name: str) -> str:
    """How a setting stands, in words."""
    now = context.settings.get(name, getattr(context.options, name))
    if isinstance(now, bool):
        return "on" if now else "off"
    if isinstance(now, list | tuple):
        now = ", ".join(map(repr, now)) or None
    return "the default" if now is None else one_line(str(now))


def _value(name: str, text: str) -> Any:
    """Raises: OptionError for what is no such value."""
    if text in ("", "default", "none"):
        return False if name == "stats" else None
    if name == "stop":
        return [text]
    if name == "stats":
        if text not in ("true", "false", "on", "off"):
            raise OptionError(f"stats is true or false, not {text}", hint="/set stats true")
        return text in ("true", "on")
    kind = TYPES[name]
    try:
        number: int | float = int(text) if kind is int else float(text)
    except ValueError as error:
        what = "a whole number" if kind is int else "a number"
        raise OptionError(f"{name} must be {what}, not {text}", hint=f"/set {name} default goes back.") from error
    _check(name, number)
    return number


def _check(name: str, number: float) -> None:
    from flashsloth.generation.sampling import Sampling

    if name == "max_tokens":
        if number < 1:
            raise OptionError(f"max_tokens must be 1 or more, not {number}", hint="/set max_tokens default")
        return
    Sampling(**{name: number})  # type: ignore[arg-type]


def _retry(context: CommandContext, rest: str) -> None:
    changed = {}
    for word in rest.split():
        name, _, value = word.rpartition("=")
        name = (name or "temperature").replace("-", "_")
        if name not in (*SAMPLING, "max_tokens"):
            raise OptionError(f"there is no setting {name}", hint="/retry temperature=0.8, or /retry 0.8")
        changed[name] = _value(name, value)
    context.retry(changed)


def _edit(context: CommandContext, rest: str) -> None:
    if not context.chat.turns:
        raise OptionError("there is no question to edit", hint="Ask something first.")
    context.editing = True
    if rest:
        context.ask(rest)
    elif context.fancy:
        context.begun = context.chat.turns[-1].question
    else:
        render.note(f"the next question takes the place of: {one_line(context.chat.turns[-1].question)}")


def _undo(context: CommandContext, _: str) -> None:
    turn = context.chat.undo()
    if turn is None:
        raise OptionError("there is nothing to undo", hint="Ask something first.")
    render.note(f"taken back: {one_line(turn.question)}")


def _continue(context: CommandContext, _: str) -> None:
    context.go_on()


def _copy(context: CommandContext, _: str) -> None:
    if not context.chat.turns:
        raise OptionError("there is no answer to copy", hint="Ask something first.")
    how = clipboard.write(context.chat.turns[-1].answer)
    render.note(f"the last answer is on the clipboard{how}")


def _save(context: CommandContext, rest: str) -> None:
    if context.history is None:
        raise OptionError(f"this conversation is not kept: {_why_unkept(context)}", hint="/export FILE writes it down.")
    if not context.chat.turns:
        raise OptionError("there is nothing to save yet", hint="Ask something first.")
    if require_utf8(rest, "the name") and context.history.named(rest) not in (None, context.recorder.session.id):
        raise OptionError(
            f"another conversation is called {rest}",
            hint=f"Take another name; in the shell `flashsloth sessions rm {shlex.quote(rest)}` removes that one.",
        )
    context.record()
    if context.recorder.troubled:
        raise OptionError("this conversation could not be saved", hint="/export FILE writes it down.")
    if rest:
        context.recorder.name(rest)
    name = context.recorder.session.name or context.recorder.session.id
    render.note(f"kept as {name}; flashsloth chat --session {shlex.quote(name)}")


def _why_unkept(context: CommandContext) -> str:
    """Return why there is no history."""
    if os.environ.get("FLASHSLOTH_NO_HISTORY"):
        return "FLASHSLOTH_NO_HISTORY is set"
    if not context.settings.get("history", default=True):
        return "the setting `history` is false"
    if not context.typed:
        return "a dialogue from a pipe has one only with --continue or --session"
    return "it was begun with --no-history, or there is no file to write to"


def _load(context: CommandContext, rest: str) -> None:
    if context.history is None:
        raise OptionError(
            f"there is no history here: {_why_unkept(context)}", hint="Leave, and begin chat with a history."
        )
    if not rest:
        for name, first in list(context.saved().items())[:LISTED]:
            streams.write_stderr(f"{name:<10} {one_line(first)}")
        render.note("/load NAME goes to one of them")
        return
    earlier = context.history.find(rest)
    context.load(earlier)
    turns = counted(len(earlier.turns), "turn")
    render.note(f"{earlier.name or earlier.id}: {turns}{context.about()}")
    context.show_last(earlier)


def _export(context: CommandContext, rest: str) -> None:
    if not rest:
        raise OptionError("/export needs a file", hint="/export talk.md, .json or .html")
    if not context.chat.turns:
        raise OptionError("there is nothing to export yet", hint="Ask something first.")
    path = expand(rest)
    session, _ = context.recorder.wanted(context.chat, context.options)
    export_formats.write(session, path, export_formats.format_from_path(path), force=False)
    render.note(f"written to {path}")


def _new(context: CommandContext, _: str) -> None:
    context.start(context.images)
    render.note(f"a new conversation{context.about()}")


def _stats(context: CommandContext, _: str) -> None:
    from flashsloth_cli.runs.one_shot import peak_bytes

    stats = context.chat.last_stats
    if stats is None:
        render.note("no answer yet")
        return
    loaded = context.model.loaded
    held = gigabytes(peak_bytes(loaded.device))
    form = render.precision_and_device(loaded)
    render.note(f"{render.stats_line(stats)} · {form} · {held} at most · {context.room()} tokens of context left")


def _model(context: CommandContext, rest: str) -> None:
    if not rest:
        render.note(f"{context.model.name}, {render.precision_and_device(context.model.loaded)}")
        return
    context.keyboard.close()  # a download shows its progress, and may ask
    options = replace(context.options, model=rest, adapter=None)
    model = open_model.open_model(options, context.settings)
    context.switch_model(model, options)
    render.note(f"{model.name} goes on, {render.precision_and_device(model.loaded)}")


def _multi(context: CommandContext, _: str) -> None:
    context.multiline = True
    ends = "Alt-Enter (or Esc, then Enter) sends" if context.fancy else "a line that is only a dot sends"
    render.note(f"the next question may have many lines; {ends}")


def _help(context: CommandContext, _: str) -> None:
    rows = [(f"{name} {command.usage}".strip(), command.help) for name, command in COMMANDS.items()]
    rows += [("Ctrl-C", "stop an answer, keep it"), ("Ctrl-J", "a new line"), ("@PATH", "a picture in the text")]
    wide = max(len(usage) for usage, _ in rows)
    streams.write_stderr("\n".join(f"{usage:<{wide}}  {help}" for usage, help in rows))


def _quit(context: CommandContext, _: str) -> bool:
    return True


COMMANDS: dict[str, Command] = {
    "/image": Command(_image, "PATH", "another picture"),
    "/add": Command(_add, "PATH", "one more picture"),
    "/images": Command(_images, "", "the pictures there are"),
    "/drop": Command(_drop, "[N]", "without a picture"),
    "/paste": Command(_paste, "", "the clipboard's picture"),
    "/look": Command(_look, "", "show the picture"),
    "/system": Command(_system, "TEXT", "another system text"),
    "/set": Command(_set, "NAME X", "temperature and others"),
    "/retry": Command(_retry, "[0.8]", "answer again"),
    "/edit": Command(_edit, "[TEXT]", "another question instead"),
    "/undo": Command(_undo, "", "take a turn back"),
    "/continue": Command(_continue, "", "go on with an answer"),
    "/copy": Command(_copy, "", "answer to the clipboard"),
    "/save": Command(_save, "[NAME]", "name the conversation"),
    "/load": Command(_load, "[NAME]", "an earlier conversation"),
    "/export": Command(_export, "FILE", "as .md, .json, .html"),
    "/new": Command(_new, "", "begin again"),
    "/stats": Command(_stats, "", "numbers of the answer"),
    "/model": Command(_model, "[NAME]", "another model"),
    "/multi": Command(_multi, "", "a question of many lines"),
    "/help": Command(_help, "", "this"),
    "/quit": Command(_quit, "", "leave, like Ctrl-D"),
}
ALIASES = {"/?": "/help", "/h": "/help", "/bye": "/quit", "/exit": "/quit", "/clear": "/new"}
