# Every target sets up what it needs first; that is quick when nothing changed. Variables: make refinedweb OUT=/data/out
OUT ?= out/refinedweb
SNAPSHOT ?= sample
DATA ?= ../shared/data
TOKENIZER ?= out/tokenizer
CURRICULUM ?= out/curriculum
ABLATE ?= out/ablate
# What is compared: NAME=STAGE with blanks between.
SETS ?= raw=$(OUT)/raw filtered=$(OUT)/filtered deduplicated=$(OUT)/clean
# What the tokenizer and the curriculum read: NAME=FOLDER of shards with text, blanks between.
SOURCES ?= web=$(OUT)/clean
# The sample holds too little text for a vocabulary of 65,024.
OWN_SOURCES := $(filter-out file,$(origin SOURCES))
VOCABULARY ?= $(if $(OWN_SOURCES),,$(if $(filter sample,$(SNAPSHOT)),4096))
RESERVED ?= $(if $(filter 4096,$(VOCABULARY)),64)
PRESET ?= falcon_h1_32k

PY := .venv/bin/python
MEWS := $(PY) -m mews
SETUP := .venv/ready
RUN = $(MEWS) run '$(1)' --root '$(2)' $(if $(WORKERS),--workers $(WORKERS)) $(if $(RUNNER),--runner $(RUNNER)) \
	$(if $(RAY_ADDRESS),--address '$(RAY_ADDRESS)')
SUPPORTED := import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))
# The first Python that fits; make PYTHON=/path/to/python takes another.
FIND_PYTHON = for python in $(or $(PYTHON),python3.11 python3.12 python3 python); do \
	if $$python -c '$(SUPPORTED)' 2>/dev/null; then echo $$python; break; fi; done

# A tokenizer reads shards, not checkouts.
TEXTS = $(foreach source,$(SOURCES),$(if $(findstring =repo,$(source)),,$(source)))
TOKENIZER_REPORT = $(MEWS) tokenizer report $(or $(TOKENIZERS),$(TOKENIZER)) \
	$(foreach source,$(TEXTS),--source $(source)) --out out/tokenizers.html
need = @test -n '$($(1))' || { echo "error: say $(2): make $@ $(1)=" >&2; exit 2; }
comma := ,

.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: $(shell sed -nE "s|^([a-z-]+):.*|\1|p" $(MAKEFILE_LIST))

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

setup: $(SETUP) ## make .venv with the pinned packages

$(SETUP): pyproject.toml constraints.txt
	@python=$$($(FIND_PYTHON)); test -n "$$python" || { echo "error: found no Python 3.11 or 3.12$(if $(PYTHON), \
	at $(PYTHON)); install one, or say where it is: make PYTHON=/path/to/python3.12" >&2; exit 2; }; \
	$$python -m venv .venv
	$(PY) install.py
	@touch $@

refinedweb: $(SETUP) ## build RefinedWeb: SNAPSHOT= FILES= OUT= WORKERS= RUNNER= RAY_ADDRESS= RECIPE_ARGS=
	$(call RUN,recipes.refinedweb,$(OUT)) 'snapshot=$(SNAPSHOT)' $(if $(FILES),files=$(FILES)) $(RECIPE_ARGS)

run: $(SETUP) ## run any recipe: RECIPE= OUT= WORKERS= RUNNER= RAY_ADDRESS= RECIPE_ARGS=
	$(call RUN,$(or $(RECIPE),recipes.refinedweb),$(OUT)) $(RECIPE_ARGS)

plan: $(SETUP) ## list the stages of a recipe: RECIPE= OUT= RECIPE_ARGS=
	$(MEWS) plan '$(or $(RECIPE),recipes.refinedweb)' --root '$(OUT)' $(RECIPE_ARGS)

submit: $(SETUP) ## run a recipe as a job of a cluster: RAY_ADDRESS=http://head:8265 OUT=s3://... SNAPSHOT= FILES= RECIPE= WORKERS= SUBMIT_ARGS= RECIPE_ARGS=
	$(call need,RAY_ADDRESS,where the cluster takes jobs)
	$(MEWS) submit '$(or $(RECIPE),recipes.refinedweb)' --root '$(OUT)' --address '$(RAY_ADDRESS)' $(SUBMIT_ARGS) \
		$(if $(WORKERS),--workers $(WORKERS)) $(if $(RECIPE),,'snapshot=$(SNAPSHOT)' $(if $(FILES),files=$(FILES))) \
		$(RECIPE_ARGS)

jobs: $(SETUP) ## the jobs of a cluster: RAY_ADDRESS=
	$(MEWS) jobs $(if $(RAY_ADDRESS),--address '$(RAY_ADDRESS)')

logs: $(SETUP) ## follow the log of a job: JOB= RAY_ADDRESS=
	$(call need,JOB,which job)
	$(MEWS) logs '$(JOB)' $(if $(RAY_ADDRESS),--address '$(RAY_ADDRESS)')

stop: $(SETUP) ## end a job: JOB= RAY_ADDRESS=
	$(call need,JOB,which job)
	$(MEWS) stop '$(JOB)' $(if $(RAY_ADDRESS),--address '$(RAY_ADDRESS)')

status: $(SETUP) ## how far a run is: OUT=
	$(MEWS) status '$(OUT)'

stats: $(SETUP) ## the funnel of a run: OUT=
	$(MEWS) stats '$(OUT)'

report: $(SETUP) ## a run as one HTML page: OUT= COMPARE= (another root) PAGES= HTML=1
	$(MEWS) report '$(OUT)' $(if $(COMPARE),--compare '$(COMPARE)') $(if $(PAGES),--pages $(PAGES)) $(if $(HTML),--html)

serve: $(SETUP) ## a run in the browser, live while it goes on: OUT= PORT=
	$(MEWS) serve '$(OUT)' $(if $(PORT),--port $(PORT))

verify: $(SETUP) ## read every receipt and file again: OUT= MEND=1
	$(MEWS) verify '$(OUT)' $(if $(MEND),--mend)

explain: $(SETUP) ## where a page went, and why: PAGE= (id or URL) OUT=
	$(call need,PAGE,which page by its id or URL)
	$(MEWS) explain '$(OUT)' '$(PAGE)'

family: $(SETUP) ## the near duplicates of a page: PAGE= (id or URL) OUT=
	$(call need,PAGE,which page by its id or URL)
	$(MEWS) family '$(OUT)' '$(PAGE)'

whatif: $(SETUP) ## other limits: LIMITS="gopher.quality.min_words=100 ..." OUT=
	$(MEWS) whatif '$(OUT)' $(or $(LIMITS),gopher.quality.min_words=100)

compare: $(SETUP) ## two runs side by side: A= B=
	$(call need,A,which runs to compare)
	$(call need,B,which runs to compare)
	$(MEWS) compare '$(A)' '$(B)'

replay: $(SETUP) ## try quarantined records again: OUT=
	$(MEWS) replay '$(OUT)'

tokenizer: $(SETUP) ## train a tokenizer: SOURCES="NAME=FOLDER ..." TOKENIZER= PRESET= VOCABULARY= TOKENIZER_ARGS=
	$(MEWS) tokenizer train $(TEXTS) --out '$(TOKENIZER)' --preset $(PRESET) \
		$(if $(VOCABULARY),--vocabulary $(VOCABULARY)) $(if $(RESERVED),--reserved $(RESERVED)) $(TOKENIZER_ARGS)

tokenizer-report: $(SETUP) ## compare tokenizers: TOKENIZERS= (folders) SOURCES=
	$(TOKENIZER_REPORT)

pack: $(SETUP) ## packed sequences as Megatron's or NumPy's files: STORE= PACKED= FORMAT=
	$(call need,STORE,which packed phase)
	$(call need,PACKED,where to)
	$(MEWS) tokenizer pack '$(STORE)' --out '$(PACKED)' --format $(or $(FORMAT),megatron)

curriculum: $(SETUP) $(if $(OWN_SOURCES),,refinedweb) tokenizer ## from shards to packed sequences: OUT= SNAPSHOT= SOURCES= WORKERS= CURRICULUM=
	$(call RUN,recipes.curriculum,$(CURRICULUM)) tokenizer='$(TOKENIZER)' \
		'sources=$(subst $() $(),$(comma),$(strip $(SOURCES) $(if $(OWN_SOURCES),,code=repo:pipeline)))'
	for phase in short long decay; do \
		$(MEWS) tokenizer pack "$(CURRICULUM)/$$phase.packed" --out "$(CURRICULUM)/$$phase" || exit 1; done
	$(TOKENIZER_REPORT)

ablate: $(SETUP) ## equal tokens of stages of a run, packed, and small models trained on them: OUT= TOKENIZER= HELD= (files) SETS= ABLATE= SCALE= SEED=
	@test -z '$(HELD)' || $(PY) examples/train_lm.py --help >/dev/null
	$(call RUN,recipes.ablate,$(ABLATE)) tokenizer='$(TOKENIZER)' scale=$(or $(SCALE),1) \
		'sources=$(subst $() $(),$(comma),$(strip $(SETS)))' $(RECIPE_ARGS)
	for set in $(foreach set,$(SETS),$(firstword $(subst =, ,$(set)))); do \
		$(MEWS) tokenizer pack "$(ABLATE)/$$set.packed" --out "$(ABLATE)/$$set" --format numpy || exit 1; \
		test -z '$(HELD)' || $(PY) examples/train_lm.py "$(ABLATE)/$$set" --tokenizer '$(TOKENIZER)' --held $(HELD) \
			--seed $(or $(SEED),0) $(TRAIN_ARGS) || exit 1; done

quality-model: $(SETUP) ## train a quality classifier: GOOD= BAD= (texts), or TEXTS= LABEL= AT_LEAST= (a column) MODEL=
	$(if $(LABEL),,$(call need,GOOD,the good texts; or TEXTS= and LABEL= for a column))
	$(if $(LABEL),$(call need,TEXTS,the texts that have the column),$(call need,BAD,the texts of the crawl))
	$(MEWS) quality train $(if $(LABEL),'$(TEXTS)' --label '$(LABEL)' $(if $(AT_LEAST),--at-least $(AT_LEAST)), \
		'$(GOOD)' '$(BAD)') --out '$(or $(MODEL),out/quality)'

test: $(SETUP) ## run the tests
	$(PY) -m pytest $(PARALLEL)

mutants: $(SETUP) ## small changes to the code, and how many the tests of its room notice: ROOMS= SAMPLE=
	$(PY) -m pip install -qq --disable-pip-version-check -c constraints.txt mutmut
	$(PY) -m benchmarks.mutants $(ROOMS) $(if $(SAMPLE),--sample $(SAMPLE))

slow: $(SETUP) ## run the tests that take minutes
	$(PY) -m pytest -m slow --timeout 3600

coverage: $(SETUP) ## run the tests and show the lines that none of them reaches
	$(PY) -m pytest $(PARALLEL) --cov --cov-report term-missing:skip-covered

check: $(SETUP) ## ruff (format and lint) and pyright
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/pyright

format: $(SETUP) ## format the code and mend what lint can
	.venv/bin/ruff check --fix --quiet .
	.venv/bin/ruff format --quiet .

docs: $(SETUP) ## the documentation as a site in out/site
	$(PY) -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[docs]'
	.venv/bin/mkdocs build --strict --quiet --site-dir out/site

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
	$(PY) -m benchmarks.extraction_speed '$(DATA)/realweb' --limit 1000
	@test -f '$(TOKENIZER)/tokenizer.json' || echo 'packing is measured after make curriculum'
	@test ! -f '$(TOKENIZER)/tokenizer.json' || $(PY) -m benchmarks.packing '$(OUT)/clean' '$(TOKENIZER)'

race: $(SETUP) ## the whole way from WARC files to texts beside datatrove: DATA= a folder with realweb/ or of WARC files, JSON= FILE ROUNDS= PAGES=
	$(PY) -m benchmarks.race '$(DATA)' --rounds $(or $(ROUNDS),3) $(if $(JSON),--json '$(JSON)') $(if \
		$(filter file,$(origin DATA)),--pages $(or $(PAGES),1000) --extras --document,$(if $(PAGES),--pages $(PAGES)))

bench-quick: $(SETUP) ## kernels against the floors of benchmarks/floors.json, and the sample's exact counts: two minutes
	$(PY) -m benchmarks.quick

bench-extraction: $(SETUP) ## extraction against trafilatura called plainly: DATA= a folder with realweb/ or of WARC files, JSON= FILE
	$(PY) -m benchmarks.extraction_speed '$(DATA)' $(if $(JSON),--json '$(JSON)')

extraction-model: $(SETUP) ## the trees that choose blocks, anew: DATA= a folder with realweb/ and gold/
	$(PY) -m benchmarks.extraction_choice '$(DATA)'

kills: $(SETUP) ## kill a run KILLS= times (drivers and workers) and compare with a calm run's bytes
	$(PY) -m benchmarks.kills '$(SNAPSHOT)' $(or $(KILLS),20)

chaos: $(SETUP) ## play N= histories of faults, from SEED= on, and see that each ends well
	$(PY) -m benchmarks.chaos $(or $(N),10) $(or $(SEED),0)

simulate: $(SETUP) ## the driver of a snapshot without its machines: FILES= NODES=
	$(PY) -m benchmarks.simulate $(or $(FILES),90000) $(or $(NODES),200)

scale: $(SETUP) ## what a snapshot costs, docs/scale.md anew: DATA= a folder with realweb/
	$(PY) -m benchmarks.scale_units '$(DATA)/realweb'
	$(PY) -m benchmarks.scale_first '$(DATA)/realweb'
	$(PY) -m benchmarks.growth '$(DATA)/realweb'
	$(PY) -m benchmarks.scale
