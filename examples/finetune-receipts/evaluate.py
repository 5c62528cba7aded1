"""Evaluate a model on the test receipts, before and after finetuning.

python examples/finetune-receipts/evaluate.py [--adapter out] [--model nano]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path

import flashsloth

FOLDER = Path(__file__).parent


def accuracy(model: flashsloth.FlashSloth, rows: list[dict]) -> dict[str, float]:
    """Return the percentage of exact answers by category. Every question has a chat of its own."""
    right: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        answer = model.chat(FOLDER / row["image"]).ask(row["question"], max_tokens=20).text()
        for category in (row["category"], "all"):
            right[category].append(answer.strip() == row["answer"])
    return {category: 100 * sum(results) / len(results) for category, results in right.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="nano")
    parser.add_argument("--adapter", help="the output of `flashsloth finetune --lora`")
    args = parser.parse_args()
    lines = (FOLDER / "test.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    print(f"asking {len(rows)} questions", file=sys.stderr)
    columns = {"before": accuracy(flashsloth.open(args.model), rows)}
    if args.adapter:
        print("asking again with the adapter", file=sys.stderr)
        columns["after"] = accuracy(flashsloth.open(args.model, adapter=args.adapter), rows)
    categories = sorted(columns["before"], key=lambda name: name == "all")
    print(
        f"{len(rows)} questions about {len({row['image'] for row in rows})} receipts, percent exactly right\n"
    )
    print(f"{'':10}" + "".join(f"{name:>8}" for name in columns))
    for category in categories:
        print(f"{category:10}" + "".join(f"{column[category]:7.0f}%" for column in columns.values()))


if __name__ == "__main__":
    main()
