"""Generation: prefill, decode, sampling, batches of conversations, and incremental decoding to text."""
