"""From ids to ids: prefill, decode, sampling, and the incremental way back to text."""
