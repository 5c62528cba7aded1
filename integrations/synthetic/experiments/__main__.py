"""What a model learned from the drawn world, and what each of its parts is worth there. From a clone:

python integrations/synthetic/experiments ablation --tower see # SAP, query tokens and EmbQ at miniature
size python integrations/synthetic/experiments maps # does the map of "Where is the X?" fall on X?
python integrations/synthetic/experiments question # does EmbQ follow its question?
"""

from __future__ import annotations

import argparse
import os
import sys

os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import ablation
import maps
import question

EXPERIMENTS = {"ablation": ablation, "maps": maps, "question": question}


def main(words: list[str]) -> None:
    how = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="experiments", description=__doc__, formatter_class=how)
    commands = parser.add_subparsers(required=True)
    for name, module in EXPERIMENTS.items():
        command = commands.add_parser(name, description=module.__doc__, formatter_class=how)
        module.add_options(command)
        command.set_defaults(run=module.run)
    options = vars(parser.parse_args(words))
    options.pop("run")(**options)


if __name__ == "__main__":
    main(sys.argv[1:])
