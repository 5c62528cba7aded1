"""Print on stdout what a command line would ask, for `batch --dry-run`."""

from __future__ import annotations

from collections.abc import Container, Sequence

from flashsloth.batch.dry_run import check_row, seconds_per_answer, unanswered
from flashsloth.batch.inputs import Row, answers_file
from flashsloth.batch.output_file import OutputFile
from flashsloth.batch.row_json import PreviousAnswer
from flashsloth.dialogues.dialogue import read_ahead
from flashsloth_cli.asking.many import Counts
from flashsloth_cli.settings.settings import ResolvedOptions
from flashsloth_cli.terminal import progress, render, streams, text


def print_dry_run(
    rows: Sequence[Row],
    described: Container[int],
    counts: Counts,
    options: ResolvedOptions,
    *,
    force: bool,
) -> None:
    """Print the number of rows, how many of them are already answered in the output or would fail, the
    time that the other rows would take, and the first question.

    Args:
        described: the numbers of the rows that keep their sidecar. Without an output file these rows
            are not asked.

    Raises: InputError if the output file was not written by `flashsloth batch`.
    """
    kept = sum(row.number in described for row in rows)
    if counts.output is None:
        rows = [row for row in rows if row.number not in described]
    answers: list[PreviousAnswer] = []
    if counts.output is not None and not force:
        file = OutputFile(counts.output)
        file.read()
        answers = file.earlier
    asked = unanswered(
        rows,
        answers,
        {"crop": options.crop, "reference_preprocessing": options.reference_preprocessing},
    )
    with (
        progress.counting("checking", quiet=options.quiet) as advance,
        read_ahead(asked, check_row) as checked,
    ):
        for done, failed in enumerate(checked, 1):
            if failed is not None:
                counts.count(failed)
            advance(done, len(asked), "")
    left = len(asked) - counts.failed
    seconds = seconds_per_answer(answers)
    lines = counts.output and answers_file(counts.output)  # a table is written only at the end
    first = next((row for row in rows if row.prompt), None)
    render.facts(
        {
            "rows": f"{len(rows):,}",
            "answered": f"{len(rows) - len(asked):,} in {lines}" if lines else "",
            "sidecars kept": f"{kept:,}" if kept else "",
            "would fail": f"{counts.failed:,}",
            "left to ask": f"{left:,}",
            "time": f"about {text.duration(seconds * left)}, as in {lines}" if seconds else "",
            "first row": "" if first is None else first.source,
            "first prompt": "" if first is None else first.prompt or "",
        }
    )
    for line in counts.problems("would fail"):
        streams.write(f"{text.one_line(line)}\n")
