"""Save a conversation turn by turn in the history, and restore an earlier conversation."""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.errors import HistoryError, ImageError, ImageNotFound, OptionError
from flashsloth.generation.detail import AUTO
from flashsloth.history.store import (
    LARGEST_PICTURE,
    History,
    Kind,
    SavedPicture,
    SavedTurn,
    Session,
    new_id,
    now,
)
from flashsloth.utils.paths import user_folder
from flashsloth.utils.text import without_login
from flashsloth_cli.inputs import arguments
from flashsloth_cli.settings.settings import parse_pairs
from flashsloth_cli.terminal import render, streams, text

if TYPE_CHECKING:
    from flashsloth.chat import Chat, Turn
    from flashsloth.images.reader import LoadedImage
    from flashsloth_cli.options import Options
    from flashsloth_cli.settings.settings import ResolvedOptions

# --session also accepts a new name. A name with fewer letters than this is never taken for the
# beginning of an id.
MIN_PREFIX = 4
PICTURES_NAMED = 2  # maximum number of pictures that a line about a conversation names
NAME_WIDTH = 60  # maximum number of columns of the name or question in that line
SAVE_EVERY = 1.0  # seconds between saves of a growing answer
LOSSLESS = "PNG"  # format of a picture that came without encoded bytes


def history_path() -> Path:
    return user_folder("data") / "history.db"


def lines_path() -> Path:
    """Return the path of the file with the lines that were typed in chat, which the arrow keys
    recall."""
    return user_folder("data") / "prompts"


def open_history(*, durable: bool = True) -> History | None:
    """Open the file of conversations. Return None, with a warning, if it cannot be opened."""
    try:
        return History(history_path(), durable=durable)
    except HistoryError as error:
        render.note(f"warning: {not_saved(error)}")
        return None


def not_saved(error: HistoryError) -> str:
    return f"this conversation is not saved: {error}. {error.hint}"


def open_previous(name: str | None, kind: Kind, *, enabled: bool) -> tuple[History | None, Session]:
    """Open the history, and find a conversation in it by its name or id.

    If there is no such conversation, make a new one with that name. If the history cannot be opened,
    print a warning and make a new one too.

    If the name is None, find the last conversation. For a `chat` this is the last chat. For an `ask` it
    is the last conversation of either kind.

    Raises:
        HistoryError: the history cannot be read.
        OptionError: the history is turned off, or the name is empty.
        SessionNotFound: there is no conversation to continue, or several ids begin with the name.
    """
    if not enabled or os.environ.get("FLASHSLOTH_NO_HISTORY"):
        raise OptionError(
            "there is no conversation to continue: the history is turned off",
            hint="Leave out --no-history and unset FLASHSLOTH_NO_HISTORY.",
        )
    # With a name a new conversation may begin, so a history that cannot be opened only causes a
    # warning. Without a name the last conversation is needed, so the error is raised.
    history = open_history() if name is not None else History(history_path(), create=False)
    if history is None:
        return None, new_session("", kind, name)
    try:
        session = _find_previous(history, name, kind)
    except BaseException:
        history.close()
        raise
    # If the file is removed from here on, the conversation is saved in a new one.
    history.create = True
    return history, session


def _find_previous(history: History, name: str | None, kind: Kind) -> Session:
    if name is None:
        return history.last("chat" if kind == "chat" else None)
    if not arguments.require_utf8(name, "the name of the conversation").strip():
        raise OptionError("the name of the conversation is empty", hint="As in: --session market")
    if history.id_of_name(name) is None and (
        len(name) < MIN_PREFIX or not history.ids_with_prefix(name)
    ):
        return new_session("", kind, name)
    return history.find(name)


def describe(session: Session) -> str:
    """Return a line such as `continuing "market" about pie-chart.png`, or a line that says that the
    conversation is new."""
    if not session.writes:
        return f"{session.name} is a new conversation"
    first = session.turns[0].question if session.turns else session.id
    name = text.cut(text.one_line(session.name or first), NAME_WIDTH)
    # A picture that was dropped is no longer part of any question.
    pictures = [picture_name(each.source) for each in session.pictures if each.dropped is None]
    if len(pictures) > PICTURES_NAMED:
        pictures = [*pictures[:PICTURES_NAMED], f"{len(pictures) - PICTURES_NAMED} more"]
    return f'continuing "{name}"' + (f" about {' and '.join(pictures)}" if pictures else "")


def picture_name(source: str) -> str:
    """Return the file name of a picture, for a line about a conversation."""
    if source == "-" or source.lower().startswith(("data:", "clipboard:")):
        return "an unnamed picture"
    return os.path.basename(source.rstrip("/")) or source


@dataclass(slots=True)
class Recorder:
    """Saves one conversation. `session` is its state in the history. With `late` the history is opened
    only when the conversation is saved for the first time, so that the question does not wait until it
    is open."""

    history: History | None
    session: Session
    failed: bool = False  # whether the last save failed
    late: bool = False

    def current(self, chat: Chat, options: Options, unfinished: Turn | None = None) -> Session:
        """Return the conversation as it is now. `unfinished` is a turn that is being answered."""
        from flashsloth.checkpoints.resolve import absolute_name

        turns = [*chat.turns, *([] if unfinished is None else [unfinished])]
        model = absolute_name(chat.model.name)
        saved = tuple(self._to_saved_turn(number, turn, model) for number, turn in enumerate(turns))
        # A picture that is already saved is not encoded again. A dropped picture may no longer be in
        # memory.
        known = {picture.sha256: picture for picture in self.session.pictures}
        reading = {"reference": True} if options.reference_preprocessing else {}
        adapter = chat.model.facts.adapter
        session = replace(
            self.session,
            turns=saved,
            pictures=tuple(
                replace(known.get(sha256) or to_saved_picture(image, reading), dropped=dropped)  # type: ignore[arg-type]
                for sha256, image, dropped in _all_pictures(chat, turns)
            ),
            model=model,
            adapter=adapter and os.path.abspath(adapter),
            system=chat.system,
            hd=AUTO if chat.auto_hd else chat.hd,
            in_tiles=chat.hd is not False,
        )
        if not saved:
            return session
        # A conversation that was never saved has no times, so the times of its turns are used.
        created = session.created or saved[0].created
        return replace(session, created=created, updated=max(session.updated, saved[-1].created))

    def keep(self, chat: Chat, options: Options, unfinished: Turn | None = None) -> list[str]:
        """Save the changes. `unfinished` is a turn that is being answered. Return warnings if saving
        failed, or if the conversation got another id or lost its name."""
        if unfinished is not None and self.history is None:
            return []
        before = self.session
        current = self.current(chat, options, unfinished)
        is_same = (current.turns, current.pictures) == (before.turns, before.pictures)
        # A conversation is saved from its first question on. If /undo has removed all turns, they must
        # be removed from the history too.
        if is_same or not (current.turns or before.turns):
            return []
        if self.late:
            self.history = open_history(durable=False)
            self.late = False
        try:
            # Without this, a signal after the write and before the assignment would lose the new state,
            # and the conversation would be saved a second time.
            with streams.hold_signals():
                self.session = self._save(current)
        except HistoryError as error:
            # One warning is enough, because each further turn would fail for the same reason.
            first = not self.failed
            self.failed = True
            return [not_saved(error)] if first else []
        self.failed = False
        reason = ""
        if self.session.id != current.id and current.writes:
            reason = "this conversation was changed or removed elsewhere; from here on it"
        elif self.session.name != current.name:
            reason = f"another conversation has the name {current.name} now; this one"
        return [f"{reason} is saved as {self.session.id}"] if reason else []

    def _save(self, current: Session) -> Session:
        """Save the conversation and return its saved state. A conversation without turns and without a
        name is removed from the history. If there is no history, the conversation is only kept in
        memory."""
        if self.history is None:
            return current
        if not current.turns and current.name is None and self.history.remove_if_unchanged(current):
            return replace(current, writes=0, created="", updated="")
        return self.history.save(current)

    def _to_saved_turn(self, number: int, turn: Turn, model: str) -> SavedTurn:
        """If only the pictures or the token ids of a turn have changed, return the turn that was saved
        before, with these changes. Otherwise return a new turn."""
        content = (turn.question, turn.answer, turn.reason)
        for before in self.session.turns[number : number + 1]:  # a new turn was not saved before
            known = content == (before.question, before.answer, before.reason)
            if known and (before.model == model or not turn.token_ids):
                return replace(
                    before, token_ids=turn.token_ids or before.token_ids, images=turn.images or 0
                )
        return SavedTurn(
            turn.question, turn.answer, turn.token_ids, turn.reason, model, now(), turn.images or 0
        )


@dataclass(slots=True)
class SavingWriter:
    """Passes an answer on to `out`, and calls `save` with the text so far. It calls `save` at most once
    in SAVE_EVERY seconds."""

    out: render.AnswerWriter
    save: Callable[[str], object]
    pieces: list[str] = field(default_factory=list)
    saved: float = field(default_factory=time.monotonic)

    def write(self, text: str) -> None:
        self.out.write(text)
        self.pieces.append(text)
        if time.monotonic() - self.saved >= SAVE_EVERY:
            self.save("".join(self.pieces))
            self.saved = time.monotonic()

    def end(self) -> None:
        self.out.end()


def restore(session: Session, options: ResolvedOptions) -> tuple[list[LoadedImage], ResolvedOptions]:
    """Return the pictures of a conversation that were not dropped, and the options. The model, adapter,
    system text and tiles of the conversation apply unless a flag or --set gives another value. If that
    is another model, the adapter of the conversation is not used.

    Raises: ImageError for a missing picture.
    """
    if not session.writes:  # a new conversation
        return [], options
    pairs = parse_pairs(options.flags.set or ())
    names = ("model", "adapter", "system", "hd")
    missing = {
        name: getattr(session, name)
        for name in names
        if getattr(options.flags, name) is None and name not in pairs
    }
    if "model" not in missing:  # an adapter belongs to one model
        missing.pop("adapter", None)
    return read_pictures(session), options.with_flags(**missing)


def changed_notes(session: Session, options: ResolvedOptions) -> list[str]:
    """Return notes about what flags or --set change in a conversation that is continued."""
    if not session.writes:
        return []
    notes = []
    pairs = parse_pairs(options.flags.set or ())
    system = options.flags.system if options.flags.system is not None else pairs.get("system")
    # The system text is at the beginning of the prompt, so it applies to all turns alike.
    if system not in (None, session.system):
        notes.append("the new system text also applies to the earlier turns")
    model = options.flags.model or pairs.get("model")
    if session.adapter is not None and model is not None and options.adapter is None:
        notes.append(f"{model} answers without the adapter of this conversation, {session.adapter}")
    return notes


def read_pictures(session: Session) -> list[LoadedImage]:
    """Read the pictures of a conversation that were not dropped. Raises: ImageError for a missing
    picture."""
    return [read_saved(picture) for picture in session.pictures if picture.dropped is None]


def _all_pictures(
    chat: Chat, turns: Sequence[Turn]
) -> Iterator[tuple[str, LoadedImage | None, int | None]]:
    """Yield (hash, picture, since) for every picture of the turns, then for the pictures of the next
    question. The picture is None if it is not loaded. `since` is the number of the first turn without
    the picture, or None if the picture was not dropped."""
    left = iter(chat.images)
    for turn in turns:
        dropped = {each.index: each for each in turn.dropped}
        for position in range(turn.images or 0):
            if picture := dropped.get(position):
                yield picture.sha256, picture.image, picture.since
            else:
                image = next(left)
                yield image.sha256, image, None
    yield from ((image.sha256, image, None) for image in left)


def new_session(model: str, kind: Kind = "chat", name: str | None = None) -> Session:
    return Session(new_id(), model, name=name, kind=kind)


def to_saved_picture(image: LoadedImage, reading: dict[str, Any]) -> SavedPicture:
    """Return a picture in the form in which it is saved. Its data are the encoded bytes, or a PNG if
    the picture has no encoded bytes or is a part of a picture."""
    data = image.encoded
    if data is None:
        out = io.BytesIO()
        image.image.save(out, LOSSLESS, compress_level=1)
        data = out.getvalue()
        reading = reading if image.crop is not None else {}
    if image.crop is not None:
        # If the history has no copy of the part, the file is read again. It has the whole picture.
        reading = {**reading, "crop": image.crop}
    # In an older history the source may still contain a part of a login.
    source = without_login(image.source)
    source = os.path.abspath(source) if os.path.exists(source) else source
    # The name of a file need not be valid UTF-8.
    source = source.encode(errors="surrogateescape").decode(errors="replace")
    return SavedPicture(image.sha256, source, reading, data if len(data) <= LARGEST_PICTURE else None)


def read_saved(picture: SavedPicture) -> LoadedImage:
    """Read a picture of the history. Raises: ImageError if the picture is missing or damaged, or if its
    file has changed."""
    from flashsloth.images.reader import read_image

    if picture.data is not None and (image := _read_copy(picture, picture.data)) is not None:
        return image
    hint = (
        "The history keeps no copies of large pictures, and removes old copies to make room. "
        "Restore the file, or begin a new conversation."
    )
    try:
        image = read_image(Path(picture.source), **picture.reading)
    except (ImageError, OptionError) as error:
        raise ImageNotFound(
            f"the picture {picture.source} of that conversation is missing", hint=hint
        ) from error
    if image.sha256 != picture.sha256:
        raise ImageNotFound(
            f"the picture {picture.source} has changed since that conversation", hint=hint
        )
    return image


def _read_copy(picture: SavedPicture, data: bytes) -> LoadedImage | None:
    """Read a picture from its bytes in the history. Return None if the bytes are damaged. Raises:
    ImageError."""
    from flashsloth.images.reader import read_image

    if hashlib.sha256(data).hexdigest() == picture.sha256:
        return read_image(data, name=picture.source, **picture.reading)
    # A picture that came without encoded bytes was saved with the hash of its pixels.
    with suppress(ImageError):
        image = read_image(data, name=picture.source)
        if read_image(image.image).sha256 == picture.sha256:
            return replace(image, sha256=picture.sha256, crop=picture.reading.get("crop"))
    return None


def to_turns(session: Session, model: str) -> list[Turn]:
    """Return the turns of a conversation for a chat. Answers of other models lose their token ids, and
    are read as text. The last turn is left out if the program was killed before the first word of its
    answer."""
    from flashsloth.chat import DroppedImage, Turn
    from flashsloth.checkpoints.resolve import absolute_name

    turns = []
    at = 0
    for saved in session.turns:
        ids = saved.token_ids if saved.model == absolute_name(model) else ()
        dropped = tuple(
            DroppedImage(number, each.dropped, each.sha256)
            for number, each in enumerate(session.pictures[at : at + saved.images])
            if each.dropped is not None
        )
        turns.append(Turn(saved.question, saved.answer, ids, saved.reason, saved.images, dropped))  # type: ignore[arg-type]
        at += saved.images
    if turns and turns[-1].answer == "" and turns[-1].reason == "interrupted":
        turns.pop()
    return turns
