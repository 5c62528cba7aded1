"""`--schema` and `--regex`: an answer that parses, or an exit code that says that there is none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cli.conftest import read_rows, write_rows
from flashsloth.utils.paths import NANO_FOLDER
from paths import IMAGES

QUESTION = "How many are there?"
FIELDS = "color red|blue, large boolean"
BOUNDED = {
    "type": "object",
    "properties": {"n": {"type": "integer", "minimum": 0, "maximum": 9}},
    "required": ["n"],
    "additionalProperties": False,
}


def test_fields_on_the_command_line(cli, picture: Path) -> None:
    done = cli("ask", picture, QUESTION, "-q", "--schema", FIELDS)
    assert (done.code, done.err) == (0, "")
    assert done.document["color"] in ("red", "blue")
    assert isinstance(done.document["large"], bool)


def test_a_file_an_object_and_a_name_with_at(cli, picture: Path) -> None:
    Path("form.json").write_text(json.dumps(BOUNDED))
    Path("form.txt").write_text("﻿" + json.dumps(BOUNDED))
    answers = {
        cli("ask", picture, QUESTION, "-q", "--schema", given).out
        for given in ("form.json", "./form.json", "@form.txt", "form.txt", json.dumps(BOUNDED))
    }
    assert len(answers) == 1
    assert json.loads(answers.pop()).keys() == {"n"}


def test_the_document_has_the_value_and_the_schema(cli, picture: Path) -> None:
    document = cli("ask", picture, QUESTION, "--json", "--schema", FIELDS).document
    assert document["value"] == json.loads(document["response"])
    assert document["options"]["schema"]["required"] == ["color", "large"]
    hidden = cli("ask", picture, QUESTION, "--json", "--regex", "[0-9]").document
    assert (hidden["prompt"], hidden["value"]) == (QUESTION, hidden["response"])
    assert (hidden["options"]["regex"], hidden["options"]["schema_in_prompt"]) == ("[0-9]", False)
    plain = cli("ask", picture, QUESTION, "--json").document
    assert not {"schema", "regex", "schema_in_prompt"} & plain["options"].keys()
    assert "value" not in plain


def test_the_schema_is_in_the_prompt_where_a_setting_or_the_model_says_so(cli, picture: Path) -> None:
    """nano was not trained with schemas in its questions."""
    ask = ("ask", picture, QUESTION, "--json", "--schema", FIELDS)
    settings = ((), ("--set", "schema_in_prompt=false"), ("--set", "schema_in_prompt=true"))
    default, left_out, told = (cli(*ask, *more).document["prompt"] for more in settings)
    assert default == left_out == QUESTION
    assert told.startswith(f"{QUESTION}\nAnswer with JSON of this schema: ")
    shutil.copytree(NANO_FOLDER, "telling")
    config = json.loads(Path("telling/config.json").read_text())
    del config["schema_in_prompt"]  # as of the released model
    Path("telling/config.json").write_text(json.dumps(config))
    document = cli(*ask, "-m", "./telling").document
    assert document["prompt"] == told
    assert "schema_in_prompt" not in document["options"]


def test_verbose_shows_what_is_asked(cli, picture: Path) -> None:
    done = cli("ask", picture, QUESTION, "-v", "--regex", "[0-9]", "--set", "schema_in_prompt=true")
    assert f"asked: {QUESTION}" in done.err
    assert "regular expression: [0-9]" in done.err


def test_a_misspelt_keyword_is_a_warning(cli, picture: Path) -> None:
    schema = json.dumps({**BOUNDED, "titel": "N"})
    assert "Did you mean title?" in cli("ask", picture, QUESTION, "-q", "--schema", schema).err
    assert "Did you mean title?" in cli("batch", picture, "-p", QUESTION, "-q", "--schema", schema).err


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ("count integer", " in the value of /count"),
        (
            '{"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}',
            " in the value of /0",
        ),
        ('{"const": 123456789012345}', None),
        ('{"const": "serial number 123456789012345"}', None),
        ("count integer 0-20", None),
    ],
)
def test_a_number_without_an_end(cli, schema: str, place: str | None) -> None:
    """It parses, but the grammar has ended it, as the model did not: a warning names the value."""
    # the sign says no number, so that the model writes digits without an end
    picture, question = IMAGES / "stop-sign.png", "What does the sign say?"
    warning = f"the number{place} has 15 digits, the most it may have, and may have been cut"
    done = cli("ask", picture, question, "--schema", schema, "-m", "nano").ok
    assert done.err == ("" if place is None else f"warning: {warning}\n")
    document = cli("ask", picture, question, "--schema", schema, "--json").document
    assert document["warnings"] == ([] if place is None else [warning])
    [row] = cli("batch", picture, "-p", question, "--schema", schema, "-q").rows
    assert row["warnings"] == document["warnings"]


@pytest.mark.usefixtures("saving")
def test_a_cut_answer_is_kept_and_not_printed_into_a_pipe(cli, picture: Path) -> None:
    cut = cli("ask", picture, QUESTION, "--schema", FIELDS, "--max-tokens", "3")
    cut.refused(8, "cut after 3 tokens", "--max-tokens")
    words = ("ask", picture, QUESTION, "--regex", "[0-9]{9}", "--max-tokens", "3")
    with_json = cli(*words, "--json").error_document
    assert (with_json["exit"], with_json["code"]) == (8, "answer_incomplete")
    assert cli(*words, "--explain", "where.png").code == 8
    assert not Path("where.png").exists()
    assert [session["turns"] for session in cli("sessions", "list", "--json").document["sessions"]] == [
        1,
        1,
    ]


def test_batch_rows_have_values(cli, picture: Path, square: Path) -> None:
    ask = ("batch", picture, square, "-p", QUESTION, "-o", "out.jsonl", "-q")
    assert cli(*ask, "--schema", FIELDS).code == 0
    assert cli(*ask[:-3], "-o", "out.csv", "--schema", FIELDS).code == 0
    assert "color" in Path("out.csv").read_text()
    first = read_rows("out.jsonl")
    for row in first:
        assert row["value"] == json.loads(row["response"])
        assert row["prompt"] == QUESTION
    assert cli(*ask, "--schema", FIELDS).code == 0
    assert read_rows("out.jsonl") == first  # nothing is asked again
    for other in (
        (),
        ("--schema", "color red|green"),
        ("--schema", FIELDS, "--set", "schema_in_prompt=true"),
    ):
        cli(*ask, *other).refused(3, "has answers with --s")
    assert read_rows("out.jsonl") == first


@pytest.mark.slow
def test_a_cut_row_fails_and_is_asked_again(cli, picture: Path) -> None:
    ask = ("batch", picture, "-p", QUESTION, "-o", "out.jsonl", "-q", "--regex", "[0-9]{4}|[a-z]{30}")
    assert cli(*ask, "--max-tokens", "2").code == 7
    (row,) = read_rows("out.jsonl")
    assert (row["response"], row["value"]) == (None, None)
    assert row["error"]["code"] == "answer_incomplete"
    assert cli(*ask).code == 0  # with another --max-tokens
    kept = read_rows("out.jsonl")
    assert cli(*ask, "--max-tokens", "100").code == 0
    assert read_rows("out.jsonl") == kept
    assert read_rows("out.jsonl")[0]["error"] is None


def test_eval_compares_values(cli, picture: Path) -> None:
    value = cli("ask", picture, QUESTION, "-q", "--schema", FIELDS).document
    right = json.dumps(dict(reversed(value.items())), indent=1)
    data = [
        {"image": str(picture), "question": QUESTION, "answer": answer}
        for answer in (right, '{"color": "green"}')
    ]
    result = cli("eval", write_rows("rows.jsonl", *data), "--json", "-q", "--schema", FIELDS).document
    assert (result["count"], result["accuracy"]) == (2, 0.5)


def test_a_conversation_keeps_to_it(cli, picture: Path) -> None:
    words = ("chat", "--plain", picture, "-q", "--schema", FIELDS)
    done = cli(*words, input=f"{QUESTION}\n{QUESTION}\n").ok
    assert [row.keys() for row in done.rows] == [{"color", "large"}] * 2
    cut = cli(*words, "--max-tokens", "3", input=f"{QUESTION}\n/continue\n")
    assert (cut.code, cut.out, "cut after 3 tokens" in cut.err) == (8, "", True)


def test_set_changes_it_in_a_conversation(cli, picture: Path) -> None:
    lines = (
        "/set schema n yes|no",
        QUESTION,
        "/set schema",
        "/set schema none",
        "/set regex [0-9]{2}",
        QUESTION,
    )
    done = cli("chat", "--plain", picture, "-q", input="".join(f"{line}\n" for line in lines)).ok
    first, second = done.out.splitlines()
    assert json.loads(first)["n"] in ("yes", "no")
    assert second.isdecimal()
    assert "schema is n yes|no" in done.err
    wrong = cli(
        "chat", "--plain", picture, "-q", input="/set schema n strng\n/set schema a\n/set regex b\n"
    )
    assert "unknown type 'strng'" in wrong.err
    assert "exclude each other" in wrong.err


def test_each_picture_has_its_own_answer(cli, picture: Path, square: Path) -> None:
    done = cli("ask", "--each", picture, square, QUESTION, "-q", "--schema", FIELDS).ok
    values = [json.loads(line.partition(": ")[2]) for line in done.out.splitlines()]
    assert [value.keys() for value in values] == [{"color", "large"}] * 2
    cut = cli("ask", "--each", picture, square, QUESTION, "-q", "--schema", FIELDS, "--max-tokens", "3")
    assert (cut.code, cut.out) == (7, "")
    assert f"error: {picture}: the answer was cut after 3 tokens" in cut.err
    assert f"error: {square}: the answer was cut after 3 tokens" in cut.err
