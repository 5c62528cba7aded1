"""Evaluation: measure how often a model answers the dialogues of a data set correctly.

`evaluate` reads the dialogues and yields scored answers, `metrics` compares and counts them, and
`calibration` measures and corrects the probabilities of choices. `result_files` writes the wrong
answers and a plot of the probabilities. `comparison` measures the difference between two models.
"""
