"""What a model is asked to review, and what its answer says; nothing of it is believed without a check."""
