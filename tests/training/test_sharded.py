"""The model in shards, one process without a picture: it does not hang, and learns what the whole model would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from paths import ROOT


@pytest.mark.slow
def test_shards_learn_what_the_whole_learns() -> None:
    program = Path(__file__).parent / "programs" / "sharded.py"
    env = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", str(program)]
    done = subprocess.run(launch, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["loss"][0] == pytest.approx(found["loss"][1], rel=1e-5)
    assert len(found["norms"]) > 50
    for name, (got, wanted) in found["norms"].items():
        assert got == pytest.approx(wanted, rel=1e-4, abs=1e-6), name
