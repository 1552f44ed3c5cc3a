"""Backends that speak HTTP, for tests: real sockets, scripted answers, and a record of what was asked."""
