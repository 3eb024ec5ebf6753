# Every target sets up what it needs first; that is quick when nothing changed.
PYTHON ?= python3.11
SNAPSHOT ?= sample
OUT ?= out/refinedweb
DATA ?= ../shared/data
PY := .venv/bin/python
SETUP := .venv/ready
# Where the tokenizer's targets read shards with `text`, and where they write.
SOURCES ?= web=out/refinedweb/clean
TOKENIZER ?= out/tokenizer
CURRICULUM ?= out/curriculum

.DEFAULT_GOAL := help
.PHONY: $(shell sed -nE "s|^([a-z-]+):.*|\1|p" $(MAKEFILE_LIST))

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

setup: $(SETUP) ## make .venv with the pinned packages

$(SETUP): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) is not on PATH; set PYTHON= to a Python 3.11" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(PY) -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

refinedweb: $(SETUP) ## build RefinedWeb: SNAPSHOT= FILES= OUT= WORKERS= RAY_ADDRESS= RECIPE_ARGS=
	$(PY) -m mews run recipes.refinedweb --root '$(OUT)' $(if $(WORKERS),--workers $(WORKERS)) \
		$(if $(RAY_ADDRESS),--address '$(RAY_ADDRESS)') 'snapshot=$(SNAPSHOT)' $(if $(FILES),files=$(FILES)) $(RECIPE_ARGS)

test: $(SETUP) ## run the tests
	$(PY) -m pytest

check: $(SETUP) ## ruff (format and lint) and pyright
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/pyright

format: $(SETUP) ## format the code and mend what lint can
	.venv/bin/ruff check --fix --quiet .
	.venv/bin/ruff format --quiet .

slow: $(SETUP) ## run the tests that take minutes
	$(PY) -m pytest -m slow --timeout 3600

compare: $(SETUP) ## two runs side by side: A= B=
	$(PY) -m mews compare '$(A)' '$(B)'

fidelity: $(SETUP) ## docs/fidelity.md anew: DATA= a folder with realweb/, gold/, lang/
	$(PY) -m benchmarks.fidelity '$(DATA)'

dedup-quality: $(SETUP) ## docs/dedup.md anew: DATA= a folder with neardup/
	$(PY) -m benchmarks.dedup_quality '$(DATA)/neardup'

pii-quality: $(SETUP) ## the tables of docs/pii.md anew: DATA= a folder with pii/
	$(PY) -m benchmarks.pii '$(DATA)/pii'

bench: $(SETUP) ## side by side with the peers: DATA= a folder with realweb/
	$(PY) -m benchmarks.minhash
	$(PY) -m benchmarks.substring
	$(PY) -m benchmarks.filters '$(DATA)/realweb'
	@test -f '$(TOKENIZER)/tokenizer.json' || echo 'packing is measured after make curriculum'
	@test ! -f '$(TOKENIZER)/tokenizer.json' || $(PY) -m benchmarks.packing out/refinedweb/clean '$(TOKENIZER)'

quality-model: $(SETUP) ## train a quality classifier: GOOD= BAD= (folders of texts) MODEL=
	$(PY) -m filters.fasttext train '$(GOOD)' '$(BAD)' --out '$(or $(MODEL),out/quality)'

kills: $(SETUP) ## kill a run KILLS= times (drivers and workers) and compare with a calm run's bytes
	$(PY) -m benchmarks.kills '$(SNAPSHOT)' $(or $(KILLS),20)

tokenizer: $(SETUP) ## train a tokenizer: SOURCES= "NAME=FOLDER ..." TOKENIZER= PRESET= TOKENIZER_ARGS=
	$(PY) -m mews tokenizer train $(SOURCES) --out '$(TOKENIZER)' --preset $(or $(PRESET),falcon) $(TOKENIZER_ARGS)

tokenizer-report: $(SETUP) ## compare tokenizers: TOKENIZERS= (folders) SOURCES=
	$(PY) -m mews tokenizer report $(or $(TOKENIZERS),$(TOKENIZER)) $(foreach source,$(SOURCES),--source $(source)) --out out/tokenizers.html

pack: $(SETUP) ## packed sequences as Megatron's or NumPy's files: STORE= PACKED= FORMAT=
	$(PY) -m mews tokenizer pack '$(STORE)' --out '$(PACKED)' --format $(or $(FORMAT),megatron)

curriculum: $(SETUP) ## shards, tokenizer, three phases and packed sequences, end to end on the sample
	$(PY) -m mews run recipes.refinedweb --root out/refinedweb --runner local
	$(PY) -m mews tokenizer train web=out/refinedweb/clean --out '$(TOKENIZER)' --preset falcon_h1_32k --vocabulary 4096 --reserved 64
	$(PY) -m mews run recipes.curriculum --root '$(CURRICULUM)' --runner local tokenizer='$(TOKENIZER)' \
		'sources=web=out/refinedweb/clean,code=repo:pipeline'
	for phase in short long decay; do $(PY) -m mews tokenizer pack "$(CURRICULUM)/$$phase.packed" --out "$(CURRICULUM)/$$phase"; done
	$(PY) -m mews tokenizer report '$(TOKENIZER)' --source web=out/refinedweb/clean --out '$(CURRICULUM)/tokenizer.html'
