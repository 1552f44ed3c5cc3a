"""Filling in the middle: each model family's markers, prompts made with them, and answers read back."""
