# Everything starts from Python 3.11.4 or newer and make; what else is needed, it installs.
PYTHON ?= python3
PORT ?= 8080
ROUNDS ?= 1000
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
export PYTHONDONTWRITEBYTECODE = 1

.PHONY: help serve test soak check fix bench demo words lock clean

help:
	@echo 'make serve   start the registry on SQLite and a folder (./data)'
	@echo 'make demo    publish and install a package, from nothing'
	@echo 'make test    the whole test suite, with the real clients'
	@echo 'make soak    each kind of change a thousand times, and who sees it when (ROUNDS=1000)'
	@echo 'make check   lint, formatting, types, import rules, spelling'
	@echo 'make fix     let the formatter and the linter mend what they can'
	@echo 'make bench   figures and ratios, beside nginx and other registries (ARGS=--quick)'
	@echo 'make words   gather what is to be translated into the files of the languages'
	@echo 'make lock    renew requirements/*.txt'
	@echo 'make clean   remove what the above have made, but ./data'

serve: .venv/serve
	$(BIN)/wheelyard serve --port $(PORT)

demo: .venv/dev
	$(BIN)/python examples/demo.py

test: .venv/dev .venv-clients/ready
	tests/browser/install-chromium
	$(BIN)/python -m pytest -n 2 --dist loadgroup

soak: .venv/dev
	WHEELYARD_ROUNDS=$(ROUNDS) $(BIN)/python -m pytest tests/freshness -o timeout=0

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell README.md CHANGELOG.md CONTRIBUTING.md docs src tests benchmarks

fix: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev .venv-bench/ready
	benchmarks/install-peers
	$(BIN)/python -m benchmarks.run $(ARGS)

WORDS := src/wheelyard/web/pages/translations
words: .venv/dev
	$(BIN)/pybabel --quiet extract --mapping $(WORDS)/babel.cfg --keyword Sentence --no-location \
		--sort-output --omit-header --output $(WORDS)/words.pot src/wheelyard
	$(BIN)/pybabel --quiet update --input-file $(WORDS)/words.pot --locale de --no-wrap \
		--output-file $(WORDS)/de.po --ignore-obsolete --no-fuzzy-matching --omit-header
	rm $(WORDS)/words.pot

lock: .venv/dev
	cd requirements && for name in serve dev clients bench; do \
		case $$name in \
			serve) inputs='../pyproject.toml build.in' ;; \
			dev) inputs='../pyproject.toml build.in dev.in' ;; \
			clients) inputs='clients.in' ;; \
			bench) inputs='bench.in' ;; \
		esac; \
		../$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal \
			--python-version 3.11 --no-annotate --no-header --no-emit-index-url \
			--no-emit-find-links --output-file $$name.txt $$inputs || exit 1; \
	done

clean:
	rm -rf .venv .venv-bench .venv-clients .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Each stamp stands for an installed set; it is older than its lock file when there is work to do.
.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 4) and "Wheelyard needs Python 3.11.4 or newer; name one with make PYTHON=…")'
	$(PYTHON) -m venv .venv

.venv/serve: requirements/serve.txt pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes -r requirements/serve.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: requirements/dev.txt .venv/serve
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# By uv, which takes a second where pip takes fifteen; by pip where only that is told of an index.
.venv-clients/ready: requirements/clients.txt | .venv/dev
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-clients
	$(BIN)/uv pip install --quiet --python .venv-clients --require-hashes -r requirements/clients.txt || \
		$(PIP) --python .venv-clients install --require-hashes -r requirements/clients.txt
	@touch $@

.venv-bench/ready: requirements/bench.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/bench.txt
	@touch $@
