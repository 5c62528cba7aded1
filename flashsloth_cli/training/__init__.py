"""The commands `train` and `finetune`: options, progress, dry runs."""
