"""What a model is told about a piece of code, for each kind of action."""
