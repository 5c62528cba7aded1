"""Make the files of the built-in model of a trained folder: weights in 16 bit, nano's own tokenizer settings.

python finish.py TRAINED FOLDER
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

import torch

from flashsloth.training import model_setup, run
from flashsloth.training.recipe import Recipe

SETTINGS = Path(__file__).parent / "tokenizer" / "tokenizer_config.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trained", type=Path)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    recipe = Recipe(data=("synth:train",), model=str(asked.trained), stage="all", method="full", train_vision=True)
    sources = model_setup.find_sources(recipe)
    base = model_setup.build(sources, recipe, torch.float32, hd=False)
    settings = json.loads(SETTINGS.read_text())
    for name in ("unk_token", "padding_side", "model_max_length"):
        setattr(base.processor.tokenizer, name, settings[name])
    asked.folder.mkdir(parents=True, exist_ok=True)
    run.write_model(base.model, dataclasses.replace(base, stored=torch.float16), asked.folder)
    written = asked.folder / "tokenizer_config.json"  # transformers leaves the side out
    values = {**json.loads(written.read_text()), "padding_side": settings["padding_side"]}
    written.write_text(json.dumps(values, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
