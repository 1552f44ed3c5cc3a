"""Inline completion: suggestions while somebody types."""
