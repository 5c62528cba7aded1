"""Training: the paper's two stages, and fine-tuning by LoRA, QLoRA or in full, on transformers' Trainer.

Read in this order: `recipe` (the settings of a run, the paper's stages as data), `model_setup` (which weights learn,
and their source), `dataset` (rows as tensors, and their order), `trainer` (steps and checkpoints), `run` (from the
recipe to the finished folder).
"""
