"""Inline completion without I/O: where it may suggest, what the model is shown, what of its answer is suggested."""
