"""Which answers of an earlier run still hold: the same question about the same picture, asked of the same model in the
same way. Knows documents and files; knows no model.

The device and the number type may differ, as they do among the machines of a cluster; each row says its own.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flashsloth.batch.inputs import Row
from flashsloth.errors import CheckpointDamaged, ImageError, InputError
from flashsloth.images.sources import read_source, stat_source
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.utils.text import error_reason, printable_source, source_name, without_login

SCHEMA = "flashsloth.answer/1"
WEIGHTS = (".safetensors", ".bin")
READ_WITH_THEM = (*WEIGHTS, ".json", ".jinja")
NOT_OF_THE_MODEL = ("run.json", "trainer_state.json")
PIECES, PIECE = 16, 2**16  # of a large file, bytes; training changes nearly every number


@dataclass(frozen=True, slots=True)
class PreviousAnswer:
    """A row that is in the file: where its line is, what was asked, and what of."""

    start: int
    size: int
    number: Any
    source: Any
    id: Any
    failed: bool
    question: tuple[Any, ...]  # picture, prompt, system
    made: dict[str, Any]  # by which model, with which options
    picture: dict[str, Any]


def is_answer(document: Any) -> bool:
    """Whether a line of JSON is a row's document: what is read of it has the types that it is written with."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA or "row" not in document:
        return False
    images = document.get("images") or []
    if not isinstance(images, list) or not all(isinstance(image, dict) for image in images):
        return False
    texts = (document.get("prompt"), document.get("system"), *(image.get("source") for image in images))
    facts = (document.get("model"), document.get("options"))
    return all(isinstance(text, str | None) for text in texts) and all(isinstance(each, dict | None) for each in facts)


def read_earlier(document: dict[str, Any], start: int, size: int) -> PreviousAnswer:
    """What counts of a row's document. Earlier versions wrote passwords into addresses."""
    picture: dict[str, Any] = next(iter(document.get("images") or []), {})
    source = picture.get("source")
    question = (None if source is None else without_login(source), document.get("prompt"), document.get("system"))
    model, options = document.get("model") or {}, document.get("options") or {}
    made = {"model": model.get("name"), "weights": model.get("weights"), "quant": model.get("quant"), **options}
    failed = document.get("error") is not None
    return PreviousAnswer(
        start, size, document["row"], document.get("source"), document.get("id"), failed, question, made, picture
    )


def match(
    rows: Iterable[Row], earlier: Sequence[PreviousAnswer], system: str, on_changed: Callable[[Row], None]
) -> dict[int, PreviousAnswer]:
    """The rows, by number, that were answered before; a picture's bytes decide. Each answer is taken once.

    `system` is the text of rows without their own; `on_changed` hears of each row whose picture is another one now.
    """
    answered: dict[tuple[Any, ...], deque[PreviousAnswer]] = defaultdict(deque)
    for line in earlier:
        if not line.failed:
            answered[line.question].append(line)
    kept: dict[int, PreviousAnswer] = {}
    for row in rows:
        candidates = answered.get(_question(row, system)) if row.error is None else None
        found = next((line for line in candidates or () if _is_unchanged(row, line)), None)
        if found is not None and candidates is not None:
            candidates.remove(found)
            kept[row.number] = found
        elif candidates:
            on_changed(row)
    return kept


def count_unasked(rows: Iterable[Row], earlier: Iterable[PreviousAnswer], system: str) -> int:
    """How many answers are to what no row asks."""
    asked = {_question(row, system) for row in rows}
    return sum(not line.failed and line.question not in asked for line in earlier)


def _question(row: Row, system: str) -> tuple[Any, ...]:
    image = None if row.image is None else source_name(row.image)
    return image, row.prompt, system if row.system is None else row.system


def check_made(path: Path, earlier: Iterable[PreviousAnswer], made: dict[str, Any]) -> None:
    """Raises InputError where a file has answers of another model or with other options."""
    for line in earlier:
        other = "" if line.failed else _difference(line.made, made)
        if other:
            raise InputError(
                f"{path} has answers {other}", hint="Ask as before, give another file, or start over with --force."
            )


def check_kept(path: Path, earlier: Iterable[PreviousAnswer], kept: dict[int, PreviousAnswer]) -> None:
    """Raises InputError where a file has answers, and all of them would be lost."""
    answered = sum(not line.failed for line in earlier)
    if answered and not kept:
        raise InputError(
            f"{path} has answers ({answered:,}), and none of them to what is asked now",
            hint="Are question, pictures and folder the same? Give another file, or start over with --force.",
        )


def _difference(then: dict[str, Any], now: dict[str, Any]) -> str:
    """How one model or its options differ from others, in words; "" where they do not."""
    if then.get("weights") != now["weights"]:
        name = printable_source(str(then.get("model")))
        return f"of another model, {name}" if name != now["model"] else f"of {name} with other weights"
    for name in now:
        if name not in ("model", "weights") and then.get(name) != now[name]:
            return f"with {name} {then.get(name)}, not {now[name]}"
    return ""


def _is_unchanged(row: Row, line: PreviousAnswer) -> bool:
    """Whether the picture is the one that was answered about. What is behind an http address, and a file that has gone,
    count as unchanged. A file's bytes are read only where its size or time is another one."""
    if row.image is None:
        return True
    try:
        now = stat_source(row.image)
        if now is not None and (now.st_size, now.st_mtime_ns) == (
            line.picture.get("bytes"),
            line.picture.get("modified_ns"),
        ):
            return True
        if now is None and row.image[:5].lower() != "data:":
            return True
        return hashlib.sha256(read_source(row.image, "it")).hexdigest() == line.picture.get("sha256")
    except ImageError:
        return True


def weights_digest(*folders: str | os.PathLike[str]) -> str:
    """What tells a model's files from others', in 16 hex digits: of large ones a part is read.

    A link out of a folder is left out, as opening a model refuses it where it matters. Raises: CheckpointDamaged where
    something cannot be read.
    """
    digest = hashlib.sha256()
    for folder in map(Path, folders):
        try:
            for path in sorted(folder.iterdir()):
                counts = path.suffix in READ_WITH_THEM and path.name not in NOT_OF_THE_MODEL
                if counts and path.is_file() and _is_own(folder, path.name):
                    _add_file(digest, path)
        except OSError as error:
            raise CheckpointDamaged(f"{folder} cannot be read: {error_reason(error)}") from error
    return digest.hexdigest()[:16]


def _is_own(folder: Path, name: str) -> bool:
    try:
        return regular_file_in(folder, name) is not None
    except CheckpointDamaged:
        return False


def _add_file(digest: Any, path: Path) -> None:
    size = path.stat().st_size
    digest.update(f"{path.name}\0{size}\0".encode())
    with path.open("rb") as file:
        if size <= PIECES * PIECE:
            digest.update(file.read())
            return
        for piece in range(PIECES):
            file.seek((size - PIECE) * piece // (PIECES - 1))
            digest.update(file.read(PIECE))
