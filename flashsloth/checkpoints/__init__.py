"""Find a model by its name, check its files, plan how to open it, load it, and save it."""
