"""Read pictures from paths, URLs or bytes as RGB, within limits on size, time and memory."""
