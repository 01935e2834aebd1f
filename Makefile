# The developer's verbs. Every target only calls Python, since make splits a path at a space.
PYTHON ?= python3
VENV := .venv/bin/python

.PHONY: help setup demo up test check generate pages chart-check smoke bench lock sbom faults drill soak

help: ## says what there is
	@$(PYTHON) -m deploy.verbs.help

setup: ## .venv, from the lock; every other verb does it first
	@$(PYTHON) -m deploy.bootstrap

demo: setup ## starts everything, plays a story, stays until Ctrl-C
	@$(VENV) -m deploy.noaber.cli demo

up: setup ## starts everything, with the data it had
	@$(VENV) -m deploy.noaber.cli up

test: setup ## every test (LONG=1: more examples; LANES=3: three runs side by side)
	@$(VENV) -m deploy.verbs.test $(if $(LONG),--long) $(if $(LANES),--lanes $(LANES))

check: setup ## style, types, layers, generated files
	@$(VENV) -m deploy.verbs.check

generate: setup ## writes every generated file that is stale
	@$(VENV) -m deploy.verbs.generate

pages: setup ## the pages alone: types, units, sizes, each screen in a browser (ONLY=trust: that test; RUN="pictures wall": a script of npm)
	@$(VENV) -m deploy.verbs.pages $(if $(ONLY),--only $(ONLY)) $(if $(RUN),--run "$(RUN)")

chart-check: setup ## the chart, the Compose file and the alerts; needs Go, builds what checks them the first time
	@$(VENV) -m deploy.verbs.chart_check

smoke: setup ## the demonstration without a terminal
	@$(VENV) -m deploy.verbs.smoke

bench: setup ## measures, and writes tests/bench/README.md (ONLY=strip: one of them; QUICK=1: only whether it runs)
	@$(VENV) -m deploy.verbs.bench $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick)

lock: setup ## renews the locked dependencies
	@$(VENV) -m deploy.verbs.lock

sbom: setup ## the bill of materials (CycloneDX)
	@$(VENV) -m deploy.verbs.sbom

faults: setup ## breaks parts under load, judges the history (N=20 faults; SEED=1735: which; MIN=60: begins none after that)
	@$(VENV) -m tests.faults $(if $(N),--number $(N)) $(if $(SEED),--seed $(SEED)) $(if $(MIN),--minutes $(MIN))

drill: setup ## rehearses an upgrade under load (FROM=v1.2: that release; without it the commit before)
	@$(VENV) -m tests.faults.drill $(if $(FROM),--from "$(FROM)")

soak: setup ## plays for long, and looks what grows (MIN=60)
	@$(VENV) -m tests.faults.soak $(if $(MIN),--minutes $(MIN))
