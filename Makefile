# Everything a contributor runs. `make demo` and `make test` need Python 3.11+ and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FUZZ_SECONDS ?= 60
READY := $(VENV)/.ready
# where everything is installed already, it runs the demo, too
RUNS := $(if $(wildcard $(READY)),$(READY),$(VENV)/.runs)

.PHONY: help demo test check reference recording lint types imports wheel docs mcpb cluster-test images image-test image-arm64 bench fuzz lock release-check sbom clean

help:                   ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 16

demo: $(RUNS)           ## the main job on an in-memory cluster
	$(BIN)/kubeport demo

test: $(READY)          ## the tests; what this machine cannot run is skipped, and said
	$(BIN)/pytest

check: lint types imports wheel docs test   ## every gate

reference: $(READY)     ## docs/reference anew, from the code
	$(BIN)/python -m docs.generate

recording: $(READY)     ## docs/session.svg anew, from a run of the demo
	$(BIN)/python -m docs.generate.session

docs: $(READY)          ## the documentation as HTML; every warning, such as a dead link, is an error
	$(BIN)/sphinx-build -W --keep-going -q -b html docs .cache/docs

lint: $(READY)
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

imports: $(READY)
	$(BIN)/lint-imports

wheel: $(READY)         ## the wheel installs `kubeport` and nothing else
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist . >/dev/null
	$(BIN)/check-wheel-contents dist/*.whl

mcpb:                   ## dist/kubeport.mcpb, the bundle for desktop hosts
	$(PYTHON) packaging/mcpb/bundle.py dist/kubeport.mcpb

cluster-test: $(READY)  ## against a real kubectl and helm, and a real API server built on this machine
	tests/cluster/cluster.sh build
	. tests/cluster/tools.sh && \
	  KUBEPORT_TEST_IMAGE=$${KUBEPORT_TEST_IMAGE:-0} KUBEPORT_TEST_CLUSTER=1 KUBEPORT_TEST_REQUIRE=1 $(BIN)/pytest

images: $(READY)        ## the images, with buildah (Debian, root); tools from a mirror that imitates their publishers
	. tests/cluster/tools.sh && PYTHON=$(BIN)/python tests/image/build.sh

image-test: images      ## build the images, run them with podman, and measure how large they are
	KUBEPORT_TEST_IMAGE=1 $(BIN)/pytest tests/image

image-arm64: $(READY)   ## the slim image for arm64 under emulation (Debian, root, qemu-user-static); a quarter of an hour
	tests/image/build.sh arm64 && KUBEPORT_TEST_IMAGE=1 KUBEPORT_TEST_ARM64=1 $(BIN)/pytest tests/image/test_arm64.py

fuzz: $(READY)          ## coverage-guided fuzzing of the command line for FUZZ_SECONDS
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/fuzz.lock
	$(BIN)/python -m fuzz.seeds .cache/fuzz/seeds
	mkdir -p .cache/fuzz/found
	$(BIN)/python -m fuzz.command_line -max_total_time=$(FUZZ_SECONDS) -max_len=400 -timeout=5 -verbosity=0 \
	  -artifact_prefix=.cache/fuzz/ .cache/fuzz/found .cache/fuzz/seeds

bench: $(READY)         ## speed and memory, as ratios to bare kubectl measured in the same run
	. tests/cluster/tools.sh && $(BIN)/python -m benchmarks

COMPILE := uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11

lock:                   ## resolve the pinned dependencies anew (needs uv)
	$(COMPILE) --group dev pyproject.toml -o requirements/dev.lock
	$(COMPILE) --extra kubectl --extra server pyproject.toml -o requirements/runtime.lock
	$(COMPILE) --group fuzz -o requirements/fuzz.lock
	$(COMPILE) requirements/build.in -o requirements/build.lock

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
define PREPARE
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
  { echo "Kubeport needs Python 3.11 or newer; say which: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
$(PYTHON) -m venv $(VENV)
endef

$(READY): requirements/dev.lock pyproject.toml
	$(PREPARE)
	$(INSTALL) --require-hashes -r requirements/dev.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.runs: requirements/runtime.lock requirements/build.lock pyproject.toml
	$(PREPARE)
	$(INSTALL) --require-hashes -r requirements/runtime.lock -r requirements/build.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

release-check: $(READY) ## wheel, sdist, lowest and newest dependencies, licences, vulnerabilities, SBOM
	$(BIN)/python packaging/release/check.py $(STEPS) $(if $(STRICT),--strict)

sbom: $(READY)          ## dist/kubeport.cdx.json, the software bill of materials (CycloneDX)
	$(BIN)/python packaging/release/check.py sbom

clean:
	rm -rf $(VENV) dist build .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
