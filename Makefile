# Two commands for a newcomer: `make demo` and `make test`. Each makes its own virtual environment
# from the lock files in locks/. The rest is for working on excerpt: CONTRIBUTING.md.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PIP_FLAGS := --quiet --disable-pip-version-check
WORKERS ?= 2

# uv does not read pip's variables; a folder of wheels or an index that pip was given is given to uv too.
comma := ,
space := $(subst ,, )
ifdef PIP_FIND_LINKS
export UV_FIND_LINKS ?= $(subst $(space),$(comma),$(strip $(PIP_FIND_LINKS)))
endif
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif
export UV_PYTHON_DOWNLOADS = never
UV := .venv-uv/bin/uv
LOCKS := $(PYTHON) -P tools/locks.py
VENV := $(UV) venv --quiet --clear --python $(PYTHON)
WHEEL := $(UV) build --quiet --wheel --python $(PYTHON) --build-constraints locks/build.txt --require-hashes

.PHONY: demo test check test-newest test-lowest dev lock upgrade format lint types docs release-check hooks clean \
	peers report results answers pictures

demo: .venv-demo/ready
	.venv-demo/bin/excerpt demo

.venv-demo/ready: pyproject.toml locks/demo.txt locks/build.txt | .venv-uv/ready
	@echo "== setting up .venv-demo: the core and the index, no torch"
	$(VENV) .venv-demo
	$(LOCKS) install $(UV) .venv-demo demo
	rm -rf build
	$(WHEEL) --out-dir .venv-demo/dist .
	$(UV) pip install --quiet --python .venv-demo --no-deps .venv-demo/dist/*.whl
	@touch $@

# What is tested is the wheel, not the tree: a file that packaging forgets fails here.
test: .venv-test/ready .venv-litellm/ready
	@echo "== building the wheel and installing it"
	rm -rf build dist
	$(WHEEL) --out-dir dist .
	@ls -l dist
	$(UV) pip install --quiet --python .venv-test --no-deps --reinstall dist/*.whl
	$(UV) pip check --quiet --python .venv-test
	@echo "== lint, format, types"
	.venv-test/bin/ruff check .
	.venv-test/bin/ruff format --check .
	.venv-test/bin/python tools/link_tree.py
	.venv-test/bin/mypy
	@echo "== docs"
	.venv-test/bin/sphinx-build -W --keep-going -q -b html docs site
	@echo "== tests"
	.venv-test/bin/pytest -n $(WORKERS) --dist worksteal --cov --cov-report=
	@echo "== coverage, in percent; the floor is in pyproject.toml"
	.venv-test/bin/coverage report --format=total

.venv-test/ready: locks/test.txt locks/torch.txt locks/torch-cpu.txt locks/models.txt | .venv-uv/ready
	@echo "== setting up .venv-test: everything optional too, torch included, about 1 GB to download"
	$(VENV) .venv-test
	$(LOCKS) install $(UV) .venv-test test torch models
	@touch $@

# A test puts LiteLLM's proxy, which asks for other versions than ours, in front of `excerpt serve`.
.venv-litellm/ready: locks/litellm.txt | .venv-uv/ready
	@echo "== setting up .venv-litellm: LiteLLM's proxy, 0.5 GB"
	$(VENV) .venv-litellm
	UV_COMPILE_BYTECODE=1 $(LOCKS) install $(UV) .venv-litellm litellm
	@touch $@

# Before a release: the newest of everything, then the oldest that pyproject.toml allows. Resolved anew each
# time. torch stays as in locks/torch.in, which has a build without CUDA.
test-newest: MODE = --upgrade
test-lowest: MODE = --resolution lowest-direct
test-newest test-lowest: .venv-uv/ready
	$(VENV) .venv-$@
	$(UV) pip install --quiet --python .venv-$@ $(MODE) -c locks/torch.in ".[dev]"
	.venv-$@/bin/pytest -n $(WORKERS) --dist worksteal

# What a developer runs before each commit: the fast tests, lint and format.
check: .venv/ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/pytest -n $(WORKERS) --dist worksteal -q -m "not slow"

dev: .venv/ready
.venv/ready: pyproject.toml locks/test.txt locks/torch.txt locks/torch-cpu.txt locks/models.txt | .venv-uv/ready
	@echo "== setting up .venv with an editable install"
	$(VENV) .venv
	$(LOCKS) install $(UV) .venv test torch build models
	$(UV) pip install --quiet --python .venv --no-deps --no-build-isolation -e .
	@touch $@

.venv-uv/ready: locks/uv.txt
	$(PYTHON) -m venv --clear .venv-uv
	.venv-uv/bin/pip install $(PIP_FLAGS) --require-hashes -r locks/uv.txt
	@touch $@

# After a change of the dependencies in pyproject.toml; `upgrade` takes the newest versions of everything.
lock: .venv-uv/ready
	$(LOCKS) compile $(UV)
upgrade: .venv-uv/ready
	$(LOCKS) compile $(UV) --upgrade

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

# How likely a language model finds the right answer after what each chain leaves: make answers DATA=FOLDER CACHE=DIR
# MODEL=NAME, with a model that `excerpt models import` brought. Stop it at any time: it goes on where it was.
answers: .venv/ready .venv-peers/ready
	.venv/bin/python eval/benchmarks/answers.py $(DATA) --cache $(CACHE)/answers --model $(MODEL) \
		--peers-python .venv-peers/bin/python $(ANSWERS_FLAGS)
	.venv/bin/python -P -m excerpt.eval.report.markdown docs/results/answers.md eval/results/answers.csv

# The rows behind the pages on models, and the tables made of them:
# make results DATA=FOLDER CHECKPOINT=all-MiniLM-L6-v2 CACHE=DIR. About an hour on two cores.
BENCH = .venv/bin/python eval/benchmarks
TABLES = .venv/bin/python -P -m excerpt.eval.report.markdown
results: .venv/ready .venv-peers/ready
	$(BENCH)/quality_by_set.py $(DATA) --limit 100
	$(BENCH)/quality_by_set.py $(DATA) --limit 60 --chains default fast --ratios 0.05 0.1 0.25 \
		--output eval/results/quality_default.csv
	$(BENCH)/model_free.py $(DATA) --peers-python .venv-peers/bin/python
	$(BENCH)/lexical_ranker.py $(DATA) --limit 50 --measured 30
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
	for page in $$(grep -rl --include='*.md' '^<!-- end table -->' docs) README.md; do \
		$(TABLES) $$page eval/results/quality_by_set.csv; done

# The pictures of README and docs that can be drawn from a run of a minute, or from the rows that are there;
# `python -P tools/pictures.py` lists all of them, each with the command that makes it.
pictures: .venv/ready
	.venv/bin/python -P tools/pictures.py --draw

# Version, changelog and, with TAG=v1.2.3, the tag agree.
release-check:
	$(PYTHON) -P tools/check_release.py $(TAG)

# The hooks of .pre-commit-config.yaml, run by git at each commit.
hooks: .venv/ready
	.venv/bin/pre-commit install

clean:
	rm -rf .venv-* build dist site .links demo-output *.egg-info
