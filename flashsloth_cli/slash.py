"""What a line that begins with a slash does: the commands of a conversation, as data."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flashsloth.errors import ImageNotFound, OptionError
from flashsloth.paths import expand
from flashsloth_cli import clipboard, exporting, opening, preview, render, settings, streams
from flashsloth_cli.answering import SAMPLING
from flashsloth_cli.inputs import as_text

if TYPE_CHECKING:
    from flashsloth_cli.repl import Repl

SETTABLE = (*SAMPLING, "max_tokens", "stop", "stats")


@dataclass(frozen=True, slots=True)
class Command:
    """`usage` is what stands behind its name, `help` one line. The action returns True to leave."""

    action: Callable[[Repl, str], bool | None]
    usage: str
    help: str


def _image(repl: Repl, rest: str) -> None:
    from flashsloth_cli import dropped

    if not rest:
        raise OptionError("/image needs a path or URL", hint="/image photo.jpg")
    try:
        found = dropped.read(rest)
    except ImageNotFound:  # is said better where it is read
        found = dropped.Line((), rest)
    if len(found.pictures) > 1:
        raise OptionError("one picture a conversation", hint="Take them one after the other.")
    repl.stage(rest if found.question else found.pictures[0])


def _images(repl: Repl, _: str) -> None:
    image = repl.image
    if image is None:
        render.note("no picture; /image PATH takes one")
        return
    turned = ", turned as its EXIF data says" if image.orientation_applied else ""
    tokens = repl.chat.visual_tokens
    render.note(f"1: {image.source}, {image.format}, {image.width} x {image.height}{turned}, {tokens} visual tokens")


def _drop(repl: Repl, rest: str) -> None:
    if repl.image is None or rest not in ("", "1"):
        raise OptionError("there is no such picture to drop", hint="/images lists them.")
    repl.image = None
    repl.start()
    render.note("no picture; this is a new conversation")


def _paste(repl: Repl, _: str) -> None:
    repl.stage("clipboard:")


def _look(repl: Repl, rest: str) -> None:
    if rest and rest not in preview.WAYS:
        raise OptionError(f"there is no preview {rest}", hint=f"Known: {', '.join(preview.WAYS)}.")
    if repl.image is None:
        raise OptionError("there is no picture to look at", hint="/image PATH takes one.")
    how: Any = rest or (repl.shown if repl.shown != "off" else "auto")
    if not repl.look(how):
        image = repl.image
        render.note(f"{image.source}, {image.width} x {image.height}; this terminal shows no pictures")


def _system(repl: Repl, rest: str) -> None:
    if not rest:
        streams.tell(render.harmless(repl.chat.system) or "(none)")
        return
    text = "" if rest in ('""', "none") else rest
    repl.options = replace(repl.options, system=text)
    repl.start()
    render.note("a new conversation with this system text")


def _set(repl: Repl, rest: str) -> None:
    name, _, value = rest.partition("=" if "=" in rest.partition(" ")[0] else " ")
    name = name.replace("-", "_")
    if not name:
        for each in SETTABLE:
            now = repl.settled.get(each, getattr(repl.options, each))
            streams.tell(f"{each:<20} {render.one_line(str(now)) if now is not None else 'default'}")
        return
    if name not in SETTABLE:
        raise OptionError(f"there is no setting {name}", hint=f"Known: {', '.join(SETTABLE)}.")
    wanted = _value(name, value.strip())
    repl.options = replace(repl.options, **{name: wanted})
    if name == "stats" and not wanted:  # which a flag cannot say
        repl.settled = replace(repl.settled, values={**repl.settled.values, "stats": False})
    now = repl.settled.get(name, getattr(repl.options, name))
    render.note(f"{name} is {now if now is not None else 'the default'}")


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
    kind = settings.TYPES[name]
    try:
        number: int | float = int(text) if kind is int else float(text)
    except ValueError as error:
        what = "a whole number" if kind is int else "a number"
        raise OptionError(f"{name} must be {what}, not {text}", hint=f"/set {name} default goes back.") from error
    _check(name, number)
    return number


def _check(name: str, number: float) -> None:
    from flashsloth.engine.sampling import Sampling

    if name == "max_tokens":
        if number < 1:
            raise OptionError(f"max_tokens must be 1 or more, not {number}", hint="/set max_tokens default")
        return
    Sampling(**{name: number})  # type: ignore[arg-type]


def _retry(repl: Repl, rest: str) -> None:
    changed = {}
    for word in rest.split():
        name, _, value = word.rpartition("=")
        name = (name or "temperature").replace("-", "_")
        if name not in (*SAMPLING, "max_tokens"):
            raise OptionError(f"there is no setting {name}", hint="/retry temperature=0.8, or /retry 0.8")
        changed[name] = _value(name, value)
    repl.retry(changed)


def _edit(repl: Repl, rest: str) -> None:
    if not repl.chat.turns:
        raise OptionError("there is no question to edit", hint="Ask something first.")
    repl.editing = True
    if rest:
        repl.ask(rest)
    elif repl.fancy:
        repl.begun = repl.chat.turns[-1].question
    else:
        render.note(f"the next question takes the place of: {render.one_line(repl.chat.turns[-1].question)}")


def _undo(repl: Repl, _: str) -> None:
    turn = repl.chat.undo()
    if turn is None:
        raise OptionError("there is nothing to undo", hint="Ask something first.")
    render.note(f"taken back: {render.one_line(turn.question)}")


def _continue(repl: Repl, _: str) -> None:
    repl.go_on()


def _copy(repl: Repl, _: str) -> None:
    if not repl.chat.turns:
        raise OptionError("there is no answer to copy", hint="Ask something first.")
    how = clipboard.write(repl.chat.turns[-1].answer)
    render.note(f"the last answer is on the clipboard{how}")


def _save(repl: Repl, rest: str) -> None:
    if repl.history is None:
        raise OptionError("this conversation is not kept", hint="Begin without --no-history.")
    if not repl.chat.turns:
        raise OptionError("there is nothing to save yet", hint="Ask something first.")
    repl.record()
    if repl.recorder.troubled:
        raise OptionError("this conversation could not be saved", hint="/export FILE writes it down.")
    if rest:
        repl.recorder.name(as_text(rest, "the name"))
    name = repl.recorder.session.name or repl.recorder.session.id
    render.note(f"kept as {name}; flashsloth chat --session {shlex.quote(name)}")


def _load(repl: Repl, rest: str) -> None:
    if repl.history is None:
        raise OptionError("there is no history here", hint="Begin without --no-history.")
    if not rest:
        raise OptionError("/load needs a name or id", hint="flashsloth sessions list shows them.")
    earlier = repl.history.find(rest)
    repl.load(earlier)
    about = f" about {repl.image.source}" if repl.image else ""
    turns = render.counted(len(earlier.turns), "turn")
    render.note(f"{earlier.name or earlier.id}: {turns}{about}")


def _export(repl: Repl, rest: str) -> None:
    if not rest:
        raise OptionError("/export needs a file", hint="/export talk.md, .json or .html")
    path = expand(rest)
    session, _ = repl.recorder.wanted(repl.chat, repl.options)
    exporting.write(session, path, exporting.form_of(path), force=False)
    render.note(f"written to {path}")


def _new(repl: Repl, _: str) -> None:
    repl.start()
    render.note("a new conversation" + (f" about {repl.image.source}" if repl.image else ""))


def _stats(repl: Repl, _: str) -> None:
    from flashsloth_cli.answering import peak_bytes

    stats = repl.chat.last_stats
    if stats is None:
        render.note("no answer yet")
        return
    loaded = repl.model.loaded
    left = repl.model.engine.context_length - repl.chat.context_used
    held = render.gigabytes(peak_bytes(loaded.device))
    form = render.form(loaded)
    render.note(f"{render.stats_line(stats)} · {form} · {held} at most · {left} tokens of context left")


def _model(repl: Repl, rest: str) -> None:
    if not rest:
        render.note(f"{repl.model.name}, {render.form(repl.model.loaded)}")
        return
    repl.keyboard.close()  # a download shows its progress, and may ask
    options = replace(repl.options, model=rest, adapter=None)
    model = opening.open_model(options, repl.settled)
    repl.options, repl.model = options, model
    before, turns = repl.recorder, list(repl.chat.turns)
    repl.start()
    if turns:
        from flashsloth.session import Turn

        spoken = [Turn(turn.question, turn.answer, (), turn.reason) for turn in turns]
        repl.chat.turns = model.chat(turns=spoken).turns
        repl.recorder = replace(before, saved=list(repl.chat.turns))
    render.note(f"{model.name} goes on, {render.form(model.loaded)}")


def _multi(repl: Repl, _: str) -> None:
    repl.multiline = True
    ends = "Alt-Enter (or Esc, then Enter) sends" if repl.fancy else "a line that is only a dot sends"
    render.note(f"the next question may have many lines; {ends}")


def _help(repl: Repl, _: str) -> None:
    rows = [(f"{name} {command.usage}".strip(), command.help) for name, command in COMMANDS.items()]
    rows += [("Ctrl-C", "stop an answer, keep it"), ("Ctrl-J", "a new line"), ("@PATH", "a picture in a question")]
    wide = max(len(usage) for usage, _ in rows)
    streams.tell("\n".join(f"{usage:<{wide}}  {help}" for usage, help in rows))


def _quit(repl: Repl, _: str) -> bool:
    return True


COMMANDS: dict[str, Command] = {
    "/image": Command(_image, "PATH", "another picture"),
    "/images": Command(_images, "", "which picture it is"),
    "/drop": Command(_drop, "", "no picture"),
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
    "/load": Command(_load, "NAME", "an earlier conversation"),
    "/export": Command(_export, "FILE", "as .md, .json, .html"),
    "/new": Command(_new, "", "begin again"),
    "/stats": Command(_stats, "", "numbers of the answer"),
    "/model": Command(_model, "[NAME]", "another model"),
    "/multi": Command(_multi, "", "a question of many lines"),
    "/help": Command(_help, "", "this"),
    "/quit": Command(_quit, "", "leave, like Ctrl-D"),
}
ALIASES = {"/?": "/help", "/bye": "/quit", "/exit": "/quit", "/clear": "/new"}
