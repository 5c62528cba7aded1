"""Average the weights of a model before and after a short training.

    python examples/nano/average.py flashsloth/nano more nano --share 0.5

A short run at a high learning rate learns new kinds of questions and loses some of the old ones.
Weights between both keep most of either (weight-space ensembling, https://arxiv.org/abs/2109.01903).
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import safetensors.torch
from torch import Tensor

WEIGHTS = "model.safetensors"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "before", type=Path, help="a model; the result has its other files and its precision"
    )
    parser.add_argument("after", type=Path, help="the same model, trained further")
    parser.add_argument("output", type=Path)
    parser.add_argument(
        "--share", type=float, default=0.5, help="of the trained weights (default: 0.5)"
    )
    args = parser.parse_args()
    before, after = (
        safetensors.torch.load_file(folder / WEIGHTS) for folder in (args.before, args.after)
    )
    shutil.copytree(args.before, args.output)
    mean = average(before, after, args.share)
    safetensors.torch.save_file(mean, args.output / WEIGHTS, metadata={"format": "pt"})


def average(before: dict[str, Tensor], after: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """Return (1 - share) * before + share * after, in the precision of `before`."""
    if before.keys() != after.keys():
        raise SystemExit("error: the models have other tensors")
    return {
        name: before[name].float().lerp(after[name].float(), share).to(before[name].dtype).contiguous()
        for name in before
    }


if __name__ == "__main__":
    main()
