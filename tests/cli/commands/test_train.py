"""`train` of a tower and a language model: align, then instruct, an answer, LoRA on the result; downloads; resuming."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.conftest import Cli
from training.helpers import make_data, weights
from training.parts import write_language, write_siglip

pytest_plugins = ("fake_hub",)

if TYPE_CHECKING:
    from fake_hub import FakeHub

SHORT = ("--max-steps", "2", "--batch-size", "2", "--set", "workers=0", "--device", "cpu", "-q")


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, a SigLIP, and language models of two families, one tied and with a chat template."""
    folder = tmp_path_factory.mktemp("parts")
    make_data(folder / "chats", 6)
    make_data(folder / "captions", 6)
    write_siglip(folder / "siglip")
    write_language(folder / "llama", "llama")
    write_language(folder / "qwen3", "qwen3", chat=True, tie_word_embeddings=True)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("family", ["llama", "qwen3"])
def test_align_then_instruct(family: str, cli: Cli, parts: Path) -> None:
    base = ("--vision", parts / "siglip", "--language", parts / family)
    captions, chats = parts / "captions" / "rows.jsonl", parts / "chats" / "rows.jsonl"
    assert cli("train", captions, "--stage", "align", *base, "-o", "one", *SHORT).code == 0
    done = cli("train", chats, "--stage", "instruct", "-m", "./one", "-o", "two", *SHORT, "--json").ok
    assert done.document["finished"]
    asked = ("ask", parts / "captions" / "0.png", "-p", "What?", "--max-tokens", "4", "-q")
    assert cli(*asked, "-m", "./two").ok
    assert cli("convert", "./two", "-o", "copy", "-q").code == 0
    assert weights(Path("copy")) == weights(Path("two"))
    assert cli("finetune", chats, "-m", "./two", "-o", "adapter", *SHORT).ok
    names = json.loads(Path("adapter/adapter_config.json").read_text())["target_modules"]
    assert "gate_proj" in names
    assert "dense" not in names
    assert cli(*asked, "--adapter", "adapter").ok


def test_resumed_bit_for_bit(cli: Cli, parts: Path) -> None:
    base = ("--stage", "instruct", "--vision", parts / "siglip", "--language", parts / "qwen3")
    words = (*base, "--max-steps", "4", "--set", "save_every=2", *SHORT[2:])
    assert cli("train", parts / "chats" / "rows.jsonl", *words, "-o", "whole").code == 0
    shutil.copytree("whole", "broken")
    for path in Path("broken").iterdir():  # as it was after two steps
        if path.name not in ("run.json", "metrics.jsonl", "checkpoints"):
            path.unlink()
    shutil.rmtree("broken/checkpoints/checkpoint-4")
    record = json.loads(Path("broken/run.json").read_text())
    Path("broken/run.json").write_text(json.dumps(record | {"status": "running"}))
    assert cli("train", "-o", "broken", "--resume", "-q").ok
    assert weights(Path("broken")) == weights(Path("whole"))


def test_compression_onto_a_model_without(cli: Cli, parts: Path) -> None:
    """SAP, EmbQ and query tokens are added and trained."""
    no_compression = (*("--set", "pooling=average"), *("--set", "pooling_window=1"), *("--set", "num_query_tokens=0"))
    plain = ("--vision", parts / "siglip", "--language", parts / "llama", *no_compression)
    captions, chats = (parts / name / "rows.jsonl" for name in ("captions", "chats"))
    assert cli("train", captions, "--stage", "align", *plain, "-o", "seeing", *SHORT).ok
    sizes = ("--set", "pooling=attention", "--set", "pooling_window=3", "--set", "num_query_tokens=2")
    assert cli("train", chats, "--stage", "instruct", "-m", "./seeing", *sizes, "-o", "compressed", *SHORT).ok
    config = json.loads(Path("compressed/config.json").read_text())
    assert (config["pooling_window"], config["num_query_tokens"]) == (3, 2)
    assert cli("ask", "-m", "./compressed", parts / "chats" / "0.png", "-p", "What?", "--max-tokens", "4", "-q").ok


def test_parts_of_the_hub(cli: Cli, parts: Path, hub_here: FakeHub) -> None:
    """Sizes are known and asked for before anything is fetched; a model of another kind is never fetched."""
    for name in ("siglip", "llama"):
        hub_here.add(f"org/{name}", parts / name)
    hub_here.add("org/other", {"config.json": b'{"model_type": "mamba", "architectures": ["MambaForCausalLM"]}'})
    captions = parts / "captions" / "rows.jsonl"
    words = ("train", captions, "--stage", "align", "--vision", "org/siglip", "-o", "new", *SHORT)
    cli(*words, "--language", "org/llama").refused(4, "org/siglip is not on this machine (0.0 GB to download)")
    assert not [r for r in hub_here.requests if "model.safetensors" in r]
    other = cli(*words, "--language", "org/other", "-y")
    assert "a mamba model is not among the decoders" in other.err
    assert cli(*words, "--language", "org/llama", "-y").ok
    assert Path("new/model.safetensors").is_file()
    assert cli("train", "-o", "new", "--resume", "-q").code == 0
