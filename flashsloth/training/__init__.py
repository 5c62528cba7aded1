"""Training: the paper's two stages, and fine-tuning by LoRA, QLoRA or in full, on transformers'
Trainer.

Read in this order: `recipe` (the settings of a run, the paper's stages as data), `model_setup` (which
weights learn, and their source), `run_plan` (reads each row once, to check it; makes the data set, its
order and its batches with `dataset`), `trainer` (what transformers' Trainer calls back: batches, steps,
checkpoints; the loss is `learned_loss` of `hf/modeling.py`), `run` (from the recipe to the finished
folder).
"""
