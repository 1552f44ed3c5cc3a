"""The message of a commit: what the model is asked, and what of its answer is the message."""
