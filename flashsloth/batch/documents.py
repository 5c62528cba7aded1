"""The JSON documents of rows: those of answers with the fields that a batch adds. An answer of an earlier run is reused
if question, picture, model and options are the same.

Device and dtype may differ, as between the machines of a cluster; each answer names its own. Opens no model.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.answering.documents import (
    SCHEMA,
    answer_document,
    choice_fields,
    error_fields,
    image_fields,
    model_fields,
    options_of,
    unread_image,
)
from flashsloth.batch.inputs import Row
from flashsloth.batch.run import Answered, BatchSettings, Failed
from flashsloth.checkpoints.folder import fingerprint
from flashsloth.errors import CropOutside, ImageError, InputError
from flashsloth.images.reader import read_image
from flashsloth.images.sources import read_source, split_page, stat_source
from flashsloth.quantization.presets import PRESETS
from flashsloth.utils.text import printable_source, source_name

if TYPE_CHECKING:
    from flashsloth.chat import ChatModel


class RowDocuments:
    """Makes the documents of the rows of one model and one set of settings."""

    def __init__(self, model: ChatModel, settings: BatchSettings) -> None:
        facts, reading = model.facts, settings.reading
        folders = [facts.folder, *([facts.adapter] if facts.adapter else [])]
        self.model, self.settings = model, settings
        self.facts = {**model_fields(facts), "weights": fingerprint(*folders)}
        read = {"stop": list(settings.answers.stop), "reference_preprocessing": reading.get("reference", False)}
        self.options = {
            **options_of(facts, settings.answers, **read),
            **({} if reading.get("crop") is None else {"crop": reading.get("crop")}),
        }
        named = {"model": facts.name, "weights": self.facts["weights"], "quant": facts.quant}
        self.fixed_settings = named | self.options  # that an earlier answer must share to stay

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
            system=self.settings.answers.system if row.system is None else row.system,
            options=self.options,
            **({} if row.id is None else {"id": row.id}),
            **({"value": answered.value} if answered is not None and self.settings.answers.constraint else {}),
            row=row.number,
            source=row.source,
            **choice_fields(None if answer is None else answer.record.choices),
            error=error and error_fields(error),
        )

    def _images(self, event: Answered | Failed, *, cached: bool) -> list[dict[str, Any]]:
        image, source, hd = event.image, event.row.image, bool(self.settings.answers.hd)
        if image is not None:
            file = {"bytes": image.bytes, "modified_ns": image.modified_ns}
            return [image_fields(image.facts, self.model.facts, hd=hd, cached=cached) | file]
        return [] if source is None else [unread_image(source_name(source)) | {"bytes": None, "modified_ns": None}]


@dataclass(frozen=True, slots=True)
class PreviousAnswer:
    """An answer in the file: the position of its line, and what it answers."""

    start: int
    size: int
    number: Any
    source: Any
    id: Any
    failed: bool
    question: tuple[Any, ...]  # picture, prompt, system
    settings: dict[str, Any]  # model and options
    picture: dict[str, Any]


def is_answer(document: Any) -> bool:
    """Return whether a JSON value is an answer row: the fields that are read have the right types."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA or "row" not in document:
        return False
    images = document.get("images") or []
    if not isinstance(images, list) or not all(isinstance(image, dict) for image in images):
        return False
    texts = (document.get("prompt"), document.get("system"), *(image.get("source") for image in images))
    facts = (document.get("model"), document.get("options"))
    return all(isinstance(text, str | None) for text in texts) and all(isinstance(each, dict | None) for each in facts)


def read_previous_answer(document: dict[str, Any], start: int, size: int) -> PreviousAnswer:
    """Return an answer row as PreviousAnswer."""
    picture: dict[str, Any] = next(iter(document.get("images") or []), {})
    question = (picture.get("source"), document.get("prompt"), document.get("system"))
    model, options = document.get("model") or {}, document.get("options") or {}
    settings = {"model": model.get("name"), "weights": model.get("weights"), "quant": model.get("quant"), **options}
    failed = document.get("error") is not None
    return PreviousAnswer(
        start, size, document["row"], document.get("source"), document.get("id"), failed, question, settings, picture
    )


def match(
    rows: Iterable[Row], earlier: Sequence[PreviousAnswer], system: str | None, on_changed: Callable[[Row], None]
) -> dict[int, PreviousAnswer]:
    """Return the reusable answers by row number. The bytes of the picture must be the same; each answer is used once.
    `system` is the system text of rows without their own. `on_changed` is called for a row whose picture has
    changed."""
    answers: dict[tuple[Any, ...], dict[str, deque[PreviousAnswer]]] = defaultdict(lambda: defaultdict(deque))
    digests: dict[tuple[str | None, str], str] = {}  # of pictures by source, size and modification time
    for answer in earlier:
        if not answer.failed:
            picture = answer.picture
            digest = str(picture.get("sha256"))
            digests[answer.question[0], f"{picture.get('bytes')} {picture.get('modified_ns')}"] = digest
            answers[answer.question][digest].append(answer)
    reusable: dict[int, PreviousAnswer] = {}
    for row in rows:
        candidates = answers.get(_question(row, system)) if row.error is None else None
        if not candidates:
            continue
        some = next(iter(candidates))
        digest = _current_digest(row, candidates[some][0].settings, digests) or some
        if digest not in candidates:
            on_changed(row)
            continue
        reusable[row.number] = candidates[digest].popleft()
        if not candidates[digest]:
            del candidates[digest]
    return reusable


def count_orphans(rows: Iterable[Row], earlier: Iterable[PreviousAnswer], system: str | None) -> int:
    """Return the number of answers whose question no row asks."""
    questions = {_question(row, system) for row in rows}
    return sum(not answer.failed and answer.question not in questions for answer in earlier)


def _question(row: Row, system: str | None) -> tuple[Any, ...]:
    image = None if row.image is None else source_name(row.image)
    return image, row.prompt, system if row.system is None else row.system


def check_same_settings(path: Path, earlier: Iterable[PreviousAnswer], settings: dict[str, Any]) -> None:
    """Raise InputError if a file has answers of another model or with other options."""
    for answer in earlier:
        difference = "" if answer.failed else _difference(answer.settings, settings)
        if difference:
            quant = answer.settings.get("quant")  # 4bit and 8bit may have meant another preset
            option = f" (--quant {quant})" if quant != settings.get("quant") and quant in PRESETS else ""
            raise InputError(
                f"{path} has answers {difference}",
                hint=f"Use the same model and options{option}, choose another file, or start over with --force.",
            )


def check_any_reusable(path: Path, earlier: Iterable[PreviousAnswer], reusable: dict[int, PreviousAnswer]) -> None:
    """Raise InputError if a file has answers and all of them would be lost."""
    count = sum(not answer.failed for answer in earlier)
    if count and not reusable:
        raise InputError(
            f"{path} has {count:,} answers, none of them to the questions asked now",
            hint="Check questions, pictures and the current folder, choose another file, or start over with --force.",
        )


def _difference(then: dict[str, Any], now: dict[str, Any]) -> str:
    """Describe the difference between two models or their options; return "" for equal ones."""
    if then.get("weights") != now["weights"]:
        name = printable_source(str(then.get("model")))
        return f"of another model, {name}" if name != now["model"] else f"of {name} with other weights"
    same = ["model", "weights"]
    if {"schema", "regex"} & now.keys():
        same.append("max_tokens")  # answers that it cut have failed, the others do not depend on it
    for name in (*now, *(name for name in then if name not in now)):
        if name not in same and then.get(name) != now.get(name):
            return f"with {name} {then.get(name)}, not {now.get(name)}"
    return ""


def _current_digest(row: Row, settings: dict[str, Any], known: dict[tuple[str | None, str], str]) -> str:
    """Return the digest of a row's picture as it is now; "" for one that counts as unchanged: a URL, a missing file. A
    file is read only if it is not `known` in this size and of this modification time."""
    if row.image is None:
        return ""
    try:
        file = stat_source(row.image)
        if file is None and row.image[:5].lower() != "data:":
            return ""
        key = source_name(row.image), "None None" if file is None else f"{file.st_size} {file.st_mtime_ns}"
        if file is None or key not in known:
            known[key] = _digest(row.image, settings)
        return known[key]
    except CropOutside:
        return "outside"
    except ImageError:
        return ""


def _digest(image: str, settings: dict[str, Any]) -> str:
    """Return the digest of a picture as it is now, of the part or page that was answered about if it was one."""
    crop = settings.get("crop")
    if crop is None and split_page(image)[1] is None:
        return hashlib.sha256(read_source(image, "it")).hexdigest()
    return read_image(
        image, crop=None if crop is None else str(crop), reference=settings.get("reference_preprocessing") is True
    ).sha256
