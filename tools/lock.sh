#!/usr/bin/env bash
# Resolves the requirements for every platform and Python at once and writes requirements.lock.
set -euo pipefail
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
"${PYTHON:-python3}" -m venv "$tool"
"$tool/bin/pip" --disable-pip-version-check install --quiet uv
"$tool/bin/uv" pip compile --quiet --upgrade --universal --python-version 3.11 --no-header \
    requirements.txt requirements-test.txt --output-file requirements.lock
