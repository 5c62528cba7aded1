#!/usr/bin/env bash
# nano from random weights, in the root of a clone, with `pip install ./integrations/synthetic`. Each line writes a
# folder there. Continue a training that was stopped with --resume. The nano of the package was not made in one go:
# README.md says what ran.
set -euxo pipefail
python -m flashsloth_synthetic train examples/nano/see.toml -o see
python -m flashsloth_synthetic train examples/nano/instruct.toml -m ./see -o instruct
python -m flashsloth_synthetic train examples/nano/all.toml -m ./instruct -o six
python examples/nano/grow.py six grown --layers 10
python -m flashsloth_synthetic train examples/nano/words.toml -m ./grown -o words         # on a card
python -m flashsloth_synthetic train examples/nano/more.toml -m ./words -o more
python examples/nano/average.py words more five --share 0.85
python -m flashsloth_synthetic train examples/nano/wider.toml -m ./five -o wider
python -m flashsloth_synthetic train examples/nano/wider.toml -m ./wider -o again --set seed=9 --set lr=1.5e-4 --set max_steps=600
python examples/nano/average.py five again near --share 0.85
python -m flashsloth_synthetic train examples/nano/everyday.toml -m ./near -o everyday
python -m flashsloth_synthetic train examples/nano/everyday.toml -m ./everyday -o further --set seed=15 --set lr=2.5e-4 --set max_steps=800
python examples/nano/average.py near further ten --share 0.9
python -m flashsloth_synthetic train examples/nano/print.toml -m ./ten -o print
python examples/nano/average.py ten print eleven --share 0.9
python -m flashsloth_synthetic train examples/nano/print.toml -m ./print -o print-again --set seed=31 --set batch_size=16 --set lr=3e-4 --set print_share=1 --set max_steps=2600
python -m flashsloth_synthetic train examples/nano/print.toml -m ./print-again -o more-print --set seed=32 --set batch_size=16 --set lr=3e-4 --set print_share=1 --set max_steps=2200
python examples/nano/average.py eleven more-print twelve --share 0.6
python -m flashsloth_synthetic train examples/nano/everyday.toml -m ./twelve -o stories --set seed=45 --set lr=3e-4 --set max_steps=1150
python examples/nano/average.py twelve stories thirteen --share 0.7
python -m flashsloth_synthetic train examples/nano/everyday.toml -m ./thirteen -o newer --set seed=46 --set lr=3e-4 --set max_steps=1700 --set batch_size=16 --set dtype=float32 --set master_weights=false
python examples/nano/average.py thirteen newer nano --share 0.6
python -m flashsloth_synthetic write test 1000 unseen --words unseen
flashsloth eval unseen/rows.jsonl -m ./nano
