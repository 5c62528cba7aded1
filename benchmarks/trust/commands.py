"""Commands that write something, with what must hold after a disturbance at any moment.

A task runs in a folder of its own. Its `state` is what it writes: None (absent), a value that is written at once, or a
tuple that grows. Disturbed, the state is as before, whole, or for a tuple a beginning of the whole; the same command
again completes it, and nothing that was there is lost or made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.trust.check import ROOT, Outcome
from benchmarks.trust.processes import AtTerminal, Ended, Running, command, environment

sys.path.append(str(ROOT / "tests"))  # for tiny.py, training/helpers.py and fake_hub.py

PICTURES = sorted((ROOT / "examples" / "images").glob("*.png"))
QUESTION = "What is in the picture?"
SAVED = tuple(f"Question {number}?" for number in range(5))
SESSION = "5a0edbee"


class Lost(Exception):
    """Something that was saved before is gone."""


class Wrong(Exception):
    """Something incomplete passes for whole, or the result differs from that of an undisturbed run."""


def digests(folder: Path, pattern: str = "*") -> dict[str, str] | None:
    """Return the digests of a folder's files, None if there are none."""
    files = [path for path in sorted(folder.glob(pattern)) if path.is_file()]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} or None


def invoke(words: Sequence[str], home: Path) -> Ended:
    """Run the command line in this process, which has imported torch already."""
    from typer.testing import CliRunner

    from flashsloth_cli.app import app

    env = {"FLASHSLOTH_HOME": str(home), "HOME": str(home), "FLASHSLOTH_NO_HISTORY": None}
    done = CliRunner().invoke(app, list(words), env=env)
    bug = "" if done.exception is None or isinstance(done.exception, SystemExit) else repr(done.exception)
    return Ended(done.exit_code, done.stdout, done.stderr + bug)


class Task:
    """One command, with {place} its own folder and {shared} one that all tries read."""

    name = ""
    line = ""
    output = "*"  # the files in {place}/made that are its result
    rows = 0  # of data that it reads, in {shared}/data
    model = ""  # "native" or "official": it reads the tiny model in {shared}/tiny
    before: Any = None
    truth: Any = None  # the state that an undisturbed run leaves

    def __init__(self, shared: Path) -> None:
        import tiny
        from training.helpers import make_data

        self.shared = shared
        if self.rows:
            make_data(shared / "data", self.rows)
        if self.model:
            (shared / "tiny").mkdir()
            tiny.write_native(shared / "tiny") if self.model == "native" else tiny.write_official(
                shared / "tiny", None, 3
            )

    def prepare(self, place: Path) -> None:
        """Write what is there before."""

    def words(self, place: Path) -> list[str]:
        return shlex.split(self.line.format(place=place, shared=self.shared))

    def environment(self, place: Path) -> dict[str, str]:
        return environment(place / "home")

    def start(self, place: Path) -> Running:
        return Running(command(self.words(place)), self.environment(place), place)

    def state(self, place: Path) -> Any:
        return digests(place / "made", self.output)

    def kept(self, place: Path) -> list[Any]:
        """What no later moment may take away, in its order."""
        return []

    def inspect(self, place: Path, ended: Ended) -> None:
        """Look at the state after a disturbance. Raises Lost or Wrong."""
        state = self.state(place)
        if self.truth is None:
            return
        if isinstance(self.truth, tuple):
            partial = state is not None and state == self.truth[: len(state)]
        else:
            partial = state in (self.before, self.truth)
        if not partial:
            raise Wrong(f"{str(state)[:150]}, not a beginning of {str(self.truth)[:150]}")
        if ended.code == 0 and state != self.truth:
            raise Wrong(f"exit code 0 and {str(state)[:150]}")
        if ended.code >= 0 and (left := [*place.glob(".*"), *place.glob("made/.*")]):
            raise Wrong(f"left behind: {left}")

    def again(self, place: Path) -> Ended:
        """Run the same command again."""
        words = self.words(place)
        home = Path(self.environment(place)["FLASHSLOTH_HOME"])
        return invoke([*words, "--force"] if self.state(place) is not None else words, home)

    def check_whole(self, place: Path) -> None:
        if (state := self.state(place)) != self.truth:
            raise Wrong(f"{str(state)[:150]}, not {str(self.truth)[:150]}, which an undisturbed run leaves")

    def close(self) -> None:
        """After the last try."""


def save_turns(home: Path, session: str = SESSION, questions: Sequence[str] = SAVED, answer: str = "Yes.") -> None:
    """Save a conversation, as if held earlier."""
    from flashsloth.history.store import History, SavedTurn, Session

    turns = tuple(SavedTurn(question, answer, (), "stop", "nano") for question in questions)
    with History(home / "history.db") as history:
        history.save(Session(session, "nano", turns=turns))


class Talk(Task):
    """A command that adds turns to a saved conversation."""

    questions: tuple[str, ...] = (QUESTION,)
    truth = ()

    def prepare(self, place: Path) -> None:
        save_turns(place / "home")

    def state(self, place: Path) -> tuple[str, ...]:
        from flashsloth.history.store import History

        with History(place / "home" / "history.db") as history:
            (problem,) = history._db.execute("PRAGMA integrity_check").fetchone()
            if history.set_aside is not None or problem != "ok":
                raise Lost(f"history.db: {history.set_aside or problem}")
            return tuple(turn.question for turn in history.find(SESSION).turns)

    def kept(self, place: Path) -> list[Any]:
        """The turns as another program sees them, while one is writing."""
        db = sqlite3.connect(f"file:{place / 'home' / 'history.db'}?mode=ro", uri=True)
        try:
            return [row[0] for row in db.execute("SELECT question FROM turns ORDER BY number")]
        finally:
            db.close()

    def inspect(self, place: Path, ended: Ended) -> None:
        self.turns = self.state(place)
        if self.turns[: len(SAVED)] != SAVED:
            raise Lost(f"of {len(SAVED)} turns {len(self.turns)} are left")
        if self.turns != (SAVED + self.questions)[: len(self.turns)]:
            raise Wrong(f"turns that nobody asked: {self.turns}")

    def again(self, place: Path) -> Ended:
        words = ["ask", "-c", "-q", "--no-picture", "-p", QUESTION, "--max-tokens", "3"]
        return invoke(words, place / "home")

    def check_whole(self, place: Path) -> None:
        if self.state(place) != (*self.turns, QUESTION):
            raise Lost(f"{self.state(place)}, not {self.turns} and one more")


class Ask(Talk):
    name = "ask"
    line = f"ask -c -q --no-picture -p '{QUESTION}' --max-tokens 40"
    answer: str | None = None

    def inspect(self, place: Path, ended: Ended) -> None:
        super().inspect(place, ended)
        self.answer = self.answer or ended.out  # of the undisturbed run
        if not self.answer.startswith(ended.out.rstrip("\n")) or (ended.code == 0 and ended.out != self.answer):
            raise Wrong(f"exit code {ended.code} and {ended.out!r}, not {self.answer!r}")
        if ended.code == 0 and len(self.turns) == len(SAVED) and "this conversation is not saved" not in ended.err:
            raise Lost("the answer was printed and not saved")


class Chat(Talk):
    """Two questions at a terminal."""

    name = "chat"
    line = "chat -c -q --max-tokens 12"
    questions = ("What is it?", "And the color?")

    def start(self, place: Path) -> AtTerminal:
        script = (*self.questions, "/quit")
        self.terminal = AtTerminal(command(self.words(place)), self.environment(place), place, script)
        return self.terminal

    def inspect(self, place: Path, ended: Ended) -> None:
        super().inspect(place, ended)
        if not self.terminal.restored and ended.code != -9:
            raise Wrong("the terminal was left in another mode")


class Batch(Task):
    name = "batch"
    line = (
        f"batch {shlex.join(map(str, PICTURES[:10]))} -p '{QUESTION}' -q --batch-size 1 --max-tokens 12 "
        "-o {place}/answers.jsonl"
    )

    def rows(self, place: Path) -> list[dict[str, Any]]:
        """Return the whole lines; a last line without its end counts as not written."""
        file = place / "answers.jsonl"
        lines = file.read_bytes().splitlines(keepends=True) if file.exists() else []
        try:
            return [json.loads(line) for line in lines if line.endswith(b"\n")]
        except ValueError as error:
            raise Wrong(f"a torn line that is not the last: {error}") from error

    def state(self, place: Path) -> Any:
        return tuple((row["row"], row["source"], row["response"], row["error"]) for row in self.rows(place))

    def kept(self, place: Path) -> list[Any]:
        return [row["id"] for row in self.rows(place)]

    def again(self, place: Path) -> Ended:
        return invoke(self.words(place), place / "home")


class Convert(Task):
    name = "convert"
    line = "convert nano -q -o {place}/made"


class Quantize(Task):
    name = "quantize"
    line = "quantize nano --quant int8 --allow-larger -q -o {place}/made"


class Finetune(Task):
    """Three steps of the tiny model, saved after each."""

    name = "finetune"
    rows, model, output = 6, "native", "*.safetensors"
    line = (
        "finetune {shared}/data/rows.jsonl -m {shared}/tiny -q --lora --device cpu --workers 0 --batch-size 2 "
        "--max-steps 3 --save-every 1 -o {place}/made"
    )

    def inspect(self, place: Path, ended: Ended) -> None:
        record = place / "made" / "run.json"
        self.resumable = record.exists()
        if ended.code == 0 and json.loads(record.read_text())["status"] != "finished":
            raise Wrong("exit code 0, and the run is not finished")
        if (state := self.state(place)) not in (None, self.truth or state):
            raise Wrong(f"weights that differ from those of a whole run: {sorted(state)}")

    def again(self, place: Path) -> Ended:
        resume = ["finetune", "-o", str(place / "made"), "--resume", "-q"]
        return invoke(resume if self.resumable else self.words(place), place / "home")


class Pull(Task):
    """A model from a hub on this machine, which sends slowly."""

    name = "pull"
    line = "pull org/model -q -y"
    model = "official"

    def __init__(self, shared: Path) -> None:
        super().__init__(shared)
        import fake_hub

        self.wanted = digests(shared / "tiny") or {}
        self.serving = fake_hub.serving(shared / "hub")
        self.hub = self.serving.__enter__()
        self.hub.pace = 0.02
        self.commit = self.hub.add("org/model", shared / "tiny")

    def close(self) -> None:
        self.serving.__exit__(None, None, None)

    def environment(self, place: Path) -> dict[str, str]:
        return self.hub.environment(environment(place / "home", HF_HOME=str(place / "hf")))

    def state(self, place: Path) -> Any:
        self.cache = place / "hf" / "hub" / "models--org--model"
        return digests(self.cache / "snapshots" / self.commit)

    def inspect(self, place: Path, ended: Ended) -> None:
        self.whole = self.state(place) or {}
        if half := [name for name, digest in self.whole.items() if self.wanted[name] != digest]:
            raise Wrong(f"differ from the hub's: {half}")
        complete = (self.cache / "refs" / "main").exists()
        if complete and self.whole != (self.truth or self.whole):
            raise Wrong("marked as complete, and is not")
        if ended.code == 0 and not complete:
            raise Wrong("exit code 0, and it is not there")

    def again(self, place: Path) -> Ended:
        self.hub.requests.clear()
        done = self.start(place).end()
        if twice := [name for name in self.whole if self.hub.count(name)]:
            raise Lost(f"fetched again though they were whole: {twice}")
        return done


class OneFile(Task):
    """A command that writes one file."""

    file = "made/file"

    def prepare(self, place: Path) -> None:
        (place / "made").mkdir()

    def state(self, place: Path) -> Any:
        return (place / self.file).read_bytes() if (place / self.file).exists() else None


class ConfigSet(OneFile):
    name = "config set"
    line = "config set max_tokens 7"
    file = "home/config.toml"

    def prepare(self, place: Path) -> None:
        (place / self.file).write_text("".join(f"# {number}: what I thought of it\n" for number in range(300)))
        self.before = self.state(place)

    def again(self, place: Path) -> Ended:
        return invoke(self.words(place), place / "home")


class Export(OneFile):
    """Of a conversation on another disk."""

    name = "sessions export"
    line = "sessions export 00c0ffee --as html -o {place}/made/file"

    def __init__(self, shared: Path) -> None:
        super().__init__(shared)
        (shared / "home").mkdir()
        save_turns(shared / "home", "00c0ffee", [f"{number}?" for number in range(60)], "x" * 500)

    def environment(self, place: Path) -> dict[str, str]:
        return environment(self.shared / "home")


class DataConvert(OneFile):
    name = "data convert"
    line = "data convert {shared}/data/rows.jsonl -o {place}/made/file --to csv"
    rows = 400

    def state(self, place: Path) -> Any:
        content = super().state(place)  # without the path from here to the images
        return content and re.sub(rb'("image": ")?[^",\n]*data/', b"", content)


class Evaluate(DataConvert):
    """Writes wrong answers line by line."""

    name = "eval"
    line = "eval {shared}/data/rows.jsonl --max-tokens 4 --save {place}/made/file -q"
    rows = 60

    def state(self, place: Path) -> Any:
        content = super().state(place)
        return None if content is None else tuple(content.splitlines(keepends=True))

    def inspect(self, place: Path, ended: Ended) -> None:
        if self.state(place) is not None:  # else it was stopped before the first line
            super().inspect(place, ended)


LONG: tuple[type[Task], ...] = (Ask, Chat, Batch, Pull, Finetune, Convert, Quantize)
WRITING = (Batch, ConfigSet, Export, DataConvert, Evaluate, Ask, Convert, Quantize, Finetune, Pull)


def fresh(task: Task, folder: Path, name: str) -> Path:
    """Make a place with what the task needs."""
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
    """Run undisturbed, take the state it leaves as the truth, and return the seconds."""
    ended = task.start(place).end()
    assert ended.code == 0, f"{task.name} fails undisturbed: {ended}"
    task.inspect(place, ended)
    task.truth = task.state(place)
    return ended.seconds


def settle(outcome: Outcome, what: str, task: Task, place: Path, ended: Ended, kept: Sequence[Any] = ()) -> None:
    """Judge what a disturbed run left and whether the same command completes it. `kept` is what was there just before
    the disturbance."""
    try:
        task.inspect(place, ended)
        whole = task.kept(place)
        if whole[: len(kept)] != list(kept):
            raise Lost(f"{len(kept)} were saved, {len(whole)} are left")
        again = task.again(place)
        if again.code != 0:
            outcome.add("crashes", f"{what}: the next run: {again}")
            return
        task.check_whole(place)
        if task.kept(place)[: len(whole)] != whole:
            raise Lost("what was there was made again")
    except Lost as lost:
        outcome.add("bytes_lost", f"{what}: {lost}")
    except Wrong as wrong:
        outcome.add("wrong", f"{what}: {wrong}")
