"""Helpers without models: paths, text for messages, safe reading and writing."""
