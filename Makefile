# Thin: every target is one script in ci/, the same on a laptop and in CI.
.DEFAULT_GOAL := help
.PHONY: help setup build demo check test soak bench image chart e2e clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## /{printf "  %-8s %s\n", $$1, $$2}' Makefile

setup: ## install what is missing (pinned)
	@ci/setup
build: ## compile dist/mooring
	@ci/build
demo: ## build, then watch it hold a real mount (ARGS=--stay leaves it running)
	@ci/demo $(ARGS)
check: ## format, lint, types, generated files
	@ci/check
test: ## unit and kernel tests
	@ci/test
soak: ## every scenario many times, random faults
	@ci/soak $(ARGS)
bench: ## heal latency beside a C loop, start, memory
	@ci/bench $(ARGS)
image: ## OCI image into the local engine and dist/image.tar
	@ci/image
chart: ## lint, unit tests, render and package the chart
	@ci/chart
e2e: ## the recovery stories in a kind cluster
	@ci/e2e $(ARGS)
clean: ## remove what was built
	@rm -rf dist coverage
