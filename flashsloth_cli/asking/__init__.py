"""What several commands share to get answers: opening a model, single answers, batches, evaluation."""
