"""Save, list, search and remove conversations in one SQLite file. Pictures are stored by the hash of
their content, so that each picture is stored only once.

A conversation is saved after every turn, each time in a single transaction.
"""

from __future__ import annotations

import json
import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Self, get_origin, get_type_hints

from flashsloth.errors import HistoryError, SessionNotFound
from flashsloth.history.database import Database
from flashsloth.utils.text import command_line, did_you_mean

READING_OPTIONS = {"reference", "crop"}  # the arguments of `read_image` that are stored
AUTO = "auto"
AUTO_HD = (2, 3)  # how "auto" is stored in the column `hd`, before and after tiles were read

Kind = Literal["chat", "ask"]


@dataclass(frozen=True, slots=True)
class SavedTurn:
    """A question with its answer.

    Args:
        model: the name of the model that answered.
        created: the time in UTC.
        images: the number of pictures that were added in this turn, including those that were dropped
            later.
    """

    question: str
    answer: str
    token_ids: tuple[int, ...]
    reason: str
    model: str
    created: str = ""
    images: int = 0


@dataclass(frozen=True, slots=True)
class SavedPicture:
    """A picture of a conversation.

    Args:
        reading: the arguments of `read_image`.
        data: the content of the file; None if it was too large, or was removed to save space.
        dropped: the index of the first turn without the picture; None if it was never dropped.
    """

    sha256: str
    source: str
    reading: dict[str, Any]
    data: bytes | None = None
    dropped: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A stored conversation.

    Args:
        system, hd: settings of the conversation; None if the model's defaults are used.
        in_tiles: whether pictures were read in tiles with the setting "auto".
        writes: how often the conversation was saved. `History.save` compares this number to find out
            whether another process has saved it meanwhile.
        kind: "chat", or "ask" for a single question.
    """

    id: str
    model: str
    adapter: str | None = None
    system: str | None = None
    hd: bool | str | None = None
    name: str | None = None
    created: str = ""
    updated: str = ""
    writes: int = 0
    turns: tuple[SavedTurn, ...] = ()
    pictures: tuple[SavedPicture, ...] = ()
    kind: Kind = "chat"
    in_tiles: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """A line of `sessions list`. `turns` and `images` are numbers, `first` is the first question, and
    `picture` is the source of the first picture."""

    id: str
    name: str | None
    created: str
    updated: str
    model: str
    turns: int
    images: int
    first: str
    kind: str
    picture: str


@dataclass(frozen=True, slots=True)
class Match:
    """A line that a search found, and the field to which it belongs. Turns count from 1."""

    where: Literal["name", "picture", "question", "answer"]
    text: str
    turn: int | None = None


def folded(text: str) -> str:
    """Normalise a text for comparison in searches. The result is case folded and in Unicode's NFC."""
    # Normalise again after case folding, because its result may not be in the normal form.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def searched_lines(
    name: str | None, sources: Iterable[str], turns: Iterable[tuple[int, str, str]]
) -> Iterator[Match]:
    """Yield all lines of a conversation that a search compares. Each item of `turns` is (number,
    question, answer)."""
    # Matches are listed in this order.
    yield Match("name", name or "")
    for number, question, answer in turns:
        yield from (Match("question", line, number) for line in question.splitlines())
        yield from (Match("answer", line, number) for line in answer.splitlines())
    yield from (Match("picture", source) for source in sources)


def read_reading(text: str) -> dict[str, Any]:
    """Parse the column with the arguments of `read_image`. Raises: TypeError or ValueError if the
    column is damaged."""
    reading = dict(json.loads(text))
    if not reading.keys() <= READING_OPTIONS:
        raise ValueError(f"unknown options {sorted(reading.keys() - READING_OPTIONS)}")
    if "crop" in reading:
        reading["crop"] = tuple(map(int, reading["crop"]))
    return reading


def check_types(record: object) -> None:
    """Raise TypeError if the value of a field does not have the annotated type."""
    for name, kind in get_type_hints(type(record)).items():
        # `isinstance` needs a plain class: tuple for tuple[int, ...], and str for a Literal of texts.
        plain = {Literal: str, tuple: tuple, dict: dict}.get(get_origin(kind), kind)
        if not isinstance(getattr(record, name), plain):
            raise TypeError(f"{name} is not {kind}")


# Maximum number of bytes of all pictures together. If there are more, the pictures of the oldest
# conversations are removed.
ALL_PICTURES = 2**30
LARGEST_PICTURE = 32 * 2**20  # maximum number of bytes of a picture that is stored
UNNAMED_ASKS = 1000  # maximum number of single questions without a name
# Maximum number of characters of a question, an answer or a name that lists and searches read.
LONGEST_TEXT = 1_000_000
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


def new_id() -> str:
    return secrets.token_hex(4)


def now() -> str:
    return datetime.now(UTC).strftime(TIME)


def _text(column: str) -> str:
    """Return SQL for the beginning of a column. The cast converts even a damaged value to text."""
    return f"substr(cast({column} AS TEXT), 1, {LONGEST_TEXT})"


class History(Database):
    """The stored conversations. Close it after use, or use it as a context manager."""

    max_picture_bytes = ALL_PICTURES

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Saving

    def save(self, session: Session) -> Session:
        """Save a conversation, and return it as it was saved.

        If another process has changed or removed the conversation since it was read, it is saved under
        a new id, so that nothing is overwritten. A new conversation loses its name if another
        conversation already has that name. Of the single questions without a name, only the newest
        UNNAMED_ASKS are kept.
        """
        with self.transaction():
            # 1. Optimistic locking. If the stored conversation was changed or removed since it was
            #    read, save this one as a separate conversation.
            found = self.rows("SELECT writes FROM sessions WHERE id = ?", (session.id,))
            if found != [(session.writes,)]:
                if found or session.writes:
                    session = replace(session, id=new_id(), name=None)
                if session.name is not None and self.id_of_name(session.name) is not None:
                    session = replace(session, name=None)
                session = replace(session, created=now(), writes=0)
            # 2. Write the conversation.
            session = replace(session, updated=self._next_time(), writes=session.writes + 1)
            self._write(session)
            # 3. Remove single questions and pictures that exceed the limits. SQL allows OFFSET only
            #    after LIMIT; -1 means no limit.
            if session.kind == "ask":
                self.execute(
                    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE kind = 'ask' AND name IS NULL"
                    " ORDER BY updated DESC LIMIT -1 OFFSET ?)",
                    (UNNAMED_ASKS,),
                )
            self._remove_unused_pictures()
            self._limit_pictures(session)
        return session

    def _next_time(self) -> str:
        """Return the current time. If the clock was set back, return a time just after the last save
        instead, so that the order of saves is kept."""
        [(last,)] = self.rows("SELECT max(updated) FROM sessions")
        # The history may be empty, or the time may be damaged.
        with suppress(TypeError, ValueError, OverflowError):
            return max(now(), (datetime.fromisoformat(last) + timedelta(microseconds=1)).strftime(TIME))
        return now()

    def _write(self, session: Session) -> None:
        """Replace the saved state of a conversation."""
        # This also deletes the conversation's rows in `turns` and `shown` (ON DELETE CASCADE).
        self.execute("DELETE FROM sessions WHERE id = ?", (session.id,))
        fields = (
            session.id,
            session.name,
            session.created,
            session.updated,
            session.writes,
            session.model,
            session.adapter,
            session.system,
            AUTO_HD[session.in_tiles] if session.hd == AUTO else session.hd,
            len(session.turns),
            session.kind,
        )
        self.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", fields)
        turns = [
            (
                session.id,
                number,
                turn.created or session.updated,
                turn.question,
                turn.answer,
                json.dumps(turn.token_ids),
                turn.reason,
                turn.model,
                turn.images,
            )
            for number, turn in enumerate(session.turns)
        ]
        self.executemany("INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", turns)
        shown = [
            (session.id, position, each.sha256, each.source, json.dumps(each.reading), each.dropped)
            for position, each in enumerate(session.pictures)
        ]
        self.executemany("INSERT INTO shown VALUES (?, ?, ?, ?, ?, ?)", shown)
        # A picture that is already stored, perhaps by another conversation, is not changed.
        copies = [
            (each.sha256, len(each.data), each.data)
            for each in session.pictures
            if each.data is not None
        ]
        kept = [copy for copy in copies if copy[1] <= LARGEST_PICTURE]
        self.executemany("INSERT OR IGNORE INTO pictures VALUES (?, ?, ?)", kept)

    def _remove_unused_pictures(self) -> None:
        self.execute("DELETE FROM pictures WHERE sha256 NOT IN (SELECT sha256 FROM shown)")

    def _limit_pictures(self, session: Session) -> None:
        """Remove pictures of other conversations until the total size is at most `max_picture_bytes`.
        Pictures that are used only by single questions without a name are removed first, then the
        pictures of the conversations that were saved longest ago."""
        [(total,)] = self.rows("SELECT coalesce(sum(size), 0) FROM pictures")
        if total <= self.max_picture_bytes:
            return
        oldest = self.rows(
            "SELECT sha256, size FROM pictures JOIN shown USING (sha256) JOIN sessions ON sessions.id = session"
            " GROUP BY sha256 HAVING sum(session = ?) = 0"
            " ORDER BY max(kind <> 'ask' OR name IS NOT NULL), max(updated)",
            (session.id,),
        )
        for sha256, size in oldest:
            if total <= self.max_picture_bytes:
                break
            self.execute("DELETE FROM pictures WHERE sha256 = ?", (sha256,))
            total -= size

    def rename(self, session: Session, name: str) -> Session:
        """Give a saved conversation a name. Another conversation with that name loses it."""
        with self.transaction():
            self.execute(
                "UPDATE sessions SET name = NULL, writes = writes + 1 WHERE name = ? AND id <> ?",
                (name, session.id),
            )
            self.execute(
                "UPDATE sessions SET name = ?, writes = writes + 1 WHERE id = ?", (name, session.id)
            )
        return replace(session, name=name, writes=session.writes + 1)

    # Finding

    def list(self, kind: Kind | None = None) -> list[Summary]:
        """Return all conversations, or those of one kind. The conversation that was saved last comes
        first. Damaged conversations are included."""
        first = f"SELECT {_text('question')} FROM turns WHERE session = id AND number = 0"
        picture = f"SELECT {_text('source')} FROM shown WHERE session = id ORDER BY position LIMIT 1"
        texts = ", ".join(map(_text, ("id", "name", "created", "updated", "model")))
        rows = self.rows(
            f"SELECT {texts}, cast(turns AS INTEGER), (SELECT count(*) FROM shown WHERE session = id),"
            f" coalesce(({first}), ''), {_text('kind')}, coalesce(({picture}), '')"
            " FROM sessions WHERE kind = ?1 OR ?1 IS NULL ORDER BY updated DESC",
            (kind,),
        )
        return [Summary(*row) for row in rows]

    def search(self, text: str, kind: Kind | None = None) -> Iterator[tuple[Summary, Sequence[Match]]]:
        """Yield the conversations that contain a text in their name, a picture's name, a question or an
        answer, each with the matching lines. The conversation that was saved last comes first. Case and
        the Unicode normal form are ignored."""
        wanted = folded(text)
        for summary in self.list(kind):
            sources = self.rows(
                f"SELECT {_text('source')} FROM shown WHERE session = ? ORDER BY position",
                (summary.id,),
            )
            turns = self.rows(
                f"SELECT number + 1, {_text('question')}, {_text('answer')} FROM turns WHERE session = ?"
                " ORDER BY number",
                (summary.id,),
            )
            lines = searched_lines(summary.name, [source for (source,) in sources], turns)
            if matches := [line for line in lines if wanted in folded(line.text)]:
                yield summary, matches

    def last(self, kind: Kind | None = None) -> Session:
        """Return the conversation that was saved last, of all conversations or of one kind. Raises:
        SessionNotFound; HistoryError if the conversation is damaged."""
        found = self.rows(
            "SELECT id FROM sessions WHERE kind = ?1 OR ?1 IS NULL ORDER BY updated DESC LIMIT 1",
            (kind,),
        )
        if not found:
            has_others = bool(self.list())
            asks = "flashsloth ask -c continues the last question"
            scripts = "in a script, flashsloth ask saves a conversation only with --session NAME"
            raise SessionNotFound(
                f"there is no {'chat' if has_others else 'conversation'} yet",
                hint=f"flashsloth chat photo.jpg begins a chat; {asks if has_others else scripts}.",
            )
        return self._read(found[0][0])

    def find(self, name: str) -> Session:
        """Return the conversation with this name or this id. If there is none, return the only
        conversation whose id begins with this text.

        Raises: SessionNotFound; HistoryError if the conversation is damaged.
        """
        return self._read(self.resolve_id(name))

    def resolve_id(self, name: str) -> str:
        """Return the id of the conversation that `find` would read, even if it is damaged. Raises:
        SessionNotFound."""
        name = name.encode(errors="backslashreplace").decode()  # SQLite refuses lone surrogates
        own_name = self.id_of_name(name)
        if own_name is not None:
            return own_name
        ids = self.ids_with_prefix(name) if name else []  # every id begins with ""
        if len(ids) > 1:
            raise SessionNotFound(f"{len(ids)} conversations have an id that begins with {name}")
        if not ids:
            known = [text for each in self.list() for text in (each.name, each.id) if text]
            raise SessionNotFound(
                f"there is no conversation {name}", hint=did_you_mean(name, known) or None
            )
        return ids[0]

    def id_of_name(self, name: str) -> str | None:
        """Return the id of the conversation with exactly this name, or None if there is none."""
        found = self.rows("SELECT id FROM sessions WHERE name = ?", (name,))
        return str(found[0][0]) if found else None

    def ids_with_prefix(self, prefix: str) -> Sequence[str]:
        """Return the ids that begin with this text."""
        # LIKE would read these characters of the text as wildcards.
        pattern = prefix.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        rows = self.rows(r"SELECT id FROM sessions WHERE id LIKE ? ESCAPE '\'", (pattern,))
        return [str(identity) for (identity,) in rows]

    def _read(self, identity: str) -> Session:
        with self.transaction("DEFERRED"):
            columns = self.rows(
                "SELECT id, model, adapter, system, hd, name, created, updated, writes, kind FROM sessions"
                " WHERE id = ?",
                (identity,),
            )
            turns = self.rows(
                "SELECT question, answer, token_ids, reason, model, created, images FROM turns WHERE session = ?"
                " ORDER BY number",
                (identity,),
            )
            pictures = self.rows(
                "SELECT shown.sha256, source, reading, data, dropped FROM shown LEFT JOIN pictures USING (sha256)"
                " WHERE session = ? ORDER BY position",
                (identity,),
            )
        if not columns:
            raise SessionNotFound(f"conversation {identity} was just removed by another process")
        try:
            return _session(columns[0], turns, pictures)
        except (TypeError, ValueError, RecursionError) as error:
            raise HistoryError(
                f"conversation {identity} in {self.path} is damaged",
                hint=f"Remove it with: {command_line('flashsloth', 'sessions', 'rm', identity)}",
            ) from error

    # Removing

    def remove(self, ids: Sequence[str]) -> int:
        """Remove conversations and the pictures that no other conversation uses. Return the number of
        bytes that were freed."""
        before = self.size()
        with self.transaction():
            self.executemany("DELETE FROM sessions WHERE id = ?", [(identity,) for identity in ids])
            self._remove_unused_pictures()
        self.shrink()
        return max(0, before - self.size())

    def remove_if_unchanged(self, session: Session) -> bool:
        """Remove a conversation unless another process has saved it since it was read. Return whether
        the conversation no longer exists."""
        with self.transaction():
            self.execute(
                "DELETE FROM sessions WHERE id = ? AND writes = ?", (session.id, session.writes)
            )
            self._remove_unused_pictures()
            return not self.rows("SELECT 1 FROM sessions WHERE id = ?", (session.id,))


def _session(
    columns: tuple[Any, ...], turns: list[tuple[Any, ...]], pictures: list[tuple[Any, ...]]
) -> Session:
    """Build a session from its rows. Raises: TypeError or ValueError if they are damaged."""
    saved = [
        SavedTurn(question, answer, tuple(map(int, json.loads(ids))), *more)
        for question, answer, ids, *more in turns
    ]
    shown = [
        SavedPicture(sha256, source, read_reading(how), *more)
        for sha256, source, how, *more in pictures
    ]
    session = Session(*columns[:-1])
    hd: bool | str | None = None if session.hd is None else bool(session.hd)
    if session.hd in AUTO_HD:
        hd = AUTO
        session = replace(session, in_tiles=session.hd == AUTO_HD[True])
    session = replace(session, hd=hd, turns=tuple(saved), pictures=tuple(shown), kind=columns[-1])
    # SQLite stores values of any type in a column, so a damaged file may have values of other types.
    for record in (*saved, *shown, session):
        check_types(record)
    counts = [turn.images for turn in saved]
    if min(counts, default=0) < 0 or sum(counts) > len(shown):
        raise ValueError(f"the turns do not count the {len(shown)} pictures of the session")
    return session
