"""Read, check and preview data sets for training and evaluation, row by row. Does not import torch.

`data_files` finds the rows of a file with `row_index`, `row_parser` parses a row into a Sample, and
`sample` encodes a Sample as ids and labels, decodes them again, and counts tokens.
"""
