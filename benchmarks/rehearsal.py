"""Rehearse the released model's life with random weights: download, questions, quantization, training, batch, server.

    python benchmarks/rehearsal.py                 # full size: about 35 GB of disk, 12 GB of memory
    python benchmarks/rehearsal.py --size tiny     # the same steps with a toy model

Writes a folder in the released layout (same files, tensor names and, at full size, tensor sizes), serves it from a hub
on 127.0.0.1 and runs each command in a process of its own, with an empty home and cache. Prints a table: seconds, peak
resident memory of the process (or of its largest child), bytes that the step added to the disk. The exit code is 1 if
a step failed; its output is then printed.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path
from threading import Thread
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import fake_hub  # noqa: E402

REPO = "Tongbo/FlashSloth-3.2B"
IMAGES = ROOT / "examples" / "images"
TOKENIZER = ROOT / "tests" / "parity" / "data" / "tokenizer"  # the slow files, as released
TOY: dict[str, Any] = {
    "text_config": {"hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 3, "num_attention_heads": 4},
    "vision_config": {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4},
    "embq_layer": 1,
    "embq_width": 32,
    "embq_heads": 4,
}
SIZES = {"full": {}, "tiny": TOY}
PATIENCE = 1800  # seconds for a step
POLL = 0.05


def write_model(folder: Path, sizes: Mapping[str, Any]) -> str:
    """Write a folder in the released layout with random float16 weights in two shards. Return what was written."""
    import torch
    from safetensors.torch import save_file

    import tiny
    from flashsloth.benchmark import random_weights
    from flashsloth.checkpoints.model_files import build_empty
    from flashsloth.config.model_config import FlashSlothConfig
    from flashsloth.config.official_config import PHI2

    config = FlashSlothConfig(**sizes)
    text, vision = config.text_config, config.vision_config
    flat = {**PHI2, "vocab_size": text.vocab_size, **dict(sizes.get("text_config", {}))}
    flat |= {"architectures": ["FlashSlothForCausalLM"], "model_type": "phi", "torch_dtype": "float16"}
    flat |= {"hidden_act": "gelu_new", "image_aspect_ratio": "square", "mm_hidden_size": vision.hidden_size}
    flat |= {"mm_vision_tower": "checkpoints/base/siglip-so400m-patch14-384"}
    if sizes:  # keys that the released file lacks
        names = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads")
        flat["vision_config"] = {name: getattr(vision, name) for name in names} | {"image_size": 384, "patch_size": 14}
        flat["lqformer"] = {"insert_before_layer": config.embq_layer, "down_dim": config.embq_width}
        flat["lqformer"]["num_heads"] = config.embq_heads
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(flat, indent=2))
    for path in TOKENIZER.iterdir():
        shutil.copyfile(path, folder / path.name)
    infos = list(random_weights.infos(build_empty(config), "F16").items())
    weight_map: dict[str, str] = {}
    half = sum(info.size for _, info in infos) / 2
    for number in (1, 2):
        part, held = {}, 0
        while infos and (number == 2 or held < half):
            name, info = infos.pop(0)
            part[name], held = info, held + info.size
        file = f"model-{number:05}-of-00002.safetensors"
        tensors = {tiny.official_name(n): t for n, t in random_weights.random_tensors(part, torch.float16)}
        save_file(tensors, folder / file, metadata={"format": "pt"})
        weight_map |= dict.fromkeys(tensors, file)
        del tensors
    size = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    index = {"metadata": {"total_size": size}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return f"{len(weight_map)} tensors, {size:,} bytes"


class FolderHandler(fake_hub.Handler):
    """Serves one folder from the disk as the repository REPO."""

    folder: Path
    facts: dict[str, dict[str, Any]]

    def answer_info(self, name: str, revision: str) -> None:
        info = {"id": name, "modelId": name, "sha": "0" * 40, "private": False, "gated": False}
        body = json.dumps({**info, "siblings": list(self.facts.values())}).encode()
        self.send(200, body, {"Content-Type": "application/json"})

    def answer_file(self, name: str, revision: str, file: str) -> None:
        headers = {"X-Repo-Commit": "0" * 40}
        if file not in self.facts:
            self.refuse(404, "EntryNotFound", "Entry not found", headers)
            return
        facts = self.facts[file]
        self.send_response(200)
        headers["ETag"] = f'"{facts.get("lfs", {}).get("sha256", facts["blobId"])}"'
        for key, value in {**headers, "Content-Length": str(facts["size"])}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "GET":
            with (self.folder / file).open("rb") as source:
                shutil.copyfileobj(source, self.wfile, 2**20)


def file_facts(path: Path) -> dict[str, Any]:
    """Return what the hub says of a file, without holding its content."""
    if path.suffix != ".safetensors":
        return fake_hub.file_facts(path.name, path.read_bytes())
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    size = path.stat().st_size
    lfs = {"sha256": digest, "size": size, "pointerSize": 134}
    return {"rfilename": path.name, "size": size, "blobId": digest[:40], "lfs": lfs}


@contextmanager
def hub_of(folder: Path, home: Path) -> Iterator[fake_hub.FakeHub]:
    """Serve the folder inside."""
    facts = {path.name: file_facts(path) for path in folder.iterdir()}
    handler = type("BoundHandler", (FolderHandler,), {"folder": folder, "facts": facts})
    server = fake_hub.Server(("127.0.0.1", 0), handler)
    hub = fake_hub.FakeHub(f"http://127.0.0.1:{server.server_address[1]}", home)
    handler.hub = hub  # type: ignore[attr-defined]
    with served(server):
        yield hub


@contextmanager
def served(server: ThreadingHTTPServer) -> Iterator[None]:
    """Run a server inside, in a thread."""
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": POLL}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Row:
    """A line of the table."""

    step: str
    ok: bool
    seconds: float
    memory: int | None  # bytes
    disk: int  # bytes


@dataclass
class Rehearsal:
    """Runs commands and notes what they cost."""

    root: Path
    env: dict[str, str]
    rows: list[Row] = field(default_factory=list)

    def start(self, *words: object, log: Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "flashsloth_cli", *map(str, words)]
        with log.open("wb") as output:
            return subprocess.Popen(command, env=self.env, cwd=self.root, stdout=output, stderr=subprocess.STDOUT)

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
        """Run a command until it ends, or until a condition holds, and then send it a signal. Note what it cost."""
        log, before, started = self.root / "log.txt", disk_use(self.root), time.monotonic()
        print(f"{step} ...", end=" ", file=sys.stderr, flush=True)
        process = self.start(*words, log=log)
        reached = False
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
        killed = process.returncode == -signal.SIGKILL  # a process that loads rows may then print a traceback
        fine = ok(process.returncode, text) and (killed or "Traceback" not in text)
        grown = disk_use(self.root) - before - len(text)
        self.rows.append(Row(step, fine, seconds, usage.ru_maxrss * 1024, grown))
        print(f"{'ok' if fine else f'FAILED, exit {process.returncode}'}, {seconds:.1f} s", file=sys.stderr)
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
    """Ask a running server about a picture. False while it does not answer; the answer's text goes to `log`."""
    picture = base64.b64encode((IMAGES / "stop-sign.png").read_bytes()).decode()
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{picture}"}}
    content = [image, {"type": "text", "text": "What is this?"}]
    body = json.dumps({"messages": [{"role": "user", "content": content}], "max_tokens": 8}).encode()
    url, headers = f"http://127.0.0.1:{port}/v1/chat/completions", {"Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=PATIENCE) as reply:
            log(json.loads(reply.read())["choices"][0]["finish_reason"])
    except urllib.error.HTTPError as error:
        log(f"{error.code}: {error.read().decode()}")
    except OSError:
        return False
    return True


def rehearse(run: Rehearsal, full: bool) -> None:
    """Run all steps."""
    picture = run.root / "stop-sign.png"
    shutil.copyfile(IMAGES / "stop-sign.png", picture)
    answers = {"image": picture.name, "question": "What is this?", "answer": "A stop sign."}
    data, adapter, checkpoint = run.root / "rows.jsonl", run.root / "adapter", "checkpoints/checkpoint-1/whole.json"
    data.write_text(f"{json.dumps(answers)}\n" * 4)
    question = ("ask", "-m", "flashsloth", picture, "What is this?", "--max-tokens", 8, "--json")
    plain = () if full else ("--quant", "int4")  # what the full size is opened in
    learn = ("-m", "flashsloth", "--batch-size", 1, "--max-steps", 2)
    run.run("pull", "pull", "flashsloth", "-y")
    run.run("show", "show", "flashsloth", "--json", check=has_key("parameters"))
    dry, took = ("--dry-run", "--json"), has_key("step_seconds")
    run.run("train --dry-run", "train", data, *learn, "--stage", "align", "-o", "aligned", *dry, check=took)
    run.run("finetune --qlora --dry-run", "finetune", data, *learn, "--qlora", "-o", adapter, *dry, check=took)
    run.run("ask, first", *question, *plain, check=has_key("response"))
    run.run("ask, again", *question, *plain, check=has_key("response"))
    run.run("ask --hd", *question, *plain, "--hd", check=has_key("response"))
    run.run("ask --quant int8", *question, "--quant", "int8", check=has_key("response"))
    larger = () if full else ("--allow-larger",)
    run.run("quantize", "quantize", "flashsloth", "-o", run.root / "int4", *larger)
    run.watch(
        "finetune --qlora, killed after a step",
        *("finetune", data, *learn, "--qlora", "--save-every", 1, "-o", adapter),
        ok=lambda code, text: code == -signal.SIGKILL,
        until=lambda: (adapter / checkpoint).exists(),
        signal_then=signal.SIGKILL,
    )
    run.run("finetune --resume", "finetune", "-o", adapter, "--resume", check=lambda text: "resuming after" in text)
    shutil.rmtree(adapter / "checkpoints", ignore_errors=True)
    run.run(
        "batch",
        "batch",
        run.root / "*.png",
        "-m",
        "flashsloth",
        *plain,
        "-p",
        "What?",
        "--max-tokens",
        8,
        check=has_key("response"),
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    replies: list[str] = []
    run.watch(
        "serve, and a client",
        *("serve", "-m", "flashsloth", *plain, "--port", port),
        ok=lambda code, text: replies in (["length"], ["stop"]),
        until=lambda: ask_server(port, replies.append),
    )


def print_table(rows: list[Row]) -> None:
    print("| step | | seconds | peak memory, GB | disk added, GB |\n|---|---|---:|---:|---:|")
    for row in rows:
        memory = "" if row.memory is None else f"{row.memory / 1e9:.2f}"
        print(f"| {row.step} | {'ok' if row.ok else 'FAILED'} | {row.seconds:.1f} | {memory} | {row.disk / 1e9:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--folder", type=Path, help="where to make the temporary folder (default: the system's)")
    options = parser.parse_args()
    if options.folder:
        options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        root, started = Path(scratch) / "user", time.monotonic()
        root.mkdir()
        with ProcessPoolExecutor(1, get_context("spawn")) as writer:  # Linux counts a parent's peak as its children's
            facts = writer.submit(write_model, Path(scratch) / "served", SIZES[options.size]).result()
        print(f"wrote {facts} in {time.monotonic() - started:.1f} s", file=sys.stderr)
        with hub_of(Path(scratch) / "served", root / "hf") as hub:
            own = {"FLASHSLOTH_HOME": str(root / "home"), "XDG_CACHE_HOME": str(root / "cache")}
            kept = {name: value for name, value in os.environ.items() if not name.startswith(("FLASHSLOTH_", "HF_"))}
            run = Rehearsal(root, hub.environment({**kept, **own, "HF_HOME": str(hub.home)}))
            rehearse(run, full=options.size == "full")
    print_table(run.rows)
    raise SystemExit(not all(row.ok for row in run.rows))


if __name__ == "__main__":
    main()
