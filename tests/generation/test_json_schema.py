"""Schemas and regular expressions are checked before a model is opened; errors name the place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import Any

import pytest

from flashsloth.errors import AnswerIncomplete, SchemaError
from flashsloth.generation import json_schema
from flashsloth.generation.answer_record import AnswerRecord, FinishReason
from flashsloth.generation.constraint import Constraint, constrain, unfinished_value
from flashsloth.utils import system
from messages import refused as refused_as


def obj(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


FIELDS: dict[str, dict[str, Any]] = {  # by what is written for them
    "note": {"type": "string"},
    "a text": {"type": "string"},
    "b integer ": {"type": "integer"},
    "c boolean": {"type": "boolean"},
    "when date": {"type": "string", "format": "date"},
    "grid [[number]]": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
    "paid yes|no | card": {"enum": ["yes", "no", "card"]},
    "übrig-geld_2 number": {"type": "number"},
    "n integer 0-20": {"type": "integer", "minimum": 0, "maximum": 20},
    "m [number -1.5 - -0.5]": {
        "type": "array",
        "items": {"type": "number", "minimum": -1.5, "maximum": -0.5},
    },
}


def test_fields_become_a_schema() -> None:
    fields = {written.split()[0]: kind for written, kind in FIELDS.items()}
    assert constrain(", ".join(FIELDS)).schema == {**obj(**fields), "additionalProperties": False}


def test_words_and_descriptions_of_other_tools() -> None:
    """Those of llm's --schema."""
    text = "name str: its full name, n int, x float 0-1: a share, ok bool:so, at 10:30|11:30, p a|b: or, q:"
    assert constrain(text).schema["properties"] == {
        "name": {"type": "string", "description": "its full name"},
        "n": {"type": "integer"},
        "x": {"type": "number", "minimum": 0, "maximum": 1, "description": "a share"},
        "ok": {"type": "boolean", "description": "so"},
        "at": {"enum": ["10:30", "11:30"]},
        "p": {"enum": ["a", "b"], "description": "or"},
        "q": {"type": "string"},
    }
    lines = "name: its full name\r\nage int: in years,\n\ntags [str]\n"
    assert (
        constrain(lines).schema
        == constrain("name: its full name, age int: in years, tags [str]").schema
    )
    assert list(constrain(lines).schema["properties"]) == ["name", "age", "tags"]


def test_a_field_with_a_question_mark_may_be_null() -> None:
    schema = constrain("name?: its name, tags? [string], paid? yes|no, n integer").schema
    null = {"type": "null"}
    assert schema["properties"] == {
        "name": {"anyOf": [{"type": "string"}, null], "description": "its name"},
        "tags": {"anyOf": [{"type": "array", "items": {"type": "string"}}, null]},
        "paid": {"anyOf": [{"enum": ["yes", "no"]}, null]},
        "n": {"type": "integer"},
    }
    assert schema["required"] == ["name", "tags", "paid", "n"]


@pytest.mark.parametrize(
    "refused",
    [
        ("a, a number", "the field a is there twice"),
        ("", "''"),
        ("2a number", "'2a number'"),
        *((f"a {kind}", "a choice", "is empty") for kind in ("red|", "[|red]", "red||blue")),
        ("a [x|y", "the list '[x|y' is not closed"),
        ("[1]", "not list"),
        ("[" * 100_000, "not JSON"),
        *(
            (f"a {'[' * depth}string{']' * depth}", "nested more than 64 levels")
            for depth in (65, 900, 20_000)
        ),
        ("a caf\udce9|b", "UTF-8"),
        ("a integer 20-0", "enforced at /properties/a"),
        # and where it is
        (
            obj(a=obj(b={"items": {"type": "string", "pattern": "(?=x)y"}})),
            "/properties/a/properties/b/items",
            "look-",
        ),
        (obj(a={"enum": [1, 1234567890123456789]}), "/properties/a", "more digits"),
        (obj(a={"const": {"b": 12345678901234567}}), "/properties/a", "more digits"),
        (obj(a={"enum": 12345678901234567}), "/properties/a", "enum must be an array"),
        (
            obj(a={"type": "string"}, c={"anyOf": [{}, obj(d={"uniqueItems": True})]}),
            "/properties/c/anyOf/1",
            "unique",
        ),
        ({**obj(a={"$ref": "#/$defs/n"}), "$defs": {"n": {"not": {}}}}, "/$defs/n", "not"),
        (obj(a={"$ref": "https://example.org/s.json"}), "/properties/a", "example.org"),
        (obj(**{"a/b~": {"if": {}}}), "/properties/a~1b~0", "if"),
        ({"$ref": "#"}, " /:", "no answer"),
        *(
            (schema,)
            for schema in (5, obj(a={"default": object()}), obj(a={"const": float("nan")}), True)
        ),
    ],
    ids=lambda refused: repr(refused)[:60],
)
def test_what_is_no_schema_is_an_error(refused: tuple[Any, ...]) -> None:
    schema, *told = refused
    with refused_as("schema", *told) as error:
        constrain(schema)
    assert "\n" not in str(error.value)
    assert error.value.hint


def test_a_misspelt_keyword_is_a_warning() -> None:
    schema = obj(
        a={"type": "string", "minlength": 3}, b={"type": "array", "items": {"x-own": 1, "titel": "B"}}
    )
    constraint = constrain(schema)
    first, second = constraint.warnings
    assert "/properties/a/minlength" in first
    assert "minLength" in first
    assert "/properties/b/items/titel" in second
    assert constrain("minlength number").warnings == []  # a field, no keyword


def test_a_class_may_give_the_schema() -> None:
    class Receipt:
        @classmethod
        def model_json_schema(cls) -> dict[str, Any]:
            return obj(total={"type": "number"})

    assert constrain(Receipt) == constrain(Receipt()) == constrain(obj(total={"type": "number"}))


@pytest.mark.parametrize(
    "regex", ["(", "caf\udce9", "a^b", "$a", "a)|(b", "(?=x)y", r"\bfoo", "", "a\\", "(" * 60_000]
)
def test_an_expression_that_cannot_be_held_is_an_error(regex: str) -> None:
    with pytest.raises(SchemaError) as error:
        constrain(regex=regex)
    assert error.value.hint
    assert len(str(error.value)) < 250


def test_anchors_around_an_expression_change_nothing() -> None:
    assert constrain(regex=r"^\d+$") == constrain(regex=r"\d+")
    assert constrain(regex=r"^a\\$").text == r"a\\"
    assert constrain(regex=r"\^a\$").text == r"\^a\$"


@pytest.mark.parametrize(
    ("regex", "whole", "refused"),
    [
        (r"a/b", "a/b", "ab"),
        (r"a\/b", "a/b", "a\\/b"),
        ("a|b", "b", "ab"),
        ('x"\\\\/ | start: "y"', 'x"\\/ ', "y"),
        ("é+\n", "éé\n", "e\n"),
        (r"\d{2}", "42", "4"),
    ],
)
def test_an_expression_means_what_it_says(regex: str, whole: str, refused: str) -> None:
    json_schema.check_regex(regex)
    grammar = json_schema.regex_grammar(regex)
    assert accepts(grammar, whole)
    assert accepts(grammar, f" {whole}")
    assert not accepts(grammar, refused)
    assert not accepts(grammar, f"  {whole}")


def accepts(grammar: str, text: str) -> bool:
    """Return whether a grammar allows a text as a whole."""
    from llguidance import LLMatcher, LLTokenizer

    matcher = LLMatcher(LLTokenizer("byte"), grammar, log_level=0)
    assert not matcher.is_error()
    return matcher.consume_tokens(list(text.encode())) and matcher.is_accepting()


A, B = obj(a={"type": "integer"}), obj(b={"type": "integer"})
DEFS = {"$defs": {"A": A, "B": B, "same": {"$ref": "#/$defs/B"}, "a/b c": B}}
REF = {"$ref": "#/$defs/B"}
CLOSED: dict[str, tuple[dict[str, Any], str, str]] = {  # a schema, an answer, and one with another key
    "object": (A, '{"a":1}', '{"a":1,"z":1}'),
    "no key": ({"type": "object", "properties": {}}, "{}", '{"z":1}'),
    "without a type": ({"properties": {"a": {}}}, '{"a":1}', '{"a":1,"z":1}'),
    "inside": (obj(o=A), '{"o":{"a":1}}', '{"o":{"a":1,"z":1}}'),
    "list": ({"type": "array", "items": A}, '[{"a":1}]', '[{"a":1,"z":1}]'),
    "pydantic": ({**obj(o=REF), **DEFS}, '{"o":{"b":1}}', '{"o":{"b":1,"z":1}}'),
    "pydantic's optional": (
        {**obj(o={"anyOf": [REF, {"type": "null"}]}), **DEFS},
        '{"o":{"b":1}}',
        '{"o":{"b":1,"z":1}}',
    ),
    "pydantic's old reference": (
        {**obj(o={"allOf": [REF], "description": "x"}), **DEFS},
        '{"o":{"b":1}}',
        '{"o":{"b":1,"z":1}}',
    ),
    "itself": (
        {"type": "object", "properties": {"o": {"$ref": "#"}}},
        '{"o":{"o":{}}}',
        '{"o":{"o":{},"z":1}}',
    ),
    "named as a keyword": (obj(allOf=A), '{"allOf":{"a":1}}', '{"allOf":{"a":1,"z":1}}'),
    "beside a joined one": (
        {**obj(o=A, p={"allOf": [REF, {"$ref": "#/$defs/A"}]}), **DEFS},
        '{"o":{"a":1},"p":{"b":1,"a":1}}',
        '{"o":{"a":1,"z":1},"p":{"b":1,"a":1}}',
    ),
}
STAY_OPEN: dict[str, tuple[dict[str, Any], str]] = {  # a schema, and an answer with another key
    "no properties": ({"type": "object"}, '{"z":1}'),
    "additionalProperties": ({**A, "additionalProperties": True}, '{"a":1,"z":1}'),
    "additionalProperties of a type": (
        {**A, "additionalProperties": {"type": "integer"}},
        '{"a":1,"z":1}',
    ),
    "patternProperties": ({**A, "patternProperties": {"^z": {}}}, '{"a":1,"z":1}'),
    "minProperties": ({**A, "minProperties": 2}, '{"a":1,"z":1}'),
    "another key is required": ({**A, "required": ["a", "z"]}, '{"a":1,"z":1}'),
    "a whole value": ({"const": {"z": 1}, "properties": {"a": {}}}, '{"z":1}'),
    "anyOf": ({"anyOf": [A, {"type": "null"}]}, '{"a":1,"z":1}'),
    "all of two": ({"allOf": [A, B]}, '{"a":1,"b":1,"z":1}'),
    "properties and all of them": ({**A, "allOf": [B]}, '{"a":1,"b":1}'),
    "all of references": ({"allOf": [A, REF], **DEFS}, '{"a":1,"b":1}'),
    "a reference to a reference": ({"allOf": [A, {"$ref": "#/$defs/same"}], **DEFS}, '{"a":1,"b":1}'),
    "an escaped reference": ({"allOf": [A, {"$ref": "#/$defs/a~1b%20c"}], **DEFS}, '{"a":1,"b":1}'),
    "properties beside a reference": ({**A, **REF, **DEFS}, '{"a":1,"b":1}'),
    "properties beside alternatives": (
        {**A, "anyOf": [REF, {"required": ["z"]}], **DEFS},
        '{"a":1,"b":1}',
    ),
}


@pytest.mark.parametrize(("schema", "answer", "refused"), CLOSED.values(), ids=CLOSED)
def test_only_declared_keys(schema: dict[str, Any], answer: str, refused: str) -> None:
    """In the grammar alone: the schema stays as it is."""
    constraint = constrain(schema)
    assert constraint.schema == schema
    assert accepts(constraint.grammar(), answer)
    assert not accepts(constraint.grammar(), refused)


@pytest.mark.parametrize(("schema", "answer"), STAY_OPEN.values(), ids=STAY_OPEN)
def test_objects_that_may_have_other_keys(schema: dict[str, Any], answer: str) -> None:
    assert accepts(constrain(schema).grammar(), answer)


def refers(number: int) -> dict[str, Any]:
    return obj(a={"$ref": f"#/$defs/d{number}"}, b={"$ref": f"#/$defs/d{number}"})


HOSTILE = {
    "deep": {"a": [[]]},
    "wide": obj(**{f"p{number}": {"type": "string"} for number in range(1500)}),
    "itself": {"$ref": "#"},
    "length": {"type": "string", "minLength": 10**9},
    "pattern": {"type": "string", "pattern": "(a{1,1000}){1,1000}"},
    "patterns": {
        "type": "object",
        "patternProperties": {f"^(a|b)*{n}{{1,99}}": {} for n in range(200)},
    },
    "alternatives": {
        "anyOf": [obj(**{f"k{n}": {"const": n}, "t": {"const": n % 7}}) for n in range(300)]
    },
    "references": {"$defs": {f"d{n}": refers(n + 1) for n in range(60)}, "$ref": "#/$defs/d0"},
    "large multiples": obj(a=obj(b={"items": {"type": "integer", "multipleOf": 20_000_003}})),
    "all patterns": {
        "allOf": [{"type": "string", "pattern": f"(.*{letter}.*)"} for letter in "abcdefghijklmnopqrst"]
    },
    "long": {"description": "x" * 60_000},
    "guidance": {**obj(a={"not": {}}), "x-guidance": {"whitespace_flexible": True, "lenient": True}},
    "lark": {"const": '}\nstart: /.*/\nanswer: "x'},
}
for _ in range(70):
    HOSTILE["deep"] = {"properties": {"a": HOSTILE["deep"]}}
REFUSED = {
    "deep": "nested more than 64 levels",
    "itself": "allows no answer",
    "long": "at most 50,000",
    "guidance": "/properties/a",
    "large multiples": "/properties/a/properties/b/items: it takes more than 1 s or 256 MB",
    "all patterns": " /: it takes more than 1 s or 256 MB",
}


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows limits neither time nor memory of a process"
)
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if "1 s" in REFUSED.get(name, "") else ())
        for name in HOSTILE
    ],
)
def test_a_hostile_schema_takes_bounded_memory(name: str) -> None:
    """Whatever takes much is compiled by a process with limits, so this one does not grow."""
    before, processes, told = system.peak_resident(), sum(os.times()[2:4]), ""
    try:
        constrain(HOSTILE[name])
    except SchemaError as error:
        told = str(error)
    assert REFUSED.get(name, "") in told
    assert system.peak_resident() - before < 50_000_000
    # seconds of the processor: 1 for each of two, besides their start
    assert sum(os.times()[2:4]) - processes < 6


def test_compiling_can_be_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    def communicate(self: Any, *args: Any, **options: Any) -> Any:
        if not timers:  # it is called again to end the process
            timers.append(threading.Timer(0.1, system.signal_main, [signal.SIGINT]))
            timers[0].start()
        return original(self, *args, **options)

    timers: list[threading.Timer] = []
    original = subprocess.Popen.communicate
    monkeypatch.setattr(subprocess.Popen, "communicate", communicate)
    with pytest.raises(KeyboardInterrupt):
        constrain(HOSTILE["all patterns"])


def test_the_question_tells_of_the_schema_unless_that_is_off() -> None:
    schema = constrain("total number")
    assert schema.question("How much?") == f"How much?\nAnswer with JSON of this schema: {schema.text}"
    assert Constraint("schema", schema.text, in_prompt=False).question("How much?") == "How much?"
    assert (
        constrain({"type": "object"}).question("How much?") == "How much?\nAnswer with a JSON object."
    )


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ('{"a": {"b": [1, [2], {"c,]": "x\\"', "/a/b/2/c,]"),
        ('{"a": 1, "b', "/b"),
        ('{"', ""),
        ("[[], {}, ", "/2"),
        ('{"a": 1, ', ""),
        ("12", ""),
    ],
)
def test_the_value_in_which_an_answer_ends_is_named(answer: str, place: str) -> None:
    assert unfinished_value(answer) == (f" in the value of {place}" if place else "")


def test_a_cut_answer_has_no_value() -> None:
    schema, regex = constrain("total number"), constrain(regex=r"\d+")

    def record(text: str, reason: FinishReason) -> AnswerRecord:
        return AnswerRecord(pieces=[text], reason=reason, token_ids=[1] * 9)

    assert schema.parse(record('{"total": 1.5}', "stop"), 9) == {"total": 1.5}
    assert regex.parse(record("12", "stop"), 9) == "12"
    for constraint in (schema, regex):
        for reason in ("length", "context", "interrupted"):
            with pytest.raises(AnswerIncomplete, match="after 9 tokens") as error:
                constraint.parse(record('{"total": 1', reason), 9)
            assert ("in the value of /total" in error.value.hint) == (constraint is schema)
    with pytest.raises(AnswerIncomplete, match="cannot be read"):
        schema.parse(record(f'{{"total": {"1" * 5000}}}', "stop"), 5000)
