"""What makes a row answered: the choice of answers of an earlier run that are reused.

An answer is reused if the question, the picture, and the digest of model and options (`settings`) are
the same. Device and dtype may differ, for example between the machines of a cluster; they are recorded
in each document. This module opens no model and writes nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from flashsloth.batch.inputs import Row, answers_file
from flashsloth.chat.document import SCHEMA
from flashsloth.errors import CropOutside, ImageError, ImageNotFound, InputError, OutOfThreads
from flashsloth.generation.answer_settings import SETTINGS
from flashsloth.generation.detail import AUTO
from flashsloth.images.formats import HEADER_BYTES, readable_format
from flashsloth.images.reader import read_image
from flashsloth.images.sources import read_source, source_kind, split_page, stat_source
from flashsloth.quantization.presets import PRESETS
from flashsloth.utils.paths import expand_text
from flashsloth.utils.progress import ignore
from flashsloth.utils.text import printable, printable_source, source_name

# Names of command-line options in messages, for settings that are not in SETTINGS. Messages name any
# other setting without an option as `--set NAME`.
OPTIONS = {"quant": "--quant", "crop": "--crop"}
PAUSE_SECONDS = 600.0  # a longer gap between two answers is the time between two runs
IMPLIED = {"schema_in_prompt": True}  # the value of a setting that is missing in a document


def compared_settings(model: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that must be the same for an earlier answer to be kept: the weights, the
    preset and the options. Of a foreign server only the name of the model and the address are known.

    `max_tokens` is left out in two cases, in which no kept answer depends on it. With a schema or a
    regular expression, an answer that is cut at `max_tokens` fails and is not kept. With choices,
    nothing is generated.
    """
    compared = {"weights": model.get("weights"), "quant": model.get("quant"), **options}
    if {"schema", "regex", "choices"} & options.keys():
        compared.pop("max_tokens", None)
    if "address" in model:
        # Documents of answers have null for `hd`, which a foreign server does not report.
        compared |= {"model": model.get("name"), "address": model["address"], "hd": False}
    return compared


def settings_digest(model: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """Return a digest of the settings of an answer, from the fields `model` and `options` of its
    document."""
    # Sort the keys, so that the digest of a document does not depend on the order of its fields.
    text = json.dumps(compared_settings(model, options), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class RowKey(NamedTuple):
    """What a row asks. A later run finds the answer to a row by this key."""

    image: Any  # the name of the picture; None for text alone
    prompt: str | None
    system: str | None


@dataclass(frozen=True, slots=True)
class PreviousAnswer:
    """An answer in the file, with the place of its line, its question, and values that identify its
    picture."""

    start: int
    size: int
    names: tuple[Any, ...]  # the number, source, id and other fields of its row
    key: RowKey
    file: tuple[Any, ...]  # size and modification time of the picture's file
    sha256: Any
    created: Any


def is_answer(document: Any) -> bool:
    """Return whether a JSON value is an answer row whose fields have the types that resuming needs."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA or "row" not in document:
        return False
    images = document.get("images") or []
    if not isinstance(images, list) or not all(isinstance(image, dict) for image in images):
        return False
    texts = [
        *map(document.get, ("prompt", "system", "settings")),
        *(image.get("source") for image in images),
    ]
    objects = [document.get(name) for name in ("model", "options", "input")]
    are_texts = all(isinstance(text, str | None) for text in texts)
    return are_texts and all(isinstance(value, dict | None) for value in objects)


def digest_of(document: dict[str, Any]) -> str:
    """Return the digest of an answer's settings. Rows of earlier versions lack the digest, and it is
    computed for them."""
    return document.get("settings") or settings_digest(
        document.get("model") or {}, document.get("options") or {}
    )


def read_previous_answer(document: dict[str, Any], start: int, size: int) -> PreviousAnswer:
    """Return an answer row as PreviousAnswer."""
    picture: dict[str, Any] = next(iter(document.get("images") or []), {})
    names = (*map(document.get, ("row", "source", "id")), document.get("input") or {})
    key = RowKey(picture.get("source"), document.get("prompt"), document.get("system"))
    return PreviousAnswer(
        start,
        size,
        names,
        key,
        (picture.get("bytes"), picture.get("modified_ns")),
        sha256=picture.get("sha256"),
        created=document.get("created"),
    )


def match(
    rows: Iterable[Row],
    earlier: Iterable[PreviousAnswer],
    system: str | None,
    options: Mapping[str, Any],
    on_changed: Callable[[Row], None],
) -> dict[int, PreviousAnswer]:
    """Return the reusable answers by row number. An answer is reusable if the bytes of its picture have
    not changed. Each answer is used only once.

    Args:
        system: the default system prompt.
        options: the options of this run.
        on_changed: called with each row whose picture has changed since it was answered.
    """
    answers: dict[RowKey, list[PreviousAnswer]] = defaultdict(list)
    for answer in earlier:
        answers[answer.key].append(answer)
    digest = cache(partial(_digest, options=options))
    reusable: dict[int, PreviousAnswer] = {}
    for row in rows:
        candidates = answers[_key(row, system)] if row.error is None else []
        if not candidates:
            continue
        found = _of_same_picture(row.image, candidates, digest)
        if found is None:
            on_changed(row)
        else:
            reusable[row.number] = found
            # If a question is asked twice, each of the two rows gets its own answer.
            candidates.remove(found)
    return reusable


def unasked(
    rows: Iterable[Row], earlier: Iterable[PreviousAnswer], system: str | None
) -> list[PreviousAnswer]:
    """Return the answers to questions that no row asks."""
    keys = {_key(row, system) for row in rows}
    return [answer for answer in earlier if answer.key not in keys]


def unreadable_now(answers: Iterable[PreviousAnswer]) -> list[PreviousAnswer]:
    """Return the answers whose picture may still exist, but cannot be read now.

    This is so if the folder of the picture is missing, unreadable or empty, as when a drive is not
    mounted, and if the file itself is unreadable.
    """
    is_away = cache(_is_away)
    folder_is_away = cache(_folder_is_away)  # thousands of answers may share a folder
    found = []
    for answer in answers:
        source = split_page(answer.key.image or "")[0]
        is_local = source and source_kind(source) not in ("http", "data", "file")
        if is_local and (folder_is_away(os.path.dirname(expand_text(source))) or is_away(source)):
            found.append(answer)
    return found


def _folder_is_away(folder: str) -> bool:
    try:
        return not os.listdir(folder or os.curdir)
    except (OSError, ValueError):
        return True


def _is_away(path: str) -> bool:
    try:
        read_source(path, path, limit=1)
    except ImageError as error:
        return not isinstance(error, ImageNotFound)
    return False


def _key(row: Row, system: str | None) -> RowKey:
    """Return the question of a row. `system` is the default system prompt."""
    image = None if row.image is None else source_name(row.image)
    return RowKey(image, row.prompt, system if row.system is None else row.system)


def check_same_settings(
    path: Path,
    earlier: Mapping[str, dict[str, Any]],
    model: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    any_server: bool = False,
) -> None:
    """Raise InputError if a file has answers of another model or answers with other options. `earlier`
    has one document for each digest of settings in the file. `model` and `options` are the fields of
    the documents of this run. With `any_server` the address of a foreign server may differ."""
    now = settings_digest(model, options)
    here = compared_settings(model, options)
    for digest, document in earlier.items():
        there = compared_settings(document.get("model") or {}, document.get("options") or {})
        is_moved = "address" in here and {**there, "address": here["address"]} == here != there
        if is_moved and not any_server:
            raise InputError(
                f"{answers_file(path)} has answers of {printable_source(str(there['address']))}, not of "
                f"{here['address']}",
                hint="Add --set any_server=true if the same model answers there, choose another file, or "
                "start over with --force.",
            )
        if digest != now and not is_moved:
            # The aliases 4bit and 8bit may stand for another preset than in the earlier run.
            quant = (document.get("model") or {}).get("quant")
            is_other_preset = quant != model["quant"] and "address" not in model and quant in PRESETS
            option = f" (--quant {quant})" if is_other_preset else ""
            raise InputError(
                f"{answers_file(path)} has answers {_difference(document, model, options)}",
                hint=f"Use the same model and options{option}, choose another file, or start over with --force.",
            )


def check_any_asked(
    path: Path, earlier: Sequence[PreviousAnswer], rows: Iterable[Row], system: str | None
) -> None:
    """Raise InputError if a file has answers, but no row asks a question that one of them answers."""
    rows = [row for row in rows if row.error is None]
    if not earlier or len(unasked(rows, earlier, system)) < len(earlier):
        return
    # The likeliest reason is a changed system prompt (-s). To find out, look for an answer whose
    # picture and prompt a row has too.
    asked = [_key(row, system) for row in rows]
    system_now = {key[:2]: key.system for key in asked}
    other = next((answer.key for answer in earlier if answer.key[:2] in system_now), None)
    if other is not None:
        change = _change("system", other.system, system_now[other[:2]])
        raise InputError(
            f"{answers_file(path)} has answers {change}",
            hint="Use the same system prompt, choose another file, or start over with --force.",
        )
    raise InputError(
        f"{answers_file(path)} has {len(earlier):,} answers, none of them to the questions asked now",
        hint="Check questions, pictures and the current folder, choose another file, or start over with --force.",
    )


def _difference(document: dict[str, Any], model: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """Describe how the model or the options of an answer differ from the model or the options of this
    run."""
    other = document.get("model") or {}
    before = compared_settings(other, document.get("options") or {})
    after = compared_settings(model, options)
    names = before.get("model"), after.get("model")  # at a foreign server
    if before["weights"] != after["weights"] or names[0] != names[1]:
        name = printable_source(str(other.get("name")))
        return f"of another model, {name}" if name != model["name"] else f"of {name} with other weights"
    # Compare `max_tokens` and the address last. If only one of both has `max_tokens`, the other has a
    # schema, a regular expression or choices (`compared_settings`), and that is the difference to name.
    # The address may differ if the user wants that.
    for name in sorted({**after, **before}, key=("max_tokens", "address").__contains__):
        missing = IMPLIED.get(name)
        change = before.get(name, missing), after.get(name, missing)
        if change[0] != change[1]:
            return _change(name, *change)
    return "with other settings"


def _change(name: str, before: Any, now: Any) -> str:
    """Describe the change of a setting with its option, as in `with --temperature 0.0, not 0.7`."""
    setting = SETTINGS.get(name)
    flag = setting.flag.split(", ")[-1].split()[0] if setting and setting.flag else ""
    option = flag or OPTIONS.get(name) or f"--set {name}"
    if name == "hd" and AUTO in (before, now):
        option = "--set hd"
    elif name == "hd":
        return "with --hd, now without it" if before else "without --hd"
    if before in (None, [], ""):
        return f"without {option}"
    value = _shown(name, before)
    if now in (None, [], ""):
        return f"with {option} {value}, now without it"
    if value == _shown(name, now):  # two different schemas may be shortened to the same text
        return f"with another {option}"
    return f"with {option} {value}, not {_shown(name, now)}"


def _shown(name: str, value: Any) -> str:
    """Return the value of an option in the form in which a user types it, shortened."""
    if name == "choices":
        return printable(",".join(value))
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _of_same_picture(
    image: str | None, candidates: Sequence[PreviousAnswer], digest: Callable[[str], str]
) -> PreviousAnswer | None:
    """Return the answer that is about the picture in its present state, or None if the picture has
    changed. URLs and missing files count as unchanged. A file is read only if no answer has its present
    size and modification time."""
    try:
        file = None if image is None else stat_source(image)
        if image is None or (file is None and image[:5].lower() != "data:"):
            return candidates[0]
        if file is not None and stat.S_ISFIFO(file.st_mode):  # what comes next is not known
            return None
        for answer in candidates:
            if file is not None and answer.file == (file.st_size, file.st_mtime_ns):
                return answer
        # A file that was copied or touched has another time, but the same bytes.
        now = digest(image)
    except CropOutside:
        # The picture has become smaller, so it has changed.
        return None
    except ImageError:
        return candidates[0]
    return next((answer for answer in candidates if answer.sha256 == now), None)


def _digest(image: str, options: Mapping[str, Any]) -> str:
    """Return the digest of a picture as it is now. If the question is about a crop or a page, return
    the digest of that part."""
    crop = options.get("crop")
    if crop is None and split_page(image)[1] is None:
        return hashlib.sha256(read_source(image, "it")).hexdigest()
    return read_image(image, crop=crop, reference=options.get("reference_preprocessing") is True).sha256


# What a batch would do (`--dry-run`), without opening a model


def find_error(row: Row) -> InputError | OutOfThreads | None:
    """Return the error of a row that would fail, else None. A row fails if it has an error already, or
    if its picture is missing, empty, of an unknown format, or needs a package that is not installed.
    Only the first bytes of a picture are read; URLs are not fetched."""
    if row.error is not None or row.image is None or source_kind(row.image) in ("http", "data"):
        return row.error
    try:
        data = read_source(row.image, row.source, limit=HEADER_BYTES, pipe=row.is_argument)
        readable_format(data, row.source)
    except ImageError as error:
        return error
    return None


def unanswered(
    rows: Sequence[Row], earlier: Iterable[PreviousAnswer], reading: Mapping[str, Any]
) -> list[Row]:
    """Return the rows that have no answer. System prompts are not compared, because only the model
    knows the default system prompt.

    `reading` contains the options that change what is read from a picture's file. The names are those
    in the field `options` of a document: `crop` and `reference_preprocessing`.
    """
    answers = [replace(answer, key=answer.key._replace(system=None)) for answer in earlier]
    asked = [replace(row, system=None) for row in rows]
    answered = match(asked, answers, None, reading, ignore)
    return [row for row in rows if row.number not in answered]


def seconds_per_answer(answers: Iterable[PreviousAnswer]) -> float | None:
    """Return the mean time between two answers in seconds, computed from the times at which they were
    written. Return None if there are too few answers."""
    times = []
    for answer in answers:
        with suppress(TypeError, ValueError):
            times.append(datetime.fromisoformat(answer.created))
    gaps = [(later - before).total_seconds() for before, later in pairwise(sorted(times))]
    gaps = [gap for gap in gaps if gap < PAUSE_SECONDS]
    return sum(gaps) / len(gaps) if any(gaps) else None
