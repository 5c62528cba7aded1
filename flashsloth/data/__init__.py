"""Data sets for training: read row by row, checked, previewed, converted. Loads no torch."""
