"""What commands report: the checkup, caches, model folders and their cards, samples, notes once a
day."""
