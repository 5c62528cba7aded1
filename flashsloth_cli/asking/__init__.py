"""Code that several commands share to open models, give single answers, and run batches and
evaluations."""
