"""Read pictures from paths, URLs or bytes as RGB, within limits on size, time and memory.

A picture may come from anybody, so every file is treated as hostile. `reader.read_image` does it in
these steps:

1. `sources`: read the bytes of a path, a URL (`http_fetch`), or an open file.
2. `formats`: identify the format by the first bytes.
3. `decompression_limits`: refuse files that would take too much memory or time.
4. `decoder`: decode one page with the one decoder of this format (`camera_raw` and `tiff_directories`
   for TIFF, `pdf` for PDF).
5. `color`: convert to RGB on white, applying colour profiles (`color_profiles`); turn it upright.
"""
