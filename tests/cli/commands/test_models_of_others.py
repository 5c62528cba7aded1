"""Models of transformers by their short names and in folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fake_hub import FakeHub
from flashsloth.checkpoints import hub
from flashsloth.checkpoints.hub import RepoId, known
from flashsloth.errors import UnknownModel, UnsupportedModel
from paths import ROOT

SIGN = ROOT / "examples/images/stop-sign.png"
NAMES = [*hub.KNOWN][2:]


def config(model_type: str, **fields: object) -> bytes:
    return json.dumps({"model_type": model_type, "architectures": ["Some"], **fields}).encode()


def files(**others: bytes) -> dict[str, bytes]:
    """The files of a published folder, by name, but that their content is not read."""
    listed = {
        "config.json": config("idefics3", text_config={"model_type": "llama"}),
        **dict.fromkeys(("preprocessor_config.json", "processor_config.json"), b"{}"),
        **dict.fromkeys(("generation_config.json", "tokenizer.json", "tokenizer_config.json"), b"{}"),
        **dict.fromkeys(("chat_template.jinja", "chat_template.json"), b"{}"),
        "model.safetensors.index.json": json.dumps(
            {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
        ).encode(),
        **dict.fromkeys(("model-1.safetensors", "model-2.safetensors"), b"weights"),
        "onnx/model.onnx": b"left",
        "onnx/config.json": b"left",
        "runs/old.safetensors": b"left",
    }
    return listed | others


def test_the_names() -> None:
    assert len(NAMES) == 12
    for name in NAMES:
        model = hub.KNOWN[name]
        assert RepoId.parse(name) == RepoId(model.repo, model.revision)
        assert RepoId.parse(f"{name}@main") == RepoId(model.repo, "main")
        assert model.about
        assert model.licence
        assert model.revision is None or len(model.revision) == 40
    assert known("smolvlm@1234567") is hub.KNOWN["smolvlm"]
    assert known("some-org/smolvlm") is None
    with pytest.raises(UnknownModel):
        RepoId.parse("smolvlm@../x")


def test_what_is_downloaded(hub_here: FakeHub) -> None:
    hub_here.add("some/model", files())
    plan = hub.plan(RepoId("some/model"))
    assert {file.name for file in plan.files} == {name for name in files() if "/" not in name}
    folder = hub.fetch(plan)
    assert hub.find_cached(RepoId("some/model")) == folder
    assert [model.repo for model in hub.list_cached()] == ["some/model"]
    (folder / "preprocessor_config.json").unlink()
    (folder / "processor_config.json").unlink()
    assert hub.find_cached(RepoId("some/model")) is None
    assert hub.remove(RepoId("some/model")) > 0


def test_newer_folders_have_one_processor_file(hub_here: FakeHub) -> None:
    listed = files()
    del listed["preprocessor_config.json"]
    hub_here.add("some/model", listed)
    assert hub.find_cached(RepoId("some/model")) is None
    assert hub.fetch(hub.plan(RepoId("some/model"))).is_dir()
    del listed["processor_config.json"]
    hub_here.add("some/other", listed)
    with pytest.raises(UnsupportedModel, match="preprocessor_config"):
        hub.plan(RepoId("some/other"))


@pytest.mark.parametrize("kind", ["gemma3", "florence2", "glm4v", "mllama", "unheard_of"])
def test_other_kinds_are_refused_before_the_download(cli, hub_here: FakeHub, kind: str) -> None:
    hub_here.add("some/model", files(**{"config.json": config(kind)}))
    done = cli("pull", "some/model")
    done.refused("model_unsupported", kind, "--server URL")
    assert done.code == 4
    assert hub_here.count("config.json") == 0


def test_a_decoder_that_is_not_supported(hub_here: FakeHub) -> None:
    text = config("llava", text_config={"model_type": "mamba"})
    hub_here.add("some/model", files(**{"config.json": text}))
    plan = hub.plan(RepoId("some/model"))
    with pytest.raises(UnsupportedModel, match="mamba"):
        hub.fetch(plan)
    assert hub_here.count("model-1.safetensors") == 0


def test_a_decoder_beside_the_settings_of_the_whole(hub_here: FakeHub) -> None:
    """Or under the name of its own class, as Qwen's folders have it."""
    hub_here.add("some/flat", files(**{"config.json": config("qwen2_5_vl", hidden_size=64)}))
    text = config("qwen3_vl", text_config={"model_type": "qwen3_vl_text"})
    hub_here.add("some/nested", files(**{"config.json": text}))
    for repo in ("some/flat", "some/nested"):
        assert hub.fetch(hub.plan(RepoId(repo))).is_dir()


def test_a_name_is_pulled_at_its_revision(hub_here: FakeHub) -> None:
    model = hub.KNOWN["smolvlm"]
    hub_here.add(model.repo, files())
    hub_here.repos[model.repo].commits[model.revision] = files()
    assert hub.plan(RepoId.parse("smolvlm")).commit == model.revision
    newest = hub.plan(RepoId.parse("smolvlm@main")).commit
    assert newest not in (model.revision, None)


def test_list_and_rm(cli, home: Path, hub_here: FakeHub) -> None:
    document = cli("list", "--json").document
    available = {row["name"]: row for row in document["available"]}
    assert [*available] == [*hub.KNOWN]
    assert available["smolvlm-2b"]["download_bytes"] > available["flashsloth"]["download_bytes"]
    assert available["internvl-2b"]["download_bytes"] is None
    assert available["smolvlm"]["licence"] == "Apache-2.0"
    assert all(row["about"] for row in available.values())
    lines = {line.split()[0]: line for line in cli("list").out.splitlines()}
    assert "newest" in lines["lighton-ocr"]
    assert hub.KNOWN["smolvlm"].revision[:8] in lines["smolvlm"]
    # one of another revision goes, too
    hub_here.add(hub.KNOWN["smolvlm"].repo, files())
    assert cli("pull", "smolvlm@main", "-q").code == 0
    assert "smolvlm" in {row["name"] for row in cli("list", "--json").document["available"]}
    assert cli("rm", "smolvlm", "-y").code == 0
    assert hub.list_cached() == []


def test_a_default_that_is_not_downloaded(cli, home: Path, hub_here: FakeHub) -> None:
    pull = "flashsloth pull smolvlm"
    assert pull in cli("config", "set", "model", "smolvlm").ok.err
    hub_here.add(hub.KNOWN["smolvlm"].repo, files())
    assert cli("pull", "smolvlm@main", "-q").code == 0
    for name in ("smolvlm@main", "nano"):
        assert "pull" not in cli("config", "set", "model", name).ok.err


def test_names_of_ones_own_are_known(cli, home: Path) -> None:
    (home / "config.toml").write_text('[models.shops]\nmodel = "nano"\n')
    done = cli("ask", "-m", "shop", SIGN, "What is this?")
    done.refused("model_unknown", "shops")


@pytest.mark.parametrize("name", NAMES)
def test_offline(cli, home: Path, hub_here: FakeHub, name: str) -> None:
    done = cli("ask", "-m", name, SIGN, "What is this?", "--offline")
    done.refused("model_unavailable", f"flashsloth pull {name}")
    assert done.code == 4
    assert hub_here.requests == []
