"""Check JSON schemas and regular expressions for constrained decoding, without a model. Loads no torch.

llguidance compiles them. It names the keyword that it cannot hold, not the place: that is searched for here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from flashsloth.errors import SchemaError
from flashsloth.utils.close_names import did_you_mean
from flashsloth.utils.text import printable, printable_repr

if TYPE_CHECKING:
    from llguidance import LLTokenizer

MAX_CHARACTERS = 50_000  # of a schema
MAX_DEPTH = 64  # of its parts
MAX_TRIED = 200  # parts that are compiled to find the place of an error
FORCED_STEPS = 64
# a weak model repeats white space until its answer is cut: at most one space after a comma and a colon
SPACING = {"whitespace_flexible": False, "item_separator": ", ?", "key_separator": ": ?"}
# keywords by what they hold: a schema for each name, a list of schemas, one schema
NAMED = ("$defs", "definitions", "properties", "patternProperties")
LISTED = ("anyOf", "oneOf", "allOf", "prefixItems")
SINGLE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
KEYWORDS = frozenset(
    (
        *(*NAMED, *LISTED, *SINGLE, "type", "enum", "const", "required", "minProperties", "maxProperties", "minItems"),
        *("maxItems", "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum"),
        *("exclusiveMaximum", "multipleOf", "$ref", "$schema", "$id", "$anchor", "$comment", "title", "description"),
        *("default", "examples", "readOnly", "writeOnly", "deprecated", "uniqueItems", "minContains", "maxContains"),
        *("unevaluatedProperties", "unevaluatedItems", "dependentRequired", "dependentSchemas", "contentMediaType"),
        *("contentEncoding", "discriminator", "nullable"),
    )
)
TYPES = {"string": "string", "text": "string", "number": "number", "integer": "integer", "boolean": "boolean"}
TYPE_NAMES = f"{', '.join(TYPES)}, date, one|other or [type]"
FIELD = re.compile(r"\s*([^\W\d][\w-]*)(?:\s+(\S.*?))?\s*")


def schema_grammar(schema: Mapping[str, Any], *, leading_space: bool = True) -> str:
    """Return the grammar of an answer with a schema. It may begin with a space, as the model was trained to write."""
    text = json.dumps({**schema, "x-guidance": SPACING})
    space = '" "? ' if leading_space else ""
    return json.dumps({"grammars": [{"lark_grammar": f"start: {space}answer\nanswer: %json {text}\n"}]})


def regex_grammar(regex: str) -> str:
    """Return the grammar of an answer that matches a regular expression as a whole, perhaps after a space."""
    from llguidance import LLMatcher

    return LLMatcher.grammar_from_regex(f" ?(?:{regex})")


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raise SchemaError, which names the place, for a schema that cannot be held."""
    if _depth(schema) > MAX_DEPTH:
        raise SchemaError(f"the schema is nested more than {MAX_DEPTH} levels deep")
    if (length := len(json.dumps(schema))) > MAX_CHARACTERS:
        raise SchemaError(f"the schema has {length:,} characters; at most {MAX_CHARACTERS:,} are allowed")
    reason = _compile_error(schema)
    if reason:
        place, reason = _place_of_error(schema, reason)
        raise SchemaError(f"the schema cannot be held at {printable(place) or '/'}: {reason}")


def check_regex(regex: str) -> None:
    """Raise SchemaError for a regular expression that cannot be held."""
    from llguidance import LLMatcher

    if not regex:
        raise SchemaError("the regular expression is empty", hint="Give one, as in --regex '[0-9]+'.")
    if len(regex) > MAX_CHARACTERS:
        raise SchemaError(f"the regular expression has {len(regex):,} characters; at most {MAX_CHARACTERS:,} fit")
    # alone too, as the group around it could close one that it leaves open
    reason = LLMatcher.validate_grammar(LLMatcher.grammar_from_regex(regex)) or grammar_error(regex_grammar(regex))
    if reason:
        hint = "The whole answer must match: leave out ^, $, \\b and look-around."
        raise SchemaError(f"the regular expression cannot be held: {_told(reason)}", hint=hint)


def unknown_keywords(schema: Any, place: str = "") -> list[str]:
    """Return a warning for each keyword that JSON Schema does not have, most of them misspelt."""
    if not isinstance(schema, dict):
        return []
    found = [
        f"the schema has an unknown keyword, which is ignored: {printable(f'{place}/{key}')}. "
        + did_you_mean(key, KEYWORDS)
        for key in schema
        if key not in KEYWORDS and not key.startswith("x-")
    ]
    return [text.strip() for text in found] + [
        warning for where, part in _parts(schema, place) for warning in unknown_keywords(part, where)
    ]


def parse_short_form(text: str) -> dict[str, Any]:
    """Return the schema of a list of fields such as "total number, date date, items [string], paid yes|no". A field
    without a type is a string. All fields are required. Raises: SchemaError."""
    fields: dict[str, Any] = {}
    hint = f"Write fields with types, as in: total number, items [string]. The types are {TYPE_NAMES}."
    for entry in text.split(","):
        match = FIELD.fullmatch(entry)
        if match is None:
            raise SchemaError(f"{printable_repr(entry.strip())} is not a field of a schema", hint=hint)
        if match[1] in fields:
            raise SchemaError(f"the field {match[1]} is there twice", hint="Give each field another name.")
        fields[match[1]] = _short_type(match[1], match[2] or "string", hint)
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _short_type(field: str, text: str, hint: str) -> dict[str, Any]:
    if text.startswith("[") and text.endswith("]"):
        return {"type": "array", "items": _short_type(field, text[1:-1].strip(), hint)}
    if "|" in text:
        return {"enum": [part.strip() for part in text.split("|")]}
    if text == "date":
        return {"type": "string", "format": "date"}
    if text not in TYPES:
        raise SchemaError(f"field {field}: unknown type {printable_repr(text)}", hint=hint)
    return {"type": TYPES[text]}


def grammar_error(grammar: str) -> str:
    """Return why a grammar cannot be compiled; "" if it can."""
    from llguidance import LLMatcher

    error = LLMatcher.validate_grammar(grammar)
    if error:
        return error
    # validation misses limits, and a $ref to itself; a tokenizer of bytes meets them after what is forced
    matcher = LLMatcher(_byte_tokenizer(), grammar, log_level=0)
    for _ in range(FORCED_STEPS):
        if matcher.is_error() or not (forced := matcher.compute_ff_bytes()):
            break
        matcher.consume_tokens(list(forced))
    if not matcher.is_error():
        matcher.compute_bitmask()
    return matcher.get_error()


@cache
def _byte_tokenizer() -> LLTokenizer:
    from llguidance import LLTokenizer

    return LLTokenizer("byte")


def _compile_error(schema: Mapping[str, Any]) -> str:
    """Return why a schema cannot be held, without llguidance's excerpt of the grammar; "" if it can."""
    return _told(grammar_error(schema_grammar(schema, leading_space=False)))  # the first bracket is forced


def _told(error: str) -> str:
    """Return what an error of llguidance says, without its excerpts; "" for none."""
    if error.startswith("NoExtension"):
        return "it allows no answer"
    error = error.rpartition("failed to compile JSON schema: ")[2].partition("\n   1 |")[0].partition("\n<state>")[0]
    error = error.rpartition("error: ")[2].rpartition("(in regex): ")[2].partition(" in regex /")[0]
    return printable(re.sub(r"\s+", " ", error).strip())


def _place_of_error(schema: Mapping[str, Any], reason: str) -> tuple[str, str]:
    """Return the JSON pointer of the smallest part that fails when it is compiled alone, and why it does."""
    shared = {name: schema[name] for name in ("$defs", "definitions") if name in schema}
    place, inside, tried = "", _parts(schema, ""), 0
    while (found := next(inside, None)) is not None and tried < MAX_TRIED:
        where, part = found
        tried += 1
        if isinstance(part, dict) and (inner := _compile_error({**shared, **part})):
            place, reason, inside = where, inner, _parts(part, where)
    return place, reason


def _parts(schema: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Yield the direct parts of a schema with their JSON pointers, definitions first."""
    for name in (name for name in NAMED if isinstance(schema.get(name), dict)):
        for key, part in schema[name].items():
            yield f"{place}/{name}/{key.replace('~', '~0').replace('/', '~1')}", part
    for name in (name for name in LISTED if isinstance(schema.get(name), list)):
        yield from ((f"{place}/{name}/{number}", part) for number, part in enumerate(schema[name]))
    yield from ((f"{place}/{name}", schema[name]) for name in SINGLE if isinstance(schema.get(name), dict))


def _depth(value: Any) -> int:
    """Return how deep lists and objects are nested, up to one more than MAX_DEPTH."""
    depth, level = 0, [value]
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [
            inner
            for each in level
            if isinstance(each, (dict, list))
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return depth
