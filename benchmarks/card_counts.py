"""Count what a model would do on a graphics card, without having one: kernel launches, waits and bytes
by phase, and the peak of memory.

    python benchmarks/card_counts.py [--kind mps] [--quant int4] [--hd] [--tiny]

The card is the simulated one of tests/card, which needs g++ and torch's CPU build on Linux. In this
script its tensors have sizes but no values, so that the released sizes fit into memory. The launches of
eager steps are counted; a captured graph launches all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import torch
from cards.check import Machine
from common import options_parser, table

from card.phases import Counter
from card.pretend import pretend
from flashsloth.benchmark import measurement, random_weights
from flashsloth.checkpoints import model_files
from flashsloth.quantization import cpu, presets


def without_values(infos: dict[str, Any], dtype: torch.dtype) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield tensors that take the memory of one number each. This replaces
    `random_weights.random_tensors`."""
    for name, info in infos.items():
        yield name, torch.zeros((), dtype=dtype).expand(info.shape)


def main() -> None:
    parser = options_parser(__doc__, hd=False, tiny=False)
    parser.add_argument("--kind", default="cuda", choices=("cuda", "mps"))
    parser.add_argument("--quant", default="none", choices=tuple(presets.PRESETS))
    given = parser.parse_args()
    # Trials of kernels compare values, which the tensors do not have.
    kernels = mock.patch.object(cpu, "passes", return_value=True)
    weights = mock.patch.object(random_weights, "random_tensors", without_values)
    with pretend(given.kind, host="meta") as card, kernels, weights, torch.inference_mode():
        counter, machine = Counter(card), Machine(torch.device(given.kind), given.tiny)
        backend = counter.run(
            "opening", lambda: machine.backend(quant=given.quant, hd=given.hd, graphs=False)
        )
        task, held = backend.task, card.used
        counter.run_all(backend.engine, task.pixels("cuda"), task.ids, task.ids[len(task.opening) :])
        plan = measurement.random_plan(task, random_weights.infos(model_files.build_empty(task.config)))
        needed = plan.required_bytes(plan.preset)
    rows = [
        (name, f"{a:,}", b, f"{c / 1e9:.2f}", f"{d / 1e9:.2f}")
        for name, (a, b, c, d) in counter.phases.items()
    ]
    print("\n".join(table(("phase", "launches", "waits", "GB moved", "peak, GB"), rows)))
    print(f"\n{held / 1e9:.2f} GB of weights; a user is told that {needed / 1e9:.2f} GB are needed")


if __name__ == "__main__":
    main()
