"""The text model of FlashSloth in several programs, each in a process of its own, which are asked in turn.

`gguf_file.py` and `llama_worker.py` run in the Python of another environment, which has llama-cpp-python and gguf but
need not have torch; so they import nothing from here.
"""
