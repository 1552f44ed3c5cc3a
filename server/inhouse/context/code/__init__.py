"""The code around a place, as much of it as a prompt has room for."""
