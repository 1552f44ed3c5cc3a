"""`make test-cluster`: LiteLLM's proxy in front of two llama.cpp replicas. Not part of `make test`."""
