"""The review of files by a model."""
