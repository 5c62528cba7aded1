"""Generation: prefill, decode, sampling, and decoding to text token by token."""
