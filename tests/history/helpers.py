"""Turns and pictures of tests, and SQL that another program runs on a history."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from flashsloth.history.store import History, SavedPicture, SavedTurn, Session, new_id


def turn(question: str, answer: str = "Yes.") -> SavedTurn:
    return SavedTurn(question, answer, (3, 1, 4), "stop", "nano", "2026-01-02T03:04:05.000000Z")


def picture(name: str, size: int = 100) -> SavedPicture:
    return SavedPicture(name * 8, f"/pictures/{name}.png", {"reference": True}, name.encode() * size)


def save_chat(
    history: History, *questions: str, pictures: tuple[SavedPicture, ...] = (), **more: Any
) -> Session:
    turns = tuple(map(turn, questions))
    return history.save(Session(new_id(), "nano", turns=turns, pictures=pictures, **more))


def save_ask(
    history: History, question: str, name: str | None = None, *pictures: SavedPicture
) -> Session:
    return save_chat(history, question, pictures=pictures, name=name, kind="ask")


def questions(session: Session) -> list[str]:
    return [turn.question for turn in session.turns]


def execute(path: Path, statement: str) -> list[tuple[Any, ...]]:
    """Run a statement of SQL on the file of a history, as another program would."""
    with closing(sqlite3.connect(path)) as db, db:
        return db.execute(statement).fetchall()


def bytes_on_disk(history: History) -> int:
    """Return the size of the file with what is written ahead."""
    return sum(
        path.stat().st_size
        for path in history.path.parent.glob("history.db*")
        if path.suffix != ".db-shm"
    )
