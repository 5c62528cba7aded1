"""Answer many rows of an image and a question each: read the rows (`inputs`), answer them
(`answer_rows`), write the answers (`output_file`), and reuse those of an earlier run (`row_json`).
"""
