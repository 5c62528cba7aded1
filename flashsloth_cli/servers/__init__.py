"""Start, list and stop servers."""
