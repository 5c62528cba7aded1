"""What the program withstands, tried in numbers: `python -m benchmarks.trust` runs every check and writes the table of
docs/reliability.md. The tests under tests/trust run the same checks with fewer inputs."""
