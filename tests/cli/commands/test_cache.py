"""Encoded pictures that `ask` and `chat` keep in the cache, and `flashsloth cache`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from cli.conftest import QUESTION, Cli, Program
from flashsloth.generation import caches
from flashsloth.utils.cache_folder import compiled_kernels
from flashsloth.utils.paths import quantized_cache_folder, user_folder


@pytest.fixture
def kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Every picture is kept, however quickly it is encoded. Returns a function that lists the files."""
    monkeypatch.setattr(caches, "MIN_SECONDS", 0.0)
    folder = home / "cache" / "images"
    return lambda: sorted(os.listdir(folder)) if folder.exists() else []


def cached(document: dict[str, Any]) -> list[bool]:
    return [image["cached"] for image in document["images"]]


# Asking


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_a_second_process_skips_the_tower(
    program: Program, home: Path, picture: Path, expected: str
) -> None:
    """Its answer is that of the first, and of a program without a cache."""
    words = ("ask", picture, QUESTION, "-q", "--json")
    documents = [program(*words, driver=driver).document for driver in ("slow_tower", "no_tower")]
    assert [cached(document) for document in documents] == [[False], [True]]
    without = program(*words, "--set", "image_cache=false", driver="no_tower")
    assert without.code == 1  # the driver fails where the tower is needed
    assert {document["response"] for document in documents} == {expected}
    assert len({tuple(document["token_ids"]) for document in documents}) == 1
    assert len(os.listdir(home / "cache" / "images")) == 1


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_two_processes_at_once(program: Program, home: Path, picture: Path, expected: str) -> None:
    started = [program.start("ask", picture, QUESTION, "-q", driver="slow_tower") for _ in range(2)]
    assert [process.communicate(timeout=120) for process in started] == [(f"{expected}\n", "")] * 2
    assert len(os.listdir(home / "cache" / "images")) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "off", "environment"),
    [
        *(
            (name, "--no-history", {})
            for name in ("ask", "chat", "ask --each", "ask --explain a.png --force")
        ),
        *(("ask", "--set image_cache=false", {}), ("ask", "", {"FLASHSLOTH_NO_HISTORY": "1"})),
        *(("ask", "", {"FLASHSLOTH_CONFIG": f"{key}.toml"}) for key in ("history", "image_cache")),
    ],
)
def test_turned_off(
    cli: Cli,
    picture: Path,
    kept: Any,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    off: str,
    environment: Any,
) -> None:
    """By an option, a variable or a setting: neither used nor written."""
    encode, calls = caches.Engine.encode_image, []
    monkeypatch.setattr(caches.Engine, "encode_image", lambda *args: calls.append(1) or encode(*args))
    for key in ("history", "image_cache"):
        Path(f"{key}.toml").write_text(f"{key} = false\n")

    def run(*more: str) -> str:
        return str(cli(*command.split(), picture, QUESTION, "-q", "--max-tokens", "3", *more).ok.out)

    def run_without() -> str:
        with mock.patch.dict(os.environ, environment):
            return run(*off.split())

    plain = run_without()
    assert (kept(), len(calls)) == ([], 1)
    assert [run(), run()] == [plain] * 2
    assert (len(kept()), len(calls)) == (1, 2)
    assert run_without() == plain
    assert len(calls) == 3


@pytest.mark.usefixtures("saving")
def test_a_conversation_and_a_question_share_pictures(
    cli: Cli, picture: Path, square: Path, kept: Callable[[], list[str]]
) -> None:
    assert cli("batch", picture, "-p", QUESTION, "-q").code == 0
    assert kept() == []  # a batch keeps none
    assert cli("chat", "--plain", picture, "-q", input=f"{QUESTION}\n/image {square}\n{QUESTION}\n").ok
    assert len(kept()) == 2
    assert cached(cli("ask", square, picture, "-p", QUESTION, "--json").document) == [True, True]
    assert cached(cli("ask", "-c", "And now?", "--json").document) == [True, True]
    assert cached(cli("ask", "-m", "nano", picture, "-p", QUESTION, "--json").document) == [True]
    assert cached(cli("ask", picture, QUESTION, "--hd", "--json").document) == [False]
    assert cached(cli("ask", picture, QUESTION, "--hd", "--json").document) == [True]
    assert len(kept()) == 3


def test_a_picture_that_cannot_be_read_is_not_cached(cli: Cli, picture: Path, kept: Any) -> None:
    done = cli("ask", "--each", picture, "missing.png", "-p", QUESTION, "--json")
    assert [cached(row) for row in done.rows] == [[False], [None]]


# `flashsloth cache`


@pytest.fixture
def filled(cli: Cli, picture: Path, kept: Any) -> Path:
    """Fill a cache with an encoded picture, a quantized copy, two compiled kernels and files of other
    programs. Return the copy."""
    assert cli("ask", picture, QUESTION, "-q").code == 0
    copy = quantized_cache_folder() / "int4-0123456789abcdef"
    copy.mkdir(parents=True)
    (copy / "model.safetensors").write_bytes(b"x" * 1000)
    (user_folder("cache") / "images" / "notes.txt").write_text("somebody's")
    (quantized_cache_folder() / "mine").mkdir()
    for name in "ab":
        compiled_kernels().put(name, b"x" * 200)
    return copy


def test_list(cli: Cli, filled: Path, kept: Callable[[], list[str]]) -> None:
    images = {
        "name": "images",
        "path": str(user_folder("cache") / "images"),
        "entries": 1,
        "limit_bytes": 10**9,
    }
    copies = {
        "name": "quantized",
        "path": str(quantized_cache_folder()),
        "entries": 1,
        "limit_bytes": None,
    }
    images["size_bytes"], copies["size_bytes"] = (
        (user_folder("cache") / "images" / kept()[0]).stat().st_size,
        1000,
    )
    kernels = {
        "name": "kernels",
        "path": str(user_folder("cache") / "kernels"),
        "entries": 2,
        "size_bytes": 400,
    }
    wanted = [images, copies, {**kernels, "limit_bytes": 50 * 10**6}]
    assert cli("cache", "list", "--json").document == {"schema": "flashsloth.cache/1", "caches": wanted}
    lines = [line.split()[:2] for line in cli("cache", "list").out.splitlines()]
    assert lines == [["KIND", "ENTRIES"], ["images", "1"], ["quantized", "1"], ["kernels", "2"]]


def test_an_empty_cache(cli: Cli, home: Path) -> None:
    assert [each["entries"] for each in cli("cache", "list", "--json").document["caches"]] == [0, 0, 0]
    done = cli("cache", "clear")
    assert (done.code, done.out, done.err) == (0, "", "there is nothing to remove\n")
    assert cli("cache", "clear", "--json").document["freed_bytes"] == 0
    assert not (home / "cache").exists()


def test_clear_needs_a_confirmation(
    cli: Cli, filled: Path, kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("cache", "clear").refused(2, "1 encoded picture, 1 quantized copy and 2 compiled kernels")
    cli("cache", "clear", "kernels").refused(2, "Remove 2 compiled kernels, 0 kB")
    assert (len(kept()), filled.exists()) == (2, True)
    monkeypatch.setattr("flashsloth_cli.terminal.streams.can_ask", lambda: True)
    for answer, ending in (
        ("\n", "nothing was removed\n"),
        ("y\n", "removed 1 quantized copy, 1 kB freed\n"),
    ):
        done = cli("cache", "clear", "quantized", input=answer)
        assert (done.code, done.err) == (0, f"Remove 1 quantized copy, 1 kB? [y/N] {ending}")
        assert filled.exists() is (answer == "\n")


@pytest.mark.parametrize(
    "names", [["images"], ["quantized"], ["kernels"], ["images", "quantized", "kernels"]]
)
def test_clear(cli: Cli, filled: Path, kept: Callable[[], list[str]], names: list[str]) -> None:
    sizes = {
        each["name"]: each["size_bytes"] for each in cli("cache", "list", "--json").document["caches"]
    }
    done = cli("cache", "clear", *(names if len(names) == 1 else ()), "-y", "--json")
    assert (done.code, done.err) == (0, "")
    assert [each["name"] for each in done.document["caches"]] == names
    assert done.document["freed_bytes"] == sum(sizes[name] for name in names)
    assert (len(kept()) == 1) is ("images" in names)  # the file of somebody else
    assert filled.exists() is ("quantized" not in names)
    assert (compiled_kernels().size()[0] == 0) is ("kernels" in names)
    assert (quantized_cache_folder() / "mine").exists()
    assert (user_folder("cache") / "images" / "notes.txt").exists()


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_clear_follows_no_links(cli: Cli, filled: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("mine")
    (quantized_cache_folder() / "int4-aaaaaaaaaaaaaaaa").symlink_to(precious)
    (filled / "inside").symlink_to(precious)
    assert cli("cache", "clear", "-y").code == 0
    assert not filled.exists()
    assert (precious / "file").read_text() == "mine"


def test_what_cannot_be_removed_is_an_error(
    cli: Cli, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, **_: Any) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    for name, owner, method in (
        ("images", Path, "unlink"),
        ("quantized", shutil, "rmtree"),
        ("kernels", Path, "unlink"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(owner, method, refused)
            cli("cache", "clear", name, "-y").refused(5, f"cannot delete {user_folder('cache') / name}")
