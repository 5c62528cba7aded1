"""The commands that are disturbed, as tasks. Commands that write models are killed at each step by
tests/training and tests/trust/test_checkpoints.py, and a chat is killed by
tests/cli/chat/test_prompt.py."""

from __future__ import annotations

import json
import shlex
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from paths import ROOT
from trust.processes import Ended, environment
from trust.tasks import Task, Wrong, digests, invoke

PICTURES = sorted((ROOT / "examples" / "images").glob("*.png"))
QUESTION = "What is in the picture?"
SAVED = tuple(f"Question {number}?" for number in range(5))
SESSION = "5a0edbee"


# A command, and after -> the only host that it may contact. Later commands use the files of earlier
# ones.
COMMANDS = """
ask -q PICTURE -p ASKS
chat -c PICTURE
ask -m nano --json PICTURE -p ASKS
batch PICTURE -q -p ASKS -o rows.jsonl
pull nano
list
show nano
convert nano -o converted
quantize nano -o quantized --quant int8
ask -q -m ./converted PICTURE -p ASKS
ask -q -m ./quantized PICTURE -p ASKS
bench -m nano --max-tokens 4 --repeats 1 --json
data check learned.jsonl
eval learned.jsonl --limit 4
finetune learned.jsonl -o adapter --lora --max-steps 1
ask -q --adapter adapter PICTURE -p ASKS
merge adapter -o merged
sessions list
sessions show
sessions show -o talk.html --force
templates list
config show
--version
ask --help
doctor -> huggingface.co
pull flashsloth -y -> huggingface.co
ask -q -y -m nobody/nothing PICTURE -p ASKS -> huggingface.co
ask -q -y --offline -m nobody/nothing PICTURE -p ASKS
ask -q http://pictures.invalid/a.png -p ASKS -> pictures.invalid
ask -q --offline http://pictures.invalid/a.png -p ASKS -> pictures.invalid
""".strip().splitlines()


def parts_of(line: str, picture: Path = PICTURES[0], question: str = QUESTION) -> tuple[list[str], str]:
    """Return the words of a command, and the host that it may contact."""
    command, _, host = line.partition(" -> ")
    given = {"PICTURE": str(picture), "ASKS": question}
    return [given.get(word, word) for word in command.split()], host


def save_turns(
    home: Path, session: str = SESSION, questions: Sequence[str] = SAVED, answer: str = "Yes."
) -> None:
    """Save a conversation as if it had taken place earlier."""
    from flashsloth.history.store import History, SavedTurn, Session

    turns = tuple(SavedTurn(question, answer, (), "stop", "nano") for question in questions)
    with History(home / "history.db") as history:
        history.save(Session(session, "nano", turns=turns))


class Talk(Task):
    """A command that adds turns to a saved conversation."""

    truth = ()

    def prepare(self, place: Path) -> None:
        save_turns(place / "home")

    def state(self, place: Path) -> tuple[str, ...]:
        from flashsloth.history.store import History

        with History(place / "home" / "history.db") as history:
            (problem,) = history.execute("PRAGMA integrity_check").fetchone()
            if problem != "ok":
                raise Wrong(f"history.db: {problem}")
            return tuple(turn.question for turn in history.find(SESSION).turns)

    def kept(self, place: Path) -> list[Any]:
        """Return the turns as another program sees them while one program is writing."""
        # opened read-only, so that this check does not create or repair anything
        db = sqlite3.connect(f"file:{place / 'home' / 'history.db'}?mode=ro", uri=True)
        try:
            return [row[0] for row in db.execute("SELECT question FROM turns ORDER BY number")]
        finally:
            db.close()

    def inspect(self, place: Path, ended: Ended) -> None:
        self.turns = self.state(place)
        if self.turns[: len(SAVED)] != SAVED:
            raise Wrong(f"of {len(SAVED)} turns {len(self.turns)} are left")
        if self.turns != (*SAVED, QUESTION)[: len(self.turns)]:
            raise Wrong(f"turns that nobody asked: {self.turns}")

    def again(self, place: Path) -> Ended:
        words = ["ask", "-c", "-q", "--no-picture", "-p", QUESTION, "--max-tokens", "3"]
        return invoke(words, place / "home")

    def check_whole(self, place: Path) -> None:
        if self.state(place) != (*self.turns, QUESTION):
            raise Wrong(f"{self.state(place)}, not {self.turns} and one more")


class Ask(Talk):
    name = "ask"
    line = f"ask -c -q --no-picture -p '{QUESTION}' --max-tokens 40"
    answer: str | None = None

    def inspect(self, place: Path, ended: Ended) -> None:
        super().inspect(place, ended)
        self.answer = self.answer or ended.out  # the output of the undisturbed run
        if not self.answer.startswith(ended.out.rstrip("\n")) or (
            ended.code == 0 and ended.out != self.answer
        ):
            raise Wrong(f"exit code {ended.code} and {ended.out!r}, not {self.answer!r}")
        if (
            ended.code == 0
            and len(self.turns) == len(SAVED)
            and "this conversation is not saved" not in ended.err
        ):
            raise Wrong("the answer was printed and not saved")


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
        return tuple(
            (row["row"], row["source"], row["response"], row["error"]) for row in self.rows(place)
        )

    def kept(self, place: Path) -> list[Any]:
        return [row["id"] for row in self.rows(place)]


class Pull(Task):
    """Pull a model from a hub on this machine, which sends slowly."""

    name = "pull"
    line = "pull org/model -q -y"

    def __init__(self, shared: Path) -> None:
        super().__init__(shared)
        import fake_hub
        import tiny

        tiny.folder(shared / "tiny", "official", shards=3)
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
            raise Wrong(f"fetched again though they were whole: {twice}")
        return done


TASKS: tuple[type[Task], ...] = (Ask, Batch, Pull)
