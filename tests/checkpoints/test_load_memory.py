"""The peak memory of opening a checkpoint is the size of its tensors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import tiny
from flashsloth.benchmark import random_weights
from flashsloth.checkpoints import model_files

OPEN = """
import json, sys
import torch
from accelerate import init_empty_weights
from flashsloth.benchmark.meters import PeakMemory
from flashsloth.checkpoints import loader, model_files, resolve

source = resolve.find(sys.argv[1])
model_files.build_empty(model_files.read_config(source.folder))
memory = PeakMemory(torch.device("cpu"))  # after all imports
loaded = loader.load(source, device="cpu", dtype="float16")
print(json.dumps([sum(p.nbytes for p in loaded.model.parameters()), memory.peak()]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is measured on Linux")
def test_opening_takes_the_size_of_the_weights(tmp_path: Path) -> None:
    own = {name: value for name, value in tiny.OWN.items() if name.endswith("_token_id")}
    text = {"vocab_size": tiny.VOCABULARY, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 0}
    config = random_weights.make_config(
        {"text_config": {**text, "num_hidden_layers": 2}, "vision_config": {"num_hidden_layers": 2}, "embq_layer": 1}
        | own
    )
    config.save_pretrained(tmp_path)
    infos = random_weights.infos(model_files.build_empty(config), "F16")
    tiny.write_weights(tmp_path, dict(random_weights.random_tensors(infos, torch.float16)), shards=2)
    heap = "MALLOC_MMAP_THRESHOLD_=1000000"  # it keeps nothing that was freed
    size, peak = json.loads(subprocess.check_output(["env", heap, sys.executable, "-c", OPEN, tmp_path]))
    assert 3e8 < size <= peak < size + 3e7  # the tokenizer, and modules that are imported late
