"""Answer many rows, each of which has an image and a question. `inputs` reads the rows, `answer_rows`
answers them, `output_file` writes the answers, and `resuming` finds answers of an earlier run that can
be reused.
"""
