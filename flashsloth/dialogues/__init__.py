"""Answer dialogues. This is the layer that evaluation and batch share.

`dialogue` has the answerer that asks one dialogue after another, and the threads that prepare rows.
`answerers` has the answerer that asks many dialogues at once, and a function that chooses one of the
two answerers. `answer_json` makes the JSON document of an answer.
"""
