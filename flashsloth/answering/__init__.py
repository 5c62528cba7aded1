"""Answer dialogues: the layer that evaluation and batch share.

`dialogues` has the interface and the answerer that asks one by one, `answerers` the batched one and the choice between
them; `read_ahead` prepares rows in threads, `documents` is an answer as JSON.
"""
