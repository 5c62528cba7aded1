"""Write drawn samples as files that flashsloth reads, or train on rows that are drawn meanwhile:

python -m flashsloth_synthetic write test 1000 test        # test/rows.jsonl and its pictures
python -m flashsloth_synthetic train see.toml -o see
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from flashsloth.errors import FlashSlothError
from flashsloth_cli.terminal import exit_codes, render, spinning, streams
from flashsloth_synthetic import SPLITS
from flashsloth_synthetic.question_templates import Words


def parse(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m flashsloth_synthetic",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("write")
    writing.add_argument("split", choices=SPLITS)
    writing.add_argument("count", type=int)
    writing.add_argument("folder", type=Path)
    writing.add_argument("--seed", type=int, default=0)
    writing.add_argument(
        "--words", choices=get_args(Words), help="only questions in these wordings; see README.md"
    )
    writing.add_argument(
        "--by-kind", action="store_true", help="a row for each question, with its kind as category"
    )
    training = commands.add_parser("train")
    training.add_argument("recipe", type=Path)
    training.add_argument("-o", "--output", type=Path, required=True)
    training.add_argument("-m", "--model", help="instead of the recipe's")
    training.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="changes the recipe"
    )
    training.add_argument("--resume", action="store_true")
    training.add_argument("--force", action="store_true")
    return parser.parse_args(words)


def main() -> None:
    args = parse()
    if args.command == "write":
        from flashsloth_synthetic.write import write

        rows = write(args.split, args.count, args.folder, args.seed, args.words, args.by_kind)
        streams.write(f"{rows}\n")
        return
    os.environ.update(spinning.variables(["train"], os.environ))  # before torch is imported
    from flashsloth_synthetic.train import run

    try:
        result = run(
            args.recipe, args.model, args.output, args.set, resume=args.resume, force=args.force
        )
    except FlashSlothError as error:
        render.show_error(str(error), error.hint)
        sys.exit(error.exit_code)
    if not result.finished:
        sys.exit(exit_codes.INTERRUPTED)
    streams.write(f"flashsloth ask -m {render.folder_argument(result.out)} PICTURE QUESTION\n")


if __name__ == "__main__":
    main()
