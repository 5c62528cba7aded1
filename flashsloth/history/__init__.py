"""The history: saved conversations in one SQLite file. Imports no torch."""
