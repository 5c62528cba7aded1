"""Train nano's tokenizer: byte-level BPE on the questions and answers of its dialogues.

    python make_tokenizer.py FOLDER [--size 1024] [--dialogues 30000]

Printed words are left out, so that they are read letter by letter or in small pieces, and new words as
well as known ones. Every digit is a token.
"""

from __future__ import annotations

import argparse
import json
import string
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from flashsloth.sizes.part_sizes import SYSTEM_PROMPT
from flashsloth_synthetic import training_sample

SPECIAL = ("<|endoftext|>", "<learnable>", "</s>")
WORDS = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


def texts(dialogues: int) -> Iterator[str]:
    """Yield every question and answer as in a prompt, without printed words."""
    for number in range(dialogues):
        drawn = training_sample(number)
        printed = {line.text for line in drawn.scene.lines} if drawn.scene is not None else set()
        words = {word for text in printed for word in text.split()}
        for turn in drawn.turns:
            for text in (f" {turn.question}", f"\n{turn.question}", f" {turn.answer}"):
                for word in sorted(words, key=len, reverse=True):
                    text = text.replace(word, "")
                yield text
        yield from (f"{SYSTEM_PROMPT} USER: ", "USER:", " ASSISTANT:", " .")
    yield from (f" {sign}" for sign in string.ascii_letters + string.digits + string.punctuation)


def make(size: int, dialogues: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    split = pre_tokenizers.Split(Regex(WORDS), behavior="isolated")
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, level])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size - 1,  # the image token comes last
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts(dialogues), trainer)
    return tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=1024, help="rows of the embedding table")
    parser.add_argument("--dialogues", type=int, default=30000)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    make(args.size, args.dialogues).save(str(args.folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": SPECIAL[0],
        "eos_token": SPECIAL[2],
        "pad_token": SPECIAL[0],
        "unk_token": SPECIAL[0],
        "padding_side": "left",
        "model_max_length": 2048,
        "clean_up_tokenization_spaces": False,
    }
    (args.folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n")


if __name__ == "__main__":
    main()
