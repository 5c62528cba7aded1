"""From a model's name to a model that can run, and back to files: find, check, plan, load, save."""
