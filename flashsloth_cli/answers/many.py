"""Answer many rows, for `batch` and `ask --each`: which rows, which of them are left, progress, and a summary.

`sinks` and `flashsloth.batch.output_file` write the answers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

from flashsloth.answering.dialogues import Answerer, SequentialAnswerer
from flashsloth.batch import inputs
from flashsloth.batch.documents import RowDocuments
from flashsloth.batch.inputs import Row
from flashsloth.batch.run import Answered, BatchSettings, Failed, answer_rows
from flashsloth.errors import FlashSlothError, ImageError, OptionError
from flashsloth.utils.text import source_name
from flashsloth_cli.answers import models, single
from flashsloth_cli.answers.sinks import JsonLines, NamedLines
from flashsloth_cli.config import prompt_templates
from flashsloth_cli.inputs import arguments
from flashsloth_cli.terminal import exit_codes, progress, render, streams, text

if TYPE_CHECKING:
    from flashsloth.batch.output_file import OutputFile
    from flashsloth.batch.resume import PreviousAnswer
    from flashsloth.batch.sidecars import SidecarWriter
    from flashsloth.chat import FlashSloth
    from flashsloth_cli.answers.models import OpenedModel
    from flashsloth_cli.config.settings import ResolvedOptions

    Sink: TypeAlias = OutputFile | JsonLines


MAX_ERRORS = 3  # printed at the end
OUTPUTS = (".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".log", "")  # endings that promise nothing else


@dataclass(slots=True)
class Counts:
    """Counts of rows."""

    output: Path | None
    rows: int
    kept: int = 0
    answered: int = 0
    failed: int = 0
    changed: list[str] = field(default_factory=list)  # sources whose picture has changed since it was answered about
    errors: list[str] = field(default_factory=list)  # of the first failed rows

    @property
    def done(self) -> int:
        return self.kept + self.answered + self.failed

    def count(self, event: Answered | Failed) -> None:
        if isinstance(event, Failed):
            self.failed += 1
            if len(self.errors) < MAX_ERRORS:
                source, reason = event.row.source, str(event.error)
                self.errors.append(reason if source in reason else f"{source}: {reason}")
        else:
            self.answered += 1

    def first_errors(self) -> list[str]:
        """Return a line for each of the first failed rows, and for the number of others."""
        more = self.failed - len(self.errors)
        return [*(f"failed: {error}" for error in self.errors), *([f"and {more:,} more failed"] if more else ())]

    def summary(self) -> str:
        """Return a line such as `118 of 120 done, 2 failed. Failed rows are in kw.jsonl with "error". …`"""
        line = f"{self.kept + self.answered:,} of {self.rows:,} done"
        if self.kept:
            line += f", {self.kept:,} of them before"
        if not self.failed:
            return f"{line}."
        line += f", {self.failed:,} failed."
        if self.output is None:
            return f'{line} Failed rows have an "error".'
        return f'{line} Failed rows are in {self.output} with "error". Run the same command again to retry only those.'


def find(
    words: Sequence[str],
    prompt: str | None,
    question: str | None,
    output: Path | None,
    options: ResolvedOptions,
    *,
    shard: str | None,
    recursive: bool,
    pages: bool,
) -> Sequence[Row]:
    """Return the rows to ask, or those of one shard. Prints how many files of folders were skipped. `question` is for
    rows without their own, `pages` as in `find_rows`; all are filled into the format of a template."""
    part = parse_shard(shard) if shard is not None else (1, 1)
    file = arguments.prompt_file(prompt) if prompt is not None else None
    stdin = Path("/dev/stdin") if "-" in words else None  # the shell may have opened any file for it
    rows = inputs.find_rows(
        words,
        question if question and question.strip() else None,
        read_stdin,
        output,
        [path for path in (file, stdin) if path is not None],
        no_picture=options.no_picture,
        recursive=recursive,
        pages=pages,
        on_skipped=None if options.quiet else lambda *found: render.note(text.skipped_files(*found)),
    )
    if (template := options.question_format) is not None:
        rows = [replace(row, prompt=row.prompt and prompt_templates.fill(template, row.prompt)) for row in rows]
    return inputs.shard(rows, *part)


def parse_shard(shard: str) -> tuple[int, int]:
    """Parse a shard such as 2/8, the second of eight."""
    match = re.fullmatch(r"(\d{1,9})/(\d{1,9})", shard)
    part, parts = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= part <= parts:
        raise OptionError(f"invalid shard {shard}", hint="--shard 2/8 is the second of eight; the first is 1/8.")
    return part, parts


def read_stdin() -> bytes:
    """Read stdin. Raises: OptionError if nothing is piped in."""
    from flashsloth.images.sources import MAX_FILE_BYTES

    if not streams.has_piped_stdin():
        hint = "Pipe them in: ls *.jpg | flashsloth batch - -p TEXT"
        raise OptionError("- reads rows from stdin, but nothing is piped in", hint=hint)
    return streams.read_stdin(MAX_FILE_BYTES)


@contextmanager
def open_sink(output: Path | None, *, force: bool) -> Iterator[Sink]:
    """Open the output file, locked by this process, or stdout. The model's modules are imported first: a signal during
    those slow imports ends the process at once (`streams.leave_at_once`), which would leave a lock file."""
    if output is not None and output.suffix.lower() not in OUTPUTS:
        single.warn([f"{output} will have JSON lines; its ending may be .jsonl, or .csv or .tsv for a table"])
    import flashsloth.model.modeling  # noqa: F401
    from flashsloth.batch.output_file import OutputFile

    if output is None:
        if force:
            raise OptionError("--force is for a file", hint="Add -o FILE, or leave it out.")
        yield JsonLines()
        return
    with OutputFile(output, force=force) as sink:
        yield sink


def answer_left(
    rows: Sequence[Row],
    sink: Sink,
    counts: Counts,
    options: ResolvedOptions,
    batch_size: int | None,
    sidecars: SidecarWriter | None = None,
    *,
    force: bool = False,
) -> None:
    """Answer the rows that have no answer yet, with `force` all of them. After Ctrl-C or an error the answers so far
    stay. A sidecar is written before the row, so that no row is in the output without it.

    Raises: InputError if the file has answers that would be lost, DiskFull, OutOfMemory.
    """
    from flashsloth.batch.resume import check_any_reusable

    rows = sidecars.rows if sidecars is not None else rows
    described = sidecars.described if sidecars is not None else set()
    if force and described:
        kept = text.counted(len(described), "sidecar")
        single.show_notes([f"{kept} kept; --existing append or overwrite writes them"], options)
        described = set()
    if not sink.earlier:
        rows = without(rows, described, counts, options)
    if not rows:  # a shard of fewer rows than shards, or all are described
        check_any_reusable(counts.output or Path(), sink.earlier, {})
        sink.begin({})
        sink.finish(rows)
        return
    model = models.open_model(options)
    from flashsloth.answering.answerers import choose_answerer  # imports torch

    def warn_smaller(size: int) -> None:
        single.warn([f"memory ran out; continuing with {text.counted(size, 'row')} at once"])

    models.note_settings(model, options)
    documents = RowDocuments(model, batch_settings(model, options), model.recipe)
    reusable = find_kept(rows, sink, counts, documents)
    rows = without(rows, described - reusable.keys(), counts, options)
    sink.begin(reusable)
    todo = [row for row in rows if row.number not in reusable]
    answerer = choose_answerer(model, documents.settings.answers, batch_size, warn_smaller)
    with note_when_stopped(counts, sink, quiet=options.quiet):
        answer_many(todo, answerer, documents, sink, counts, sidecars, quiet=options.quiet)
        sink.finish(rows)


def answer_many(
    rows: Sequence[Row],
    answerer: Answerer,
    documents: RowDocuments,
    sink: Sink,
    counts: Counts,
    sidecars: SidecarWriter | None = None,
    *,
    quiet: bool,
) -> None:
    """Answer rows one after another or together, with progress on stderr."""
    with progress.counting("answering", quiet=quiet, rated=True) as advance:
        advance(counts.done, counts.rows, "")
        for event in answer_rows(rows, documents.settings, answerer):
            event = event if sidecars is None else sidecars.write(event)
            sink.add(event, documents.of(event))
            counts.count(event)
            advance(counts.done, counts.rows, "")


def answer_each(given: arguments.Inputs, options: ResolvedOptions) -> int:
    """Answer a question for each picture: lines of stdout that begin with its name, or a JSON document as `batch`
    writes it. For an unreadable picture and a cut answer print the error instead, on stderr or in its document.

    Return the exit code: 0, SOME_FAILED, or that of the first error if no picture can be read; with --json raise that.
    Raises: OptionError without a question, NoPicture.
    """
    question = single.filled_question(single.require_question(given), options)
    if options.no_picture:
        raise OptionError("--each and --no-picture exclude each other", hint="Use one of them.")
    single.show_notes(given.notes, options)
    single.check_picture(given.pictures, options)
    if errors := errors_of_all(given.pictures, options):
        if options.json:
            raise errors[0]
        for error in errors:
            render.show_error(str(error), error.hint)
        return errors[0].exit_code
    model = models.open_for_chat(options)
    models.note_default_model(options)
    rows = [
        Row(number, source_name(picture.source), question, picture.source, data=single.picture_data(picture))
        for number, picture in enumerate(given.pictures, 1)
    ]
    documents, counts = RowDocuments(model, batch_settings(model, options)), Counts(None, len(rows))
    answerer = SequentialAnswerer(cast("FlashSloth", model), documents.settings.answers)  # asks it only for chats
    sink = NamedLines(model, options, given.notes, hd=bool(answerer.settings.hd))
    answer_many(rows, answerer, documents, sink, counts, quiet=True)
    return exit_codes.SOME_FAILED if counts.failed else 0


def errors_of_all(pictures: Sequence[arguments.ImageArgument], options: ResolvedOptions) -> list[ImageError]:
    """Return the error of each picture, none as soon as one can be read."""
    errors = []
    for picture in pictures:
        try:
            single.read_picture(picture, options)
        except ImageError as error:
            errors.append(error)
        else:
            return []
    return errors


def without(rows: Sequence[Row], skipped: Collection[int], counts: Counts, options: ResolvedOptions) -> Sequence[Row]:
    """Return the rows that are not skipped, and count them. Prints how many are skipped."""
    left = [row for row in rows if row.number not in skipped]
    counts.rows = len(left)
    if len(left) < len(rows) and not options.quiet:
        pictures = text.counted(len(rows) - len(left), "picture")
        render.note(f"note: {pictures} skipped, already described; --existing append or overwrite writes these too")
    return left


def batch_settings(model: OpenedModel, options: ResolvedOptions) -> BatchSettings:
    """Return how to answer, as `ask` would. Raises: OptionError."""
    chat = single.start_chat(model, (), options)
    answers = single.settings_of(chat, single.ask(chat, "", options), options)  # computes nothing
    return BatchSettings(answers, single.reading_of(options))


def find_kept(rows: Sequence[Row], sink: Sink, counts: Counts, documents: RowDocuments) -> dict[int, PreviousAnswer]:
    """Return the answers of a previous run that stay, and print notes about the others."""
    from flashsloth.batch import resume

    if not sink.earlier or counts.output is None:
        return {}
    system = documents.settings.answers.system
    resume.check_same_settings(counts.output, sink.earlier, documents.fixed_settings)
    kept = resume.match(rows, sink.earlier, system, lambda row: counts.changed.append(row.source))
    if not counts.changed:
        resume.check_any_reusable(counts.output, sink.earlier, kept)
    counts.kept = len(kept)
    if counts.changed:
        more = f" and {len(counts.changed) - 1:,} more" if len(counts.changed) > 1 else ""
        render.note(f"note: {counts.changed[0]}{more} changed since its answer, and will be answered again")
    removed = resume.count_orphans(rows, sink.earlier, system)
    if removed:
        answers = text.counted(removed, "answer")
        render.note(f"note: {answers} to rows that are no longer asked will be removed from {counts.output}")
    return kept


@contextmanager
def note_when_stopped(counts: Counts, sink: Sink, *, quiet: bool) -> Iterator[None]:
    """Print how many rows are answered if the batch is interrupted."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, FlashSlothError, MemoryError):
        if counts.output is not None and not quiet:
            with streams.ignore_sigint():
                done = f"{sink.row_count:,} of {counts.rows:,} rows are in {inputs.answers_file(counts.output)}"
                render.note(f"stopped; {done}. Run the same command again to continue.")
        raise
