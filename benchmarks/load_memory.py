"""Measure the peak memory of opening a checkpoint, minus the memory after the imports.

    python benchmarks/load_memory.py [--gigabytes 1]

Writes a random checkpoint in float16 and opens it in float16, so that the smallest possible peak is the size of its
tensors. A fresh process opens it and reports its peak resident memory.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from common import options_parser

import tiny
from flashsloth.benchmark import random_weights
from flashsloth.checkpoints import loader, model_files, resolve


def write(folder: Path, gigabytes: float) -> None:
    """Write the released sizes with fewer layers, so that float16 weights take about this many gigabytes."""
    layers = max(2, round((gigabytes * 1e9 / 2 - 125e6) / 79e6))
    own = {name: value for name, value in tiny.OWN.items() if name.endswith("_token_id")}
    text = {"vocab_size": tiny.VOCABULARY, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 0}
    text["num_hidden_layers"] = layers
    config = random_weights.make_config(
        {"text_config": text, "vision_config": {"num_hidden_layers": 6}, "embq_layer": 1, **own}
    )
    config.save_pretrained(folder)
    infos = random_weights.infos(model_files.build_empty(config), "F16")
    tiny.write_weights(folder, dict(random_weights.random_tensors(infos, torch.float16)), shards=2)


def measure(folder: str) -> None:
    """Open the folder in this process, which must be new, and print what it took."""
    from accelerate import init_empty_weights  # noqa: F401 - so that all imports are done

    from flashsloth.benchmark.meters import PeakMemory, milliseconds, resident

    device, source = torch.device("cpu"), resolve.find(folder)
    model_files.build_empty(model_files.read_config(source.folder))
    before, memory = resident(), PeakMemory(device)
    took, loaded = milliseconds(lambda: loader.load(source, device="cpu", dtype="float16"), device)
    size, over = sum(p.nbytes for p in loaded.model.parameters()), memory.peak()
    print(f"tensors {size / 1e9:.2f} GB; resident after imports {before / 1e9:.2f} GB, after {resident() / 1e9:.2f} GB")
    print(f"peak over imports {over / 1e9:.2f} GB = {over / size:.3f}x the checkpoint (target < 1.2x)")
    print(f"opened in {took / 1000:.1f} s")


def main() -> None:
    parser = options_parser(__doc__)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--open", metavar="FOLDER", help="measure this folder in this process")
    options = parser.parse_args()
    if options.open:
        measure(options.open)
        return
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), options.gigabytes)
        subprocess.run([sys.executable, __file__, "--open", folder], check=True)


if __name__ == "__main__":
    main()
