"""Saved conversations in one SQLite file. Imports no torch."""
