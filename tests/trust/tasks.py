"""A command that writes something, and the conditions that must hold after a disturbance at any moment.

A task runs in a folder of its own. Its `state` is a sequence of the things that it has written. After a
disturbance, the state must be a prefix of the complete one. The same command then completes it, without
losing or repeating anything.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trust.check import Outcome
from trust.processes import Ended, Running, command, environment


class Wrong(Exception):
    """Raised if something that was saved is lost, if something incomplete is treated as complete, or if
    the result is wrong."""


def digests(folder: Path) -> dict[str, str] | None:
    """Return the digests of a folder's files; None if there are no files."""
    files = [path for path in sorted(folder.glob("*")) if path.is_file()]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} or None


def invoke(words: Sequence[str], home: Path) -> Ended:
    """Run the command line in this process, which has imported torch already."""
    from typer.testing import CliRunner

    from flashsloth_cli.app import app

    env = {"FLASHSLOTH_HOME": str(home), "HOME": str(home), "FLASHSLOTH_NO_HISTORY": None}
    done = CliRunner().invoke(app, list(words), env=env)
    bug = (
        "" if done.exception is None or isinstance(done.exception, SystemExit) else repr(done.exception)
    )
    return Ended(done.exit_code, done.stdout, done.stderr + bug)


class Task:
    """One command. In `line`, {place} stands for the folder of the try. `shared` is a folder that all
    tries read."""

    name = ""
    line = ""
    truth: Any = None  # the state that an undisturbed run leaves

    def __init__(self, shared: Path) -> None:
        self.shared = shared

    def prepare(self, place: Path) -> None:
        """Write the files that exist before the command runs."""

    def words(self, place: Path) -> list[str]:
        return shlex.split(self.line.format(place=shlex.quote(str(place))))

    def environment(self, place: Path) -> dict[str, str]:
        return environment(place / "home")

    def start(self, place: Path) -> Running:
        return Running(command(self.words(place)), self.environment(place), place)

    def state(self, place: Path) -> Any:
        """Return the things that the command has written so far."""
        raise NotImplementedError

    def kept(self, place: Path) -> list[Any]:
        """Return the things that are saved now and must not be lost later, in their order."""
        return []

    def inspect(self, place: Path, ended: Ended) -> None:
        """Check the state after a disturbance. Raises Wrong."""
        state = self.state(place)
        if self.truth is None:
            return
        if state != self.truth[: len(state)]:
            raise Wrong(f"{str(state)[:150]}, not a beginning of {str(self.truth)[:150]}")
        if ended.code == 0 and state != self.truth:
            raise Wrong(f"exit code 0 and {str(state)[:150]}")
        if ended.code >= 0 and (left := [*place.glob(".*")]):
            raise Wrong(f"left behind: {left}")

    def again(self, place: Path) -> Ended:
        """Run the same command again."""
        return invoke(self.words(place), place / "home")

    def check_whole(self, place: Path) -> None:
        if (state := self.state(place)) != self.truth:
            raise Wrong(
                f"{str(state)[:150]}, not {str(self.truth)[:150]}, which an undisturbed run leaves"
            )

    def close(self) -> None:
        """Release resources after the last try."""


def fresh(task: Task, folder: Path, name: str) -> Path:
    """Make a folder with the files that the task needs."""
    place = folder / name
    (place / "home").mkdir(parents=True)
    task.prepare(place)
    return place


def remove(place: Path) -> None:
    for root, folders, _ in os.walk(place):
        for each in folders:
            os.chmod(os.path.join(root, each), 0o700)
    shutil.rmtree(place, ignore_errors=True)


def learn(task: Task, place: Path) -> float:
    """Run the task undisturbed, store the resulting state as `truth`, and return the seconds."""
    ended = task.start(place).end()
    assert ended.code == 0, f"{task.name} fails undisturbed: {ended}"
    task.inspect(place, ended)
    task.truth = task.state(place)
    return ended.seconds


def settle(
    outcome: Outcome, what: str, task: Task, place: Path, ended: Ended, kept: Sequence[Any] = ()
) -> None:
    """Check the files that a disturbed run left, and whether the same command completes them. `kept`
    was saved before the disturbance."""
    try:
        task.inspect(place, ended)
        whole = task.kept(place)
        if whole[: len(kept)] != list(kept):
            raise Wrong(f"{len(kept)} were saved, {len(whole)} are left")
        again = task.again(place)
        if again.code != 0:
            outcome.add(f"{what}: the next run: {again}")
            return
        task.check_whole(place)
        if task.kept(place)[: len(whole)] != whole:
            raise Wrong("what was there was made again")
    except Wrong as wrong:
        outcome.add(f"{what}: {wrong}")
