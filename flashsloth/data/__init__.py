"""Data sets for training: read row by row, checked before anything is learned, shown, converted. Loads no torch."""
