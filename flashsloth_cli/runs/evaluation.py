"""An evaluation as it goes on, and its table. Knows events and counts; computes nothing."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.errors import BadRows, FlashSlothError
from flashsloth_cli.runs.one_shot import model_facts
from flashsloth_cli.terminal import progress, render, streams, text
from flashsloth_cli.terminal.text import duration

if TYPE_CHECKING:
    from flashsloth.answering.answerers import Answerer
    from flashsloth.chat import FlashSloth
    from flashsloth.data.validate import RowError
    from flashsloth.evaluation.datasets import EvalDataset
    from flashsloth.evaluation.metrics import Scores

SHOWN = 20  # rows that cannot be asked, of which the reason is told
NUMBERS = {  # columns of the table with their fields of the document
    "exact": "accuracy",
    "normalised": "normalised_accuracy",
    "first": "first_turn_accuracy",
    "later": "later_turn_accuracy",
}
NAME = 35  # characters of the longest category in the table


@dataclass(slots=True)
class EvalState:
    """What has come of it so far."""

    facts: dict[str, Any]
    rows: int
    scores: Scores
    faults: int = 0
    problems: list[RowError] = field(default_factory=list)
    seconds: float = 0.0
    finished: bool = False

    def document(self) -> dict[str, Any]:
        """The document `flashsloth.eval/1`."""
        problems = [{"path": p.path, "line": p.line, "kind": p.kind, "message": p.message} for p in self.problems]
        return {
            "schema": "flashsloth.eval/1",
            "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            **self.facts,
            "rows": self.rows,
            **self.scores.as_values(),
            "faults": self.faults,
            "problems": problems,
            "seconds": round(self.seconds, 2),
            "finished": self.finished,
        }


def facts(model: FlashSloth, answerer: Answerer, data: list[str], *, limit: int | None, seed: int) -> dict[str, Any]:
    """What was evaluated on what."""
    chosen = {"limit": limit, "seed": seed, "batch_size": answerer.batch_size}
    return {"model": model_facts(model), "data": data, **chosen}


def run(
    dialogues: EvalDataset, answerer: Answerer, facts: dict[str, Any], save: Path | None, *, json: bool, quiet: bool
) -> EvalState:
    """Ask everything. Where Ctrl-C or an error breaks it off, what is there so far is shown before that goes on up;
    with `json` after Ctrl-C alone.

    Raises: BadRows if no row can be asked, DiskFull, OutOfMemory.
    """
    from flashsloth.evaluation.metrics import Scores

    found = EvalState(facts, len(dialogues), Scores())
    try:
        collect(found, dialogues, answerer, save, quiet=quiet)
    except (KeyboardInterrupt, FlashSlothError) as error:
        if found.scores.all.dialogues and (isinstance(error, KeyboardInterrupt) or not json):
            with streams.ignore_sigint():
                show(found, json=json, quiet=quiet)
        raise
    if not found.scores.all.dialogues:
        raise BadRows(
            f"no row can be asked; of {found.rows} the first: {found.problems[0]}",
            hint="flashsloth data check FILE says more.",
        )
    return found


def collect(found: EvalState, dialogues: EvalDataset, answerer: Answerer, save: Path | None, *, quiet: bool) -> None:
    """Ask and count; what was found stays where this is broken off."""
    from flashsloth.evaluation.error_log import open_error_log
    from flashsloth.evaluation.evaluate import SkippedSample, evaluate

    began = time.monotonic()
    with ExitStack() as stack:
        wrong = stack.enter_context(open_error_log(save)) if save is not None else None
        advance = stack.enter_context(progress.counting("evaluating", quiet=quiet))
        try:
            for done, event in enumerate(evaluate(dialogues, answerer), 1):
                if isinstance(event, SkippedSample):
                    found.faults += 1
                    found.problems += [event.problem] if found.faults <= SHOWN else []
                else:
                    found.scores.add(event.sample.category, event.turns)
                    if wrong is not None:
                        wrong.add(event)
                advance(done, len(dialogues), "")
            found.finished = True
        finally:
            found.seconds = time.monotonic() - began


def show(found: EvalState, *, json: bool, quiet: bool) -> None:
    """The table or the document on stdout; on stderr what could not be asked, and what it took."""
    document = found.document()
    for problem in found.problems:
        render.note(f"warning: {problem}")
    if found.faults:
        more = f", {found.faults - SHOWN} of them not shown" if found.faults > SHOWN else ""
        render.note(f"warning: {found.faults} of {found.rows} rows cannot be asked and do not count{more}")
    if not quiet:
        asked = f"{plural(document['dialogues'], 'dialogue')}, {plural(document['count'], 'answer')}"
        render.note(f"{asked} in {duration(found.seconds)}{'' if found.finished else '; stopped before the end'}")
    if json:
        render.write_json(document)
        return
    lines = table(document)
    if streams.wants_styling(streams.answers()):
        lines[0] = f"\x1b[1m{lines[0]}\x1b[0m"
    streams.write("\n".join(lines) + "\n")


def table(document: dict[str, Any]) -> list[str]:
    """A line for each category and one for all, in 80 columns."""
    rows = [(shortened(text.one_line(name)), score) for name, score in document["by_category"].items()]
    rows.append(("all", document))
    width = max(len("category"), *(len(name) for name, _ in rows))
    lines = [f"{'category':<{width}}  {'count':>7}" + "".join(f"  {title:>6}" for title in NUMBERS)]
    for name, score in rows:
        shares = "".join(f"  {percent(score[key]):>{max(len(title), 6)}}" for title, key in NUMBERS.items())
        lines.append(f"{name:<{width}}  {score['count']:>7}{shares}")
    return lines


def shortened(name: str) -> str:
    return name if len(name) <= NAME else f"{name[: NAME - 1]}…"


def percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}%"


def plural(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"
