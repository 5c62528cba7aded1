"""Training on transformers' Trainer: the paper's two stages (arXiv:2412.04317, section 4.1), and
fine-tuning, either of all weights or with LoRA or QLoRA.

Read in this order:

1. `recipe`: the settings of a run, and the settings of the paper's stages.
2. `model_setup`: where the weights come from, and which of them learn.
3. `run_plan`: checks each row once and makes the plan. `dataset` contains the rows, their order and
   batches.
4. `trainer`: the methods that transformers' Trainer calls in each step, and checkpoints. The loss is
   `learned_loss` of `model/network.py`.
5. `run`: a whole run, from the recipe to the finished folder. Its docstring says how a run is resumed.
"""
