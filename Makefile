# Gatehouse's workshop: `make help`. The steps themselves are the scripts in Tests/Tools.

PREFIX ?= /usr/local
SUITE ?=
FAST ?=
BASELINE ?=
ARGS ?=
export FAST
export PYTHONPYCACHEPREFIX := $(CURDIR)/.build/pycache

.DEFAULT_GOAL := help
.PHONY: help run build test lint format bench instructions faults compat fuzz sanitize coverage install clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## install what is missing, build, start the daemon in the foreground
	@exec .build/release/gatehoused --config etc/gatehouse.toml

build: ## build gatehoused and gatehousectl into .build/release
	@Tests/Tools/setup.sh
	@echo "build: release"
	@swift build -c release --static-swift-stdlib -Xswiftc -cross-module-optimization -Xswiftc -enforce-exclusivity=unchecked

test: ## run the tests; SUITE=unit|integration|security|performance|e2e (none: all), FAST=1 leaves out the slow ones
	@Tests/Tools/setup.sh $(or $(SUITE),unit integration security performance e2e)
ifneq ($(SUITE),unit)
	@$(MAKE) --no-print-directory build
endif
	@Tests/Tools/test.sh $(SUITE)

lint: ## check format, syntax, secrets and systemd units
	@Tests/Tools/setup.sh lint
	@Tests/Tools/lint.sh

format: ## format all Swift files in place
	@swift format --in-place --parallel --recursive Package.swift Sources Tests

bench: ## measure against nginx side by side; BASELINE=FILE fails when a ratio fell by over 10 %
	@Tests/Tools/setup.sh bench
	@$(MAKE) --no-print-directory build
	@Tests/Tools/venv.sh Tests/Tools/litellm .build/litellm-venv
	@python3 Tests/Tools/bench.py $(if $(BASELINE),--baseline $(BASELINE))

instructions: ## count a worker's instructions per request under callgrind; ARGS="--stream --nginx --inclusive"
	@Tests/Tools/setup.sh instructions
	@$(MAKE) --no-print-directory build
	@python3 Tests/Tools/instructions.py $(ARGS)

faults: build ## kill, stop and starve the daemon under load, and count what clients lose; ARGS="--short --only kill-worker"
	@Tests/Tools/faults.sh $(ARGS)

compat: build ## point LangChain, llm, litellm and schemathesis at the daemon
	@Tests/Tools/setup.sh compat
	@Tests/Tools/compat.sh

fuzz: ## feed each parser ten million inputs; RUNS=, TARGETS=
	@Tests/Tools/fuzz.sh

sanitize: ## run the process tests on builds with the address and the thread sanitizer
	@Tests/Tools/sanitize.sh

coverage: ## line coverage of Sources under all tests, as HTML; fails below 80 %
	@Tests/Tools/setup.sh unit integration security performance e2e
	@Tests/Tools/coverage.sh

install: ## install what `make build` built; DESTDIR=, PREFIX=/usr/local
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)/etc/gatehouse
	install -m 755 .build/release/gatehoused .build/release/gatehousectl $(DESTDIR)$(PREFIX)/bin
	install -m 644 etc/systemd/* $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed -i 's#/usr/bin/gatehouse#$(PREFIX)/bin/gatehouse#' $(DESTDIR)$(PREFIX)/lib/systemd/system/gatehoused.service
	[ -e $(DESTDIR)/etc/gatehouse/gatehouse.toml ] || install -m 644 etc/gatehouse.toml $(DESTDIR)/etc/gatehouse

clean: ## remove everything that was built
	rm -rf .build
