"""Real inference servers on 127.0.0.1, each a context manager that leaves no process behind."""
