"""From RGB images and messages to what the model takes."""
