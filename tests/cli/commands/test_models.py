"""`pull`, `list`, `show`, `rm` and a pulled model in `ask`, against a hub on this machine; adapters and
copies."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from torch import Tensor

from cli.conftest import QUESTION, Cli
from damages import changed, tensors
from fake_hub import FakeHub
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints.hub import KNOWN
from flashsloth.utils.paths import NANO_FOLDER
from flashsloth_cli.terminal import streams
from paths import ROOT
from training.helpers import make_data

REPO = "some-org/some-model"
MEGABYTES = f"{sum(p.stat().st_size for p in NANO_FOLDER.iterdir() if p.is_file()) / 1e6:.1f}"


@pytest.fixture
def hub(home: Path, hub_here: FakeHub) -> FakeHub:
    """A hub with the built-in model's files twice, with a card, as somebody would upload them."""
    ignored = shutil.ignore_patterns("*.py", "__pycache__")
    folder = shutil.copytree(NANO_FOLDER, Path("upload").absolute(), ignore=ignored)
    (folder / "README.md").write_text(
        "---\nlicense: apache-2.0\n---\n\n# A card\n\nWith \x1b[31mcolour\n"
    )
    (folder / "pytorch_model.bin").write_bytes(b"never fetched")
    for repo in (REPO, "Tongbo/FlashSloth-3.2B"):
        hub_here.add(repo, folder)
    return hub_here


def rows(cli) -> dict[str, dict]:
    document = cli("list", "--json").document
    assert set(document) == {"schema", "models", "copies", "available"}
    assert document["schema"] == "flashsloth.list/1"
    for row in document["models"]:
        assert set(row) >= {"name", "repo", "revision", "size_bytes", "complete", "path", "default"}
    return {row["name"]: row for row in document["models"]}


def test_pull_list_ask_remove(cli, hub: FakeHub) -> None:
    """The life of a downloaded model."""
    pulled = cli("pull", REPO)
    assert (pulled.code, pulled.out) == (0, "")
    lines = pulled.err.splitlines()
    size = re.match(rf"downloading {REPO}, (\d+\.\d) MB", lines[0])[1]
    assert float(size) == pytest.approx(float(MEGABYTES), abs=0.11)  # but for its card
    assert lines[1].startswith(f"downloaded {REPO} in ")
    assert f"config set model {REPO}" in lines[-1]
    assert hub.count("model.safetensors") == 1
    assert hub.count("pytorch_model.bin") == 0

    row = rows(cli)[REPO]
    assert (row["repo"], row["complete"], row["default"]) == (REPO, True, False)
    assert row["size_bytes"] > 11_000_000
    assert Path(row["path"], "config.json").is_file()
    table = cli("list").out.splitlines()
    assert table[0].split() == ["NAME", "SIZE", "REVISION"]
    assert [line.split()[0] for line in table[1:]] == ["nano", REPO, *KNOWN]
    assert table[-1].endswith("get it: flashsloth pull paddleocr")

    hub.status = 500  # nothing is asked any more
    answer = cli("ask", "-m", REPO, "--no-picture", "-p", "hello", "-q", "--json", "--offline").document
    assert (
        answer["model"] | {"name": REPO, "repo": REPO, "revision": row["revision"]} == answer["model"]
    )
    assert answer["response"] + "\n" == cli("ask", "-m", "nano", "--no-picture", "-p", "hello").out

    removed = cli("rm", REPO, "-y")
    assert (removed.code, removed.out) == (0, "")
    assert removed.err.startswith(f"removed {REPO}, {size} MB freed")
    assert set(rows(cli)) == {"nano"}
    assert cli("ask", "-m", REPO, "--no-picture", "-p", "hello", "--offline").code == 4


def test_pull_never_changes_the_default_by_itself(cli, hub: FakeHub, home: Path) -> None:
    assert cli("pull", REPO, "-y").code == 0
    assert not (home / "config.toml").exists()
    (home / "config.toml").write_text(f'model = "{REPO}"\n')
    assert "default" not in cli("pull", REPO).err
    assert rows(cli)[REPO]["default"] is True
    assert rows(cli)["nano"]["default"] is False


def test_pull_of_what_cannot_be_pulled(cli, hub: FakeHub) -> None:
    assert "built in" in cli("pull", "nano").err
    cli("pull", "some-org/nothing").refused(4, "model_unknown", "some-org/nothing")


@pytest.mark.slow
def test_pull_as_a_process(program, hub: FakeHub) -> None:
    """With its own huggingface_hub and no Python of ours around it."""
    done = program("pull", REPO, env=hub.env)
    assert (done.code, done.out) == (0, "")
    assert REPO in program("list", env=hub.env).out


# Downloads that somebody must agree to


@pytest.mark.parametrize("line", [f"ask -m {REPO} --no-picture -p hello -q", f"show {REPO}"])
def test_nothing_is_downloaded_without_a_yes(cli, hub: FakeHub, line: str) -> None:
    cli(*line.split()).refused("model_unavailable", f"{REPO} is", f"flashsloth pull {REPO} -y")
    assert hub.count("model.safetensors") == hub.count("config.json") == 0
    assert cli("ask", "-m", REPO, "--no-picture", "-p", "hello", "-y").code == 0
    assert hub.count("model.safetensors") == 1


def test_a_person_is_asked(cli, hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line that says what is done goes away before the question."""
    monkeypatch.setattr("flashsloth_cli.terminal.streams.can_ask", lambda: True)
    monkeypatch.setattr("flashsloth_cli.terminal.streams.wants_styling", lambda stream: True)
    for said, code in (("\n", 4), ("yes\n", 0)):
        done = cli("ask", "-m", REPO, "--no-picture", "-p", "hello", input=said)
        assert done.code == code
        question = rf"{REPO} .* Download \d+\.\d MB\? \[y/N\]"
        assert re.match(rf"reading the input\r\x1b\[K{question}", done.err)


def test_a_person_is_offered_the_default(
    cli, hub: FakeHub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flashsloth_cli.terminal.streams.can_ask", lambda: True)
    assert "[y/N]" in cli("pull", REPO, input="n\n").err
    assert not (home / "config.toml").exists()
    assert cli("pull", REPO, input="y\n").code == 0
    assert (home / "config.toml").read_text() == f'model = "{REPO}"\n'


def test_rm_wants_a_yes(cli, hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    cli("pull", REPO, "-q")
    cli("rm", REPO).refused(2, "Add -y.")
    monkeypatch.setattr("flashsloth_cli.terminal.streams.can_ask", lambda: True)
    assert cli("rm", REPO, input="n\n").err.endswith("nothing was removed\n")
    assert REPO in rows(cli)
    assert cli("rm", REPO, input="y\n").code == 0
    assert REPO not in rows(cli)


def test_show(cli, hub: FakeHub, nano: FlashSloth) -> None:
    cli("pull", REPO, "-q")
    document, out = cli("show", REPO, "--json").document, cli("show", REPO).out
    parameters = sum(p.numel() for p in nano.loaded.model.parameters())
    sizes = {"visual_tokens": nano.config.visual_tokens(False), "context_length": 2048}
    stored = {"parameters": parameters, "stored_as": ["float16"], "schema": "flashsloth.show/1"}
    assert document | {"name": REPO, "repo": REPO, **sizes, **stored} == document
    assert document["card"].startswith("# A card")
    assert re.match(rf"model +{REPO} \({REPO} at ", out)
    assert f"{parameters / 1e6:.1f} M, stored as float16" in out
    assert "license:" not in out
    assert "# A card" in out
    assert "\x1b" not in out


def test_a_terminal_shows_a_card_in_its_width(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "wants_styling", lambda stream: True)
    monkeypatch.setenv("COLUMNS", "60")
    _, _, card = re.sub(r"\x1b\[[0-9;]*m", "", cli("show", "nano").out).partition("\n\n")
    assert card.lstrip().startswith("nano, the built-in model\n")
    assert max(map(len, card.splitlines())) <= 60


def test_show_the_default(cli, home: Path) -> None:
    assert cli("show").out == cli("show", "nano").out
    (home / "config.toml").write_text('model = "no-such"')
    assert cli("show").code == 4


def test_documents_give_the_memory_that_show_prints(cli) -> None:
    memory = cli("show", "--json").document["opens_as"]["memory_bytes"]
    assert f"nano takes {memory / 1e9:.2f} GB" in (ROOT / "docs" / "cli.md").read_text()


def test_show_a_folder(cli, native_folder: Path, official_folder: Path) -> None:
    for folder in (native_folder, official_folder):
        document = cli("show", folder, "--json").document
        assert (document["path"], document["repo"], document["card"]) == (str(folder), None, "")
        assert (document["visual_tokens"], document["text_layers"], document["vision_layers"]) == (
            4,
            3,
            2,
        )


def test_list_without_downloads(cli, hub_here: FakeHub) -> None:
    assert cli("list").out.splitlines()[1].split() == [
        "nano",
        "(default)",
        MEGABYTES,
        "MB",
        "built",
        "in",
    ]


def test_a_known_name_is_no_folder(cli, hub: FakeHub) -> None:
    """A clone of this project holds a folder of that name."""
    Path("flashsloth").mkdir()
    asked = ("ask", "--no-picture", "-p", "hello", "-q", "--offline", "-m")
    cli(*asked, "flashsloth").refused("model_unavailable", "flashsloth is")
    assert cli("pull", "flashsloth", "-q").code == 0
    assert rows(cli)["flashsloth"]["repo"] == "Tongbo/FlashSloth-3.2B"
    assert cli(*asked, "flashsloth").code == 0
    assert "is empty" in cli(*asked, "./flashsloth").error[0]


@pytest.fixture
def adapter(cli: Cli, made_once: Callable[..., Path]) -> Path:
    """An adapter of `finetune`, from four rows, one of them for evaluation."""

    def make(out: Path) -> None:
        small = (
            "--batch-size",
            "2",
            "--max-steps",
            "2",
            "--set",
            "workers=0",
            "--device",
            "cpu",
            "--rank",
            "4",
        )
        more = ("--eval-split", "0.25", "--set", "eval_every=1")
        assert cli("finetune", make_data(Path("data"), 4), "-o", out, *small, *more).ok

    return made_once("of mine", make, Path.cwd())


def test_an_adapter_as_the_default(cli: Cli, adapter: Path, picture: Path) -> None:
    """It answers without an option, and an option takes its place."""
    assert cli("config", "set", "model", "of mine").ok
    path = str(adapter.absolute())
    by_name = ("-m", "nano")
    for words, learned in (
        ((), path),
        (("--adapter", "of mine"), path),
        (by_name, None),
        ((*by_name, "--adapter", "of mine"), path),
    ):
        model = cli("ask", picture, QUESTION, "--json", *words).document["model"]
        assert (model["name"], model["adapter"]) == ("nano", learned), words
    assert cli("data", "check", "data/rows.jsonl", "--json").document["limit_tokens"]
    assert cli("show", "--json").document["kind"] == "adapter"
    Path("nano").mkdir()  # a known name is no folder
    shutil.copy("of mine/adapter_config.json", "nano")
    assert cli("config", "set", "model", "nano").ok
    assert cli("ask", picture, QUESTION, "--json").document["model"]["adapter"] is None


@pytest.mark.parametrize("folder", ["of mine", "a@b"])
def test_a_folder_as_the_default_is_listed(
    cli: Cli, adapter: Path, native_folder: Path, folder: str
) -> None:
    shutil.copytree(native_folder, "a@b")
    assert cli("config", "set", "model", folder).ok
    path = str(Path(folder).absolute())
    assert rows(cli)[path]["default"]
    assert (rows(cli)[path]["path"], rows(cli)["nano"]["default"]) == (path, False)
    assert f"{path} (default)" in cli("list").out


def test_show_an_adapter(cli: Cli, adapter: Path) -> None:
    """Base, rank, data and score."""
    shown = cli("show", "./of mine", "--json").document
    assert (shown["schema"], shown["kind"], shown["base"], shown["rank"]) == (
        "flashsloth.show/1",
        "adapter",
        "nano",
        4,
    )
    trained = shown["training"]
    assert trained["data"] == {"files": ["data/rows.jsonl"], "rows": 3, "evaluation_rows": 1}
    assert trained["steps"] == 2
    assert trained["loss"] > 0
    assert trained["evaluation_loss"] > 0
    assert shown["parameters"] > 0
    out = cli("show", "./of mine").out
    for line in (
        "base        nano",
        "rank        4, alpha 8, on dense, fc1, fc2, k_proj, q_proj, v_proj",
        "data        .*rows.jsonl: 3 rows, 1 to evaluate on",
        r"trained     2 steps in \d+ s",
        r"score       loss [\d.]+, the mean of the last ten steps, evaluation loss [\d.]+",
    ):
        assert re.search(f"^{line}$", out, re.MULTILINE), (line, out)
    assert "# of mine" in out
    (adapter / "run.json").unlink()  # as one that came from elsewhere
    assert cli("show", "./of mine", "--json").document["training"] is None
    assert "score" not in cli("show", "./of mine").out


@pytest.mark.parametrize("left", ["nothing", "all but one layer"])
def test_an_incomplete_adapter(cli: Cli, adapter: Path, left: str) -> None:
    """Its settings name weights for which it has nothing."""

    def remove(stored: dict[str, Tensor]) -> None:
        for name in [name for name in stored if left == "nothing" or ".layers.2." in name]:
            del stored[name]

    tensors(remove, "adapter_model.safetensors")(adapter)
    said = "no tensors" if left == "nothing" else ".layers.2."
    for line in (
        "ask --adapter 'of mine' --no-picture -p hello",
        "show './of mine'",
        "merge 'of mine' -o merged",
        "serve --adapter 'of mine' --port 0",
    ):
        cli(*shlex.split(line)).refused(4, said)
    assert not Path("merged").exists()


def test_show_an_incomplete_adapter_without_its_base(cli: Cli, adapter: Path) -> None:
    """Then nobody knows what is missing."""
    query_tokens = "base_model.model.model.query_tokens.weight"
    tensors(lambda stored: stored.pop(query_tokens), "adapter_model.safetensors")(adapter)
    changed("flashsloth_adapter.json", base="/nowhere/model")(adapter)
    assert cli("show", "./of mine", "--json").document["base"] == "/nowhere/model"


def test_show_an_unfinished_run(cli: Cli) -> None:
    Path("begun").mkdir()
    Path("begun/run.json").write_text("{}")
    cli("show", "./begun").refused(4, "--resume")


def test_list_of_quantized_copies(cli: Cli, home: Path) -> None:
    copy = home / "cache" / "quantized" / "int4-0123456789abcdef"
    copy.mkdir(parents=True)
    (copy / "config.json").write_text(json.dumps({"quantization_config": {"preset": "int4"}}))
    for model in ("some-org/some-model", "/models/mine"):
        (copy / "copied_from.json").write_text(json.dumps({"model": model}))
        [listed] = cli("list", "--json").document["copies"]
        assert (listed["model"], listed["quant"], listed["path"]) == (model, "int4", str(copy))
        assert cli("list").out.splitlines()[2].split()[-3:] == ["int4", "of", model]
    (copy / "config.json").write_text("[")  # damaged
    assert cli("list", "--json").document["copies"][0]["quant"] is None


def test_show_with_an_invalid_record(cli: Cli, adapter: Path) -> None:
    """The JSON is valid. An evaluation may end in NaN without ending the run."""
    record = json.loads((adapter / "run.json").read_text())
    (adapter / "run.json").write_text(json.dumps({**record, "loss": 0.5, "best": float("nan")}))
    trained = json.loads(cli("show", "./of mine", "--json").out, parse_constant=pytest.fail)["training"]
    assert (trained["loss"], trained["evaluation_loss"]) == (0.5, None)
    assert re.search(
        "^score +loss 0.5, the mean of the last ten steps$", cli("show", "./of mine").out, re.MULTILINE
    )
    odd = (
        {"data": {"files": 3}},
        {"seconds": float("inf")},
        {"best": []},
        {"recipe": {"stage": [float("nan")]}},
    )
    for change in odd:
        (adapter / "run.json").write_text(json.dumps(record | change))
        assert (
            json.loads(cli("show", "./of mine", "--json").out, parse_constant=pytest.fail)["training"]
            is None
        )
        assert cli("show", "./of mine").code == 0
