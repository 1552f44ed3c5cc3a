"""Real editors, without a screen, on the real server."""
