"""Small helpers that know nothing of models: paths, text for messages, safe reading and writing."""
