"""Downloads from a hub on this machine that are cut, closed or changed on the way: whole files are kept, incomplete
ones are never taken for whole, and what is kept has the hub's content."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from benchmarks.trust.check import ROOT, Check, Outcome

sys.path.append(str(ROOT / "tests"))

if TYPE_CHECKING:
    from fake_hub import FakeHub

REPO = "org/model"
LIMIT_S = 20.0
DISTURBANCES = ("cut", "closed early", "other content", "server error")


def model_files(rng: random.Random) -> dict[str, bytes]:
    """Return a model's files, of sizes that differ."""
    shards = [f"model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    return {
        "config.json": b'{"model_type": "phi", "architectures": ["FlashSlothForCausalLM"]}',
        "vocab.json": rng.randbytes(20_000),
        "merges.txt": rng.randbytes(9_000),
        shards[0]: rng.randbytes(300_000),
        shards[1]: rng.randbytes(120_000),
        "model.safetensors.index.json": b'{"weight_map": {"x": "%b", "y": "%b"}}' % tuple(s.encode() for s in shards),
    }


@contextmanager
def hub_at(home: Path) -> Iterator[FakeHub]:
    """Serve a hub, and point the huggingface_hub of this process at it and at an empty cache."""
    import fake_hub
    from huggingface_hub import close_session, constants

    with fake_hub.serving(home) as hub:
        values = {
            "ENDPOINT": hub.url,
            "HUGGINGFACE_CO_URL_TEMPLATE": hub.url + "/{repo_id}/resolve/{revision}/{filename}",
            "HF_HUB_CACHE": str(home / "hub"),
            "HF_TOKEN_PATH": str(home / "token"),
            "HF_HUB_OFFLINE": False,
            "HF_HUB_DISABLE_XET": True,
        }
        no_proxy = mock.patch.dict("os.environ", {"NO_PROXY": "127.0.0.1"})
        no_wait = mock.patch("time.sleep")  # huggingface_hub retries a server's error for 23 s
        with mock.patch.multiple(constants, **values), no_proxy, no_wait:
            close_session()
            yield hub
        close_session()


def disturb(hub: FakeHub, how: str, files: dict[str, bytes], rng: random.Random) -> str:
    """Make one file arrive damaged; return its name."""
    name = rng.choice(sorted(files))
    at = rng.randrange(len(files[name]))
    match how:
        case "cut":
            hub.cut[name] = at
        case "closed early":
            hub.pause[name] = at
        case "other content":
            data = bytearray(files[name])
            data[at] ^= 1 << rng.randrange(8)
            hub.wrong[name] = bytes(data)
        case "server error":
            hub.status = rng.choice((500, 502, 503, 429))
    return name


def try_one(outcome: Outcome, home: Path, how: str, rng: random.Random) -> None:
    from flashsloth.checkpoints.hub import RepoId, fetch, find_cached, plan
    from flashsloth.errors import FlashSlothError

    files = model_files(rng)
    with hub_at(home) as hub:
        snapshot = home / "hub" / "models--org--model" / "snapshots" / hub.add(REPO, files)
        download = plan(RepoId(REPO))
        what = f"{how}: {disturb(hub, how, files, rng)}"
        try:
            fetch(download)
            if how != "closed early":  # that is resumed
                outcome.add("wrong", f"{what}: not noticed")
        except FlashSlothError:
            outcome.refused += 1
        kept = {path.name: path.read_bytes() for path in snapshot.glob("*")}
        if damaged := [name for name, data in kept.items() if data != files[name]]:
            outcome.add("wrong", f"{what}: taken for whole: {damaged}")
        if (find_cached(RepoId(REPO)) is not None) != (kept == files):
            outcome.add("wrong", f"{what}: found in the cache, and not whole")
        for moods in (hub.cut, hub.pause, hub.wrong, hub.requests):
            moods.clear()
        hub.status = None
        fetch(plan(RepoId(REPO)))
        if twice := [name for name in kept if hub.count(name)]:
            outcome.add("bytes_lost", f"{what}: fetched again though it was whole: {twice}")
        if {path.name: path.read_bytes() for path in snapshot.glob("*")} != files:
            outcome.add("wrong", f"{what}: the next download differs from the hub's files")
        if find_cached(RepoId(REPO)) != snapshot.resolve():
            outcome.add("wrong", f"{what}: whole, and not found")


def cut_downloads(count: int, folder: Path) -> Outcome:
    outcome, rng = Outcome(), random.Random(1)
    for number in range(count):
        how = DISTURBANCES[number % len(DISTURBANCES)]
        with outcome.timed(LIMIT_S, how):
            try:
                try_one(outcome, folder / str(number), how, rng)
            except Exception as error:
                outcome.add("crashes", f"{how}: {error!r}")
    return outcome


CHECKS = [Check("faults", "downloads cut or changed on the way", "downloads", 200, 8, cut_downloads)]
