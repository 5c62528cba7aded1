"""Answer dialogues: the layer that evaluation and batch share."""
