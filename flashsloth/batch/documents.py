"""The JSON document of a row: that of its answer, with the fields that a batch adds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from flashsloth.answering.documents import (
    answer_document,
    choice_fields,
    error_fields,
    image_fields,
    model_fields,
    options_of,
    unread_image,
)
from flashsloth.batch.resume import recipe_digest
from flashsloth.batch.run import Answered, BatchSettings, Failed
from flashsloth.checkpoints.folder import fingerprint
from flashsloth.utils.text import source_name

if TYPE_CHECKING:
    from flashsloth.chat import ChatModel


class RowDocuments:
    """Makes the documents of the rows of one model and one set of settings. `recipe`: the file that `reduce` names."""

    def __init__(self, model: ChatModel, settings: BatchSettings, recipe: str | os.PathLike[str] | None = None) -> None:
        facts, reading = model.facts, settings.reading
        folders = [facts.folder, *([facts.adapter] if facts.adapter else [])]
        self.model, self.settings = model, settings
        self.facts = {**model_fields(facts), "weights": fingerprint(*folders)}
        read = {"stop": list(settings.answers.stop), "reference_preprocessing": reading.get("reference", False)}
        self.options = {
            **options_of(facts, settings.answers, **read),
            **({} if reading.get("crop") is None else {"crop": reading.get("crop")}),
            **({} if recipe is None else {"reduce": recipe_digest(recipe)}),
        }

    @property
    def fixed_settings(self) -> dict[str, Any]:
        """Return the settings that an earlier answer must share to stay."""
        facts = self.facts
        return {"model": facts["name"], "weights": facts["weights"], "quant": facts["quant"], **self.options}

    def of(self, event: Answered | Failed) -> dict[str, Any]:
        """Return the document of a row. In a failed row the fields of the answer are null. Times are also null for a
        row that was answered together with others."""
        error = event.error if isinstance(event, Failed) else None
        row, answered = event.row, event if isinstance(event, Answered) else None
        answer = None if answered is None else answered.answer
        return answer_document(
            self.model,
            self.settings.answers,
            row.prompt,
            self._images(event, cached=answer is not None and answer.cached),
            answer,
            model=self.facts,
            system=self.settings.system_of(row),
            options=self.options,
            **({} if row.id is None else {"id": row.id}),
            **({"value": answered.value} if answered is not None and self.settings.answers.constraint else {}),
            row=row.number,
            source=row.source,
            **choice_fields(None if answer is None else answer.completion.choices),
            error=error and error_fields(error),
        )

    def _images(self, event: Answered | Failed, *, cached: bool) -> list[dict[str, Any]]:
        image, source, hd = event.image, event.row.image, bool(self.settings.answers.hd)
        if image is not None:
            file = {"bytes": image.bytes, "modified_ns": image.modified_ns}
            return [image_fields(image, self.model.facts, hd=hd, cached=cached) | file]
        return [] if source is None else [unread_image(source_name(source)) | {"bytes": None, "modified_ns": None}]
