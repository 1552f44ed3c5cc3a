"""`make test-ray`: Ray Serve LLM in front of two vLLMs on the CPU. Not part of `make test`."""
