"""Preprocessing: turn RGB images and messages into the model's inputs."""
