"""Pure: what goes into a prompt and whether it fits."""
