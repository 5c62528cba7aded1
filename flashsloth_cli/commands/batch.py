"""`flashsloth batch`."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from flashsloth.utils.paths import expand
from flashsloth_cli import options as o
from flashsloth_cli.runs import batch_rows
from flashsloth_cli.runs.one_shot import read_settings
from flashsloth_cli.terminal import exit_codes, render

Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT",
        help="Pictures, quoted globs, folders, URLs; .jsonl files of {image, prompt}; - for such lines, or paths, on "
        "stdin.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """Which rows, how many at once, and where the answers go."""

    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="JSON lines; goes on with what is there. Default: stdout."),
    ] = None
    force: Annotated[bool, typer.Option("--force", help="Start over: replace that file.")] = False
    shard: Annotated[
        str | None, typer.Option("--shard", metavar="I/N", help="Only the I-th of N parts of the rows, as 2/8.")
    ] = None
    batch_size: Annotated[
        int | None, typer.Option("--batch-size", metavar="N", min=1, help="Rows at once. Default: as suits the model.")
    ] = None


@functools.partial(o.flatten_options, without=("json", "no_stream", "stats", "no_stdin", "overflow"))
def batch(words: Inputs, prompt: o.Prompt = None, *, where: BatchOptions, options: o.Options) -> None:
    """Ask about many pictures; one JSON object a row. The same line again does what is missing or failed.

    flashsloth batch 'photos/*.jpg' -p "Keywords, comma separated" -o keywords.jsonl

    flashsloth batch rows.jsonl -o answers.jsonl --shard 2/8
    """
    settled = read_settings()
    output = expand(where.output) if where.output and str(where.output) != "-" else None
    rows = batch_rows.find(words, prompt, where.shard, output, no_picture=options.no_picture, quiet=options.quiet)
    tally = batch_rows.BatchProgress(output, len(rows))
    with batch_rows.open_sink(output, force=where.force) as target:
        batch_rows.run(rows, target, tally, options, settled, where.batch_size)
    if tally.failed or not options.quiet:
        render.note(tally.summary())
    if tally.failed:
        raise typer.Exit(exit_codes.SOME_FAILED)
