"""The embedded llama.cpp engine: its models, its process, and the backend that it is."""
