"""Evaluation: measure how often a model answers the dialogues of a data set correctly.

`evaluate` reads the dialogues and yields scored answers, `metrics` compares and counts them, and
`error_log` writes the wrong ones to a file. `calibration` and `temperature` are about the probabilities
of choices.
"""
