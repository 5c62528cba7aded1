"""Methods of other papers that compute less, one in each file: policies of a decoder
(inference/reduced_core.py) and the recipes that hold their measured numbers.

Nothing is imported from here unless it is used.
"""
