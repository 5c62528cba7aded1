"""Read pictures from paths, URLs or bytes as RGB. Size, time and memory are limited.

A picture may come from anybody, so every file is treated as hostile. `reader.read_image` reads a
picture in these steps:

1. `sources`: read the bytes of a path, a URL (`http_fetch`), or an open file.
2. `formats`: identify the format by the first bytes. It also reads the directories of a TIFF.
3. `decoding_budget`: refuse files that would take too much memory or time.
4. `decoder`: decode one page with the only decoder of this format. `pdf` helps with PDF.
5. `color`: convert the page to RGB on a white background, applying color profiles. `decoder` then
   turns it upright.
"""
