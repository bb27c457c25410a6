# make run    set up, then do the main job against the practice vCenter
# make test   set up, check, and run every test
# make package   what can be installed, for this platform: dist/
# make smoke     install it in a bare system, use it, remove it (Debian, as root)
# Works with GNU make on Linux and macOS. PYTHON=... picks another interpreter (3.11 or newer).

PYTHON ?= python3
BIN := .venv/bin
BOOTSTRAP := $(PYTHON) packaging/dev/bootstrap.py

# macOS always has a display; elsewhere the desktop says so.
ifneq ($(DISPLAY)$(WAYLAND_DISPLAY)$(filter Darwin,$(shell uname -s)),)
QT_FLAGS := --with-qt-packages
PRACTICE := --window
else
QT_FLAGS :=
PRACTICE := --deploy
endif

.PHONY: run test bench package smoke recipes lint format docs lock clean

run:
	@$(BOOTSTRAP) --with-simulator $(QT_FLAGS)
	$(BIN)/haproxy-setup practice $(PRACTICE)

# pytest comes last: its closing line is the last line of the output.
test:
	@$(BOOTSTRAP) --with-simulator --with-qt-packages
	$(BIN)/ruff check .
	$(BIN)/mypy
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST_ARGS)

bench:
	@$(BOOTSTRAP) --with-simulator
	$(BIN)/python -m tests.benchmarks

package:
	$(PYTHON) packaging/build.py

smoke:
	@$(BOOTSTRAP)
	$(PYTHON) packaging/smoke_test.py

recipes:
	@$(BOOTSTRAP) --with-simulator --with-qt-packages
	$(BIN)/python packaging/dev/try_recipes.py

lint:
	@$(BOOTSTRAP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format:
	@$(BOOTSTRAP)
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

# The pages of the guide that come from the code: fields, findings, commands.
docs:
	@$(BOOTSTRAP)
	$(BIN)/python packaging/dev/docs.py

lock:
	$(PYTHON) packaging/dev/lock.py

clean:
	rm -rf .venv .tools build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
