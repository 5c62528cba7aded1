"""Data sets for training: read row by row, checked, previewed, converted. Loads no torch.

`data_files` finds the rows by `row_index`, `row_parser` makes a Sample of one, `labels` makes ids and
labels of it.
"""
