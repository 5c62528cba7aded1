"""Streams, colours, progress and exit codes. Computes nothing."""
