"""`data check`: streams, exit codes, JSON, and that it loads no torch."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import read_rows, write_rows
from data.helpers import llava, messages
from flashsloth.checkpoints.model_files import read_prompt_encoder, read_sizes
from flashsloth.data.data_files import open_rows
from flashsloth.data.sample import (
    QAPair,
    Sample,
    TokenCounter,
    encode_caption,
    encode_chat,
    token_spans,
)
from flashsloth.utils.paths import NANO_FOLDER
from paths import PARITY

RELEASED = PARITY / "tokenizer"
NOTHING_BAD = {
    "by_kind": {},
    "problems": [],
    "repeated": 0,
    "duplicates": [],
    "contradictory": 0,
    "contradictions": [],
}


@pytest.fixture
def data(home: Path, picture: Path) -> Path:
    """Three good rows and their picture, in the working folder."""
    shutil.copy(picture, "disc.png")
    return write_rows(
        "train.jsonl",
        llava("<image>\nWhat is it?", "A disc.", "Which colour?", "Red.", image="disc.png"),
        messages("Ünï 漢?", "Yes\n<image>."),
        {"image": "disc.png", "question": "Colour?", "answer": "A red disc."},
    )


def add(path: Path, *rows: Any) -> None:
    with path.open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def test_check_of_a_good_set(cli, data: Path) -> None:
    done = cli("data", "check", data)
    assert (done.code, done.err) == (0, "")
    prompt, layout = read_prompt_encoder(NANO_FOLDER)
    visual = layout.visual_tokens(False)
    longest = max(len(encode_chat(prompt, sample, visual).input_ids) for sample in open_rows([data]))
    words = ("rows +3, 3 of them good", "with picture +2", "text only +1", "turns +4")
    for line in (*words, f"longest +{longest} tokens, where 2048 fit"):
        assert re.search(rf"^{line}$", done.out, re.M)
    document = cli("data", "check", data, "--json").document
    counts = {"rows": 3, "good": 3, "bad": 0, "with_picture": 2, "text_only": 1, "turns": 4}
    # the answers have letters that nano has never written
    tokens = {"longest_tokens": longest, "limit_tokens": 2048, "unwritten": ["\n", "<", ">"]}
    assert document == {"schema": "flashsloth.data_check/1", **counts, **tokens, **NOTHING_BAD}


def test_check_of_a_bad_set(cli, data: Path) -> None:
    add(
        data,
        {"image": "no.png", "question": "q\x1b[31m", "answer": "a"},
        5,
        {"question": "q", "answer": "word " * 3000},
    )
    done = cli("data", "check", data)
    assert done.code == 3
    assert re.search(r"^bad +1 image_missing, 1 row, 1 too_long$", done.out, re.M)
    assert (
        "\ntrain.jsonl:4: image_missing: no file no.png\ntrain.jsonl:5: row: a number, not an object\n"
        in done.out
    )
    assert re.search(
        r"^train.jsonl:6: too_long: at least \d+ tokens; the limit is 2048$", done.out, re.M
    )
    assert re.fullmatch(r"error: 3 of 6 rows .*\nhint: .*--skip-bad.*\n", done.err)
    done = cli("data", "check", data, "--json")
    assert (done.code, done.err) == (3, "")
    assert [problem["line"] for problem in done.document["problems"]] == [4, 5, 6]
    assert set(done.document["problems"][0]) == {"path", "line", "kind", "message"}
    assert cli("data", "check", data, "--no-pictures", "--json").document["bad"] == 2
    add(data, *range(30))
    shown = cli("data", "check", data).out
    assert (shown.count("train.jsonl:"), shown.endswith("and 13 more\n")) == (20, True)
    (lone := data.with_name("lone.jsonl")).write_text("5\n")
    assert cli("data", "check", lone).err == (
        "error: 1 of 1 rows is bad\nhint: docs/training.md shows how rows are written.\n"
    )


def test_check_of_captions(cli, data: Path) -> None:
    write_rows(data, {"image": "disc.png", "answer": "A red disc."})
    done = cli("data", "check", data)
    assert (done.code, "data check --caption" in done.err) == (3, True)
    assert cli("data", "check", data, "--caption", "--json").document["good"] == 1


def test_check_of_rows_that_repeat_others(cli, data: Path) -> None:
    """Finetune learns from them, so that they are not bad."""
    add(data, *read_rows(data)[1:])
    done = cli("data", "check", data).ok
    assert re.search(r"^rows +5, 5 of them good$", done.out, re.M)
    assert re.search(r"^repeated +2, which training still uses$", done.out, re.M)
    assert "\ntrain.jsonl:4: duplicate: the same picture and text as train.jsonl:2\n" in done.out
    document = cli("data", "check", data, "--json").document
    assert (document["bad"], document["repeated"]) == (0, 2)
    assert [problem["line"] for problem in document["duplicates"]] == [4, 5]


def test_check_of_rows_that_contradict_others(cli, data: Path) -> None:
    """One of two answers may be wrong. Finetune learns both, so that they are not bad."""
    add(data, {"image": "disc.png", "question": "Colour?", "answer": "Blue."})
    done = cli("data", "check", data).ok
    assert re.search(r"^conflicting +1, which training still uses$", done.out, re.M)
    message = "the same picture and question as train.jsonl:3, but another answer"
    assert f"\ntrain.jsonl:4: contradiction: {message}\n" in done.out
    document = cli("data", "check", data, "--json").ok.document
    assert (document["bad"], document["contradictory"]) == (0, 1)
    assert [problem["line"] for problem in document["contradictions"]] == [4]


def test_check_against_a_length(cli, data: Path) -> None:
    prompt, layout = read_prompt_encoder(NANO_FOLDER)
    visual = layout.visual_tokens(hd=False)
    first, second, third = (
        len(encode_chat(prompt, row, visual).input_ids) for row in open_rows([data])
    )
    assert max(second, third) < first
    done = cli("data", "check", data, "--max-length", str(first - 1), "--json").document
    assert [(p["line"], p["kind"]) for p in done["problems"]] == [(1, "too_long")]
    assert (done["limit_tokens"], done["longest_tokens"]) == (first - 1, max(second, third))


def test_check_without_the_model_leaves_the_length_out(cli, data: Path) -> None:
    done = cli("data", "check", data, "-m", "flashsloth").ok
    assert "longest" not in done.out
    assert done.err.startswith("note: flashsloth is not on this machine")
    assert cli("data", "check", data, "-m", "flashsloth", "--json").document["longest_tokens"] is None


@pytest.mark.parametrize(("encode", "captions"), [(encode_chat, False), (encode_caption, True)])
def test_the_marks_are_exactly_what_labels_say(data: Path, encode: Any, captions: bool) -> None:
    prompt, layout = read_prompt_encoder(NANO_FOLDER)
    rows = open_rows([data], captions=captions)
    for sample in [rows[2]] if captions else rows:
        encoded = encode(prompt, sample, layout.visual_tokens(hd=False))
        spans = token_spans(prompt, encoded, sample.image)
        assert [id for span in spans for id in span.ids] == encoded.input_ids
        learned = [label for label in encoded.labels if label != -100]
        assert [id for span in spans for id in span.ids if span.learned] == learned
        assert "".join(span.text for span in spans if span.learned) == prompt.tokenizer.decode(learned)
    first = token_spans(prompt, encode_chat(prompt, open_rows([data])[0], 16), "disc.png")
    text = "".join(span.text for span in first)
    shown = "<16 visual tokens of disc.png>\nWhat is it?<9 query tokens>"
    assert f"USER: {shown} ASSISTANT: A disc.</s>USER: Which" in text


def test_an_answer_of_weight_0_is_not_marked(data: Path) -> None:
    """It is read in front of the answers that are learned."""
    row = messages("One?", "BAD", "Two?", "GOOD")
    row["messages"][1]["weight"] = 0
    write_rows(data, row)
    prompt, layout = read_prompt_encoder(NANO_FOLDER)
    spans = token_spans(
        prompt, encode_chat(prompt, open_rows([data])[0], layout.visual_tokens(hd=False))
    )
    assert "".join(span.text for span in spans if span.learned) == " GOOD</s>"
    assert " BAD</s>" in "".join(span.text for span in spans)


# Lengths without torch


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the released tokenizer's files and a flat config.json."""
    folder = tmp_path_factory.mktemp("released") / "model"
    shutil.copytree(RELEASED, folder)
    (folder / "config.json").write_text(
        json.dumps({"architectures": ["FlashSlothForCausalLM"], "model_type": "phi"})
    )
    return folder


def test_the_layout_is_that_of_the_real_configuration(released: Path) -> None:
    from flashsloth.checkpoints.model_files import read_config

    for folder in (NANO_FOLDER, released):
        layout, config = read_sizes(folder), read_config(folder)
        for name in (
            "image_token_id",
            "query_token_id",
            "num_query_tokens",
            "end_token_ids",
            "system_prompt",
        ):
            assert getattr(layout, name) == getattr(config, name)
        assert layout.image_hd == config.image_hd
        assert [layout.visual_tokens(hd) for hd in (False, True)] == [
            config.visual_tokens(hd) for hd in (False, True)
        ]
        assert layout.text_config.max_position_embeddings == config.text_config.max_position_embeddings


def test_the_tokenizers_own_limit_is_not_read(native_folder: Path, tmp_path: Path) -> None:
    path = shutil.copytree(native_folder, tmp_path / "copy") / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"model_max_length": "long"}))
    assert read_prompt_encoder(path.parent)[0].text("hi") == read_prompt_encoder(native_folder)[0].text(
        "hi"
    )


def test_lengths_are_bounds_that_hold(data: Path, released: Path) -> None:
    for folder in (NANO_FOLDER, released):
        prompt, layout = read_prompt_encoder(folder)
        for sample in open_rows([data]):
            lengths = TokenCounter(prompt, layout, 2048)
            assert lengths.exact(sample) <= lengths.upper_bound(sample)
            assert lengths(sample) == lengths.upper_bound(sample)
            assert TokenCounter(prompt, layout, 10)(sample) == lengths.exact(sample)


@pytest.mark.parametrize(
    ("encode", "turns", "is_long"),
    [
        (encode_chat, [("word " * 200_000, "yes")], True),
        (encode_chat, [("What?", "yes")] * 40_000, True),
        (encode_caption, [("What?", "word " * 200_000)], True),
        (encode_caption, [("word " * 200_000, "word " * 200_000), ("What?", "yes")], False),
    ],
)
def test_of_a_long_row_only_a_part_is_encoded(
    encode: Any, turns: list[tuple[str, str]], is_long: bool
) -> None:
    prompt, layout = read_prompt_encoder(NANO_FOLDER)
    tokens: list[int] = []

    def counted(*arguments: Any) -> Any:
        encoded = encode(*arguments)
        tokens.append(len(encoded.input_ids))
        return encoded

    sample = Sample(tuple(QAPair(*turn) for turn in turns))
    assert (TokenCounter(prompt, layout, 100, counted)(sample) > 100) == is_long
    assert sum(tokens) < 10_000
