"""Checks of damaged models. Every folder must open, or be refused with an error that names it, soon and
in little memory. Nothing in the folder may be executed or lead to a file outside of it."""

from __future__ import annotations

import os
import random
import resource
import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any

from hypothesis.strategies import SearchStrategy

from damages import (
    CONFIG,
    DAMAGES,
    INDEX,
    SAMPLING,
    SLOW_FILES,
    TOKENIZER,
    TOKENIZER_SETTINGS,
    WATCHED,
    WEIGHTS,
    Damage,
    changed,
    grown,
    hole,
    lay_traps,
    long_header,
    replacements,
)
from flashsloth import errors
from flashsloth.errors import ModelError
from random_damages import file_damage, header_damage
from trust import check as worker
from trust.check import Check, Outcome, for_each
from trust.model_folders import OTHERS, copy, sound
from vlm.hostile import HOSTILE

LIMIT_S = 20.0
LIMIT_MIB = 256.0  # the files hold at most 14 MB
ADDRESSES = 6 * 2**30  # bytes of address space in addition to the worker's at its start
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
TEMPLATES = "flashsloth.vlm.template"  # the only program, with its own limits
PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn")

# In the worker

workplace = Path()


def prepare() -> None:
    """Import everything, then limit the memory, and observe with an audit hook what Python does."""
    os.environ.update(OMP_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")
    import torch

    import flashsloth
    from flashsloth.checkpoints import loader

    torch.set_num_threads(1)
    loader.LARGE = 0  # keep quantized copies of the tiny model too
    flashsloth.open("nano", device="cpu").chat().ask("hi", max_tokens=1).text()
    sys.addaudithook(watch)
    most = worker.memory("VmSize") + ADDRESSES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def watch(event: str, args: tuple[Any, ...]) -> None:
    """Record events that no folder may cause: opened files outside of it, programs, network, imports,
    unpickling."""
    if event == "open" and isinstance(args[0], str | bytes):
        path = os.path.realpath(os.fsdecode(args[0]))
        writes = isinstance(args[1], str) and any(c in args[1] for c in "wax+")
        if path.startswith(f"{workplace}/outside"):
            worker.events.append(f"read {path}")
        elif writes and path.startswith(f"{workplace}/case"):
            worker.events.append(f"wrote {path}")
    elif event == "subprocess.Popen" and TEMPLATES in args[1]:
        return
    elif event in NETWORK or event in PROGRAMS or event == "pickle.find_class":
        worker.events.append(f"{event} {args!r}"[:200])
    elif event == "import" and str(args[0]).startswith("evil"):
        worker.events.append(f"imported {args[0]}")


def enter(place: Path) -> None:
    """Use the home and the evil modules of this workplace."""
    global workplace
    if workplace != place:
        workplace = place
        os.environ["FLASHSLOTH_HOME"] = str(place / "home")
        sys.path[:] = [path for path in sys.path if Path(path).name != "evil"] + [str(place / "evil")]


def ask(place: Path, folder: str, options: dict[str, Any]) -> str:
    """Return the answers without and with an image, and a sampled answer."""
    from PIL import Image

    import flashsloth
    from flashsloth.checkpoints.model_files import read_prompt_encoder
    from flashsloth.errors import FlashSlothError

    enter(place)
    picture = options.pop("picture", True)
    if os.path.isdir(folder):
        # The `data` commands read these files. The model itself is checked below.
        with suppress(FlashSlothError):
            read_prompt_encoder(Path(folder))[0].text("What is it?")
    sloth = flashsloth.open(folder, device="cpu", **options)
    answers = [sloth.chat().ask("What is it?", max_tokens=3, seed=1).text()]
    if picture:
        answers.append(
            sloth.chat(Image.new("RGB", (40, 30), "red"))
            .ask("What is it?", max_tokens=3, seed=1)
            .text()
        )
        sampling = {"temperature": 1.0, "top_p": 0.9, "min_p": 0.01, "seed": 1}
        answers.append(sloth.chat().ask("a" * 40 + "!", max_tokens=3, **sampling).text())
    return "|".join(answers)


# In the check


@cache
def start_worker() -> worker.Worker:
    return worker.Worker(prepare)


# model -> its share of the tries, and its damages
Drawn = dict[str, tuple[int, SearchStrategy[Damage]]]


class Opener:
    """Opens folders below one workplace and checks how that ends."""

    def __init__(self, folder: Path) -> None:
        self.outcome, self.workplace = Outcome(), folder.resolve()
        self.sound = partial(sound, self.workplace)
        lay_traps(self.workplace, self.sound("native"))
        self.answers: dict[str, str] = {}

    def answer(self, name: str) -> str:
        """Return the answers of the undamaged model of that name."""
        if name not in self.answers:
            sound_answer = start_worker()(ask, self.workplace, str(self.sound(name)), {})
            self.answers[name] = str(sound_answer.value)
        return self.answers[name]

    def open(
        self, damage: Damage, folder: Path, answer: str = "", model: str = "", **options: Any
    ) -> None:
        """Open the folder, or another model with `folder` as its adapter, and check how that ends."""
        report = start_worker()(ask, self.workplace, model or str(folder), options)
        what = f"{folder.name}: {damage.name[:200]}"
        if worker.judge(self.outcome, what, report, LIMIT_S, LIMIT_MIB):
            self._compare(damage, folder, report, answer, what)
        # every trap in a folder creates this folder when its code is run
        sprung = self.workplace / "sprung"
        if sprung.exists():
            self.outcome.add(f"{what}: code in it was run")
            sprung.rmdir()

    def _compare(
        self, damage: Damage, folder: Path, report: worker.Report, answer: str, what: str
    ) -> None:
        ended = {"done": "opened"}.get(report.end, report.end)
        if damage.ends not in ("any", ended):
            self.outcome.add(f"{what}: {ended}: {report.message[:200]}")
        elif damage.error not in (ModelError, getattr(errors, report.error, ModelError)):
            self.outcome.add(f"{what}: {report.error}, not {damage.error.__name__}")
        elif damage.ends == "opened" and answer and report.value != answer:
            self.outcome.add(f"{what}: the answer is {report.value!r}, not {answer!r}")
        if ended == "refused" and report.error != "ContextTooLong":  # a small context is not a damage
            if report.exit_code != 4:
                self.outcome.add(
                    f"{what}: {report.error}, exit code {report.exit_code}: {report.message}"
                )
            if str(folder) not in report.message:
                self.outcome.add(f"{what}: the message does not name the folder: {report.message}")

    def try_copy(self, name: str, damage: Damage) -> None:
        """Damage a copy of the undamaged model, or of an adapter, and open the copy."""
        number = self.outcome.tried
        folder = copy(self.sound(name), self.workplace / "case" / f"{number} {name}")
        damage.do(folder)
        if name == "adapter":
            self.open(
                damage, folder, model=str(self.sound("native")), adapter=str(folder), picture=False
            )
        else:
            picture = number % 4 == 0 or damage.ends == "opened"
            self.open(damage, folder, self.answer(name) if picture else "", picture=picture)
        shutil.rmtree(folder.parent, ignore_errors=True)

    def try_all(self, listed: Iterable[tuple[str, Damage]], count: int, drawn: Drawn) -> Outcome:
        """Try the listed damages of models, then drawn damages, `count` tries in total."""
        for name, damage in list(listed)[:count]:
            self.try_copy(name, damage)
        left, shares = count - self.outcome.tried, sum(share for share, _ in drawn.values())
        for name, (share, strategy) in drawn.items():
            for_each(
                strategy,
                round(left * share / shares),
                lambda damage, name=name: self.try_copy(name, damage),
            )
        return self.outcome


def huge(name: str) -> Damage:
    """A file of 4 TB that takes no room on the disk."""
    return Damage(f"{name} is huge", grown(name, 2**42))


def shuffled(items: list[Any]) -> list[Any]:
    return random.Random(0).sample(items, len(items))


LISTED = [
    (name, damage)
    for table in (DAMAGES, WATCHED)
    for name, damages in table.items()
    if name != "trusted"  # pickles, which `open` refuses whatever is in them
    for damage in damages
]


def listed(count: int, folder: Path) -> Outcome:
    return Opener(folder).try_all(shuffled(LISTED), count, {})


def headers(count: int, folder: Path) -> Outcome:
    opener = Opener(folder)
    names = {"native": 5, "official": 5, "sharded": 5, "quantized": 5, "nano": 1}
    drawn = {name: (share, header_damage(opener.sound(name))) for name, share in names.items()}
    return opener.try_all([], count, drawn)


def configurations(count: int, folder: Path) -> Outcome:
    opener = Opener(folder)
    names = ("native", "official", "quantized", "nano")
    drawn = {name: (1, file_damage(opener.sound(name), CONFIG)) for name in names}
    return opener.try_all([], count, drawn)


def tokenizers(count: int, folder: Path) -> Outcome:
    opener = Opener(folder)
    drawn = {
        name: (3, file_damage(opener.sound(name), "tokenizer*.json")) for name in ("native", "official")
    }
    drawn["slow"] = (4, file_damage(opener.sound("slow"), *SLOW_FILES))
    return opener.try_all([], count, drawn)


def indexes(count: int, folder: Path) -> Outcome:
    opener = Opener(folder)
    drawn = file_damage(opener.sound("sharded"), INDEX, INDEX, SAMPLING)
    return opener.try_all([], count, {"sharded": (1, drawn)})


def links(count: int, folder: Path) -> Outcome:
    """Things that are not files. tests/trust/test_checkpoints.py tests the links of the hub's cache."""
    opener = Opener(folder)
    native = (CONFIG, WEIGHTS, TOKENIZER, TOKENIZER_SETTINGS, SAMPLING, "chat_template.jinja")
    names = {
        "native": native,
        "slow": SLOW_FILES,
        "sharded": (INDEX, "model-00002-of-00003.safetensors"),
    }
    every = [(name, damage) for name, files in names.items() for damage in replacements(*files)]
    return opener.try_all(shuffled(every), min(count, len(every)), {})


def adapters(count: int, folder: Path) -> Outcome:
    """Try damaged adapters of an undamaged model."""
    opener = Opener(folder)
    names = ("adapter_config.json", "flashsloth_adapter.json", "adapter_model.safetensors")
    evil = {"base_model_class": "evil.Evil", "parent_library": "evil"}
    every = [
        *replacements(*names),
        *map(huge, names),
        Damage("a header of 100 MB", long_header(names[2])),
        Damage("4 GB of a hole", hole),
        Damage("code of another folder", changed(names[0], auto_mapping=evil), ends="any"),
    ]
    drawn = header_damage(opener.sound("adapter")) | file_damage(opener.sound("adapter"), "*.json")
    return opener.try_all(
        [("adapter", damage) for damage in shuffled(every)], count, {"adapter": (1, drawn)}
    )


def others(count: int, folder: Path) -> Outcome:
    """Try damaged folders of models of transformers: the listed damages, then drawn ones."""
    opener = Opener(folder)
    files = (CONFIG, CONFIG, "p*processor_config.json", SAMPLING, "tokenizer*.json", "chat_template*")
    drawn = {name: (1, file_damage(opener.sound(name), *files)) for name in OTHERS}
    return opener.try_all(shuffled(HOSTILE), count, drawn)


def copies(count: int, folder: Path) -> Outcome:
    """Damage the quantized copy in the user's cache. It must be made again, and the answer must stay
    the same."""
    opener = Opener(folder)
    model, options = str(opener.sound("native")), {"quant": "int4", "cache": True}
    answer = str(start_worker()(ask, opener.workplace, model, options).value)
    quantized = opener.workplace / "home" / "cache" / "quantized"
    (kept,) = quantized.iterdir()
    shutil.copytree(opener.workplace / "outside", quantized.parent / "outside")
    whole = shutil.copytree(kept, opener.workplace / "whole")
    names = (CONFIG, WEIGHTS, TOKENIZER, "copied_from.json", "checksums.txt")
    every = replacements(*names) + [huge(name) for name in names]

    def one(damage: Damage) -> None:
        copy(whole, kept)
        damage.do(kept)
        silent = damage.name.endswith(": tensors")  # damage that no header shows
        opener.open(damage._replace(ends="any" if silent else "opened"), kept, answer, model, **options)

    for damage in shuffled(every)[:count]:
        one(damage)
    for_each(header_damage(whole) | file_damage(whole, "*.json"), count - len(every), one)
    return opener.outcome


CHECKS = [
    Check("checkpoints", "listed damages", "inputs", len(LISTED), 40, listed),
    Check("checkpoints", "headers of weights", "inputs", 1500, 25, headers),
    Check("checkpoints", "config.json", "inputs", 1500, 30, configurations),
    Check("checkpoints", "tokenizers and templates", "inputs", 700, 25, tokenizers),
    Check("checkpoints", "indexes and generation_config.json", "inputs", 400, 20, indexes),
    Check("checkpoints", "links, pipes, devices", "inputs", 120, 20, links),
    Check("checkpoints", "adapters", "inputs", 600, 15, adapters),
    Check("checkpoints", "models of transformers", "inputs", 2000, 30, others),
    Check("checkpoints", "quantized copies", "inputs", 300, 8, copies),
]
