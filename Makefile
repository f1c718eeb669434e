.DEFAULT_GOAL := help
.PHONY: help up serve emulator soak bench audit test test-unit test-browser test-cli test-plugin lint format lock clean vulnerabilities sbom release-notes stack-preview stack-deploy stack-drift

PYTHON ?= python3
BIN := .venv/bin
PROGRAM := .venv/.requirements
LOCAL := .venv/.requirements-local
READY := .venv/.requirements-dev
AUDIT := build/audit
UV := build/uv/bin/uv
PARALLEL := -n 2 --dist loadscope --no-loadscope-reorder

# pip writes only into folders of the project, so it needs no virtual environment.
HAS_PIP = $(PYTHON) -c 'import pip, sys; sys.exit(int(pip.__version__.split(".")[0]) < 23)' 2>/dev/null
PIP = PIP_REQUIRE_VIRTUALENV=0 PIP_ROOT_USER_ACTION=ignore $$($(HAS_PIP) && echo $(PYTHON) || echo $(BIN)/python) -m pip

# uv does not read pip's configuration, which says how a company's machines reach an index. The last
# export wins, as in pip. Hashes make it safe to take a package from any index.
EXPORTS := import ast, shlex, sys; \
    pip = dict(line.partition("=")[::2] for line in sys.stdin); \
    uv = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "cert": "SSL_CERT_FILE", \
        "proxy": "ALL_PROXY", "trusted-host": "UV_INSECURE_HOST"}; \
    keys = [(f"{section}.{key}", uv[key]) for section in ("global", "install", ":env:") for key in uv]; \
    [print("export", name + "=" + shlex.quote(" ".join(ast.literal_eval(pip[key]).split()))) \
        for key, name in keys if key in pip]
LIKE_PIP = eval "$$($(PIP) config list | $(BIN)/python -c '$(EXPORTS)')"; export UV_SYSTEM_CERTS=1;
INSTALL = $(LIKE_PIP) $(UV) pip install --quiet --index-strategy unsafe-best-match --no-deps --require-hashes

help:  ## list the targets; up, serve and emulator take ARGS="--help"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(LOCAL)  ## deploy to an embedded AWS, run a full install lifecycle, and stop
	@$(BIN)/python -m local up $(ARGS)

serve: $(LOCAL)  ## do what up does, then keep serving with a simulated control panel
	@$(BIN)/python -m local serve $(ARGS)

emulator: $(LOCAL)  ## serve only the embedded AWS and BigCommerce, for `pulumi up --stack local`
	@$(BIN)/python -m local emulator $(ARGS)

soak: $(READY)  ## send 2,000 callbacks with faults to an embedded AWS, and check that nothing is lost
	@SOAK=1 $(BIN)/python -m pytest tests/reliability/test_lifecycle.py -k model -o log_cli=true --log-level=INFO

bench: $(READY)  ## measure the functions, and write CPU times and cost to docs/
	@$(BIN)/python -m bench

audit: $(READY) $(AUDIT)/.requirements  ## scan the deployed resources with checkov; fail on a finding that is not waived
	@$(BIN)/python -m tests.audit $(AUDIT)/bin/checkov

# checkov needs a hundred libraries, so it has a separate environment.
$(AUDIT)/.requirements: tests/audit/requirements.txt $(READY)
	@echo "Installing checkov into $(AUDIT) (about a minute, once)"
	@$(UV) venv --quiet --clear --python $(BIN)/python $(AUDIT)
	@$(INSTALL) --python $(AUDIT)/bin/python -r tests/audit/requirements.txt
	@touch $@

test: $(READY)  ## run the tests without a browser or the Pulumi CLI; COVERAGE=1 measures coverage
	@$(BIN)/python -m pytest -m "unit or emulated" $(PARALLEL) $(if $(COVERAGE),--cov --cov-report=term) $(ARGS)

test-unit: $(READY)  ## run the tests that need only Python; ARGS="PATH -k NAME" selects some
	@$(BIN)/python -m pytest -m unit $(PARALLEL) $(ARGS)

test-browser: $(READY)  ## run the tests that need Chromium
	@$(BIN)/python -m pytest -m browser $(ARGS)

# The Automation API leaves event loops open, and the program unfinished if a resource fails. Python
# reports the rest of the last test after it, so a marker of a test cannot ignore the warning.
test-cli: $(READY)  ## run the tests that need the Pulumi CLI, or Go to build it
	@$(BIN)/python -m tests.cli.pulumi_cli
	@$(BIN)/python -m pytest -m cli $(PARALLEL) -W ignore::pytest.PytestUnraisableExceptionWarning $(ARGS)

test-plugin: $(READY)  ## run test-cli with the AWS plugin instead of local.provider
	@pulumi plugin install resource aws "$$($(BIN)/python -c 'from importlib.metadata import version; print(version("pulumi-aws"))')"
	@AWS_PLUGIN=1 $(MAKE) --no-print-directory test-cli

lint: $(READY)  ## check style, types, prose and workflows
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy __main__.py bench bootstrap components examples lambdas local ops package portal tests
	@$(BIN)/python -m tests.docs.prose
	@$(BIN)/check-jsonschema -q --builtin-schema vendor.github-workflows .github/workflows/*.yml templates/yaml/.github/workflows/*.yml
	@$(BIN)/check-jsonschema -q --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/check-jsonschema -q --builtin-schema vendor.gitlab-ci docs/examples/gitlab-ci.yml
	@$(BIN)/zizmor --offline --quiet --config .github/zizmor.yml .github templates/yaml/.github

format: $(READY)  ## rewrite the code in the project's style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# requirements-dev.txt comes first and binds the others: they are installed into one .venv. Without
# its extras a pinned requirement does not bind pip, which then looks for the latest version. The
# hashes are new, so no host may be insecure.
lock: $(READY)  ## resolve the *.in files into *.txt files with pinned versions and hashes
	@set -e; $(LIKE_PIP) unset UV_INSECURE_HOST; for name in requirements-uv requirements-dev requirements-local requirements lambdas/requirements tests/audit/requirements; do \
	  UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) pip compile --quiet --universal --upgrade --no-strip-extras \
	    --python-version 3.11 --generate-hashes --no-emit-index-url $$name.in -o $$name.txt \
	    $$(case $$name in requirements|requirements-local) echo --constraint requirements-dev.txt;; esac); \
	done

vulnerabilities: $(READY)  ## check the packages of functions and program for known vulnerabilities
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.txt -r lambdas/requirements.txt

sbom: $(READY)  ## write the bill of materials of functions and program (CycloneDX) to build/sbom
	@mkdir -p build/sbom
	@PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible -o build/sbom/bundle.cdx.json lambdas/requirements.txt
	@PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible -o build/sbom/program.cdx.json requirements.txt

release-notes: sbom  ## write the notes and files of a release to build/release: VERSION=1.0.0
	@.ci/release-notes "$(VERSION)"

stack-preview: $(PROGRAM)  ## preview a deployment, as CI does: STACK=dev
	@.ci/stack preview "$(STACK)"

stack-deploy: $(PROGRAM)  ## deploy a stack and check its callbacks, as CI does: STACK=dev
	@.ci/stack deploy "$(STACK)"

stack-drift: $(PROGRAM)  ## detect drift of a stack and check its callbacks, as CI does: STACK=dev
	@.ci/stack drift "$(STACK)"

clean:  ## remove everything that was built or installed
	rm -rf .venv build htmlcov .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, and this is " + sys.version.split()[0]

$(BIN)/python:
	@$(PYTHON) -c '$(NEW_ENOUGH) + "; say which with: make PYTHON=python3.12")'
	@$(PYTHON) -m venv --without-pip .venv

# Not in .venv: `make up` needs uv only to install. ensurepip takes longer than all other installs
# together, and the requirements include pip.
$(UV): requirements-uv.txt | $(BIN)/python
	@$(HAS_PIP) || $(BIN)/python -m ensurepip >/dev/null || \
	  { echo "Python has no pip. Install it: on Debian and Ubuntu, the package python3-pip."; exit 1; }
	@$(PIP) install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes --upgrade --target build/uv -r $<
	@touch $@

.venv/.%: %.txt | $(UV)
	@$(BIN)/python -c '$(NEW_ENOUGH) + " in .venv; reinstall with: make clean")'
	@echo "Installing $< into .venv (a few seconds, once)"
	@$(INSTALL) --python $(BIN)/python -r $<
	@touch $@
