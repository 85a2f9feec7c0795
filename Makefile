# Venus. `make help` tells what there is; `make up` and `make test` do all the set-up that they need.

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
# Further arguments of `venus up`: make up ARGS="--config venus.yaml"
ARGS ?=
# SETUP=no: install no packages.
SETUP ?= yes
# D3, version 5, one file; Debian's package node-d3 has it here.
D3 ?= /usr/share/nodejs/d3/dist/d3.min.js

# Tests of the parts that run at a time: many of them wait for times, and starve each other where there are too many.
TESTS_AT_ONCE ?= 4

BUILD := $(SWIFT) build --configuration release
BIN = $(shell $(BUILD) --show-bin-path)
WEB := Sources/VenusServer/Dashboard/web
INSTALLED_BIN := $(DESTDIR)$(PREFIX)/bin
INSTALLED_SHARE := $(DESTDIR)$(PREFIX)/share
FUZZ_SECONDS ?= 600
CHAOS_SECONDS ?= 600
TEST := $(SWIFT) test --configuration release --skip-build

.DEFAULT_GOAL := help
.PHONY: help up build dashboard setup setup-tests build-tests test test-units test-fuzz test-black-box test-clients chaos fuzz \
	sanitize lint format bench bench-store bench-server bench-interception bench-analysis bench-memory bench-live bench-stream \
	install uninstall clean

help: ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

up: build ## builds Venus and runs all of it on this machine
	"$(BIN)/venus" up $(ARGS)

build: setup dashboard ## builds the release binary
	$(BUILD) --product venus
	@$(MAKE) --no-print-directory stage

# The binary looks for the dashboard in ../share/venus/dashboard, seen from its own folder.
.PHONY: stage
stage:
	@rm -rf "$(BIN)/../share/venus/dashboard"
	@mkdir -p "$(BIN)/../share/venus"
	@cp -R $(WEB) "$(BIN)/../share/venus/dashboard"

dashboard: $(WEB)/vendor/d3.min.js ## copies the dashboard's library into its folder

$(WEB)/vendor/d3.min.js: | setup
	@test -r "$(D3)" || { echo "There is no $(D3): install node-d3, or say D3=/path/to/d3.min.js" >&2; exit 1; }
	@mkdir -p $(@D)
	cp "$(D3)" $@

ifeq ($(SETUP),yes)
setup:
	@config/install-packages run
setup-tests:
	@config/install-packages test
else
setup setup-tests:
endif

test: setup-tests build-tests build ## runs every test: first the parts, then the release binary as a whole
	@$(MAKE) --no-print-directory test-units test-fuzz test-black-box

build-tests:
	$(BUILD) --build-tests

test-units: ## the tests of the parts, as built
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$(TESTS_AT_ONCE) $(TEST) --skip BlackBox $(if $(TESTS_OF),--filter '$(TESTS_OF)')

test-fuzz: ## fuzzes every parser for a moment, from the checked-in corpus and always alike
	FUZZ_SEED=1 Tests/Fuzz/run 3

test-black-box: ## the tests of the release binary, as built; installs Schemathesis and an object store from PyPI
	Tests/BlackBox/API/Schemathesis/install "$(CURDIR)/.build/schemathesis"
	Tests/BlackBox/Hosts/Bucket/install "$(CURDIR)/.build/moto"
	VENUS_SCHEMATHESIS="$(CURDIR)/.build/schemathesis" VENUS_MOTO="$(CURDIR)/.build/moto" VENUS_BINARY="$(BIN)/venus" $(TEST) --filter '$(or $(TESTS_OF),BlackBox)'

test-clients: build build-tests ## tests real clients through interception; installs Python's from PyPI
	Tests/BlackBox/Interception/Clients/install "$(CURDIR)/.build/clients"
	VENUS_CLIENTS="$(CURDIR)/.build/clients" VENUS_BINARY="$(BIN)/venus" $(TEST) --filter RealClientsTests

chaos: build build-tests ## hurts parts at random, and fills disks, for CHAOS_SECONDS (600) each; CHAOS_SEED repeats a run
	CHAOS_SECONDS=$(CHAOS_SECONDS) VENUS_BINARY="$(BIN)/venus" $(TEST) --filter 'ChaosTests|DiskFullTests'

fuzz: ## fuzzes every parser for FUZZ_SECONDS (600) each
	Tests/Fuzz/run $(FUZZ_SECONDS)

sanitize: ## runs the proxy's tests under AddressSanitizer and ThreadSanitizer
	SWIFT="$(SWIFT)" Tests/Sanitizers/run address
	SWIFT="$(SWIFT)" Tests/Sanitizers/run thread

lint: ## checks the format of the code, and the scripts
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests
	bash -n config/install-packages .ci/run Tests/Fuzz/run Tests/Sanitizers/run \
		Tests/BlackBox/Interception/Clients/install Tests/BlackBox/API/Schemathesis/install \
		Tests/BlackBox/Hosts/Bucket/install

format: ## formats the code
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests

bench: build ## compares the proxy with HAProxy, nginx, Squid, Envoy and tinyproxy
	VENUS_BINARY="$(BIN)/venus" Benchmarks/forwarding/run

bench-store: build build-tests ## measures history in PostgreSQL after a year
	VENUS_BINARY="$(BIN)/venus" VENUS_TESTS="$(BIN)/venusPackageTests.xctest" Benchmarks/store/run

bench-server: build ## measures how many answers a second one core of the server gives
	VENUS_BINARY="$(BIN)/venus" Benchmarks/server/run

bench-interception: build ## compares interception with mitmproxy's
	VENUS_BINARY="$(BIN)/venus" Benchmarks/interception/run

bench-analysis: setup ## compares the analyzer's fold with polars, DuckDB and pandas; installs these from PyPI
	VENUS_PART=analysis $(BUILD) --product AnalysisBenchmark
	BENCHMARK_BINARY="$(BIN)/AnalysisBenchmark" Benchmarks/analysis/run

bench-memory: setup ## measures the memory of the analysis with 500 edges and 50,000 operations, and once they are idle
	VENUS_PART=analysis $(BUILD) --product AnalysisBenchmark
	BENCHMARK_BINARY="$(BIN)/AnalysisBenchmark" Benchmarks/memory/run

bench-live: setup-tests build ## measures the live socket with 10,000 subscribers, beside a broadcast server in Python
	VENUS_BINARY="$(BIN)/venus" Benchmarks/live/run

bench-stream: setup-tests build ## measures calls through a real Redis into KPIs, and what each part of the way costs
	VENUS_PART=analysis $(BUILD) --product AnalysisBenchmark
	BENCHMARK_BINARY="$(BIN)/AnalysisBenchmark" VENUS_BINARY="$(BIN)/venus" Benchmarks/stream/run

install: build ## installs below PREFIX (/usr/local)
	install -d "$(INSTALLED_BIN)" "$(INSTALLED_SHARE)/venus" "$(INSTALLED_SHARE)/man/man1"
	install -m 755 "$(BIN)/venus" "$(INSTALLED_BIN)/venus"
	rm -rf "$(INSTALLED_SHARE)/venus/dashboard"
	cp -R $(WEB) "$(INSTALLED_SHARE)/venus/dashboard"
	install -m 644 docs/venus.1 "$(INSTALLED_SHARE)/man/man1/venus.1"

uninstall: ## removes what install put there
	rm -f "$(INSTALLED_BIN)/venus" "$(INSTALLED_SHARE)/man/man1/venus.1"
	rm -rf "$(INSTALLED_SHARE)/venus"

clean: ## removes what was built
	rm -rf .build $(WEB)/vendor
