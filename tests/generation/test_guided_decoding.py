"""Answers keep to their grammar, alone and together, and reach the same ids either way."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from operator import attrgetter
from typing import Any

import jsonschema_rs
import pytest
import torch
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.chat.batched_answerer import Answerer, BatchedAnswerer
from flashsloth.errors import AnswerIncomplete, OptionError, SchemaError
from flashsloth.generation import decode_loop, json_schema
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.constraint import Constraint, constrain
from flashsloth.generation.guided_decoding import GrammarCompiler, Guide, forbid, is_bounded, unfinished
from flashsloth.images.reader import read_image
from generation.helpers import counting
from replies import Asked, replies, said

DIGIT = {"type": "integer", "minimum": -99, "maximum": 99}
WORD = {"type": "string", "maxLength": 12}
BOUNDED: dict[str, dict[str, Any]] = {
    "fields": {"type": "object", "properties": {"n": DIGIT, "s": WORD}, "required": ["n", "s"]},
    "closed": {"type": "object", "properties": {"a": WORD, "b": WORD}},
    "list": {"type": "array", "items": DIGIT, "minItems": 2, "maxItems": 4},
    "choice": {"enum": ["red", "green light", "é"]},
    "null or list": {
        "anyOf": [{"type": "null"}, {"type": "array", "items": {"const": "x"}, "maxItems": 2}]
    },
    "date": {
        "type": "object",
        "properties": {"on": {"type": "string", "format": "date"}},
        "required": ["on"],
    },
    "pattern": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"},
    "reference": {
        "type": "array",
        "items": {"$ref": "#/$defs/w"},
        "maxItems": 2,
        "$defs": {"w": {"enum": ["a", "b"]}},
    },
}
for each in BOUNDED.values():
    each["additionalProperties"] = False  # weak models write more and more of other fields
UNBOUNDED: dict[str, Any] = {
    "integer": "count integer",
    "written fields": "a, b, total number, on date, items [string], grid [[number]], kind one|another",
    "object": {"type": "object"},
    "other fields": {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "required": ["a"],
        "additionalProperties": True,
    },
    "limits": {
        "type": "array",
        "items": {"type": "number", "minimum": 5.5, "multipleOf": 0.5},
        "minItems": 2,
    },
    "large": {"type": "integer", "minimum": 10**17},
    "multiple": {"type": "integer", "minimum": 1, "multipleOf": 7},
    "long": {"type": "string", "minLength": 30, "maxLength": 5000},
    "letters": {"type": "string", "pattern": "^[a-z]+$"},
    "somewhere": {"type": "string", "pattern": "é[ü😊]{3}"},
    "choice of ends": {"type": "string", "pattern": "^(a|b)*abb$"},
    "names": {
        "type": "object",
        "patternProperties": {"^x[0-9]{3}$": {}},
        "additionalProperties": False,
        "minProperties": 1,
    },
    "either": {
        "anyOf": [
            {"type": "string", "minLength": 40},
            {"type": "array", "items": {"$ref": "#"}},
            {"type": "number"},
        ]
    },
    "tree": {"$ref": "#/$defs/t", "$defs": {"t": {"type": "array", "items": {"$ref": "#/$defs/t"}}}},
    "address": {"type": "string", "format": "email"},
}


@pytest.mark.parametrize("temperature", [0.0, 5.0])
@pytest.mark.parametrize("name", [*BOUNDED, *UNBOUNDED])
def test_every_answer_is_valid_and_whole_within_its_limit(
    sloth: FlashSloth, pictures: list[Image.Image], name: str, temperature: float
) -> None:
    """Also of random weights, at a temperature at which nothing makes sense, and where nothing bounds a
    value."""
    constraint = constrain({**BOUNDED, **UNBOUNDED}[name])
    validator = jsonschema_rs.validator_for(constraint.schema)
    guide = sloth.grammars.guide(constraint)
    guide.begin([], 10_000)
    assert guide._end is not None  # private: how short an answer can be
    for limit in (len(guide._end), len(guide._end) + 5, len(guide._end) + 40):
        answer = sloth.chat(pictures[0]).ask(
            "What is it?", schema=constraint, max_tokens=limit, temperature=temperature, seed=limit
        )
        value = answer.value()
        assert validator.is_valid(value), value
        assert len(answer.token_ids) <= limit
        assert json.loads(json.dumps(value, allow_nan=False)) == value == json.loads(answer.text())


def test_an_answer_that_its_limit_ends_says_so(nano: FlashSloth) -> None:
    schema = "a integer 0-9, b integer"
    whole = nano.chat().ask("Hello", schema=schema)
    assert whole.value()["b"] > 9  # so that it can lose a digit
    ended = nano.chat().ask("Hello", schema=schema, max_tokens=len(whole.token_ids) - 1)
    assert 0 <= ended.value()["b"] < whole.value()["b"]
    assert ended.warnings == ["the answer was ended at its limit of tokens in the value of /b"]
    short = nano.chat().ask("Hello", schema="b integer 0-9", max_tokens=20)
    assert short.value()["b"] in range(10)
    assert short.warnings == []


@pytest.mark.parametrize(
    ("number", "bounded"),
    [
        (b"123456789012345", True),
        (b"1234567890123456", False),
        (b"12345678901234.5", True),
        (b"123456789012345.", False),  # a digit must follow
        (b"1.5e-99", True),
        (b"1e999", False),
    ],
)
def test_numbers_have_so_many_digits_as_a_float(number: bytes, bounded: bool) -> None:
    assert is_bounded(number) is bounded
    assert unfinished(b'{"a": "1", "b": ' + number) == number
    assert unfinished(b'{"a": "\\\\' + number) == b'"'


def _choose(guide: Guide, logits: torch.Tensor) -> int:
    """Return the token of the largest logit that the guide takes. It must be one that the grammar
    allows."""
    masked = forbid(logits[None], [guide])[0]
    token = guide.choose(masked, lambda each: each.argmax().view(1))
    assert masked[token].isfinite()
    return int(token)


LONG = 12345678901234567  # no float has this value


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"const": LONG}, LONG),
        ({"const": -LONG, "type": "integer"}, -LONG),
        ({"enum": [LONG], "type": "integer"}, LONG),
        ({"type": "array", "items": {"const": LONG}, "minItems": 3, "maxItems": 3}, [LONG] * 3),
        ({"$ref": "#/$defs/n", "$defs": {"n": {"const": LONG}}}, LONG),
        ({"const": 2**60}, 2**60),
    ],
)
def test_a_constant_of_many_digits_is_answered_exactly(
    sloth: FlashSloth, schema: dict[str, Any], value: Any
) -> None:
    assert sloth.chat().ask("?", schema=schema, max_tokens=100).value() == value


LONG_CONSTANTS = {"type": "array", "items": {"const": LONG}, "minItems": 3, "maxItems": 3}
MANY_NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": 30}


def test_constants_that_do_not_fit_are_cut_where_the_limit_is(sloth: FlashSloth) -> None:
    """No ending fits, and the limit of digits may not leave the grammar without a token."""
    answer = sloth.chat().ask("?", schema=LONG_CONSTANTS, max_tokens=40)
    text = answer.text().replace(" ", "")
    assert (answer.reason, answer.grammar_failed, len(answer.token_ids)) == ("length", False, 40)
    assert f"[{LONG},{LONG},{LONG}]".startswith(text)


@pytest.mark.parametrize(
    ("schema", "limit", "digits"),
    [
        (MANY_NUMBERS, 40, 15),  # no ending is known
        ({"type": "integer"}, 100, 15),
        (UNBOUNDED["large"], 100, 18),  # as many as it must have
        ({"type": "array", "items": UNBOUNDED["large"], "minItems": 5}, 50, 18),  # no ending is known
    ],
)
def test_a_model_that_writes_digits_alone_is_limited(
    nano: FlashSloth, schema: dict[str, Any], limit: int, digits: int
) -> None:
    """There are more tokens of digits than are rejected one by one."""
    tokens = nano.prompt.tokenizer
    logits = torch.zeros(nano.grammars.vocabulary)
    logits[[tokens.convert_tokens_to_ids(digit) for digit in "123456789"]] = 10.0
    guide = nano.grammars.guide(constrain(schema))
    guide.begin([], limit)
    taken: list[int] = []
    while len(taken) < limit and not guide.is_complete:
        token = _choose(guide, logits)
        if token in nano.grammars.end_tokens:
            break
        taken.append(token)
        guide.accept(token)
    assert max(map(len, re.findall(r"\d+", tokens.decode(taken)))) == digits


@pytest.mark.parametrize("limit", [40, 200])
@pytest.mark.parametrize(
    "schema", [LONG_CONSTANTS, MANY_NUMBERS, UNBOUNDED["large"], UNBOUNDED["multiple"]]
)
def test_a_forbidden_token_is_never_chosen(
    nano: FlashSloth, schema: dict[str, Any], limit: int
) -> None:
    guide, random = nano.grammars.guide(constrain(schema)), torch.Generator().manual_seed(0)
    guide.begin([], limit)
    for _ in range(limit):
        token = _choose(guide, torch.randn(nano.grammars.vocabulary, generator=random))
        if token in nano.grammars.end_tokens:
            break
        guide.accept(token)
        if guide.is_complete:
            break
    assert not guide.has_failed


def test_an_ending_is_followed_to_its_end(nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the search finds no ending after its own next token, so that this token is rejected
    before."""
    guide = nano.grammars.guide(constrain({"type": "string"}))
    guide.begin([], 10)
    # private, as the search finds nearly every ending
    monkeypatch.setattr(Guide, "_end_after", lambda *given: None)
    for _ in range(10):
        guide.accept(_choose(guide, torch.zeros(nano.grammars.vocabulary)))
        if guide.is_complete:
            return
    pytest.fail("the ending was forgotten")


def test_an_answer_may_begin_with_a_space_and_ends_by_itself(nano: FlashSloth) -> None:
    answer = nano.chat().ask("Hello", schema=BOUNDED["fields"], max_tokens=100)
    text = answer.text()
    assert text.startswith("{")
    assert answer.reason == "stop"
    assert nano.prompt.tokenizer.decode(answer.token_ids) in (text, f" {text}")


def test_an_answer_that_ends_with_its_last_allowed_token_is_whole(nano: FlashSloth) -> None:
    needed = len(nano.chat().ask("Hello", regex="[0-9]{3}").value())
    answer = nano.chat().ask("Hello", regex="[0-9]{3}", max_tokens=needed)
    assert answer.value().isdecimal()
    assert answer.reason == "stop"


@pytest.mark.parametrize("regex", [r"[0-9]{3}", "yes|no", r"(ab){2,3}c", "é?ü{4}"])
def test_every_answer_matches_the_expression(sloth: FlashSloth, regex: str) -> None:
    for seed in range(3):
        answer = sloth.chat().ask("?", regex=regex, max_tokens=40, temperature=2.0, seed=seed)
        assert re.fullmatch(regex, answer.value())


@pytest.mark.slow
def test_the_mask_is_that_of_every_single_token(nano: FlashSloth) -> None:
    """Independently: a token is allowed if a copy of the matcher accepts it."""
    guide = nano.grammars.guide(constrain(BOUNDED["fields"]))
    logits = torch.zeros(nano.grammars.vocabulary)
    tokens = nano.prompt.tokenizer.encode(' {"n": 1', add_special_tokens=False)
    for place, token in enumerate(tokens):
        if place in (0, 2, len(tokens) - 1):
            allowed = {
                n for n in range(nano.grammars.vocabulary) if guide.matcher.deep_copy().consume_token(n)
            }
            assert set((forbid(logits[None], [guide])[0] == 0).nonzero().flatten().tolist()) == allowed
            assert token in allowed
        guide.accept(token)


def test_rows_have_masks_of_their_own(nano: FlashSloth) -> None:
    logits = torch.randn(5, nano.grammars.vocabulary)
    guides: list[Guide | None] = [
        nano.grammars.guide(constrain(BOUNDED[name])) for name in ("list", "date", "choice")
    ]
    guides = [None, guides[0], None, guides[1], guides[2]]
    together = forbid(logits, guides)
    for row, guide in enumerate(guides):
        assert torch.equal(
            together[row], logits[row] if guide is None else forbid(logits[row, None], [guide])[0]
        )
    assert not torch.equal(together[1], together[3])
    assert torch.isfinite(logits).all()  # the caller's are as they were


@pytest.mark.parametrize(
    ("sloth", "sampling"),
    [
        pytest.param("nano", {}, marks=pytest.mark.slow),
        ("tiny", {"temperature": 1.0, "seed": 3, "repetition_penalty": 1.2}),
    ],
    indirect=["sloth"],
)
def test_together_as_alone(
    sloth: FlashSloth, pictures: list[Image.Image], sampling: dict[str, Any]
) -> None:
    wanted = [Asked(("How many?", "And now?"), read_image(picture)) for picture in pictures[:3]]
    wanted += [Asked(("What is it?",)), Asked(("", "Why?"), read_image(pictures[0]))]
    settings = AnswerSettings(max_tokens=40, constraint=constrain(BOUNDED["fields"]), **sampling)
    alone = replies(Answerer(sloth, settings), wanted)
    together = replies(BatchedAnswerer(sloth, settings, 3), wanted)
    for one, other in zip(alone, together, strict=True):
        same = attrgetter("token_ids", "text", "reason", "input_tokens", "warnings")
        assert [*map(same, one)] == [*map(same, other)]  # type: ignore[arg-type]
        assert all(json.loads(each.text).keys() == {"n", "s"} for each in one)  # type: ignore[union-attr]


@pytest.mark.parametrize("options", [{}, {"temperature": 1.5, "repetition_penalty": 1.2, "seed": 3}])
def test_forced_tokens_are_computed_together(
    nano: FlashSloth, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They change nothing else: a seed draws as before, and a limit of tokens may be reached among
    them."""

    def asked(max_tokens: int) -> tuple[list[int], list[str], list[int]]:
        with counting(nano) as lengths:
            answer = nano.chat().ask(
                "Hello", schema="merchant, total number", max_tokens=max_tokens, **options
            )
            return said(answer), answer.warnings, lengths

    found = [asked(count) for count in (40, 30)]
    monkeypatch.setattr(decode_loop, "MIN_FORCED", 1000)
    for (ids, warnings, lengths), (expected, wanted, steps) in zip(
        found, [asked(40), asked(30)], strict=True
    ):
        assert (ids, warnings) == (expected, wanted)
        assert len(steps) == len(ids)
        assert len(lengths) <= len(steps) - 5
        assert sum(lengths) == sum(steps)


def test_a_cut_answer_is_incomplete_and_can_be_continued(nano: FlashSloth) -> None:
    constraint, chat = constrain(BOUNDED["fields"]), nano.chat()
    whole = chat.ask("Hello", schema=constraint, max_tokens=100).text()
    chat.undo()
    cut = chat.ask("Hello", schema=constraint, max_tokens=4)
    with pytest.raises(AnswerIncomplete):
        cut.value()
    assert cut.reason == "length"
    rest = chat.continue_answer(schema=constraint)
    assert rest.value() == json.loads(whole)
    assert chat.turns[-1].answer == whole
    assert chat.retry(schema=constraint).text() == whole


def test_an_answer_of_other_words_cannot_be_continued_with_a_schema(nano: FlashSloth) -> None:
    chat = nano.chat()
    chat.ask("Hello, who are you?", max_tokens=3).text()
    with pytest.raises(SchemaError, match="does not follow"):
        chat.continue_answer(schema="a number").text()
    assert len(chat.turns) == 1  # and stays


def test_stop_strings_exclude_a_schema(nano: FlashSloth) -> None:
    with pytest.raises(OptionError, match="stop and --schema exclude each other"):
        nano.chat().ask("Hello", schema="a number", stop=["x"])
    with pytest.raises(OptionError, match="stop and --regex"):
        nano.chat().ask("Hello", regex="a", stop=["x"])


def test_a_grammar_that_grows_too_large_ends_the_answer(
    nano: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a limit of llguidance is reached in the middle of an answer: that one is cut, the others go
    on."""
    illegal, failing = nano.grammars.vocabulary - 1, nano.grammars.guide(constrain("s string"))
    failing.accept(illegal)
    assert failing.has_failed
    assert not failing.is_complete
    other = nano.grammars.guide(constrain(regex="[0-9]"))
    logits = forbid(torch.zeros(2, nano.grammars.vocabulary), [failing, other])
    assert logits[0].isfinite().nonzero().flatten().tolist() == nano.grammars.end_tokens
    assert logits[1].isfinite().sum() >= 10

    later, accept = nano.grammars.guide(constrain("s string")), Guide.accept
    taken: list[int] = []
    monkeypatch.setattr(
        Guide, "accept", lambda self, token: accept(self, illegal if len(taken) == 3 else token)
    )
    later.accept = lambda token: taken.append(token) or Guide.accept(later, token)  # type: ignore[method-assign]
    monkeypatch.setattr(nano.grammars, "guide", lambda constraint: later)
    answer = nano.chat().ask("Hello", schema="s string")
    with pytest.raises(AnswerIncomplete, match="too large for its grammar after 3 tokens") as caught:
        answer.value()
    assert "--max-tokens" not in caught.value.hint
    assert (answer.reason, answer.grammar_failed) == ("length", True)


@pytest.mark.parametrize(
    "constraint",
    [
        constrain({"type": "string", "pattern": "(a{1,1000}){1,1000}"}),
        constrain({"type": "string", "minLength": 10**9}),
        constrain({"enum": ["x" * number for number in range(300)]}),
        constrain(regex="(a|aa)*" * 50),
        constrain(regex="(.{1,400}){1,400}b"),
    ],
)
def test_answers_of_hostile_grammars_end(nano: FlashSloth, constraint: Constraint) -> None:
    answer = nano.chat().ask("Hello", schema=replace(constraint, in_prompt=False), max_tokens=100)
    answer.text()
    assert 0 < len(answer.token_ids) <= 100
    assert answer.reason in ("stop", "length")


@pytest.mark.parametrize(
    ("regex", "states"),
    [(r"(\w{1,50}\s){1,500}\d{1,500}", 2_000), (r"(a|[b-z]\d{8000})*", json_schema.LEXER_STATES)],
    ids=["states of the lexer", "searches for an end"],
)
def test_limits_end_an_answer_at_the_same_token(
    nano: FlashSloth, monkeypatch: pytest.MonkeyPatch, regex: str, states: int
) -> None:
    """Whatever others have asked with the same grammar: their answers share no limit."""
    monkeypatch.setattr(json_schema, "LEXER_STATES", states)
    ended = []
    for _ in range(2):
        answer = nano.chat().ask("Write.", regex=regex, schema_in_prompt=False, temperature=2.0, seed=1)
        answer.text()
        assert (answer.reason, answer.grammar_failed) == ("length", True)
        ended.append(answer.token_ids)
    assert ended[0] == ended[1]
    assert len(ended[0]) < 512


def test_compiled_grammars_are_kept_and_bounded(
    nano: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    # private: counted, as a grammar that is compiled again does the same
    compiled, original = [], GrammarCompiler._compile
    monkeypatch.setattr(
        GrammarCompiler, "_compile", lambda *given: compiled.append(given) or original(*given)
    )
    for number in range(40):
        nano.grammars.guide(constrain(regex=f"once{number}"))
    nano.grammars.guide(constrain(regex="once39"))
    assert len(compiled) == 40
    assert len(nano.grammars._compiled) == 32  # private, as what is kept shows nowhere else
    for number in range(3):
        nano.grammars.guide(replace(constrain(regex=f"large{number}"), nbytes=50 << 20))
    assert sum(each.nbytes for each in nano.grammars._compiled.values()) == 100 << 20


def test_a_vocabulary_that_ends_within_a_mask(nano: FlashSloth) -> None:
    """Masks have 32 bits; nano's vocabulary fills whole ones."""
    V, ends = nano.grammars.vocabulary, nano.grammars.end_tokens
    longer = GrammarCompiler(nano.prompt.tokenizer, V + 5, ends)
    found, want = (
        forbid(torch.zeros(1, grammars.vocabulary), [grammars.guide(constrain(regex="[0-9]"))])
        for grammars in (longer, nano.grammars)
    )
    assert torch.equal(found[:, :V], want)
    assert not found[:, V:].isfinite().any()
