"""Ollama's own API: only it sets the context length and refuses what does not fit (`/v1` drops old messages)."""
