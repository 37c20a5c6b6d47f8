#!/usr/bin/env bash
# install.sh VENV REQUIREMENTS: installs REQUIREMENTS in the locked versions into VENV,
# which is made where it is missing or its Python is gone.
set -euo pipefail
venv=$1 requirements=$2

say() { printf '%s\n' "$*" >&2; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    if [[ -n ${PYTHON:-} ]]; then
        new_enough "$PYTHON" && { echo "$PYTHON"; return; }
        say "$PYTHON is not a Python 3.11 or newer."
        return 1
    fi
    local candidate
    for candidate in python3 python3.12 python3.11 python3.13; do
        new_enough "$candidate" && { echo "$candidate"; return; }
    done
    say "Python 3.11 or newer is needed, and none was found (python3 is $(python3 --version 2>&1 || true))."
    say "Install one, or name it: make app PYTHON=/path/to/python3.12"
    return 1
}

as_root() {
    if [[ $EUID == 0 ]]; then "$@"; else sudo -n "$@"; fi
}

make_venv() {
    local python=$1
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        local package
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        say "$python cannot make virtual environments yet; installing $package."
        if ! { as_root apt-get update -qq && as_root apt-get install -y -qq "$package"; } >&2; then
            say "That needs an administrator. Run this once, then try again: sudo apt install $package"
            return 1
        fi
    fi
    "$python" -m venv --clear "$venv"
}

if ! new_enough "$venv/bin/python" || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    make_venv "$python"
fi

pip=("$venv/bin/python" -m pip --disable-pip-version-check install)
[[ -n ${CI:-} ]] && pip+=(--quiet)
# TORCH_INDEX, also an empty one, is somebody's own choice; else the machine decides.
index=${TORCH_INDEX-$("$venv/bin/python" tools/torch_index.py requirements.lock)}
if [[ -n $index ]]; then
    # What they need in turn comes from the usual source, in the locked versions.
    "${pip[@]}" --no-deps --index-url "$index" --constraint requirements.lock torch torchvision
fi
"${pip[@]}" --constraint requirements.lock --requirement "$requirements"
