# SPDX-License-Identifier: Apache-2.0
# make demo      the product in a minute: embedded cluster, real git repository, operator, dashboard (ONCE=1: ends by itself)
# make test      what CI runs: format, conventions, docs/faults.md, one build with import check, every test but the slow ones
# make soak      the slow ones, one at a time: crash loops, bombs, hostile commits, faults; three quarters of an hour at most
# make lint      the part of it that builds nothing
# make faults    writes docs/faults.md: which test holds which fault
# make release   an optimised binary in .build/release/sternpost, without the demo and its cluster (sternpost-lab)
# make fuzz      fuzzes every reader of outside text, SECONDS=10 each (JOBS=2: two at a time)
# make bench     speed and memory of the stages, as a table (ARGS="--only planning 1000"); docs/performance.md explains it
# make bench-real KUBECONFIG=FILE   sync beside kubectl and a bare parallel apply, against a real API server

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
# The gates stand in an order, and every build takes all cores.
.NOTPARALLEL:

BUILD_PACKAGES := libgit2-dev libyaml-dev libcurl4-openssl-dev libsqlite3-dev pkg-config git
TEST_PACKAGES := nginx-light fcgiwrap openssh-server openssh-client openssl python3-h2 docker-registry skopeo \
	apache2-utils
DEMO_PACKAGES := docker-registry
SWIFT := swift
FORMATTED := Package.swift Sources Tests Benchmarks Fuzz
BUILD_FLAGS := --explicit-target-dependency-import-check error
# The same for every optimised program, so that what they share is built once.
RELEASE := -c release --static-swift-stdlib
ONCE ?=
ARGS ?=
KUBECONFIG ?=
SECONDS ?= 10
JOBS ?= 1

.PHONY: demo test soak faults format lint build release bench bench-real fuzz embed deps demo-deps test-deps toolchain \
	clean

demo: demo-deps
	$(SWIFT) build --product sternpost
	$(SWIFT) build --product sternpost-lab
	.build/debug/sternpost-lab demo $(if $(filter 1 yes true,$(ONCE)),--once) $(ARGS)

# The cheap first: what they find is known before anything is installed or built.
test: lint test-deps
	scripts/test.sh

soak: test-deps
	timeout --kill-after=10 2700 scripts/test.sh SoakTests

faults:
	scripts/faults.sh

format:
	$(SWIFT) format -i --parallel --recursive $(FORMATTED)

lint: toolchain
	$(SWIFT) format lint --strict --parallel --recursive $(FORMATTED)
	scripts/conventions.sh
	scripts/faults.sh --check

build: deps
	$(SWIFT) build $(BUILD_FLAGS)

release: deps
	$(SWIFT) build $(RELEASE) --product sternpost
	@echo "built: .build/release/sternpost"

bench: test-deps release
	$(SWIFT) build $(RELEASE) --product sternpost-lab
	$(SWIFT) build $(RELEASE) --product sternpost-bench
	$(SWIFT) build $(RELEASE) --product sternpost-bench-real
	.build/release/sternpost-bench $(ARGS)
	.build/release/sternpost-bench-real --embedded --runs 1 --wait --only "sternpost sync" 100 1000 10000

bench-real: test-deps release
	$(SWIFT) build $(RELEASE) --product sternpost-bench-real
	.build/release/sternpost-bench-real --kubeconfig "$(KUBECONFIG)" $(ARGS)

fuzz: deps
	JOBS=$(JOBS) scripts/fuzz.sh $(SECONDS)

# Writes infra/ and examples-repo/ into Swift, so that the executables hold them; a test holds both against the files.
embed:
	scripts/embed.sh

deps: toolchain
	@scripts/install-packages.sh $(BUILD_PACKAGES)

demo-deps: toolchain
	@scripts/install-packages.sh $(BUILD_PACKAGES) $(DEMO_PACKAGES)

test-deps: toolchain
	@scripts/install-packages.sh $(BUILD_PACKAGES) $(TEST_PACKAGES)

toolchain:
	@scripts/require-swift.sh

clean:
	rm -rf .build
