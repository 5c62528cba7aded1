"""Keeps a conversation in the history as it goes on, and takes an earlier one up again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from flashsloth.errors import HistoryError, ImageError, ImageNotFound, OptionError
from flashsloth.history.store import PICTURE, History, Kind, SavedPicture, SavedTurn, Session, new_id, now
from flashsloth.utils.paths import data_folder, expand
from flashsloth.utils.text import without_login
from flashsloth_cli.inputs import arguments
from flashsloth_cli.terminal import render, text

if TYPE_CHECKING:
    from flashsloth.chat import Chat, Dropped, Turn
    from flashsloth.images.reader import LoadedImage
    from flashsloth_cli.options import Options

ASK_WAIT = 3.0  # seconds that a locked history may hold up a program that has answered already
SHORT = 4  # letters of an id that stand for all of it where a new conversation may be meant
NAMED = 2  # pictures that a line about a conversation names
SAID = 60  # columns of a question in that line
LOSSLESS = "PNG"  # what a picture without a file is kept as


def history_path() -> Path:
    return data_folder() / "history.db"


def prompts_path() -> Path:
    """What was typed, for the arrow keys."""
    return data_folder() / "prompts"


def is_wanted(no_history: bool, history: bool = True) -> bool:
    """Whether conversations are to be kept, by the flag, the environment and the setting."""
    return history and not no_history and not os.environ.get("FLASHSLOTH_NO_HISTORY")


def open_history(*, wanted: bool = True, needed: bool = False, durable: bool = True) -> History | None:
    """The file of conversations; None where it is not wanted, or with a warning where there can be none.

    Raises: HistoryError for the latter, where it is `needed`.
    """
    if not is_wanted(not wanted):
        return None
    try:
        history = History(history_path(), durable=durable)
    except HistoryError as error:
        if needed:
            raise
        render.note(f"warning: this conversation is not saved: {error}")
        return None
    if history.set_aside is not None:
        render.note(f"warning: {history.set_aside}")
    return history


def open_earlier(name: str | None, kind: Kind, *, wanted: bool) -> tuple[History | None, Session]:
    """The history, and the conversation in it that `find_earlier` finds. Where there is no history yet and none can be
    made, a named conversation is a new one, with a warning. Raises: HistoryError, and what that raises."""
    first = name is not None and is_wanted(not wanted) and not os.path.lexists(history_path())
    history = open_history(wanted=wanted, needed=not first)
    if history is None and first:
        return None, new_session("", kind, name)
    if history is None:
        raise OptionError(
            "conversations are not kept here, so there is none to go on with",
            hint="Leave out --no-history, and FLASHSLOTH_NO_HISTORY.",
        )
    try:
        return history, find_earlier(history, name, kind)
    except BaseException:
        history.close()
        raise


def find_earlier(history: History, name: str | None, kind: Kind) -> Session:
    """The conversation of that name or id, a new one of that name where there is none, or the last one: for a `chat`
    the last chat, for an `ask` the last of either kind.

    Raises: OptionError for an empty name, SessionNotFound where there is none or several begin like that.
    """
    if name is None:
        return history.last("chat" if kind == "chat" else None)
    if not arguments.as_text(name, "the name of the conversation").strip():
        raise OptionError("the name of the conversation is empty", hint="As in: --session market")
    if history.named(name) is None and (len(name) < SHORT or not history.beginning(name)):
        return new_session("", kind, name)
    return history.find(name)


def describe(session: Session) -> str:
    """`going on with "market" about pie-chart.png`, or that it is a new one."""
    if not session.writes:
        return f"{session.name} is a new conversation"
    first = session.turns[0].question if session.turns else session.id
    name = text.cut(text.one_line(session.name or first), SAID)
    pictures = [_picture_name(each.source) for each in session.pictures if each.dropped is None]
    if len(pictures) > NAMED:
        pictures = [*pictures[:NAMED], f"{len(pictures) - NAMED} more"]
    return f'going on with "{name}"' + (f" about {' and '.join(pictures)}" if pictures else "")


def _picture_name(source: str) -> str:
    if source == "-" or source.lower().startswith(("data:", "clipboard:")):
        return "a picture without a name"
    return os.path.basename(source.rstrip("/")) or source


@dataclass(slots=True)
class Recorder:
    """One conversation on its way into the history. `session` is how it is kept so far. With `late` the history is
    opened when there is something to keep, as a question must not wait for it."""

    history: History | None
    session: Session
    saved: list[Turn] = field(default_factory=list)  # what of it is in the file
    troubled: bool = False
    late: bool = False

    def wanted(self, chat: Chat, options: Options) -> tuple[Session, int]:
        """The conversation as it is now, and how many turns of it are in the file already."""
        turns, model = list(chat.turns), place(chat.model.name)
        same = next((i for i, pair in enumerate(zip(turns, self.saved, strict=False)) if pair[0] != pair[1]), None)
        keep = min(len(turns), len(self.saved)) if same is None else same
        kept = self.session.turns[:keep]
        made = tuple(self._as_saved(number, turns[number], model) for number in range(keep, len(turns)))
        held = {picture.sha256: picture for picture in self.session.pictures}
        reading = reading_of(options)
        shown = tuple(
            replace(held.get(sha256) or as_saved(image, reading), dropped=dropped)  # type: ignore[arg-type]
            for sha256, image, dropped in _on_record(chat)
        )
        adapter = chat.model.loaded.adapter
        facts = {"model": model, "adapter": adapter and os.path.abspath(adapter), "system": chat.system, "hd": chat.hd}
        if kept + made:  # times of one that is in no file
            facts["created"] = self.session.created or (kept + made)[0].created
            facts["updated"] = max(self.session.updated, (kept + made)[-1].created)
        return replace(self.session, turns=kept + made, pictures=shown, **facts), keep  # type: ignore[arg-type]

    def keep(self, chat: Chat, options: Options) -> list[str]:
        """Save what is new, or what was taken back; warnings where that cannot be done, or where it went elsewhere."""
        turns, shown = list(chat.turns), [image.sha256 for image in chat.images]
        same = turns == self.saved and shown == [each.sha256 for each in self.session.pictures if each.dropped is None]
        if same or not (turns or self.saved):
            return []
        if self.late:
            self.late, self.history = False, open_history(durable=False)
        wanted, keep = self.wanted(chat, options)
        try:
            found = self._save(wanted, keep)
        except HistoryError as error:
            first, self.troubled = not self.troubled, True
            return [f"this conversation is not saved: {error}"] if first else []
        forked = found.id != wanted.id
        self.session, self.saved, self.troubled = found, turns, False
        if forked and wanted.writes:
            return [f"this conversation was changed or removed elsewhere; from here on it is kept as {found.id}"]
        if wanted.name != found.name:
            return [f"another conversation is called {wanted.name} by now; this one is kept as {found.id}"]
        return []

    def close(self) -> None:
        """Close the history."""
        if self.history is not None:
            self.history.close()

    def _save(self, wanted: Session, keep: int) -> Session:
        """Return the conversation as it is kept now. One whose only turn was taken back is kept no more, unless it has
        a name. Without a history it is only remembered, with the times of its turns."""
        if self.history is None:
            return wanted
        if not wanted.turns and wanted.name is None and self.history.discard(wanted):
            return replace(wanted, writes=0, created="", updated="")
        return self.history.save(wanted, keep)

    def _as_saved(self, number: int, turn: Turn, model: str) -> SavedTurn:
        """A turn that is new, or that is kept already but for its pictures."""
        said = (turn.question, turn.answer, turn.token_ids, turn.reason)
        if number < len(self.session.turns):
            held = self.session.turns[number]
            if said == (held.question, held.answer, held.token_ids, held.reason):
                return replace(held, images=turn.images or 0)
        return SavedTurn(*said, model, now(), turn.images or 0)

    def name(self, name: str) -> None:
        """Raises: HistoryError."""
        assert self.history is not None
        self.session = self.history.rename(self.session, name)


def restore(earlier: Session, options: Options) -> tuple[list[LoadedImage], Options]:
    """An earlier conversation's pictures but for those that were dropped, and what it settles where no flag says
    otherwise.

    Raises: ImageError where a picture is gone.
    """
    if not earlier.writes:  # a new one
        return [], options
    taken = {"model": earlier.model, "system": earlier.system, "hd": earlier.hd, "adapter": earlier.adapter}
    if options.model is not None:
        del taken["adapter"]
    missing = {name: value for name, value in taken.items() if getattr(options, name) is None}
    return read_pictures(earlier), replace(options, **missing)  # type: ignore[arg-type]


def read_pictures(earlier: Session) -> list[LoadedImage]:
    """Return the pictures that an earlier conversation still has. Raises: ImageError where one is gone."""
    return [read_saved(picture) for picture in earlier.pictures if picture.dropped is None]


def _on_record(chat: Chat) -> Iterator[tuple[str, LoadedImage | None, int | None]]:
    """Yield every picture that the turns have shown, then those that wait: its hash, the picture, and the number of the
    turn from which on it was no longer seen."""
    left = iter(chat.images)
    for turn in chat.turns:
        dropped = {each.place: each for each in turn.dropped}
        for place in range(turn.images or 0):
            if gone := dropped.get(place):
                yield gone.sha256, gone.image, gone.since
            else:
                image = next(left)
                yield image.sha256, image, None
    for image in left:
        yield image.sha256, image, None


def new_session(model: str, kind: Kind = "chat", name: str | None = None) -> Session:
    return Session(new_id(), model, name=name, kind=kind)


def begin_anew(history: History | None, model: str, before: Recorder | None) -> Recorder:
    """For a new conversation after another one. A name that was given to one that was never kept is its name."""
    unused = before.session.name if before is not None and not before.session.writes else None
    return Recorder(history, new_session(model, name=unused))


def as_saved(image: LoadedImage, reading: dict[str, bool]) -> SavedPicture:
    """A picture as it is kept: its own bytes; one that came without any as PNG."""
    data = image.encoded
    if data is None:
        import io

        out = io.BytesIO()
        image.image.save(out, LOSSLESS)
        data, reading = out.getvalue(), {}
    source = without_login(image.source)  # again: an older history may have a part of it
    source = os.path.abspath(source) if os.path.exists(source) else source
    written = source.encode(errors="surrogateescape").decode(errors="replace")  # a name may be no UTF-8
    return SavedPicture(image.sha256, written, reading, data if len(data) <= PICTURE else None)


def place(name: str) -> str:
    """A model's name; of a folder the absolute path, so that it is found from elsewhere too."""
    from flashsloth.checkpoints.hub import KNOWN

    known = name == "nano" or name.partition("@")[0] in KNOWN  # as where models are looked up
    return os.path.abspath(expand(name)) if not known and os.path.isdir(expand(name)) else name


def read_saved(picture: SavedPicture) -> LoadedImage:
    """The picture of an earlier conversation. Raises: ImageError where it is gone, damaged, or another by now."""
    from flashsloth.images.reader import read_image

    if picture.data is not None and (kept := _read_kept(picture)) is not None:
        return kept
    hint = "It was too large to be kept, or made room for others. Begin a new conversation."
    gone = f"the picture {picture.source} of that conversation is gone"
    another = f"{picture.source} is another picture by now than in that conversation"
    if picture.data is not None:
        hint = "Begin a new conversation."
        gone = another = f"the copy of {picture.source} in {history_path()} is damaged, and the file itself is gone"
    if not os.path.isfile(picture.source):
        raise ImageNotFound(gone, hint=hint)
    try:
        image = read_image(picture.source, **picture.reading)  # type: ignore[arg-type]
    except ImageError as error:
        raise ImageNotFound(gone, hint=hint) from error
    if image.sha256 != picture.sha256:
        raise ImageNotFound(another, hint=hint)
    return image


def _read_kept(picture: SavedPicture) -> LoadedImage | None:
    """The picture from the bytes in the history; None where they are damaged. Raises: ImageError."""
    from flashsloth.images.reader import read_image

    assert picture.data is not None
    if hashlib.sha256(picture.data).hexdigest() == picture.sha256:
        return read_image(picture.data, name=picture.source, **picture.reading)
    with suppress(ImageError):  # of a picture that came without bytes the pixels have that hash
        image = read_image(picture.data, name=picture.source)
        if read_image(image.image).sha256 == picture.sha256:
            return replace(image, sha256=picture.sha256)
    return None


def as_turns(earlier: Session, model: str) -> list[Turn]:
    """Turns for a chat. What another model said is read as text, not as its tokens."""
    from flashsloth.chat import Turn

    turns, at = [], 0
    for saved in earlier.turns:
        ids = saved.token_ids if saved.model == place(model) else ()
        dropped = _dropped(earlier.pictures[at : at + saved.images])
        turns.append(Turn(saved.question, saved.answer, ids, saved.reason, saved.images, dropped))  # type: ignore[arg-type]
        at += saved.images
    return turns


def _dropped(pictures: Sequence[SavedPicture]) -> tuple[Dropped, ...]:
    """Those of a turn's pictures that were taken out since."""
    from flashsloth.chat import Dropped

    return tuple(Dropped(at, each.dropped, each.sha256) for at, each in enumerate(pictures) if each.dropped is not None)


def reading_of(options: Options) -> dict[str, bool]:
    """How pictures are read with these options, where that is not the usual way."""
    wanted = {"reference": options.reference_preprocessing, "allow_truncated": options.allow_truncated}
    return {name: True for name, value in wanted.items() if value}
