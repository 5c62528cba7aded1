"""The process that renders chat templates keeps its limits, and imports what it should."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from paths import ROOT
from vlm.hostile import TEMPLATE_TEXTS
from vlm.stand_ins import LIGHTON_TEMPLATE

# A small program, because the peak of a child begins with that of the program that starts it.
RUN = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run([sys.executable, "-m", "flashsloth.vlm.template"], capture_output=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
said = [done.returncode, done.stdout[:10000].decode(), time.perf_counter() - start, peak]
print(json.dumps(said))
"""


def rendered(template: str) -> Any:
    """Return the exit code, the output, the seconds and the peak memory of the process."""
    control = ["<|im_start|>", "<|im_end|>", "<|image_pad|>"]
    request = {"template": template, "tokens": {}, "control": control, "image": "<|image_pad|>"}
    done = subprocess.run(
        [sys.executable, "-c", RUN], input=json.dumps(request), text=True, cwd=ROOT, capture_output=True
    )
    return json.loads(done.stdout)


def test_a_published_template() -> None:
    code, said, seconds, peak = rendered(LIGHTON_TEMPLATE)
    assert code == 0
    assert json.loads(said)["after_answer"] == "\n<|im_end|>"
    assert seconds < 10
    assert peak < 2**27


@pytest.mark.slow
@pytest.mark.parametrize("name", TEMPLATE_TEXTS)
def test_limits(name: str) -> None:
    code, said, seconds, peak = rendered(TEMPLATE_TEXTS[name])
    assert code != 0 or "error" in json.loads(said)
    assert seconds < 10
    assert peak <= 2**28


def test_it_imports_neither_torch_nor_transformers() -> None:
    program = "import sys, flashsloth.vlm.template; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert {"torch", "transformers", "numpy"}.isdisjoint(done.stdout.split())
