"""Tries the program with hostile input, faults of the machine and long use: `python -m benchmarks.trust`."""
