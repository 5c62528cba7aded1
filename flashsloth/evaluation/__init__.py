"""Evaluation: measure how often a model answers the dialogues of a data set correctly.

`evaluate` reads the dialogues and yields scored answers, `metrics` compares and counts them, and
`error_log` writes the wrong answers to a file. `calibration` measures and corrects the probabilities of
choices. `comparison` measures the difference between two models.
"""
