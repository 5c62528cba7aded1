"""Variables that libraries cannot use are named, whatever exception they become."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from cli.conftest import Cli, Program
from flashsloth.errors import CheckpointDamaged, OptionError
from flashsloth_cli.commands import doctor
from flashsloth_cli.terminal.render import environment_error

LIBRARIES = {  # what a library does with a variable while it is imported
    "names it": 'int(os.environ["LIBRARY_TIMEOUT"])',
    "asks a function": "read('LIBRARY_TIMEOUT')",
    "names it in the message": 'raise RuntimeError("LIBRARY_TIMEOUT=10s is no number")',
    "builds the name": 'int(os.environ["_".join(["LIBRARY", "TIMEOUT"])])',
}


def error_of_import(folder: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> Exception:
    (folder / "some_library.py").write_text(
        f"import os\nread = lambda name: int(os.environ.get(name))\n{code}\n"
    )
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "some_library", raising=False)
    monkeypatch.setenv("LIBRARY_TIMEOUT", "10s")
    monkeypatch.setenv("ANOTHER", "20s")
    with pytest.raises(Exception) as caught:
        importlib.import_module("some_library")
    return caught.value


@pytest.mark.parametrize("code", LIBRARIES.values(), ids=list(LIBRARIES))
def test_the_variable_is_named(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cause = error_of_import(tmp_path, code, monkeypatch)
    converted = CheckpointDamaged("the tokenizer files cannot be read")
    converted.__cause__ = cause
    for error in (cause, converted):
        found = environment_error(error)
        assert isinstance(found, OptionError)
        assert "LIBRARY_TIMEOUT cannot be used" in str(found)
        assert "unset LIBRARY_TIMEOUT" in found.hint


def test_other_errors_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_FOLDER", "10s")
    converted = CheckpointDamaged("a file is damaged")
    converted.__cause__ = ValueError("invalid literal for int() with base 10: '10s'")  # of the file
    own_cause = ValueError("of a library")
    own_cause.__cause__ = own_cause
    for error in (
        converted,
        own_cause,
        KeyError("10s"),
        FileNotFoundError(2, "No such file", "10s"),
        ValueError("'10s'"),
    ):
        assert environment_error(error) is None
    assert environment_error(error_of_import(tmp_path, "import no_such_module", monkeypatch)) is None


def test_of_a_command_and_of_doctor(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "abc")
    (Path.cwd() / "rows.jsonl").write_text('{"question": "What?", "answer": "That."}\n')
    cli("finetune", "rows.jsonl", "-o", "out").refused(2, "RANK", "'abc'", "unset RANK")
    found = doctor.run_check("x", lambda: ("ok", str(int(__import__("os").environ["RANK"])), ""))
    assert (found.status, "variable RANK cannot" in found.detail) == ("fail", True)


def test_help_without_docstrings(program: Program) -> None:
    """PYTHONOPTIMIZE=2 removes them."""
    for words in (("list",), ("finetune", "--help")):
        assert program(*words, env={"PYTHONOPTIMIZE": "2"}).ok.out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("HF_HUB_DOWNLOAD_TIMEOUT", "2.5", "finetune rows.jsonl -o out"),
        ("HF_HUB_DOWNLOAD_TIMEOUT", "10s", "list"),
        ("HF_HUB_ETAG_TIMEOUT", "5s", "list"),
        ("HF_ENDPOINT", "http://[::1", "list"),
        ("TORCH_LOGS", "nonsense", "ask --no-picture -p hi"),
        pytest.param(
            "TORCHINDUCTOR_MIN_NUM_SPLIT", "a", "finetune rows.jsonl -o out", marks=pytest.mark.nightly
        ),
        # slow: Python has to compile torch and transformers again
        pytest.param("PYTHONOPTIMIZE", "2", "finetune rows.jsonl -o out", marks=pytest.mark.nightly),
        pytest.param("LOCAL_RANK", "abc", "finetune rows.jsonl -o out", marks=pytest.mark.nightly),
    ],
)
def test_variables_of_the_libraries(program: Program, variable: str, value: str, words: str) -> None:
    (Path.cwd() / "rows.jsonl").write_text('{"question": "What?", "answer": "That."}\n')
    done = program(*words.split(), env={variable: value})
    assert done.code == 2, done.err
    assert f"the environment variable {variable} cannot be used" in done.err
    assert "Traceback" not in done.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "optimize"),
    [
        ("ask --no-picture -p hi", "0"),
        # slow: Python has to compile torch again
        pytest.param("ask --no-picture -p hi", "2", marks=pytest.mark.nightly),
        pytest.param("chat --no-picture", "2", marks=pytest.mark.nightly),
        pytest.param("batch rows.jsonl --no-picture", "2", marks=pytest.mark.nightly),
    ],
)
def test_answers_do_not_read_the_variables_of_what_they_do_not_use(
    program: Program, words: str, optimize: str
) -> None:
    """huggingface_hub, torch's compiler and transformers, which cannot be imported with these."""
    (Path.cwd() / "rows.jsonl").write_text('{"prompt": "hi"}\n')
    unusable = {"HF_HUB_ETAG_TIMEOUT": "5s", "TORCHINDUCTOR_MIN_NUM_SPLIT": "a"}
    assert program(*words.split(), env={**unusable, "PYTHONOPTIMIZE": optimize}).code == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        pytest.param("HF_HUB_ETAG_TIMEOUT", "5s", marks=pytest.mark.nightly),
        ("TORCH_LOGS", "nonsense"),
    ],
)
def test_doctor_names_the_variable(program: Program, variable: str, value: str) -> None:
    done = program("doctor", env={variable: value})
    assert f"the environment variable {variable} cannot be used" in done.out + done.err
    assert "it is a bug" not in done.out + done.err
