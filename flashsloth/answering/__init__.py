"""Answer dialogues: the one layer on which evaluation and batch stand."""
