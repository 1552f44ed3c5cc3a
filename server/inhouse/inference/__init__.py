"""Backends: what there is, which one to ask, how each wire format is spoken, and the one way out."""
