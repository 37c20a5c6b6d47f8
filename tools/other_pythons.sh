#!/usr/bin/env bash
# Runs a race and opens the first page on every other supported Python that is here. Installing PyTorch with GPU
# libraries for each would take longer than all tests, so it is done where the CPU-only build can be had.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'Python %s: %s\n' "$version" "$*"; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 3.11 3.12 3.13; do
    venv=$folder/$version
    if .venv/bin/python -c "import sys; sys.exit(not sys.version.startswith('$version.'))"; then
        say "all tests ran on it."
    elif ! "python$version" -c '' 2>/dev/null; then
        say "not here, so not tried."
    elif [[ -z $("python$version" tools/torch_index.py requirements.lock 2>/dev/null) ]]; then
        say "not tried; the CPU-only PyTorch cannot be had for it here."
    else
        CI=true PYTHON=python$version tools/install.sh "$venv" requirements.txt
        export RESNET_VIZ_HOME=$venv/home
        "$venv/bin/python" -W error - <<'PYTHON'
from streamlit.testing.v1 import AppTest

page = AppTest.from_file("resnet_viz/ui/main.py", default_timeout=60).run()
assert page.title and not page.exception, page
PYTHON
        "$venv/bin/python" -W error -m resnet_viz race --depth 8 --width 4 --steps 12 \
            --batch-size 16 --train-size 100 --resolution 8 --json >/dev/null
        say "a race ran on it."
    fi
done
