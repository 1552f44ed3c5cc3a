"""The use cases: what an editor, a terminal or a pipeline asks for, over a frozen session."""
