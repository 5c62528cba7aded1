"""Helpers that do not know models: paths, text for messages, and safe reading and writing of files."""
