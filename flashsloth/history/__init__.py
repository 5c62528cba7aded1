"""The history, which is a SQLite file with saved conversations. This package imports no torch."""
