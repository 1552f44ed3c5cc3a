"""Ollama's own API: only it can set the context length and refuse what does not fit (`/v1` drops old messages silently)."""
