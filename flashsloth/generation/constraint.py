"""The constraint of an answer: a JSON schema or a regular expression that it must match. This module
does not import torch and needs no model."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal, NoReturn

from flashsloth.errors import AnswerIncomplete, SchemaError
from flashsloth.generation import json_schema
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.utils.text import error_reason, printable

LINES = {  # the texts that `Constraint.question` appends to a question
    "regex": "The answer must match this regular expression: ",
    "object": "Answer with a JSON object.",
    "schema": "Answer with JSON of this schema: ",
}
NOT_UTF8 = re.compile("[\ud800-\udfff]")  # Python represents bytes that are not UTF-8 by surrogates
# a string or a number of JSON; group 1 is the number
STRING_OR_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*"?|(\d[\d.]*)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Constraint:
    """A form that the whole answer must have; decoding enforces it token by token.

    Args:
        kind: whether `text` is a schema or a regular expression.
        text: a compact JSON schema, or a regular expression that the whole answer must match.
        in_prompt: whether the schema or the regular expression is also written into the prompt. The
            grammar alone does not tell the model what is expected. None means the model's own value,
            which `completed` fills in.
        nbytes: the approximate memory of the compiled grammar in bytes; 0 for a small grammar.
    """

    kind: Literal["schema", "regex"]
    text: str
    in_prompt: bool | None = None
    nbytes: int = field(default=0, compare=False)

    @property
    def schema(self) -> dict[str, Any]:
        return json.loads(self.text)

    @property
    def options(self) -> dict[str, Any]:
        """The fields that describe this constraint in a JSON document."""
        value = self.schema if self.kind == "schema" else self.text
        return {self.kind: value, **({"schema_in_prompt": False} if self.in_prompt is False else {})}

    @property
    def warnings(self) -> list[str]:
        """Warnings about misspelt keywords."""
        return json_schema.unknown_keywords(self.schema) if self.kind == "schema" else []

    @property
    def patterns(self) -> list[str]:
        """The regular expressions in a schema."""
        return json_schema.patterns(self.schema) if self.kind == "schema" else []

    def completed(self, in_prompt: bool) -> Constraint:
        """Return this constraint with a model's own `in_prompt` in place of None."""
        return replace(self, in_prompt=in_prompt) if self.in_prompt is None else self

    def grammar(self) -> str:
        return (
            json_schema.schema_grammar(self.schema)
            if self.kind == "schema"
            else json_schema.regex_grammar(self.text)
        )

    def question(self, question: str) -> str:
        """Return the question followed by the constraint; only the question if `in_prompt` is False."""
        if self.in_prompt is False:
            return question
        if self.kind == "regex":
            return f"{question}\n{LINES['regex']}{self.text}"
        if self.schema == {"type": "object"}:
            return f"{question}\n{LINES['object']}"
        return f"{question}\n{LINES['schema']}{self.text}"

    def cut_numbers(self, answer: str, digits: int) -> list[str]:
        """Return a warning about the first number that has `digits` digits, the maximum that the
        grammar allows.

        A model that does not know a number may write digits until the grammar ends the number, and the
        JSON does not show that it was cut. A number that also occurs in the schema was not cut, so
        there is no warning about it.
        """
        for match in STRING_OR_NUMBER.finditer(answer) if self.kind == "schema" else ():
            number = match[1] or ""
            if len(number.replace(".", "")) >= digits and number not in self.text:
                place = unfinished_value(answer[: match.start()])
                return [
                    f"the number{place} has {digits} digits, the most it may have, and may have been cut"
                ]
        return []

    def problem(self, answer: str) -> str:
        """Return why an answer that no grammar has enforced is not JSON of the schema, in one short
        line; "" if it is."""
        try:
            return json_schema.mismatch(self.schema, json.loads(answer, parse_constant=_refuse))
        except (ValueError, RecursionError) as error:
            return f"it is not JSON: {error_reason(error)}"

    def parse(self, record: AnswerRecord, max_tokens: int) -> Any:
        """Return the value of a complete answer: for a schema the parsed JSON, for a regular expression
        the text. `max_tokens` is the limit of the answer. Raises: AnswerIncomplete if the answer is not
        complete, because it was cut, or because its grammar became too large."""
        answer = record.text
        tokens = record.continued + record.generated
        place = unfinished_value(answer) if self.kind == "schema" else ""
        place = f" It ended{place}." if place else ""
        wanted = (
            "JSON of the schema"
            if self.kind == "schema"
            else "text that matches the regular expression"
        )
        if record.grammar_failed(max_tokens):
            raise AnswerIncomplete(
                f"the answer became too large for its grammar after {tokens} tokens and is not {wanted}",
                hint="Bound it: maxLength and maxItems of a schema, {1,20} of a regex. A longer answer does not help."
                + place,
            )
        if record.reason != "stop":
            why = {"length": "was cut", "context": "was cut, as the context is full,"}.get(
                str(record.reason), "was interrupted"
            )
            raise AnswerIncomplete(
                f"the answer {why} after {tokens} tokens and is not {wanted}",
                hint=AnswerIncomplete.hint + place,
            )
        if record.problem:
            raise AnswerIncomplete(
                f"the answer does not fit the schema: {record.problem}",
                hint="The server ignores schemas: ask for JSON in words, or open the model here.",
            )
        try:
            return json.loads(answer) if self.kind == "schema" else answer
        # A number may have more than 4,300 digits, which Python does not parse.
        except ValueError as error:
            raise AnswerIncomplete(
                f"the answer cannot be read as JSON: {error_reason(error)}",
                hint="Bound it: maximum of a number, maxLength and maxItems.",
            ) from error


def _refuse(constant: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python's parser accepts. Raises: ValueError."""
    raise ValueError(f"{constant} is no number")


def constrain(
    schema: Any = None,
    regex: str | None = None,
    *,
    in_prompt: bool | None = None,
    stop: Sequence[str] = (),
) -> Constraint:
    """Return the constraint for a schema or for a regular expression; exactly one must be given.

    Args:
        schema: a JSON schema as a dict or as text; fields as in "total number, items [string]"; a class
            or an object with `model_json_schema()`, such as pydantic's models; or a Constraint.
        in_prompt: as in Constraint.
        stop: the texts that end an answer. There must be none, because they could cut the answer before
            it matches the schema or the regular expression.

    Raises: SchemaError, which names the part that cannot be enforced.
    """
    for name, text in {"schema": schema, "regular expression": regex}.items():
        if isinstance(text, str) and NOT_UTF8.search(text):
            raise SchemaError(f"the {name} is not text in UTF-8", hint="Write it in UTF-8.")
    if schema is not None and regex is not None:
        raise SchemaError(
            "a schema and a regular expression exclude each other", hint="Give one of them."
        )
    if not isinstance(regex, str | None):
        raise SchemaError(f"a regular expression must be a text, not {type(regex).__name__}")
    if any(stop):
        option = "--schema" if regex is None else "--regex"
        raise SchemaError(
            f"stop and {option} exclude each other", hint="Leave out stop: the answer ends by itself."
        )
    if regex is not None:
        regex = json_schema.without_anchors(regex)
        return Constraint("regex", regex, in_prompt, json_schema.check_regex(regex))
    if isinstance(schema, Constraint):
        return schema
    text = _schema_text(schema)
    return Constraint("schema", text, in_prompt, _check_schema(text))


def unfinished_value(answer: str) -> str:
    """Return where incomplete JSON ends, as in " in the value of /items/2"; "" if the place is not
    known."""
    # `names` has an entry for each JSON object and each array that is still open. The entry of an
    # object is the name of its current field, or None before a name. The entry of an array is its
    # current index.
    names: list[Any] = []
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"?|[{}\[\],]', answer, re.DOTALL):
        if match[0] in "{[":
            names.append(0 if match[0] == "[" else None)
        elif match[0] in "}]":
            names = names[:-1]
        elif match[0] == ",":
            last = names.pop() if names else -1
            names.append(last + 1 if isinstance(last, int) else None)
        elif names and names[-1] is None:
            names[-1] = match[0].strip('"')
    # The name of a field is still empty right after its first quote.
    known = [str(name) for name in names if name not in (None, "")]
    return f" in the value of {printable('/' + '/'.join(known))}" if known else ""


def _schema_text(schema: Any) -> str:
    """Return a schema as compact JSON. The order of its fields is kept."""
    value = schema.model_json_schema() if hasattr(schema, "model_json_schema") else schema
    try:
        if isinstance(value, str):
            text = value.strip()
            value = (
                json.loads(text) if text.startswith(("{", "[")) else json_schema.parse_short_form(text)
            )
        if not isinstance(value, Mapping):
            raise SchemaError(f"a schema must be a JSON object, not {type(value).__name__}")
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise SchemaError(f"the schema is not JSON: {error_reason(error)}") from error


# The result is cached, because commands check their options more than once, and a server's clients
# repeat their schemas.
@lru_cache(maxsize=32)
def _check_schema(text: str) -> int:
    return json_schema.check_schema(json.loads(text))
