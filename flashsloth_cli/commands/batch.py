"""`flashsloth batch`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flashsloth.errors import OptionError
from flashsloth.utils.paths import expand
from flashsloth_cli import options as o
from flashsloth_cli.asking.single import apply_template, read_settings
from flashsloth_cli.inputs import arguments
from flashsloth_cli.settings import prompt_templates, saved_templates
from flashsloth_cli.settings.settings import resolve
from flashsloth_cli.terminal import exit_codes, render

if TYPE_CHECKING:
    from flashsloth.batch.sidecars import SidecarOptions

Inputs = Annotated[
    list[str],
    o.argument(
        "INPUT",
        "Pictures, quoted globs, folders, URLs, .csv, .tsv, .jsonl or .json files of image and question, or - for "
        "JSON lines or paths on stdin.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """Which rows are asked, how many at once, and where the answers go."""

    recursive: bool = o.PICTURE.field(
        False, "-r, --recursive", "Take the pictures in subfolders of a folder too."
    )
    shard: str | None = o.DATA.field(
        None, "--shard I/N", "Ask only part I of N of the rows, such as 2/8."
    )
    watch: bool = o.DATA.field(
        False, "--watch", "Go on with the pictures that arrive in the folders, until Ctrl-C."
    )
    limit: int | None = o.DATA.field(
        None,
        "--limit N",
        "Ask only the first N rows; other answers in FILE stay.",
        min=1,
        show_default="all",
    )
    batch_size: o.BatchSize = None
    output: Path | None = o.OUTPUT.field(
        None,
        "-o, --output FILE",
        "Write JSON lines, or if it ends in .csv or .tsv a table, with FILE.jsonl beside it; resume if it has answers.",
        show_default="stdout",
    )
    force: bool = o.OUTPUT.field(False, "--force", "Start over: replace the answers in FILE.")
    write: Literal["xmp", "txt"] | None = o.OUTPUT.field(
        None,
        "--write KIND",
        "Write each answer beside its picture too: xmp (photo.jpg.xmp), or txt (photo.txt), one line.",
    )
    existing: Literal["skip", "append", "overwrite"] | None = o.OUTPUT.field(
        None,
        "--existing HOW",
        "Pictures whose sidecar has a description: skip, append or overwrite.",
        show_default="skip",
    )
    write_keywords: bool = o.OUTPUT.field(
        False, "--write-keywords", "Write the whole answer as keywords, divided by commas."
    )
    adobe_names: bool = o.OUTPUT.field(
        False, "--adobe-names", "Name XMP sidecars photo.xmp, not photo.jpg.xmp."
    )

    def sidecars(self) -> SidecarOptions | None:
        """Return what --write and the options for it say; None without it. Raises: OptionError."""
        if self.write is None:
            return None
        if self.adobe_names and self.write == "txt":
            raise OptionError(
                "--adobe-names is for --write xmp", hint="Leave it out: the name is photo.txt."
            )
        from flashsloth.batch.sidecars import SidecarOptions

        return SidecarOptions(
            self.write, self.existing or "skip", self.write_keywords, self.adobe_names
        )


@o.command(without=("server", "json", "no_history"))
def batch(
    words: Inputs,
    prompt: o.Prompt = None,
    template: o.Template = None,
    save_template: o.SaveTemplate = None,
    *,
    where: BatchOptions,
    options: o.Options,
) -> None:
    """Ask about many pictures, and write one JSON object or table row each.

    Run the same line again to resume: it asks only the rows that are missing or failed.

    Examples:
        flashsloth batch 'photos/*.jpg' -p "Keywords, comma separated" -o keywords.jsonl
        flashsloth batch rows.csv -o answers.csv
        flashsloth batch photos -p "Describe the picture." --write xmp -o captions.jsonl
        flashsloth batch ~/Scans --watch -p "Read the text." -o scans.csv
    """
    from flashsloth.batch.sidecars import SidecarWriter
    from flashsloth_cli.asking import many

    beside = where.sidecars()
    question = (
        None
        if prompt is None
        else arguments.require_utf8(arguments.prompt_text(prompt), "the question")
    )
    given = arguments.Inputs(question, (), command="batch")
    settings = read_settings()
    if template is not None:
        given, settings = apply_template(prompt_templates.find(template), given, settings)
    resolved = resolve(options, settings)
    if (
        where.write_keywords
        and resolved.constraint is not None
        and resolved.constraint.kind == "schema"
    ):
        raise OptionError(
            "--write-keywords and --schema exclude each other", hint="JSON is no list of keywords."
        )
    if save_template is not None:
        saved_templates.save(save_template, given.question, template, resolved, force=where.force)
    output = expand(where.output) if where.output and str(where.output) != "-" else None
    if where.watch:
        from flashsloth_cli.asking import watched

        watched.watch(
            words,
            given.question,
            output,
            resolved,
            beside,
            recursive=where.recursive,
            force=where.force,
            batch_size=where.batch_size,
        )
    found = many.find(
        words,
        prompt,
        given.question,
        output,
        resolved,
        shard=where.shard,
        recursive=where.recursive,
        pages=beside is None,  # a sidecar is of a file
    )
    rows, later = found[: where.limit], found[len(found[: where.limit]) :]
    sidecars = None if beside is None else SidecarWriter(rows, beside, output)
    counts = many.Counts(output, len(rows))
    # without a FILE --force is for the template
    force = where.force and not (save_template and output is None)
    with many.open_sink(output, force=force) as sink:
        many.answer_left(rows, sink, counts, resolved, where.batch_size, sidecars, later)
    for line in counts.problems():
        render.note(line)
    if counts.failed or not options.quiet:
        render.note(counts.summary())
    if counts.failed:
        raise typer.Exit(exit_codes.SOME_FAILED)
