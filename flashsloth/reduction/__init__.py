"""Other ways of computing less, one file a method: policies of a decoder (inference/reduced_core.py)
and recipes.

Nothing is imported from here unless it is used.
"""
