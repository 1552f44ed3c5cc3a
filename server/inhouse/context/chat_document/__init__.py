"""The chat document: a conversation as a Markdown file, read and written (interface §4.4)."""
