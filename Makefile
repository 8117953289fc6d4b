# Two commands, each does its own set-up in .venv: `make demo` shows the tool at work, `make test` proves it.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := .demo/project

.PHONY: demo test clean

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

# $(call show,title,arguments of classmod,the highest exit status that is as it should be)
show = @printf '\n=== %s\n$$ classmod %s\n\n' '$(1)' '$(2)'; $(BIN)/classmod $(2); test $$? -le $(3)

demo: $(READY)
	@rm -rf .demo && mkdir .demo && cp -R fixtures/cex_arbitrage/before $(DEMO)
	@git -C $(DEMO) init --quiet && git -C $(DEMO) add --all --force && \
	  git -C $(DEMO) -c user.name=demo -c user.email=demo@example.invalid -c commit.gpgsign=false \
	    commit --quiet --no-verify --message 'before the migration'
	$(call show,Every occurrence of an old name,sites $(DEMO),0)
	$(call show,What would change (1: there are changes),diff $(DEMO),1)
	$(call show,Prove every phase in a staging copy and land it,apply $(DEMO),0)
	$(call show,What is still in use (1: something is),check $(DEMO),1)
	$(call show,Take it back,rollback $(DEMO),0)
	@git -C $(DEMO) diff --quiet HEAD && test -z "$$(git -C $(DEMO) status --porcelain)" && \
	  printf '\nThe tree is what it was before, byte for byte.\n'

clean:
	rm -rf $(VENV) .demo .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
