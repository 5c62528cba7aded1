"""Ask about pictures that arrive in folders, for `batch --watch`, until a signal ends the program.

`flashsloth.batch.watch` decides which files are asked about, and `flashsloth.batch.output_file` writes
the answers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from flashsloth.batch import inputs, resuming
from flashsloth.batch.answer_rows import RowDocuments, answer_rows
from flashsloth.batch.output_file import OutputFile
from flashsloth.batch.sidecars import SidecarOptions, SidecarWriter
from flashsloth.batch.watch import PATIENCE, FolderWatcher, WatchedRows
from flashsloth.chat.answerer import Answerer, read_ahead
from flashsloth.data.data_files import EXTENSIONS
from flashsloth.errors import ImageError, InputError, OptionError
from flashsloth.images import sources
from flashsloth.utils.paths import expand_text
from flashsloth.utils.text import printable_source
from flashsloth_cli.asking import many, models, single
from flashsloth_cli.settings.settings import ResolvedOptions
from flashsloth_cli.terminal import progress, render, streams, text

if TYPE_CHECKING:
    from flashsloth.server.remote_chat import RemoteModel

FILES_AT_ONCE = 200  # number of files to ask about before the folders are looked at again


def watch(
    words: Sequence[str],
    question: str | None,
    output: Path | None,
    options: ResolvedOptions,
    sidecars: SidecarOptions | None,
    server: RemoteModel | None,
    *,
    recursive: bool,
    force: bool,
    batch_size: int | None,
) -> NoReturn:
    """Ask a question about the pictures in folders, then about each picture that arrives. Answers of
    earlier runs are kept, even if their pictures do not exist now.

    Raises:
        KeyboardInterrupt, SystemExit: a signal ends the watch.
        InputError: the answers in the file were made with other settings or to other questions.
        OptionError, DiskFull, OutOfMemory
    """
    prompt = single.filled_question(question, options, "batch")
    folders = find_folders(words)
    if output is None:
        raise OptionError("--watch needs a file for the answers", hint="Add -o answers.csv or .jsonl.")
    with many.open_output(output, server, force=force, excel=options.table == "excel") as file:
        model = server or models.open_model(options)
        models.note_settings(model, options)
        documents = many.row_documents(model, options)
        resuming.check_same_settings(
            output,
            file.settings,
            documents.facts,
            documents.options,
            any_server=bool(options.any_server),
        )
        system = documents.settings.system
        rows = WatchedRows(file.earlier, prompt, system)
        known = [replace(row, prompt=prompt, system=None) for row in rows.in_order()]
        resuming.check_any_asked(output, file.earlier, known, system)
        file.begin(rows.answers)
        single.show_notes(
            [f"watching {', '.join(map(printable_source, folders))}; Ctrl-C ends it"], options
        )
        _Watch(
            FolderWatcher(folders, recursive),
            rows,
            file,
            documents,
            models.choose_answerer(model, documents.settings, batch_size, many.warn_smaller),
            sidecars,
            options,
        ).run()


def find_folders(words: Sequence[str]) -> list[str]:
    """Return the folders to watch. A folder that does not exist is accepted, because it may be on a
    drive that is not connected yet. Raises: OptionError for a word that cannot be a folder."""
    folders = []
    for word in words:
        path = next(filter(os.path.isdir, sources.candidate_paths(word)), expand_text(word))
        is_pattern = word == "-" or sources.URL.match(word) or sources.GLOB.search(word)
        is_file = sources.has_picture_name(word) or word.lower().endswith(EXTENSIONS)
        if not os.path.isdir(path) and (is_pattern or is_file or os.path.exists(path)):
            raise OptionError(
                f"--watch is for folders, not for {printable_source(word)}",
                hint="Name the folder in which pictures arrive, or leave out --watch.",
            )
        folders.append(path)
    return folders


@dataclass(slots=True)
class _Watch:
    """A watch of folders that continues until a signal."""

    watcher: FolderWatcher
    rows: WatchedRows
    file: OutputFile
    documents: RowDocuments
    answerer: Answerer
    sidecars: SidecarOptions | None
    options: ResolvedOptions
    sidecar_owners: dict[str, str] = field(default_factory=dict)
    # Problems that were noted and have not ended. One that comes again later is noted again.
    away: dict[str, str] = field(default_factory=dict)  # as `FolderWatcher.unreadable`
    unfinished: set[str] = field(default_factory=set)  # files that cannot be read yet
    table_problem: str = ""  # why the table could not be written
    # counts since the last note
    counts: many.Counts = field(default_factory=lambda: many.Counts(None, 0))

    def run(self) -> NoReturn:
        """Look at the folders and answer the question about new files, again and again until a signal.
        If there are no new files, complete the output file and wait."""
        is_complete = False
        try:
            while True:
                files, count = self.watcher.look(FILES_AT_ONCE)
                self._note_outages()
                if files:
                    # Only FILES_AT_ONCE files are answered before the next look, because all files may
                    # take hours, and changes during this time must be noticed.
                    self._answer(files, count - len(files))
                    is_complete = False
                    continue
                if not is_complete:
                    is_complete = self._complete()
                self.watcher.sleep(self.watcher.pause)
        except (KeyboardInterrupt, SystemExit):
            with streams.ignore_sigint():
                self._stop()
            raise

    def _stop(self) -> None:
        """Complete the output file after a signal, and print how to continue."""
        try:
            self._complete()
        except InputError as error:
            render.warn([f"{error}. {error.hint}"])
            return
        if not self.options.quiet:
            render.note(
                f"stopped; {text.counted(len(self.rows.rows), 'row')} in "
                f"{inputs.answers_file(self.file.given_path)}. Run the same command again to continue."
            )

    def _note_outages(self) -> None:
        """Print a note about each folder that cannot be read, unless it could not be read at the last
        look either, for the same reason."""
        for folder, reason in self.watcher.unreadable.items():
            if self.away.get(folder) != reason:
                render.note(f"note: waiting for {printable_source(folder)}: {reason}")
        self.away = self.watcher.unreadable
        self.unfinished &= self.watcher.files.keys()

    def _answer(self, files: Sequence[str], more: int) -> None:
        """Answer the question about files, and write the answers. `more` is the number of files that
        wait. If a file cannot be read completely, another program may still be writing it. The watcher
        decides when this counts as a failure."""
        # 1. Make the rows of the files, with one row for each page. A sidecar describes a whole file,
        # so with sidecars there is one row for each file.
        pages_of = sources.page_sources if self.sidecars is None else lambda path: [path]
        with read_ahead(files, pages_of) as pages:
            rows = {path: self.rows.of(path, each) for path, each in zip(files, pages, strict=True)}
        paths = {row.number: path for path in files for row in rows[path]}
        # 2. Choose the rows to ask. Some files are already answered, because only their modification
        # time has changed, or because an earlier run has read them.
        todo = self.rows.unanswered(
            [row for path in files for row in rows[path]], self.documents.options
        )
        writer = None
        if self.sidecars is not None:
            writer = SidecarWriter(
                todo, self.sidecars, self.file.given_path, owners=self.sidecar_owners
            )
            writer.remove_leftovers()
            todo = writer.rows
        # 3. Answer these rows, and record each answer at once.
        unfinished = set[str]()
        with progress.counting("answering", quiet=self.options.quiet, rated=True) as advance:
            advance(0, len(todo) + more, "")
            outcomes = answer_rows(
                todo, self.answerer, self.documents.reading, whole=True, in_order=False
            )
            for done, outcome in enumerate(outcomes, 1):
                path = paths[outcome.row.number]
                if isinstance(outcome.error, ImageError) and self.watcher.try_again(path):
                    if not (self.options.quiet or path in self.unfinished or path in unfinished):
                        render.note(
                            f"note: {printable_source(path)} cannot be read yet; it is tried again for "
                            f"{text.duration(PATIENCE)}"
                        )
                    unfinished.add(path)
                    continue
                # Without this, Ctrl-C between these steps would leave an answer in the file that `rows`
                # does not know.
                with streams.hold_signals():
                    if writer is not None:
                        outcome = writer.write(outcome, self.documents.facts["name"])
                    document = self.documents.of(outcome)
                    self.file.add(outcome, document)
                    self.rows.record(outcome.row, document)
                    self.counts.count(outcome)
                advance(done, len(todo) + more, "")
        self.unfinished = self.unfinished.difference(files) | unfinished
        # 4. Remove the rows of pages that a changed file no longer has. A file that could not be read
        # keeps its rows for now.
        for path in unfinished.symmetric_difference(files):
            self.rows.drop_obsolete(path, rows[path], self.watcher.files[path].signature)

    def _complete(self) -> bool:
        """Write the table, put the lines of the output file in order, and print how many rows were
        answered. Return False if the table could not be written now. Writing the table is tried again
        later."""
        with streams.hold_signals():
            reason = self.file.update(self.rows.in_order())
        if reason and reason != self.table_problem:
            render.note(f"warning: {reason}")
        self.table_problem = reason
        for line in self.counts.problems():
            render.note(line)
        models.note_default_model(self.options, self.counts.refusal)
        if not self.options.quiet and self.counts.answered + self.counts.failed:
            failed = f", {self.counts.failed:,} failed" if self.counts.failed else ""
            done = (
                f"{self.counts.answered:,} answered{failed}{self.counts.usage}{self.counts.unwritten}"
            )
            render.note(f"{done}; {text.counted(len(self.rows.rows), 'row')} in all")
        self.counts = many.Counts(None, 0)
        return not reason
