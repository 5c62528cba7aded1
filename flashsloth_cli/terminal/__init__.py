"""Streams, signals, colors, progress and exit codes."""
