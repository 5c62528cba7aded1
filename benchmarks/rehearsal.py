"""Rehearse with random weights what users do with the released model: download, questions,
quantization, training, batch, server.

    python benchmarks/rehearsal.py                 # full size: about 35 GB of disk, 12 GB of memory
    python benchmarks/rehearsal.py --size tiny     # the same steps with a toy model

Writes a folder in the released layout (same files, tensor names and, at full size, tensor sizes),
serves it from a hub on 127.0.0.1 and runs each command in a process of its own, with an empty home and
cache. Prints a table with the seconds of each step, the peak resident memory of the process (or of its
largest child), and the bytes that the step added to the disk. The exit code is 1 if a step failed; its
output is then printed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from common import IMAGES, ROOT, free_port, message, options_parser, post, table

import fake_hub

REPO = "Tongbo/FlashSloth-3.2B"
# the files of the slow tokenizer, as they were released
TOKENIZER = ROOT / "tests" / "parity" / "data" / "tokenizer"
TOY: dict[str, Any] = {
    "text_config": {
        "hidden_size": 128,
        "intermediate_size": 256,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
    },
    "vision_config": {
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
    },
    "embq_layer": 1,
    "embq_width": 32,
    "embq_heads": 4,
}
SIZES = {"full": {}, "tiny": TOY}
PATIENCE = 1800  # seconds for a step
POLL = 0.05
HEAD = ("step", "", "seconds", "peak memory, GB", "disk added, GB")


def write_model(folder: Path, sizes: Mapping[str, Any]) -> str:
    """Write a folder in the released layout with random float16 weights in two shards. Return what was
    written."""
    import torch
    from safetensors.torch import save_file

    import tiny
    from flashsloth.benchmark import random_weights
    from flashsloth.checkpoints.model_files import build_empty
    from flashsloth.hf.config import FlashSlothConfig
    from flashsloth.sizes.part_sizes import PHI2

    config = FlashSlothConfig(**sizes)
    text, vision = config.text_config, config.vision_config
    flat = {**PHI2, "vocab_size": text.vocab_size, **dict(sizes.get("text_config", {}))}
    flat |= {"architectures": ["FlashSlothForCausalLM"], "model_type": "phi", "torch_dtype": "float16"}
    flat |= {
        "hidden_act": "gelu_new",
        "image_aspect_ratio": "square",
        "mm_hidden_size": vision.hidden_size,
    }
    flat |= {"mm_vision_tower": "checkpoints/base/siglip-so400m-patch14-384"}
    if sizes:  # keys that the released file lacks
        names = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads")
        flat["vision_config"] = {name: getattr(vision, name) for name in names} | {
            "image_size": 384,
            "patch_size": 14,
        }
        flat["lqformer"] = {"insert_before_layer": config.embq_layer, "down_dim": config.embq_width}
        flat["lqformer"]["num_heads"] = config.embq_heads
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(flat, indent=2))
    for path in TOKENIZER.iterdir():
        shutil.copyfile(path, folder / path.name)
    # Two shards of half the size each. Only one of them is in memory at a time.
    infos = list(random_weights.infos(build_empty(config), "F16").items())
    weight_map: dict[str, str] = {}
    half = sum(info.size for _, info in infos) / 2
    for number in (1, 2):
        part, held = {}, 0
        while infos and (number == 2 or held < half):
            name, info = infos.pop(0)
            part[name], held = info, held + info.size
        file = f"model-{number:05}-of-00002.safetensors"
        tensors = {
            tiny.official_name(n): t for n, t in random_weights.random_tensors(part, torch.float16)
        }
        save_file(tensors, folder / file, metadata={"format": "pt"})
        weight_map |= dict.fromkeys(tensors, file)
        del tensors
    size = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    index = {"metadata": {"total_size": size}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return f"{len(weight_map)} tensors, {size:,} bytes"


@dataclass
class Rehearsal:
    """Runs commands and measures their cost, which is a row of the table for each command."""

    root: Path
    env: dict[str, str]
    only: list[str] = field(default_factory=list)  # the steps to run; if empty, all steps are run
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def run(self, step: str, *words: object, check: Callable[[str], bool] = bool) -> None:
        """Run a command to its end, and check what it printed."""
        self.watch(step, *words, ok=lambda code, text: code == 0 and check(text))

    def watch(
        self,
        step: str,
        *words: object,
        ok: Callable[[int, str], bool],
        until: Callable[[], bool] = lambda: False,
        signal_then: int = signal.SIGTERM,
    ) -> None:
        """Run a command until it ends. If the condition `until` becomes true before that, send the
        command a signal. Add a row with its cost to the table."""
        if self.only and step not in self.only:
            return
        log, before, started = self.root / "log.txt", disk_use(self.root), time.monotonic()
        print(f"{step} ...", end=" ", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "flashsloth_cli", *map(str, words)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, env=self.env, cwd=self.root, stdout=output, stderr=subprocess.STDOUT
            )
        reached = False
        # Popen.wait would not return the memory that the process took
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if not reached and (until() or time.monotonic() - started > PATIENCE):
                reached = True
                process.send_signal(signal_then)
            time.sleep(POLL)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds, text = time.monotonic() - started, log.read_text(errors="replace")
        # if the run is killed, a process that loads its rows may print a traceback
        killed = process.returncode == -signal.SIGKILL
        fine = ok(process.returncode, text) and (killed or "Traceback" not in text)
        cells = (
            f"{seconds:.1f}",
            f"{usage.ru_maxrss * 1024 / 1e9:.2f}",
            f"{(disk_use(self.root) - before - len(text)) / 1e9:.2f}",
        )
        self.rows.append((step, "ok" if fine else "FAILED", *cells))
        print(
            f"{'ok' if fine else f'FAILED, exit {process.returncode}'}, {seconds:.1f} s",
            file=sys.stderr,
        )
        if not fine:
            print(text, file=sys.stderr)


def disk_use(folder: Path) -> int:
    """Return the bytes of all files, each once."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # a process may be removing it
            total += path.lstat().st_size if path.is_file() and not path.is_symlink() else 0
    return total


def has_key(key: str) -> Callable[[str], bool]:
    """Return a check for a JSON line with a key among the output."""

    def check(text: str) -> bool:
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        return any(line.get(key) is not None for line in lines)

    return check


def ask_server(port: int, log: Callable[[str], None]) -> bool:
    """Ask a running server about a picture. Return False while the server does not answer. The text of
    the answer is written to `log`."""
    body = message("What is this?", (IMAGES / "stop-sign.png").read_bytes(), max_tokens=8)
    try:
        log(post(port, body, seconds=PATIENCE)["choices"][0]["finish_reason"])
    except ConnectionError:
        return False
    except OSError as error:
        log(str(error))
    return True


def rehearse(run: Rehearsal, full: bool) -> None:
    """Run all steps."""
    picture = run.root / "stop-sign.png"
    shutil.copyfile(IMAGES / "stop-sign.png", picture)
    answers = {"image": picture.name, "question": "What is this?", "answer": "A stop sign."}
    data = run.root / "rows.jsonl"
    adapter = run.root / "adapter"
    data.write_text(f"{json.dumps(answers)}\n" * 4)
    question = ("ask", "-m", "flashsloth", picture, "What is this?", "--max-tokens", 8, "--json")
    answered = has_key("response")
    plain = () if full else ("--quant", "int4")  # the default preset of the full size
    learn = ("-m", "flashsloth", "--batch-size", 1, "--max-steps", 2)
    run.run("pull", "pull", "flashsloth", "-y")
    run.run("show", "show", "flashsloth", "--json", check=has_key("parameters"))
    dry, took = ("--dry-run", "--json"), has_key("step_seconds")
    run.run(
        "train --dry-run", "train", data, *learn, "--stage", "align", "-o", "aligned", *dry, check=took
    )
    run.run(
        "finetune --qlora --dry-run",
        "finetune",
        data,
        *learn,
        "--qlora",
        "-o",
        adapter,
        *dry,
        check=took,
    )
    run.run("ask, first", *question, *plain, check=answered)
    run.run("ask, again", *question, *plain, check=answered)
    run.run("ask --hd", *question, *plain, "--hd", check=answered)
    run.run("ask --quant int8", *question, "--quant", "int8", check=answered)
    run.run("quantize", "quantize", "flashsloth", "-o", run.root / "int4")
    run.watch(
        "finetune --qlora, killed after a step",
        *("finetune", data, *learn, "--qlora", "--set", "save_every=1", "-o", adapter),
        ok=lambda code, text: code == -signal.SIGKILL,
        until=lambda: (adapter / "checkpoints/checkpoint-1/whole.json").exists(),
        signal_then=signal.SIGKILL,
    )
    run.run(
        "finetune --resume",
        "finetune",
        "-o",
        adapter,
        "--resume",
        check=lambda text: "resuming after" in text,
    )
    # checkpoints are large at full size, and no later step needs them
    shutil.rmtree(adapter / "checkpoints", ignore_errors=True)
    words = ("-m", "flashsloth", *plain, "-p", "What?", "--max-tokens", 8)
    run.run("batch", "batch", run.root / "*.png", *words, check=answered)
    port = free_port()
    replies: list[str] = []
    run.watch(
        "serve, and a client",
        *("serve", "-m", "flashsloth", *plain, "--port", port),
        ok=lambda code, text: replies in (["length"], ["stop"]),
        until=lambda: ask_server(port, replies.append),
    )


def main() -> None:
    parser = options_parser(__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--only", action="append", metavar="STEP", help="a step; may be repeated")
    parser.add_argument(
        "--folder", type=Path, help="where to make the temporary folder (default: the system's)"
    )
    options = parser.parse_args()
    if options.folder:
        options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        root, started = Path(scratch) / "user", time.monotonic()
        root.mkdir()
        # On Linux a child's peak memory includes its parent's, so another process writes the model.
        with ProcessPoolExecutor(1, get_context("spawn")) as writer:
            facts = writer.submit(write_model, Path(scratch) / "served", SIZES[options.size]).result()
        print(f"wrote {facts} in {time.monotonic() - started:.1f} s", file=sys.stderr)
        with fake_hub.serving(root / "hf") as hub:
            hub.add(REPO, {path.name: path for path in (Path(scratch) / "served").iterdir()})
            own = {"FLASHSLOTH_HOME": str(root / "home"), "XDG_CACHE_HOME": str(root / "cache")}
            kept = {
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("FLASHSLOTH_", "HF_"))
            }
            env = hub.environment({**kept, **own, "HF_HOME": str(hub.home)})
            run = Rehearsal(root, env, options.only or [])
            rehearse(run, full=options.size == "full")
    print("\n".join(table(HEAD, run.rows)))
    raise SystemExit(any("FAILED" in row for row in run.rows))


if __name__ == "__main__":
    main()
