"""Measure the peak memory of opening a checkpoint, minus the memory after the imports.

    python benchmarks/load_memory.py [--gigabytes 1]

Writes a random checkpoint in float16 and opens it in float16, so that the smallest possible peak is the size of its
tensors. A fresh process opens it and reports its peak resident memory.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from flashsloth.checkpoints.model_files import build_empty, read_config
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.utils.paths import NANO_FOLDER

CHILD = """
import sys, threading, time
import psutil
import torch, transformers.models.phi.modeling_phi, transformers.models.siglip.modeling_siglip
import flashsloth.auto
from flashsloth.checkpoints import loader, model_files, resolve
from accelerate import init_empty_weights
process = psutil.Process()
source = resolve.find(sys.argv[1])
model_files.build_empty(model_files.read_config(source.folder))  # so that all imports are done
before = process.memory_info().rss
peak, done = before, False
def watch():
    global peak
    while not done:
        peak = max(peak, process.memory_info().rss)
        time.sleep(0.002)
thread = threading.Thread(target=watch)
thread.start()
began = time.perf_counter()
loaded = loader.load(source, device="cpu", dtype="float16")
seconds = time.perf_counter() - began
done = True
thread.join()
size = sum(p.nbytes for p in loaded.model.parameters())
print(size, before, peak, process.memory_info().rss, seconds)
"""


def sizes(gigabytes: float) -> FlashSlothConfig:
    """Return the released sizes with fewer layers, so that float16 weights take about this many gigabytes."""
    nano = read_config(NANO_FOLDER)  # the checkpoint gets its tokenizer
    text = {"vocab_size": nano.text_config.vocab_size, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 0}
    vision = {"num_hidden_layers": 6}
    layers = max(2, round((gigabytes * 1e9 / 2 - 125e6) / 79e6))
    return FlashSlothConfig(
        text_config={**text, "num_hidden_layers": layers},
        vision_config=vision,
        embq_layer=1,
        image_token_id=nano.image_token_id,
        query_token_id=nano.query_token_id,
        query_offset_token_id=nano.query_offset_token_id,
    )


def write(folder: Path, config: FlashSlothConfig, shards: int = 2) -> None:
    """Write random weights as safetensors, shard by shard."""
    from safetensors.torch import save_file

    config.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes((NANO_FOLDER / name).read_bytes())
    parameters = list(build_empty(config).named_parameters())
    weight_map = {}
    for number in range(shards):
        file = f"model-{number + 1:05}-of-{shards:05}.safetensors"
        part = {n: (torch.randn(p.shape) * 0.02).half() for n, p in parameters[number::shards]}
        save_file(part, folder / file)
        weight_map.update(dict.fromkeys(part, file))
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        write(Path(scratch), sizes(options.gigabytes))
        done = subprocess.run(
            [sys.executable, "-c", CHILD, scratch],
            check=True,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[1],
        )
    size, before, peak, after, seconds = (float(x) for x in done.stdout.split())
    print(
        f"tensors {size / 1e9:.2f} GB; resident after imports {before / 1e9:.2f} GB, after opening {after / 1e9:.2f} GB"
    )
    over = peak - before
    print(f"peak over imports {over / 1e9:.2f} GB = {over / size:.3f}x the checkpoint (target < 1.2x)")
    print(f"opened in {seconds:.1f} s")


if __name__ == "__main__":
    main()
