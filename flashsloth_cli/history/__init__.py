"""Saving conversations turn by turn, and exporting them."""
