"""Downloads and the cache, with a small hub on 127.0.0.1 (tests/fake_hub.py)."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import certifi
import huggingface_hub
import pytest

from fake_hub import FakeHub
from flashsloth.checkpoints import hub, resolve
from flashsloth.checkpoints.folder import INDEX
from flashsloth.checkpoints.hub import download as hub_download
from flashsloth.errors import (
    DiskFull,
    FlashSlothError,
    ModelAccessDenied,
    ModelUnavailable,
    PickleRefused,
    UnknownModel,
    UnsupportedModel,
)
from flashsloth.utils.safe_read import regular_file_in
from paths import ROOT

REPO = "Tongbo/FlashSloth-3.2B"
SHARDS = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
CONFIG = json.dumps({"model_type": "phi", "architectures": ["FlashSlothForCausalLM"]}).encode()


def model_files(mark: str = "a") -> dict[str, bytes]:
    """A small copy of the released repository: two shards, CodeGen tokenizer files, files that are not
    wanted."""
    return {
        ".gitattributes": b"*.safetensors filter=lfs",
        "README.md": b"# FlashSloth",
        "config.json": CONFIG,
        "generation_config.json": b'{"eos_token_id": 50296}',
        "merges.txt": b"#version: 0.2\n",
        SHARDS[0]: mark.encode() * 300_000,
        SHARDS[1]: b"same" * 50_000,
        INDEX: json.dumps({"weight_map": {"x": SHARDS[0], "y": SHARDS[1]}}).encode(),
        "modeling.py": b"import os",
        "onnx/model.onnx": b"1",
        "onnx/config.json": b"{}",
        "tokenizer_config.json": b'{"model_max_length": 2048}',
        "trainer_state.json": b"{}",
        "training_args.bin": b"pickle",
        "vocab.json": b"{}",
    }


UNWANTED = {".gitattributes", "modeling.py", "onnx/model.onnx", "onnx/config.json"}
WANTED = sorted({*model_files()} - UNWANTED - {"trainer_state.json", "training_args.bin"})
TOTAL = sum(len(model_files()[name]) for name in WANTED)


def pull(text: str = REPO, **options: object) -> Path:
    return hub.fetch(hub.plan(hub.RepoId.parse(text)), **options)  # type: ignore[arg-type]


def refusal(
    kind: type[FlashSlothError], text: str = REPO, says: str = "", hint: str = ""
) -> FlashSlothError:
    """Return the error of a download, which must say this and have this in its hint."""
    with pytest.raises(kind) as caught:
        pull(text)
    assert type(caught.value) is kind
    assert says in str(caught.value)
    assert hint in caught.value.hint
    return caught.value


def run(env: dict[str, str], code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def served(hub_here: FakeHub) -> FakeHub:
    """A hub with the released model."""
    hub_here.add(REPO, model_files())
    return hub_here


@pytest.mark.parametrize(
    ("text", "repo", "revision"),
    [
        ("org/name", "org/name", None),
        ("org/name@v1.0", "org/name", "v1.0"),
        ("org/name@refs/pr/3", "org/name", "refs/pr/3"),
        ("flashsloth-hd", "Tongbo/FlashSloth_HD-3.2B", None),
        ("flashsloth@main", REPO, "main"),
    ],
)
def test_parse(text: str, repo: str, revision: str | None) -> None:
    parsed = hub.RepoId.parse(text)
    assert (parsed.repo, parsed.revision) == (repo, revision)
    assert hub.RepoId.parse(str(parsed)) == parsed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "flashsloth-xl",
        "a/b/c",
        "org/na me",
        "org/..",
        "org/a--b",
        "org/name@",
        "org/name@../../x",
        "@main",
    ],
)
def test_malformed_names_are_unknown_models(text: str) -> None:
    with pytest.raises(UnknownModel) as caught:
        hub.RepoId.parse(text)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://huggingface.co/me/mini", "me/mini"),
        ("hf.co/me/mini", "me/mini"),
        ("http://www.huggingface.co/me/mini/?library=transformers", "me/mini"),
        ("https://huggingface.co/me/mini/tree/main", "me/mini"),
        ("https://huggingface.co/me/mini/tree/v1.0", "me/mini@v1.0"),
        ("https://huggingface.co/me/mini/blob/v1.0/config.json", "me/mini@v1.0"),
        ("hf.co/me/mini@v1.0", "me/mini@v1.0"),
    ],
)
def test_address_of_a_model(hub_here: FakeHub, address: str, name: str) -> None:
    hub_here.add("me/mini", model_files(), "main", "v1.0")
    hub.fetch(hub.plan(hub.RepoId.parse(name)))
    source = resolve.find(address, offline=True)
    assert source == resolve.find(name, offline=True)
    assert source.name == name
    assert resolve.parse_repo(address) == hub.RepoId.parse(name)
    assert resolve.absolute_name(address) == name


def test_address_that_is_no_models(hub_here: FakeHub) -> None:
    for address in ("https://huggingface.co/datasets/me/rows", "https://example.org/me/mini"):
        with pytest.raises(UnknownModel, match="there is no folder"):
            resolve.find(address)


# planning


def test_plan_selects_what_a_model_needs(hub_here: FakeHub) -> None:
    commit = hub_here.add(REPO, model_files())
    download = hub.plan(hub.RepoId.parse("flashsloth"))
    assert download.commit == commit
    assert sorted(file.name for file in download.files) == WANTED
    assert download.total_bytes == download.missing_bytes == TOTAL
    assert download.files[0].name == "config.json"
    assert [file.name for file in download.files[-2:]] == list(SHARDS)
    assert not any(line.startswith("GET /Tongbo") for line in hub_here.requests)


def test_a_document_of_more_than_a_megabyte_is_not_downloaded(hub_here: FakeHub) -> None:
    hub_here.add(REPO, {**model_files(), "README.md": b"#" * 2**20, "NOTICE": b"#" * (2**20 + 1)})
    files = {file.name for file in hub.plan(hub.RepoId.parse(REPO)).files}
    assert files & {"README.md", "NOTICE"} == {"README.md"}


def test_pickles_are_refused_before_a_byte(hub_here: FakeHub) -> None:
    hub_here.add(
        "org/old",
        {"config.json": CONFIG, "weights.pt": b"pickle", "vocab.json": b"", "merges.txt": b""},
    )
    advice = "flashsloth convert FOLDER -o DIR --allow-pickle"
    refusal(PickleRefused, "org/old", "weights.pt", advice)
    assert hub_here.requests == ["GET /api/models/org/old"]


@pytest.mark.parametrize(
    ("changes", "message_part"),
    [
        ({"config.json": None}, "config.json"),
        ({INDEX: None}, "weights"),
        ({INDEX: None, SHARDS[0]: None, SHARDS[1]: None}, "weights"),
        ({"merges.txt": None}, "tokenizer"),
        (
            {"config.json": b'{"model_type": "phi", "architectures": ["PhiForCausalLM"]}'},
            "another kind (phi)",
        ),
    ],
)
def test_other_models_are_refused_before_a_byte(
    hub_here: FakeHub, changes: dict[str, bytes | None], message_part: str
) -> None:
    files = {name: data for name, data in {**model_files(), **changes}.items() if data is not None}
    hub_here.add(REPO, files)
    refusal(UnsupportedModel, says=message_part)
    assert len(hub_here.requests) == 1
    # the hub does not say which
    hub_here.add(REPO, {**model_files(), "config.json": b'{"model_type": "llava"}'})
    refusal(UnsupportedModel)
    assert hub_here.count(SHARDS[0]) == 0


# fetching


def test_fetch_then_use_without_the_network(
    hub_here: FakeHub, capfd: pytest.CaptureFixture[str]
) -> None:
    commit = hub_here.add(REPO, model_files())
    repo = hub.RepoId.parse("flashsloth")
    assert hub.find_cached(repo) is None
    seen: list[tuple[int, int, str]] = []
    folder = hub.fetch(hub.plan(repo), lambda done, total, label: seen.append((done, total, label)))

    assert (
        folder
        == hub_here.home.resolve() / "hub" / "models--Tongbo--FlashSloth-3.2B" / "snapshots" / commit
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        n: model_files()[n] for n in WANTED
    }
    done = [step[0] for step in seen]
    assert (done[0], done[-1]) == (0, TOTAL)
    assert done == sorted(done)
    assert {step[1] for step in seen} == {TOTAL}
    assert list(dict.fromkeys(step[2] for step in seen))[-2:] == list(SHARDS)

    download = hub.plan(repo)
    assert download.missing_bytes == 0
    hub_here.requests.clear()
    hub_here.status = 500
    assert hub.fetch(download) == folder
    assert hub.find_cached(repo) == hub.find_cached(hub.RepoId(REPO, commit)) == folder
    assert hub_here.requests == []
    assert capfd.readouterr() == ("", "")


def test_progress_counts_the_bytes_of_a_large_file_as_they_come(hub_here: FakeHub) -> None:
    hub_here.add(REPO, {**model_files(), SHARDS[0]: bytes(25_000_000)})
    seen: list[int] = []
    pull(on_progress=lambda done, total, label: seen.append(done) if label == SHARDS[0] else None)
    assert len(set(seen)) >= 4  # pieces of ten million bytes


def test_progress_of_chunked_storage_counts_each_byte_once() -> None:
    from huggingface_hub.utils._xet_progress_reporting import XetDownloadProgressReporter

    seen: list[int] = []
    bar = hub_download.bar_class(seen.append)  # the hub here has no chunked storage
    rates = {"total_bytes_completion_rate": 1.0, "total_transfer_bytes_completion_rate": None}
    with XetDownloadProgressReporter(
        reconstruction_desc="x", total=100, log_level=0, tqdm_class=bar
    ) as reporter:
        # reception is ahead; repeated chunks are received once
        for done, received in ((0, 40), (20, 70), (90, 75)):
            counts = {"total_bytes_completed": done, "total_transfer_bytes_completed": received}
            reporter.update_progress(SimpleNamespace(total_bytes=100, **counts, **rates))
    assert list(dict.fromkeys(seen)) == [40, 70, 90]


def test_an_update_fetches_what_has_changed(served: FakeHub) -> None:
    """While it fails, the older model stays usable."""
    old = pull()
    served.add(REPO, model_files("b"))  # one shard changes, the rest stays
    served.cut[SHARDS[0]] = 10
    refusal(ModelUnavailable)
    assert hub.find_cached(hub.RepoId(REPO)) == old
    served.cut.clear()
    download = hub.plan(hub.RepoId(REPO))
    assert download.missing_bytes == 300_000
    assert [file.name for file in download.files if not file.cached] == [SHARDS[0]]
    seen: list[int] = []
    hub.fetch(download, lambda done, total, label: seen.append(done))
    assert (seen[0], seen[-1]) == (TOTAL - 300_000, TOTAL)
    assert served.count(SHARDS[1]) == 1


def test_a_cached_model_without_its_branch(
    served: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its only commit, by the first digits of it, and with the files moved to another disk by a
    link."""
    folder = pull()
    repository = folder.parent.parent
    monkeypatch.setenv("HF_HUB_CACHE", str(repository.parent))
    assert hub.find_cached(hub.RepoId.parse(f"{REPO}@{folder.name[:7]}")) == folder
    assert hub.find_cached(hub.RepoId.parse(f"{REPO}@{folder.name[:6]}")) is None
    (repository / "blobs").rename(tmp_path / "blobs")
    (repository / "blobs").symlink_to(tmp_path / "blobs")
    assert hub.find_cached(hub.RepoId(REPO)) == folder
    assert regular_file_in(folder, "config.json") is not None
    (repository / "refs" / "main").rename(repository / "refs" / "v1")
    assert hub.find_cached(hub.RepoId(REPO)) is None  # it is that of another branch
    (repository / "refs" / "v1").unlink()
    assert hub.find_cached(hub.RepoId(REPO)) == folder


def test_partial_snapshot_is_not_complete(served: FakeHub) -> None:
    folder = pull()
    for name in ("config.json", INDEX, SHARDS[1], "merges.txt"):
        link = folder / name
        target = os.readlink(link)
        link.unlink()
        assert hub.find_cached(hub.RepoId(REPO)) is None, name
        link.symlink_to("../../blobs/gone")  # as after deleting blobs by hand
        assert hub.find_cached(hub.RepoId(REPO)) is None, name
        link.unlink()
        link.symlink_to(target)
    (folder / INDEX).unlink()
    (folder / INDEX).write_text("{")
    assert hub.find_cached(hub.RepoId(REPO)) is None


def test_interrupted_download_keeps_finished_files_and_continues(
    served: FakeHub, capfd: pytest.CaptureFixture[str]
) -> None:
    served.cut[SHARDS[1]] = 1000
    assert served.url in str(refusal(ModelUnavailable, says=f"{REPO} "))
    assert hub.find_cached(hub.RepoId(REPO)) is None
    served.cut.clear()
    download = hub.plan(hub.RepoId(REPO))
    assert download.missing_bytes == len(model_files()[SHARDS[1]])
    folder = hub.fetch(download)
    assert hub.find_cached(hub.RepoId(REPO)) == folder
    assert served.count(SHARDS[0]) == 1
    assert not list(folder.parents[1].rglob("*.incomplete"))
    assert capfd.readouterr() == ("", "")


def test_closed_connection_is_resumed(served: FakeHub, capfd: pytest.CaptureFixture[str]) -> None:
    served.pause[SHARDS[0]] = 1000
    seen: list[int] = []
    folder = pull(on_progress=lambda done, total, label: seen.append(done))
    assert (folder / SHARDS[0]).read_bytes() == model_files()[SHARDS[0]]
    assert served.count(SHARDS[0]) == 2
    assert max(seen) == seen[-1] == TOTAL
    assert capfd.readouterr() == ("", "")


def test_a_file_that_was_changed_on_its_way_is_removed(served: FakeHub) -> None:
    """Its length is right: only the digest can tell. Small files have one too."""
    for name in ("merges.txt", SHARDS[0]):
        served.wrong[name] = model_files()[name][:-1] + b"?"
        refusal(ModelUnavailable, says=name)
        assert hub.find_cached(hub.RepoId(REPO)) is None
        served.wrong.clear()
    assert pull() == hub.find_cached(hub.RepoId(REPO))


# errors


ANSWERS: dict[str, tuple[dict[str, int], str, type[FlashSlothError], str, str]] = {
    # what the hub does, the model that is asked for, the error, and what it and its hint say
    "no such repository": (
        {"missing": 404},
        "org/nothing",
        UnknownModel,
        "org/nothing",
        "Known names: nano, flash",
    ),
    "none without a token": (
        {"missing": 401},
        "org/nothing",
        UnknownModel,
        "org/nothing",
        "Known names: nano, flash",
    ),
    "no such revision": ({}, f"{REPO}@v9", UnknownModel, f"{REPO} has no revision v9", ""),
    **{
        f"status {code}": ({"status": code}, REPO, ModelAccessDenied, f"{code}", "")
        for code in (401, 403)
    },
    "status 404": ({"status": 404}, REPO, ModelUnavailable, "answered 404", "HF_ENDPOINT"),
    **{
        f"status {code}": ({"status": code}, REPO, ModelUnavailable, f"{code}", "later")
        for code in (429, 500, 503)
    },
    "no hub": ({"status": 200}, REPO, ModelUnavailable, "does not answer like a hub", "HF_ENDPOINT"),
}


@pytest.mark.parametrize(("does", "name", "kind", "says", "hint"), ANSWERS.values(), ids=list(ANSWERS))
def test_errors_of_the_hub(
    served: FakeHub, does: dict[str, int], name: str, kind: type[FlashSlothError], says: str, hint: str
) -> None:
    download = hub.plan(hub.RepoId(REPO))
    for attribute, value in does.items():
        setattr(served, attribute, value)
    error = refusal(kind, name, says, hint)
    assert served.url in str(error) or kind is ModelAccessDenied
    if kind is ModelAccessDenied:
        with pytest.raises(kind):
            hub.fetch(download)


def test_gated_repository(served: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    served.repos[REPO].gated = True
    refusal(ModelAccessDenied, says=REPO, hint="HF_TOKEN")
    monkeypatch.setenv("HF_TOKEN", "hf_test")
    assert hub.find_cached(hub.RepoId(REPO)) is None
    assert pull().is_dir()


def test_a_token_that_is_not_ascii(served: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be sent, and is not printed."""
    monkeypatch.setenv("HF_TOKEN", "hf_sécret")
    error = refusal(ModelUnavailable, says="access token", hint="HF_TOKEN")
    assert "cret" not in f"{error} {error.hint}"


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "localhost:9", "http://"])
def test_unreachable_hub(hub_here: FakeHub, monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    refusal(ModelUnavailable, says=endpoint, hint="HF_ENDPOINT")


@pytest.fixture
def own_client() -> Iterator[None]:
    """The HTTP client of huggingface_hub reads its variables when it is made."""
    huggingface_hub.close_session()
    yield
    huggingface_hub.close_session()


@pytest.mark.parametrize(
    ("variable", "value", "says", "hint"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9", "SOCKS proxy", "ALL_PROXY"),
        ("all_proxy", "socks5h://127.0.0.1:9", "SOCKS proxy", "socksio"),
        ("HTTPS_PROXY", "nonsense://127.0.0.1:9", "proxy URL", "HTTPS_PROXY"),
        ("SSL_CERT_FILE", "/nonexistent.pem", "SSL_CERT_FILE=/nonexistent.pem", "SSL_CERT_FILE"),
        ("SSL_CERT_FILE", __file__, "SSL_CERT_FILE", "PEM"),
        ("SSLKEYLOGFILE", "/nonexistent/keys", "SSLKEYLOGFILE=/nonexistent/keys", "unset"),
    ],
)
def test_variables_of_the_http_client(
    served: FakeHub,
    own_client: None,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    says: str,
    hint: str,
) -> None:
    # Without a file of certificates the client would not read SSLKEYLOGFILE.
    monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
    monkeypatch.setenv(variable, value)
    refusal(ModelUnavailable, says=says, hint=hint)


def test_disk_too_small_before_the_first_byte(served: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    room = TOTAL + hub.RESERVE
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9 - room + 1, room - 1))
    assert str(hub.cache_folder()) in str(refusal(DiskFull, says="67.6 MB", hint="HF_HOME"))
    assert served.count("config.json") == 0
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9 - room, room))
    assert pull().is_dir()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), DiskFull),
        (PermissionError(errno.EACCES, "Permission denied"), ModelUnavailable),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), ModelUnavailable),
        (
            OSError("Consistency check failed: file should be of size 10 but has size 9 (x).\nPlease"),
            ModelUnavailable,
        ),
        (
            RuntimeError(
                "Task error: File reconstruction error: No space left on device (os error 28)"
            ),
            DiskFull,
        ),
        (
            RuntimeError("CAS Client Error: no connection"),
            ModelUnavailable,
        ),  # of chunked storage, as above
    ],
)
def test_errors_during_a_transfer(
    served: FakeHub, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[FlashSlothError]
) -> None:
    from huggingface_hub import file_download

    monkeypatch.setattr(file_download, "http_get", Mock(side_effect=error))
    assert "\n" not in str(refusal(kind))


# the cache


def test_revisions_are_found_listed_and_removed(hub_here: FakeHub) -> None:
    assert hub.list_cached() == []
    first = hub_here.add(REPO, model_files(), "v1", "refs/pr/1")
    second = hub_here.add(REPO, model_files("b"))
    assert {pull(f"{REPO}@{revision}").name for revision in ("v1", "refs/pr/1", first)} == {first}
    assert hub.find_cached(hub.RepoId(REPO)) is None
    pull()
    models = {model.commit: model for model in hub.list_cached()}
    assert set(models) == {first, second}
    for revision, commit in {"v1": first, "refs/pr/1": first, "main": second, second: second}.items():
        model = models[commit]
        assert (model.repo, model.size_bytes, model.complete) == (REPO, TOTAL, True)
        assert model.path == hub.find_cached(hub.RepoId(REPO, revision))
    assert hub.find_cached(hub.RepoId(REPO, "v2")) is None

    outside = hub.cache_folder().parent / "precious.txt"
    outside.write_text("mine")
    (models[first].path / "link").symlink_to(outside)
    # files that the other revision shares are kept
    assert hub.remove(hub.RepoId(REPO, "v1")) == 300_000 + len("mine")
    assert outside.read_text() == "mine"
    assert [model.commit for model in hub.list_cached()] == [second]
    [listed] = huggingface_hub.scan_cache_dir(
        hub.cache_folder()
    ).repos  # huggingface_hub lists none with a branch of a removed commit
    assert {revision.commit_hash: revision.refs for revision in listed.revisions} == {
        second: frozenset({"main"})
    }
    assert hub.remove(hub.RepoId(REPO, second[:8])) == TOTAL
    assert hub.list_cached() == []
    with pytest.raises(ModelUnavailable, match="not in the cache"):
        hub.remove(hub.RepoId(REPO))


def test_a_repository_of_the_same_files_is_kept(served: FakeHub) -> None:
    served.add("me/fork", model_files())
    pull()
    kept = pull("me/fork")
    assert hub.remove(hub.RepoId(REPO)) == TOTAL
    assert [model.path for model in hub.list_cached()] == [kept]


def test_list_shows_incomplete_flashsloth_models_only(served: FakeHub) -> None:
    config = b'{"model_type": "flashsloth"}'
    served.add("me/native", {**model_files(), "config.json": config, "added_tokens.json": b"{}"})
    served.cut[SHARDS[1]] = 5
    refusal(ModelUnavailable)
    served.cut.clear()
    pull("me/native")
    cache = hub.cache_folder()
    (cache / "models--some--gpt" / "snapshots" / "c0").mkdir(parents=True)
    (cache / "models--some--gpt" / "snapshots" / "c0" / "config.json").write_text(
        '{"model_type": "gpt2"}'
    )
    (cache / "datasets--org--data" / "snapshots" / "c0").mkdir(parents=True)
    (cache / "models--org--text").write_text("a file")
    models = hub.list_cached()
    (native,) = (model for model in models if model.complete)
    # files with the same content are stored once
    assert native.size_bytes == TOTAL - len(CONFIG) + len(config)
    assert sorted((model.repo, model.complete) for model in models) == [
        (REPO, False),
        ("me/native", True),
    ]
    with pytest.raises(UnsupportedModel, match="some/gpt"):
        hub.remove(hub.RepoId("some/gpt"))
    assert (cache / "models--some--gpt" / "snapshots" / "c0" / "config.json").is_file()
    assert hub.remove(hub.RepoId(REPO)) > 300_000


def test_damaged_folders_are_listed_and_removed(served: FakeHub) -> None:
    folder = pull()
    repo_folder = folder.parents[1]
    (folder / SHARDS[0]).resolve().unlink()
    (folder / "config.json").unlink()
    (folder / "config.json").write_bytes(b"\xff\xfe{")
    (repo_folder / "refs" / "main").write_bytes(b"\xff\xff")
    (repo_folder / "blobs" / "0.incomplete").write_bytes(bytes(1000))
    (model,) = hub.list_cached()
    assert (model.repo, model.complete) == (REPO, False)
    assert hub.find_cached(hub.RepoId(REPO)) is None
    assert hub.remove(hub.RepoId(REPO, folder.name)) > 1000
    assert not repo_folder.exists()


def test_file_instead_of_the_cache_folder(served: FakeHub) -> None:
    served.home.mkdir()
    (served.home / "hub").write_text("not a folder")
    assert hub.list_cached() == []
    assert hub.find_cached(hub.RepoId(REPO)) is None
    refusal(ModelUnavailable)


# subprocesses: the environment, and output


PULL = f"from flashsloth.checkpoints import hub; print(hub.fetch(hub.plan(hub.RepoId.parse({REPO!r}))))"


def test_endpoint_and_cache_from_the_environment(fake_hub: FakeHub, tmp_path: Path) -> None:
    commit = fake_hub.add(REPO, model_files())
    fake_hub.pause[SHARDS[0]] = 10  # huggingface_hub logs this on stderr by default
    result = run({**fake_hub.env, "HF_HUB_CACHE": str(tmp_path / "elsewhere")}, PULL)
    folder = tmp_path / "elsewhere" / "models--Tongbo--FlashSloth-3.2B" / "snapshots" / commit
    assert (result.stdout, result.stderr, result.returncode) == (f"{folder}\n", "", 0)
    assert not any("agent" in line for line in fake_hub.requests)  # a request of telemetry


def test_who_asks_for_telemetry_has_it(fake_hub: FakeHub) -> None:
    code = "import flashsloth; from huggingface_hub import constants; print(constants.HF_HUB_DISABLE_TELEMETRY)"
    assert run({**fake_hub.env, "HF_HUB_DISABLE_TELEMETRY": "0"}, code).stdout == "False\n"


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_stops_at_once_and_keeps_finished_files(fake_hub: FakeHub) -> None:
    fake_hub.add(REPO, model_files())
    fake_hub.stall[SHARDS[1]] = 1000
    process = subprocess.Popen(
        [sys.executable, "-c", PULL], env=fake_hub.env, cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    assert fake_hub.stalled.wait(30)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate()  # the hub never goes on with the stalled transfer
    assert stderr.rstrip().endswith("KeyboardInterrupt")
    kept = {path.name for path in fake_hub.home.rglob("snapshots/*/*")}
    assert kept == set(WANTED) - {SHARDS[1]}
    assert not list(fake_hub.home.rglob("*.incomplete"))
