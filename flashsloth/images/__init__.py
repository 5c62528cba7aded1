"""From a path, URL or bytes to an RGB image, within limits of size, time and memory."""
