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

LIMIT_S = 20.0
SHARDS = [f"model-0000{n}-of-00002.safetensors" for n in (1, 2)]
FILES = {
    "config.json": b'{"model_type": "phi", "architectures": ["FlashSlothForCausalLM"]}',
    "vocab.json": random.Random(1).randbytes(20_000),
    "merges.txt": random.Random(2).randbytes(9_000),
    SHARDS[0]: random.Random(3).randbytes(300_000),
    SHARDS[1]: random.Random(4).randbytes(120_000),
    "model.safetensors.index.json": b'{"weight_map": {"x": "%b", "y": "%b"}}' % tuple(s.encode() for s in SHARDS),
}


@contextmanager
def hub_at(home: Path) -> Iterator[FakeHub]:
    """Serve a hub, and point the huggingface_hub of this process at it and at an empty cache."""
    import fake_hub

    no_wait = mock.patch("time.sleep")  # huggingface_hub retries a server's error for 23 s
    with fake_hub.serving(home) as hub, fake_hub.used_here(hub), no_wait:
        yield hub


def try_one(outcome: Outcome, hub: FakeHub, repo: str, how: str, rng: random.Random) -> None:
    from flashsloth.checkpoints.hub import RepoId, fetch, find_cached, plan
    from flashsloth.errors import FlashSlothError

    name, snapshots = rng.choice(sorted(FILES)), hub.home / "hub" / f"models--{repo.replace('/', '--')}" / "snapshots"
    data, at = FILES[name], rng.randrange(len(FILES[name]))
    snapshot, download, what = snapshots / hub.add(repo, FILES), plan(RepoId(repo)), f"{how}: {name} at {at}"
    match how:
        case "cut":
            hub.cut[name] = at
        case "closed early":
            hub.pause[name] = at
        case "other content":
            hub.wrong[name] = data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
        case "server error":
            hub.status = rng.choice((500, 502, 503, 429))
    try:
        fetch(download)
        if how != "closed early":  # that is resumed
            outcome.add("wrong", f"{what}: not noticed")
    except FlashSlothError:
        outcome.refused += 1
    kept = {path.name: path.read_bytes() for path in snapshot.glob("*")}
    if damaged := [name for name, data in kept.items() if data != FILES[name]]:
        outcome.add("wrong", f"{what}: taken for whole: {damaged}")
    if (find_cached(RepoId(repo)) is not None) != (kept == FILES):
        outcome.add("wrong", f"{what}: found in the cache, and not whole")
    for moods in (hub.cut, hub.pause, hub.wrong, hub.requests):
        moods.clear()
    hub.status = None
    fetch(plan(RepoId(repo)))
    if twice := [name for name in kept if hub.count(name)]:
        outcome.add("bytes_lost", f"{what}: fetched again though it was whole: {twice}")
    if {path.name: path.read_bytes() for path in snapshot.glob("*")} != FILES or find_cached(RepoId(repo)) is None:
        outcome.add("wrong", f"{what}: the next download is not whole")


def cut_downloads(count: int, folder: Path) -> Outcome:
    outcome, rng = Outcome(), random.Random(1)
    with hub_at(folder) as hub:
        for number in range(count):
            how = ("cut", "closed early", "other content", "server error")[number % 4]
            with outcome.timed(LIMIT_S, how):
                try:
                    try_one(outcome, hub, f"org/model{number}", how, rng)
                except Exception as error:
                    outcome.add("crashes", f"{how}: {error!r}")
    return outcome


CHECKS = [Check("faults", "downloads cut off or changed", "downloads", 200, 8, cut_downloads)]
