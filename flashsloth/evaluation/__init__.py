"""Evaluation: measure how often a model answers the dialogues of a data set correctly.

`evaluate` reads the dialogues and yields scored answers, `metrics` compares and counts them, and
`error_log` writes the wrong answers to a file. `calibration` measures the probabilities of choices, and
`temperature` corrects them. `comparison` measures the difference between two models.
"""
