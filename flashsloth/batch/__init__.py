"""Many images with a question each: the rows (`inputs`), the file of answers (`output_file`), which answers of an
earlier run still hold (`resume`), and answering (`run`).
"""
