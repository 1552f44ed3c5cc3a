"""Plain frozen values that every layer speaks; no I/O and no third-party library."""
