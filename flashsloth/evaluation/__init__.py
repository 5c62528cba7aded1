"""Measure how often a model answers the dialogues of a data set correctly.

`datasets` reads the dialogues, `evaluate` yields scored answers, `metrics` compares and counts, `error_log` writes the
wrong answers to a file.
"""
