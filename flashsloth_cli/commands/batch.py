"""`flashsloth batch`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from flashsloth.errors import OptionError
from flashsloth.generation.constraint import constrain
from flashsloth.generation.detail import refusal_patterns
from flashsloth.images.sources import PICTURE_EXTENSIONS
from flashsloth.utils.paths import expand
from flashsloth.utils.text import printable
from flashsloth_cli import options as o
from flashsloth_cli.asking import models
from flashsloth_cli.asking.single import apply_template, read_settings, show_status
from flashsloth_cli.inputs import arguments
from flashsloth_cli.settings import prompt_templates
from flashsloth_cli.settings.settings import own_question, resolve
from flashsloth_cli.terminal import exit_codes, render, streams, text

if TYPE_CHECKING:
    from flashsloth.batch.sidecars import SidecarOptions
    from flashsloth.generation.constraint import Constraint

TEXT_FORMATS = (".jsonl", ".ndjson", ".csv", ".tsv", "")  # endings that say what FILE has
# endings of tables, databases, documents and archives, which other programs would refuse to open
OTHER_FORMATS = [
    ".xlsx",
    ".xls",
    ".xlsm",
    ".xlsb",
    ".ods",
    ".numbers",
    ".parquet",
    ".feather",
    ".arrow",
    ".orc",
    ".avro",
    ".db",
    ".sqlite",
    ".sqlite3",
    ".duckdb",
    ".pdf",
    ".doc",
    ".docx",
    ".odt",
    ".npy",
    ".npz",
    ".pkl",
    ".zip",
    ".tar",
    ".tgz",
    ".gz",
    ".bz2",
    ".xz",
    ".zst",
    ".7z",
]

NOT_WITH_UNDO = ("prompt", "output", "write", "watch", "dry_run", "limit", "force", "server")

Inputs = Annotated[
    list[str] | None,
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
        False, "--watch", "Continue with pictures that arrive in the folders, until Ctrl-C."
    )
    limit: int | None = o.DATA.field(
        None,
        "--limit N",
        "Ask only the first N rows; other answers in FILE stay.",
        min=1,
        show_default="all",
    )
    dry_run: bool = o.DATA.field(
        False, "--dry-run", "Print what would be asked, and which files cannot be read; ask nothing."
    )
    batch_size: o.BatchSize = None
    output: Path | None = o.OUTPUT.field(
        None,
        "-o, --output FILE",
        "Write JSON lines, or if it ends in .csv or .tsv a table, with FILE.jsonl beside it; resume if it has answers.",
        show_default="stdout",
    )
    force: bool = o.OUTPUT.field(
        False,
        "--force",
        "Replace FILE's answers, and a trace; with --save-template the template alone.",
    )
    write: str | None = o.SIDECARS.field(
        None,
        "--write KIND",
        "Also write each answer beside its picture: xmp (photo.jpg.xmp), txt (photo.txt, in one line), or fields of "
        "a schema, xmp:title,description,keywords.",
    )
    existing: Literal["skip", "append", "overwrite", "replace-own"] | None = o.SIDECARS.field(
        None,
        "--existing HOW",
        "Pictures that have a description: skip, append, overwrite, or replace-own, which replaces what FlashSloth "
        "wrote and nobody changed.",
        show_default="skip",
    )
    write_keywords: bool = o.SIDECARS.field(
        False, "--write-keywords", "Write the whole answer as keywords, divided by commas."
    )
    adobe_names: bool = o.SIDECARS.field(
        False, "--adobe-names", "Name XMP sidecars photo.xmp, not photo.jpg.xmp."
    )
    undo: Path | None = o.SIDECARS.field(
        None,
        "--undo FILE",
        "Restore the sidecars that a batch with -o FILE has written, where nobody changed them since. Needs no INPUT.",
    )
    trace: o.Trace = None

    def sidecars(self, constraint: Constraint | None, refusal: str | None) -> SidecarOptions | None:
        """Return the options of sidecars that --write and the other options for sidecars give. Return
        None without --write. `constraint` is the constraint of the answers. Raises: OptionError."""
        if self.write is None:
            return None
        from flashsloth.batch.sidecars import FIELDS, SidecarOptions

        kind, colon, named = self.write.partition(":")
        names = [name.strip() for name in named.split(",")] if colon else []
        if kind not in ("xmp", "txt") or (kind == "txt" and colon) or not set(names) <= set(FIELDS):
            raise OptionError(
                f"--write must be xmp, txt, or xmp: and fields of a schema, not {printable(self.write)}",
                hint=f"Name one field or several of --write xmp:{','.join(FIELDS)}.",
            )
        if self.adobe_names and kind == "txt":
            raise OptionError(
                "--adobe-names works only with --write xmp",
                hint="Leave it out: the file is named photo.txt.",
            )
        if self.existing == "replace-own" and kind == "txt":
            raise OptionError(
                "--existing replace-own works only with --write xmp",
                hint="A text file does not say who wrote it: use skip, append or overwrite.",
            )
        schema = constraint.schema if constraint is not None and constraint.kind == "schema" else None
        if self.write_keywords and (names or schema is not None):
            raise OptionError(
                f"--write-keywords and {'--write xmp:' if names else '--schema'} exclude each other",
                hint="--write xmp:keywords takes the keywords from a field of the schema.",
            )
        if names and schema is None:
            raise OptionError(
                f"--write {self.write} needs a schema",
                hint='Add it, as in: --schema "title, description, keywords [string]".',
            )
        if kind == "xmp" and schema is not None:
            _check_fields(names, schema.get("properties", {}), FIELDS)
        return SidecarOptions(
            cast(Any, kind),
            self.existing or "skip",
            self.write_keywords,
            self.adobe_names,
            tuple(dict.fromkeys(names)),
            refusals=refusal_patterns(refusal),
        )


def _check_fields(names: Sequence[str], held: Collection[str], known: Sequence[str]) -> None:
    """Check that `names` are fields of the schema. Raises: OptionError, whose hint is the option to
    use."""
    usable = [name for name in known if name in held]
    hint = f"Use --write xmp:{','.join(usable)}."
    if not usable:
        hint = (
            'Give its fields these names: --schema "title, description, keywords [string]"; '
            "or use --write txt."
        )
    if not names:
        raise OptionError(
            "with --schema, --write xmp needs the names of fields of the schema", hint=hint
        )
    if missing := [name for name in names if name not in held]:
        raise OptionError(f"the schema has no field {' and no field '.join(missing)}", hint=hint)


def _output(given: Path | None) -> Path | None:
    """Return the file for the answers, or None for stdout. Warn of an ending that suggests neither JSON
    lines nor a table. Raises: OptionError for the ending of a format that is not text."""
    if given is None or str(given) == "-":
        return None
    ending = given.suffix.lower()
    if ending in OTHER_FORMATS or ending in PICTURE_EXTENSIONS:
        raise OptionError(
            f"batch writes JSON lines or a table, and no {ending} file",
            hint="Let FILE end in .csv or .tsv for a table, or in .jsonl.",
        )
    if ending not in TEXT_FORMATS:
        render.warn(
            [f"{given} will have JSON lines; its ending may be .jsonl, or .csv or .tsv for a table"]
        )
    return expand(given)


def _undo(output: Path, words: Sequence[str] | None, *, quiet: bool) -> None:
    """Restore the sidecars of an output file, and name those that are left as they are."""
    from flashsloth.batch import sidecar_files

    if words:
        raise OptionError(
            "--undo takes no INPUT", hint="It restores all sidecars that were written with FILE."
        )
    done = Counter[str]()
    left = 0
    for path, result in sidecar_files.undo(expand(output)):
        if result in ("restored", "removed", ""):
            done[result] += 1
        else:
            left += 1
            render.note(text.one_line(f"left: {path}: {result}"))
    if left or not quiet:
        render.note(f"{done['restored']:,} restored, {done['removed']:,} removed, {left:,} left.")
    if left:
        raise typer.Exit(exit_codes.SOME_FAILED)


@o.command(
    without=("json", "no_history"),
    exclusive=(
        ("write", "no_picture", o.ONE),
        ("watch", "shard", "Watch different folders on each machine."),
        ("watch", "limit", "Remove --watch to try the first rows."),
        ("watch", "dry_run", "Remove --watch to see what is there now."),
        *(("undo", name, "--undo FILE stands alone.") for name in NOT_WITH_UNDO),
    ),
    needed=(
        ("existing", "write", "Add --write xmp or --write txt, or leave it out."),
        ("write_keywords", "write", "Add --write xmp or --write txt, or leave it out."),
        ("adobe_names", "write", "Add --write xmp, or leave it out."),
    ),
)
def batch(
    context: typer.Context,
    words: Inputs = None,
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
        flashsloth batch photos -p "Describe it." --schema "title, tags" --write xmp:title
    """
    from flashsloth.batch.sidecars import SidecarWriter, bounded_schema
    from flashsloth_cli.asking import many

    if where.undo is not None:
        _undo(where.undo, words, quiet=options.quiet)
        return
    if not words:
        raise OptionError(
            "batch needs an INPUT", hint="Name the pictures: flashsloth batch photos -p TEXT"
        )
    # 1. Read the command line, and check what does not depend on the rows.
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
    beside = where.sidecars(resolved.constraint, resolved.refusal)
    if beside is not None and beside.fields and resolved.constraint is not None:
        schema, limits = bounded_schema(resolved.constraint.schema, beside.fields)
        beside = replace(beside, limits=limits)
        resolved = replace(
            resolved, constraint=constrain(schema, in_prompt=resolved.constraint.in_prompt)
        )
    if save_template is not None and prompt_templates.save(
        save_template, given.question, template, resolved, force=where.force
    ):
        return
    if not (given.question or "").strip():
        given = replace(given, question=own_question(options, settings))
    output = _output(where.output)
    # With --save-template, --force is for the template: no answer may be lost with it.
    force = where.force and save_template is None
    server = models.find_for_rows(resolved, quiet=options.quiet)
    context.with_resource(arguments.traced(where.trace, force=force, inputs=words))
    if output is not None and where.force and not force:
        render.note(
            f"note: with --save-template, --force is for the template; leave that out to start over in {output}"
        )
    if where.watch:
        # This never returns, because a watch continues until a signal.
        from flashsloth_cli.asking import watched

        watched.watch(
            words,
            given.question,
            output,
            resolved,
            beside,
            server,
            recursive=where.recursive,
            force=force,
            batch_size=where.batch_size,
        )
    # 2. Find the rows. A sidecar describes a whole file, so with sidecars pages do not become rows.
    found = many.find(
        words,
        prompt,
        given.question,
        output,
        resolved,
        shard=where.shard,
        recursive=where.recursive,
        pages=beside is None,
    )
    rows = found[: where.limit]
    later = found[len(rows) :]
    sidecars = None if beside is None else SidecarWriter(rows, beside, output)
    described = set() if sidecars is None else sidecars.described
    rows = rows if sidecars is None else sidecars.rows
    counts = many.Counts(output, len(rows))
    if where.dry_run:
        many.print_dry_run(rows, described, counts, resolved, server, force=force)
        return
    # 3. Answer the rows that have no answer. Importing the modules of the model takes seconds.
    show_status(streams.READING, resolved)
    if sidecars is not None:
        sidecars.remove_leftovers()
    if output is None and force:
        raise OptionError("--force works only with -o", hint="Add -o FILE, or leave --force out.")
    excel = resolved.table == "excel"
    with (
        nullcontext()
        if output is None
        else many.open_output(output, server, force=force, excel=excel) as file
    ):
        many.answer_left(
            rows,
            described,
            file,
            counts,
            resolved,
            server,
            where.batch_size,
            sidecars=sidecars,
            later=later,
        )
    for line in counts.problems():
        render.note(line)
    models.note_default_model(resolved, counts.refusal)
    # -q hides the summary if all rows succeeded, but not if rows failed or have no sidecar.
    if counts.failed or counts.unwritten or not options.quiet:
        render.note(counts.summary())
    if counts.failed:
        raise typer.Exit(exit_codes.SOME_FAILED)
