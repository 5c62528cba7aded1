"""Model files: find a model by name, check its files, plan how to open it, load it and save it."""
