"""Validate untrusted values with pydantic, and convert its errors to errors of this project."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError

from flashsloth.errors import FlashSlothError
from flashsloth.utils.text import did_you_mean, printable, printable_repr

T = TypeVar("T")
# The text for the value that was expected, by pydantic's name of the problem.
EXPECTED = {
    **dict.fromkeys(("model_type", "dataclass_type", "dict_type"), "an object"),
    **dict.fromkeys(("int_type", "int_from_float", "int_parsing"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "a number"),
    "list_type": "a list",
    "string_type": "a text",
    "bool_type": "true or false",
    "too_short": "at least {min_length} of them",
    "too_long": "at most {max_length} of them",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "string_unicode": "text without half a character",
}


class Problem(NamedTuple):
    """The first problem that was found in some values. `kind` is pydantic's name of the problem, and
    `place` is the path of the value, such as messages[0].role."""

    kind: str
    place: str
    message: str
    hint: str


def parse(kind: type[T], values: Any, where: str, error: type[FlashSlothError]) -> T:
    """Validate values and return them as an object of the type `kind`. This can be a model, a dataclass
    or any other type that pydantic can validate.

    Raises: `error` for the first problem, with a hint. `where` names the source of the values in the
    message.
    """
    try:
        return TypeAdapter(kind).validate_python(values)
    except ValidationError as invalid:
        problem = first_problem(invalid, values, getattr(kind, "__pydantic_fields__", ()))
        raise error(f"{where}: {problem.message}", hint=problem.hint) from invalid


def first_problem(error: ValidationError, values: Any, known: Iterable[str] = ()) -> Problem:
    """Return the first problem that an error reports. If it is an unknown name, the hint is the most
    similar of the `known` names."""
    first = error.errors(include_url=False)[0]
    kind = first["type"]
    location = first["loc"]
    place = ""
    for number, step in enumerate(location, 1):
        if (isinstance(values, dict) and step in values) or (
            isinstance(values, list) and isinstance(step, int)
        ):
            values = values[step]  # type: ignore[index]
        elif kind != "missing" or number < len(location):
            continue  # the step is not a key but pydantic's label for a member of a union
        if isinstance(step, int):
            place += f"[{step}]"
        else:
            place = f"{place}.{step}" if place else str(step)
    place = printable(place)
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        return Problem(
            kind, place, f"unknown key {place}", did_you_mean(str(location[-1]), known) or "Remove it."
        )
    if kind == "missing":
        return Problem(kind, place, f"{place} is missing", "Add it.")
    expected = EXPECTED[kind].format(**first.get("ctx", {})) if kind in EXPECTED else first["msg"]
    expected = expected.removeprefix("Input should be ").removeprefix("Value error, ")
    return Problem(
        kind,
        place,
        f"invalid {place or 'value'} {printable_repr(first['input'])}",
        f"Expected {expected}.",
    )
