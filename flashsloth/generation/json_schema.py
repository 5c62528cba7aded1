"""Check JSON schemas and regular expressions for constrained decoding, without a model.

This module does not import torch.

The library llguidance compiles schemas and regular expressions to grammars. This module handles two
limitations of llguidance:

1. llguidance names a keyword that it does not support, but not the place of the keyword. The place is
   found by compiling each part of the schema alone.
2. llguidance does not limit the time and memory of a compilation. Some schemas take minutes and
   gigabytes (6 GB for a multipleOf of 20,000,003). Therefore long schemas, schemas with keywords that
   are not in PLAIN, and long regular expressions are first compiled in a child process, with limits.

The child process runs this file as a module. It reads a schema or a regular expression as JSON from
stdin, compiles it, and writes the result as JSON to stdout.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from flashsloth.errors import SchemaError
from flashsloth.utils import child, system
from flashsloth.utils.text import did_you_mean, last_line, printable, printable_repr

if TYPE_CHECKING:
    from llguidance import LLParserLimits, LLTokenizer

MAX_CHARACTERS = 50_000  # the maximum length of a schema or a regular expression
MAX_DEPTH = 64  # levels of nested objects and lists in a schema
MAX_TRIED = 200  # the maximum number of parts that are compiled to find the place of an error
FORCED_STEPS = 64
CPU_SECONDS = 1  # processor time for compiling in a child process; it is not limited on Windows
WALL_SECONDS = 20.0
MEMORY_BYTES = 256 << 20  # address space of the child process, of which Python itself takes about 60 MB
LEXER_STATES = 50_000  # the maximum number of states of a grammar's lexer; each state takes 1 to 2 kB
CHILDREN = threading.BoundedSemaphore(2)  # at most two child processes at a time
# Allow at most one space after a comma and a colon. A weak model would repeat white space without end.
SPACING = {"whitespace_flexible": False, "item_separator": ", ?", "key_separator": ": ?"}
# The keywords whose value contains schemas: an object of named schemas, a list of schemas, or a single
# schema.
NAMED = ("$defs", "definitions", "properties", "patternProperties")
LISTED = ("anyOf", "oneOf", "allOf", "prefixItems")
BRANCHES = ("/allOf/", "/anyOf/", "/oneOf/")  # how the places of parts in these lists begin
SINGLE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
# An object with one of these keywords may have keys that `properties` does not declare.
OPEN = frozenset(
    (
        "additionalProperties",
        "patternProperties",
        "propertyNames",
        "minProperties",
        "unevaluatedProperties",
        "enum",
        "const",
    )
)
# A schema with only these keywords compiles in milliseconds, so it needs no child process.
MAX_PLAIN = 4_000  # characters
PLAIN = frozenset(
    (
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "minItems",
        "maxItems",
        "enum",
        "const",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "title",
        "description",
        "default",
        "format",
    )
)
KEYWORDS = PLAIN.union(
    NAMED,
    LISTED,
    SINGLE,
    (
        "minProperties",
        "maxProperties",
        "pattern",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "$ref",
    ),
    (
        "$schema",
        "$id",
        "$anchor",
        "$comment",
        "examples",
        "readOnly",
        "writeOnly",
        "deprecated",
        "uniqueItems",
    ),
    ("minContains", "maxContains", "unevaluatedProperties", "unevaluatedItems", "dependentRequired"),
    ("dependentSchemas", "contentMediaType", "contentEncoding", "discriminator", "nullable"),
)
MAX_PLAIN_REGEX = 60
TYPES = {
    "string": "string",
    "text": "string",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    # as other tools write them
    "str": "string",
    "float": "number",
    "int": "integer",
    "bool": "boolean",
}
TYPE_NAMES = f"{', '.join(TYPES)}, date, integer 0-20, one|other or [type]"
FIELD = re.compile(r"([^\W\d][\w-]*)(\?)?(?:\s+(\S.*))?")
RANGE = re.compile(r"(integer|int|number|float)\s+(-?\d+(?:\.\d+)?)\s*-\s*(-?\d+(?:\.\d+)?)", re.ASCII)


def schema_grammar(schema: Mapping[str, Any], *, leading_space: bool = True) -> str:
    """Return the grammar of an answer that matches a schema. With `leading_space` the answer may begin
    with a space, as in the model's training. Objects have only the keys that the schema declares,
    unless it says something about others: a weak model would add keys without end.

    Raises: ValueError for a number that no grammar can write exactly.
    """
    # llguidance reads numbers as float64, so `{"const": 12345678901234567}` would become
    # 12345678901234568.
    exact = deepcopy(dict(schema))
    _close_objects(exact)
    for _, part in [("", exact), *_all_parts(exact)]:
        values = [part["const"]] if "const" in part else part.get("enum")
        if isinstance(values, list) and _is_rounded(values):
            # The values alone define this part. The other keywords are removed: with `type`, llguidance
            # would round the values again.
            part.clear()
            part["anyOf"] = [_exact_value(value) for value in values]
    text = json.dumps({**exact, "x-guidance": SPACING})
    space = '" "? ' if leading_space else ""
    return json.dumps({"grammars": [{"lark_grammar": f"start: {space}answer\nanswer: %json {text}\n"}]})


def _close_objects(schema: dict[str, Any]) -> None:
    """Forbid other keys in each object that only declares its `properties`, also in definitions.

    An object stays open if it is inside of allOf, anyOf or oneOf, or applies to the same value as
    another part. Otherwise the keys of that part would be forbidden.
    """
    places = {"": schema, **dict(_all_parts(schema))}
    # If parts are joined anywhere, each part with a reference to it may be joined with another.
    has_joined = any(map(_is_joined, places.values()))
    references = [unquote(str(part.get("$ref"))).removeprefix("#") for part in places.values()]
    referenced = {id(places.get(each)) for each in references}
    for part in _parts_outside_branches(schema):
        stays_open = _is_joined(part) or (has_joined and id(part) in referenced)
        if _declares_keys(part) and not stays_open:
            part["additionalProperties"] = False


def _is_joined(part: Mapping[str, Any]) -> bool:
    """Return whether several schemas apply to the value of a part: its own properties, a reference, the
    alternatives of anyOf and of oneOf, and each member of allOf."""
    members = [where for where, _ in _parts(part, "") if where.startswith("/allOf/")]
    return len(members) + sum(name in part for name in ("properties", "$ref", "anyOf", "oneOf")) > 1


def _parts_outside_branches(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a schema and its parts, without those inside of allOf, anyOf and oneOf."""
    yield schema
    for where, part in _parts(schema, ""):
        if not where.startswith(BRANCHES):
            yield from _parts_outside_branches(part)


def _declares_keys(part: Mapping[str, Any]) -> bool:
    """Return whether a part declares keys of an object, and does not say or require anything of
    others."""
    properties = part.get("properties")
    required = part.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list):
        return False
    return OPEN.isdisjoint(part) and all(str(name) in properties for name in required)


def _is_rounded(value: Any) -> bool:
    """Return whether a value of JSON has a whole number that float64 cannot represent."""
    numbers: list[str] = []
    json.loads(json.dumps(value), parse_int=numbers.append)
    return any(float(number) != int(number) for number in numbers)


def _exact_value(value: Any) -> dict[str, Any]:
    """Return a schema that only this value satisfies. Raises: ValueError for a number that llguidance
    cannot write exactly."""
    if not _is_rounded(value):
        return {"const": value}
    # Between 2**53 and 2**54 float64 represents the even numbers only. A number that it rounds is odd,
    # and both neighbours of the number are exact. The schema asks for the only whole number between
    # them.
    if not isinstance(value, int) or _is_rounded([value - 1, value + 1]):
        raise ValueError("a number has more digits than a float keeps; a string could hold it")
    return {
        "type": "number",
        "exclusiveMinimum": value - 1,
        "exclusiveMaximum": value + 1,
        "multipleOf": 1,
    }


def without_anchors(regex: str) -> str:
    """Return a regular expression without ^ at its beginning and $ at its end, which change nothing: an
    answer always matches as a whole."""
    return re.sub(r"(?<!\\)((?:\\\\)*)\$\Z", r"\1", regex.removeprefix("^"))


def regex_grammar(regex: str) -> str:
    """Return the grammar of an answer that matches a regular expression as a whole, optionally after a
    space."""
    from llguidance import LLMatcher

    return LLMatcher.grammar_from_regex(f" ?(?:{regex})")


def check_schema(schema: Mapping[str, Any]) -> int:
    """Return about how many bytes the grammar of a schema takes. Raise SchemaError, which names the
    place, for a schema that cannot be enforced."""
    if _depth(schema) > MAX_DEPTH:
        raise SchemaError(f"the schema is nested more than {MAX_DEPTH} levels deep")
    length = len(json.dumps(schema))
    if length > MAX_CHARACTERS:
        raise SchemaError(
            f"the schema has {length:,} characters; at most {MAX_CHARACTERS:,} are allowed"
        )
    if length <= MAX_PLAIN and all(_is_plain(part) for _, part in [("", schema), *_all_parts(schema)]):
        place, reason = _place_of_error(schema)
        size = 0
    else:
        place, reason, size = _try_in_child("schema", schema)
    if reason:
        raise SchemaError(f"the schema cannot be enforced at {printable(place) or '/'}: {reason}")
    return size


@lru_cache(maxsize=32)  # a server's clients repeat their regular expressions
def check_regex(regex: str) -> int:
    """Return about how many bytes the grammar of a regular expression takes. Raise SchemaError if the
    expression cannot be enforced."""
    if not regex:
        raise SchemaError("the regular expression is empty", hint="Give one, as in --regex '[0-9]+'.")
    if len(regex) > MAX_CHARACTERS:
        raise SchemaError(
            f"the regular expression has {len(regex):,} characters; at most {MAX_CHARACTERS:,} fit"
        )
    plain = len(regex) <= MAX_PLAIN_REGEX
    _, reason, size = ("", _regex_error(regex), 0) if plain else _try_in_child("regex", regex)
    if reason:
        raise SchemaError(
            f"the regular expression cannot be enforced: {reason}",
            hint="The whole answer must match: leave out ^ and $ inside of it, \\b and look-around.",
        )
    return size


def unknown_keywords(schema: Mapping[str, Any]) -> list[str]:
    """Return a warning for each keyword that does not exist in JSON Schema. Most such keywords are
    misspelt."""
    warnings = []
    for place, part in [("", schema), *_all_parts(schema)]:
        for key in part:
            if key in KEYWORDS or key.startswith("x-"):
                continue
            warning = (
                f"the schema has an unknown keyword, which is ignored: {printable(f'{place}/{key}')}."
            )
            warnings.append(f"{warning} {did_you_mean(key, KEYWORDS)}".strip())
    return warnings


def patterns(schema: Mapping[str, Any]) -> list[str]:
    """Return the regular expressions in a schema: those for strings and those for names of fields."""
    parts = [schema, *(part for _, part in _all_parts(schema))]
    found = [[part.get("pattern"), *part.get("patternProperties", ())] for part in parts]
    return [each for group in found for each in group if isinstance(each, str)]


def mismatch(schema: Mapping[str, Any], value: Any) -> str:
    """Return why a value does not match a schema that `check_schema` accepts, in one short line with
    the place in the value; "" if it matches."""
    from jsonschema import Draft202012Validator, validators
    from jsonschema.exceptions import best_match
    from referencing import Registry

    draft = validators.validator_for(schema, Draft202012Validator)
    kind = validators.extend(draft, {"pattern": _pattern_errors})
    # With an empty registry no reference is fetched from the network. `check_schema` has refused such
    # references already.
    validator = kind(schema, format_checker=draft.FORMAT_CHECKER, registry=Registry())
    error = best_match(validator.iter_errors(value))
    if error is None:
        return ""
    return last_line(ValueError(f"{error.json_path}: {error.message}"))


def _pattern_errors(_: Any, pattern: str, value: Any, __: Any) -> Iterator[Exception]:
    """Yield an error if a string does not match a pattern. Python's `re` may take years for a pattern
    and a text that somebody else has chosen; llguidance takes linear time."""
    from jsonschema.exceptions import ValidationError
    from llguidance import LLMatcher

    if isinstance(value, str):
        grammar = schema_grammar({"type": "string", "pattern": pattern}, leading_space=False)
        matcher = LLMatcher(_byte_tokenizer(), grammar, log_level=0, limits=parser_limits())
        data = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        if not (matcher.consume_tokens(list(data)) and matcher.is_accepting()):
            yield ValidationError(f"{value!r} does not match {pattern!r}")


def parse_short_form(text: str) -> dict[str, Any]:
    """Return the schema of a list of fields such as "total number, count integer 0-20, items [string],
    paid yes|no". The fields are divided by commas or line ends. A field without a type is a string. A
    description may follow after a colon. All fields are required; one with a question mark after its
    name may be null. Raises: SchemaError."""
    fields: dict[str, Any] = {}
    hint = (
        f"Write fields with types, as in: total number, items [string]. The types are {TYPE_NAMES}. A "
        "description goes after a colon, and ends at the next comma or line end."
    )
    for entry in re.split(r"[,\n]\s*", text.strip()):
        # a colon may also be a part of a choice, as in 10:30|11:30
        field, _, description = entry.partition(": " if "|" in entry else ":")
        match = FIELD.fullmatch(field.strip())
        if match is None:
            raise SchemaError(f"{printable_repr(entry.strip())} is not a field of a schema", hint=hint)
        if match[1] in fields:
            raise SchemaError(
                f"the field {match[1]} is there twice", hint="Give each field another name."
            )
        if entry.count("[") > MAX_DEPTH:
            raise SchemaError(
                f"the field {match[1]} is nested more than {MAX_DEPTH} levels deep", hint=hint
            )
        fields[match[1]] = _short_type(match[1], match[3] or "string", hint)
        if match[2]:
            fields[match[1]] = {"anyOf": [fields[match[1]], {"type": "null"}]}
        if description.strip():
            fields[match[1]]["description"] = description.strip()
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _short_type(field: str, text: str, hint: str) -> dict[str, Any]:
    if text.startswith("[") and text.endswith("]"):
        return {"type": "array", "items": _short_type(field, text[1:-1].strip(), hint)}
    if text.startswith("[") or (text.endswith("]") and "[" not in text):
        raise SchemaError(f"field {field}: the list {printable_repr(text)} is not closed", hint=hint)
    if "|" in text:
        choices = [part.strip() for part in text.split("|")]
        if "" in choices:
            raise SchemaError(
                f"field {field}: a choice of {printable_repr(text)} is empty",
                hint=hint,
            )
        return {"enum": choices}
    if text == "date":
        return {"type": "string", "format": "date"}
    if limits := RANGE.fullmatch(text):
        low, high = (json.loads(limit) for limit in limits.groups()[1:])
        return {"type": TYPES[limits[1]], "minimum": low, "maximum": high}
    if text not in TYPES:
        raise SchemaError(f"field {field}: unknown type {printable_repr(text)}", hint=hint)
    return {"type": TYPES[text]}


def grammar_error(grammar: str) -> str:
    """Return why a grammar cannot be compiled; "" if it can."""
    from llguidance import LLMatcher

    error = LLMatcher.validate_grammar(grammar)
    if error:
        return error
    # Validation misses exceeded limits, and a $ref that refers to itself. A parser finds both when it
    # computes a mask, but only where the grammar allows several bytes. So the parser first consumes the
    # bytes that the grammar forces. A tokenizer whose tokens are single bytes is enough for this check.
    matcher = LLMatcher(_byte_tokenizer(), grammar, log_level=0, limits=parser_limits())
    for _ in range(FORCED_STEPS):
        if matcher.is_error() or not (forced := matcher.compute_ff_bytes()):
            break
        matcher.consume_tokens(list(forced))
    if not matcher.is_error():
        matcher.compute_bitmask()
    return matcher.get_error()


def parser_limits() -> LLParserLimits:
    """Return the limits of a parser that follows an answer through its grammar."""
    from llguidance import LLParserLimits

    return LLParserLimits(max_lexer_states=LEXER_STATES)


@cache
def _byte_tokenizer() -> LLTokenizer:
    from llguidance import LLTokenizer

    return LLTokenizer("byte")


def _compile_error(schema: Mapping[str, Any]) -> str:
    """Return why a schema cannot be enforced, without llguidance's excerpt of the grammar; "" if it can
    be enforced."""
    try:
        # Without the optional space the grammar forces the first bracket, and `grammar_error` gets past
        # it.
        grammar = schema_grammar(schema, leading_space=False)
    except ValueError as error:
        return str(error)
    return _extract_reason(grammar_error(grammar))


def _extract_reason(error: str) -> str:
    """Return the message of an error of llguidance, without excerpts of the grammar; "" for no
    error."""
    if error.startswith("NoExtension"):
        return "it allows no answer"
    error = (
        error.rpartition("failed to compile JSON schema: ")[2]
        .partition("\n   1 |")[0]
        .partition("\n<state>")[0]
    )
    error = error.rpartition("error: ")[2].rpartition("(in regex): ")[2].partition(" in regex /")[0]
    return printable(re.sub(r"\s+", " ", error).strip())


def _regex_error(regex: str) -> str:
    """Return why a regular expression cannot be enforced; "" if it can."""
    from llguidance import LLMatcher

    # The expression is also compiled alone, because `a)|(?:b` is valid only in the group that
    # `regex_grammar` puts around it.
    alone = LLMatcher.validate_grammar(LLMatcher.grammar_from_regex(regex))
    return _extract_reason(alone or grammar_error(regex_grammar(regex)))


def _place_of_error(schema: Mapping[str, Any]) -> tuple[str, str]:
    """Return the JSON pointer of the smallest part that fails when it is compiled alone, and the
    reason; both are "" if the schema can be compiled."""
    place = ""
    reason = _compile_error(schema)
    inside = _parts(schema, "") if reason else iter(())
    tried = 0
    while (found := next(inside, None)) is not None and tried < MAX_TRIED:
        where, part = found
        tried += 1
        if inner := _compile_error({**_shared(schema), **part}):
            place = where
            reason = inner
            inside = _parts(part, where)
    return place, reason


def _is_plain(part: Mapping[str, Any]) -> bool:
    return PLAIN.issuperset(part) and part.get("format", "date") == "date"


def _shared(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {name: schema[name] for name in ("$defs", "definitions") if name in schema}


def _try_in_child(kind: str, value: Any) -> tuple[str, str, int]:
    """Compile a schema or a regular expression in a child process. Return the place and the reason of
    an error, as `_place_of_error` does, and the approximate size of the grammar in bytes.

    If the child process reaches a limit, a second one finds the part of the schema that takes too much
    time or memory: it compiles part after part, and writes the place of each part before it compiles
    it. The last place that it has written is the place of that part.
    """
    written = b""
    with CHILDREN:
        for task in (kind, "parts") if kind == "schema" else (kind,):
            whole, written = child.run(__name__, json.dumps([task, value]).encode(), WALL_SECONDS)
            if whole and task == kind:
                return tuple(json.loads(written))
    place = json.loads(written.splitlines()[-1]) if written else ""
    return place, f"it takes more than {CPU_SECONDS} s or {MEMORY_BYTES >> 20} MB to compile", 0


def _main() -> None:
    _compile_error({"type": "string"})  # imports the compiler before the limits are set
    system.limit_process(CPU_SECONDS, MEMORY_BYTES)
    task, value = json.load(sys.stdin)
    before = system.peak_resident()
    if task == "parts":
        for place, part in islice(_all_parts(value), MAX_TRIED):
            sys.stdout.write(f"{json.dumps(place)}\n")
            sys.stdout.flush()
            _compile_error({**_shared(value), **part})
        sys.stdout.write('""')
    else:
        place, reason = _place_of_error(value) if task == "schema" else ("", _regex_error(value))
        json.dump([place, reason, system.peak_resident() - before], sys.stdout)


def _all_parts(schema: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield all parts of a schema with their JSON pointers; a part comes after the parts inside it."""
    for where, part in _parts(schema, place):
        yield from _all_parts(part, where)
        yield where, part


def _parts(schema: Mapping[str, Any], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the direct parts of a schema with their JSON pointers, definitions first."""
    held = {name: schema.get(name) for name in (*NAMED, *LISTED, *SINGLE)}
    for name, value in held.items():
        if name in NAMED and isinstance(value, dict):
            inner = [(key.replace("~", "~0").replace("/", "~1"), part) for key, part in value.items()]
            yield from (
                (f"{place}/{name}/{key}", part) for key, part in inner if isinstance(part, dict)
            )
        elif name in LISTED and isinstance(value, list):
            yield from (
                (f"{place}/{name}/{at}", part)
                for at, part in enumerate(value)
                if isinstance(part, dict)
            )
        elif name in SINGLE and isinstance(value, dict):
            yield f"{place}/{name}", value


def _depth(value: Any) -> int:
    """Return how deep lists and objects are nested, but at most MAX_DEPTH + 1."""
    depth = 0
    level = [value]
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [
            inner
            for each in level
            if isinstance(each, (dict, list))
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return depth


if __name__ == "__main__":
    _main()
