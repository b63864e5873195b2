# `make` lists the targets. CI runs `make test` and nothing else.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo 0.1.0-dev)
GOFLAGS := -tags=nomsgpack
export GOFLAGS
export CGO_ENABLED = 0
LINT := go tool -modfile=tools/go.mod golangci-lint
DATA ?= data
LISTEN ?= 127.0.0.1:8080
SOCME_BENCH_DATA ?= $(CURDIR)/data/bench

.PHONY: help run test check build gen bench bench-10m chaos soak power press torture dev fmt web-build binary

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build, then run core and node with example data on http://127.0.0.1:8080
	@exec bin/socme up --demo --data $(DATA) --listen $(LISTEN)

build: ## the page and the two binaries: bin/socme, and bin/socme-node which is a node alone
	@tools/setup build
	@$(MAKE) --no-print-directory web-build binary

web-build:
	@cd web && npm run --silent build

binary:
	@go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/ ./cmd/socme ./cmd/socme-node

test: ## everything: check, unit, end to end, in a browser
	@tools/setup test
	@$(MAKE) --no-print-directory web-build binary check
	SOCME_BIN=$(CURDIR)/bin/socme go test -p 4 ./internal/e2e/... ./... # those that wait for minutes begin first
	cd web && npm run --silent test
	cd web && npm run --silent test:e2e

check: ## format, linter with the import directions, types, generated files clean
	$(LINT) fmt --diff
	$(LINT) run
	@go run ./cmd/socme openapi | diff -u docs/openapi.yaml - || { echo "docs/openapi.yaml is not what the code says: run make gen"; exit 1; }
	@cd web && sum() { cat src/lib/api.gen.d.ts src/lib/rules.gen.ts | sha256sum; } && was=$$(sum) && npm run --silent gen && [ "$$was" = "$$(sum)" ] || { echo "web/src/lib/api.gen.d.ts or rules.gen.ts was not what docs/openapi.yaml says; they are now"; exit 1; }
	cd web && npm run --silent fmt:check && npm run --silent check

gen: ## write the generated files: docs/openapi.yaml and the page's types
	@tools/setup build
	go run ./cmd/socme openapi > docs/openapi.yaml.new && mv docs/openapi.yaml.new docs/openapi.yaml
	cd web && npm run --silent gen

fmt: ## format everything
	$(LINT) fmt
	cd web && npm run --silent fmt

bench: build ## speed and memory, each with a peer or the machine's limit beside it
	@tools/setup bench
	go run ./bench/eve
	go run ./bench/loss
	go run ./bench/outbox
	go run ./bench/path
	go run ./bench/store
	go run ./bench/fleet
	go run ./bench/node
	go run ./bench/retention
	@cd web && npm run --silent bench
	go run ./bench/ops

bench-10m: ## ten million alerts on both databases, beside the way of 2025; loads once, into SOCME_BENCH_DATA
	@tools/setup bench
	go run ./bench/old -alerts 1000000 -data $(SOCME_BENCH_DATA)
	go run ./bench/queries -alerts 10000000 -data $(SOCME_BENCH_DATA)

chaos: build ## 100 kills over 100,000 alerts; SOCME_CHAOS_SEED=n repeats a run
	SOCME_BIN=$(CURDIR)/bin/socme SOCME_CHAOS_KILLS=$${SOCME_CHAOS_KILLS:-100} SOCME_CHAOS_ALERTS=$${SOCME_CHAOS_ALERTS:-100000} \
		go test ./internal/e2e -run '^TestChaos$$' -count=1 -timeout 30m -v

soak: build ## a bad link for 20 minutes (root); SOCME_SOAK=1h is longer, SOCME_LINK_SEED=n repeats a run
	SOCME_BIN=$(CURDIR)/bin/socme SOCME_SOAK=$${SOCME_SOAK:-20m} go test ./internal/e2e/link -count=1 -timeout 24h -v

power: build ## 100 losses of power at each side (root); SOCME_POWER_SEED=n repeats a run
	SOCME_BIN=$(CURDIR)/bin/socme SOCME_POWER_LOSSES=$${SOCME_POWER_LOSSES:-100} \
		go test ./internal/e2e -run 'LosesItsPower$$' -count=1 -timeout 1h -v

press: build ## press every control of every page, some minutes
	@tools/setup test
	cd web && SOCME_PRESS=1 npx playwright test --project press --project press-phone

torture: ## every way of rotation, with kills; SOCME_TORTURE_SEEDS=n how many, SOCME_TORTURE_SEED=n repeats one
	SOCME_TORTURE_SEEDS=$${SOCME_TORTURE_SEEDS:-100} go test ./internal/source -run '^TestTorture$$' -count=1 -timeout 2h

dev: ## the page with hot reload on :5173, beside a core on :8080
	@tools/setup build
	@$(MAKE) --no-print-directory binary
	@bin/socme up --demo --data $(DATA) --listen $(LISTEN) & core=$$!; trap "kill $$core" EXIT INT TERM; cd web && npm run dev
