"""What several commands share: opening a model, single answers, batches, evaluation, doctor."""
