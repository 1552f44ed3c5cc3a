"""Files and folders of a workspace: what may be read, and reading it safely."""
