"""Many pictures with a question each: what is asked (`rows`), the file of answers (`output`), which answers of an
earlier run still hold (`same`), and who answers (`run`)."""
