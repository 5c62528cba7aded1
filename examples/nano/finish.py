"""Make the built-in model's files from a trained folder: weights in 16 bit, with nano's tokenizer
settings.

python finish.py TRAINED FOLDER
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from flashsloth.training import model_setup
from flashsloth.training.recipe import Recipe
from flashsloth.training.result_files import write_model

READABLE_LETTERS = 22  # pixels of capitals, of the tower's 144, of which nano reads 80% of words
SETTINGS = Path(__file__).parent / "tokenizer" / "tokenizer_config.json"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("trained", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    recipe = Recipe(model=str(args.trained), stage="all", method="full", train_vision=True)
    sources = model_setup.find_sources(recipe)
    model = model_setup.build(sources, recipe, torch.float32, hd=False)
    settings = json.loads(SETTINGS.read_text())
    for name in ("unk_token", "padding_side", "model_max_length"):
        setattr(sources.processor.tokenizer, name, settings[name])
    model.config.readable_letters = READABLE_LETTERS
    model.config.schema_in_prompt = False  # its questions name no schemas
    args.folder.mkdir(parents=True, exist_ok=True)
    write_model(model, sources, torch.float16, args.folder)
    written = args.folder / "tokenizer_config.json"  # transformers omits the padding side
    values = {**json.loads(written.read_text()), "padding_side": settings["padding_side"]}
    written.write_text(json.dumps(values, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
