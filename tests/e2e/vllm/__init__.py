"""`make test-vllm`: a real vLLM on the CPU, several GB and slow to start. Not part of `make test`."""
