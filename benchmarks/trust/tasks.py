"""Commands that write something, each with what must hold when it was broken off at any moment, and how it goes on.

A task is done in a folder of its own: what was saved there before must stay, nothing half done may look whole, and
the same command again must end as if nothing had been. Knows commands and files; knows no signals.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.trust.check import Outcome
from benchmarks.trust.processes import ROOT, AtTerminal, Ended, Running, command, environment

sys.path.insert(0, str(ROOT / "tests"))  # for the smallest models and data sets, and the hub of the tests

PICTURES = sorted((ROOT / "examples" / "images").glob("*.png"))
QUESTION = "What is in the picture?"
SAVED = tuple(f"Question {number}?" for number in range(5))


class Lost(Exception):
    """Something that was saved before is gone."""


class Wrong(Exception):
    """Something half done passes for whole, or the result is another one than that of an undisturbed run."""


def digests(folder: Path, pattern: str = "*") -> dict[str, str]:
    """Of all files in a folder, by name."""
    files = sorted(path for path in folder.glob(pattern) if path.is_file()) if folder.is_dir() else []
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def invoke(words: Sequence[str], home: Path) -> Ended:
    """The command line in this process, which has torch already: what the next run finds is on the disk alone."""
    from typer.testing import CliRunner

    from flashsloth_cli.app import app

    env = {"FLASHSLOTH_HOME": str(home), "HOME": str(home), "FLASHSLOTH_NO_HISTORY": None}
    done = CliRunner().invoke(app, list(words), env=env)
    failed = "" if done.exception is None or isinstance(done.exception, SystemExit) else repr(done.exception)
    return Ended(done.exit_code, done.stdout, done.stderr + failed, 0.0)


class Task:
    """One command. `shared` is a folder for what all tries read; `truth` is what an undisturbed run left."""

    name = ""

    def __init__(self, shared: Path) -> None:
        self.shared = shared
        self.truth: Any = None

    def prepare(self, place: Path) -> None:
        """What is there before."""

    def words(self, place: Path) -> list[str]:
        raise NotImplementedError

    def environment(self, place: Path) -> dict[str, str]:
        return environment(place / "home")

    def start(self, place: Path) -> Running | AtTerminal:
        return Running(command(self.words(place)), self.environment(place), place)

    def note(self, place: Path) -> None:
        """What is there just before it is broken off, and must be there behind it."""

    def inspect(self, place: Path, ended: Ended) -> None:
        """After it was broken off. Raises: Lost, Wrong."""

    def again(self, place: Path) -> Ended:
        """The next run, which must work."""
        return invoke(self.words(place), place / "home")

    def result(self, place: Path) -> Any:
        """What a whole run leaves, to be compared."""
        return None

    def close(self) -> None:
        """When all is tried."""

    def check_whole(self, place: Path) -> None:
        if (found := self.result(place)) != self.truth:
            raise Wrong(f"{str(found)[:150]} where an undisturbed run left {str(self.truth)[:150]}")


def save_turns(home: Path, session: str = "5a0edbee") -> None:
    """A conversation that was held before."""
    from flashsloth.history.store import History, SavedTurn, Session

    turns = tuple(SavedTurn(question, "Yes.", (), "stop", "nano") for question in SAVED)
    history = History(home / "history.db")
    history.save(Session(session, "nano", turns=turns))
    history.close()


def check_turns(home: Path, asked: Sequence[str], least: int = 0) -> int:
    """How many turns came to those that were saved before. Raises: Lost, Wrong."""
    from flashsloth.history.store import History

    history = History(home / "history.db")
    try:
        if history.set_aside is not None:
            raise Lost(history.set_aside)
        (fault,) = history._db.execute("PRAGMA integrity_check").fetchone()
        if fault != "ok":
            raise Lost(f"history.db: {fault}")
        found = history.find("5a0edbee").turns
    finally:
        history.close()
    if tuple(turn.question for turn in found[: len(SAVED)]) != SAVED:
        raise Lost(f"of {len(SAVED)} turns {len(found)} are left")
    new = found[len(SAVED) :]
    if any(turn.question not in asked for turn in new) or len(new) > len(asked):
        raise Wrong(f"turns that nobody asked: {[turn.question for turn in new]}")
    if len(new) < least:
        raise Lost(f"{least} answers were shown, {len(new)} are saved")
    return len(new)


def count_turns(home: Path) -> int:
    """As another program sees them, while one is writing."""
    db = sqlite3.connect(f"file:{home / 'history.db'}?mode=ro", uri=True)
    try:
        (found,) = db.execute("SELECT count(*) FROM turns").fetchone()
        return int(found)
    finally:
        db.close()


class Ask(Task):
    """A question in an earlier conversation."""

    name = "ask"

    def prepare(self, place: Path) -> None:
        save_turns(place / "home")

    def words(self, place: Path) -> list[str]:
        return ["ask", "-c", "-q", "--no-picture", "-p", QUESTION, "--max-tokens", "40"]

    def inspect(self, place: Path, ended: Ended) -> None:
        if ended.code == 0 and (ended.out != self.truth if self.truth is not None else not ended.out.endswith("\n")):
            raise Wrong(f"{ended.out!r} and exit code 0")
        if self.truth is not None and not self.truth.startswith(ended.out.rstrip("\n")):
            raise Wrong(f"{ended.out!r} is no beginning of {self.truth!r}")
        told = "this conversation is not saved" in ended.err
        self.new = check_turns(place / "home", [QUESTION], least=int(ended.code == 0 and not told))
        self.said = ended.out

    def again(self, place: Path) -> Ended:
        done = super().again(place)
        if done.code == 0:
            check_turns(place / "home", [QUESTION] * 2, least=self.new + 1)
        return done

    def result(self, place: Path) -> Any:
        return self.said if self.truth is None else self.truth  # the second answer has another context


class Chat(Task):
    """Two questions at a terminal, in an earlier conversation."""

    name = "chat"
    questions = ("What is it?", "And the color?")
    noted = 0

    def prepare(self, place: Path) -> None:
        save_turns(place / "home")

    def words(self, place: Path) -> list[str]:
        return ["chat", "-c", "-q", "--max-tokens", "12"]

    def start(self, place: Path) -> AtTerminal:
        script = (*self.questions, "/quit")
        self.terminal = AtTerminal(command(self.words(place)), self.environment(place), place, script)
        return self.terminal

    def note(self, place: Path) -> None:
        self.noted = count_turns(place / "home") - len(SAVED)

    def inspect(self, place: Path, ended: Ended) -> None:
        check_turns(place / "home", self.questions, least=self.noted)
        self.noted = 0
        if not self.terminal.restored and ended.code != -9:
            raise Wrong("the terminal was left without its settings")

    def again(self, place: Path) -> Ended:
        return invoke(["ask", "-c", "-q", "--no-picture", "-p", QUESTION, "--max-tokens", "3"], place / "home")

    def check_whole(self, place: Path) -> None:
        check_turns(place / "home", (*self.questions, QUESTION), least=1)


class Batch(Task):
    """Several pictures into one file."""

    name = "batch"
    noted: frozenset[str] = frozenset()

    def words(self, place: Path) -> list[str]:
        answers = str(place / "answers.jsonl")
        pictures = [str(path) for path in PICTURES[:10]]
        return ["batch", *pictures, "-p", QUESTION, "-q", "--batch-size", "1", "--max-tokens", "12", "-o", answers]

    def rows(self, place: Path) -> list[dict[str, Any]]:
        """The whole lines."""
        file = place / "answers.jsonl"
        lines = file.read_bytes().splitlines(keepends=True) if file.exists() else []
        if lines and not lines[-1].endswith(b"\n"):
            lines.pop()  # as the file's module promises
        return [json.loads(line) for line in lines]

    def note(self, place: Path) -> None:
        self.noted = frozenset(row["id"] for row in self.rows(place))

    def inspect(self, place: Path, ended: Ended) -> None:
        try:
            self.kept = {row["source"]: row["id"] for row in self.rows(place)}
        except ValueError as error:
            raise Wrong(f"a torn line that is not the last: {error}") from error
        lost, self.noted = self.noted - set(self.kept.values()), frozenset()
        if lost:
            raise Lost(f"{len(lost)} answers that were in the file")
        if ended.code >= 0 and (left := [path.name for path in place.glob(".*")]):
            raise Wrong(f"left behind: {left}")

    def again(self, place: Path) -> Ended:
        done = super().again(place)
        now = {row["source"]: row["id"] for row in self.rows(place)}
        if lost := [source for source, id in self.kept.items() if now.get(source) != id]:
            raise Lost(f"answers that were there were asked for again: {lost}")
        return done

    def result(self, place: Path) -> Any:
        if left := [path.name for path in place.glob(".*")]:
            raise Wrong(f"left behind: {left}")
        return [(row["row"], row["source"], row["response"], row["error"]) for row in self.rows(place)]


class Written(Task):
    """A command that writes a folder with a model."""

    def target(self, place: Path) -> Path:
        return place / "made"

    def inspect(self, place: Path, ended: Ended) -> None:
        found = digests(self.target(place))
        if self.truth is not None and found and found != self.truth:
            raise Wrong(f"a folder with {sorted(found)}, not all of it")
        if ended.code >= 0 and (left := [path.name for path in place.glob(".*")]):
            raise Wrong(f"left behind: {left}")

    def again(self, place: Path) -> Ended:
        words = self.words(place)
        return invoke([*words, "--force"] if self.target(place).exists() else words, place / "home")

    def result(self, place: Path) -> Any:
        return digests(self.target(place))


class Convert(Written):
    name = "convert"

    def words(self, place: Path) -> list[str]:
        return ["convert", "nano", "-q", "-o", str(self.target(place))]


class Quantize(Written):
    name = "quantize"

    def words(self, place: Path) -> list[str]:
        return ["quantize", "nano", "--quant", "int8", "--allow-larger", "-q", "-o", str(self.target(place))]


class Finetune(Task):
    """Three steps of the tiny model, saved after each."""

    name = "finetune"

    def __init__(self, shared: Path) -> None:
        super().__init__(shared)
        import tiny
        from training.helpers import make_data

        self.model = shared / "tiny"
        self.model.mkdir()
        tiny.write_native(self.model)
        self.data = make_data(shared / "data", 6)

    def words(self, place: Path) -> list[str]:
        size = ["--batch-size", "2", "--max-steps", "3", "--save-every", "1"]
        how = ["-q", "--lora", "--device", "cpu", "--workers", "0", *size]
        return ["finetune", str(self.data), "-m", str(self.model), *how, "-o", str(place / "made")]

    def inspect(self, place: Path, ended: Ended) -> None:
        out = place / "made"
        finished = (out / "run.json").exists() and json.loads((out / "run.json").read_text())["status"] == "finished"
        if ended.code == 0 and not finished:
            raise Wrong("exit code 0, and the run is not finished")
        if self.truth is not None and (found := digests(out, "*.safetensors")) and found != self.truth:
            raise Wrong(f"weights that are not those of a whole run: {sorted(found)}")
        self.resumable = (out / "run.json").exists()

    def again(self, place: Path) -> Ended:
        if self.resumable:
            return invoke(["finetune", "-o", str(place / "made"), "--resume", "-q"], place / "home")
        return invoke(self.words(place), place / "home")

    def result(self, place: Path) -> Any:
        return digests(place / "made", "*.safetensors")


class Pull(Task):
    """A model from a hub on this machine, which sends slowly."""

    name = "pull"
    repo = "org/model"

    def __init__(self, shared: Path) -> None:
        super().__init__(shared)
        import fake_hub
        import tiny

        self.model = shared / "tiny"
        self.model.mkdir()
        tiny.write_official(self.model, shards=3)
        self.serving = fake_hub.serving(shared / "hub")
        self.hub = self.serving.__enter__()
        self.hub.pace = 0.02
        self.hub.add(self.repo, self.model)

    def close(self) -> None:
        self.serving.__exit__(None, None, None)

    def words(self, place: Path) -> list[str]:
        return ["pull", self.repo, "-q", "-y"]

    def environment(self, place: Path) -> dict[str, str]:
        return self.hub.environment(environment(place / "home", HF_HOME=str(place / "hf")))

    def snapshot(self, place: Path) -> Path:
        (commit,) = self.hub.repos[self.repo].commits
        return place / "hf" / "hub" / f"models--{self.repo.replace('/', '--')}" / "snapshots" / commit

    def inspect(self, place: Path, ended: Ended) -> None:
        wanted = digests(self.model)
        self.kept = digests(self.snapshot(place))
        if half := [name for name, digest in self.kept.items() if wanted[name] != digest]:
            raise Wrong(f"not as the hub has them: {half}")
        noted = (self.snapshot(place).parents[1] / "refs" / "main").exists()
        if noted and self.kept != (self.truth or self.kept):
            raise Wrong("noted as whole, and is not")
        if ended.code == 0 and not noted:
            raise Wrong("exit code 0, and it is not there")

    def again(self, place: Path) -> Ended:
        self.hub.requests.clear()
        done = Running(command(self.words(place)), self.environment(place), place).end()
        if twice := [name for name in self.kept if self.hub.count(name)]:
            raise Lost(f"fetched again though they were whole: {twice}")
        return done

    def result(self, place: Path) -> Any:
        return digests(self.snapshot(place))


class OneFile(Task):
    """A command that writes one file, which is as it was before or new and whole."""

    file = ""
    lines = False  # whether a beginning of whole lines is good too

    def before(self, place: Path) -> bytes:
        path = place / self.file
        return path.read_bytes() if path.exists() else b""

    def prepare(self, place: Path) -> None:
        self.earlier = self.before(place)

    def inspect(self, place: Path, ended: Ended) -> None:
        if self.truth is None:
            return
        found = self.result(place)
        whole = found == self.truth or (self.lines and self.truth.startswith(found) and found[-1:] in (b"", b"\n"))
        if not whole and (found != self.earlier or ended.code == 0):
            raise Wrong(f"{self.file} has {len(found)} bytes of {len(self.truth)}")
        if left := [path.name for path in (place / self.file).parent.glob(".*")]:
            raise Wrong(f"left behind: {left}")

    def again(self, place: Path) -> Ended:
        words = self.words(place)
        home = Path(self.environment(place)["FLASHSLOTH_HOME"])
        return invoke([*words, "--force"] if (place / self.file).exists() else words, home)

    def result(self, place: Path) -> Any:
        return self.before(place)


class Settle(OneFile):
    name = "config set"
    file = "home/config.toml"

    def prepare(self, place: Path) -> None:
        (place / self.file).write_text("".join(f"# {number}: what I thought of it\n" for number in range(300)))
        super().prepare(place)

    def words(self, place: Path) -> list[str]:
        return ["config", "set", "max_tokens", "7"]

    def again(self, place: Path) -> Ended:
        return invoke(self.words(place), place / "home")


class Export(OneFile):
    """Of a conversation that lies on another disk."""

    name = "sessions export"
    file = "made/talk.html"

    def __init__(self, shared: Path) -> None:
        super().__init__(shared)
        from flashsloth.history.store import History, SavedTurn, Session

        turns = tuple(SavedTurn(f"{number}?", "x" * 500, (), "stop", "nano") for number in range(60))
        (shared / "home").mkdir()
        history = History(shared / "home" / "history.db")
        history.save(Session("00c0ffee", "nano", turns=turns, created="2026-01-02T03:04:05.000000Z"))
        history.rename(history.last(), "talk")
        history._db.execute("UPDATE sessions SET created = '2026-01-02T03:04:05.000000Z'")
        history._db.execute("UPDATE turns SET created = '2026-01-02T03:04:05.000000Z'")
        history.close()

    def prepare(self, place: Path) -> None:
        (place / "made").mkdir()
        super().prepare(place)

    def environment(self, place: Path) -> dict[str, str]:
        return environment(self.shared / "home")

    def words(self, place: Path) -> list[str]:
        return ["sessions", "export", "talk", "-o", str(place / self.file)]

    def result(self, place: Path) -> Any:
        return re.sub(rb"UTC, [0-9a-f]{8}", b"UTC", self.before(place))


class OfData(OneFile):
    rows = 60

    def __init__(self, shared: Path) -> None:
        super().__init__(shared)
        from training.helpers import make_data

        self.data = make_data(shared / "data", self.rows)


class DataConvert(OfData):
    name = "data convert"
    rows = 400
    file = "made/rows.csv"

    def prepare(self, place: Path) -> None:
        (place / "made").mkdir()
        super().prepare(place)

    def words(self, place: Path) -> list[str]:
        return ["data", "convert", str(self.data), "-o", str(place / self.file)]

    def result(self, place: Path) -> Any:
        return re.sub(rb"[^,]*data/", b"", super().result(place))  # pictures by their way from here


class Evaluate(OfData):
    name = "eval"
    file = "made/wrong.jsonl"
    lines = True

    def prepare(self, place: Path) -> None:
        (place / "made").mkdir()
        super().prepare(place)

    def words(self, place: Path) -> list[str]:
        return ["eval", str(self.data), "--max-tokens", "4", "--save", str(place / self.file), "-q"]

    def result(self, place: Path) -> Any:
        return re.sub(rb'"image": "[^"]*data/', b'"image": "', super().result(place))


TASKS: dict[str, type[Task]] = {task.name: task for task in (Ask, Chat, Batch, Pull, Finetune, Convert, Quantize)}


def fresh(task: Task, folder: Path, name: str) -> Path:
    """An empty place with what the task wants to find there."""
    place = folder / name
    (place / "home").mkdir(parents=True)
    task.prepare(place)
    return place


def remove(place: Path) -> None:
    for root, folders, _ in os.walk(place):
        for each in folders:
            os.chmod(os.path.join(root, each), 0o700)
    shutil.rmtree(place, ignore_errors=True)


def settle(outcome: Outcome, what: str, task: Task, place: Path, ended: Ended) -> None:
    """What a run that was disturbed has left, and whether the same again works."""
    try:
        task.inspect(place, ended)
        again = task.again(place)
        if again.code != 0:
            outcome.crash(f"{what}: the next run ended with {again.code}: {again.last_words}")
        else:
            task.check_whole(place)
    except Lost as lost:
        outcome.bytes_lost += 1
        outcome.say(f"{what}: {lost}")
    except Wrong as wrong:
        outcome.mistake(f"{what}: {wrong}")
