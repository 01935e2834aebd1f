# The developer's verbs. Every target only calls Python, since make splits a path at a space.
PYTHON ?= python3
VENV := .venv/bin/python

.PHONY: setup demo up test check chart-check smoke bench lock sbom faults drill soak

setup:
	@$(PYTHON) -m deploy.bootstrap

demo: setup
	@$(VENV) -m deploy.noaber.cli demo

up: setup
	@$(VENV) -m deploy.noaber.cli up

test: setup
	@$(VENV) -m deploy.verbs.test $(if $(LONG),--long) $(if $(LANES),--lanes $(LANES))

check: setup
	@$(VENV) -m deploy.verbs.check

# Needs Go; builds helm and kubeconform the first time.
chart-check: setup
	@$(VENV) -m deploy.verbs.chart_check

smoke: setup
	@$(VENV) -m deploy.verbs.smoke

bench: setup
	@$(VENV) -m deploy.verbs.bench $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick)

lock: setup
	@$(VENV) -m deploy.verbs.lock

sbom: setup
	@$(VENV) -m deploy.verbs.sbom

# N: how many faults; SEED: which; MIN: minutes after which no new life begins.
faults: setup
	@$(VENV) -m tests.faults $(if $(N),--number $(N)) $(if $(SEED),--seed $(SEED)) $(if $(MIN),--minutes $(MIN))

# FROM: the release that runs before, a commit or tag; without it the commit before this one.
drill: setup
	@$(VENV) -m tests.faults.drill $(if $(FROM),--from "$(FROM)")

soak: setup
	@$(VENV) -m tests.faults.soak $(if $(MIN),--minutes $(MIN))
