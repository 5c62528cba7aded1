"""The class for Ray's map_batches, without Ray: tables in, tables out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

pa = pytest.importorskip("pyarrow", reason="pip install '.[ray]'")

from cli.conftest import write_rows
from flashsloth.batch.ray import ANSWER, RayAnswerer
from flashsloth.errors import OptionError
from flashsloth_cli.app import app
from paths import IMAGES

pytestmark = pytest.mark.slow  # pyarrow is installed for the slow tests only
QUESTION = "What do you see?"
NAMES = ("all-orange.png", "bar-chart.png", "stop-sign.png")


@pytest.fixture(scope="module")
def answerer() -> RayAnswerer:
    return RayAnswerer("nano", prompt=QUESTION, device="cpu", dtype="float32")


def pictures() -> list[str]:
    return [str(IMAGES / name) for name in NAMES]


def test_columns(answerer: RayAnswerer) -> None:
    """Columns of the rows stay, those of answers are added, with the same types in every table."""
    table = answerer(pa.table({"image": pictures(), "label": [1, 2, 3]}))
    assert table.column_names == ["image", "label", *ANSWER.names]
    assert table.column("label").to_pylist() == [1, 2, 3]
    failed = answerer(pa.table({"image": ["missing.png"], "label": [4]}))
    assert failed.schema == table.schema
    empty = answerer(table.select(["image", "label"]).slice(0, 0))
    assert (empty.num_rows, empty.schema) == (0, table.schema)


def test_answers_are_those_of_batch(answerer: RayAnswerer, tmp_path: Path) -> None:
    """Columns that both have, for pictures that can be read and others, with prompts and system texts
    of their own."""
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    rows: list[dict[str, Any]] = [
        {"image": path, "prompt": "How many things?", "id": path} for path in pictures()
    ]
    rows += [
        {**rows[0], "system": "Be short."},
        {"image": rows[1]["image"], "prompt": QUESTION, "id": "c"},
    ]
    rows += [
        {"image": str(tmp_path / name), "prompt": QUESTION, "id": name}
        for name in ("broken.png", "missing.png")
    ]
    file = write_rows(tmp_path / "rows.jsonl", *rows)
    words = ["batch", str(file), "-m", "nano", "--device", "cpu", "--set", "dtype=float32", "-q"]
    lines = CliRunner().invoke(app, words).stdout.splitlines()
    found = answerer(pa.Table.from_pylist([{"system": None, **row} for row in rows])).to_pylist()
    assert len(lines) == len(found) == len(rows)
    for line, answer in zip(map(json.loads, lines), found, strict=True):
        for name in ("id", "prompt", "system", "response", "token_ids", "finish_reason", "warnings"):
            assert answer[name] == line[name], name
        if line["error"] is not None:
            assert answer["error"] == {
                name: line["error"][name] for name in ("code", "message", "hint")
            }
            assert answer["usage"] is None
        else:
            assert answer["error"] is None
            assert answer["usage"].items() <= line["usage"].items()
            assert answer["images"][0].items() <= line["images"][0].items()


@pytest.mark.parametrize("form", ["bytes", "struct of bytes", "struct of a path"])
def test_forms_of_a_picture(answerer: RayAnswerer, form: str) -> None:
    expected = answerer(pa.table({"image": pictures()})).column("response").to_pylist()
    forms: dict[str, Callable[[str], Any]] = {
        "bytes": lambda path: Path(path).read_bytes(),
        "struct of bytes": lambda path: {"bytes": Path(path).read_bytes(), "path": Path(path).name},
        "struct of a path": lambda path: {"bytes": None, "path": path},
    }
    table = answerer(pa.table({"image": [forms[form](path) for path in pictures()]}))
    assert table.column("response").to_pylist() == expected
    assert "image" not in table.column_names


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"image": b"junk"}, "image_format_unsupported"),
        ({"image": b""}, "no_picture"),
        ({"image": None}, "no_picture"),
        ({"image": {"bytes": None, "path": None}}, "no_picture"),
        ({"image": 5}, "data_bad_row"),
        ({"image": "stop-sign.png", "prompt": 5}, "data_bad_row"),
        ({"image": str(IMAGES / "stop-sign.png"), "prompt": "word " * 3000}, "context_too_long"),
    ],
)
def test_a_bad_row_is_a_row(answerer: RayAnswerer, row: dict[str, Any], code: str) -> None:
    [answer] = answerer(pa.Table.from_pylist([row])).to_pylist()
    assert (answer["error"]["code"], answer["response"], answer["token_ids"]) == (code, None, [])
    assert answer["error"]["message"]


def test_a_row_says_that_it_was_reduced(drawn: Callable[..., Path], tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.json"
    words = [
        "reduce",
        "fit",
        "nano",
        "--data",
        str(drawn(8)),
        "--budget",
        "0.5",
        "-o",
        str(recipe),
        "-q",
    ]
    assert CliRunner().invoke(app, words).exit_code == 0
    rows = pa.table({"image": pictures()[:1]})
    digests = []
    for name in (recipe, "none"):
        answerer = RayAnswerer("nano", prompt=QUESTION, device="cpu", reduce=name)
        digests.append(answerer(rows).column("reduce")[0].as_py())
    assert digests == [hashlib.sha256(recipe.read_bytes()).hexdigest()[:16], None]


def test_without_a_prompt() -> None:
    answerer = RayAnswerer("nano", device="cpu", dtype="float32", no_picture=True)
    table = answerer(pa.table({"image": [None, pictures()[0], None], "prompt": ["Hello!", None, ""]}))
    codes = [error and error["code"] for error in table.column("error").to_pylist()]
    assert codes == [None, "data_bad_row", "data_bad_row"]
    assert (
        answerer(pa.table({"prompt": ["Hello!"]})).column("response")[0] == table.column("response")[0]
    )


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        (pa.table({"path": ["a.png"]}), "image"),
        (pa.table({"image": ["a.png"], "response": ["x"], "error": [None]}), "error, response"),
        ({"image": ["a.png"]}, "dict"),
    ],
)
def test_wrong_tables(answerer: RayAnswerer, rows: Any, word: str) -> None:
    with pytest.raises(OptionError, match=word) as raised:
        answerer(rows)
    assert raised.value.hint
