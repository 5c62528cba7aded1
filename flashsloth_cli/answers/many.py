"""Run a batch: the rows that are left, the fields of each row's JSON line (Documents), progress, and a summary.

`flashsloth.batch.output_file` writes them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from flashsloth.errors import FlashSlothError, OptionError
from flashsloth.utils.text import source_name
from flashsloth_cli.answers import models
from flashsloth_cli.answers.documents import (
    TIMINGS,
    USAGE,
    choice_fields,
    choice_options,
    constraint_options,
    document_header,
    model_fields,
    unread_image,
)
from flashsloth_cli.answers.picture_input import seen_facts
from flashsloth_cli.answers.single import ask, start_chat, warn
from flashsloth_cli.config import prompt_templates
from flashsloth_cli.inputs import arguments
from flashsloth_cli.terminal import progress, render, streams, text

if TYPE_CHECKING:
    from flashsloth.batch.inputs import Row
    from flashsloth.batch.resume import PreviousAnswer
    from flashsloth.batch.run import Answered, BatchSettings, Failed
    from flashsloth.batch.sidecars import SidecarOptions, SidecarWriter
    from flashsloth.chat import FlashSloth
    from flashsloth_cli.config.resolved_options import ResolvedOptions


MAX_ERRORS = 3  # printed at the end
OUTPUTS = (".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".log", "")  # endings that promise nothing else


class AnswerSink(Protocol):
    """The output of a batch. `earlier`: the answers of a previous run; `row_count`: rows that have an answer now."""

    @property
    def earlier(self) -> Sequence[PreviousAnswer]: ...

    @property
    def row_count(self) -> int: ...

    def begin(self, kept: Mapping[int, PreviousAnswer]) -> None: ...

    def add(self, number: int, document: dict[str, Any]) -> None: ...

    def finish(self, rows: Sequence[Row]) -> None: ...


class Stdout:
    """Answers as lines on stdout, which has none of a previous run."""

    earlier: Sequence[PreviousAnswer] = ()
    row_count = 0

    def begin(self, kept: Mapping[int, PreviousAnswer]) -> None:
        """Do nothing: there is no previous run."""

    def add(self, number: int, document: dict[str, Any]) -> None:
        from flashsloth.batch.answer_formats import encode_line

        streams.write(encode_line(document).decode())

    def finish(self, rows: Sequence[Row]) -> None:
        """Do nothing: the lines came in order."""


@dataclass(slots=True)
class BatchProgress:
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
        from flashsloth.batch.run import Failed

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
    shard: str | None,
    output: Path | None,
    *,
    no_picture: bool,
    recursive: bool,
    question_format: str | None,
    pages: bool = True,
    quiet: bool = False,
) -> Sequence[Row]:
    """Return the rows to ask, or those of one shard. Prints how many files of folders were skipped. `question` is for
    rows without their own, `pages` as in `find_rows`; all are filled into `question_format`, which a template has."""
    from flashsloth.batch import inputs

    part = parse_shard(shard) if shard is not None else (1, 1)
    file = arguments.prompt_file(prompt) if prompt is not None else None
    stdin = Path("/dev/stdin") if "-" in words else None  # the shell may have opened any file for it
    also = [path for path in (file, stdin) if path is not None]
    on_skipped = None if quiet else note_skipped_files
    rows = inputs.find_rows(
        words,
        question if question and question.strip() else None,
        read_stdin,
        output,
        also,
        no_picture=no_picture,
        recursive=recursive,
        pages=pages,
        on_passed_over=on_skipped,
    )
    if question_format is not None:
        rows = [replace(row, prompt=row.prompt and prompt_templates.fill(question_format, row.prompt)) for row in rows]
    return inputs.shard(rows, *part)


def parse_question(prompt: str | None) -> arguments.Inputs:
    """Return the question of -p, to which a template can be applied."""
    text = None if prompt is None else arguments.require_utf8(arguments.prompt_text(prompt), "the question")
    return arguments.Inputs(text, (), command="batch")


def note_skipped_files(folder: str, counts: Mapping[str, int]) -> None:
    """Print a note such as `photos: 3 files skipped: 2 of another format (.txt), 1 hidden`."""
    render.note(text.skipped_files(folder, counts))


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
def open_sink(output: Path | None, *, force: bool) -> Iterator[AnswerSink]:
    """Open the output file, locked by this process, or stdout. The model's modules are imported first: a signal during
    those slow imports ends the process at once (`streams.leave_at_once`), which would leave a lock file."""
    if output is not None and output.suffix.lower() not in OUTPUTS:
        warn([f"{output} will have JSON lines; its ending may be .jsonl, or .csv or .tsv for a table"])
    import flashsloth.model.modeling  # noqa: F401
    from flashsloth.batch.output_file import OutputFile

    if output is None:
        if force:
            raise OptionError("--force is for a file", hint="Add -o FILE, or leave it out.")
        yield Stdout()
        return
    with OutputFile(output, force=force) as sink:
        yield sink


def run(
    rows: Sequence[Row],
    sink: AnswerSink,
    counts: BatchProgress,
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
        if not options.quiet:
            render.note(
                f"note: {text.counted(len(described), 'sidecar')} kept; --existing append or overwrite writes them"
            )
        described = set()
    if not sink.earlier:
        rows = without(rows, described, counts, options)
    if not rows:  # a shard of fewer rows than shards, or all are described
        check_any_reusable(counts.output or Path(), sink.earlier, {})
        sink.begin({})
        sink.finish(rows)
        return
    model = models.open_model(options)
    models.note_default_model(options)
    answer_options = answer_settings(model, options)
    documents = Documents(model, answer_options)
    kept = find_kept(rows, sink, counts, documents)
    rows = without(rows, described - kept.keys(), counts, options)
    sink.begin(kept)
    todo = [row for row in rows if row.number not in kept]
    with ExitStack() as stack:
        stack.enter_context(note_when_stopped(counts, sink, quiet=options.quiet))
        advance = stack.enter_context(progress.counting("answering", quiet=options.quiet, rated=True))
        advance(counts.done, counts.rows, "")
        for event in events(model, todo, answer_options, batch_size):
            event = event if sidecars is None else sidecars.write(event)
            sink.add(event.row.number, documents.of(event))
            counts.count(event)
            advance(counts.done, counts.rows, "")
        sink.finish(rows)


def open_sidecars(
    words: Sequence[str], rows: Sequence[Row], options: SidecarOptions | None, output: Path | None
) -> SidecarWriter | None:
    """Return what writes the sidecars, None without --write. Raises: OptionError for a URL, InputError."""
    if options is None:
        return None
    from flashsloth.batch.sidecars import SidecarWriter
    from flashsloth.images.sources import source_kind

    for word in words:
        if source_kind(word) in ("http", "data"):
            raise OptionError(
                f"--write has no place for a sidecar of {source_name(word)}",
                hint="Download the picture and name its file.",
            )
    return SidecarWriter(rows, options, output)


def without(
    rows: Sequence[Row], skipped: Collection[int], counts: BatchProgress, options: ResolvedOptions
) -> Sequence[Row]:
    """Return the rows that are not skipped, and count them. Prints how many are skipped."""
    left = [row for row in rows if row.number not in skipped]
    counts.rows = len(left)
    if len(left) < len(rows) and not options.quiet:
        pictures = text.counted(len(rows) - len(left), "picture")
        render.note(f"note: {pictures} skipped, already described; --existing append or overwrite writes these too")
    return left


def answer_settings(model: FlashSloth, options: ResolvedOptions) -> BatchSettings:
    """Return how to answer, as `ask` would. Raises: OptionError."""
    from flashsloth.batch.run import BatchSettings
    from flashsloth.chat import NOT_TRAINED_HD

    chat = start_chat(model, (), options)
    answer = ask(chat, "", options)  # checks the options, and computes nothing
    warn([] if options.constraint is None else options.constraint.warnings)
    if chat.hd and not model.config.image_hd:
        warn([NOT_TRAINED_HD])
    return BatchSettings(
        chat.system,
        chat.hd,
        answer.sampling,
        answer.max_tokens,
        tuple(options.stop or ()),
        {
            "reference": options.reference_preprocessing,
            "allow_local": options.allow_local,
            "crop": options.crop,
        },
        options.constraint,
        options.choice_texts,
    )


def find_kept(
    rows: Sequence[Row], sink: AnswerSink, counts: BatchProgress, documents: Documents
) -> dict[int, PreviousAnswer]:
    """Return the answers of a previous run that stay, and print notes about the others."""
    from flashsloth.batch import resume

    if not sink.earlier or counts.output is None:
        return {}
    resume.check_same_settings(counts.output, sink.earlier, documents.fixed_settings)
    kept = resume.match(rows, sink.earlier, documents.settings.system, lambda row: counts.changed.append(row.source))
    if not counts.changed:
        resume.check_any_reusable(counts.output, sink.earlier, kept)
    counts.kept = len(kept)
    if counts.changed:
        more = f" and {len(counts.changed) - 1:,} more" if len(counts.changed) > 1 else ""
        render.note(f"note: {counts.changed[0]}{more} changed since its answer, and will be answered again")
    removed = resume.count_orphans(rows, sink.earlier, documents.settings.system)
    if removed:
        answers = text.counted(removed, "answer")
        render.note(f"note: {answers} to rows that are no longer asked will be removed from {counts.output}")
    return kept


def events(
    model: FlashSloth, rows: Sequence[Row], settings: BatchSettings, batch_size: int | None
) -> Iterator[Answered | Failed]:
    from flashsloth.answering.answerers import choose_answerer
    from flashsloth.batch.run import answer_rows

    def warn_smaller(size: int) -> None:
        warn([f"memory ran out; continuing with {text.counted(size, 'row')} at once"])

    return answer_rows(rows, settings, choose_answerer(model, settings.answers, batch_size, warn_smaller))


@contextmanager
def note_when_stopped(counts: BatchProgress, sink: AnswerSink, *, quiet: bool) -> Iterator[None]:
    """Print how many rows are answered if the batch is interrupted."""
    from flashsloth.batch.inputs import answers_file

    try:
        yield
    except (KeyboardInterrupt, SystemExit, FlashSlothError, MemoryError):
        if counts.output is not None and not quiet:
            with streams.ignore_sigint():
                done = f"{sink.row_count:,} of {counts.rows:,} rows are in {answers_file(counts.output)}"
                render.note(f"stopped; {done}. Run the same command again to continue.")
        raise


class Documents:
    """The JSON document of each row: the fields of `flashsloth.answer/1`, and `row`, `source` and `error`."""

    def __init__(self, model: FlashSloth, settings: BatchSettings) -> None:
        from flashsloth.batch.resume import recipe_digest, weights_digest

        loaded = model.loaded
        folders = [loaded.source.folder, *([Path(loaded.adapter)] if loaded.adapter else [])]
        self.model, self.settings = model, settings
        self.facts = {**model_fields(model.facts), "weights": weights_digest(*folders)}
        self.options = {
            **asdict(settings.sampling),
            "max_tokens": settings.max_tokens,
            "hd": settings.hd,
            "stop": list(settings.stop),
            "reference_preprocessing": settings.reading["reference"],
            **constraint_options(settings.constraint),
            **choice_options(settings.choices, model.config.choice_temperature),
            **({} if settings.reading["crop"] is None else {"crop": settings.reading["crop"]}),
            **({} if model.recipe is None else {"reduce": recipe_digest(model.recipe)}),
        }

    @property
    def fixed_settings(self) -> dict[str, Any]:
        """Return the settings that an earlier answer must share to stay."""
        return {
            "model": self.facts["name"],
            "weights": self.facts["weights"],
            "quant": self.facts["quant"],
            **self.options,
        }

    def of(self, event: Answered | Failed) -> dict[str, Any]:
        """Return the document of a row. In a failed row the fields of the answer are null. Times are also null for a
        row that was answered together with others."""
        from flashsloth.batch.run import Failed

        row, error = event.row, event.error if isinstance(event, Failed) else None
        answer = None if isinstance(event, Failed) else event.answer
        completion, stats = (None, None) if answer is None else (answer.completion, answer.stats)
        usage = {name: getattr(completion, name, None) for name in USAGE}
        if completion is not None:
            usage.update(cached_tokens=0, output_tokens=len(completion.token_ids))
        return {
            **document_header(self.facts, None),
            "id": row.id,
            "prompt": row.prompt,
            "system": self.settings.system_of(row),
            "images": self._images(event),
            "response": None if completion is None else completion.text,
            **({} if self.settings.constraint is None else {"value": getattr(event, "value", None)}),
            "token_ids": [] if completion is None else list(completion.token_ids),
            "finish_reason": None if completion is None else completion.reason,
            "options": self.options,
            "usage": usage,
            "timings": {
                "load_ms": round(self.model.loaded.load_ms, 1),
                **{name: None if stats is None else round(getattr(stats, name), 1) for name in TIMINGS},
            },
            "memory": {"peak_bytes": self.model.peak_memory()},
            "session": None,
            "warnings": [] if answer is None else answer.warnings,
            "row": row.number,
            "source": row.source,
            **choice_fields(None if completion is None else completion.choices),
            "error": None if error is None else render.error_object(error),
        }

    def _images(self, event: Answered | Failed) -> list[dict[str, Any]]:
        if event.image is None:
            source = event.row.image
            return [] if source is None else [{**unread_image(source_name(source)), "bytes": None, "modified_ns": None}]
        facts = asdict(event.image)
        extra = {name: facts.pop(name) for name in ("bytes", "modified_ns")}
        facts |= {} if (crop := facts.pop("crop")) is None else {"crop": crop}
        config, hd = self.model.config, self.settings.hd
        seen = seen_facts(config.picture_scale, event.image.width, event.image.height, hd=hd)
        return [{**facts, **seen, "visual_tokens": config.visual_tokens(hd), "cached": False, **extra}]
