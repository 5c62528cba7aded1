"""How often a model is right about a data set, each question following the model's own earlier answers.

`datasets` finds the dialogues, `metrics` compares and counts, `evaluate` yields the scored answers of each dialogue,
`error_log` writes the wrong ones down.
"""
