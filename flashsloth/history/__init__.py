"""Kept conversations in one SQLite file. Loads no torch."""
