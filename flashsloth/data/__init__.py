"""Data sets for training and evaluation: read row by row, checked, previewed. Imports no torch.

`data_files` finds the rows of a file with `row_index`, `row_parser` parses a row into a Sample, and
`labels` encodes a Sample as ids and labels.
"""
