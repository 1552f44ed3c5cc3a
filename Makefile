# Two commands are enough: `make demo` and `make test`. Both build .venv from the lock files first, once.

ifndef PYTHON
PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
  "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$name"; exit; }; done; echo python3)
endif
BIN := .venv/bin

.PHONY: demo test test-cluster test-vllm test-ray check fmt bench lock clean python env env-dev

demo: env ## one streamed answer of the embedded model, over the Language Server Protocol
	@$(BIN)/inhouse model pull
	@$(BIN)/python scripts/demo.py

test: env-dev check ## everything that can be checked without root, real llama.cpp and Ollama included
	@$(BIN)/inhouse model pull
	@$(BIN)/python scripts/build_ollama.py
	@$(BIN)/python -m pytest
	@echo "Not part of this: make test-cluster (LiteLLM's proxy, 0.7 GB), make test-vllm and make test-ray (vLLM on the CPU, 6 GB)."

test-cluster: env-dev ## a LiteLLM proxy in front of two llama.cpp replicas
	@$(BIN)/inhouse model pull
	@$(BIN)/python scripts/server_environment.py litellm
	@$(BIN)/python -m pytest tests/e2e/cluster

test-vllm: env-dev ## a real vLLM on the CPU: several GB, and a minute to start
	@$(BIN)/inhouse model pull
	@$(BIN)/python scripts/server_environment.py vllm
	@$(BIN)/python -m pytest --timeout 600 tests/e2e/vllm

test-ray: env-dev ## Ray Serve LLM with two replicas of vLLM on the CPU: 7 GB, and some minutes to start
	@$(BIN)/inhouse model pull
	@$(BIN)/python scripts/server_environment.py vllm
	@$(BIN)/python scripts/server_environment.py ray
	@$(BIN)/python -m pytest --timeout 900 tests/e2e/ray_serve

check: env-dev ## linters, types and layers
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports

fmt: env-dev ## put the code into shape
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: env-dev ## the benchmarks, as ratios against a reference in the same run
	@$(BIN)/inhouse model pull
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

lock: ## newer versions of all dependencies (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	uv pip compile --upgrade $(LOCK) --group build --output-file requirements.lock
	uv pip compile --upgrade $(LOCK) --group dev --extra syntax --constraint requirements.lock --output-file requirements-dev.lock

LOCK := pyproject.toml --universal --generate-hashes --quiet --python-version 3.11 --custom-compile-command "make lock"

clean: ## all that was built or cached here
	rm -rf .venv dist build .pytest_cache .ruff_cache .hypothesis .import_linter_cache .grimp_cache
	find server tests benchmarks scripts -name __pycache__ -type d -prune -exec rm -rf {} +

env: python
	@"$(PYTHON)" scripts/environment.py requirements.lock

env-dev: python
	@"$(PYTHON)" scripts/environment.py requirements-dev.lock

python:
	@command -v "$(PYTHON)" >/dev/null || { echo "Inhouse needs Python 3.11 or newer, and there is no $(PYTHON):" \
	  "install it (Debian, Ubuntu: apt install python3 python3-venv) or name it (make PYTHON=/path/to/python3 ...)." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Inhouse needs Python 3.11 or newer, and" \
	  "$(PYTHON) is $$("$(PYTHON)" -V 2>&1): install a newer one or name it (make PYTHON=/path/to/python3 ...)." >&2; exit 1; }
