"""Preprocessing: convert RGB images and messages to the model's inputs."""
