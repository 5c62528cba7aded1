"""Help for every command, quickly; names that do not exist; completion: its answers, and the script in
bash."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pytest
from typer.main import get_command

from cli.conftest import commands, write_rows
from flashsloth.checkpoints import hub
from flashsloth.checkpoints.hub import KNOWN
from flashsloth.history.store import History, SavedTurn, Session
from flashsloth.quantization import presets
from flashsloth_cli import options
from flashsloth_cli.app import COMPLETES, app
from flashsloth_cli.commands import write_model
from flashsloth_cli.history.recording import history_path
from flashsloth_cli.options import KEYS, WRITTEN
from programs import run_python

HEAVY = {
    "torch",
    "transformers",
    "PIL",
    "huggingface_hub",
    "bitsandbytes",
    "rich",
    "prompt_toolkit",
    "numpy",
}
HEAVY |= {"starlette", "uvicorn"}


EVERY = dict(commands())


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_help(cli, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins with the summary of the list, and has every option and an example whose line stays
    whole."""
    monkeypatch.setenv("COLUMNS", "100")
    done, command = cli(*words, "--help"), EVERY[words].load()
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: flashsloth {' '.join(words)}")
    assert command.help.startswith(EVERY[words].get_short_help_str(1000))
    shown = " ".join(done.out.split())
    for option in command.params:
        assert set(filter(lambda flag: flag.startswith("--"), option.opts)) <= set(done.out.split())
        assert not option.help or " ".join(option.help.split()) in shown
    assert re.search(r"^  Examples:\n      \S", done.out, re.MULTILINE)
    assert all(len(line) <= 100 for line in done.out.splitlines() if "flashsloth " not in line)
    assert cli(*words, "-h").out == cli("help", *words).out == done.out


HELP_OF_EACH = """
import contextlib, io, json, sys
from flashsloth_cli.app import app

loaded = []
for words in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            app(words)
        except SystemExit as leaving:
            assert leaving.code == 0
    assert printed.getvalue()
    loaded.append([words, sorted({name.partition(".")[0] for name in sys.modules})])
print(json.dumps(loaded))
"""


@pytest.mark.parametrize("command", ["sessions show", "eval", "reduce fit", "reduce rank"])
def test_the_help_of_force_names_no_option_that_the_command_lacks(cli, command: str) -> None:
    said = cli(*command.split(), "--help").ok.out
    assert "--force" in said
    assert "--save-template" not in said


def test_help_loads_nothing_heavy() -> None:
    """In one process for all commands: the first that loads something heavy is named."""
    words = json.dumps(
        [["--help"], ["--version"], *([name, "--help"] for name in get_command(app).commands)]
    )
    for shown, loaded in json.loads(run_python("-c", HELP_OF_EACH, words)):
        assert "flashsloth_cli" in loaded
        assert HEAVY & set(loaded) == set(), shown


@pytest.mark.parametrize(
    ("words", "absent"),
    [
        (["list"], {"torch", "transformers", "PIL"}),
        (["data", "check", "rows.jsonl"], {"torch", "rich"}),
        pytest.param(  # 1.2 s of 2.9
            ["show", "nano"],
            {"flashsloth.hf.modeling", "transformers.modeling_layers"},
            marks=pytest.mark.slow,
        ),
    ],
)
def test_commands_that_load_less(program, words: list[str], absent: set[str]) -> None:
    write_rows("rows.jsonl", {"question": "a", "answer": "b"})
    done = program(*words, driver="modules")
    assert (done.code, absent & set(done.err.split())) == (0, set())


def test_no_command_shows_help_and_is_wrong_usage(cli) -> None:
    done = cli()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: flashsloth ")


def test_help_as_a_command(cli) -> None:
    assert cli("help").out == cli("help", "help").out == cli("--help").out
    assert cli("data", "help").out == cli("data", "--help").out
    assert cli("data", "help", "check").out == cli("data", "check", "--help").out


@pytest.mark.parametrize(
    ("alias", "words"),
    [
        ("ls --json", "list --json"),
        ("sessions ls", "sessions list"),
        ("templates ls", "templates list"),
        ("cache ls", "cache list"),
        ("config get max_tokens", "config show max_tokens"),
        ("help ls", "help list"),
        ("config help get", "config help show"),
    ],
)
def test_other_names(cli, alias: str, words: str) -> None:
    assert cli(*alias.split()) == cli(*words.split())
    assert cli(*words.split()).ok


@pytest.mark.parametrize(
    ("line", "usual"),
    [
        ("--json list", "list --json"),
        ("--offline --json list", "list --offline --json"),
        ("--json config show max_tokens", "config show max_tokens --json"),
        ("--json sessions ls", "sessions list --json"),
        ("-v --version", "--version"),
        ("-y list", "list -y"),  # which has no such option
        ("-q", "-q"),
    ],
)
def test_options_before_the_command(cli, line: str, usual: str) -> None:
    assert cli(*line.split()) == cli(*usual.split())


def test_quiet_before_the_command(cli, picture: Path) -> None:
    asked = (str(picture), "What is this?")
    assert "first token" in cli("-v", "ask", *asked).err
    assert cli("-q", "--json", "ask", *asked).document["schema"] == "flashsloth.answer/1"
    assert cli("-q", "ask", *asked).err == ""


def test_every_command_with_force_can_use_it() -> None:
    """--force is refused without one of the options that name what it replaces."""
    parameters = [{each.name for each in command.load().params} for command in EVERY.values()]
    with_force = [names for names in parameters if "force" in names]
    assert len(with_force) > 5
    assert all(names & {*WRITTEN} for names in with_force)


def test_version(cli) -> None:
    import flashsloth

    for words in (["--version"], ["-V"]):
        done = cli(*words)
        assert (done.code, done.out, done.err) == (0, f"flashsloth {flashsloth.__version__}\n", "")


ODD = "It's [/b] a \"$(id)\" `id`: \\$(id)\n)) '"
PRESETS = ["auto", "none", "int4", "int8", "nf4", "4bit", "8bit"]


@pytest.fixture
def complete(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """`complete("ask", "-m", "fl")`: the lines for bash, or for another shell."""

    def run(*words: str, shell: str = "bash") -> list[str]:
        line = " ".join(("flashsloth", *words))
        asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(words))} if shell == "bash" else {}
        action = {
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            "_TYPER_COMPLETE_WORD_TO_COMPLETE": words[-1],
        }
        asked |= {COMPLETES: f"complete_{shell}", "_TYPER_COMPLETE_ARGS": line, **action}
        for name, value in asked.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as leaving:
            app()
        assert leaving.value.code == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out.split() if shell == "bash" else printed.out.splitlines()

    return run


@pytest.fixture
def work(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Models, an adapter, a picture, templates and conversations, some with names that a shell divides
    or runs."""
    for folder in ("models/mine", "flash", "a  b", "a$(id)", "a\\", "a'", "a;b", "a\nb", "a`id`"):
        Path(folder).mkdir(parents=True)
        Path(folder, "config.json").write_text("{}")
    monkeypatch.setattr(hub, "list_cached", lambda: [SimpleNamespace(repo="some-org/some-model")])
    for folder in ("learned", "letters", home / "templates"):
        Path(folder).mkdir()
    Path("learned/adapter_config.json").write_text("{}")
    Path("photo.jpg").touch()
    (home / "templates" / "mine.toml").write_text("prompt = ")  # broken
    (home / "templates" / "odd.toml").write_text(f"description = {json.dumps(ODD)}\n")
    turns = (SavedTurn("What is it?", "A disc.", (1,), "stop", "nano"),)
    with History(history_path()) as history:
        for id, name in (("0badcafe", "market"), ("0decade0", "my talk"), ("00c0ffee", "it's $(id)")):
            history.rename(history.save(Session(id, "nano", turns=turns)), name)


WORDS = re.compile(r" (?=(?:[^']*'[^']*')*[^']*$)")  # the blanks that are not quoted
ANSWERS: dict[str, list[str]] = {  # what is typed, and the words that complete its last one
    "do": ["doctor"],
    "ask --seed 1 --se": ["--set", "--server", "--session"],  # --seed is given
    "data --": ["--help"],
    "ask -- --mo": [],
    "config ": ["show", "path", "set", "unset"],
    "ask a.png --mo": ["--model"],
    # models and adapters
    "ask -m ": ["nano", *KNOWN, "some-org/some-model", "flash", "learned"],
    "ask --model flashs": ["flashsloth", "flashsloth-hd"],
    "chat -m models/": ["models/mine"],
    "chat -m ./models/m": ["./models/mine"],
    "show na": ["nano"],
    "rm some": ["some-org/some-model"],
    "ask -m a": [],
    "ask --adapter le": ["learned"],
    # presets, devices, settings
    "ask --quant ": PRESETS,
    "ask --quant int": ["int4", "int8"],
    "bench --quant ": [*PRESETS, "all"],
    "ask --device c": ["cpu", "cuda"],
    "ask --quant = in": ["int4", "int8"],  # as bash divides --quant=in
    "ask --quant =": PRESETS,
    "ask -p 'a = b' --quant = in": ["int4", "int8"],
    "ask --device = cpu --quant in": ["int4", "int8"],
    "batch --write ": ["xmp", "txt"],
    "batch --write = x": ["xmp"],
    "config show ": list(KEYS),
    "config set max": ["max_side", "max_tokens"],
    "config set hd ": ["true", "false", "auto"],
    "config set quant ": PRESETS,
    "config set device m": ["mps"],
    "config set model na": ["nano"],
    "config set seed ": [],
    # conversations by name, or by id where a shell would divide or interpret the name
    "sessions show ": ["00c0ffee", "0decade0", "market"],
    "chat --session ma": ["market"],
    "ask -t yes": ["yes-no"],
    "ask -t mi": ["mine"],
    "ask ph": [],  # bash completes files where it is told nothing
}


def test_what_completes_a_word(complete, work: None) -> None:
    assert {typed: complete(*WORDS.split(typed)) for typed in ANSWERS} == ANSWERS


def test_descriptions_are_harmless(complete, work: None) -> None:
    assert complete("ask", "-t", "od", shell="fish") == ["odd\tIts /b a id id id"]


def test_bash_itself(shell) -> None:
    """As bash does when Tab is pressed: its function is called, with the words and the place of the
    cursor."""
    done = shell(
        "source <(flashsloth --show-completion); complete -p flashsloth; "
        "COMP_WORDS=(flashsloth ask photo.jpg -t yes); COMP_CWORD=4; "
        '_flashsloth_completion flashsloth yes -t; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "complete -o default -F _flashsloth_completion flashsloth",
        "yes-no",
    ]


def test_nothing_heavy_is_loaded(program) -> None:
    for line in ("flashsloth ask -m na", "flashsloth ask -t re", "flashsloth config set quant nf"):
        asked = {COMPLETES: "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
        done = program(driver="modules", env=asked)
        assert (done.code, done.out == "") == (0, False)
        assert {"torch", "transformers", "PIL", "numpy", "rich", "prompt_toolkit"} & set(
            done.err.split()
        ) == set()


def test_presets_are_written_out() -> None:
    """For editors and mypy, where the command line has them as types."""
    assert get_args(options.QuantName) == presets.CHOICES
    assert get_args(write_model.QuantName) == (*presets.STORED, *presets.ALIASES)
