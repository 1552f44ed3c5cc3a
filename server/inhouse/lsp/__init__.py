"""The LSP edge: the only layer that knows pygls and lsprotocol."""
