"""Where the answers of rows go on stdout. `flashsloth.batch.output_file` is the file of a batch."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flashsloth.batch.run import Answered, Failed
from flashsloth.utils.text import source_name
from flashsloth_cli.answers.picture_input import lost_letters
from flashsloth_cli.answers.single import note_cut, show_choices, show_notes, show_stats
from flashsloth_cli.terminal import render

if TYPE_CHECKING:
    from flashsloth.batch.inputs import Row
    from flashsloth.batch.resume import PreviousAnswer
    from flashsloth.chat import ChatModel
    from flashsloth_cli.config.settings import ResolvedOptions

LINE_END = re.compile(r"\r\n|[\r\n]")


class JsonLines:
    """A document a line, and no answers of a previous run."""

    earlier: Sequence[PreviousAnswer] = ()
    row_count = 0

    def begin(self, kept: Mapping[int, PreviousAnswer]) -> None:
        """Do nothing: there is no previous run."""

    def add(self, event: Answered | Failed, document: dict[str, Any]) -> None:
        render.write_json(document)

    def finish(self, rows: Sequence[Row]) -> None:
        """Do nothing: the lines came in order."""


class NamedLines(JsonLines):
    """Answers with the name of their picture before each line, as `grep` does for several files, errors on stderr, and
    the notes about both; with --json documents, which have `notes` among their warnings."""

    def __init__(self, model: ChatModel, options: ResolvedOptions, notes: Sequence[str], *, hd: bool) -> None:
        self.model, self.options, self.notes, self.hd = model, options, notes, hd
        self.noted = False  # that letters are lost in a picture

    def add(self, event: Answered | Failed, document: dict[str, Any]) -> None:
        if event.image is not None and not self.noted:
            note = lost_letters(self.model.facts, event.image, hd=self.hd)
            show_notes(filter(None, [note]), self.options)
            self.noted = note is not None
        if isinstance(event, Answered):
            self._show_answer(event, document)
        elif self.options.json:
            render.write_json(document)
        else:
            error, source = document["error"], document["source"]
            problem = error["message"] if source in error["message"] else f"{source}: {error['message']}"
            render.show_error(problem, error["hint"])

    def _show_answer(self, event: Answered, document: dict[str, Any]) -> None:
        if self.options.json:
            render.write_json(document | {"warnings": [*self.notes, *document["warnings"]]})
        else:
            for warning in document["warnings"]:
                render.note_once(f"warning: {warning}")
            render.write_printable(named_lines(document["source"], document["response"]))
            if "value" not in document:
                note_cut(document["finish_reason"], document["options"]["max_tokens"], self.options)
        show_choices(event.answer.completion.choices, self.options)
        show_stats(self.model, event.answer, self.options)


def named_lines(source: str, text: str) -> str:
    """Return the lines of a text, each with a name before it."""
    name = LINE_END.sub("\N{REPLACEMENT CHARACTER}", source_name(source))
    return "".join(f"{name}: {line}\n" for line in text.split("\n"))
