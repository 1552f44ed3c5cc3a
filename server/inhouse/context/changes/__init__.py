"""Changes of files as git tells them: taken apart by file, and fitted into a prompt."""
