"""The checks of `gpu.py`: each runs in a process of its own and returns rows of one table."""
