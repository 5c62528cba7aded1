"""Answer many rows, for `batch` and `ask --each`. The steps are to find the rows, to find out which of
them must still be answered, to show progress, and to print a summary.

`flashsloth.batch.output_file` writes the answers into a file.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.batch import inputs
from flashsloth.batch.answer_rows import Outcome, RowDocuments, answer_rows
from flashsloth.batch.resuming import (
    PreviousAnswer,
    check_any_asked,
    check_same_settings,
    find_error,
    match,
    seconds_per_answer,
    unanswered,
    unasked,
    unreadable_now,
)
from flashsloth.chat.answerer import read_ahead
from flashsloth.errors import FlashSlothError, ImageError, OptionError
from flashsloth.generation.answer_record import SHORTENED
from flashsloth.generation.choice_list import UNLIKELY
from flashsloth.generation.detail import REFUSALS
from flashsloth.images.sources import MAX_FILE_BYTES
from flashsloth.utils.text import printable_source, source_name
from flashsloth_cli.asking import models, single
from flashsloth_cli.inputs import arguments
from flashsloth_cli.settings import prompt_templates
from flashsloth_cli.terminal import exit_codes, progress, render, streams, text

if TYPE_CHECKING:
    from flashsloth.batch.output_file import OutputFile
    from flashsloth.batch.sidecars import SidecarWriter
    from flashsloth.chat import ChatModel, ImageOptions
    from flashsloth.chat.answerer import Answerer
    from flashsloth.server.remote_chat import RemoteModel
    from flashsloth_cli.asking.models import OpenedModel
    from flashsloth_cli.settings.settings import ResolvedOptions


LINE_END = re.compile(r"\r\n|[\r\n]")
MAX_ERRORS = 3  # number of errors that are printed at the end
# What is said about answers at the end, with the part of their warnings that tells so
TOLD = {
    "cut at --max-tokens, or because the context is full": SHORTENED,
    "about the first of several pages": ": page 1 of ",
    "chosen where the model would begin otherwise (choices_mass)": UNLIKELY.partition("{")[0],
}


@dataclass(slots=True)
class Counts:
    """Counts of rows, and their errors."""

    output: Path | None
    rows: int
    kept: int = 0
    answered: int = 0
    failed: int = 0
    errors: list[str] = field(default_factory=list)  # errors of the first failed rows
    # commands that install the packages that the pictures of failed rows need
    installs: dict[str, None] = field(default_factory=dict)
    damaged: dict[str, None] = field(default_factory=dict)  # pictures whose files are truncated
    sidecars: Counter[str] = field(default_factory=Counter)  # numbers of rows, by `Outcome.sidecar`
    told: Counter[str] = field(default_factory=Counter)  # numbers of answers, by the keys of TOLD
    # numbers of tokens that a foreign server has reported
    tokens: Counter[str] = field(default_factory=Counter)
    are_named: bool = False  # whether failed rows were named when they failed
    refusal: str | None = None  # an answer in which nano says that it does not know

    def count(self, outcome: Outcome) -> None:
        if outcome.image is not None and not outcome.image.facts.is_whole:
            self.damaged[outcome.image.facts.source] = None
        if outcome.error is not None:
            self.failed += 1
            if outcome.error.hint.startswith("pip install"):
                self.installs[outcome.error.hint] = None
            if len(self.errors) < MAX_ERRORS and not self.are_named:
                self.errors.append(with_source(outcome.row.source, str(outcome.error)))
        elif (record := outcome.record) is not None:
            self.answered += 1
            self.sidecars[outcome.sidecar] += 1
            if record.text.startswith(REFUSALS):
                self.refusal = record.text
            is_cut = record.reason in ("length", "context")
            if record.untold and not record.untold & {"input_tokens", "output_tokens"}:
                self.tokens.update({"in": record.input_tokens, "out": record.generated})
            warnings = "\n".join([*record.warnings, SHORTENED if is_cut else ""])
            for words, mark in TOLD.items():
                self.told[words] += mark in warnings

    def problems(self, what: str = "failed") -> list[str]:
        """Return lines about problems: one for each of the first failed rows, the number of the other
        failed rows, the packages that the pictures of failed rows need, the pictures whose files are
        truncated, and the numbers of answers that are only a part of what was asked for."""
        lines = [f"{what}: {error}" for error in self.errors]
        if self.errors and (more := self.failed - len(self.errors)):
            lines.append(f"and {more:,} more {what}")
        if self.installs:
            lines.append(
                f"to read the pictures that need optional packages: {' && '.join(self.installs)}"
            )
        if self.damaged:
            names = sorted(self.damaged)[:MAX_ERRORS]  # rows end in any order
            if more := len(self.damaged) - len(names):
                names.append(f"{more:,} more")
            end = "picture ends" if len(self.damaged) == 1 else "pictures end"
            lines.append(
                f"warning: {len(self.damaged):,} {end} early, so that a part is missing: {', '.join(names)}"
            )
        for words, number in (+self.told).items():  # those above 0
            lines.append(f"warning: {text.counted(number, 'answer')} {words}")
        return lines

    @property
    def usage(self) -> str:
        """The numbers of tokens, for the last line; "" if no server has reported them."""
        if not self.tokens:
            return ""
        return f", {self.tokens['in']:,} tokens in and {self.tokens['out']:,} out"

    def summary(self) -> str:
        """Return a line such as `118 of 120 done, 2 failed. Failed rows are in kw.jsonl with "error".
        …`"""
        before = f", {self.kept:,} of them before" if self.kept else ""
        what = f"{self.kept + self.answered:,} of {self.rows:,} done{before}"
        line = f"{what}{self.usage}{self.unwritten}"
        if not self.failed:
            return f"{line}."
        where = f'Failed rows are in {self.output} with "error". Run the same command again to retry only those.'
        if self.output is None:
            where = "" if self.are_named else 'Failed rows have an "error".'
        return f"{line}, {self.failed:,} failed. {where}".rstrip()

    @property
    def unwritten(self) -> str:
        """The numbers of rows by what became of their sidecars, as "; sidecars: 2 refused, …". It is
        empty if all answers were written completely."""
        if not self.sidecars["refused"] + self.sidecars["cut"]:
            return ""
        counts = [f"{self.sidecars[each]:,} {each}" for each in ("refused", "cut", "written")]
        if kept := self.sidecars[""]:
            counts.append(f"{kept:,} kept")
        return f"; sidecars: {', '.join(counts)}"


def with_source(source: str, reason: str) -> str:
    """Return the text of an error, beginning with the name of the row if the text does not contain this
    name already."""
    return reason if source in reason else f"{source}: {reason}"


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
) -> Sequence[inputs.Row]:
    """Return the rows to ask, or the rows of one shard. Print how many files in folders were skipped.

    Args:
        question: the question for rows without a question of their own. All questions are filled into
            the format of a template, if one is used.
        pages: as in `find_rows`.
    """
    # check this first, because finding the rows takes long
    part = parse_shard(shard) if shard is not None else (1, 1)
    file = arguments.prompt_file(prompt) if prompt is not None else None
    # The output must not replace a file that is read. The shell may have opened a file as stdin, so
    # /dev/stdin counts as a file that is read too.
    stdin = Path("/dev/stdin") if "-" in words else None
    read_stdin = partial(
        streams.read_stdin, MAX_FILE_BYTES, "Pipe them in: ls *.jpg | flashsloth batch - -p TEXT"
    )
    note = None if options.quiet else lambda *found: render.note(text.skipped_files(*found))
    with progress.counting("counting pages", quiet=options.quiet) as advance:
        rows = inputs.find_rows(
            words,
            question,
            read_stdin,
            output,
            [path for path in (file, stdin) if path is not None],
            no_picture=options.no_picture,
            recursive=recursive,
            pages=pages,
            on_skipped=note,
            on_counted=advance,
        )
    if (template := options.question_format) is not None:
        rows = [
            replace(row, prompt=row.prompt and prompt_templates.fill(template, row.prompt))
            for row in rows
        ]
    return inputs.shard(rows, *part)


def parse_shard(shard: str) -> tuple[int, int]:
    """Parse a shard. For example, 2/8 is the second of eight shards. Raises: OptionError."""
    match = re.fullmatch(r"(\d{1,9})/(\d{1,9})", shard)
    part, parts = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= part <= parts:
        raise OptionError(
            f"invalid shard {shard}", hint="--shard 2/8 is the second of eight; the first is 1/8."
        )
    return part, parts


@contextmanager
def open_output(
    path: Path, server: RemoteModel | None, *, force: bool, excel: bool
) -> Iterator[OutputFile]:
    """Open the output file, and lock it for this process.

    Unless a server has the model open, its modules are imported before the file is locked. A signal
    during this slow import ends the process at once (`streams.leave_at_once`), and would leave a lock
    file behind.
    """
    from flashsloth.batch.output_file import OutputFile

    file = OutputFile(path, force=force, excel=excel)
    if server is None:
        import flashsloth.model.network  # noqa: F401

    with file:
        if file.warning:
            render.note(f"warning: {file.warning}")
        yield file


def answer_left(
    rows: Sequence[inputs.Row],
    described: set[int],
    file: OutputFile | None,
    counts: Counts,
    options: ResolvedOptions,
    server: RemoteModel | None,
    batch_size: int | None,
    *,
    sidecars: SidecarWriter | None,
    later: Sequence[inputs.Row],
) -> None:
    """Answer the rows that have no answer yet in the output. After Ctrl-C or an error the answers so
    far stay in the output. `described` contains the numbers of the rows that keep their sidecar, and
    `later` the rows that this run leaves out (--limit).

    The sidecar of a row is written before the row itself, so no row is in the output without its
    sidecar. But a picture may have a sidecar and no row in the output file, for example after the
    process was killed between the two. Such a picture is asked about, and its sidecar is kept.

    Raises: InputError if the file has answers that would be lost, DiskFull, OutOfMemory, and the error
    of a server that refuses all questions.
    """
    # 1. Leave out the pictures that are described already.
    if described and counts.output is None:
        # Without an output file the sidecars are the only result, so these rows are not asked.
        rows = [row for row in rows if row.number not in described]
        counts.rows = len(rows)
        single.show_notes(
            [
                f"{text.counted(len(described), 'picture')} skipped, already described; "
                "--existing append or overwrite writes these too"
            ],
            options,
        )
    if not rows:  # there are fewer rows than shards, or all pictures are already described
        if file is not None:
            check_any_asked(file.given_path, file.earlier, (), None)
            file.begin({})
            file.finish(rows)
        return
    # 2. Open the model, and find the answers in the output that are kept.
    model = server or models.open_model(options)
    models.note_settings(model, options)
    documents = row_documents(model, options)
    todo = rows
    if file is not None:
        reusable, staying = find_kept(
            rows, file, counts, documents, later, any_server=bool(options.any_server)
        )
        file.begin(reusable, staying)
        todo = [row for row in rows if row.number not in reusable]
    if left := described.intersection(row.number for row in todo):
        single.show_notes(
            [f"{text.counted(len(left), 'sidecar')} kept; --existing append or overwrite writes them"],
            options,
        )
    # 3. Answer the others.
    answerer = models.choose_answerer(model, documents.settings, batch_size, warn_smaller)
    write: Callable[[Outcome, dict[str, Any]], None] = write_document
    if file is not None:
        write = file.add
    elif streams.is_terminal(streams.answers()):
        write = NamedLines(model, options, (), hd=answerer.settings.most_hd).write
        counts.are_named = True
    try:
        answer_many(todo, answerer, documents, write, counts, sidecars, quiet=options.quiet)
        if file is not None:
            file.finish(rows)
    except (KeyboardInterrupt, SystemExit, FlashSlothError, MemoryError):
        if counts.output is not None and not options.quiet:
            with streams.ignore_sigint():
                render.note(
                    f"stopped; {counts.kept + counts.answered:,} of {counts.rows:,} rows are answered in "
                    f"{inputs.answers_file(counts.output)}. Run the same command again to continue."
                )
        raise


def warn_smaller(size: int) -> None:
    render.note(f"warning: memory ran out; continuing with {text.counted(size, 'row')} at once")


def answer_many(
    rows: Sequence[inputs.Row],
    answerer: Answerer,
    documents: RowDocuments,
    write: Callable[[Outcome, dict[str, Any]], None],
    counts: Counts,
    sidecars: SidecarWriter | None = None,
    *,
    quiet: bool,
) -> None:
    """Answer rows, one after another or several together, and show progress on stderr. `write` gets
    each outcome with its document."""
    size = answerer.batch_size
    with progress.counting("answering", quiet=quiet, rated=True, at_once=size) as advance:
        if rows and not quiet:
            # Show this now, because many rows are asked together and the first answer may take a
            # minute.
            streams.show_status(f"answering: {counts.kept:,} of {counts.rows:,}")
        advance(counts.kept, counts.rows, "")
        done = itertools.count(counts.kept + 1)
        answerer.on_reply = lambda: advance(next(done), counts.rows, "")
        # `finish` sorts an output file at the end. Lines on stdout cannot be sorted later, so they must
        # come in order.
        in_order = counts.output is None
        for outcome in answer_rows(rows, answerer, documents.reading, in_order=in_order):
            if sidecars is not None:
                outcome = sidecars.write(outcome, documents.facts["name"])
            write(outcome, documents.of(outcome))
            counts.count(outcome)


def answer_each(given: arguments.Inputs, options: ResolvedOptions) -> int:
    """Answer a question about each picture. Print lines that begin with the name of the picture, or
    with --json print a document for each picture as `batch` writes it. If a picture cannot be read or
    an answer is incomplete, print the error on stderr instead, or put it into the document.

    Return the exit code: 0 or SOME_FAILED. Raises: OptionError if there is no question, NoPicture, and
    the error of the first picture if none can be read.
    """
    question = single.filled_question(given.question, options, given.command)
    single.show_notes(given.notes, options)
    if not given.pictures:
        raise single.no_picture()
    # Opening a model takes seconds. Check before that whether any picture can be read.
    check_any_readable(given.pictures, options)
    model = models.open_for_chat(options)
    models.note_default_model(options)
    models.note_unused(model, options)
    rows = [
        inputs.Row(
            number,
            source_name(picture.source),
            question,
            picture.source,
            data=single.picture_data(picture),
        )
        for number, picture in enumerate(given.pictures, 1)
    ]
    documents = row_documents(model, options)
    counts = Counts(None, len(rows))
    # A server is asked about several pictures at once. In this process each answer comes as early as
    # possible.
    batch_size = 1 if model.server is None else None
    answerer = models.choose_answerer(model, documents.settings, batch_size)
    lines = NamedLines(model, options, given.notes, hd=answerer.settings.most_hd)
    single.show_status(streams.ANSWERING, options)
    answer_many(rows, answerer, documents, lines.write, counts, quiet=True)
    return exit_codes.SOME_FAILED if counts.failed else 0


def check_any_readable(pictures: Sequence[arguments.ImageArgument], options: ResolvedOptions) -> None:
    """Raise the error of the first picture if no picture can be read."""
    errors = []
    for picture in pictures:
        try:
            single.read_picture(picture, options)
            return
        except ImageError as error:
            errors.append(error)
    raise errors[0]


def row_documents(model: OpenedModel, options: ResolvedOptions) -> RowDocuments:
    """Return what makes the documents of rows, with the settings of their answers. The rows are
    answered in the same way as `ask` would answer them. Raises: OptionError."""
    reading: ImageOptions = {
        "reference": options.reference_preprocessing,
        "allow_local": options.allow_local,
        "crop": options.crop,
    }
    settings = single.start_chat(model, (), options).settings(**options.answer)
    return RowDocuments(model, settings, reading)


def find_kept(
    rows: Sequence[inputs.Row],
    file: OutputFile,
    counts: Counts,
    documents: RowDocuments,
    later: Sequence[inputs.Row] = (),
    *,
    any_server: bool = False,
) -> tuple[dict[int, PreviousAnswer], list[PreviousAnswer]]:
    """Return the answers of a previous run that are kept. Print notes about the answers that are not
    kept.

    Returns: the answers to these rows, by row number, and the answers that stay in the file although
    their questions are not asked now. If there are `later` rows, all other answers and all failures
    stay.

    Raises: InputError if the answers were made with other settings, or if there are answers but none of
        them answers a row.
    """
    path = file.given_path
    system = documents.settings.system
    check_same_settings(path, file.settings, documents.facts, documents.options, any_server=any_server)
    check_any_asked(path, file.earlier, [*rows, *later], system)
    changed = list[inputs.Row]()  # rows whose picture has changed since the answer
    kept = match(rows, file.earlier, system, documents.options, changed.append)
    counts.kept = len(kept)
    if changed:
        more = f" and {len(changed) - 1:,} more" if len(changed) > 1 else ""
        render.note(f"note: {changed[0].source}{more} changed since its answer; asked again")
    if later:
        used = {answer.start for answer in kept.values()}
        left = unasked(changed, file.earlier, system) + unasked(rows, file.failures, system)
        left.sort(key=lambda answer: answer.start)
        return kept, [answer for answer in left if answer.start not in used]
    # A picture may be on a drive that is not connected now, so its answer is kept.
    orphans = unasked(rows, file.earlier, system)
    staying = unreadable_now(orphans)
    if staying:
        render.note(
            f"note: {text.counted(len(staying), 'answer')} about pictures that cannot be read now, such as "
            f"{printable_source(staying[0].key[0])}, will stay in {inputs.answers_file(path)}"
        )
    if removed := len(orphans) - len(staying):
        render.note(
            f"note: {text.counted(removed, 'answer')} to rows that are no longer asked will be removed "
            f"from {inputs.answers_file(path)}"
        )
    return kept, staying


def print_dry_run(
    rows: Sequence[inputs.Row],
    described: Container[int],
    counts: Counts,
    options: ResolvedOptions,
    server: RemoteModel | None,
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
    from flashsloth.batch.output_file import OutputFile

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
        read_ahead(asked, find_error) as errors,
    ):
        for done, (row, error) in enumerate(zip(asked, errors, strict=True), 1):
            if error is not None:
                counts.count(Outcome(row, error=error))
            advance(done, len(asked), "")
    left = len(asked) - counts.failed
    seconds = seconds_per_answer(answers)
    lines = counts.output and inputs.answers_file(counts.output)  # a table is written only at the end
    first = next((row for row in rows if row.prompt), None)
    render.facts(
        {
            "rows": f"{len(rows):,}",
            "answered": f"{len(rows) - len(asked):,} in {lines}" if lines else "",
            "sidecars kept": f"{kept:,}" if kept else "",
            "would fail": f"{counts.failed:,}",
            "left to ask": f"{left:,}",
            "time": f"about {text.duration(seconds * left)}, as in {lines}" if seconds else "",
            "server": "" if server is None else server.server,
            "model": "" if server is None else server.name,
            "first row": "" if first is None else first.source,
            "first prompt": "" if first is None else first.prompt or "",
        }
    )
    for line in counts.problems("would fail"):
        streams.write(f"{text.one_line(line)}\n")


# Answers on stdout


def write_document(_: Outcome, document: dict[str, Any]) -> None:
    render.write_json(document)


class NamedLines:
    """Prints answers with the name of the picture before each line, as `grep` does if it searches
    several files. Errors and notes go to stderr. With --json it prints documents, and adds `notes` to
    their warnings."""

    def __init__(
        self, model: ChatModel, options: ResolvedOptions, notes: Sequence[str], *, hd: bool | None
    ) -> None:
        self.model = model
        self.options = options
        self.notes = notes
        self.hd = hd
        self.noted = False  # whether a note about lost letters was printed

    def write(self, outcome: Outcome, document: dict[str, Any]) -> None:
        if outcome.image is not None and not self.noted:
            notes = single.lost_letters(self.model.facts, [outcome.image.facts], hd=self.hd)
            single.show_notes(notes, self.options)
            self.noted = bool(notes)
        if outcome.record is None:
            if self.options.json:
                render.write_json(document)
            else:
                error = document["error"]
                render.show_error(with_source(document["source"], error["message"]), error["hint"])
            return
        if self.options.json:
            render.write_json(document | {"warnings": [*self.notes, *document["warnings"]]})
        else:
            for warning in document["warnings"]:
                render.note_once(f"warning: {warning}")
            render.write_printable(named_lines(document["source"], document["response"]))
            if "value" not in document:
                single.note_cut(
                    document["finish_reason"], document["options"]["max_tokens"], self.options
                )
            models.note_default_model(self.options, document["response"])
        single.show_stats(self.model, outcome.record, self.options)


def named_lines(source: str, text: str) -> str:
    """Return the lines of a text, with the name of the source before each line."""
    name = LINE_END.sub("\N{REPLACEMENT CHARACTER}", source_name(source))
    return "".join(f"{name}: {line}\n" for line in text.split("\n"))
