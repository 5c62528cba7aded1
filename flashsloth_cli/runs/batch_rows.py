"""A batch as it goes on: what is left to do, a document for each row, progress, and what is said at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from flashsloth.errors import FlashSlothError, OptionError
from flashsloth.utils.text import source_name
from flashsloth_cli.inputs import arguments
from flashsloth_cli.runs import open_model
from flashsloth_cli.runs.one_shot import (
    TIMINGS,
    USAGE,
    ask,
    document_header,
    model_facts,
    peak_bytes,
    start_chat,
    unread_image,
    warn,
)
from flashsloth_cli.terminal import exit_codes, progress, render, streams

if TYPE_CHECKING:
    from flashsloth.batch.inputs import Row
    from flashsloth.batch.resume import PreviousAnswer
    from flashsloth.batch.run import Answered, BatchSettings, Failed
    from flashsloth.chat import FlashSloth
    from flashsloth_cli.config.settings import Settings
    from flashsloth_cli.options import Options


class AnswerSink(Protocol):
    """Where answers go. `earlier` is what was there before, `there` how many of the rows it has by now."""

    @property
    def earlier(self) -> Sequence[PreviousAnswer]: ...

    @property
    def there(self) -> int: ...

    def begin(self, kept: Mapping[int, PreviousAnswer]) -> None: ...

    def add(self, number: int, document: dict[str, Any]) -> None: ...

    def finish(self, rows: Sequence[Row]) -> None: ...


class Stdout:
    """Answers as lines on stdout. There is no going on with them."""

    earlier: Sequence[PreviousAnswer] = ()
    there = 0

    def begin(self, kept: Mapping[int, PreviousAnswer]) -> None:
        """Nothing is there yet."""

    def add(self, number: int, document: dict[str, Any]) -> None:
        from flashsloth.batch.output_file import encoded

        streams.write(encoded(document).decode())

    def finish(self, rows: Sequence[Row]) -> None:
        """They came in order."""


@dataclass(slots=True)
class BatchProgress:
    """How many rows there are, and what became of them so far."""

    output: Path | None
    rows: int
    kept: int = 0
    answered: int = 0
    failed: int = 0
    changed: list[str] = field(default_factory=list)  # sources whose picture is another one than was answered about

    @property
    def done(self) -> int:
        return self.kept + self.answered + self.failed

    def count(self, event: Answered | Failed) -> None:
        """One more."""
        from flashsloth.batch.run import Failed

        if isinstance(event, Failed):
            self.failed += 1
        else:
            self.answered += 1

    def summary(self) -> str:
        """`118 of 120 done, 2 failed. Failed rows are in kw.jsonl with "error". …`"""
        good = self.kept + self.answered
        text = f"{good:,} of {self.rows:,} done"
        if self.kept:
            text += f", {self.kept:,} of them before"
        if not self.failed:
            return f"{text}."
        text += f", {self.failed:,} failed."
        if self.output is None:
            return f'{text} Failed rows have an "error".'
        return f'{text} Failed rows are in {self.output} with "error". Run the same line again to retry only those.'


def find(
    words: Sequence[str],
    prompt: str | None,
    shard: str | None,
    output: Path | None,
    *,
    no_picture: bool,
    quiet: bool = False,
) -> Sequence[Row]:
    """What is asked; of several shards the rows of one. What is passed over in folders is said on stderr."""
    from flashsloth.batch import inputs

    part = parse_shard(shard) if shard is not None else (1, 1)
    question = arguments.require_utf8(arguments.prompt_text(prompt), "the question") if prompt is not None else ""
    file = arguments.prompt_file(prompt) if prompt is not None else None
    stdin = Path("/dev/stdin") if "-" in words else None  # the shell may have opened any file for it
    also = [path for path in (file, stdin) if path is not None]
    asked = question if question.strip() else None
    say = None if quiet else note_skipped_files
    found = inputs.find_rows(words, asked, read_stdin, output, also, no_picture=no_picture, on_passed_over=say)
    return inputs.shard(found, *part)


def note_skipped_files(folder: str, counts: Mapping[str, int]) -> None:
    """`photos: 3 passed over: 2 of another format (.txt), 1 hidden`"""
    reasons = ", ".join(f"{count:,} {why}" for why, count in counts.items())
    render.note(f"{folder}: {sum(counts.values()):,} passed over: {reasons}")


def parse_shard(text: str) -> tuple[int, int]:
    """2/8 is the second of eight."""
    found = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text)
    part, parts = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= part <= parts:
        raise OptionError(f"there is no shard {text}", hint="--shard 2/8 is the second of eight; the first is 1/8.")
    return part, parts


def read_stdin() -> bytes:
    """All of stdin, which must be piped in."""
    from flashsloth.images.sources import MAX_FILE_BYTES

    if not streams.has_piped_stdin():
        raise OptionError(
            "- wants rows on stdin, but nothing is piped in", hint="Pipe them in: ls *.jpg | flashsloth batch - -p TEXT"
        )
    return streams.read_stdin(MAX_FILE_BYTES)


@contextmanager
def open_sink(output: Path | None, *, force: bool) -> Iterator[AnswerSink]:
    """The file, held by this process alone, or stdout.

    The model's modules are imported before the file is locked: a signal during those slow imports ends the process at
    once (`streams.leave_at_once`), which must not leave a lock file.
    """
    import flashsloth.model.modeling  # noqa: F401
    from flashsloth.batch.output_file import Output

    if output is None:
        if force:
            raise OptionError("--force is for a file", hint="Add -o FILE, or leave it out.")
        yield Stdout()
        return
    with Output(output, force=force) as target:
        yield target


def run(
    rows: Sequence[Row],
    target: AnswerSink,
    tally: BatchProgress,
    options: Options,
    settings: Settings,
    batch_size: int | None,
) -> None:
    """Ask what is not answered yet. Where Ctrl-C or an error breaks it off, what is there so far stays.

    Raises: InputError where the file has answers that would be lost, DiskFull, OutOfMemory.
    """
    from flashsloth.batch.resume import check_kept

    if not rows:  # a shard of fewer rows than shards
        check_kept(tally.output or Path(), target.earlier, {})
        target.begin({})
        target.finish(rows)
        return
    model = open_model.open_model(options, settings)
    open_model.note_default_model(options, settings)
    answering = answer_settings(model, options, settings)
    documents = Documents(model, answering)
    kept = find_kept(rows, target, tally, documents)
    target.begin(kept)
    todo = [row for row in rows if row.number not in kept]
    with ExitStack() as stack:
        stack.enter_context(note_when_stopped(tally, target, quiet=options.quiet))
        advance = stack.enter_context(progress.counting("answering", quiet=options.quiet, rated=True))
        advance(tally.done, tally.rows, "")
        for event in events(model, todo, answering, batch_size):
            target.add(event.row.number, documents.of(event))
            tally.count(event)
            advance(tally.done, tally.rows, "")
        target.finish(rows)


def answer_settings(model: FlashSloth, options: Options, settings: Settings) -> BatchSettings:
    """Resolve the settings as `ask` would. Raises: OptionError."""
    from flashsloth.batch.run import BatchSettings
    from flashsloth.chat import NOT_TRAINED_HD

    chat = start_chat(model, (), options, settings)
    answer = ask(chat, "", options, settings)  # settles the values, and computes nothing
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
            "allow_truncated": options.allow_truncated,
            "allow_local": options.allow_local,
        },
    )


def find_kept(
    rows: Sequence[Row], target: AnswerSink, tally: BatchProgress, documents: Documents
) -> dict[int, PreviousAnswer]:
    """The rows that are answered already; what becomes of the others is said."""
    from flashsloth.batch import resume

    if not target.earlier or tally.output is None:
        return {}
    resume.check_made(tally.output, target.earlier, documents.made)
    kept = resume.match(rows, target.earlier, documents.settings.system, lambda row: tally.changed.append(row.source))
    if not tally.changed:
        resume.check_kept(tally.output, target.earlier, kept)
    tally.kept = len(kept)
    if tally.changed:
        more = f" and {len(tally.changed) - 1:,} more" if len(tally.changed) > 1 else ""
        render.note(f"note: {tally.changed[0]}{more} changed since it was answered about, and is asked again")
    left = resume.count_unasked(rows, target.earlier, documents.settings.system)
    if left:
        render.note(f"note: answers to what is not asked any more, {left:,} of them, go from {tally.output}")
    return kept


def events(
    model: FlashSloth, rows: Sequence[Row], settings: BatchSettings, batch_size: int | None
) -> Iterator[Answered | Failed]:
    """The rows' answers."""
    from flashsloth.answering.answerers import choose_answerer
    from flashsloth.batch.run import answer_rows

    def say_smaller(size: int) -> None:
        warn([f"memory ran out; it goes on with {size} row{'s' * (size != 1)} at once"])

    return answer_rows(model, rows, settings, choose_answerer(model, settings.answers, batch_size, say_smaller))


@contextmanager
def note_when_stopped(tally: BatchProgress, target: AnswerSink, *, quiet: bool) -> Iterator[None]:
    """Say what is there of a batch that was broken off."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, FlashSlothError, MemoryError):
        if tally.output is not None and not quiet:
            with streams.ignore_sigint():
                done = f"{target.there:,} of {tally.rows:,} rows are in {tally.output}"
                render.note(f"stopped; {done}. Run the same line again to go on.")
        raise


class Documents:
    """A document `flashsloth.answer/1` for each row, with `row`, `source` and `error`."""

    def __init__(self, model: FlashSloth, settings: BatchSettings) -> None:
        from flashsloth.batch.resume import weights_digest

        loaded = model.loaded
        folders = [loaded.source.folder, *([Path(loaded.adapter)] if loaded.adapter else [])]
        self.model, self.settings = model, settings
        self.facts = {**model_facts(model), "weights": weights_digest(*folders)}
        self.options = {
            **asdict(settings.sampling),
            "max_tokens": settings.max_tokens,
            "hd": settings.hd,
            "stop": list(settings.stop),
            "reference_preprocessing": settings.reading["reference"],
        }

    @property
    def made(self) -> dict[str, Any]:
        """What an answer must have in common with these to stay."""
        return {
            "model": self.facts["name"],
            "weights": self.facts["weights"],
            "quant": self.facts["quant"],
            **self.options,
        }

    def of(self, event: Answered | Failed) -> dict[str, Any]:
        """A row's document. What a failed row has not is null, and so are times of a row that was one of many."""
        from flashsloth.batch.run import Failed

        row, error = event.row, event.error if isinstance(event, Failed) else None
        answer = None if isinstance(event, Failed) else event.answer
        said, stats = (None, None) if answer is None else (answer.completion, answer.stats)
        usage = {name: getattr(said, name, None) for name in USAGE}
        if said is not None:
            usage.update(cached_tokens=0, output_tokens=len(said.token_ids))
        own = {} if row.id is None else {"id": row.id}
        return {
            **document_header(self.facts),
            **own,
            "prompt": row.prompt,
            "system": self.settings.system_of(row),
            "images": self._images(event),
            "response": None if said is None else said.text,
            "token_ids": [] if said is None else list(said.token_ids),
            "finish_reason": None if said is None else said.reason,
            "options": self.options,
            "usage": usage,
            "timings": {
                "load_ms": round(self.model.loaded.load_ms, 1),
                **{name: None if stats is None else round(getattr(stats, name), 1) for name in TIMINGS},
            },
            "memory": {"peak_bytes": peak_bytes(self.model.loaded.device)},
            "session": None,
            "warnings": [] if answer is None else answer.warnings,
            "row": row.number,
            "source": row.source,
            "error": None if error is None else render.error_object(error, exit_codes.exit_code(error)),
        }

    def _images(self, event: Answered | Failed) -> list[dict[str, Any]]:
        if event.image is None:
            source = event.row.image
            return [] if source is None else [{**unread_image(source_name(source)), "bytes": None, "modified_ns": None}]
        facts = asdict(event.image)
        extra = {name: facts.pop(name) for name in ("bytes", "modified_ns")}
        return [{**facts, "visual_tokens": self.model.config.visual_tokens(self.settings.hd), **extra}]
