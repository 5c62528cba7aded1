"""Downloads from a hub on this machine that are cut, closed or changed on the way. In this process: it is quick, so
that many are tried. What must hold: whole files are kept, half ones never taken for whole, and what arrives is what
the hub has, by its hash."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from benchmarks.trust.check import Check, Outcome
from benchmarks.trust.processes import ROOT
from benchmarks.trust.tasks import digests

sys.path.insert(0, str(ROOT / "tests"))

if TYPE_CHECKING:
    from fake_hub import FakeHub

REPO = "org/model"
LIMIT = 20.0
HOW = ("cut", "closed early", "other content", "server error")


def contents(chance: random.Random) -> dict[str, bytes]:
    """A model's files, of sizes that differ."""
    return {
        "config.json": b'{"model_type": "phi", "architectures": ["FlashSlothForCausalLM"]}',
        "vocab.json": chance.randbytes(20_000),
        "merges.txt": chance.randbytes(9_000),
        "model-00001-of-00002.safetensors": chance.randbytes(300_000),
        "model-00002-of-00002.safetensors": chance.randbytes(120_000),
        "model.safetensors.index.json": b'{"weight_map": {"x": "model-00001-of-00002.safetensors", '
        b'"y": "model-00002-of-00002.safetensors"}}',
    }


@contextmanager
def hub_at(home: Path) -> Iterator[FakeHub]:
    """A hub, with the huggingface_hub of this process led to it and to an empty cache."""
    from huggingface_hub import close_session, constants

    import fake_hub

    with fake_hub.serving(home) as hub:
        led = {
            "ENDPOINT": hub.url,
            "HUGGINGFACE_CO_URL_TEMPLATE": hub.url + "/{repo_id}/resolve/{revision}/{filename}",
            "HF_HUB_CACHE": str(home / "hub"),
            "HF_TOKEN_PATH": str(home / "token"),
            "HF_HUB_OFFLINE": False,
            "HF_HUB_DISABLE_XET": True,
        }
        direct = mock.patch.dict("os.environ", {"NO_PROXY": "127.0.0.1"})
        hurried = mock.patch("time.sleep")  # huggingface_hub waits 23 s in all before it believes a server's error
        with mock.patch.multiple(constants, **led), direct, hurried:
            close_session()
            yield hub
        close_session()


def disturb(hub: FakeHub, how: str, files: dict[str, bytes], chance: random.Random) -> str:
    """Let one file come amiss; its name."""
    name = chance.choice(sorted(files))
    size = len(files[name])
    match how:
        case "cut":
            hub.cut[name] = chance.randrange(size)
        case "closed early":
            hub.pause[name] = chance.randrange(size)
        case "other content":
            place = chance.randrange(size)
            data = bytearray(files[name])
            data[place] ^= 1 << chance.randrange(8)
            hub.wrong[name] = bytes(data)
        case "server error":
            hub.status = chance.choice((500, 502, 503, 429))
    return name


def calm(hub: FakeHub) -> None:
    for moods in (hub.cut, hub.pause, hub.wrong):
        moods.clear()
    hub.status = None
    hub.requests.clear()


def try_one(outcome: Outcome, home: Path, files: dict[str, bytes], how: str, chance: random.Random) -> None:
    from flashsloth.checkpoints import hub as ours
    from flashsloth.errors import FlashSlothError

    with hub_at(home) as hub:
        commit = hub.add(REPO, files)
        snapshot = home / "hub" / "models--org--model" / "snapshots" / commit
        download = ours.plan(ours.RepoId(REPO))
        name = disturb(hub, how, files, chance)
        what = f"{how}: {name}"
        try:
            ours.fetch(download)
            if how in ("cut", "server error", "other content"):
                outcome.mistake(f"{what}: nothing was noticed")
        except FlashSlothError:
            outcome.refused += 1
        except Exception as error:
            outcome.crash(f"{what}: {error!r}")
        kept = {path.name: path.read_bytes() for path in snapshot.glob("*")}
        if half := [each for each, data in kept.items() if data != files[each]]:
            outcome.mistake(f"{what}: taken for whole: {half}")
        if (ours.find_cached(ours.RepoId(REPO)) is not None) != (kept == files):
            outcome.mistake(f"{what}: found in the cache, and not whole")
        calm(hub)
        try:
            ours.fetch(ours.plan(ours.RepoId(REPO)))
        except Exception as error:
            outcome.crash(f"{what}: the next one ended in {error!r}")
            return
        if twice := [each for each in kept if hub.count(each)]:
            outcome.bytes_lost += len(twice)
            outcome.say(f"{what}: fetched again though it was whole: {twice}")
        if {path.name: path.read_bytes() for path in snapshot.glob("*")} != files:
            outcome.mistake(f"{what}: the next one left {sorted(digests(snapshot))}")
        if ours.find_cached(ours.RepoId(REPO)) != snapshot.resolve():
            outcome.mistake(f"{what}: whole, and not found")


def cut_downloads(count: int, chance: random.Random, folder: Path) -> Outcome:
    outcome = Outcome()
    for number in range(count):
        how = HOW[number % len(HOW)]
        with outcome.one(LIMIT, how):
            try_one(outcome, folder / str(number), contents(chance), how, chance)
    return outcome


CHECKS = [Check("faults", "downloads cut or changed on the way", "downloads", full=200, quick=8, run=cut_downloads)]
