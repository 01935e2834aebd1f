# The developer's verbs. Every target only calls Python, since make splits a path at a space.
PYTHON ?= python3
VENV := .venv/bin/python

.PHONY: setup test check lock

setup:
	@$(PYTHON) -m deploy.bootstrap

test: setup
	@$(VENV) -m deploy.verbs.test $(if $(LONG),--long)

check: setup
	@$(VENV) -m deploy.verbs.check

lock: setup
	@$(VENV) -m deploy.verbs.lock
