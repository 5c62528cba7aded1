"""What several commands share: opening a model, one answer, many answers, evaluation."""
