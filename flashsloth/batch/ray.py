"""Answer the rows of a Ray data set. `RayAnswerer` is the class to pass to `Dataset.map_batches`.

    ray.data.read_parquet("pictures.parquet").map_batches(
        RayAnswerer,
        fn_constructor_kwargs={"model": "nano", "prompt": "What is this?"},
        batch_format="pyarrow",
        batch_size=64,
        compute=ray.data.ActorPoolStrategy(size=4),
        num_cpus=1,
    )

This module needs pyarrow, which `ray[data]` installs. It does not need to import ray: Ray makes a
`RayAnswerer` and calls it with one Arrow table after another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from flashsloth.batch.answer_rows import Outcome, RowDocuments, answer_rows
from flashsloth.batch.inputs import Row
from flashsloth.chat import ImageOptions, open_model
from flashsloth.chat.batched_answerer import choose_answerer
from flashsloth.chat.document import COUNTS
from flashsloth.errors import BadRow, NoPicture, OptionError
from flashsloth.generation.answer_settings import AnswerSettings, names_in
from flashsloth.utils.progress import ignore
from flashsloth.utils.text import source_name

# columns of the input
IMAGE = "image"
PROMPT = "prompt"
SYSTEM = "system"
ID = "id"
PICTURE = pa.struct(
    {
        **dict.fromkeys(("source", "sha256", "format"), pa.string()),
        **dict.fromkeys(("width", "height", "visual_tokens"), pa.int64()),
    }
)
# The columns that are added. They have the same names and values as in `flashsloth batch`.
ANSWER = pa.schema(
    {
        "source": pa.string(),
        PROMPT: pa.string(),
        SYSTEM: pa.string(),
        "images": pa.list_(PICTURE),
        "response": pa.string(),
        "token_ids": pa.list_(pa.int64()),
        "finish_reason": pa.string(),
        "usage": pa.struct({name: pa.int64() for name in (*COUNTS, "output_tokens")}),
        "warnings": pa.list_(pa.string()),
        "reduce": pa.string(),  # the digest of the recipe; in a document it is one of the `options`
        "error": pa.struct({"code": pa.string(), "message": pa.string(), "hint": pa.string()}),
    }
)


class RayAnswerer:
    """Opens a model once and answers tables of rows with it.

    A row has an `image`: a path, a URL, encoded bytes, or a struct of `bytes` and `path`. A row may
    have a `prompt` and a `system` text of its own. The result contains the columns of ANSWER and the
    other columns of the input. Pictures that were given as bytes are left out. If a row could not be
    answered, its `error` is set and its `response` is null.

    Args:
        model, adapter, device, dtype, quant, cache: as for `flashsloth.open`. With `cache` each node
            stores a quantized copy of the model.
        prompt: the prompt for rows without a prompt of their own.
        no_picture: whether rows without a picture are answered from their text alone.
        batch_size: the number of rows that are computed together; None for a number that suits the
            model.
        sampling: the sampling settings. Each may also be given as a separate argument.
        reading: the options of `read_image`.
        system, hd, max_tokens, stop, temperature, top_p, top_k, min_p, repetition_penalty, seed: as in
            `AnswerSettings`. None stands for the model's own value. For sampling, this value comes from
            the model's generation_config.json. Without that file the answers are greedy.

    Raises: a FlashSlothError, as `flashsloth.open` does; OptionError for a value out of range;
        TypeError for an unknown setting.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        prompt: str | None = None,
        no_picture: bool = False,
        batch_size: int | None = None,
        sampling: Mapping[str, Any] | None = None,
        reading: ImageOptions | None = None,
        **options: Any,
    ) -> None:
        given = {name: options.pop(name) for name in names_in("ray") if name in options} | dict(
            sampling or {}
        )
        AnswerSettings.of(given)  # an invalid setting is found before the model is read
        self.model = open_model(model, **options)
        self.prompt = prompt
        self.no_picture = no_picture
        # the temperature of the model's files, because an answerer by itself is greedy
        own = {"temperature": self.model.facts.generation_defaults.get("temperature")}
        answers = AnswerSettings.of(
            own | {name: value for name, value in given.items() if value is not None}
        )
        self.answerer = choose_answerer(self.model, answers, batch_size, ignore)
        self.documents = RowDocuments(self.model, self.answerer.settings, reading or {})

    def __call__(self, table: pa.Table) -> pa.Table:
        """Return the table with the columns of ANSWER.

        Raises: OptionError for a table without `image`, or with a column of ANSWER other than `prompt`
        and `system`; OutOfMemory.
        """
        kept = self._kept(table)
        rows = [self._row(number, values) for number, values in enumerate(table.to_pylist(), 1)]
        outcomes = answer_rows(rows, self.answerer, self.documents.reading)
        answers = [self._columns(outcome) for outcome in outcomes]
        added = pa.Table.from_pylist(answers, schema=ANSWER)
        for name in ANSWER.names:
            kept = kept.append_column(ANSWER.field(name), added.column(name))
        return kept

    def _kept(self, table: pa.Table) -> pa.Table:
        """Return the columns of a table that its result keeps. Raises: OptionError."""
        if not isinstance(table, pa.Table):
            raise OptionError(
                f"rows came as {type(table).__name__}",
                hint='Call map_batches with batch_format="pyarrow".',
            )
        if IMAGE not in table.column_names and not self.no_picture:
            raise OptionError(
                f"the rows have no column {IMAGE}; they have {', '.join(table.column_names)}",
                hint=f'Rename it: dataset.rename_columns({{"path": "{IMAGE}"}})',
            )
        taken = (set(table.column_names) & set(ANSWER.names)) - {PROMPT, SYSTEM}
        if taken:
            raise OptionError(
                f"the rows have columns that answers have too: {', '.join(sorted(taken))}",
                hint="Rename or drop them before map_batches.",
            )
        left_out = [PROMPT, SYSTEM]
        kind = table.schema.field(IMAGE).type if IMAGE in table.column_names else None
        if kind is not None and not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            left_out.append(IMAGE)
        return table.drop_columns([name for name in left_out if name in table.column_names])

    def _row(self, number: int, values: Mapping[str, Any]) -> Row:
        """Return a row. The `number` counts from 1 in each table. It is not in the result, because the
        rows of a data set have no numbers."""
        image, data = _picture(values.get(IMAGE))
        own_id = values.get(ID)
        texts = {name: values.get(name) for name in (PROMPT, SYSTEM)}
        source = f"row {own_id}" if own_id is not None else "a row"
        if data is not None and image is None:
            image = source
        wrong = [name for name, text in texts.items() if not isinstance(text, str | None)]
        prompt, system = (None if name in wrong else text for name, text in texts.items())
        prompt = prompt or self.prompt
        error: BadRow | NoPicture | None = None
        if not isinstance(image, str | None) or not isinstance(data, bytes | None):
            image = None
            error = BadRow(f"{source}: its {IMAGE} must be a path, a URL or bytes")
        elif wrong:
            error = BadRow(f"{source}: its {wrong[0]} must be a string")
        elif prompt is None:
            error = BadRow(f"{source}: it has no prompt, and RayAnswerer was given none")
        elif image is None and not self.no_picture:
            error = NoPicture(
                f"{source}: it has no picture", hint="no_picture=True answers from the text alone."
            )
        if isinstance(image, str):
            source = source_name(image)
        return Row(number, source, prompt, image, system, own_id, error, data)

    def _columns(self, outcome: Outcome) -> dict[str, Any]:
        """Return the document of a row, whose fields become the columns of ANSWER."""
        document = self.documents.of(outcome)
        document["reduce"] = document["options"].get("reduce")
        if outcome.error is not None:
            document["usage"] = None
        return document if outcome.image is not None else document | {"images": []}


def _picture(value: Any) -> tuple[Any, Any]:
    """Return the path or URL of a picture, and its bytes. Either is None if it is missing."""
    if isinstance(value, Mapping):  # the package `datasets` stores pictures in this way
        return value.get("path") or None, value.get("bytes") or None
    if isinstance(value, bytes):
        return None, value or None
    return (None if value == "" else value), None
