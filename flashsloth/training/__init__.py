"""Training: the paper's two stages, fine-tuning by LoRA, QLoRA or in full, on transformers' Trainer.

Read in this order: `recipe` (everything that decides a run, and the paper's stages as data), `model_setup` (which
weights learn, and where they come from), `dataset` (rows in their order, as tensors), `trainer` (steps and
checkpoints), `run` (one run from its recipe to the finished folder).
"""
