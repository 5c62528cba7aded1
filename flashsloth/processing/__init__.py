"""Turn RGB images and messages into model inputs."""
