"""Tool calls, whatever wire they come over: their schemas, and calls that a model prints as text."""
