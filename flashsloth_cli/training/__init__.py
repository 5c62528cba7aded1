"""Running `train` and `finetune`, and showing how they go."""
