"""Damaged checkpoints: every folder opens or is refused in words, soon, in little memory, and without running or
following anything that lies in it.

The folders are made here and opened in a process of its own (checkpoint_worker), which dies with none of them.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.trust.check import Check, Outcome
from benchmarks.trust.checkpoint_damage import (
    Damage,
    Damager,
    damage_header,
    damage_json,
    long_header,
    pick,
    put,
    sparse,
    spoil_text,
)
from benchmarks.trust.checkpoint_files import CONFIGS, OTHERS, TOKENIZERS, TRAPS, changed, files, hole, refused
from benchmarks.trust.checkpoint_kills import full_disk, kills
from benchmarks.trust.checkpoint_process import PATIENCE, working
from benchmarks.trust.checkpoint_seeds import CACHE, REPO, copy, snapshot

LIMIT = 20.0  # seconds for one folder
MEMORY = 256 * 2**20  # bytes beyond what was there; no folder here holds more than 14 MB in truth


def judge(outcome: Outcome, damage: Damage, folder: Path, found: dict[str, Any], sound: str | None) -> None:
    """Count what came of one folder; `sound` is what the model answers when nothing is wrong with it."""
    what = f"{folder.name}: {damage.what}"
    sprung = folder.parent.parent / "sprung"
    if found["outcome"] == "hang":
        outcome.hangs += 1
        outcome.say(f"{what}: no answer in {PATIENCE:.0f} s")
        return
    if found["outcome"] == "crash":
        outcome.crash(f"{what}: {found['class']} {found['message']} at {found.get('where')}")
        return
    outcome.slowest_s = max(outcome.slowest_s, found["seconds"])
    outcome.peak_mib = max(outcome.peak_mib, found["peak"] / 2**20)
    if found["seconds"] > LIMIT:
        outcome.hangs += 1
        outcome.say(f"{what}: {found['seconds']:.1f} s")
    for problem in problems(damage, folder, found, sound, sprung):
        outcome.mistake(f"{what}: {problem}")
    outcome.refused += found["outcome"] == "refused"
    if sprung.exists():
        sprung.rmdir()


def problems(damage: Damage, folder: Path, found: dict[str, Any], sound: str | None, sprung: Path) -> Iterator[str]:
    """What is wrong about an end that is an answer or one of our errors."""
    if sprung.exists():
        yield "code in it was run"
    if found["watched"]:
        yield f"it {found['watched'][0]}"
    if found["peak"] > MEMORY:
        yield f"took {found['peak'] / 2**20:.0f} MiB"
    if found["outcome"] == "opened":
        if damage.expected == "refused":
            yield "opened"
        if damage.expected == "opened" and sound is not None and found["said"] != sound:
            yield f"answers {found['said']!r} in place of {sound!r}"
        return
    message = found["message"]
    if damage.expected == "opened":
        yield f"refused: {message}"
    if found["class"] == "ContextTooLong":  # a context that is too small is one, and no file is at fault
        return
    if found["exit"] != 4 and not (damage.sizes and found["exit"] == 5):
        yield f"{found['class']}, exit {found['exit']}: {message[:200]}"
    if str(folder) not in message:
        yield f"no folder in the message: {message[:200]}"
    if not found["hint"]:
        yield f"no hint: {message[:200]}"
    if len(message) > 1500 or not message.isprintable():
        yield f"unreadable message of {len(message)} characters: {message[:100]!r}"


Choose = Callable[[int, random.Random], tuple[str, Damager]]


def folders(count: int, draw: random.Random, place: Path, choose: Choose) -> Outcome:
    """Open `count` damaged models; `choose` gives the sound one's name and the damage by number."""
    outcome = Outcome()
    with working(place) as (worker, seeds):
        sound: dict[str, str] = {}
        for number in range(count):
            name, damager = choose(number, draw)
            if name not in sound:
                sound[name] = str(worker(folder=str(seeds(name))).get("said"))
            folder = copy(seeds(name), seeds.workplace.parent / "case" / f"{number} {name}")
            damage = damager(folder, draw)
            outcome.tried += 1
            judge(
                outcome,
                damage,
                folder,
                worker(folder=str(folder), picture=number % 4 == 0 or damage.expected == "opened"),
                sound[name],
            )
            clear(folder.parent)
    return outcome


def clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def cycle(listed: list[tuple[str, Damager]], others: Choose) -> Choose:
    """Each of a list once, then what `others` draws."""
    return lambda number, draw: listed[number] if number < len(listed) else others(number, draw)


def headers(count: int, draw: random.Random, place: Path) -> Outcome:
    names = ["native", "official", "sharded", "quantized"] * 5 + ["nano"]
    large = [("native", refused(long_header))] * 2 + [("native", sparse), ("quantized", sparse), ("sharded", sparse)]

    def choose(number: int, draw: random.Random) -> tuple[str, Damager]:
        """The large ones behind the first few, which are all that the default tests try."""
        return large[number - 30] if 0 <= number - 30 < len(large) else (draw.choice(names), damage_header)

    return folders(count, draw, place, choose)


def configurations(count: int, draw: random.Random, place: Path) -> Outcome:
    names = ["native", "official", "quantized", "nano"]
    listed = [(name, damager) for name in ("native", "quantized") for damager in CONFIGS]

    def others(number: int, draw: random.Random) -> tuple[str, Damager]:
        return draw.choice(names), lambda f, d: damage_json(f, d, "config.json")

    return folders(count, draw, place, cycle(listed, others))


def tokenizers(count: int, draw: random.Random, place: Path) -> Outcome:
    listed = [("native", damager) for damager in TOKENIZERS]
    texts = ("vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json")
    listed += [("slow", hole(name, 2**42)) for name in texts]
    listed += [("slow", changed("vocab.json", **{"<|endoftext|>": v})) for v in (-1, 2**40, "x", None, [1])]

    def others(number: int, draw: random.Random) -> tuple[str, Damager]:
        if draw.random() < 0.6:
            return draw.choice(["native", "official"]), lambda f, d: damage_json(f, d, "tokenizer*.json")
        return "slow", lambda f, d: damage_text(f, d, texts)

    return folders(count, draw, place, cycle(listed, others))


def damage_text(folder: Path, draw: random.Random, names: tuple[str, ...]) -> Damage:
    path = pick(folder, draw.choice([n for n in names if (folder / n).exists()]), draw)
    if path.suffix == ".json" and draw.random() < 0.6:
        return damage_json(folder, draw, path.name)
    text, what = spoil_text(path.read_bytes(), draw)
    put(path, text)
    return Damage(f"{path.name}: {what}", path.name)


def indexes(count: int, draw: random.Random, place: Path) -> Outcome:
    listed = [("sharded", damager) for damager in OTHERS]

    def others(number: int, draw: random.Random) -> tuple[str, Damager]:
        name = draw.choice(["*.index.json", "*.index.json", "generation_config.json"])
        return "sharded", lambda f, d: damage_json(f, d, name)

    return folders(count, draw, place, cycle(listed, others))


def links(count: int, draw: random.Random, place: Path) -> Outcome:
    """What is no file, in a folder and in the hub's cache, whose own links lead to its blobs."""
    slow = ("vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json")
    listed = [("native", damager) for damager in files() + TRAPS] + [("slow", damager) for damager in files(slow)]
    shard = ("model.safetensors.index.json", "model-00002-of-00003.safetensors")
    listed += [("sharded", damager) for damager in files(shard) + TRAPS]
    order = list(range(len(listed)))
    draw.shuffle(order)
    outcome = cached(place / "cache")
    found = folders(min(count, len(listed)), draw, place / "folders", lambda n, d: listed[order[n]])
    found.tried += outcome.tried
    found.refused += outcome.refused
    for detail in outcome.details:
        found.mistake(detail)
    return found


def cached(place: Path) -> Outcome:
    """The hub's cache: whole, with the store that models share, and with links that lead out of it."""
    outcome = Outcome()
    with working(place) as (worker, seeds):
        cache, home = seeds.workplace.parent / CACHE, seeds.workplace.parent
        sound = str(worker(folder=str(seeds("native"))).get("said"))
        for shared in (False, True):
            folder = snapshot(seeds("native"), cache, shared=shared)
            for name in (str(folder), REPO):
                outcome.tried += 1
                found = worker(folder=name, offline=True)
                judge(outcome, Damage(f"cached, shared {shared}, as {name}", expected="opened"), folder, found, sound)
            for file in ("config.json", "model.safetensors", "tokenizer.json"):
                held = os.readlink(folder / file)
                for target in (home / "outside" / file, cache / "blobs" / ".." / ".." / "outside" / file, "pipe"):
                    (folder / file).unlink()
                    if target == "pipe":
                        os.mkfifo(folder / file)
                    else:
                        (folder / file).symlink_to(target)
                    outcome.tried += 2
                    damage = Damage(f"cached, {file} leads to {target}", file, "refused")
                    judge(outcome, damage, folder, worker(folder=str(folder)), sound)
                    judge(outcome, Damage("list", expected="opened"), folder, worker(do="list", folder=""), None)
                    (folder / file).unlink()
                    (folder / file).symlink_to(held)
            clear(cache)
    return outcome


def adapters(count: int, draw: random.Random, place: Path) -> Outcome:
    """An adapter's folder over a sound model."""
    outcome = Outcome()
    names = ("adapter_config.json", "flashsloth_adapter.json", "adapter_model.safetensors")
    listed = files(names)
    listed += [hole(name, 2**42) for name in names]
    listed += [changed(names[0], lora_alpha=v) for v in (10**300, 1e-300, 10**400, "8", True, float("nan"))]
    listed += [changed(names[0], r=v) for v in (0, 4.0, -4, 10**400, None)]
    listed += [changed(names[1], base=v) for v in ("../outside", "/etc", "\0", "x" * 5000, 5, "\ud800")]
    listed += [changed(names[0], auto_mapping={"base_model_class": "evil.Evil", "parent_library": "evil"})]
    listed += [refused(long_header), sparse]
    order = list(range(len(listed)))
    draw.shuffle(order)
    with working(place) as (worker, seeds):
        base = str(seeds("native"))
        for number in range(count):
            folder = copy(seeds("adapter"), seeds.workplace.parent / "case" / f"{number} adapter")
            if number < len(listed):
                damage = listed[order[number]](folder, draw)
            elif draw.random() < 0.5:
                damage = damage_header(folder, draw)
            else:
                damage = damage_json(folder, draw, "*.json")
            outcome.tried += 1
            found = worker(folder=base, adapter=str(folder), picture=False)
            judge(outcome, damage, folder, found, None)
            clear(folder.parent)
    return outcome


def copies(count: int, draw: random.Random, place: Path) -> Outcome:
    """The quantized copy in the user's cache: a damaged one is never a reason not to answer, nor to answer worse."""
    outcome = Outcome()
    with working(place) as (worker, seeds):
        source, home = seeds("native"), seeds.workplace.parent / "home"
        case = {"folder": str(source), "quant": "int4", "cache": True}
        sound = str(worker(**case).get("said"))
        (kept,) = (home / "cache" / "quantized").iterdir()
        whole = seeds.workplace / "kept"
        shutil.copytree(whole.parent.parent / "outside", home / "cache" / "outside")
        shutil.copytree(kept, whole)
        names = (*NAMES_OF_COPY, "copied_from.json")
        listed = files(names) + [hole(name, 2**42) for name in names]
        order = list(range(len(listed)))
        draw.shuffle(order)
        for number in range(count):
            clear(kept)
            copy(whole, kept)
            if number < len(listed):
                damage = listed[order[number]](kept, draw)
            elif draw.random() < 0.5:
                damage = damage_header(kept, draw)
            else:
                damage = damage_json(kept, draw, "*.json")
            silent = damage.what.startswith(SILENT)
            expected = Damage(damage.what, expected="any" if silent else "opened")
            outcome.tried += 1
            judge(outcome, expected, kept, worker(**case), sound)
    return outcome


NAMES_OF_COPY = ("config.json", "model.safetensors", "tokenizer.json")
SILENT = tuple(str(n) for n in range(10))  # bytes of tensors, which no header tells


CHECKS = [
    Check("checkpoints", "headers of weights", "inputs", 1500, 25, headers),
    Check("checkpoints", "config.json", "inputs", 1500, 38, configurations),
    Check("checkpoints", "tokenizers and templates", "inputs", 700, 30, tokenizers),
    Check("checkpoints", "indexes and generation_config.json", "inputs", 400, 20, indexes),
    Check("checkpoints", "links, pipes, devices, pickles", "inputs", 161, 20, links),
    Check("checkpoints", "adapters", "inputs", 600, 15, adapters),
    Check("checkpoints", "quantized copies", "inputs", 300, 8, copies),
    Check("checkpoints", "conversions killed", "faults", 150, 6, kills),
    Check("checkpoints", "conversions on a full disk", "faults", 40, 4, full_disk),
]
