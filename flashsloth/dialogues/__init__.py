"""Answer dialogues: the layer that evaluation and batch share.

`dialogue` has the answerer that asks one by one and the threads that prepare rows, `answerers` the one
that asks many at once and the choice between them, `answer_json` makes an answer's JSON document.
"""
