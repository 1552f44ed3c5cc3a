"""Fakes of inference servers that cannot run here, one module a kind: `fake_vllm(Knobs(...))` and so on."""
