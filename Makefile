# Two commands for a newcomer: `make demo` and `make test`. Each sets up its own virtual environment.
# The rest is for working on excerpt: CONTRIBUTING.md.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PIP_FLAGS := --quiet --disable-pip-version-check

.PHONY: demo test dev format lint types docs clean peers report results

demo: .venv-demo/ready
	.venv-demo/bin/excerpt demo

.venv-demo/ready: pyproject.toml
	@echo "== setting up .venv-demo: the core install, about 140 MB to download, no torch"
	$(PYTHON) -m venv --clear .venv-demo
	.venv-demo/bin/pip install $(PIP_FLAGS) .
	@touch $@

# What is tested is the wheel, not the tree: a file that packaging forgets fails here.
test: .venv-test/ready
	@echo "== building the wheel and installing it"
	rm -rf build dist
	.venv-test/bin/python -m build --outdir dist . > dist.log 2>&1 || (cat dist.log; exit 1)
	@rm -f dist.log; ls -l dist
	.venv-test/bin/pip install $(PIP_FLAGS) --no-deps --force-reinstall dist/*.whl
	@echo "== lint, format, types"
	.venv-test/bin/ruff check .
	.venv-test/bin/ruff format --check .
	.venv-test/bin/python tools/link_tree.py
	.venv-test/bin/mypy
	@echo "== tests"
	.venv-test/bin/pytest -n 2 --dist worksteal

.venv-test/ready: pyproject.toml constraints.txt
	@echo "== setting up .venv-test: everything optional too, torch included, about 1 GB to download"
	$(PYTHON) -m venv --clear .venv-test
	.venv-test/bin/pip install $(PIP_FLAGS) -c constraints.txt ".[dev]"
	@touch $@

dev: .venv/ready
.venv/ready: pyproject.toml constraints.txt
	@echo "== setting up .venv with an editable install"
	$(PYTHON) -m venv .venv
	.venv/bin/pip install $(PIP_FLAGS) -c constraints.txt -e ".[dev]"
	@touch $@

format: .venv/ready
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

lint: .venv/ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: .venv/ready
	.venv/bin/python tools/link_tree.py
	.venv/bin/mypy

docs: .venv/ready
	.venv/bin/python tools/write_docs.py
	.venv/bin/sphinx-build -W --keep-going -q -b html docs site

# Other compressors to compare with, in an environment of their own (docs/results/quality.md).
peers: .venv-peers/ready
.venv-peers/ready: eval/peers/requirements.txt
	@echo "== setting up .venv-peers: about 1 GB to download"
	$(PYTHON) -m venv --clear .venv-peers
	.venv-peers/bin/pip install $(PIP_FLAGS) -r eval/peers/requirements.txt
	@touch $@

# One report over prepared question sets: make report DATA=FOLDER
report: .venv/ready .venv-peers/ready
	.venv/bin/python -P eval/benchmarks/report.py $(DATA) --peers-python .venv-peers/bin/python $(REPORT_FLAGS)

# The rows behind the pages on models, and the tables made of them:
# make results DATA=FOLDER CHECKPOINT=all-MiniLM-L6-v2 CACHE=DIR. About an hour on two cores.
BENCH = .venv/bin/python eval/benchmarks
TABLES = .venv/bin/python -P -m excerpt.eval.report.markdown
results: .venv/ready
	$(BENCH)/quality_by_set.py $(DATA) --limit 100
	$(BENCH)/evidence_ranker.py $(DATA) --cache $(CACHE)/ranker
	$(BENCH)/evidence_ranker_cost.py
	$(BENCH)/compact_ranker.py $(DATA) --cache $(CACHE)/compact
	$(BENCH)/encoder_ablation.py $(DATA) --checkpoint $(CHECKPOINT) --cache $(CACHE)/encoders
	$(BENCH)/embedder_fidelity.py $(CHECKPOINT) --data $(DATA) --out eval/results/embedder_fidelity.csv
	$(BENCH)/token_classifier.py $(DATA) --out eval/results/token_classifier.csv
	$(BENCH)/sentence_scorers.py $(DATA) --cache $(CACHE)/scorers --unseen musique fairytaleqa triviaqa_retrieved
	$(BENCH)/late_interaction_cost.py
	$(BENCH)/sentinel.py $(DATA) --cache $(CACHE)/sentinel
	$(BENCH)/sentinel_encoder.py $(CHECKPOINT)
	$(BENCH)/scorer_cost.py
	for page in docs/results/quality.md README.md; do $(TABLES) $$page eval/results/quality_by_set.csv; done

clean:
	rm -rf .venv-demo .venv-test .venv-peers build dist site .links demo-output *.egg-info
