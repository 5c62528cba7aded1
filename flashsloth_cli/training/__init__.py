"""The options, the progress and the dry runs of the commands `train` and `finetune`."""
