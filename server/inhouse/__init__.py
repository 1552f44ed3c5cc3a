"""Inhouse: AI chat, actions, completion and review in any editor and in CI, on your own inference."""

__version__ = "0.1.0"
