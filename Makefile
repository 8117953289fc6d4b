# Each command does its own set-up in .venv: `make demo` shows the tool at work, `make test` proves it,
# `make bench` measures it (BENCH='--target DIR --foreign DIR' says what of).

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := .demo/project

.PHONY: demo test bench pages clean

# The first interpreter that is new enough and can make an environment; PYTHON=... names another.
$(READY): pyproject.toml
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Setting up $(VENV) with $$($$python --version)" && \
	    $$python -m venv --clear $(VENV) && \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]' && \
	    touch $(READY) && exit 0; \
	    exit 1; \
	  fi; \
	done; \
	echo 'make: a Python of 3.11 or newer with the venv module is needed (PYTHON=... names one)' >&2; exit 1

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto

# The peers and the chart come with an extra of their own. A goal that is missed is no error of make.
bench: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,bench]'
	$(BIN)/python -m benchmarks $(BENCH) || test $$? -eq 1

# What pages show of the tool, written anew from the tool: look at the difference before it is committed.
pages: $(READY)
	$(BIN)/python -m tests.test_schema
	$(BIN)/python -m tests.test_reference
	$(BIN)/python -m tests.test_manual
	$(BIN)/python -m tests.test_ci_page
	$(BIN)/python -m tests.test_guide
	$(BIN)/python -m tests.test_interactive
	$(BIN)/python -m tests.test_pictures

# $(call show,title,command,the exit status it should have)
show = @if test -t 1; then printf '\n\n\033[1;7m %s \033[0m\n' '$(1)'; else printf '\n==== %s\n' '$(1)'; fi; \
  printf '$$ %s\n\n' '$(2)'; $(2); status=$$?; test $$status -eq $(3) || \
  { printf 'make: the exit status is %s, not %s\n' $$status $(3) >&2; exit 1; }

demo: export PATH := $(CURDIR)/$(BIN):$(PATH)
demo: $(READY)
	@rm -rf .demo && mkdir .demo && cp -R fixtures/cex_arbitrage/before $(DEMO)
	@git -C $(DEMO) init --quiet && git -C $(DEMO) add --all --force && \
	  git -C $(DEMO) -c user.name=demo -c user.email=demo@example.invalid -c commit.gpgsign=false \
	    commit --quiet --no-verify --message 'before the migration'
	$(call show,1 of 5: which old names are there and what becomes of them,classmod sites $(DEMO) > .demo/sites; tail -n 13 .demo/sites,0)
	$(call show,2 of 5: what would change,classmod diff $(DEMO),1)
	$(call show,3 of 5: prove each phase in a staging copy and land them,classmod apply $(DEMO),0)
	$(call show,4 of 5: is an old name still in use?,classmod check $(DEMO),0)
	$(call show,5 of 5: take it back,classmod rollback $(DEMO),0)
	@git -C $(DEMO) diff --quiet HEAD && test -z "$$(git -C $(DEMO) status --porcelain)" && \
	  printf '\nThe tree is what it was before, byte for byte. It stays in $(DEMO): try $(BIN)/classmod there.\n'

clean:
	rm -rf $(VENV) .demo .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
