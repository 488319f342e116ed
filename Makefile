# "make demo" and "make test" set up everything that they need. This file must work with
# GNU make 3.81, which macOS has.

# Go needs a home for its caches; cron and containers may not set one.
ifeq ($(HOME),)
export HOME := $(shell eval echo "~$$(id -un)")
endif

GO      ?= go
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  := $(shell git rev-parse HEAD 2>/dev/null)
DATE    := $(shell git log -1 --format=%cI 2>/dev/null)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT) -X main.date=$(DATE)

# tool_version NAME,MODULE: the version of a tool as the go.mod in MODULE pins it.
tool_version = $(shell sed -n 's|^.*/$(1)\(/v[0-9]*\)\{0,1\} \(v[^ ]*\).*|\2|p' $(2)/go.mod)
build_tool   = CGO_ENABLED=0 $(GO) build -C tools -trimpath -o ../bin/

# The same flags for every program, so that Go compiles shared packages only once.
go_build     = CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/

# fetch_modules DIR,WHAT,SIZE: download modules that are not in Go's cache, and print one
# line. If that fails, the build may still have everything that it needs.
fetch_modules = GOPROXY=off $(GO) -C $(1) mod download >/dev/null 2>&1 || { \
	echo "downloading the Go modules of $(2) (about $(3), once)"; $(GO) -C $(1) mod download || :; }

# The race detector needs cgo, and so a C compiler. CI must have one. It does not watch
# packages that only compute on their caller's memory: it makes bcrypt's inner loop 15
# times as slow, and most fetches make a hash; every test matches regular expressions and
# compresses. Code that compresses is watched with compression "none", which runs the same
# code. checkptr is off, because hectl has no package that uses unsafe.
UNWATCHED := golang.org/x/crypto/blowfish regexp regexp/syntax hash/adler32 \
	github.com/goccy/go-yaml/... github.com/klauspost/compress/... github.com/pierrec/lz4/v4/...
RACE := $(shell if [ -n "$$CI" ] || command -v "$$($(GO) env CC)" >/dev/null 2>&1; then \
	echo -race -gcflags=all=-d=checkptr=0 $(patsubst %,-gcflags=%=-race=false,$(UNWATCHED)); fi)

.PHONY: help demo test test-oracle test-majors test-image faults soak fuzz build lint fmt bench check reference compatibility still release-check package-check reproducible vulncheck setup setup-tests clean

help: ## list the targets
	@echo "make TARGET, with TARGET one of:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s%s\n", $$1, $$2 }'

demo: setup build bin/versitygw ## back up a made-up production database and fetch it, on throwaway servers
	@$(go_build) ./test/demo
	@exec bin/demo

test: setup-tests bin/versitygw ## run all tests; one that is skipped fails the run
	@if [ -z "$(RACE)" ]; then echo "no C compiler found: testing without the race detector" >&2; fi
	@$(GO) run ./test/gotest $(RACE) -vet=off -timeout 80m ./...

test-oracle: setup bin/versitygw ## compare hectl with pg_restore on 200 random schemas, and 500 refreshes with full fetches (ORACLE_SEED=7 ORACLE_SCHEMAS=1 ORACLE_PAIRS=2 ORACLE_RUN=TestOracle/refresh)
	@ORACLE=full ORACLE_SEED=$(or $(ORACLE_SEED),1) ORACLE_SCHEMAS=$(or $(ORACLE_SCHEMAS),200) ORACLE_PAIRS=$(or $(ORACLE_PAIRS),500) \
		$(GO) run ./test/gotest -count=1 -timeout 4h -run '$(or $(ORACLE_RUN),.)' ./test/oracle

test-majors: bin/versitygw ## try PostgreSQL 13, 15, 17, 18 and 19 (downloads what is missing)
	@script/majors
	@$(GO) run ./test/gotest -timeout 20m -tags majors -run Majors ./pgtools ./pgtools/archive ./pgtools/schema ./mask ./backup/parallel .

test-image: bin/versitygw ## make the root of the image, for both architectures, and run hectl in it (Debian; needs root)
	@script/majors
	@HECTL_IMAGE_CACHE=$${HECTL_IMAGE_CACHE:-/var/cache/hectl-image} $(GO) run ./test/gotest -v -timeout 20m -tags 'image majors' -run '^TestImage' .

faults: setup bin/versitygw build ## break hectl in every way, and write docs/reliability.md (as root; FAULTS="--only REGEXP")
	@$(go_build) ./test/faults
	@exec bin/faults $(or $(FAULTS),--write docs/reliability.md)

soak: setup bin/versitygw build ## 200 backups and 40 fetches in a row, a third of them killed (SOAK="--seed 2")
	@$(go_build) ./test/faults
	@exec bin/faults --backups 200 --fetches 40 $(SOAK)

fuzz: ## run each fuzz test for FUZZTIME=10m (FUZZ=REGEXP: only these)
	@GO='$(GO)' FUZZTIME='$(or $(FUZZTIME),10m)' script/fuzz '$(or $(FUZZ),.)'

build: ## build bin/hectl
	@$(call fetch_modules,.,hectl,110 MB)
	@echo "building bin/hectl $(VERSION)$(if $(wildcard bin/hectl),, (about a minute))"
	@$(go_build) .

lint: bin/golangci-lint bin/actionlint ## check formatting, the module files, the import arrows, the code and the workflows
	@unformatted=$$("$$($(GO) env GOROOT)/bin/gofmt" -l .) && if [ -n "$$unformatted" ]; then \
		echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; fi
	@$(GO) mod tidy -diff
	@bin/golangci-lint run
	@bin/actionlint
	@if [ -x bin/goreleaser ]; then bin/goreleaser check --quiet; fi

fmt: bin/golangci-lint ## format the code
	@bin/golangci-lint fmt

bench: setup bin/versitygw build ## measure against what one would otherwise do (BENCH="--help": the choices)
	@$(go_build) ./test/bench
	@exec bin/bench $(BENCH)

check: lint test release-check ## lint, test, and check the release configuration

still: setup build bin/versitygw ## write docs/images/fetch.svg from a run of the demo
	@$(go_build) ./test/demo
	@exec bin/demo --still docs/images/fetch.svg

reference: ## write docs/reference/commands.md from the help of the commands
	@WRITE_REFERENCE=1 $(GO) test -count=1 -run '^TestCommandReference$$' .

compatibility: setup-tests bin/versitygw ## record new fields of the JSON documents in testdata/compatibility
	@WRITE_COMPATIBILITY=1 $(GO) test -count=1 -run 'TestScripts/commandline/compatibility$$' .

release-check: bin/goreleaser ## check .goreleaser.yml
	@bin/goreleaser check --quiet && echo ".goreleaser.yml is valid"

reproducible: ## build twice, in other folders and by other users, and compare (PLATFORMS="linux/amd64 darwin/arm64")
	@script/reproducible $(PLATFORMS)

vulncheck: bin/govulncheck ## look up known vulnerabilities; exits 2 if the database cannot be reached
	@script/vulncheck

package-check: bin/goreleaser bin/cyclonedx-gomod ## build all packages, install the deb here, and remove it (Debian; needs root)
	@script/package-check

setup: ## install Postgres's server and client programs, when none are found
	@script/setup

setup-tests: ## setup, and Ruby, which the tests of contrib/ run
	@script/setup --tests

clean: ## remove what make built
	rm -rf bin dist

# The tools are built from their pinned modules, and rebuilt when a pin changes.

bin/versitygw: tools/versitygw/go.sum tools/versitygw/main.go
	@$(call fetch_modules,tools/versitygw,the S3 server,15 MB)
	@echo "building bin/versitygw $(call tool_version,versitygw,tools/versitygw), the S3 server of the tests and the demo (about half a minute, once)"
	@CGO_ENABLED=0 $(GO) build -C tools/versitygw -trimpath -ldflags '-s -w' -o ../../bin/versitygw .
	@touch $@

bin/golangci-lint: tools/go.sum
	@echo "building golangci-lint $(call tool_version,golangci-lint,tools) (a few minutes, once)"
	@$(build_tool) github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@

# A separate module: it needs a different version of a YAML package than goreleaser.
bin/actionlint: tools/actionlint/go.sum
	@echo "building actionlint $(call tool_version,actionlint,tools/actionlint)"
	@CGO_ENABLED=0 $(GO) build -C tools/actionlint -trimpath -o ../../bin/ github.com/rhysd/actionlint/cmd/actionlint
	@touch $@

bin/cyclonedx-gomod: tools/go.sum
	@echo "building cyclonedx-gomod $(call tool_version,cyclonedx-gomod,tools)"
	@$(build_tool) github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
	@touch $@

bin/govulncheck: tools/go.sum
	@echo "building govulncheck $(call tool_version,vuln,tools)"
	@$(build_tool) golang.org/x/vuln/cmd/govulncheck
	@touch $@

bin/goreleaser: tools/go.sum
	@echo "building goreleaser $(call tool_version,goreleaser,tools) (a few minutes, once)"
	@$(build_tool) github.com/goreleaser/goreleaser/v2
	@touch $@
