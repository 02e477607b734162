# One target a line of `make help`; run again, each does only what has changed since.
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-pipeline crashes check test cases witnesses bench peers fuzz docs pins clean
.DELETE_ON_ERROR:
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

BIN := .venv/bin
# Where .ci/run puts cargo-fuzz.
export PATH := $(CURDIR)/.cache/cargo-fuzz/bin:$(PATH)
SECONDS_EACH ?= 60
# Files to begin with: documents, guides and rule programs
SEEDS := examples cases crates/x12/guides crates/x12/tests/data
# 0 is another walk each time; a number repeats one
SEED ?= 0
PYTHON_SOURCES := src tests $(wildcard scripts benches examples)
RUST_SOURCES := $(shell find crates -name target -prune -o -type f -print)

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|' 2>/dev/null || grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST)

setup: .venv/.built ## create .venv, install the pinned tools, build the Rust half (asks for what is missing)

demo: .venv/.built ## scrub the claims in examples/ into out/demo and show the result
	@rm -rf out/demo
	@$(BIN)/scrubjay scrub examples/*.837 --out out/demo --as-of 2025-03-14 --received-date 2025-03-14 || [ $$? -eq 1 ]
	@echo && echo "Open out/demo/report.html in a browser, or read out/demo/worklist.csv."

demo-pipeline: .venv/.built ## claims from arrival to acknowledgment, past a partner that errs and a kill -9, watched
	@$(BIN)/python scripts/pipeline/demo.py out/demo-pipeline

crashes: .venv/.built ## kill the pipeline 100 times at random and once at every failpoint (KILLS=, TIMES=, TRIALS= of other faults, HOMES= at once)
	PYTHONPATH=scripts/pipeline $(BIN)/python scripts/pipeline/crashes.py random --kills $(or $(KILLS),100) --at-once $(or $(HOMES),2)
	PYTHONPATH=scripts/pipeline $(BIN)/python scripts/pipeline/crashes.py failpoints --times $(or $(TIMES),1) --at-once $(or $(HOMES),2)
	PYTHONPATH=scripts/pipeline $(BIN)/python scripts/pipeline/faults.py --trials $(or $(TRIALS),2) --at-once $(or $(HOMES),2)

check: .venv/.built ## format, lints, types and layers of both halves; changes nothing
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --manifest-path fuzz/Cargo.toml --target-dir target --locked --quiet -- -D warnings
	$(BIN)/ruff format --check --quiet $(PYTHON_SOURCES)
	$(BIN)/ruff check --quiet $(PYTHON_SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: .venv/.built ## every test: Rust, Python, cases
	cargo test --workspace --locked --quiet
	@mkdir -p .cache
	$(BIN)/pytest -q $(ARGS) 2>&1 | tee .cache/pytest.txt

cases: .venv/.built ## only the Markdown cases of cases/
	$(BIN)/pytest -q tests/cases $(ARGS)

witnesses: .venv/.built ## 10,000 mutations beside pyx12, and a folder of samples with a manifest (SAMPLES=DIR)
	$(if $(SAMPLES),$(BIN)/python scripts/witnesses/run.py samples $(SAMPLES))
	$(BIN)/python scripts/witnesses/run.py mutations $(if $(SAMPLES),--samples $(SAMPLES)) $(ARGS)
	$(BIN)/python scripts/witnesses/run.py losses

bench: .venv/.built ## throughput and memory against the yardstick, in one run
	$(BIN)/python benches/run.py $(ARGS)

peers: .venv/.built ## throughput beside pyx12, which judges the guide too
	$(BIN)/python benches/peers.py $(ARGS)

fuzz: ## every fuzz target for SECONDS_EACH (60) seconds; needs cargo-fuzz
	@command -v cargo-fuzz >/dev/null || { echo "missing: cargo-fuzz.  cargo install cargo-fuzz --locked" >&2; exit 1; }
	@for target in $$(cargo fuzz list); do \
	  echo "fuzz $$target for $(SECONDS_EACH) s"; \
	  mkdir -p fuzz/corpus/$$target; \
	  cargo fuzz run --sanitizer none $$target fuzz/corpus/$$target $(SEEDS) -- \
	    -max_total_time=$(SECONDS_EACH) -seed=$(SEED) -max_len=65536 -timeout=2 -rss_limit_mb=512 \
	    -verbosity=0 -print_final_stats=1; \
	done

docs: .venv/.built ## write what is generated in docs/ and src/scrubjay/schemas/ anew
	$(BIN)/python scripts/rules/program.py
	$(BIN)/python scripts/rules/schema.py
	$(BIN)/python scripts/rules/pages.py
	$(BIN)/python scripts/findings/page.py
	$(BIN)/python scripts/synthetic/page.py
	$(BIN)/python scripts/enrollment/schema.py
	$(BIN)/python scripts/failures/page.py

pins: .venv/.pins ## renew requirements/dev.txt (needs uv); commit what it changes
	uv pip compile pyproject.toml requirements/dev.in --all-extras --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -q -o requirements/dev.txt

clean: ## remove everything that was built, keep out/
	rm -rf target .venv .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -f src/scrubjay/_native*.so
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.pins: requirements/dev.txt .ci/need
	@python=$$(.ci/need) && { [ -x $(BIN)/python ] || "$$python" -m venv .venv; }
	@echo "installing the pinned tools into .venv"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

.venv/.built: .venv/.pins pyproject.toml Cargo.toml Cargo.lock $(RUST_SOURCES)
	@.ci/need >/dev/null
	@echo "building the Rust half; the first time takes a minute or two"
	@mkdir -p .cache
	@PIP_QUIET=1 VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/maturin develop --release --locked --quiet >.cache/build.txt 2>&1 \
	  || { cat .cache/build.txt >&2; exit 1; }
	@$(BIN)/python -m compileall -q src/scrubjay
	@touch $@
