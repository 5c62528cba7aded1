"""Add layers to nano's text model without changing an answer, as room to learn more.

    python examples/nano/grow.py flashsloth/nano grown --layers 10

Each new layer is a copy of the layer before it whose two output projections are zero. A layer of Phi
adds the outputs of its attention and its MLP to the residual stream, so that the new layer first adds
nothing, and learns from there.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

LAYERS = "model.language_model.layers."
OUTPUTS = ("self_attn.dense.", "mlp.fc2.")  # what a layer adds to the residual stream


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument(
        "--layers", type=int, default=10, help="how many the text model will have (default: 10)"
    )
    args = parser.parse_args()
    shutil.copytree(args.model, args.output)
    config = json.loads((args.model / "config.json").read_text(encoding="utf-8"))
    sources = source_layers(
        config["text_config"]["num_hidden_layers"], args.layers, first=config["embq_layer"]
    )
    config["text_config"]["num_hidden_layers"] = args.layers
    (args.output / "config.json").write_text(
        json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8"
    )
    tensors = grow(safetensors.torch.load_file(args.model / "model.safetensors"), sources)
    safetensors.torch.save_file(tensors, args.output / "model.safetensors", metadata={"format": "pt"})


def source_layers(before: int, after: int, first: int) -> list[int]:
    """Return the old layer of each new one; a number that repeats is a copy.

    Copies are spread over the layers from `first` on. The layers before, after which EmbQ enters, keep
    their places.
    """
    if not before <= after <= 2 * before - first:
        raise SystemExit(
            f"error: from {before} to {2 * before - first} layers are possible, not {after}"
        )
    copied = [
        before - 1 - i * (before - first) // max(after - before, 1) for i in range(after - before)
    ]
    return sorted([*range(before), *copied])


def grow(tensors: dict[str, Tensor], sources: list[int]) -> dict[str, Tensor]:
    """Return the tensors of a model whose layer i comes from layer `sources[i]`."""
    grown = {name: tensor for name, tensor in tensors.items() if not name.startswith(LAYERS)}
    for number, source in enumerate(sources):
        prefix = f"{LAYERS}{source}."
        is_copy = number > 0 and sources[number - 1] == source
        for name, tensor in tensors.items():
            if name.startswith(prefix):
                rest = name.removeprefix(prefix)
                empty = is_copy and rest.startswith(OUTPUTS)
                grown[f"{LAYERS}{number}.{rest}"] = (
                    torch.zeros_like(tensor) if empty else tensor.clone()
                )
    return grown


if __name__ == "__main__":
    main()
